//===- System.h - Thin wrappers over Linux ----------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Descriptors, clocks, sockets with a deadline, random bytes. Everything here
// is close-on-exec and retries on EINTR.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_SUPPORT_SYSTEM_H
#define CONORM_RUNTIME_LIB_SUPPORT_SYSTEM_H

#include "Error.h"
#include "Process.h"

#include <algorithm>
#include <cstdint>
#include <unistd.h>
#include <utility>
#include <vector>

namespace conorm::rt {

/// An owned descriptor.
class FileDescriptor {
public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd(fd) {}
  FileDescriptor(FileDescriptor &&other)
      : fd(std::exchange(other.fd, -1)),
        isPrivate(std::exchange(other.isPrivate, false)) {}
  FileDescriptor &operator=(FileDescriptor &&other) {
    if (this != &other) {
      reset(std::exchange(other.fd, -1));
      isPrivate = std::exchange(other.isPrivate, false);
    }
    return *this;
  }
  ~FileDescriptor() { reset(); }

  int get() const { return fd; }
  explicit operator bool() const { return fd >= 0; }
  int release() {
    if (std::exchange(isPrivate, false))
      forgetInChildren(fd);
    return std::exchange(fd, -1);
  }
  void reset(int other = -1) {
    bool isOurs = !std::exchange(isPrivate, false) || forgetInChildren(fd);
    if (fd >= 0 && isOurs)
      close(fd);
    fd = other;
  }
  /// Closed in children of fork() from now on.
  void keepFromChildren() {
    if (fd >= 0 && !std::exchange(isPrivate, true))
      closeInChildren(fd);
  }

private:
  int fd = -1;
  bool isPrivate = false;
};

/// Monotonic time in nanoseconds.
int64_t now();

/// How long a wait may take. Time in which this process was stopped does not
/// count: a suspended job goes on where it was, while a peer that alone is
/// stopped runs into the deadline of those that wait for it. A stop shows as a
/// look at the clock that comes much too late, so waits are cut into slices.
class Deadline {
public:
  explicit Deadline(uint32_t milliseconds)
      : milliseconds(milliseconds), rest(int64_t(milliseconds) * 1000000),
        lastLook(now()) {}

  /// As it was asked for; messages name it.
  uint32_t milliseconds;

  /// Looks at the clock. Nanoseconds, negative once it has passed.
  int64_t left() const;
  bool passed() const { return left() <= 0; }
  /// How long to wait until the next look, nanoseconds.
  int64_t slice() const { return std::min(left(), longestSlice()); }
  /// The same for poll(): rounded up so that a wait never ends early.
  int pollTimeout() const {
    int64_t time = slice();
    return time <= 0 ? 0 : int(time / 1000000 + 1);
  }

  /// A part of what is left; messages still name the whole.
  Deadline part(int numerator, int denominator) const {
    Deadline result = *this;
    result.rest = left() / denominator * numerator;
    return result;
  }

  /// Runs `wait`, which has a deadline of its own, and counts what it took: all
  /// but the stops that this deadline saw.
  template <typename Wait>
  auto around(Wait &&wait) const {
    int64_t begin = now(), stops = stoppedTime();
    auto result = wait();
    lastLook = now();
    rest -= lastLook - begin - (stoppedTime() - stops);
    return result;
  }

private:
  int64_t longestSlice() const {
    int64_t tenth = int64_t(milliseconds) * 100000;
    return std::min<int64_t>(std::max<int64_t>(tenth, 1000000), 100000000);
  }
  /// A busy machine may let a thread wait for its turn.
  int64_t longestCounted() const {
    return std::max<int64_t>(2 * longestSlice(), 50000000);
  }
  /// What deadlines of this thread have not counted so far.
  static int64_t stoppedTime();

  mutable int64_t rest;
  mutable int64_t lastLook;
};

/// A random 128-bit number.
struct Nonce {
  uint64_t words[2];
  bool operator==(const Nonce &other) const {
    return words[0] == other.words[0] && words[1] == other.words[1];
  }
};
Error makeNonce(Nonce &out);

/// Outcome of one transfer.
enum class Transfer {
  Done,
  Closed,
  TimedOut,
  /// errno says why, unless what came was not what was expected.
  Failed,
  /// A descriptor came that this process has no room for; errno says so.
  NoRoom
};

/// Sends or receives exactly `size` bytes on a stream socket.
Transfer sendAll(int fd, const void *data, size_t size,
                 const Deadline &deadline);
Transfer receiveAll(int fd, void *data, size_t size, const Deadline &deadline);

/// Sends `size` bytes with one descriptor attached.
Transfer sendDescriptor(int fd, const void *data, size_t size, int attached,
                        const Deadline &deadline);

/// Receives exactly `size` bytes and the one descriptor that comes with the
/// first; a message without one, or with more, is a failure.
Transfer receiveDescriptor(int fd, void *data, size_t size,
                           FileDescriptor &attached, const Deadline &deadline);

/// True if the process at the other end of a connected Unix socket runs as this
/// user; `uid` is set to who it is.
bool peerIsThisUser(int fd, unsigned &uid);

/// A descriptor that can be read once the process at the other end of a
/// connected Unix socket has ended, whoever else holds that end; none where the
/// system has no such thing, or the process is out of sight.
FileDescriptor openPeerProcess(int fd);

/// Listens on, or connects to, a name in the abstract namespace.
Error listenAbstract(const std::string &name, int backlog, FileDescriptor &out);
/// Returns 0 or errno.
int connectAbstract(const std::string &name, FileDescriptor &out);
/// Waits for one connection; TimedOut when the deadline passes.
Transfer acceptConnection(int listener, FileDescriptor &out,
                          const Deadline &deadline);

/// Waits until `fd` can be read (or has ended).
Transfer waitReadable(int fd, const Deadline &deadline);

/// Identity of this machine and its network namespace, which is what two
/// processes must share to use one another's abstract sockets.
struct HostIdentity {
  char bootId[40];
  uint64_t networkNamespace;
};
Error getHostIdentity(HostIdentity &out);

/// Cores, as a set.
struct CoreSet {
  uint64_t words[16] = {};

  void add(const CoreSet &other) {
    for (int i = 0; i < 16; ++i)
      words[i] |= other.words[i];
  }
  int count() const {
    int sum = 0;
    for (uint64_t word : words)
      sum += __builtin_popcountll(word);
    return sum;
  }
};

/// The cores that this thread may use.
CoreSet getAllowedCores();

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_SUPPORT_SYSTEM_H
