//===- RaisePatterns.h - Patterns that raise --------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The patterns of the passes that raise, for a compiler that builds passes of
// its own, and how it adds its own patterns to Conorm's.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RAISE_RAISEPATTERNS_H
#define CONORM_RAISE_RAISEPATTERNS_H

namespace mlir {
class DialectRegistry;
class RewritePatternSet;
} // namespace mlir

namespace conorm {

/// Adds the pattern by which `--raise-quantize` turns the arithmetic that ends
/// in an f8 tensor into `norm.quantize`. Its root may be any operation, so
/// apply it at those alone that end such arithmetic, if there are many others.
/// The dialects norm, arith, tensor, pdl and pdl_interp must be loaded.
void populateRaiseQuantizePatterns(mlir::RewritePatternSet &patterns);

/// Adds patterns that remove casts and copies around norms where no bit
/// changes: a norm in f32 between two casts becomes one in bf16 or f16, and
/// casts of an all_reduce move behind reshapes. Their roots are norms and
/// reshapes. Apply these without folding
/// (`GreedyRewriteConfig::enableFolding(false)`), which would remove the very
/// arithmetic that they look for.
void populateNormCastPatterns(mlir::RewritePatternSet &patterns);

/// Adds patterns, C++ or PDL, that raise.
using PopulateRaisePatterns = void (*)(mlir::RewritePatternSet &patterns);

/// Makes `--raise-quantize` apply the patterns that `populate` adds before it
/// looks for arithmetic, in every context of `registry`: as a pass, in a
/// pipeline, in a plugin and in conorm-compile. They may make norms, which are
/// then found, or quantizations. A pattern is tried at the operations that are
/// its roots, old and new ones.
void registerRaisePatterns(mlir::DialectRegistry &registry,
                           PopulateRaisePatterns populate);

} // namespace conorm

#endif // CONORM_RAISE_RAISEPATTERNS_H
