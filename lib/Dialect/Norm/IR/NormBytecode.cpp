//===- NormBytecode.cpp - Properties that older bytecode lacks ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The order is fixed (BytecodeProperties.h), and the same for both norms.
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Norm/IR/Norm.h"

#include "../../BytecodeProperties.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::norm;

template <typename Properties>
static LogicalResult readNorm(DialectBytecodeReader &reader,
                              Properties &properties) {
  if (failed(reader.readAttribute(properties.epsilon)) ||
      failed(readSizesAsAttribute(reader, properties.operandSegmentSizes)) ||
      failed(reader.readOptionalAttribute(properties.rounding)) ||
      failed(reader.readOptionalAttribute(properties.weight_bias)) ||
      failed(readSizes(reader, properties.operandSegmentSizes)))
    return failure();
  if (hasMinor<NormDialect>(reader, 2))
    return reader.readOptionalAttribute(properties.weight_rounding);
  return success();
}

template <typename Properties>
static void writeNorm(DialectBytecodeWriter &writer, MLIRContext *context,
                      const Properties &properties) {
  writer.writeAttribute(properties.epsilon);
  writeSizesAsAttribute(writer, context, properties.operandSegmentSizes);
  writer.writeOptionalAttribute(properties.rounding);
  writer.writeOptionalAttribute(properties.weight_bias);
  writeSizes(writer, properties.operandSegmentSizes);
  writer.writeOptionalAttribute(properties.weight_rounding);
}

LogicalResult RMSNormOp::readProperties(DialectBytecodeReader &reader,
                                        OperationState &state) {
  return readNorm(reader, state.getOrAddProperties<Properties>());
}

void RMSNormOp::writeProperties(DialectBytecodeWriter &writer) {
  writeNorm(writer, getContext(), getProperties());
}

LogicalResult AddRMSNormOp::readProperties(DialectBytecodeReader &reader,
                                           OperationState &state) {
  return readNorm(reader, state.getOrAddProperties<Properties>());
}

void AddRMSNormOp::writeProperties(DialectBytecodeWriter &writer) {
  writeNorm(writer, getContext(), getProperties());
}
