//===- Segment.cpp - Shared memory between ranks --------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Segment.h"

#include "support/Limits.h"

#include <cerrno>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <sys/mman.h>
#include <sys/stat.h>
#include <utility>

using namespace conorm::rt;

static constexpr int requiredSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

/// Gives the file its size and its pages. A page that is missing later would be
/// a SIGBUS for whoever touches it, this rank or a peer.
static int allocate(int fd, size_t bytes) {
  FileSizeSignalBlock block;
  int outcome;
  while ((outcome = fallocate(fd, 0, 0, off_t(bytes))) != 0 && errno == EINTR)
    ;
  return outcome;
}

Error Segment::create(size_t bytes, std::shared_ptr<Segment> &out) {
  FileDescriptor fd(memfd_create("conorm", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd)
    return systemError("memfd_create");
  if (allocate(fd.get(), bytes) != 0)
    return systemError(format("allocating %zu bytes of shared memory", bytes));
  if (fcntl(fd.get(), F_ADD_SEALS, requiredSeals) != 0)
    return systemError("F_ADD_SEALS");
  return map(std::move(fd), bytes, /*writable=*/true, out);
}

Error Segment::map(FileDescriptor fd, size_t bytes, bool writable,
                   std::shared_ptr<Segment> &out) {
  struct stat info;
  if (fstat(fd.get(), &info) != 0)
    return systemError("fstat");
  if (info.st_size < 0 || size_t(info.st_size) != bytes)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "a peer's memory has %lld bytes, expected %zu",
                     static_cast<long long>(info.st_size), bytes);
  int seals = fcntl(fd.get(), F_GET_SEALS);
  if (seals < 0 || (seals & requiredSeals) != requiredSeals)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "a peer's memory is not sealed against resizing");
  void *base =
      mmap(nullptr, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ,
           MAP_SHARED, fd.get(), 0);
  if (base == MAP_FAILED)
    return systemError(format("mapping %zu bytes of shared memory", bytes));
  out.reset(new Segment(static_cast<char *>(base), bytes, std::move(fd)));
  return success();
}

Segment::~Segment() { munmap(base, bytes); }

namespace {
struct RegisteredWorld {
  int users = 0;
  /// By rank and number.
  std::map<std::pair<int, uint64_t>, std::shared_ptr<Segment>> segments;
};

struct Registry {
  std::mutex mutex;
  std::map<uint64_t, RegisteredWorld> worlds;
};
} // namespace

/// Never destroyed: contexts may outlive static destructors.
static Registry &registry() {
  static Registry *instance = new Registry;
  return *instance;
}

void conorm::rt::joinRegistry(uint64_t generation) {
  std::lock_guard<std::mutex> lock(registry().mutex);
  ++registry().worlds[generation].users;
}

void conorm::rt::leaveRegistry(uint64_t generation) {
  std::lock_guard<std::mutex> lock(registry().mutex);
  auto world = registry().worlds.find(generation);
  if (world != registry().worlds.end() && --world->second.users == 0)
    registry().worlds.erase(world);
}

void conorm::rt::publishSegment(const SegmentKey &key,
                                std::shared_ptr<Segment> segment) {
  std::lock_guard<std::mutex> lock(registry().mutex);
  auto world = registry().worlds.find(key.generation);
  if (world != registry().worlds.end())
    world->second.segments[{key.rank, key.number}] = std::move(segment);
}

std::shared_ptr<Segment> conorm::rt::findSegment(const SegmentKey &key) {
  std::lock_guard<std::mutex> lock(registry().mutex);
  auto world = registry().worlds.find(key.generation);
  if (world == registry().worlds.end())
    return nullptr;
  auto found = world->second.segments.find({key.rank, key.number});
  return found == world->second.segments.end() ? nullptr : found->second;
}
