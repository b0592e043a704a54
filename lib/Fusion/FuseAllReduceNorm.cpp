//===- FuseAllReduceNorm.cpp - The pass and its stages --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Fusion/Passes.h"

#include "../Raise/Norms.h"
#include "../Raise/Rewriting.h"
#include "FusionPatterns.h"
#include "FusionReport.h"
#include "FusionSummary.h"
#include "ReshapedSites.h"
#include "Sites.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/PDL/IR/PDL.h"
#include "mlir/Dialect/PDLInterp/IR/PDLInterp.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace conorm {
#define GEN_PASS_DEF_FUSEALLREDUCENORM
#include "conorm/Fusion/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;

namespace {

/// The patterns of a stage. Those from outside may have other roots.
struct Stage {
  FrozenRewritePatternSet patterns;
  raise::OutsideRoots outsideRoots;

  /// The roots among `sites`: those that `isOwn` names, or those of other
  /// patterns.
  SmallVector<Operation *> getRoots(const Sites &sites,
                                    Sites::Predicate isOwn) const {
    return sites.get(
        [&](Operation *op) { return isOwn(op) || outsideRoots.contains(op); });
  }
};

struct FuseAllReduceNormPass
    : public conorm::impl::FuseAllReduceNormBase<FuseAllReduceNormPass> {
  using FuseAllReduceNormBase::FuseAllReduceNormBase;

  LogicalResult initialize(MLIRContext *context) override;
  void runOnOperation() override;

private:
  bool isOutsideRoot(Operation *op) const;
  LogicalResult normalizeSites(Sites &sites,
                               std::shared_ptr<RankEquality> ranks);
  LogicalResult runStages(Sites &sites, std::shared_ptr<RankEquality> ranks,
                          FusionReport &summary);
  /// Returns how many were fused.
  unsigned count(const Sites &sites);
  void explain(const Sites &sites, RankEquality &ranks, FusionReport &summary);

  Stage normalize, fuseSandwiches, fuse, quantize;
  bool hasOutsideRoots = false;
};

} // namespace

template <typename... Ops>
static bool isOneOf(Operation *op) {
  return isa<Ops...>(op);
}

LogicalResult FuseAllReduceNormPass::initialize(MLIRContext *context) {
  auto compile = [&](FusionStage stage, auto populate) {
    RewritePatternSet patterns(context);
    populate(patterns);
    raise::OutsideRoots roots = populateOutsidePatterns(stage, patterns);
    hasOutsideRoots |= !roots.isEmpty();
    return Stage{std::move(patterns), roots};
  };
  normalize = compile(FusionStage::Normalize, [&](RewritePatternSet &patterns) {
    populateNormalizePatterns(patterns, {weightBias});
  });
  fuseSandwiches =
      compile(FusionStage::FuseSandwich, populateFuseSandwichPatterns);
  fuse = compile(FusionStage::Fuse, populateFusePatterns);
  quantize = compile(FusionStage::Quantize, populateFuseQuantizePatterns);
  return success();
}

/// Applies the patterns of a stage in the order of the program, and then once
/// against it. Where a collective went down to its norm, it stands no longer
/// between others that begin before it and end before that norm: those come up
/// on the way back.
static LogicalResult applyBothWays(const Stage &stage, Sites &sites,
                                   Sites::Predicate isOwn) {
  if (failed(raise::applyAtRoots(stage.getRoots(sites, isOwn), stage.patterns,
                                 &sites)))
    return failure();
  SmallVector<Operation *> roots = stage.getRoots(sites, isOwn);
  std::reverse(roots.begin(), roots.end());
  return raise::applyAtRoots(roots, stage.patterns, &sites);
}

/// Stage 1: one form for every norm, with no reshapes in its way.
LogicalResult
FuseAllReduceNormPass::normalizeSites(Sites &sites,
                                      std::shared_ptr<RankEquality> ranks) {
  auto isRoot = [](Operation *op) {
    return raise::isNorm(op) || raise::changesShape(op);
  };
  auto applyNormalize = [&] {
    return raise::applyAtRoots(normalize.getRoots(sites, isRoot),
                               normalize.patterns, &sites);
  };
  auto applyReshapes = [&](auto populate) {
    RewritePatternSet patterns(&getContext());
    populate(patterns, ranks);
    return raise::applyAtRoots(sites.get(raise::isNorm), std::move(patterns),
                               &sites);
  };
  if (failed(applyNormalize()))
    return failure();
  if (sites.get(raise::changesShape).empty())
    return success();
  // Additions are merged into their norms once nothing stands between them.
  return failure(failed(applyReshapes(fusion::populateReshapedSumPatterns)) ||
                 failed(applyNormalize()) ||
                 failed(applyReshapes(fusion::populateReshapedSitePatterns)));
}

