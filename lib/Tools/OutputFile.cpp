//===- OutputFile.cpp - Outputs that are whole or absent ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Tools/OutputFile.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <filesystem>
#include <unistd.h>

using namespace mlir;
using namespace conorm;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

/// The descriptor that a path such as /dev/stdout is another name of, or -1.
/// Opening it anew would have a position of its own in the file.
static int getDescriptor(StringRef name) {
  for (auto [alias, descriptor] : {std::pair("-", STDOUT_FILENO),
                                   {"/dev/stdout", STDOUT_FILENO},
                                   {"/dev/stderr", STDERR_FILENO}})
    if (name == alias)
      return descriptor;
  int descriptor;
  if ((name.consume_front("/dev/fd/") ||
       name.consume_front("/proc/self/fd/")) &&
      !name.getAsInteger(10, descriptor))
    return descriptor;
  return -1;
}

/// Follows links in the last component, also to a file that does not exist, but
/// not those of descriptors.
static SmallString<128> followLinks(StringRef name) {
  namespace std_fs = std::filesystem;
  std_fs::path at = name.str();
  std::error_code error;
  for (int links = 0; links < 40 && getDescriptor(at.native()) < 0 &&
                      std_fs::is_symlink(at, error);
       ++links) {
    std_fs::path next = std_fs::read_symlink(at, error);
    if (error)
      break;
    at = at.parent_path() / next;
  }
  return StringRef(at.native());
}

OutputFile::~OutputFile() {
  if (stream) {
    stream->flush();
    stream->clear_error();
  }
  if (temporary)
    llvm::consumeError(temporary->discard());
}

LogicalResult OutputFile::fail(std::string &error, std::error_code code) {
  error = "cannot write " + path + ": " + code.message();
  return failure();
}

std::error_code OutputFile::create(const llvm::Twine &beside) {
  auto made = fs::TempFile::create(beside + ".%%%%%%%%.tmp");
  if (!made)
    return llvm::errorToErrorCode(made.takeError());
  temporary = std::move(*made);
  return {};
}

LogicalResult OutputFile::open(std::string &error) {
  target = followLinks(path);
  fs::file_status status;
  bool exists = !fs::status(target, status) && fs::exists(status);
  if (fs::is_directory(status))
    return fail(error, std::make_error_code(std::errc::is_a_directory));
  isReplaceable =
      getDescriptor(target) < 0 && (!exists || fs::is_regular_file(status));
  if (exists && !fs::can_write(target))
    return fail(error, std::make_error_code(std::errc::permission_denied));
  if (isReplaceable) {
    std::error_code code = create(target);
    // In a directory where nothing can be made, a file can still be filled.
    isReplaceable = code != std::errc::permission_denied || !exists;
    if (code && isReplaceable)
      return fail(error, code);
  }
  if (!isReplaceable) {
    SmallString<128> beside;
    path::system_temp_directory(/*ErasedOnReboot=*/true, beside);
    path::append(beside, "conorm");
    if (std::error_code code = create(beside)) {
      error = "cannot make a temporary file in " +
              path::parent_path(beside).str() + ": " + code.message();
      return failure();
    }
  }
  stream = std::make_unique<llvm::raw_fd_ostream>(temporary->FD,
                                                  /*shouldClose=*/false);
  // A file that is replaced keeps its mode.
  if (isReplaceable && exists)
    if (auto code = fs::setPermissions(temporary->FD, status.permissions()))
      return fail(error, code);
  return success();
}

std::error_code OutputFile::copy() {
  auto bytes = llvm::MemoryBuffer::getFile(temporary->TmpName);
  if (!bytes)
    return bytes.getError();
  int descriptor = getDescriptor(target);
  if (descriptor >= 0)
    descriptor = dup(descriptor);
  else if (auto code =
               fs::openFileForWrite(target, descriptor, fs::CD_CreateAlways))
    return code;
  if (descriptor < 0)
    return std::error_code(errno, std::generic_category());
  llvm::raw_fd_ostream out(descriptor, /*shouldClose=*/true);
  out << (*bytes)->getBuffer();
  out.close();
  std::error_code code = out.error();
  out.clear_error();
  return code;
}

LogicalResult OutputFile::commit(std::string &error, bool isExecutable) {
  stream->flush();
  std::error_code code = stream->error();
  stream->clear_error();
  if (code)
    return fail(error, code);
  if (!isReplaceable) {
    code = copy();
    return code ? fail(error, code) : success();
  }
  // A linker may have put a file of its own in the place of the temporary one.
  if (isExecutable) {
    auto mode = static_cast<fs::perms>(0777 & ~fs::getUmask());
    code = fs::setPermissions(temporary->TmpName, mode);
  }
  if (!code)
    code = llvm::errorToErrorCode(temporary->keep(target));
  else
    llvm::consumeError(temporary->discard());
  temporary.reset();
  return code ? fail(error, code) : success();
}
