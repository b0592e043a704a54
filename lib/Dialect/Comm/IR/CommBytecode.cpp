//===- CommBytecode.cpp - Properties that older bytecode lacks ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The order is fixed (BytecodeProperties.h).
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"

#include "../../BytecodeProperties.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;

LogicalResult AllReduceRMSNormOp::readProperties(DialectBytecodeReader &reader,
                                                 OperationState &state) {
  auto &properties = state.getOrAddProperties<Properties>();
  if (failed(reader.readOptionalAttribute(properties.dispatch)) ||
      failed(reader.readAttribute(properties.epsilon)) ||
      failed(reader.readAttribute(properties.group)) ||
      failed(readSizesAsAttribute(reader, properties.operandSegmentSizes)) ||
      failed(reader.readOptionalAttribute(properties.post_norm_epsilon)) ||
      failed(reader.readOptionalAttribute(properties.post_norm_rounding)) ||
      failed(reader.readOptionalAttribute(properties.post_norm_weight_bias)) ||
      failed(reader.readOptionalAttribute(properties.quantization)) ||
      failed(readSizesAsAttribute(reader, properties.resultSegmentSizes)) ||
      failed(reader.readOptionalAttribute(properties.rounding)) ||
      failed(reader.readOptionalAttribute(properties.strategy)) ||
      failed(reader.readOptionalAttribute(properties.weight_bias)) ||
      failed(readSizes(reader, properties.operandSegmentSizes)) ||
      failed(readSizes(reader, properties.resultSegmentSizes)))
    return failure();
  if (hasMinor<CommDialect>(reader, 1) &&
      failed(reader.readOptionalAttribute(properties.replicated)))
    return failure();
  if (hasMinor<CommDialect>(reader, 2))
    return failure(
        failed(reader.readOptionalAttribute(properties.weight_rounding)) ||
        failed(reader.readOptionalAttribute(
            properties.post_norm_weight_rounding)));
  return success();
}

void AllReduceRMSNormOp::writeProperties(DialectBytecodeWriter &writer) {
  const Properties &properties = getProperties();
  writer.writeOptionalAttribute(properties.dispatch);
  writer.writeAttribute(properties.epsilon);
  writer.writeAttribute(properties.group);
  writeSizesAsAttribute(writer, getContext(), properties.operandSegmentSizes);
  writer.writeOptionalAttribute(properties.post_norm_epsilon);
  writer.writeOptionalAttribute(properties.post_norm_rounding);
  writer.writeOptionalAttribute(properties.post_norm_weight_bias);
  writer.writeOptionalAttribute(properties.quantization);
  writeSizesAsAttribute(writer, getContext(), properties.resultSegmentSizes);
  writer.writeOptionalAttribute(properties.rounding);
  writer.writeOptionalAttribute(properties.strategy);
  writer.writeOptionalAttribute(properties.weight_bias);
  writeSizes(writer, properties.operandSegmentSizes);
  writeSizes(writer, properties.resultSegmentSizes);
  writer.writeOptionalAttribute(properties.replicated);
  writer.writeOptionalAttribute(properties.weight_rounding);
  writer.writeOptionalAttribute(properties.post_norm_weight_rounding);
}
