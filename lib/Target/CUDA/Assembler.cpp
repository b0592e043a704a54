//===- Assembler.cpp - NVIDIA's assembler ---------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Assembler.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Signals.h"

using namespace llvm;

std::string conorm::findAssembler(StringRef requested) {
  if (requested == "none")
    return "";
  if (!requested.empty())
    return requested.str();
  if (ErrorOr<std::string> path = sys::findProgramByName("ptxas"))
    return *path;
  SmallVector<std::string> folders;
  if (std::optional<std::string> home = sys::Process::GetEnv("CUDA_HOME"))
    folders.push_back(*home + "/bin");
  folders.push_back("/usr/local/cuda/bin");
  for (StringRef folder : folders)
    if (ErrorOr<std::string> path = sys::findProgramByName("ptxas", {folder}))
      return *path;
  return "";
}

namespace {

/// A file that is gone when this is.
class TemporaryFile {
public:
  explicit TemporaryFile(StringRef suffix) {
    code = sys::fs::createTemporaryFile("conorm", suffix, path);
    if (!code)
      sys::RemoveFileOnSignal(path);
  }
  ~TemporaryFile() {
    if (code)
      return;
    sys::fs::remove(path);
    sys::DontRemoveFileOnSignal(path);
  }

  std::error_code code;
  SmallString<128> path;
};

} // namespace

mlir::FailureOr<std::string> conorm::assemble(StringRef assembler,
                                              StringRef ptx, StringRef arch,
                                              std::string &error) {
  TemporaryFile source("ptx"), object("cubin"), log("log");
  for (TemporaryFile *file : {&source, &object, &log}) {
    if (!file->code)
      continue;
    error = "cannot make a temporary file: " + file->code.message();
    return mlir::failure();
  }
  std::error_code code;
  {
    raw_fd_ostream stream(source.path, code);
    stream << ptx;
    stream.close();
    if (stream.has_error())
      code = stream.error();
    stream.clear_error();
  }
  if (code) {
    error = "cannot write " + source.path.str().str() + ": " + code.message();
    return mlir::failure();
  }
  std::string target = ("-arch=" + arch).str();
  // No multiply and add may become one rounding.
  SmallVector<StringRef> arguments = {
      assembler, target, "-O3", "--fmad=false", source.path, "-o", object.path};
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(log.path),
                                          StringRef(log.path)};
  int status = sys::ExecuteAndWait(assembler, arguments, std::nullopt,
                                   redirects, 0, 0, &error);
  if (status != 0) {
    if (auto output = MemoryBuffer::getFile(log.path))
      if (StringRef text = (*output)->getBuffer().rtrim(); !text.empty())
        error = text.str();
    if (error.empty())
      error = "exit status " + std::to_string(status);
    error = assembler.str() + " failed: " + error;
    return mlir::failure();
  }
  auto image = MemoryBuffer::getFile(object.path, /*IsText=*/false,
                                     /*RequiresNullTerminator=*/false);
  if (!image) {
    error = "cannot read " + object.path.str().str() + ": " +
            image.getError().message();
    return mlir::failure();
  }
  if ((*image)->getBufferSize() == 0) {
    error = "expected machine code from " + assembler.str() + ", found none";
    return mlir::failure();
  }
  return (*image)->getBuffer().str();
}
