//===- FuseAllReduceNorm.cpp -  -------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Fusion/Passes.h"

#include "../Raise/RaiseQuantize.h"
#include "Fusion.h"
#include "FusionPatterns.h"
#include "FusionReport.h"
#include "FusionSummary.h"
#include "ReshapedSites.h"
#include "mlir/Dialect/PDL/IR/PDL.h"
#include "mlir/Dialect/PDLInterp/IR/PDLInterp.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace conorm {
#define GEN_PASS_DEF_FUSEALLREDUCENORM
#include "conorm/Fusion/Passes.h.inc"
} // namespace conorm

// Each generated header defines `populateGeneratedPDLLPatterns`.
namespace conorm::fusion::normalize {
using namespace ::mlir;
#include "NormalizeNorm.h.inc"
} // namespace conorm::fusion::normalize

namespace conorm::fusion::reshape {
using namespace ::mlir;
#include "Reshapes.h.inc"
} // namespace conorm::fusion::reshape

namespace conorm::fusion::bias {
using namespace ::mlir;
#include "WeightBias.h.inc"
} // namespace conorm::fusion::bias

namespace conorm::fusion::relaxed {
using namespace ::mlir;
#include "RelaxedWeightBias.h.inc"
} // namespace conorm::fusion::relaxed

namespace conorm::fusion::sandwich {
using namespace ::mlir;
#include "FuseSandwich.h.inc"
} // namespace conorm::fusion::sandwich

namespace conorm::fusion::fuse {
using namespace ::mlir;
#include "FuseAllReduceNorm.h.inc"
} // namespace conorm::fusion::fuse

namespace conorm::fusion::raise {
using namespace ::mlir;
#include "RaiseQuantize.h.inc"
} // namespace conorm::fusion::raise

namespace conorm::fusion::quantize {
using namespace ::mlir;
#include "ExtendByQuantize.h.inc"
} // namespace conorm::fusion::quantize

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;

namespace {

/// The operations that the stages look at: found by one walk, and kept up to
/// date while patterns make and erase some.
class Sites : public RewriterBase::Listener {
public:
  /// Also those that `isRoot` names: roots of patterns from outside.
  Sites(Operation *root, function_ref<bool(Operation *)> isRoot)
      : isRoot(isRoot) {
    root->walk([&](Operation *op) { add(op, /*isNew=*/false); });
  }

  void notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) override {
    // One that is moved is inserted once more.
    if (!indices.contains(op))
      add(op, /*isNew=*/true);
  }

  void notifyOperationErased(Operation *op) override {
    auto it = indices.find(op);
    if (it == indices.end())
      return;
    size_t index = it->second;
    entries[index].op = nullptr;
    indices.erase(it);
    // A pattern makes an operation before it erases those that it replaces.
    if (!std::exchange(hasUnplaced, false))
      return;
    Entry unplaced = entries.pop_back_val();
    if (!unplaced.op)
      return;
    entries[index] = unplaced;
    indices[unplaced.op] = index;
  }

  /// Those of the given kinds, in the order of the program; a new one has the
  /// place of the first one that was erased for it.
  template <typename... Ops>
  SmallVector<Operation *> get() const {
    return get([](Operation *op) { return isa<Ops...>(op); });
  }
  SmallVector<Operation *> get(function_ref<bool(Operation *)> accept) const {
    SmallVector<Operation *> found;
    for (const Entry &entry : entries)
      if (entry.op && accept(entry.op))
        found.push_back(entry.op);
    return found;
  }

  /// Whether a pattern made `op`.
  bool isNew(Operation *op) const {
    auto it = indices.find(op);
    return it != indices.end() && entries[it->second].isNew;
  }

private:
  struct Entry {
    Operation *op;
    bool isNew;
  };

  void add(Operation *op, bool isNew) {
    if (!isa<AllReduceOp, AllReduceRMSNormOp, norm::RMSNormOp,
             norm::AddRMSNormOp, norm::QuantizeOp>(op) &&
        !fusion::mayEndChain(op) && !fusion::changesShape(op) && !isRoot(op))
      return;
    indices[op] = entries.size();
    entries.push_back({op, isNew});
    hasUnplaced = isNew;
  }

