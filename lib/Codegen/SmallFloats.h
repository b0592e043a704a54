//===- SmallFloats.h - Conversions of bf16, f16, f8 and scales --*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Conversions written out in arithmetic that LLVM has on every processor, each
// with one rounding to nearest even. All take scalars and vectors.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CODEGEN_SMALLFLOATS_H
#define CONORM_LIB_CODEGEN_SMALLFLOATS_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace conorm {

/// `type`, scalar or vector, with another element type.
mlir::Type withElement(mlir::Type type, mlir::Type element);

/// The floats of eight bits that are written out here.
bool isF8(mlir::Type type);

/// A scale's power of two.
bool isE8M0(mlir::Type type);

/// bf16, f16 and f8, scalar or vector.
bool isSmallFloat(mlir::Type type);

/// f32 or f64 to the small float, or scale, `to`.
mlir::Value roundTo(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                    mlir::Type to);

/// A small float, or a scale, to one of element type `element` that holds it
/// exactly. For bf16 it is a shift: LLVM moves operations to before an
/// extension that it recognizes, and then calls helpers for bf16 that the C
/// library lacks.
mlir::Value widen(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                  mlir::Type element);

/// An integer of more bits than f64 holds, chopped to what f64 holds and made
/// odd if that loses anything: what is rounded after that is rounded as if
/// once.
mlir::Value chopToF64(mlir::ImplicitLocOpBuilder &builder, mlir::Value value,
                      bool isSigned);

} // namespace conorm

#endif // CONORM_LIB_CODEGEN_SMALLFLOATS_H
