//===- CommBytecode.cpp - Properties that older bytecode lacks ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ODS writes properties in the order of their names, so that a new one moves
// those after it, and reads nothing that lacks one. Here the order is fixed: it
// is ODS's of version 1.0, and what came later stands behind that.
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"

#include "../../BytecodeVersion.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;

/// The version of MLIR's own format that has arrays of integers.
static constexpr int kNativeSegmentSizes = 6;

template <typename Sizes>
static LogicalResult readSizesAsAttribute(DialectBytecodeReader &reader,
                                          Sizes &sizes) {
  if (reader.getBytecodeVersion() >= kNativeSegmentSizes)
    return success();
  DenseI32ArrayAttr attribute;
  if (failed(reader.readAttribute(attribute)))
    return failure();
  if (attribute.size() != static_cast<int64_t>(sizes.size()))
    return reader.emitError("expected ")
           << sizes.size() << " segments, found " << attribute.size();
  llvm::copy(attribute.asArrayRef(), sizes.begin());
  return success();
}

template <typename Sizes>
static LogicalResult readSizes(DialectBytecodeReader &reader, Sizes &sizes) {
  if (reader.getBytecodeVersion() < kNativeSegmentSizes)
    return success();
  return reader.readSparseArray(MutableArrayRef<int32_t>(sizes));
}

template <typename Sizes>
static void writeSizesAsAttribute(DialectBytecodeWriter &writer,
                                  MLIRContext *context, const Sizes &sizes) {
  if (writer.getBytecodeVersion() < kNativeSegmentSizes)
    writer.writeAttribute(DenseI32ArrayAttr::get(context, sizes));
}

template <typename Sizes>
static void writeSizes(DialectBytecodeWriter &writer, const Sizes &sizes) {
  if (writer.getBytecodeVersion() >= kNativeSegmentSizes)
    writer.writeSparseArray(ArrayRef<int32_t>(sizes));
}

/// Whether the bytecode has what came with minor version `minor`.
static bool hasMinor(DialectBytecodeReader &reader, uint64_t minor) {
  FailureOr<const DialectVersion *> version =
      reader.getDialectVersion<CommDialect>();
  return succeeded(version) &&
         static_cast<const BytecodeVersion *>(*version)->has(minor);
}

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
  if (hasMinor(reader, 1))
    return reader.readOptionalAttribute(properties.replicated);
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
}
