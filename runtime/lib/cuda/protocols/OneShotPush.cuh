//===- OneShotPush.cuh - Small calls: data pushed to the peers --*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// docs/CUDAProtocol.md, Pushed calls. Each member writes its data into a
// landing of every peer, where each 32-bit word is its own flag: it is the mark
// until the data is there. The reader takes the data and puts the mark back.
// The words in capitals are the states of runtime/model/push.pml.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_ONESHOTPUSH_CUH
#define CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_ONESHOTPUSH_CUH

#include "../Numerics.cuh"

namespace conorm::rt::cuda {

//===----------------------------------------------------------------------===//
// The mark
//===----------------------------------------------------------------------===//

/// Data that happens to be the mark is NaNs, of which R6 leaves the payload
/// free: they travel as other NaNs.
template <typename T>
__device__ uint32_t withoutMark(uint32_t word) {
  constexpr uint32_t other =
      sizeof(typename T::Storage) == 4 ? 0x7fffffffu : 0x7fff7fffu;
  return word == landingMark ? other : word;
}
template <typename T>
__device__ Leaf<T> withoutMarks(Leaf<T> leaf) {
#pragma unroll
  for (int i = 0; i < Leaf<T>::vectors; ++i) {
    uint4 &v = leaf.vector[i];
    v = {withoutMark<T>(v.x), withoutMark<T>(v.y), withoutMark<T>(v.z),
         withoutMark<T>(v.w)};
  }
  return leaf;
}

/// Words arrive one by one, in any order.
template <typename T>
__device__ bool hasMark(const Leaf<T> &leaf) {
  bool found = false;
#pragma unroll
  for (int i = 0; i < Leaf<T>::vectors; ++i) {
    const uint4 &v = leaf.vector[i];
    found |= v.x == landingMark || v.y == landingMark || v.z == landingMark ||
             v.w == landingMark;
  }
  return found;
}

//===----------------------------------------------------------------------===//
// One block's end
//===----------------------------------------------------------------------===//

/// Unlike with Channel, threads go their own ways up to vote(). A call is one
/// step.
class PushChannel : public Channel {
public:
  __device__ explicit PushChannel(const Group &group) : Channel(group) {}

  /// BEGIN and WAIT: awaitPredecessors() came before, so what the previous
  /// kernel of this channel cleared is in memory.
  __device__ void begin() {
    delay(1);
    step = loadRelaxed(&group.local->steps[blockIdx.x]) + 1;
    reason = loadRelaxed(&group.local->abort) ? reasonElsewhere : reasonNone;
    // Nothing waits for the answer before gaveUp().
    if (threadIdx.x == 0)
      overlaps = atomicExch(&group.local->busy[blockIdx.x], 1u);
  }

  /// AGREE: a warp of channel 0 that has nothing else to do pushes what tells
  /// this call from another to the peers, and compares theirs. The line that it
  /// posts as well is for those that pull by mistake, and for what is said of
  /// failures: nobody waits for it, so nothing has to be ordered before it.
  __device__ void agree() {
    int lane = int(threadIdx.x % 32);
    bool hasPeer = lane < group.size && lane != group.self;
    Terms *from = terms(group.self, lane);
    if (hasPeer) {
      delay(2);
      Terms *to = terms(lane, group.self);
      storeRelaxed(&to->digest, withoutMark(group.digest));
      storeRelaxed(&to->generation, withoutMark(group.generation));
    }
    head(group.self)->headers[step & 1][lane] = group.header[lane];
    static_assert(headerWords == 32, "a word for each lane");
    uint64_t number = lane == 0 ? addToWord(&group.local->call, 1) + 1 : 0;
    call = __shfl_sync(~0u, number, 0);
    if (!hasPeer)
      return __syncwarp();
    post<false>(lane);
    uint64_t digest = termsMark, generation = termsMark;
    waitFor(lane, [&] {
      digest = loadRelaxed(&from->digest);
      generation = loadRelaxed(&from->generation);
      return digest != termsMark && generation != termsMark;
    });
    storeRelaxed(&from->digest, termsMark);
    storeRelaxed(&from->generation, termsMark);
    // All have come: what is said of the odd one out is said by all of them.
    __syncwarp();
    if (reason == reasonNone && (digest != withoutMark(group.digest) ||
                                 generation != withoutMark(group.generation)))
      giveUp(reasonMismatch, lane);
  }

  /// PUSH: a leaf to all peers, as number `index` of this block's.
  template <typename T>
  __device__ void push(int64_t index, const Leaf<T> &value) {
    Leaf<T> leaf = withoutMarks(value);
    for (int i = 1; i < group.size; ++i) {
      // Each member begins with another peer.
      int peer = group.self + i;
      peer -= peer >= group.size ? group.size : 0;
      char *to = landing(peer, group.self) + index * Leaf<T>::bytes;
#pragma unroll
      for (int v = 0; v < Leaf<T>::vectors; ++v)
        storeSlot(to + v * 16, leaf.vector[v]);
    }
  }

