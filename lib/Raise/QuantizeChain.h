//===- QuantizeChain.h - Arithmetic that quantizes --------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads the arithmetic by which upstream operations quantize a norm: a chain
// of steps from the norm to an f8 tensor. Guards compare it with the formula of
// `per_tensor`, bit by bit.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_QUANTIZECHAIN_H
#define CONORM_LIB_RAISE_QUANTIZECHAIN_H

#include "Constraint.h"
#include "Elementwise.h"
#include "conorm/Dialect/Norm/IR/Norm.h"

namespace conorm::raise {

/// One step of a chain, on every element alike.
struct ChainStep {
  enum Kind { Widen, Narrow, Divide, Multiply, Maximum, Minimum };
  Kind kind;
  mlir::Operation *op;
  /// The element type in which the step computes.
  mlir::Type type;
  /// The other operand; nothing if it differs from element to element.
  std::optional<Scalar> scalar = std::nullopt;

  bool scales() const { return kind == Divide || kind == Multiply; }
  bool clamps() const { return kind == Maximum || kind == Minimum; }
};

/// The steps from the norm `input`, in whatever shape, to an f8 tensor, in
/// order.
struct Chain {
  mlir::Value input;
  llvm::SmallVector<ChainStep, 8> steps;
  /// What stands between steps and gives the value another shape, in order.
  llvm::SmallVector<mlir::Operation *> reshapes = {};

  const ChainStep *getScaling() const;
  mlir::Type getQuantizedElement() const;
};

/// The chain that ends in the result of `root`; nothing if it does not begin
/// with a norm, or is no such chain.
std::optional<Chain> getQuantizeChain(mlir::Operation *root);

/// Why no chain can be read from `root`, although it is computed from a norm:
/// what stands between them and is no step of a chain.
Violation checkKnownSteps(mlir::Operation *root);

/// Whether `op` may end a chain: cheap to ask of every operation.
bool mayEndChain(mlir::Operation *op);

/// The norms in f32, and the reshapes around them, from which `root` may be
/// computed. Casts around them may hide that a norm of its input's type is
/// quantized. Nothing if there is no such norm.
llvm::SmallVector<mlir::Operation *> findWideNorms(mlir::Operation *root);

/// The scale with which `per_tensor` computes what a chain computes.
struct ChainScale {
  std::optional<float> constant;
  mlir::Value value;
  norm::ScaleMode mode = norm::ScaleMode::MultiplyReciprocal;
};

/// Nothing, with `why`, if there is no such scale.
std::optional<ChainScale> getChainScale(const Chain &chain, Violation &why);

/// All guards of raising, in the order in which remarks name them.
llvm::ArrayRef<Constraint<const Chain &>> getChainConstraints();

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_QUANTIZECHAIN_H
