//===- FusionPatterns.h - Patterns from outside -----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_FUSION_FUSIONPATTERNS_H
#define CONORM_LIB_FUSION_FUSIONPATTERNS_H

#include "../Raise/OutsidePatterns.h"
#include "conorm/Fusion/FusionPatterns.h"

namespace conorm::fusion {

/// Adds the patterns that were registered for `stage` to `patterns`, and
/// returns their roots.
raise::OutsideRoots populateOutsidePatterns(FusionStage stage,
                                            mlir::RewritePatternSet &patterns);

} // namespace conorm::fusion

#endif // CONORM_LIB_FUSION_FUSIONPATTERNS_H
