//===- RuntimeCall.cpp - What an operation asks of the runtime ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Conversion/ConormToRuntime/RuntimeCall.h"

#include "RuntimeEnums.h"
#include "conorm/Conversion/ConormToRuntime/RuntimeAbi.h"

using namespace mlir;
using namespace conorm;

static unsigned getRank(Value buffer) {
  return cast<MemRefType>(buffer.getType()).getRank();
}

static uint32_t getElementType(Value buffer) {
  return buffer ? getRuntimeType(
                      cast<MemRefType>(buffer.getType()).getElementType())
                : static_cast<uint32_t>(CONORM_TYPE_NONE);
}

//===----------------------------------------------------------------------===//
// Fields
//===----------------------------------------------------------------------===//

RuntimeCall::RuntimeCall(Operation *op) : given({op->getOperand(0)}) {}

void RuntimeCall::setNumber(StringRef field, int64_t number) {
  fields.push_back({field.str(), Field::Number, number});
}

void RuntimeCall::setFloat(StringRef field, FloatAttr number) {
  fields.push_back({field.str(), Field::Float, 0, number});
}

void RuntimeCall::setCount(StringRef field, unsigned firstDim,
                           unsigned numDims) {
  fields.push_back({field.str(), Field::Count, 0, FloatAttr(), getInput(),
                    firstDim, numDims});
}

void RuntimeCall::setElementType(StringRef field, Value buffer) {
  setNumber(field, ::getElementType(buffer));
}

void RuntimeCall::setSize(StringRef field, Value buffer, unsigned dim) {
  fields.push_back(
      {field.str(), Field::Count, 0, FloatAttr(), buffer, dim, /*numDims=*/1});
}

void RuntimeCall::setInput(StringRef field, Value buffer) {
  fields.push_back({field.str(), Field::Input, 0, FloatAttr(), buffer});
}

void RuntimeCall::setOutput(StringRef field, Value buffer) {
  fields.push_back({field.str(), Field::Output, 0, FloatAttr(), buffer});
}

void RuntimeCall::setMatrix(StringRef field, Value buffer, bool isOutput) {
  if (!buffer)
    return;
  fields.push_back({field.str(), isOutput ? Field::Output : Field::Input, 0,
                    FloatAttr(), buffer});
  fields.back().isStrided = true;
  unsigned rank = getRank(buffer);
  auto addStride = [&](const char *name, unsigned dim) {
    fields.push_back({(field + name).str(), Field::Stride, 0, FloatAttr(),
                      buffer, dim, /*numDims=*/1});
  };
  addStride("_row_stride", rank - 2);
  if (rank == 3)
    addStride("_batch_stride", 0);
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

SmallVector<AffineExpr> RuntimeCall::getInputSizes() const {
  return norm::getInputSizeExprs(getInput().getContext(), getRank(getInput()));
}

void RuntimeCall::expectSizes(Value buffer, StringRef name,
                              ArrayRef<AffineExpr> exprs) {
  if (!buffer)
    return;
  Sizes &expected = sizes.emplace_back();
  expected.buffer = buffer;
  expected.name = name.str();
  llvm::append_range(expected.exprs, exprs);
  expected.isLikeInput = exprs == ArrayRef(getInputSizes());
}

void RuntimeCall::setOutputs(DestinationOpInterface op) {
  for (auto [index, name, buffer] :
       llvm::enumerate(op.getOutputNames(), op.getDestinations())) {
    setOutput(name, buffer);
    expectSizes(buffer, name, op.getOutputSizeExprs(index));
  }
}

//===----------------------------------------------------------------------===//
// Collectives
//===----------------------------------------------------------------------===//

void RuntimeCall::setCollective(comm::CollectiveOpInterface op, bool isSum) {
  sums = isSum;
  group = op.getGroupAttr();
  dispatch = op.getDispatchAttr();
  setNumber("strategy", toRuntime(op.getStrategy()));
}

void RuntimeCall::setReduction(comm::Reduction reduction) {
  setNumber("reduction", toRuntime(reduction));
}

void RuntimeCall::setBlockOutput(Value output, unsigned dim, bool gathers) {
  setOutput("output", output);
  expectSizes(output, "output", getInputSizes());
  sizes.back().blockDim = dim;
  sizes.back().gathers = gathers;
  sizes.back().isLikeInput = false;
}

//===----------------------------------------------------------------------===//
// Norms and quantization
//===----------------------------------------------------------------------===//

void RuntimeCall::setRowsAndCols() {
  unsigned last = getRank(getInput()) - 1;
  setCount("rows", 0, last);
  setCount("cols", last, 1);
}

void RuntimeCall::setRowGroups() {
  auto type = cast<MemRefType>(getInput().getType());
  unsigned rank = type.getRank();
  if (rank < 2 || type.areTrailingDimsContiguous(rank) ||
      !type.areTrailingDimsContiguous(rank - 1))
    return;
  rowGroups = true;
  for (Field &field : fields)
    if (field.name == "input")
      field.isStrided = true;
  setCount("input_group_rows", 1, rank - 2);
  fields.push_back({"input_group_stride", Field::Stride, 0, FloatAttr(),
                    getInput(), 0, /*numDims=*/1});
}

void RuntimeCall::setNorm(norm::NormOpInterface op) {
  if (Value residual = op.getResidual()) {
    setInput("residual", residual);
    expectSizes(residual, "residual", getInputSizes());
  }
  setNorm("norm", op.getEpsilonAttr(), op.getWeightBiasAttr(), op.getRounding(),
          op.getWeightRounding(), op.getWeight(), "weight");
}

void RuntimeCall::setNorm(StringRef field, FloatAttr epsilon,
                          FloatAttr weightBias, norm::Rounding rounding,
                          norm::WeightRounding weightRounding, Value weight,
                          StringRef weightName) {
  std::string prefix = (field + ".").str();
  setFloat(prefix + "epsilon", epsilon);
  setFloat(prefix + "weight_bias", weightBias);
  setNumber(prefix + "rounding", toRuntime(rounding, weightRounding));
  setNumber(prefix + "weight_type", getElementType(weight));
  setInput(prefix + "weight", weight);
  expectSizes(weight, weightName, getInputSizes().back());
}

/// Packed fp4 is i8 here, and 4-bit numbers in the runtime.
static uint32_t getQuantizedType(norm::SchemeAttr scheme, Value quantized) {
  return scheme.getKind() == norm::SchemeKind::NVFP4
             ? static_cast<uint32_t>(CONORM_TYPE_F4E2M1FN)
             : getElementType(quantized);
}

/// Packed exponents are i32 here.
static uint32_t getScaleType(norm::SchemeAttr scheme, Value scales) {
  return scheme.getLayout() == norm::ScaleLayout::PackedColumnMajor
             ? static_cast<uint32_t>(CONORM_TYPE_F8E8M0FNU)
             : getElementType(scales);
}

void RuntimeCall::setQuantization(norm::SchemeAttr scheme, Value scale,
                                  Value quantized, Value scales) {
  setInput("scale", scale);
  setNumber("quant.scheme", toRuntime(scheme.getKind()));
  setNumber("quant.quantized_type", getQuantizedType(scheme, quantized));
  setNumber("quant.scale_type", getScaleType(scheme, scales));
  setNumber("quant.scale_layout", toRuntime(scheme.getLayout()));
  setNumber("quant.scale_mode", toRuntime(scheme.getMode()));
  setNumber("quant.group_size", scheme.getBlockSize());
  if (scale && getRank(scale) == 1)
    expectSizes(scale, "scale", getAffineConstantExpr(1, scheme.getContext()));
}