  /// POLL and CLEAR: all members' leaves `index`, in rank order.
  template <typename T, int members>
  __device__ void take(int64_t index, const Leaf<T> &own,
                       Leaf<T> (&out)[members]) {
#pragma unroll
    for (int member = 0; member < members; ++member)
      out[member] = member == group.self ? own : look<T>(index, member);
    // One loop for all, so that there is little code.
    Wait wait;
    for (int late = 0; late >= 0 && reason == reasonNone;) {
      late = -1;
#pragma unroll
      for (int member = 0; member < members; ++member)
        if (member != group.self && hasMark(out[member])) {
          late = member;
          out[member] = look<T>(index, member);
        }
      if (late >= 0 && wait.isLong())
        endWait(wait, late, [&] { return !hasMark(look<T>(index, late)); });
    }
#pragma unroll
    for (int member = 0; member < members; ++member)
      if (member != group.self)
        clear<T>(index, member);
  }
  /// The same for one member, of any number.
  template <typename T>
  __device__ Leaf<T> takeOne(int64_t index, int member) {
    Leaf<T> leaf = look<T>(index, member);
    if (hasMark(leaf))
      waitFor(member, [&] {
        leaf = look<T>(index, member);
        return !hasMark(leaf);
      });
    clear<T>(index, member);
    return leaf;
  }

  /// Whether this thread has given up: what it took is nothing.
  __device__ bool gaveUp() {
    if (overlaps && reason == reasonNone)
      giveUp(reasonOverlap, group.self);
    return reason != reasonNone;
  }

  /// The call is complete on this channel. All threads have begun.
  __device__ void leave() {
    delay(5);
    if (threadIdx.x != 0)
      return;
    storeRelaxed(&group.local->steps[blockIdx.x], step);
    storeRelaxed(&group.local->busy[blockIdx.x], 0u);
  }

private:
  static constexpr uint64_t termsMark = ~uint64_t(0);
  static __device__ uint64_t withoutMark(uint64_t word) {
    return word == termsMark ? word - 1 : word;
  }
  __device__ Terms *terms(int owner, int sender) const {
    char *all = group.workspaces[owner] + termsOffset;
    return reinterpret_cast<Terms *>(all) + (step & 1) * maxMembers + sender;
  }
  __device__ char *landing(int owner, int sender) const {
    return group.workspaces[owner] + group.landingsOffset +
           ((size_t(blockIdx.x) * 2 + (step & 1)) * size_t(group.size) +
            size_t(sender)) *
               size_t(group.landingBytes);
  }
  template <typename T>
  __device__ Leaf<T> look(int64_t index, int member) const {
    return loadFromSlot<T>(landing(group.self, member), index);
  }
  template <typename T>
  __device__ void clear(int64_t index, int member) const {
    uint4 *at = reinterpret_cast<uint4 *>(landing(group.self, member) +
                                          index * Leaf<T>::bytes);
#pragma unroll
    for (int v = 0; v < Leaf<T>::vectors; ++v)
      at[v] = {landingMark, landingMark, landingMark, landingMark};
  }

  struct Wait {
    uint64_t begun = 0;
    uint32_t polls = 0;
    /// Whether it is time to look for a reason not to wait.
    __device__ bool isLong() { return ++polls % pollsBetweenLooks == 0; }
  };

  /// Gives up if there is a reason. Words are read before the data: what a peer
  /// pushed before it left counts.
  template <typename Arrived>
  __device__ void endWait(Wait &wait, int peer, Arrived &&arrived) {
    if (!wait.begun)
      wait.begun = globalTimer();
    uint32_t found = Channel::look(peer, wait.begun, nobodyLeaves);
    if (found != reasonNone && !arrived())
      giveUp(found, peer);
  }

  /// Polls until there is nothing to wait for, or a reason not to wait.
  template <typename Arrived>
  __device__ void waitFor(int peer, Arrived &&arrived) {
    Wait wait;
    while (reason == reasonNone && !arrived())
      if (wait.isLong())
        endWait(wait, peer, arrived);
  }

  __device__ void giveUp(uint32_t why, int peer) {
    reason = why;
    if (why > reasonElsewhere)
      fail(why, peer);
  }

  uint32_t reason = reasonNone;
  uint32_t overlaps = 0;
  /// Other threads of the block find out by the communicator's abort word.
  uint32_t nobodyLeaves = 0;
};

//===----------------------------------------------------------------------===//
// R1
//===----------------------------------------------------------------------===//

/// A sum of what is in registers already.
template <typename T, int members>
__device__ Values sumAll(const Leaf<T> (&all)[members]) {
  Values total = widen(all[0]);
#pragma unroll
  for (int member = 1; member < members; ++member) {
    Values next = widen(all[member]);
#pragma unroll
    for (int i = 0; i < leafElements; ++i)
      total.at[i] = __fadd_rn(total.at[i], next.at[i]);
  }
  return total;
}

/// R1 over all members of leaf `index`; `members` is 0 where their number is
/// known at run time alone.
template <typename T, int members>
__device__ Leaf<T> takeAndFold(PushChannel &channel, const Group &group,
                               uint32_t reduction, int64_t index,
                               const Leaf<T> &own) {
  if constexpr (members != 0)
    if (reduction == Reduction::sum) {
      Leaf<T> all[members];
      channel.take<T, members>(index, own, all);
      return round<T>(sumAll<T>(all));
    }
  return round<T>(fold<T>(group.size, reduction, [&](int member) {
    return member == group.self ? own : channel.takeOne<T>(index, member);
  }));
}

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_PROTOCOLS_ONESHOTPUSH_CUH
