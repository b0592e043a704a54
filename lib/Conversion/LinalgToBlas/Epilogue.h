//===- Epilogue.h - What follows a contraction ------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CONVERSION_LINALGTOBLAS_EPILOGUE_H
#define CONORM_LIB_CONVERSION_LINALGTOBLAS_EPILOGUE_H

#include "Contraction.h"
#include "Scales.h"

namespace conorm {

/// The operations behind a contraction that go into its product.
struct Epilogue {
  /// In their order; each is the only use of the one before.
  llvm::SmallVector<mlir::Operation *> ops;
  /// The type that the last one's result is rounded to.
  mlir::Type element;
  std::optional<Factor> lhsScale, rhsScale;
};

Epilogue matchEpilogue(const Contraction &contraction);

} // namespace conorm

#endif // CONORM_LIB_CONVERSION_LINALGTOBLAS_EPILOGUE_H
