//===- BlasVerifiers.cpp - What operations of blas must be ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Blas/IR/Blas.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::blas;

bool conorm::blas::isF8(Type element) {
  return isa<Float8E4M3FNType, Float8E5M2Type>(element);
}

bool conorm::blas::areMatmulTypes(Type lhs, Type rhs, Type output) {
  if (isF8(lhs) && isF8(rhs))
    return !(isa<Float8E5M2Type>(lhs) && isa<Float8E5M2Type>(rhs)) &&
           isa<BFloat16Type, Float16Type, Float32Type>(output);
  return lhs == rhs && isa<Float32Type, Float16Type, BFloat16Type>(lhs) &&
         (output == lhs || output.isF32());
}

/// Whether sizes can be equal.
static bool isCompatible(int64_t a, int64_t b) {
  return ShapedType::isDynamic(a) || ShapedType::isDynamic(b) || a == b;
}

static LogicalResult verifyTypes(MatmulOp op) {
  Type lhs = op.getLhsType().getElementType();
  Type rhs = op.getRhsType().getElementType();
  Type output = op.getOutputType().getElementType();
  if (areMatmulTypes(lhs, rhs, output))
    return success();
  return op.emitOpError("expected operands of one type of f32, f16 and bf16 "
                        "with an output of that type or f32, or operands of "
                        "f8E4M3FN and at most one of f8E5M2 with an output of "
                        "bf16, f16 or f32; found ")
         << lhs << ", " << rhs << " and " << output;
}

static LogicalResult verifyShapes(MatmulOp op) {
  ShapedType lhs = op.getLhsType(), rhs = op.getRhsType();
  if (!isCompatible(lhs.getDimSize(op.getLhsKDim()),
                    rhs.getDimSize(op.getRhsKDim())))
    return op.emitOpError("expected operands with equal k, found ")
           << lhs << (op.getTransposeLhs() ? " transposed" : "") << " and "
           << rhs << (op.getTransposeRhs() ? " transposed" : "");
  if (lhs.getRank() == 3 && rhs.getRank() == 3 &&
      !isCompatible(lhs.getDimSize(0), rhs.getDimSize(0)))
    return op.emitOpError("expected operands with equal batches, found ")
           << lhs << " and " << rhs;
  MatmulOp::Sizes sizes = op.getSizes();
  SmallVector<int64_t> shape = {sizes.m, sizes.n};
  if (op.isBatched())
    shape.insert(shape.begin(), sizes.batch);
  ShapedType output = op.getOutputType();
  if (failed(verifyCompatibleShape(shape, output.getShape())))
    return op.emitOpError("expected an output of shape ")
           << RankedTensorType::get(shape, output.getElementType())
           << ", found " << output;
  Value init = op.getInit();
  auto initType = init ? cast<ShapedType>(init.getType()) : output;
  if (initType.getElementType() != output.getElementType() ||
      failed(verifyCompatibleShape(shape, initType.getShape())))
    return op.emitOpError("expected init of the output's type ")
           << output << ", found " << initType;
  return success();
}

static LogicalResult verifyF8Layout(MatmulOp op) {
  if (!isF8(op.getLhsType().getElementType()))
    return success();
  if (op.getTransposeLhs() || !op.getTransposeRhs())
    return op.emitOpError("expected operands of 8 bits as [m, k] and [n, k], "
                          "found ")
           << (op.getTransposeLhs() ? "[k, m]" : "[m, k]") << " and "
           << (op.getTransposeRhs() ? "[n, k]" : "[k, n]");
  // The library would round the product before it adds.
  Type output = op.getOutputType().getElementType();
  if (op.getInit() && !output.isF32())
    return op.emitOpError("expected an output of f32 with init and operands of "
                          "8 bits, found ")
           << output;
  MatmulOp::Sizes sizes = op.getSizes();
  for (auto [name, size] : {std::pair("n", sizes.n), {"k", sizes.k}})
    if (!ShapedType::isDynamic(size) && size % 16 != 0)
      return op.emitOpError("expected ")
             << name << " to be a multiple of 16 with operands of 8 bits, "
             << "found " << size;
  return success();
}

/// `size` is what a vector has one scale for each of.
static LogicalResult verifyScale(MatmulOp op, StringRef name, Value scale,
                                 StringRef sizeName, int64_t size) {
  if (!scale)
    return success();
  Type element = op.getLhsType().getElementType();
  if (!isF8(element))
    return op.emitOpError("expected no ")
           << name << " with operands that are not of 8 bits, found "
           << element;
  auto type = cast<ShapedType>(scale.getType());
  if (type.getRank() == 0 || type.getDimSize(0) == 1 ||
      isCompatible(type.getDimSize(0), size))
    return success();
  return op.emitOpError("expected ")
         << name << " of one element or of " << sizeName << ", which is "
         << size << ", found " << type;
}

LogicalResult MatmulOp::verify() {
  MatmulOp::Sizes sizes = getSizes();
  if (failed(verifyTypes(*this)) || failed(verifyShapes(*this)) ||
      failed(verifyF8Layout(*this)) ||
      failed(verifyScale(*this, "lhs_scale", getLhsScale(), "m", sizes.m)))
    return failure();
  return verifyScale(*this, "rhs_scale", getRhsScale(), "n", sizes.n);
}
