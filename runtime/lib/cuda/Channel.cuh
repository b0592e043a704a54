//===- Channel.cuh - One block's end of the protocol ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// docs/CUDAProtocol.md states the protocol. The words in capitals at the start
// of comments are the states of runtime/model/channel.pml.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_CHANNEL_CUH
#define CONORM_RUNTIME_LIB_CUDA_CHANNEL_CUH

#include "Protocol.h"

namespace conorm::rt::cuda {

//===----------------------------------------------------------------------===//
// Accesses that the memory model orders between devices and the host
//===----------------------------------------------------------------------===//

inline __device__ uint64_t loadRelaxed(const uint64_t *at) {
  uint64_t value;
  asm volatile("ld.relaxed.sys.global.u64 %0, [%1];"
               : "=l"(value)
               : "l"(at)
               : "memory");
  return value;
}
inline __device__ uint32_t loadRelaxed(const uint32_t *at) {
  uint32_t value;
  asm volatile("ld.relaxed.sys.global.u32 %0, [%1];"
               : "=r"(value)
               : "l"(at)
               : "memory");
  return value;
}
inline __device__ uint64_t loadAcquire(const uint64_t *at) {
  uint64_t value;
  asm volatile("ld.acquire.sys.global.u64 %0, [%1];"
               : "=l"(value)
               : "l"(at)
               : "memory");
  return value;
}
inline __device__ void storeRelaxed(uint64_t *at, uint64_t value) {
  asm volatile("st.relaxed.sys.global.u64 [%0], %1;"
               :
               : "l"(at), "l"(value)
               : "memory");
}
inline __device__ void storeRelaxed(uint32_t *at, uint32_t value) {
  asm volatile("st.relaxed.sys.global.u32 [%0], %1;"
               :
               : "l"(at), "r"(value)
               : "memory");
}
inline __device__ void storeRelease(uint64_t *at, uint64_t value) {
  asm volatile("st.release.sys.global.u64 [%0], %1;"
               :
               : "l"(at), "l"(value)
               : "memory");
}
inline __device__ void storeRelease(uint32_t *at, uint32_t value) {
  asm volatile("st.release.sys.global.u32 [%0], %1;"
               :
               : "l"(at), "r"(value)
               : "memory");
}
/// A peer's data: past the first-level cache, which nobody else invalidates.
inline __device__ uint4 loadSlot(const char *at) {
  uint4 value;
  asm volatile("ld.relaxed.sys.global.v4.u32 {%0, %1, %2, %3}, [%4];"
               : "=r"(value.x), "=r"(value.y), "=r"(value.z), "=r"(value.w)
               : "l"(at)
               : "memory");
  return value;
}
/// To a peer: each word arrives as a whole.
inline __device__ void storeSlot(char *at, const uint4 &value) {
  asm volatile("st.relaxed.sys.global.v4.u32 [%0], {%1, %2, %3, %4};"
               :
               : "l"(at), "r"(value.x), "r"(value.y), "r"(value.z), "r"(value.w)
               : "memory");
}
inline __device__ uint64_t addToWord(uint64_t *at, uint64_t value) {
  return atomicAdd(reinterpret_cast<unsigned long long *>(at),
                   static_cast<unsigned long long>(value));
}
inline __device__ uint64_t globalTimer() {
  uint64_t nanoseconds;
  asm volatile("mov.u64 %0, %globaltimer;" : "=l"(nanoseconds));
  return nanoseconds;
}

//===----------------------------------------------------------------------===//
// Channel
//===----------------------------------------------------------------------===//

/// All threads of a block call each function together, except where it says
/// otherwise. After a function returned false the block ends.
class Channel {
public:
  __device__ explicit Channel(const Group &group) : group(group) {}

  /// BEGIN: finds what failed before, here or at a peer, and another kernel on
  /// this channel.
  __device__ bool enter() {
    if (group.size == 1)
      return true;
    delay(1);
    __shared__ uint64_t found, number;
    int peer = int(threadIdx.x);
    bool aborted =
        peer < group.size && loadRelaxed(&head(group.self)->aborts[peer]);
    if (threadIdx.x == 0)
      begin(found, number);
    if (__syncthreads_or(aborted)) {
      if (aborted)
        fail(reasonPeerAborted, peer);
      return false;
    }
    step = found;
    call = number;
    if (step == channelFailed)
      return false;
    if (blockIdx.x == 0 && threadIdx.x < uint32_t(headerWords))
      head(group.self)->headers[(step + 1) & 1][threadIdx.x] =
          group.header[threadIdx.x];
    return true;
  }

