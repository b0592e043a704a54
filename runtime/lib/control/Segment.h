//===- Segment.h - Shared memory between ranks ------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CONTROL_SEGMENT_H
#define CONORM_RUNTIME_LIB_CONTROL_SEGMENT_H

#include "support/System.h"

#include <memory>

namespace conorm::rt {

/// A mapped memfd. It has no name in any file system, is sealed against being
/// resized, and its memory ends with the last mapping.
class Segment {
public:
  static Error create(size_t bytes, std::shared_ptr<Segment> &out);

  /// Maps a peer's segment after checking its size and seals.
  static Error map(FileDescriptor fd, size_t bytes, bool writable,
                   std::shared_ptr<Segment> &out);

  ~Segment();
  Segment(const Segment &) = delete;
  Segment &operator=(const Segment &) = delete;

  char *data() const { return base; }
  size_t size() const { return bytes; }
  int descriptor() const { return fd.get(); }
  /// The descriptor is needed only until the peers have it.
  void closeDescriptor() { fd.reset(); }

private:
  Segment(char *base, size_t bytes, FileDescriptor fd)
      : base(base), bytes(bytes), fd(std::move(fd)) {}

  char *base;
  size_t bytes;
  FileDescriptor fd;
};

/// Identifies a segment within this process.
struct SegmentKey {
  uint64_t generation;
  uint64_t number;
  int rank;
};

/// The process's registry, by which ranks that are threads of one process share
/// their segments without mapping them again. A world's segments stay until the
/// last of the process's ranks has left it, so that a rank may leave while
/// another has yet to take what it was given.
void joinRegistry(uint64_t generation);
void leaveRegistry(uint64_t generation);
void publishSegment(const SegmentKey &key, std::shared_ptr<Segment> segment);
std::shared_ptr<Segment> findSegment(const SegmentKey &key);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CONTROL_SEGMENT_H
