//===- Ownership.h - Whose memory a call moves ------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A type for each rule. Arguments are borrowed. What an entry returns is this
// runtime's to free, unless it is an argument, or the caller gets it. What the
// caller gets is taken back if the call fails.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MODULE_OWNERSHIP_H
#define CONORM_RUNTIME_LIB_MODULE_OWNERSHIP_H

#include "ModuleInvoke.h"

#include <cstdlib>
#include <memory>

namespace conorm::rt {

/// A memref descriptor in place: {allocated, aligned, offset, sizes, strides},
/// all of them 64 bits wide.
struct MemrefDescriptor {
  uint64_t *words;
  uint32_t rank;

  static size_t numWords(uint32_t rank) { return 3 + 2 * size_t(rank); }
  void *allocated() const { return reinterpret_cast<void *>(words[0]); }
  void *aligned() const { return reinterpret_cast<void *>(words[1]); }
  int64_t offset() const { return static_cast<int64_t>(words[2]); }
  void setAllocated(void *to) { words[0] = reinterpret_cast<uint64_t>(to); }
  void setAligned(void *to) { words[1] = reinterpret_cast<uint64_t>(to); }
  int64_t *sizes() { return reinterpret_cast<int64_t *>(words + 3); }
  int64_t *strides() { return sizes() + rank; }
};

static_assert(sizeof(void *) == sizeof(uint64_t),
              "descriptors are laid out for 64-bit pointers");

/// Arguments, borrowed for the time of a call, as the entry reads them.
class BorrowedArguments {
public:
  /// `memory` is the conorm_memory of tensors.
  Error pack(const conorm_entry &entry, const conorm_buffer *buffers,
             uint32_t memory = CONORM_MEMORY_HOST);

  /// What the entry gets: a descriptor of each tensor, or a scalar's place.
  void *const *pointers() const { return places.data(); }
  /// Whether memory is an argument's, and so the caller's.
  bool own(const void *memory) const;
  /// As the caller gave them.
  const std::vector<conorm_buffer> &callers() const { return buffers; }

private:
  Error checkDonated(const conorm_entry &entry) const;

  std::vector<conorm_buffer> buffers;
  std::vector<uint64_t> words;
  std::vector<void *> places;
};

struct FreeMemory {
  void operator()(void *memory) const { std::free(memory); }
};
using OwnedMemory = std::unique_ptr<void, FreeMemory>;

/// Allocations that came back from an entry, each once, however many results
/// point to it.
class ReturnedMemory {
public:
  void add(void *memory, bool isBorrowed);
  /// Whether a single result points to it, and nobody else owns it.
  bool isExclusive(const void *memory);
  /// Gives up memory that is exclusive.
  void *release(const void *memory);

private:
  struct Allocation {
    /// Null if it is borrowed or was given up.
    OwnedMemory memory;
    const void *address;
    int users;
  };
  Allocation *find(const void *memory);

  std::vector<Allocation> allocations;
};

/// The structure of results that an entry writes.
class ResultStructure {
public:
  explicit ResultStructure(const conorm_entry &entry);

  /// Where the entry writes.
  void *place() { return words.data(); }
  char *bytesOf(uint32_t index) {
    return reinterpret_cast<char *>(words.data()) + offsets[index];
  }
  MemrefDescriptor descriptorOf(uint32_t index) {
    return {reinterpret_cast<uint64_t *>(bytesOf(index)),
            entry.results[index].rank};
  }
  /// Bytes of a tensor; an error unless it is of the entry's type.
  Error measure(uint32_t index, int64_t &bytes);
  /// Moves a scalar to the caller.
  void takeScalar(uint32_t index, conorm_buffer &to);

  /// For another call.
  const std::vector<uint64_t> &contents() const { return words; }
  void setContents(const std::vector<uint64_t> &to) { words = to; }

private:
  const conorm_entry &entry;
  std::vector<size_t> offsets;
  std::vector<uint64_t> words;
};

/// Whether a descriptor's elements lie without gaps in row-major order.
bool isContiguous(MemrefDescriptor &desc);

/// A copy of sizes, which conorm_buffer_release() frees.
const int64_t *copyShape(const int64_t *shape, uint32_t rank);

/// Results of an entry on the host, where memory comes from malloc.
class ReturnedResults {
public:
  explicit ReturnedResults(const conorm_entry &entry)
      : entry(entry), structure(entry) {}

  /// Where the entry writes.
  void *place() { return structure.place(); }
  /// Owns what the entry has returned from now on.
  void adopt(const BorrowedArguments &arguments);
  /// Moves result `index` to the caller, or copies it if it is not its to keep.
  Error take(uint32_t index, conorm_buffer &to);

private:
  Error takeTensor(uint32_t index, conorm_buffer &to);

  const conorm_entry &entry;
  ResultStructure structure;
  ReturnedMemory memory;
};

/// The caller's structures for the results. What is in them is released again
/// unless it is handed over: after a failure the contents are undefined.
class CallersResults {
public:
  ~CallersResults();
  Error read(const conorm_entry &entry, conorm_buffer *results);
  conorm_buffer &operator[](uint32_t index) { return *buffers[index]; }
  void handOver() { buffers.clear(); }

private:
  std::vector<conorm_buffer *> buffers;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_MODULE_OWNERSHIP_H
