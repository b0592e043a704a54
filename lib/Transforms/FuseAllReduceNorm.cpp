//===- FuseAllReduceNorm.cpp -  -------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Transforms/Passes.h"

#include "Fusion.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/PDL/IR/PDL.h"
#include "mlir/Dialect/PDLInterp/IR/PDLInterp.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace conorm {
#define GEN_PASS_DEF_FUSEALLREDUCENORM
#include "conorm/Transforms/Passes.h.inc"
} // namespace conorm

// Each generated header defines `populateGeneratedPDLLPatterns`.
namespace conorm::fusion::normalize {
using namespace ::mlir;
#include "NormalizeNorm.h.inc"
} // namespace conorm::fusion::normalize

namespace conorm::fusion::bias {
using namespace ::mlir;
#include "WeightBias.h.inc"
} // namespace conorm::fusion::bias

namespace conorm::fusion::fuse {
using namespace ::mlir;
#include "FuseAllReduceNorm.h.inc"
} // namespace conorm::fusion::fuse

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;

namespace {

/// Notes the fused operations as they are made.
struct FusedOps : public RewriterBase::Listener {
  void notifyOperationInserted(Operation *op,
                               OpBuilder::InsertPoint) override {
    if (auto fused = dyn_cast<AllReduceRMSNormOp>(op))
      made.insert(fused);
  }
  DenseSet<Operation *> made;
};

struct FuseAllReduceNormPass
    : public conorm::impl::FuseAllReduceNormBase<FuseAllReduceNormPass> {
  using FuseAllReduceNormBase::FuseAllReduceNormBase;

  LogicalResult initialize(MLIRContext *context) override;
  void runOnOperation() override;

private:
  LogicalResult applyToNorms(const FrozenRewritePatternSet &patterns,
                             RewriterBase::Listener *listener);
  void explainFused(AllReduceRMSNormOp fused);
  void explainMissed(AllReduceOp reduce);
  void summarize(size_t fused, size_t missed);

  FrozenRewritePatternSet normalizePatterns, fusePatterns;
};

} // namespace

/// Gives the patterns their native constraints and rewrites, and compiles them.
static FrozenRewritePatternSet freeze(RewritePatternSet patterns) {
  fusion::registerConstraints(patterns.getPDLPatterns());
  fusion::registerRewrites(patterns.getPDLPatterns());
  return FrozenRewritePatternSet(std::move(patterns));
}

LogicalResult FuseAllReduceNormPass::initialize(MLIRContext *context) {
  RewritePatternSet normalize(context), fuse(context);
  fusion::normalize::populateGeneratedPDLLPatterns(normalize);
  if (weightBias)
    fusion::bias::populateGeneratedPDLLPatterns(normalize);
  fusion::fuse::populateGeneratedPDLLPatterns(fuse);
  normalizePatterns = freeze(std::move(normalize));
  fusePatterns = freeze(std::move(fuse));
  return success();
}

/// Applies patterns to the norms alone: every pattern is rooted at one, so that
/// the cost does not depend on what else stands in the module.
LogicalResult
FuseAllReduceNormPass::applyToNorms(const FrozenRewritePatternSet &patterns,
                                    RewriterBase::Listener *listener) {
  SmallVector<Operation *> norms;
  getOperation()->walk([&](Operation *op) {
    if (isa<norm::RMSNormOp, norm::AddRMSNormOp>(op))
      norms.push_back(op);
  });
  if (norms.empty())
    return success();
  GreedyRewriteConfig config;
  // No folding: what is not ours stays as it was written, bit by bit.
  config.setListener(listener)
      .setStrictness(GreedyRewriteStrictness::ExistingAndNewOps)
      .enableFolding(false)
      .enableConstantCSE(false);
  return applyOpPatternsGreedily(norms, patterns, config);
}

void FuseAllReduceNormPass::runOnOperation() {
  FusedOps fused;
  if (failed(applyToNorms(normalizePatterns, nullptr)) ||
      failed(applyToNorms(fusePatterns, &fused)))
    return signalPassFailure();
  size_t missed = 0;
  getOperation()->walk([&](Operation *op) {
    if (fused.made.contains(op))
      explainFused(cast<AllReduceRMSNormOp>(op));
    if (auto reduce = dyn_cast<AllReduceOp>(op)) {
      explainMissed(reduce);
      ++missed;
    }
  });
  numSites += fused.made.size();
  summarize(fused.made.size(), missed);
}

