//===- CudaTimer.h - Times on the device ------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_CUDATIMER_H
#define CONORM_RUNTIME_LIB_CUDA_CUDATIMER_H

#include "Driver.h"

#include "control/Timer.h"

#include <memory>

namespace conorm::rt::cuda {

/// What a stream waits at until the host lets it go on. What is enqueued behind
/// it then runs without waiting for the host.
class StreamGate {
public:
  static Error make(std::unique_ptr<StreamGate> &out);
  /// The stream is idle, or will not run any more.
  ~StreamGate();
  StreamGate(const StreamGate &) = delete;
  StreamGate &operator=(const StreamGate &) = delete;

  /// Nothing where the driver cannot do that.
  Error close(cudaStream_t stream);
  void open();

private:
  StreamGate() = default;

  const Driver *driver = nullptr;
  /// How often it was closed; streams wait until the word is as large.
  uint32_t closed = 0;
  volatile uint32_t *word = nullptr;
  CUdeviceptr wordOnDevice = 0;
};

/// Events on a stream.
class CudaTimer : public Timer {
public:
  /// With a gate, each call waits there until most of it is enqueued.
  static Error make(int device, cudaStream_t stream, StreamGate *gate,
                    std::unique_ptr<Timer> &out);
  ~CudaTimer() override;

  Error begin(uint32_t op) override;
  Error end(size_t number) override;
  size_t size() const override { return intervals.size(); }
  /// The stream is idle.
  Error read(std::vector<conorm_time> &out) override;

private:
  struct Interval {
    uint32_t op;
    /// Of `events`; `numEvents` if it was not recorded.
    size_t begin, end;
  };

  CudaTimer(int device, cudaStream_t stream, StreamGate *gate)
      : device(device), stream(stream), gate(gate) {}
  Error record(size_t &event);
  Error addEvents(size_t count);
  Error between(size_t from, size_t to, double &nanoseconds) const;

  int device;
  cudaStream_t stream;
  StreamGate *gate;
  /// The first one is when timing began.
  std::vector<cudaEvent_t> events;
  size_t numEvents = 0;
  std::vector<Interval> intervals;
  /// Operations since the gate was closed.
  size_t operations = 0;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_CUDATIMER_H
