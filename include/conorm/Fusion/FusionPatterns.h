//===- FusionPatterns.h - Patterns from outside -----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How a compiler adds patterns of its own to the stages of
// `--fuse-all-reduce-norm`.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_FUSION_FUSIONPATTERNS_H
#define CONORM_FUSION_FUSIONPATTERNS_H

namespace mlir {
class DialectRegistry;
class RewritePatternSet;
} // namespace mlir

namespace conorm {

/// Stages of the fusion, in their order. Each runs to its fixpoint before the
/// next one starts.
enum class FusionStage {
  /// Spellings of a norm become `norm.rms_norm` and `norm.add_rms_norm`.
  Normalize,
  /// An all_reduce and the two norms of a sandwich become one operation.
  FuseSandwich,
  /// So do an all_reduce and the norm that reads it.
  Fuse,
  /// Spellings of a quantization become `norm.quantize`.
  Raise,
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