bool FuseAllReduceNormPass::isOutsideRoot(Operation *op) const {
  return llvm::any_of(
      std::array{&normalize, &fuseSandwiches, &fuse, &quantize},
      [&](const Stage *stage) { return stage->outsideRoots.contains(op); });
}

LogicalResult FuseAllReduceNormPass::runStages(
    Sites &sites, std::shared_ptr<RankEquality> ranks, FusionReport &summary) {
  if (failed(normalizeSites(sites, std::move(ranks))) ||
      failed(applyBothWays(fuseSandwiches, sites, isOneOf<norm::AddRMSNormOp>)))
    return failure();
  // The next stage takes their first norms.
  for (Operation *norm : sites.get(raise::isNorm))
    summary.addMissedSandwich(norm);
  if (failed(applyBothWays(fuse, sites, raise::isNorm)))
    return failure();
  return raise::applyAtRoots(
      quantize.getRoots(sites, isOneOf<norm::QuantizeOp>), quantize.patterns,
      &sites);
}

void FuseAllReduceNormPass::runOnOperation() {
  FusionSummary *listener = getFusionSummary(&getContext());
  FusionCounts counts;
  if (listener)
    counts = countCollectives(getOperation());
  auto isRoot = [&](Operation *op) { return isOutsideRoot(op); };
  Sites sites = hasOutsideRoots ? Sites(getOperation(), isRoot)
                                : Sites(getAnalysis<raise::Candidates>());
  FusionReport summary(&getContext(), report);
  auto ranks = std::make_shared<RankEquality>(getOperation());
  if (failed(runStages(sites, ranks, summary)))
    return signalPassFailure();
  counts.numFused = count(sites);
  explain(sites, *ranks, summary);
  // The report says it already.
  if (listener && !report)
    listener->add(getOperation(), counts, summary.isShown());
}

unsigned FuseAllReduceNormPass::count(const Sites &sites) {
  unsigned fusedHere = 0;
  for (Operation *op : sites.get(isOneOf<AllReduceOp, AllReduceRMSNormOp>)) {
    auto fused = dyn_cast<AllReduceRMSNormOp>(op);
    if (fused && !sites.isNew(op))
      continue;
    ++numSites;
    if (!fused) {
      ++numMissed;
      continue;
    }
    ++numFused;
    ++fusedHere;
    numWithResidual += fused.getResidual() ? 1 : 0;
    numWithWeightBias += fused.getWeightBias().isZero() ? 0 : 1;
    numWithPostNorm += fused.isSandwich() ? 1 : 0;
    numWithQuantization += fused.getQuantization() ? 1 : 0;
  }
  return fusedHere;
}

void FuseAllReduceNormPass::explain(const Sites &sites, RankEquality &ranks,
                                    FusionReport &summary) {
  if (!summary.isWanted())
    return;
  // All operations, in the order of the program: a chain may end anywhere.
  getOperation()->walk([&](Operation *op) {
    if (auto fused = dyn_cast<AllReduceRMSNormOp>(op)) {
      if (sites.isNew(op))
        summary.addFused(fused);
    } else if (auto reduce = dyn_cast<AllReduceOp>(op)) {
      summary.addMissed(reduce, ranks);
    } else if (auto quantize = dyn_cast<norm::QuantizeOp>(op)) {
      summary.addMissedQuantize(quantize);
    } else if (StringRef name = getCollectiveName(op); !name.empty()) {
      summary.addMissedCollective(op, name);
    } else {
      summary.addMissedChain(op);
    }
  });
  summary.remarkSummary(getOperation());
  if (!report)
    return;
  // At once: the pass may run on several functions at a time.
  std::string text;
  llvm::raw_string_ostream os(text);
  summary.print(os);
  llvm::errs() << text;
}
