//===- Elementwise.h -  -----------------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads elementwise arithmetic, whether it is written as operations on tensors
// or in the bodies of linalg operations, one or several operations to a body.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_ELEMENTWISE_H
#define CONORM_LIB_RAISE_ELEMENTWISE_H

#include "Steps.h"
#include "mlir/IR/PatternMatch.h"
#include <optional>

namespace conorm::raise {

/// What stands at one position of a tensor: a value of tensor type, or a scalar
/// in the body of a linalg operation that computes that position.
struct Element {
  mlir::Value value;
  mlir::Operation *body = nullptr;

  /// The operation that computes it; null for arguments.
  mlir::Operation *getOp() const { return value.getDefiningOp(); }
  /// The operation on tensors that it is part of.
  mlir::Operation *getTensorOp() const { return body ? body : getOp(); }
  Element getOperand(unsigned index) const {
    return {getOp()->getOperand(index), body};
  }
  bool isTensor() const {
    return !body && mlir::isa<mlir::RankedTensorType>(value.getType());
  }
};

/// Goes through what changes no bit: bodies' borders, copies, casts of shapes,
/// and a widening that is undone.
Element peel(Element element);

/// The last tensor on the way of `peel`, which may go on into the body of what
/// makes that tensor; nothing if there is none.
Element peelToTensor(Element element);

/// A value that is the same at every position.
struct Scalar {
  /// The value where it is known.
  std::optional<llvm::APFloat> constant;
  /// Otherwise a float or a tensor of one element that has it. Its type may be
  /// narrower than the one in which it is used.
  mlir::Value value;
  /// What is used is 1 / value, divided in f32.
  bool reciprocal = false;

  bool isOne() const;
};

/// The scalar that `element` is; nothing if it differs from position to
/// position.
std::optional<Scalar> getScalar(Element element);

/// Whether an operation computes as IEEE 754 says: no fast-math flags, rounding
/// to nearest, ties to even.
bool isStrict(mlir::Operation *op);

/// Whether two tensors may have the same sizes. Casts by way of an unknown size
/// may claim what cannot be: such a program fails when it runs, and is left
/// alone.
bool haveCompatibleShapes(mlir::Value first, mlir::Value second);

//===----------------------------------------------------------------------===//
// Spellings, each with what it is made of
//===----------------------------------------------------------------------===//

/// Casts and copies, which change nothing. Something computes the source: what
/// no operation here computes has nothing to be fused with.
struct Copy {
  mlir::Value source;
};
std::optional<Copy> matchCopy(mlir::Value value);

/// A bf16 or f16 tensor in f32.
struct Widening {
  mlir::Value narrow;
};
std::optional<Widening> matchWidening(mlir::Value value);

/// A tensor in a narrower type, rounded to nearest, ties to even.
struct Rounding {
  mlir::Value wide;
};
std::optional<Rounding> matchRounding(mlir::Value value);

/// The sum of two tensors, rounded once to their type (rule R2).
struct Sum {
  mlir::Value left, right;
  /// The operations, on tensors or of linalg, that add, that round if another
  /// type is added in, and that give the sum. They may be one.
  mlir::Operation *addition = nullptr, *rounding = nullptr, *copy = nullptr;

  /// Each of them once, in order.
  llvm::SmallVector<mlir::Operation *, 2> getOps() const;
};
std::optional<Sum> matchSum(mlir::Value value);

/// A weight and the constant that is added to each of its elements, in either
/// order. The weight is of the sum's type, or of `type` and only extended. What
/// is added in another type and rounded to the sum's is as if added in that.
struct PlusConstant {
  mlir::Value weight;
  llvm::APFloat constant;
  /// The operation, on tensors or of linalg, that adds.
  mlir::Operation *addition;
};
std::optional<PlusConstant> matchPlusConstant(mlir::Value value,
                                              mlir::Type type);

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_ELEMENTWISE_H
