//===- Communicator.h - Ordered steps among a group -------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// docs/RuntimeProtocol.md states the protocol and argues why two slots suffice.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CONTROL_COMMUNICATOR_H
#define CONORM_RUNTIME_LIB_CONTROL_COMMUNICATOR_H

#include "CallHeader.h"
#include "World.h"

#include "numerics/Numerics.h"

namespace conorm::rt {

constexpr size_t communicatorControlBytes = 4096;
/// Smallest slot, bytes: that of communicators that carry no data.
constexpr size_t minimumSlotBytes = 4096;
/// Number of the communicator of all ranks that carries
/// conorm_context_add_groups; those of groups follow.
constexpr uint64_t worldChannelNumber = 1;

/// What a peer polls: one line for each of the two steps in flight.
struct alignas(128) StepLine {
  /// Number of the step, stored last.
  std::atomic<uint64_t> posted;
  /// Number of the call; atomic since a message may read it at any time.
  std::atomic<uint64_t> call;
  uint64_t generation;
  uint64_t digest;
};

/// First page of a member's segment; the slots follow.
struct CommunicatorControl {
  StepLine lines[2];
  CallHeader headers[2];
};
static_assert(sizeof(CommunicatorControl) <= communicatorControlBytes,
              "one page");

class Communicator {
public:
  /// `members` in the order of the group's row; `index` is this rank's place.
  /// `number` is the same on all members, and another for each communicator.
  Communicator(World &world, std::vector<int> members, int index,
               uint64_t number);

  /// Of a member's segment with slots of `slotBytes` each.
  static constexpr size_t segmentBytes(size_t slotBytes) {
    return communicatorControlBytes + 2 * slotBytes;
  }
  /// Adopts the segments, in the members' order. Two members write to both.
  void attach(std::vector<std::shared_ptr<Segment>> memory);

  int size() const { return int(members.size()); }
  int index() const { return self; }
  int rankOf(int member) const { return members[member]; }
  const std::vector<int> &ranks() const { return members; }
  size_t slotBytes() const { return slotSize; }

  /// Starts a call; fails if the world is disturbed already.
  Error begin(const CallAttributes &attributes, const char *label);

  /// This rank's slot of the coming step. Free to write: all members have
  /// posted the step before, hence finished reading the one before that.
  char *nextSlot() const { return slot(self, step + 1); }

  /// Memory to be claimed while this rank computes with the `bytes` of the
  /// completed step, because the next call is likely to write as many there. Of
  /// two members, each will write where it reads now; among more, the peers
  /// have read what stood in the next slot.
  Claim claimWhileReading(size_t bytes) const {
    bool isRead = takesTurns();
    char *begin = isRead ? slot(1 - self, step) : nextSlot();
    return {begin, begin + std::min(bytes, slotSize), isRead};
  }

  /// Posts the coming step and waits until all members have. After that the
  /// slots of that step can be read until this rank posts the next one.
  Error exchange();

  /// A member's slot of the step that exchange() completed last.
  const char *readSlot(int member) const { return slot(member, step); }

private:
  bool takesTurns() const { return size() == 2; }
  /// Two members take turns with their slots: each writes where it has read two
  /// steps ago. The lines are in its core's cache then, and each wanders from
  /// one core to the other once a step instead of twice.
  char *slot(int member, uint64_t number) const {
    int owner = takesTurns() ? member ^ int(number >> 1 & 1) : member;
    return slots[owner] + (number & 1) * slotSize;
  }
  StepLine &line(int member, uint64_t number) const {
    return controls[member]->lines[number & 1];
  }
  const CallHeader &header(int member) const {
    return controls[member]->headers[step & 1];
  }
  bool hasPosted(int member, std::memory_order order) const {
    return line(member, step).posted.load(order) == step;
  }
  void post();
  Error await();
  Error sleepFor(int missing);
  int firstMissing(int from, std::memory_order order) const;
  Error compareCalls() const;
  Error describeTimeout(uint32_t milliseconds) const;
  bool waitsElsewhere(int member, SleepNote &note) const;
  Error checkLeft() const;
  std::string callPrefix() const;

  World &world;
  std::vector<int> members;
  int self;
  uint64_t number;
  size_t slotSize = 0;
  uint64_t step = 0;
  uint64_t call = 0;
  bool firstStep = true;
  CallHeader current = {};
  uint64_t digest = 0;
  std::vector<std::shared_ptr<Segment>> segments;
  std::vector<CommunicatorControl *> controls;
  std::vector<char *> slots;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CONTROL_COMMUNICATOR_H
