//===- BytecodeVersion.h ----------------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The version that both dialects write into bytecode. One version for the
// project: the dialects are released together, and `comm` prints `norm`
// attributes.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_DIALECT_BYTECODEVERSION_H
#define CONORM_LIB_DIALECT_BYTECODEVERSION_H

#include "mlir/Bytecode/BytecodeImplementation.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Dialect.h"

namespace conorm {

/// Of both dialects:
/// 1.0: the first.
/// 1.1: `comm.all_reduce_rms_norm` has `replicated` behind its properties.
/// 1.2: norms have `weight_rounding` behind their properties.
struct BytecodeVersion : public mlir::DialectVersion {
  static constexpr uint64_t kMajor = 1;
  static constexpr uint64_t kMinor = 2;

  BytecodeVersion(uint64_t major, uint64_t minor)
      : major(major), minor(minor) {}
  uint64_t major, minor;

  /// Whether what was added in a minor version is there.
  bool has(uint64_t minorVersion) const { return minor >= minorVersion; }
};

/// Writes the current version, reads any, and refuses newer ones: a newer
/// minor version may hold operations or attributes that this build lacks.
struct BytecodeVersionInterface : public mlir::BytecodeDialectInterface {
  BytecodeVersionInterface(mlir::Dialect *dialect)
      : BytecodeDialectInterface(dialect) {}

  void writeVersion(mlir::DialectBytecodeWriter &writer) const override {
    writer.writeVarInt(BytecodeVersion::kMajor);
    writer.writeVarInt(BytecodeVersion::kMinor);
  }

  std::unique_ptr<mlir::DialectVersion>
  readVersion(mlir::DialectBytecodeReader &reader) const override {
    uint64_t major, minor;
    if (failed(reader.readVarInt(major)) || failed(reader.readVarInt(minor)))
      return nullptr;
    if (major != BytecodeVersion::kMajor || minor > BytecodeVersion::kMinor) {
      reader.emitError() << "expected dialect '" << getDialect()->getNamespace()
                         << "' of version " << BytecodeVersion::kMajor << "."
                         << BytecodeVersion::kMinor << " or an older minor, "
                         << "found " << major << "." << minor;
      return nullptr;
    }
    return std::make_unique<BytecodeVersion>(major, minor);
  }
};

} // namespace conorm

#endif // CONORM_LIB_DIALECT_BYTECODEVERSION_H