  /// Where this block may WRITE for the coming step, and its slot of the one
  /// that exchange() completed last. For a member: READ.
  __device__ char *nextSlot() const { return slot(group.self, step + 1); }
  __device__ const char *readSlot(int member) const {
    return slot(member, step);
  }

  /// POST and AWAIT.
  __device__ bool exchange() {
    if (group.size == 1)
      return true;
    ++step;
    __shared__ uint32_t leaving;
    if (threadIdx.x == 0)
      leaving = 0;
    __syncthreads(); // the slot is written
    int peer = int(threadIdx.x);
    uint32_t reason = reasonNone;
    bool differs = false;
    if (peer < group.size && peer != group.self) {
      delay(2);
      post(peer);
      delay(3);
      reason = await(peer, leaving);
      delay(4);
      differs = firstStep && reason == reasonNone && lineDiffers(peer);
    }
    // The block leaves as a whole.
    if (__syncthreads_or(reason != reasonNone)) {
      if (reason > reasonElsewhere)
        fail(reason, peer);
      return false;
    }
    if (firstStep && blockIdx.x == 0 && __syncthreads_or(differs)) {
      if (differs)
        fail(reasonMismatch, peer);
      return false;
    }
    firstStep = false;
    return true;
  }

  /// The call is complete on this channel.
  __device__ void leave() {
    if (group.size == 1)
      return;
    delay(5);
    __syncthreads();
    if (threadIdx.x != 0)
      return;
    storeRelaxed(&group.local->steps[blockIdx.x], step);
    storeRelaxed(&group.local->busy[blockIdx.x], 0u);
  }

protected:
  __device__ WorkspaceHead *head(int member) const {
    return reinterpret_cast<WorkspaceHead *>(group.workspaces[member]);
  }
  __device__ Line *line(int owner, int channel, uint64_t number,
                        int sender) const {
    char *lines = group.workspaces[owner] + linesOffset +
                  size_t(channel) * linesOfChannel;
    return reinterpret_cast<Line *>(lines) + (number & 1) * maxMembers + sender;
  }
  __device__ char *slot(int member, uint64_t number) const {
    return group.workspaces[member] + group.slotsOffset +
           (size_t(blockIdx.x) * 2 + (number & 1)) * size_t(group.slotBytes);
  }

  /// Disturbs the order in which threads and blocks come by, if asked to.
  __device__ void delay(uint32_t place) const {
    if (!group.delayNanoseconds)
      return;
    uint64_t x = globalTimer() ^ (step << 20) ^ (uint64_t(blockIdx.x) << 40) ^
                 (uint64_t(threadIdx.x / 32) << 50) ^ (place * 0x9e3779b9u) ^
                 (uint64_t(group.self) << 58);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    __nanosleep(uint32_t((x >> 32) % group.delayNanoseconds));
  }

  /// One thread. Nothing here waits for the answer before it.
  __device__ void begin(uint64_t &found, uint64_t &number) const {
    LocalState &local = *group.local;
    uint32_t failed = loadRelaxed(&local.abort);
    uint32_t busy = atomicExch(&local.busy[blockIdx.x], 1u);
    uint64_t last = loadRelaxed(&local.steps[blockIdx.x]);
    number = blockIdx.x == 0 ? addToWord(&local.call, 1) + 1 : 0;
    if (!failed && busy)
      fail(reasonOverlap, group.self);
    found = failed || busy ? channelFailed : last;
  }

  /// One thread for each peer.
  template <bool releases = true>
  __device__ void post(int peer) const {
    Line *to = line(peer, int(blockIdx.x), step, group.self);
    storeRelaxed(&to->digest, group.digest);
    storeRelaxed(&to->generation, group.generation);
    storeRelaxed(&to->call, call);
    // The barrier before made the block's writes this thread's to release.
    if (releases)
      storeRelease(&to->step, step);
    else
      storeRelaxed(&to->step, step);
  }

  __device__ uint32_t await(int peer, uint32_t &leaving) const {
    const Line *from = line(group.self, int(blockIdx.x), step, peer);
    uint64_t begun = 0;
    uint32_t reason = reasonNone;
    for (uint32_t polls = 1; loadAcquire(&from->step) != step; ++polls) {
      if (polls % pollsBetweenLooks != 0)
        continue;
      if (!begun)
        begun = globalTimer();
      reason = look(peer, begun, leaving);
      // Words are read before the line: what a peer posted before it left
      // counts.
      if (reason != reasonNone && loadAcquire(&from->step) != step) {
        *static_cast<volatile uint32_t *>(&leaving) = 1;
        return reason;
      }
    }
    return reasonNone;
  }

