//===- CudaTimer.cpp - Times on the device --------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CudaTimer.h"

using namespace conorm::rt;
using namespace conorm::rt::cuda;

//===----------------------------------------------------------------------===//
// StreamGate
//===----------------------------------------------------------------------===//

Error StreamGate::make(std::unique_ptr<StreamGate> &out) {
  std::unique_ptr<StreamGate> made(new StreamGate);
  if (Error error = loadDriver(made->driver))
    return error;
  void *memory, *onDevice;
  if (Error error =
          checkCuda("cudaHostAlloc", cudaHostAlloc(&memory, sizeof(uint32_t),
                                                   cudaHostAllocMapped)))
    return error;
  made->word = static_cast<volatile uint32_t *>(memory);
  *made->word = 0;
  if (Error error = checkCuda("cudaHostGetDevicePointer",
                              cudaHostGetDevicePointer(&onDevice, memory, 0)))
    return error;
  made->wordOnDevice = reinterpret_cast<CUdeviceptr>(onDevice);
  out = std::move(made);
  return success();
}

StreamGate::~StreamGate() {
  open();
  if (word)
    cudaFreeHost(const_cast<uint32_t *>(word));
}

Error StreamGate::close(cudaStream_t stream) {
  if (!driver->waitValue)
    return success();
  CUresult code = driver->waitValue(stream, wordOnDevice, closed + 1,
                                    CU_STREAM_WAIT_VALUE_GEQ);
  if (code != CUDA_SUCCESS)
    return driverFailure("cuStreamWaitValue32", code);
  ++closed;
  return success();
}

void StreamGate::open() {
  if (word)
    *word = closed;
}

//===----------------------------------------------------------------------===//
// CudaTimer
//===----------------------------------------------------------------------===//

/// How many operations of a call wait at the gate. What they enqueue fits the
/// queue between the host and the device, for two ranks that share one.
static constexpr size_t mostWaiting = 96;

Error CudaTimer::make(int device, cudaStream_t stream, StreamGate *gate,
                      std::unique_ptr<Timer> &out) {
  std::unique_ptr<CudaTimer> made(new CudaTimer(device, stream, gate));
  DeviceScope scope(device);
  constexpr size_t some = 1024;
  if (Error error = made->addEvents(some))
    return error;
  size_t origin;
  if (Error error = made->record(origin))
    return error;
  out = std::move(made);
  return success();
}

CudaTimer::~CudaTimer() {
  DeviceScope scope(device);
  if (gate)
    gate->open();
  for (cudaEvent_t event : events)
    cudaEventDestroy(event);
}

Error CudaTimer::addEvents(size_t count) {
  events.reserve(events.size() + count);
  for (size_t i = 0; i < count; ++i) {
    cudaEvent_t event;
    if (Error error = checkCuda("cudaEventCreate", cudaEventCreate(&event)))
      return error;
    events.push_back(event);
  }
  return success();
}

Error CudaTimer::record(size_t &event) {
  if (numEvents == events.size())
    if (Error error = addEvents(numEvents))
      return error;
  if (Error error = checkCuda("cudaEventRecord",
                              cudaEventRecord(events[numEvents], stream)))
    return error;
  event = numEvents++;
  return success();
}

Error CudaTimer::begin(uint32_t op) {
  DeviceScope scope(device);
  if (gate && op == CONORM_OP_NONE) {
    operations = 0;
    if (Error error = gate->close(stream))
      return error;
  }
  intervals.push_back({op, 0, 0});
  return record(intervals.back().begin);
}

Error CudaTimer::end(size_t number) {
  DeviceScope scope(device);
  Interval &interval = intervals[number];
  Error error = record(interval.end);
  bool isCall = interval.op == CONORM_OP_NONE;
  if (gate && (isCall || ++operations == mostWaiting))
    gate->open();
  return error;
}

/// Nearby events, which is what is exact in a float.
Error CudaTimer::between(size_t from, size_t to, double &nanoseconds) const {
  float milliseconds;
  if (Error error = checkCuda(
          "cudaEventElapsedTime",
          cudaEventElapsedTime(&milliseconds, events[from], events[to])))
    return error;
  nanoseconds = double(milliseconds) * 1e6;
  return success();
}

Error CudaTimer::read(std::vector<conorm_time> &out) {
  DeviceScope scope(device);
  // Of the call that an operation is in.
  size_t call = 0;
  double callBegin = 0;
  for (const Interval &interval : intervals) {
    if (!interval.end)
      return {CONORM_ERROR_SYSTEM, "an operation that was timed has no end"};
    double since, length;
    if (interval.op == CONORM_OP_NONE) {
      if (Error error = between(0, interval.begin, callBegin))
        return error;
      call = interval.begin;
    }
    if (Error error = between(call, interval.begin, since))
      return error;
    if (Error error = between(interval.begin, interval.end, length))
      return error;
    double begin = callBegin + since;
    out.push_back(
        {uint32_t(sizeof(conorm_time)), interval.op, begin, begin + length});
  }
  return success();
}