  function_ref<bool(Operation *)> isRoot;
  SmallVector<Entry> entries;
  /// The last entry is of a new operation that has replaced none yet.
  bool hasUnplaced = false;
  DenseMap<Operation *, size_t> indices;
};

/// The patterns of a stage. Those from outside may have other roots.
struct Stage {
  FrozenRewritePatternSet patterns;
  fusion::OutsideRoots outsideRoots;

  /// The roots among `sites`: of kind `Ops`, or those of other patterns.
  template <typename... Ops>
  SmallVector<Operation *> getRoots(const Sites &sites) const {
    return getRoots(sites, [](Operation *op) { return isa<Ops...>(op); });
  }
  SmallVector<Operation *>
  getRoots(const Sites &sites, function_ref<bool(Operation *)> isOwn) const {
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
  LogicalResult normalizeSites(Sites &sites, fusion::RankEquality &ranks);
  LogicalResult runStages(Sites &sites, fusion::RankEquality &ranks,
                          fusion::FusionReport &summary);
  /// Returns how many were fused.
  unsigned count(const Sites &sites);
  void explain(const Sites &sites, fusion::RankEquality &ranks,
               fusion::FusionReport &summary);

  Stage normalize, fuseSandwiches, fuse, raise, quantize;
};

} // namespace

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

/// Gives the patterns their native constraints and rewrites, and compiles them.
static FrozenRewritePatternSet freeze(RewritePatternSet patterns) {
  fusion::registerConstraints(patterns.getPDLPatterns());
  fusion::registerQuantizeConstraints(patterns.getPDLPatterns());
  fusion::registerRaiseConstraints(patterns.getPDLPatterns());
  fusion::registerRewrites(patterns.getPDLPatterns());
  fusion::registerReshapes(patterns.getPDLPatterns());
  return FrozenRewritePatternSet(std::move(patterns));
}

LogicalResult FuseAllReduceNormPass::initialize(MLIRContext *context) {
  auto compile = [&](FusionStage stage, auto populate) {
    RewritePatternSet patterns(context);
    populate(patterns);
    fusion::OutsideRoots roots =
        fusion::populateOutsidePatterns(stage, patterns);
    return Stage{freeze(std::move(patterns)), roots};
  };
  normalize = compile(FusionStage::Normalize, [&](RewritePatternSet &patterns) {
    fusion::normalize::populateGeneratedPDLLPatterns(patterns);
    fusion::reshape::populateGeneratedPDLLPatterns(patterns);
    if (weightBias)
      fusion::bias::populateGeneratedPDLLPatterns(patterns);
    if (weightBias && numerics == Numerics::Relaxed)
      fusion::relaxed::populateGeneratedPDLLPatterns(patterns);
  });
  fuseSandwiches =
      compile(FusionStage::FuseSandwich, [](RewritePatternSet &patterns) {
        fusion::sandwich::populateGeneratedPDLLPatterns(patterns);
      });
  fuse = compile(FusionStage::Fuse, [](RewritePatternSet &patterns) {
    fusion::fuse::populateGeneratedPDLLPatterns(patterns);
  });
  raise = compile(FusionStage::Raise, [](RewritePatternSet &patterns) {
    fusion::raise::populateGeneratedPDLLPatterns(patterns);
  });
  quantize = compile(FusionStage::Quantize, [](RewritePatternSet &patterns) {
    fusion::quantize::populateGeneratedPDLLPatterns(patterns);
  });
  return success();
}

/// Applies patterns to those operations alone at which they are rooted, in the
/// given order, so that the cost does not depend on what else stands there.
static LogicalResult apply(SmallVector<Operation *> roots,
                           const FrozenRewritePatternSet &patterns,
                           Sites &sites) {
  if (roots.empty())
    return success();
  // The driver takes the last one first. Of several norms of one value it is
  // the first that the fused operation shall have.
  std::reverse(roots.begin(), roots.end());
  GreedyRewriteConfig config;
  // No folding: what is not ours stays as it was written, bit by bit.
  config.setListener(&sites)
      .setStrictness(GreedyRewriteStrictness::ExistingAndNewOps)
      .enableFolding(false)
      .enableConstantCSE(false);
  return applyOpPatternsGreedily(roots, patterns, config);
}