  /// What else may end a wait. Rare, and kept out of the code that waits, which
  /// has to be fetched anew by each call.
  __device__ uint32_t look(int peer, uint64_t begun, uint32_t &leaving) const {
    return lookAround(group, peer, begun, leaving);
  }
  static __device__ __noinline__ uint32_t lookAround(const Group &group,
                                                     int peer, uint64_t begun,
                                                     uint32_t &leaving) {
    const Channel channel(group);
    if (*static_cast<volatile uint32_t *>(&leaving) ||
        loadRelaxed(&group.local->abort))
      return reasonElsewhere;
    for (int member = 0; member < group.size; ++member)
      if (loadRelaxed(&channel.head(group.self)->aborts[member]))
        return reasonPeerAborted;
    if (loadRelaxed(group.aborted) || loadRelaxed(group.lost) ||
        loadRelaxed(group.launcherLost))
      return reasonControl;
    if (loadRelaxed(group.left) >> group.ranks[peer] & 1)
      return reasonPeerLeft;
    if (globalTimer() - begun > group.deadlineNanoseconds)
      return reasonTimeout;
    return reasonNone;
  }

  __device__ bool lineDiffers(int peer) const {
    const Line *from = line(group.self, int(blockIdx.x), step, peer);
    return loadRelaxed(&from->digest) != group.digest ||
           loadRelaxed(&from->generation) != group.generation;
  }

  /// ABORT. One thread; the first one of the rank takes the record.
  __device__ void fail(uint32_t reason, int peer) const {
    failAt(group, step, call, firstStep, reason, peer);
  }
  static __device__ __noinline__ void failAt(const Group &group, uint64_t step,
                                             uint64_t call, bool firstStep,
                                             uint32_t reason, int peer) {
    Channel channel(group);
    channel.step = step;
    channel.call = call;
    channel.firstStep = firstStep;
    channel.record(reason, peer);
  }
  __device__ void record(uint32_t reason, int peer) const {
    if (atomicCAS(&group.local->abort, 0u, 1u) != 0)
      return;
    uint64_t word = 0;
    int culprit = peer;
    if (reason == reasonPeerAborted)
      for (int member = 0; member < group.size && !word; ++member)
        if ((word = loadRelaxed(&head(group.self)->aborts[member]))) {
          peer = member;
          culprit = abortCulprit(word);
        }
    writeRecord(reason, peer, word);
    uint32_t told = word ? abortReason(word) : reason;
    for (int member = 0; member < group.size; ++member)
      if (member != group.self)
        storeRelaxed(&head(member)->aborts[group.self],
                     abortWord(told, culprit));
  }

  __device__ void writeRecord(uint32_t reason, int peer, uint64_t word) const {
    Record &record = *group.record;
    // Headers and lines of pushed calls are on their way without an order.
    if (reason == reasonMismatch || reason == reasonPeerAborted)
      __nanosleep(20000);
    record.reason = reason;
    record.peer = peer;
    record.channel = blockIdx.x;
    record.call = loadRelaxed(&group.local->call);
    record.step = step;
    record.firstStep = firstStep;
    record.word = word;
    for (int i = 0; i < headerWords; ++i)
      record.ownHeader[i] = group.header[i];
    for (int member = 0; member < group.size; ++member) {
      for (int parity = 0; parity < 2; ++parity)
        record.steps[member][parity] = loadRelaxed(
            &line(group.self, int(blockIdx.x), parity, member)->step);
      uint64_t even = loadRelaxed(&line(group.self, 0, 0, member)->call);
      uint64_t odd = loadRelaxed(&line(group.self, 0, 1, member)->call);
      record.calls[member] = even > odd ? even : odd;
      const Line *from = line(group.self, int(blockIdx.x), step, member);
      record.digests[member] = loadRelaxed(&from->digest);
      record.generations[member] = loadRelaxed(&from->generation);
      for (int i = 0; i < headerWords; ++i)
        record.headers[member][i] =
            loadRelaxed(&head(member)->headers[step & 1][i]);
    }
    __threadfence_system();
    storeRelease(&record.ready, 1u);
  }

  /// About a fifth of a millisecond of polling.
  static constexpr uint32_t pollsBetweenLooks = 256;

  const Group &group;
  uint64_t step = 0;
  /// Number of the call; channel 0 only.
  uint64_t call = 0;
  bool firstStep = true;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_CHANNEL_CUH
