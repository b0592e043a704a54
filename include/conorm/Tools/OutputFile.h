//===- OutputFile.h - Outputs that are whole or absent ----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_OUTPUTFILE_H
#define CONORM_TOOLS_OUTPUTFILE_H

#include "mlir/Support/LLVM.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <optional>
#include <string>

namespace conorm {

/// Is written as a file beside the target, which takes the target's place when
/// all went well, so that nobody sees half an output and a failure leaves what
/// was there. A target that is no regular file (a pipe, a device, a descriptor
/// such as /dev/stdout) gets the finished bytes instead.
class OutputFile {
public:
  explicit OutputFile(llvm::StringRef path) : path(path.str()) {}
  /// Removes what was not committed.
  ~OutputFile();

  /// Each returns a failure with a message in `error` that names the path.
  mlir::LogicalResult open(std::string &error);
  mlir::LogicalResult commit(std::string &error, bool isExecutable = false);

  /// The file to write, by name or as a stream.
  llvm::StringRef getTemporary() const { return temporary->TmpName; }
  llvm::raw_fd_ostream &getStream() { return *stream; }

private:
  mlir::LogicalResult fail(std::string &error, std::error_code code);
  /// Makes a file whose name begins with `beside`.
  std::error_code create(const llvm::Twine &beside);
  /// Sends the finished bytes to a target that cannot be replaced.
  std::error_code copy();

  std::string path;
  /// `path` without symbolic links in its last component: what is replaced.
  llvm::SmallString<128> target;
  bool isReplaceable = true;
  std::optional<llvm::sys::fs::TempFile> temporary;
  std::unique_ptr<llvm::raw_fd_ostream> stream;
};

} // namespace conorm

#endif // CONORM_TOOLS_OUTPUTFILE_H
