//===- Process.h - What belongs to this process alone -----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A forked child has copies of its parent's contexts and sockets. Used there,
// they would speak for the parent: these functions tell the two apart.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_SUPPORT_PROCESS_H
#define CONORM_RUNTIME_LIB_SUPPORT_PROCESS_H

#include <atomic>
#include <cstdint>

namespace conorm::rt {

/// A number that this process shares with no other on the machine, its forked
/// children included, however they were made. Costs a load.
uint64_t processMark();

/// The process that uses something first, and from then on alone.
class ProcessOwner {
public:
  /// False if another process was first.
  bool claim() {
    uint64_t mine = processMark();
    uint64_t first = 0;
    return mark.compare_exchange_strong(first, mine) || first == mine;
  }
  /// Whether another process was first.
  bool isForeign() const {
    uint64_t first = mark.load(std::memory_order_relaxed);
    return first != 0 && first != processMark();
  }

private:
  std::atomic<uint64_t> mark{0};
};

/// Has the copy of `fd` that a child of fork() gets closed in the child at
/// once: held open there, it would hide the death of this process.
void closeInChildren(int fd);

/// Takes that back, before `fd` is closed. False in a child, where it is closed
/// already and the number may be something else's.
bool forgetInChildren(int fd);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_SUPPORT_PROCESS_H
