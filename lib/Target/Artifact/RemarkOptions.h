//===- RemarkOptions.h - Remarks of conorm-compile --------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_TARGET_REMARKOPTIONS_H
#define CONORM_LIB_TARGET_REMARKOPTIONS_H

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/CommandLine.h"

namespace conorm {

/// The options of mlir-opt by which remarks are shown, with the same names,
/// values and defaults. MLIR registers them together with all others of
/// mlir-opt, or not at all.
struct RemarkOptions {
  explicit RemarkOptions(llvm::cl::OptionCategory &category);

  /// Makes `context` show what was asked for, if anything was.
  mlir::LogicalResult enable(mlir::MLIRContext &context) const;

private:
  enum class Format { EmitRemark, YAML, Bitstream };
  using StringOption = llvm::cl::opt<std::string>;

  StringOption all, passed, missed, analysis, failed;
  llvm::cl::opt<Format> format;
  StringOption file;
};

} // namespace conorm

#endif // CONORM_LIB_TARGET_REMARKOPTIONS_H
