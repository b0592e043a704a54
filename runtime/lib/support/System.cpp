//===- System.cpp - Thin wrappers over Linux ------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "System.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>

using namespace conorm::rt;

int64_t conorm::rt::now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t(time.tv_sec) * 1000000000 + time.tv_nsec;
}

static thread_local int64_t notCounted = 0;

int64_t Deadline::stoppedTime() { return notCounted; }

int64_t Deadline::left() const {
  int64_t time = now();
  int64_t passed = time - lastLook;
  int64_t counted = std::min(passed, longestCounted());
  lastLook = time;
  notCounted += passed - counted;
  rest -= counted;
  return rest;
}

Error conorm::rt::makeNonce(Nonce &out) {
  size_t have = 0;
  while (have < sizeof(out)) {
    ssize_t got =
        getrandom(reinterpret_cast<char *>(&out) + have, sizeof(out) - have, 0);
    if (got < 0 && errno != EINTR)
      return systemError("getrandom");
    if (got > 0)
      have += got;
  }
  return success();
}

/// Waits for `events` on `fd`.
static Transfer waitFor(int fd, short events, const Deadline &deadline) {
  for (;;) {
    pollfd entry{fd, events, 0};
    int count = poll(&entry, 1, deadline.pollTimeout());
    if (count > 0)
      return Transfer::Done;
    if (count < 0 && errno != EINTR)
      return Transfer::Failed;
    if (deadline.passed())
      return Transfer::TimedOut;
  }
}

Transfer conorm::rt::waitReadable(int fd, const Deadline &deadline) {
  return waitFor(fd, POLLIN, deadline);
}

static bool wouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK; }

static bool connectionEnded() { return errno == EPIPE || errno == ECONNRESET; }

Transfer conorm::rt::sendAll(int fd, const void *data, size_t size,
                             const Deadline &deadline) {
  const char *bytes = static_cast<const char *>(data);
  while (size > 0) {
    ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes += sent;
      size -= sent;
    } else if (sent < 0 && wouldBlock()) {
      Transfer outcome = waitFor(fd, POLLOUT, deadline);
      if (outcome != Transfer::Done)
        return outcome;
    } else if (sent < 0 && errno != EINTR) {
      return connectionEnded() ? Transfer::Closed : Transfer::Failed;
    }
  }
  return Transfer::Done;
}

Transfer conorm::rt::receiveAll(int fd, void *data, size_t size,
                                const Deadline &deadline) {
  char *bytes = static_cast<char *>(data);
  while (size > 0) {
    ssize_t got = recv(fd, bytes, size, MSG_DONTWAIT);
    if (got > 0) {
      bytes += got;
      size -= got;
    } else if (got == 0) {
      return Transfer::Closed;
    } else if (wouldBlock()) {
      Transfer outcome = waitFor(fd, POLLIN, deadline);
      if (outcome != Transfer::Done)
        return outcome;
    } else if (errno != EINTR) {
      return connectionEnded() ? Transfer::Closed : Transfer::Failed;
    }
  }
  return Transfer::Done;
}

Transfer conorm::rt::sendDescriptor(int fd, const void *data, size_t size,
                                    int attached, const Deadline &deadline) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  iovec vector{const_cast<void *>(data), size};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(header), &attached, sizeof(int));
  for (;;) {
    ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0)
      return sendAll(fd, static_cast<const char *>(data) + sent,
                     size - size_t(sent), deadline);
    if (sent < 0 && wouldBlock()) {
      Transfer outcome = waitFor(fd, POLLOUT, deadline);
      if (outcome != Transfer::Done)
        return outcome;
    } else if (sent < 0 && errno != EINTR) {
      return connectionEnded() ? Transfer::Closed : Transfer::Failed;
    }
  }
}

/// Takes the descriptors out of a message; keeps the first, closes the rest.
/// Returns how many there were.
static size_t takeDescriptors(msghdr &message, FileDescriptor &first) {
  size_t count = 0;
  for (cmsghdr *header = CMSG_FIRSTHDR(&message); header;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
      continue;
    size_t bytes = header->cmsg_len - CMSG_LEN(0);
    for (size_t at = 0; at + sizeof(int) <= bytes; at += sizeof(int)) {
      int fd;
      memcpy(&fd, CMSG_DATA(header) + at, sizeof(int));
      FileDescriptor owned(fd);
      if (count++ == 0)
        first = std::move(owned);
    }
  }
  return count;
}