/// The same in the order of the program, and then once against it. Where a
/// collective went down to its norm, it stands no longer between others that
/// begin before it and end before that norm: those come up on the way back.
static LogicalResult
applyBothWays(function_ref<SmallVector<Operation *>()> getRoots,
              const FrozenRewritePatternSet &patterns, Sites &sites) {
  if (failed(apply(getRoots(), patterns, sites)))
    return failure();
  SmallVector<Operation *> roots = getRoots();
  std::reverse(roots.begin(), roots.end());
  return apply(roots, patterns, sites);
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

/// Stage 1: one form for every norm, with no reshapes in its way.
LogicalResult
FuseAllReduceNormPass::normalizeSites(Sites &sites,
                                      fusion::RankEquality &ranks) {
  auto applyNormalize = [&] {
    return apply(normalize.getRoots(sites,
                                    [](Operation *op) {
                                      return isa<norm::RMSNormOp,
                                                 norm::AddRMSNormOp>(op) ||
                                             fusion::changesShape(op);
                                    }),
                 normalize.patterns, sites);
  };
  auto applyReshapes = [&](auto populate) {
    SmallVector<Operation *> norms =
        sites.get<norm::RMSNormOp, norm::AddRMSNormOp>();
    RewritePatternSet patterns(&getContext());
    populate(patterns, ranks);
    return apply(norms, std::move(patterns), sites);
  };
  if (failed(applyNormalize()))
    return failure();
  if (sites.get(fusion::changesShape).empty())
    return success();
  // Additions are merged into their norms once nothing stands between them.
  return failure(failed(applyReshapes(fusion::populateReshapedSumPatterns)) ||
                 failed(applyNormalize()) ||
                 failed(applyReshapes(fusion::populateReshapedSitePatterns)));
}

bool FuseAllReduceNormPass::isOutsideRoot(Operation *op) const {
  return llvm::any_of(
      std::array{&normalize, &fuseSandwiches, &fuse, &raise, &quantize},
      [&](const Stage *stage) { return stage->outsideRoots.contains(op); });
}

LogicalResult FuseAllReduceNormPass::runStages(Sites &sites,
                                               fusion::RankEquality &ranks,
                                               fusion::FusionReport &summary) {
  using norm::AddRMSNormOp, norm::QuantizeOp, norm::RMSNormOp;
  if (failed(normalizeSites(sites, ranks)) ||
      failed(applyBothWays(
          [&] { return fuseSandwiches.getRoots<AddRMSNormOp>(sites); },
          fuseSandwiches.patterns, sites)))
    return failure();
  // The next stage takes their first norms.
  for (Operation *norm : sites.get<RMSNormOp, AddRMSNormOp>())
    summary.addMissedSandwich(norm);
  if (failed(applyBothWays(
          [&] { return fuse.getRoots<RMSNormOp, AddRMSNormOp>(sites); },
          fuse.patterns, sites)) ||
      failed(apply(raise.getRoots(sites, fusion::mayEndChain), raise.patterns,
                   sites)))
    return failure();
  return apply(quantize.getRoots<QuantizeOp>(sites), quantize.patterns, sites);
}

void FuseAllReduceNormPass::runOnOperation() {
  fusion::FusionSummary *listener = fusion::getFusionSummary(&getContext());
  FusionCounts counts;
  if (listener)
    counts = fusion::countCollectives(getOperation());
  auto isRoot = [&](Operation *op) { return isOutsideRoot(op); };
  Sites sites(getOperation(), isRoot);
  fusion::FusionReport summary(&getContext(), report);
  fusion::RankEquality ranks(getOperation());
  if (failed(runStages(sites, ranks, summary)))
    return signalPassFailure();
  counts.numFused = count(sites);
  explain(sites, ranks, summary);
  // The report says it already.
  if (listener && !report)
    listener->add(getOperation(), counts, summary.isShown());
}

unsigned FuseAllReduceNormPass::count(const Sites &sites) {
  unsigned fusedHere = 0;
  for (Operation *op : sites.get<AllReduceOp, AllReduceRMSNormOp>()) {
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

void FuseAllReduceNormPass::explain(const Sites &sites,
                                    fusion::RankEquality &ranks,
                                    fusion::FusionReport &summary) {
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