//===----------------------------------------------------------------------===//
// Explanations
//===----------------------------------------------------------------------===//

static remark::RemarkOpts getRemarkOpts(Operation *op) {
  StringRef function;
  if (auto parent = op->getParentOfType<FunctionOpInterface>())
    function = parent.getName();
  return remark::RemarkOpts::name("AllReduceRMSNorm")
      .category("fuse-all-reduce-norm")
      .function(function);
}

void FuseAllReduceNormPass::explainFused(AllReduceRMSNormOp fused) {
  ++numFused;
  float bias = fused.getWeightBias().convertToFloat();
  numWithResidual += fused.getResidual() ? 1 : 0;
  numWithWeightBias += bias != 0.0f ? 1 : 0;
  std::string results;
  for (auto [name, result] :
       llvm::zip(fused.getPartNames(), fused.getPartResults()))
    if (result)
      results += (results.empty() ? "" : " ") + name.str();
  using Arg = remark::detail::Remark::Arg;
  remark::passed(fused.getLoc(), getRemarkOpts(fused))
      << "fused the all_reduce with the norm that reads it"
      << Arg("Residual", fused.getResidual() ? "yes" : "no")
      << Arg("WeightBias", bias) << Arg("Results", results);
}

namespace {
/// Why an all_reduce stays, as its remark says it.
struct Reason {
  StringRef constraint;
  std::string text;
};
} // namespace

/// The first guard that fails between `reduce` and a norm that reads it. The
/// patterns matched none of them, so one does.
static std::optional<Reason> explainNorm(AllReduceOp reduce, Operation *norm) {
  for (const fusion::Constraint &constraint : fusion::getConstraints())
    if (fusion::Violation violation = constraint.check(reduce, norm))
      return Reason{constraint.name, *violation};
  return std::nullopt;
}

static Reason explain(AllReduceOp reduce) {
  if (!reduce.getReduced())
    return {"NoDestinationsYet", "the all_reduce is on memrefs already"};
  for (Operation *user : reduce.getReduced().getUsers()) {
    if (isa<norm::RMSNormOp, norm::AddRMSNormOp>(user))
      if (std::optional<Reason> reason = explainNorm(reduce, user))
        return *reason;
    if (!isa<arith::AddFOp, linalg::AddOp>(user) || user->getNumResults() != 1)
      continue;
    for (Operation *next : user->getResult(0).getUsers())
      if (isa<norm::RMSNormOp>(next))
        if (fusion::Violation violation =
                fusion::checkAdditionPlaceable(user, next))
          return {"AdditionPlaceable", *violation};
  }
  std::string readers;
  llvm::SmallSetVector<StringRef, 4> names;
  for (Operation *user : reduce.getReduced().getUsers())
    names.insert(user->getName().getStringRef());
  readers = llvm::join(names, ", ");
  return {"ReadByNorm", readers.empty()
                            ? "nothing reads the reduced value"
                            : "no norm reads the reduced value, but " +
                                  readers};
}

void FuseAllReduceNormPass::explainMissed(AllReduceOp reduce) {
  ++numSites;
  ++numMissed;
  // Building the text is not free: only where somebody listens.
  if (!reduce.getContext()->getRemarkEngine())
    return;
  Reason reason = explain(reduce);
  using Arg = remark::detail::Remark::Arg;
  remark::missed(reduce.getLoc(), getRemarkOpts(reduce))
      << Arg("Constraint", reason.constraint) << Arg("Reason", reason.text);
}

void FuseAllReduceNormPass::summarize(size_t fused, size_t missed) {
  using Arg = remark::detail::Remark::Arg;
  remark::analysis(getOperation()->getLoc(),
                   remark::RemarkOpts::name("Summary")
                       .category("fuse-all-reduce-norm"))
      << Arg("AllReduces", fused + missed) << Arg("Fused", fused)
      << Arg("Missed", missed);
}