Transfer conorm::rt::receiveDescriptor(int fd, void *data, size_t size,
                                       FileDescriptor &attached,
                                       const Deadline &deadline) {
  // Room for more than one, so that surplus descriptors are seen and closed
  // instead of being dropped by truncation.
  alignas(cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))];
  for (;;) {
    iovec vector{data, size};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    ssize_t got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got > 0) {
      size_t count = takeDescriptors(message, attached);
      if (count != 1 || (message.msg_flags & MSG_CTRUNC)) {
        attached.reset();
        // Cut off before the first: most likely no number is free.
        bool isCut = count == 0 && (message.msg_flags & MSG_CTRUNC);
        return isCut && !FileDescriptor(dup(fd)) ? Transfer::NoRoom
                                                 : Transfer::Failed;
      }
      return receiveAll(fd, static_cast<char *>(data) + got, size - size_t(got),
                        deadline);
    }
    if (got == 0)
      return Transfer::Closed;
    if (wouldBlock()) {
      Transfer outcome = waitFor(fd, POLLIN, deadline);
      if (outcome != Transfer::Done)
        return outcome;
    } else if (errno != EINTR) {
      return connectionEnded() ? Transfer::Closed : Transfer::Failed;
    }
  }
}

bool conorm::rt::peerIsThisUser(int fd, unsigned &uid) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    uid = ~0u;
    return false;
  }
  uid = credentials.uid;
  return credentials.uid == geteuid();
}

FileDescriptor conorm::rt::openPeerProcess(int fd) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  // In another process namespace the number is 0.
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0 ||
      credentials.pid <= 0)
    return FileDescriptor();
  return FileDescriptor(
      int(syscall(SYS_pidfd_open, credentials.pid, /*flags=*/0)));
}

/// Abstract names start with a NUL and are as long as the length says.
static socklen_t fillAddress(sockaddr_un &address, const std::string &name) {
  address = {};
  address.sun_family = AF_UNIX;
  size_t size = name.size() < sizeof(address.sun_path) - 1
                    ? name.size()
                    : sizeof(address.sun_path) - 1;
  memcpy(address.sun_path + 1, name.data(), size);
  return socklen_t(offsetof(sockaddr_un, sun_path) + 1 + size);
}

Error conorm::rt::listenAbstract(const std::string &name, int backlog,
                                 FileDescriptor &out) {
  FileDescriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd)
    return systemError("making the socket that peers connect to");
  sockaddr_un address;
  socklen_t size = fillAddress(address, name);
  if (bind(fd.get(), reinterpret_cast<sockaddr *>(&address), size) != 0)
    return systemError("naming the socket that peers connect to");
  if (listen(fd.get(), backlog) != 0)
    return systemError("listening for peers");
  out = std::move(fd);
  return success();
}

int conorm::rt::connectAbstract(const std::string &name, FileDescriptor &out) {
  // Non-blocking while connecting: a full backlog must not block us.
  FileDescriptor fd(
      socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd)
    return errno;
  sockaddr_un address;
  socklen_t size = fillAddress(address, name);
  if (connect(fd.get(), reinterpret_cast<sockaddr *>(&address), size) != 0)
    return errno;
  out = std::move(fd);
  return 0;
}

Transfer conorm::rt::acceptConnection(int listener, FileDescriptor &out,
                                      const Deadline &deadline) {
  for (;;) {
    Transfer outcome = waitFor(listener, POLLIN, deadline);
    if (outcome != Transfer::Done)
      return outcome;
    FileDescriptor fd(
        accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd) {
      out = std::move(fd);
      return Transfer::Done;
    }
    if (errno != EINTR && errno != ECONNABORTED && !wouldBlock())
      return Transfer::Failed;
  }
}

static Error procError(const char *path) {
  bool isMissing = errno == ENOENT;
  Error error = systemError(std::string("cannot read ") + path);
  if (isMissing)
    error.message += "; ranks are told to be on one machine by it, expected "
                     "/proc to be mounted";
  return error;
}

Error conorm::rt::getHostIdentity(HostIdentity &out) {
  memset(&out, 0, sizeof(out));
  FileDescriptor fd(
      open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  if (!fd || read(fd.get(), out.bootId, 36) != 36)
    return procError("/proc/sys/kernel/random/boot_id");
  struct stat info;
  if (stat("/proc/self/ns/net", &info) != 0)
    return procError("/proc/self/ns/net");
  out.networkNamespace = info.st_ino;
  return success();
}

CoreSet conorm::rt::getAllowedCores() {
  CoreSet cores;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    for (int core = 0; core < CPU_SETSIZE && core < 1024; ++core)
      if (CPU_ISSET(core, &set))
        cores.words[core / 64] |= uint64_t(1) << core % 64;
  return cores;
}
