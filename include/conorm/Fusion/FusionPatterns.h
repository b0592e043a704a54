//===- FusionPatterns.h - The patterns of the fusion ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The patterns of the stages of `--fuse-all-reduce-norm`, for a compiler that
// builds passes of its own, and how it adds its own patterns to them.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_FUSION_FUSIONPATTERNS_H
#define CONORM_FUSION_FUSIONPATTERNS_H

#include "conorm/Fusion/Passes.h"

namespace mlir {
class DialectRegistry;
class Operation;
class RewritePatternSet;
} // namespace mlir

namespace conorm {

//===----------------------------------------------------------------------===//
// Conorm's patterns
//
// Apply the sets in this order, each to its fixpoint before the next one, and
// without folding (`GreedyRewriteConfig::enableFolding(false)`), which would
// remove arithmetic that the patterns look for. The pass gives the driver the
// roots in the order of the program: of several norms of one value the first is
// fused. The dialects comm, norm, arith, tensor, pdl and pdl_interp must be
// loaded. The patterns' native functions are registered under names of
// Conorm's; a set may hold other patterns too.
//===----------------------------------------------------------------------===//

/// What the first stage may do.
struct NormalizeOptions {
  /// Turn norms over `1 + weight` into `weight_bias = 1.0`.
  bool weightBias = true;
};

/// Stage 1: brings norms to one form, with no casts or copies around them. The
/// roots are norms, and the operations of `tensor` that give another shape.
/// Includes `populateNormCastPatterns`.
void populateNormalizePatterns(mlir::RewritePatternSet &patterns,
                               const NormalizeOptions &options = {});

/// Stage 1 where there are reshapes: moves those of a sum behind its norm or
/// before the addition. Run `populateNormalizePatterns` once more afterwards.
/// The roots are `norm.rms_norm`. Slices move only if all ranks take the same
/// part; what is known of that is looked for inside `root`, best a module. It
/// is computed once: use a set for one run.
void populateReshapedSumPatterns(mlir::RewritePatternSet &patterns,
                                 mlir::Operation *root);

/// Stage 1 where there are reshapes, last: moves those of an all_reduce before
/// it, and slices behind a norm. The roots are norms. `root` is as above.
void populateReshapedSitePatterns(mlir::RewritePatternSet &patterns,
                                  mlir::Operation *root);

/// Stage 2: an all_reduce and the two norms of a sandwich become one operation.
/// The roots are `norm.add_rms_norm`.
void populateFuseSandwichPatterns(mlir::RewritePatternSet &patterns);

/// Stage 2: so do an all_reduce and the norm that reads it. The roots are
/// norms.
void populateFusePatterns(mlir::RewritePatternSet &patterns);

/// Stage 3: a fused operation takes in the quantization of its norm. The roots
/// are `norm.quantize`. Arithmetic that quantizes is raised before
/// (`populateRaiseQuantizePatterns`).
void populateFuseQuantizePatterns(mlir::RewritePatternSet &patterns);

//===----------------------------------------------------------------------===//
// Patterns from outside
//===----------------------------------------------------------------------===//

/// Stages of the fusion, in their order. Each runs to its fixpoint before the
/// next one starts. Patterns that make norms or quantizations of other
/// operations go to `registerRaisePatterns`, which come before all of these.
enum class FusionStage {
  /// Norms take one form.
  Normalize,
  /// An all_reduce and the two norms of a sandwich become one operation.
  FuseSandwich,
  /// So do an all_reduce and the norm that reads it.
  Fuse,
  /// A fused operation takes in the quantization of its norm.
  Quantize,
};

/// Adds the patterns of `stage`, C++ or PDL, to `patterns`.
using PopulateFusionPatterns = void (*)(FusionStage stage,
                                        mlir::RewritePatternSet &patterns);

/// Makes the fusion ask `populate` for more patterns, once for each stage, in
/// every context of `registry`, be it run as a pass, in a pipeline, by a plugin
/// or by conorm-compile. A pattern is tried at the operations that are its
/// roots, old and new ones. The stage's own patterns are there as well; the
/// benefit decides where both match.
void registerFusionPatterns(mlir::DialectRegistry &registry,
                            PopulateFusionPatterns populate);

} // namespace conorm

#endif // CONORM_FUSION_FUSIONPATTERNS_H
