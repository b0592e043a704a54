//===- NcclState.h - Where a session of NCCL is -----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One state machine, which docs/CUDAProtocol.md draws. It needs neither CUDA
// nor NCCL.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_NCCLSTATE_H
#define CONORM_RUNTIME_LIB_CUDA_NCCLSTATE_H

namespace conorm::rt::cuda {

enum class NcclState {
  /// Nobody has asked for NCCL.
  Unused,
  /// The watcher runs; NCCL's communicator is being made.
  Connecting,
  /// Calls are made.
  Connected,
  /// Nothing is under way: the end may wait for NCCL's own.
  Retired,
  /// NCCL's communicator is being aborted, or was never there.
  Failed,
  /// No more calls; the device may still be busy.
  Ending,
  /// Nothing is under way on the device, and its resources can go.
  Quiet,
  /// The device did not become quiet in time: its resources are left to it.
  Abandoned
};

enum class NcclEvent {
  /// The watcher has been started.
  Start,
  /// All members are connected.
  Agree,
  /// The stream is idle, and no call will come.
  Retire,
  /// The first failure, or a further one.
  Fail,
  /// The group ends.
  Finish,
  /// The device is quiet.
  Drain,
  /// It is not, and was waited for long enough.
  GiveUp
};

/// The state after an event. What has no meaning in a state leaves it as it is:
/// a second failure, or an end of what has ended.
constexpr NcclState after(NcclState state, NcclEvent event) {
  bool isOver = state >= NcclState::Ending;
  switch (event) {
  case NcclEvent::Start:
    return state == NcclState::Unused ? NcclState::Connecting : state;
  case NcclEvent::Agree:
    return state == NcclState::Connecting ? NcclState::Connected : state;
  case NcclEvent::Retire:
    return state == NcclState::Connected ? NcclState::Retired : state;
  case NcclEvent::Fail:
    return isOver ? state : NcclState::Failed;
  case NcclEvent::Finish:
    return isOver ? state : NcclState::Ending;
  case NcclEvent::Drain:
    return state == NcclState::Ending ? NcclState::Quiet : state;
  case NcclEvent::GiveUp:
    return state == NcclState::Ending ? NcclState::Abandoned : state;
  }
  return state;
}

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_NCCLSTATE_H
