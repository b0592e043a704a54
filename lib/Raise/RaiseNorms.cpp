//===- RaiseNorms.cpp - Arithmetic becomes norms --------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RaiseNorms.h"

#include "../Support/RemarkLocation.h"
#include "NormChain.h"
#include "Reshapes.h"
#include "Rewriting.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

static void raiseChain(RewriterBase &rewriter, const NormChain &chain) {
  Operation *first = chain.results.front().getDefiningOp();
  rewriter.setInsertionPoint(first);
  // What several operations round is there before each of them.
  if (chain.results.size() > 1)
    rewriter.setInsertionPointAfterValue(first->getOperand(0));
  auto norm = norm::RMSNormOp::create(
      rewriter, fuseLocations(rewriter, chain.ops), chain.input, chain.weight,
      /*outs=*/Value(),
      rewriter.getF32FloatAttr(chain.epsilon.convertToFloat()),
      rewriter.getF32FloatAttr(chain.weightBias.convertToFloat()),
      norm::RoundingAttr::get(rewriter.getContext(), chain.rounding),
      norm::WeightRoundingAttr::get(rewriter.getContext(),
                                    norm::WeightRounding::None));
  keepAttributes(norm, chain.ops);
  SmallVector<Operation *> replaced;
  for (Value result : chain.results) {
    replaced.push_back(result.getDefiningOp());
    rewriter.setInsertionPointAfter(norm);
    rewriter.replaceAllUsesWith(
        result, castShape(rewriter, norm.getNormed(), result.getType()));
  }
  eraseIfDead(rewriter, replaced);
}

static void remarkMismatch(const NormMismatch &mismatch) {
  using Arg = remark::detail::Remark::Arg;
  remark::missed(getRemarkLocation(mismatch.op),
                 getRemarkOptions(mismatch.op, "RaiseNorm"))
      << Arg("Constraint", mismatch.constraint)
      << Arg("Reason",
             "expected " + mismatch.expected + ", found " + mismatch.found);
}

unsigned raise::raiseNorms(RewriterBase &rewriter, Operation *op) {
  std::optional<NormMismatch> mismatch;
  SmallVector<NormChain, 1> chains = getNormChains(op, mismatch);
  for (const NormChain &chain : chains) {
    raiseChain(rewriter, chain);
    if (chain.rest)
      remarkMismatch(*chain.rest);
  }
  if (mismatch)
    remarkMismatch(*mismatch);
  return chains.size();
}
