//===- Steps.h - What an operation computes, in any dialect -----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The vocabulary in which norms, sums and quantizations are described. Each
// family of dialects has one reader, which names the step that an operation is.
// A description of steps holds for all of them.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_STEPS_H
#define CONORM_LIB_RAISE_STEPS_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace conorm::raise {

enum class Step {
  /// Not in the vocabulary.
  Unknown,
  // Of floats, element by element; operands are in the order of arithmetic.
  Add,
  Subtract,
  Multiply,
  Divide,
  /// IEEE 754-2019 maximum and minimum: a NaN gives NaN.
  Maximum,
  Minimum,
  /// The like that drop a NaN.
  MaximumNumber,
  MinimumNumber,
  /// Operands: the lower bound, the value, the upper bound.
  Clamp,
  Negate,
  Absolute,
  Square,
  Power,
  Sqrt,
  Rsqrt,
  /// To a type that holds every number of the operand's.
  Extend,
  /// To another type, to nearest, ties to even.
  Round,
  // Elements that stay what they are.
  /// The same value.
  Copy,
  /// One element, or a tensor along some dimensions, over a larger tensor.
  Broadcast,
  /// The same elements in another shape.
  Reshape,
  /// Some of the elements.
  Slice,
  // Others.
  Constant,
  Reduce,
};

/// The step that `op`, which may be null, is.
Step getStep(mlir::Operation *op);

/// The name that messages use for it: that of the operation, or "an argument".
std::string getStepName(mlir::Value value);

/// Whether each element of a step's result is computed from those at the same
/// position of its operands.
bool isElementwise(Step step);

/// Whether `op`, which may be null, seems to compute each element of its result
/// from those at the same position of its operands, whatever it is.
bool mapsElements(mlir::Operation *op);

/// Whether a type holds every number of another.
bool isExactExtension(mlir::Type from, mlir::Type to);

/// Whether an operation has no effects: as its interfaces say, or, where its
/// dialect is not registered, as the specification of the dialect says.
bool hasNoEffects(mlir::Operation *op);

/// The value that all elements have; nothing if it is not known.
std::optional<llvm::APFloat> getConstant(mlir::Value value);

/// The dimensions of the result that the operand's dimensions become.
std::optional<llvm::SmallVector<int64_t>> getBroadcastDims(mlir::Operation *op);

/// One value reduced over some of its dimensions, which go away.
struct ReduceStep {
  mlir::Value input;
  llvm::SmallVector<int64_t> dims;
  /// The step by which two elements become one.
  Step combiner = Step::Unknown;
  /// Where it starts.
  mlir::Value init;
};
std::optional<ReduceStep> getReduceStep(mlir::Operation *op);

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_STEPS_H
