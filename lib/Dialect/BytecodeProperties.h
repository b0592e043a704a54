//===- BytecodeProperties.h - Properties that older bytecode lacks *- C++
//-*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ODS writes properties in the order of their names, so that a new one moves
// those after it, and reads nothing that lacks one. Operations that got one
// later fix the order instead: it is ODS's of version 1.0, and what came later
// stands behind that.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_DIALECT_BYTECODEPROPERTIES_H
#define CONORM_LIB_DIALECT_BYTECODEPROPERTIES_H

#include "BytecodeVersion.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/STLExtras.h"

namespace conorm {

/// The version of MLIR's own format that has arrays of integers.
inline constexpr int kNativeSegmentSizes = 6;

template <typename Sizes>
mlir::LogicalResult readSizesAsAttribute(mlir::DialectBytecodeReader &reader,
                                         Sizes &sizes) {
  if (reader.getBytecodeVersion() >= kNativeSegmentSizes)
    return mlir::success();
  mlir::DenseI32ArrayAttr attribute;
  if (failed(reader.readAttribute(attribute)))
    return mlir::failure();
  if (attribute.size() != static_cast<int64_t>(sizes.size()))
    return reader.emitError("expected ")
           << sizes.size() << " segments, found " << attribute.size();
  llvm::copy(attribute.asArrayRef(), sizes.begin());
  return mlir::success();
}

template <typename Sizes>
mlir::LogicalResult readSizes(mlir::DialectBytecodeReader &reader,
                              Sizes &sizes) {
  if (reader.getBytecodeVersion() < kNativeSegmentSizes)
    return mlir::success();
  return reader.readSparseArray(llvm::MutableArrayRef<int32_t>(sizes));
}

template <typename Sizes>
void writeSizesAsAttribute(mlir::DialectBytecodeWriter &writer,
                           mlir::MLIRContext *context, const Sizes &sizes) {
  if (writer.getBytecodeVersion() < kNativeSegmentSizes)
    writer.writeAttribute(mlir::DenseI32ArrayAttr::get(context, sizes));
}

template <typename Sizes>
void writeSizes(mlir::DialectBytecodeWriter &writer, const Sizes &sizes) {
  if (writer.getBytecodeVersion() >= kNativeSegmentSizes)
    writer.writeSparseArray(llvm::ArrayRef<int32_t>(sizes));
}

/// Whether the bytecode has what came with minor version `minor`.
template <typename Dialect>
bool hasMinor(mlir::DialectBytecodeReader &reader, uint64_t minor) {
  mlir::FailureOr<const mlir::DialectVersion *> version =
      reader.getDialectVersion<Dialect>();
  return succeeded(version) &&
         static_cast<const BytecodeVersion *>(*version)->has(minor);
}

} // namespace conorm

#endif // CONORM_LIB_DIALECT_BYTECODEPROPERTIES_H
