//===- Protocol.h - What ranks share on their devices -----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Layouts that kernels of all ranks, and the host, agree on.
// docs/CUDAProtocol.md states the protocol.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_PROTOCOL_H
#define CONORM_RUNTIME_LIB_CUDA_PROTOCOL_H

#include <cstddef>
#include <cstdint>

namespace conorm::rt::cuda {

constexpr int maxMembers = 16;
constexpr int maxChannels = 128;
/// Room for a CallHeader of the CPU runtime, as words.
constexpr int headerWords = 32;

/// What a member posts to a peer: one for each channel and parity of the step.
struct alignas(32) Line {
  uint64_t digest;
  uint64_t generation;
  /// Number of the call; channel 0 only.
  uint64_t call;
  /// Released last.
  uint64_t step;
};

/// What a member pushes to a peer in a call that pushes data: each word is a
/// mark, all ones, until it is there.
struct Terms {
  uint64_t digest;
  uint64_t generation;
};

/// First bytes of a workspace. Terms, lines, landings and slots follow.
struct WorkspaceHead {
  /// A word from each member; nonzero once it failed: an AbortWord.
  uint64_t aborts[maxMembers];
  /// The owner's calls, by parity of their first step on channel 0.
  uint64_t headers[2][headerWords];
};

constexpr size_t alignTo(size_t value, size_t unit) {
  return (value + unit - 1) / unit * unit;
}
/// By parity of the step, and sender.
constexpr size_t termsOffset = alignTo(sizeof(WorkspaceHead), 256);
constexpr size_t linesOffset =
    alignTo(termsOffset + 2 * maxMembers * sizeof(Terms), 256);
constexpr size_t linesOfChannel = 2 * maxMembers * sizeof(Line);

/// What a word of a landing is while no data is there: a NaN of f32, two of
/// bf16 and f16.
constexpr uint32_t landingMark = 0xffffffffu;
/// A landing, of one sender in one step of a channel, has no more bytes.
constexpr uint64_t maxLandingBytes = 32 << 10;

/// Where the parts of a workspace are, and the bytes of one landing and of one
/// slot of one channel: the same on all members.
struct WorkspaceLayout {
  uint64_t landingsOffset;
  uint64_t landingBytes = 0;
  uint64_t slotsOffset = 0;
  uint64_t slotBytes = 0;

  constexpr WorkspaceLayout(uint64_t workspaceBytes, int channels, int members)
      : landingsOffset(
            alignTo(linesOffset + size_t(channels) * linesOfChannel, 4096)) {
    uint64_t landings = uint64_t(channels) * 2 * uint64_t(members);
    landingBytes = workspaceBytes / 4 / landings / 512 * 512;
    landingBytes =
        landingBytes < maxLandingBytes ? landingBytes : maxLandingBytes;
    slotsOffset = alignTo(landingsOffset + landings * landingBytes, 4096);
    slotBytes =
        (workspaceBytes - slotsOffset) / (2 * uint64_t(channels)) / 512 * 512;
  }
};

/// Why a block gave up.
enum Reason : uint32_t {
  reasonNone = 0,
  /// Another thread or block of this rank has the reason.
  reasonElsewhere,
  reasonTimeout,
  reasonMismatch,
  reasonOverlap,
  reasonPeerAborted,
  reasonPeerLeft,
  /// A bit in the control page; the host words it.
  reasonControl
};

/// A failed member's word: its reason and the member that it blames.
constexpr uint64_t abortWord(uint32_t reason, int culprit) {
  return uint64_t(1) << 32 | uint64_t(culprit) << 8 | reason;
}
constexpr uint32_t abortReason(uint64_t word) { return word & 0xff; }
constexpr int abortCulprit(uint64_t word) { return int(word >> 8 & 0xff); }

/// In pinned host memory; written once by the first block that fails.
struct Record {
  uint32_t ready;
  uint32_t reason;
  /// Index of the member that the block waited for.
  uint32_t peer;
  uint32_t channel;
  uint64_t call;
  uint64_t step;
  /// Nonzero in the first step of a call.
  uint64_t firstStep;
  /// Word of the peer, reasonPeerAborted only.
  uint64_t word;
  uint64_t ownHeader[headerWords];
  /// Of each member: the steps that its two lines to this channel say, the last
  /// call that it posted, and, by its line of this step, digest and header.
  uint64_t steps[maxMembers][2];
  uint64_t calls[maxMembers];
  uint64_t digests[maxMembers];
  uint64_t generations[maxMembers];
  uint64_t headers[maxMembers][headerWords];
};

/// A communicator's state on its own device, which no peer sees. It lives on
/// from call to call, so that a replayed graph continues where it stopped.
struct LocalState {
  /// Nonzero once a block failed.
  uint32_t abort;
  uint32_t reserved;
  /// Calls begun.
  uint64_t call;
  /// Last step of each channel.
  uint64_t steps[maxChannels];
  /// Nonzero while a kernel uses the channel.
  uint32_t busy[maxChannels];
};
/// No step.
constexpr uint64_t channelFailed = ~uint64_t(0);

/// A communicator as a kernel sees it.
struct Group {
  int32_t size;
  int32_t self;
  int32_t channels;
  /// For tests: blocks sleep up to so many nanoseconds in every step.
  uint32_t delayNanoseconds;
  /// Bytes of one slot of one channel, and of one landing.
  int64_t slotBytes;
  int64_t landingBytes;
  /// Where they begin in a workspace.
  uint64_t slotsOffset = 0;
  uint64_t landingsOffset;
  uint64_t generation;
  uint64_t digest;
  uint64_t deadlineNanoseconds;
  LocalState *local;
  Record *record;
  /// This rank's control page: words that end a wait.
  const uint64_t *aborted;
  const uint64_t *left;
  const uint64_t *lost;
  const uint32_t *launcherLost;
  char *workspaces[maxMembers];
  /// World rank of each member: its bit in `left`.
  uint8_t ranks[maxMembers];
  uint64_t header[headerWords];
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_PROTOCOL_H
