//===- StablehloToConorm.cpp - The conversion -----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "StablehloToConorm.h"

#include "../../Raise/NormChain.h"
#include "../../Raise/RaiseNorms.h"
#include "../../Raise/Rewriting.h"
#include "../../Raise/StableHLO/Reader.h"
#include "../../Support/RemarkLocation.h"
#include "conorm/Conversion/StablehloToConorm/Passes.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/Dialect/Norm/IR/Norm.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace conorm {
#define GEN_PASS_DEF_CONVERTSTABLEHLOTOCONORM
#include "conorm/Conversion/StablehloToConorm/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

namespace {
struct ConvertStablehloToConormPass
    : public conorm::impl::ConvertStablehloToConormBase<
          ConvertStablehloToConormPass> {
  void runOnOperation() override;

private:
  void convertCollectives(IRRewriter &rewriter);
  void convertNorms(IRRewriter &rewriter);
};
} // namespace

void ConvertStablehloToConormPass::convertCollectives(IRRewriter &rewriter) {
  using Arg = remark::detail::Remark::Arg;
  SmallVector<Operation *> collectives, computations;
  getOperation().walk([&](Operation *op) {
    if (raise::stablehlo::isCollective(op))
      collectives.push_back(op);
    else if (op->getName().getStringRef() == "sdy.manual_computation")
      computations.push_back(op);
  });
  if (collectives.empty())
    return;
  raise::stablehlo::CollectiveConverter converter(getOperation());
  for (Operation *op : collectives) {
    std::optional<Reason> reason = converter.convert(rewriter, op);
    if (!reason) {
      ++numCollectives;
      continue;
    }
    remark::missed(getRemarkLocation(op),
                   getRemarkOptions(op, "RaiseCollective"))
        << Arg("Constraint", reason->constraint) << Arg("Reason", reason->text);
  }
  for (Operation *computation : computations)
    converter.markPerRank(computation);
}

void ConvertStablehloToConormPass::convertNorms(IRRewriter &rewriter) {
  SmallVector<Operation *> roots;
  getOperation().walk([&](Operation *op) {
    if (raise::stablehlo::isStablehlo(op) && mayBeNormRoot(op))
      roots.push_back(op);
  });
  for (Operation *root : roots)
    numNorms += raiseNorms(rewriter, root);
}

void ConvertStablehloToConormPass::runOnOperation() {
  bool isFound = getOperation()
                     .walk([](Operation *op) {
                       return raise::stablehlo::isStablehlo(op)
                                  ? WalkResult::interrupt()
                                  : WalkResult::advance();
                     })
                     .wasInterrupted();
  if (!isFound)
    return markAllAnalysesPreserved();
  IRRewriter rewriter(&getContext());
  numCalls += raise::stablehlo::inlineCalls(getOperation());
  raise::stablehlo::mergeEqualSteps(getOperation());
  convertCollectives(rewriter);
  convertNorms(rewriter);
}
