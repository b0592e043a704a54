//===- Scales.h - Factors as scales of a product ----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CONVERSION_LINALGTOBLAS_SCALES_H
#define CONORM_LIB_CONVERSION_LINALGTOBLAS_SCALES_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace conorm {

/// What each element of a tensor is multiplied by.
struct Factor {
  /// A tensor of f32, or one f32.
  mlir::Value value;
  /// From the dimensions of that tensor to those of a tensor of factors; of
  /// anything for one f32.
  mlir::AffineMap map;
};

/// Finds what a tensor is a product of.
class Factors {
public:
  /// `product` is a factor by itself, whatever it is made of.
  explicit Factors(mlir::Value product) : product(product) {}

  /// Adds the factors of `value`, a tensor whose elements are at the places
  /// `map` of the result.
  void add(mlir::Value value, mlir::AffineMap map);
  /// Adds the factors of a product that the body of `op` computes; false if it
  /// is no product. `rounded` is the type that the product is rounded to, null
  /// if it is not.
  bool add(mlir::linalg::GenericOp op, mlir::AffineMap map,
           mlir::Type &rounded);
  /// Takes out the product, each element at its place; false if it is not
  /// there, or more than once.
  bool takeProduct();

  llvm::ArrayRef<Factor> get() const { return factors; }

private:
  bool addFromBody(mlir::linalg::GenericOp op, mlir::Value value,
                   mlir::AffineMap map);

  mlir::Value product;
  llvm::SmallVector<Factor> factors;
};

/// What a factor has one value for each of.
enum class ScaleKind { None, Scalar, Vector };

/// Whether a factor is one for each of `dims`, dimensions of the result, or one
/// for all.
ScaleKind classify(const Factor &factor, llvm::ArrayRef<unsigned> dims);

/// A factor as a tensor of rank 1, or one value.
mlir::Value makeScale(mlir::OpBuilder &builder, mlir::Location loc,
                      const Factor &factor);

} // namespace conorm

#endif // CONORM_LIB_CONVERSION_LINALGTOBLAS_SCALES_H
