//===- FusionPatterns.cpp - The patterns of each stage --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FusionPatterns.h"

#include "Fusion.h"
#include "ReshapedSites.h"
#include "conorm/Raise/RaisePatterns.h"
#include "mlir/Parser/Parser.h"

// Each generated header defines `populateGeneratedPDLLPatterns`.
namespace conorm::fusion::normalize {
using namespace ::mlir;
#include "NormalizeNorm.h.inc"
} // namespace conorm::fusion::normalize

namespace conorm::fusion::fuse {
using namespace ::mlir;
#include "FuseAllReduceNorm.h.inc"
} // namespace conorm::fusion::fuse

namespace conorm::fusion::quantize {
using namespace ::mlir;
#include "ExtendByQuantize.h.inc"
} // namespace conorm::fusion::quantize

using namespace mlir;
using namespace conorm;

//===----------------------------------------------------------------------===//
// Conorm's
//===----------------------------------------------------------------------===//

void conorm::populateNormalizePatterns(RewritePatternSet &patterns,
                                       const NormalizeOptions &options) {
  using namespace fusion::normalize;
  populateNormCastPatterns(patterns);
  fusion::registerNormalizeConstraints(patterns.getPDLPatterns());
  fusion::registerNormalizeRewrites(patterns.getPDLPatterns());
  patterns.add<Addition, ExchangedAddends>(patterns.getContext());
  if (options.weightBias)
    patterns.add<WeightPlusOne, AddNormWeightPlusOne>(patterns.getContext());
}

static void registerFuse(PDLPatternModule &patterns) {
  fusion::registerFuseConstraints(patterns);
  fusion::registerFuseRewrites(patterns);
}

void conorm::populateFuseSandwichPatterns(RewritePatternSet &patterns) {
  registerFuse(patterns.getPDLPatterns());
  patterns.add<fusion::fuse::AllReduceSandwich>(patterns.getContext());
}

void conorm::populateFusePatterns(RewritePatternSet &patterns) {
  using namespace fusion::fuse;
  registerFuse(patterns.getPDLPatterns());
  patterns.add<AllReduceRMSNorm, AllReduceAddRMSNorm>(patterns.getContext());
}

void conorm::populateFuseQuantizePatterns(RewritePatternSet &patterns) {
  fusion::registerQuantizeConstraints(patterns.getPDLPatterns());
  fusion::registerQuantizeRewrites(patterns.getPDLPatterns());
  fusion::registerQuantizeReshapes(patterns.getPDLPatterns());
  fusion::quantize::populateGeneratedPDLLPatterns(patterns);
}

//===----------------------------------------------------------------------===//
// From outside
//===----------------------------------------------------------------------===//

using OutsideFusionPatterns =
    raise::OutsidePatterns<comm::CommDialect, PopulateFusionPatterns>;

void conorm::registerFusionPatterns(DialectRegistry &registry,
                                    PopulateFusionPatterns populate) {
  OutsideFusionPatterns::registerIn(registry, populate);
}

raise::OutsideRoots
fusion::populateOutsidePatterns(FusionStage stage,
                                RewritePatternSet &patterns) {
  raise::OutsideRoots roots;
  MLIRContext *context = patterns.getContext();
  for (PopulateFusionPatterns populate : OutsideFusionPatterns::get(context)) {
    RewritePatternSet added(context);
    populate(stage, added);
    raise::addOutsidePatterns(patterns, std::move(added), roots);
  }
  return roots;
}
