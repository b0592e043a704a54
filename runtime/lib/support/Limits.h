//===- Limits.h - Which limit a system call ran into ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_SUPPORT_LIMITS_H
#define CONORM_RUNTIME_LIB_SUPPORT_LIMITS_H

#include <csignal>
#include <cstdint>
#include <string>

namespace conorm::rt {

/// errno's text, and the limit that is most likely behind it with its value:
/// "Too many open files (RLIMIT_NOFILE is 64 descriptors, see ulimit -n)".
std::string describeErrno(int number);

/// The same for a thread or a process that could not be made.
std::string describeSpawnErrno(int number);

/// Bytes of memory that this machine has; 0 if it does not say.
uint64_t physicalMemory();

/// Keeps SIGXFSZ from ending the process while this thread makes a file larger
/// than RLIMIT_FSIZE allows: the call fails with EFBIG then.
class FileSizeSignalBlock {
public:
  FileSizeSignalBlock();
  ~FileSizeSignalBlock();
  FileSizeSignalBlock(const FileSizeSignalBlock &) = delete;
  FileSizeSignalBlock &operator=(const FileSizeSignalBlock &) = delete;

private:
  sigset_t before;
  bool wasPending;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_SUPPORT_LIMITS_H
