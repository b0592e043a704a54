//===- Communicator.cpp - Ordered steps among the members of a group ------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Communicator.h"

#include "Verdict.h"

#include <algorithm>
#include <cstring>

using namespace conorm::rt;

static void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

Communicator::Communicator(World &world, std::vector<int> members, int index,
                           uint64_t number)
    : world(world), members(std::move(members)), self(index), number(number) {}

void Communicator::attach(std::vector<std::shared_ptr<Segment>> memory) {
  segments = std::move(memory);
  for (const std::shared_ptr<Segment> &segment : segments) {
    controls.push_back(
        reinterpret_cast<CommunicatorControl *>(segment->data()));
    slots.push_back(segment->data() + communicatorControlBytes);
  }
  slotSize = (segments[self]->size() - communicatorControlBytes) / 2;
}

std::string Communicator::callPrefix() const {
  return format("call %llu (", static_cast<unsigned long long>(call)) +
         describeCall(current) + "): ";
}

Error Communicator::begin(const CallAttributes &attributes, const char *label) {
  ++call;
  firstStep = true;
  current.attributes = attributes;
  size_t length = strnlen(label, sizeof(current.label) - 1);
  memcpy(current.label, label, length);
  current.label[length] = 0;
  if (__builtin_expect(world.disturbed(), false))
    return world.checkPeers(callPrefix());
  if (size() > 1)
    digest = digestOf(attributes);
  return success();
}

Error Communicator::exchange() {
  if (size() == 1)
    return success();
  ++step;
  post();
  if (Error error = await())
    return error;
  if (!std::exchange(firstStep, false))
    return success();
  for (int member = 0; member < size(); ++member) {
    const StepLine &other = line(member, step);
    if (__builtin_expect(other.digest != digest ||
                             other.generation != world.mesh().generation(),
                         false))
      return compareCalls();
  }
  return success();
}

void Communicator::post() {
  if (firstStep)
    controls[self]->headers[step & 1] = current;
  StepLine &mine = line(self, step);
  mine.call.store(call, std::memory_order_relaxed);
  mine.generation = world.mesh().generation();
  mine.digest = digest;
  // Sequentially consistent, as is the load of `sleeping` in ring(): either
  // this rank sees that the peer sleeps, or the peer sees the step before it
  // does.
  mine.posted.store(step, std::memory_order_seq_cst);
  for (int member = 0; member < size(); ++member)
    if (member != self)
      world.ring(members[member]);
}

int Communicator::firstMissing(int from, std::memory_order order) const {
  while (from < size() && hasPosted(from, order))
    ++from;
  return from;
}

Error Communicator::await() {
  int missing = firstMissing(0, std::memory_order_acquire);
  if (missing == size())
    return success();
  int64_t end = 0;
  do {
    for (int i = 0; i < 64; ++i) {
      relax();
      missing = firstMissing(missing, std::memory_order_acquire);
      if (missing == size())
        return success();
    }
    if (end == 0)
      end = now() + world.spinTime();
  } while (now() < end);
  return sleepFor(missing);
}

Error Communicator::sleepFor(int missing) {
  RankControl &own = world.own();
  Deadline deadline(world.deadlineMs());
  Error outcome;
  for (;;) {
    own.sleeping.store(1, std::memory_order_seq_cst);
    uint32_t bell = own.doorbell.load(std::memory_order_seq_cst);
    own.sleepNote.store(
        SleepNote{uint32_t(number), members[missing], bell}.pack(),
        std::memory_order_relaxed);
    missing = firstMissing(missing, std::memory_order_seq_cst);
    if (missing == size())
      break;
    if (world.disturbed()) {
      outcome = world.checkPeers(callPrefix());
      break;
    }
    if ((outcome = checkLeft()))
      break;
    int64_t slice = deadline.slice();
    if (slice <= 0) {
      outcome = describeTimeout(deadline.milliseconds);
      break;
    }
    world.sleep(bell, slice);
  }
  own.sleeping.store(0, std::memory_order_relaxed);
  own.sleepNote.store(SleepNote::awake, std::memory_order_relaxed);
  return outcome;
}

/// A peer that left cannot post any more; what it posted before counts.
Error Communicator::checkLeft() const {
  uint64_t left = world.own().left.load(std::memory_order_seq_cst);
  for (int member = 0; member < size(); ++member)
    if ((left >> members[member] & 1) &&
        !hasPosted(member, std::memory_order_seq_cst))
      return makeError(CONORM_ERROR_PEER_LOST,
                       "%srank %d left (context destroyed) before call %llu",
                       callPrefix().c_str(), members[member],
                       static_cast<unsigned long long>(call));
  return success();
}

/// Whether a member that is missing here waits for somebody in another
/// communicator. One that waits in this communicator has been answered, since
/// all have posted the step before, and one whose doorbell has moved has been
/// woken: both can go on and do not.
bool Communicator::waitsElsewhere(int member, SleepNote &note) const {
  const RankControl &control = world.control(members[member]);
  uint64_t word = control.sleepNote.load(std::memory_order_relaxed);
  note = SleepNote::unpack(word);
  return word != SleepNote::awake && note.communicator != uint32_t(number) &&
         note.bell == control.doorbell.load(std::memory_order_seq_cst);
}

Error Communicator::describeTimeout(uint32_t milliseconds) const {
  // Members that came but made another call explain more than who is missing.
  if (firstStep)
    if (Error error = compareCalls())
      return error;
  int culprit = -1;
  bool isVictim = false;
  SleepNote note{};
  // Whoever waits for somebody else is a victim itself: name it only if there
  // is nobody better.
  for (int member = 0; member < size(); ++member) {
    if (hasPosted(member, std::memory_order_acquire))
      continue;
    SleepNote other{};
    bool waits = waitsElsewhere(member, other);
    if (culprit < 0 || (isVictim && !waits)) {
      culprit = member;
      isVictim = waits;
      note = other;
    }
  }
  if (culprit < 0)
    return success();
  uint64_t last =
      std::max(line(culprit, 0).call.load(std::memory_order_relaxed),
               line(culprit, 1).call.load(std::memory_order_relaxed));
  std::string text =
      describeMissing(members[culprit], milliseconds, call, last);
  if (isVictim)
    text += format(" and waits for rank %d in %s", note.rank,
                   note.communicator == worldChannelNumber
                       ? "conorm_context_add_groups"
                       : "another group");
  return {CONORM_ERROR_TIMEOUT, callPrefix() + text};
}

/// Among the members that have posted.
Error Communicator::compareCalls() const {
  std::vector<Vote> votes(size());
  for (int member = 0; member < size(); ++member) {
    votes[member].hasPosted = hasPosted(member, std::memory_order_acquire);
    votes[member].digest = line(member, step).digest;
  }
  int culprit = findOddOneOut(votes, self);
  if (culprit < 0)
    return success();
  return {CONORM_ERROR_MISMATCH,
          callPrefix() +
              describeDifference(members[culprit], current, header(culprit))};
}
