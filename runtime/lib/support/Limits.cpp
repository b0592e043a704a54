//===- Limits.cpp - Which limit a system call ran into --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Limits.h"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <initializer_list>
#include <sys/resource.h>
#include <unistd.h>

using namespace conorm::rt;

namespace {
struct Limit {
  int resource;
  const char *name;
  const char *unit;
  /// How a shell shows it.
  const char *flag;
};
constexpr Limit descriptors{RLIMIT_NOFILE, "RLIMIT_NOFILE", "descriptors", "n"};
constexpr Limit fileSize{RLIMIT_FSIZE, "RLIMIT_FSIZE", "bytes", "f"};
constexpr Limit addressSpace{RLIMIT_AS, "RLIMIT_AS", "bytes", "v"};
constexpr Limit dataSize{RLIMIT_DATA, "RLIMIT_DATA", "bytes", "d"};
constexpr Limit processes{RLIMIT_NPROC, "RLIMIT_NPROC",
                          "processes and threads of this user", "u"};
} // namespace

/// "RLIMIT_NOFILE is 64 descriptors, see ulimit -n"; "" without a limit.
static std::string valueOf(const Limit &limit) {
  rlimit value;
  if (getrlimit(__rlimit_resource_t(limit.resource), &value) != 0 ||
      value.rlim_cur == RLIM_INFINITY)
    return "";
  return std::string(limit.name) + " is " + std::to_string(value.rlim_cur) +
         " " + limit.unit + ", see ulimit -" + limit.flag;
}

/// Those limits that there are, in parentheses; `otherwise` if there are none.
static std::string describe(std::initializer_list<Limit> limits,
                            const std::string &otherwise = "") {
  std::string text;
  for (const Limit &limit : limits)
    if (std::string value = valueOf(limit); !value.empty())
      text += (text.empty() ? "" : "; ") + value;
  if (text.empty())
    text = otherwise;
  return text.empty() ? "" : " (" + text + ")";
}

static std::string describeMemory() {
  uint64_t machine = physicalMemory();
  return describe(
      {addressSpace, dataSize},
      machine ? "this machine has " + std::to_string(machine) + " bytes" : "");
}

static std::string textOf(int number) {
  char buffer[128];
  // The GNU variant: returns the text, which need not be in the buffer.
  return strerror_r(number, buffer, sizeof(buffer));
}

std::string conorm::rt::describeErrno(int number) {
  std::string text = textOf(number);
  switch (number) {
  case EMFILE:
    return text + describe({descriptors});
  // Descriptors on their way through sockets, of all processes of the user.
  case ETOOMANYREFS:
    return text + describe({descriptors});
  case ENFILE:
    return text + " (of the whole system, see fs.file-max)";
  case EFBIG:
    return text + describe({fileSize});
  case ENOMEM:
    return text + describeMemory();
  default:
    return text;
  }
}

std::string conorm::rt::describeSpawnErrno(int number) {
  if (number != EAGAIN)
    return describeErrno(number);
  // A thread without room for its stack says the same.
  return textOf(number) +
         describe({processes, addressSpace}, "see pids.max of the cgroup");
}

uint64_t conorm::rt::physicalMemory() {
  long pages = sysconf(_SC_PHYS_PAGES), bytes = sysconf(_SC_PAGESIZE);
  return pages > 0 && bytes > 0 ? uint64_t(pages) * uint64_t(bytes) : 0;
}

static sigset_t fileSizeSignal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGXFSZ);
  return set;
}

FileSizeSignalBlock::FileSizeSignalBlock() {
  sigset_t pending, set = fileSizeSignal();
  wasPending = sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ) == 1;
  pthread_sigmask(SIG_BLOCK, &set, &before);
}

FileSizeSignalBlock::~FileSizeSignalBlock() {
  int number = errno;
  sigset_t set = fileSizeSignal();
  timespec none{};
  // One that somebody else has sent stays.
  if (!wasPending)
    while (sigtimedwait(&set, nullptr, &none) < 0 && errno == EINTR)
      ;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = number;
}
