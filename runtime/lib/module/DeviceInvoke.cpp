//===- DeviceInvoke.cpp - Calls of compiled entries on a device -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DevicePlan.h"

#include "api/Context.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>

using namespace conorm::rt;
using namespace conorm::rt::memory;

namespace {

/// Marks a context as in a call of an entry, for the time of that.
class RunningEntry {
public:
  explicit RunningEntry(DeviceCalls &calls)
      : calls(calls), entered(!calls.isRunning.exchange(true)) {}
  ~RunningEntry() {
    if (entered)
      calls.isRunning = false;
  }
  RunningEntry(const RunningEntry &) = delete;
  RunningEntry &operator=(const RunningEntry &) = delete;
  explicit operator bool() const { return entered; }

private:
  DeviceCalls &calls;
  bool entered;
};

class DeviceInvocation {
public:
  DeviceInvocation(const conorm_module &module, const conorm_entry &entry,
                   conorm_context *context)
      : module(module), entry(entry), context(context), calls(*context->calls),
        returned(entry) {}

  Error run(const conorm_buffer *args, const conorm_buffer *into,
            conorm_buffer *made);

private:
  bool failed() const { return conorm_context_status(context) != CONORM_OK; }
  bool isTensor(uint32_t index) const {
    return entry.results[index].kind == CONORM_VALUE_TENSOR;
  }
  Error readPlaces(const conorm_buffer *into);
  Error findPlan(const std::vector<uint64_t> &key);
  Error makeReady(const std::vector<uint64_t> &key);
  Error checkShapes() const;
  Error choosePlaces(ResultPlaces &places) const;
  Error enqueue(const ResultPlaces &places);
  Error enqueueCall(const ResultPlaces &places);
  Error copyResults(const ResultPlaces &places);
  std::vector<const void *> addresses() const;
  Error captureCall();
  void copyScalars();
  Error hand(const ResultPlaces &places, CallersResults &to);

  const conorm_module &module;
  const conorm_entry &entry;
  conorm_context *context;
  DeviceCalls &calls;
  BorrowedArguments arguments;
  /// The caller's, if results go to buffers of the caller.
  bool hasPlaces = false;
  std::vector<conorm_buffer> callers;
  PlannedCall *call = nullptr;
  /// Without a graph.
  ResultPlaces ownPlaces;
  ResultStructure returned;
};

} // namespace

Error DeviceInvocation::readPlaces(const conorm_buffer *into) {
  hasPlaces = into != nullptr;
  if (!hasPlaces)
    return success();
  if (Error error = readBuffers("result", entry.results, entry.num_results,
                                into, CONORM_MEMORY_DEVICE, callers))
    return error;
  return checkPlaces(entry, arguments.callers(), callers);
}

/// Plans the first call with such sizes and scalars. Sets `call` unless the
/// context fails.
Error DeviceInvocation::findPlan(const std::vector<uint64_t> &key) {
  if (!call) {
    PlannedCall fresh;
    if (Error error = planCall(entry, context, arguments, fresh))
      return error;
    if (failed())
      return success();
    if (Error error = calls.device.grow(Region::Arena, fresh.plan.arenaBytes))
      return explain(std::move(error),
                     format("the plan for these sizes takes %" PRIu64 " bytes",
                            fresh.plan.arenaBytes));
    call = &calls.planned.insert(key, std::move(fresh));
  }
  calls.planBytes = call->plan.arenaBytes;
  calls.resultBytes = 0;
  for (const PlannedResult &result : call->results)
    calls.resultBytes += result.bytes;
  return success();
}

/// All that comes before the first operation is enqueued.
Error DeviceInvocation::makeReady(const std::vector<uint64_t> &key) {
  if (Error error = findPlan(key))
    return error;
  if (failed())
    return success();
  if (Error error = checkShapes())
    return error;
  return calls.usesGraphs ? captureCall() : choosePlaces(ownPlaces);
}

Error DeviceInvocation::checkShapes() const {
  for (uint32_t i = 0; hasPlaces && i < entry.num_results; ++i)
    if (isTensor(i) &&
        !std::equal(callers[i].shape, callers[i].shape + callers[i].rank,
                    call->results[i].shape.begin()))
      return placeShapeError(entry, i, call->results[i].shape.data(),
                             callers[i].shape);
  return success();
}

/// A caller's buffer that shares bytes with a donated argument is written when
/// nothing reads that any more.
Error DeviceInvocation::choosePlaces(ResultPlaces &places) const {
  places.memory.assign(entry.num_results, nullptr);
  places.copies = places.lastCopies = places.memory;
  places.made.resize(entry.num_results);
  for (uint32_t i = 0; i < entry.num_results; ++i) {
    const PlannedResult &result = call->results[i];
    if (!isTensor(i))
      continue;
    bool isLate =
        hasPlaces &&
        std::any_of(arguments.callers().begin(), arguments.callers().end(),
                    [&](const conorm_buffer &argument) {
                      return overlap(callers[i], argument);
                    });
    void *place = hasPlaces ? callers[i].data : nullptr;
    if (!hasPlaces || isLate) {
      if (Error error = places.made[i].make(calls.buffers, result.bytes))
        return error;
      place = places.made[i].data();
    }
    (result.hasOwnMemory ? places.memory : places.copies)[i] = place;
    if (isLate)
      places.lastCopies[i] = callers[i].data;
  }
  return success();
}

Error DeviceInvocation::copyResults(const ResultPlaces &places) {
  auto copy = [&](void *to, const void *from, uint64_t bytes) {
    return bytes && to != from ? calls.device.copy(to, from, bytes) : success();
  };
  std::vector<const void *> from(entry.num_results);
  for (uint32_t i = 0; i < entry.num_results; ++i) {
    if (!isTensor(i))
      continue;
    MemrefDescriptor desc = returned.descriptorOf(i);
    int64_t elementBytes = conorm_type_bytes(entry.results[i].element_type, 1);
    from[i] = static_cast<char *>(desc.aligned()) +
              (call->results[i].bytes ? desc.offset() * elementBytes : 0);
    // It is in its place already: the entry has written to the donated buffer.
    if (from[i] == places.lastCopies[i] || !places.copies[i])
      continue;
    if (Error error = copy(places.copies[i], from[i], call->results[i].bytes))
      return error;
    from[i] = places.copies[i];
  }
  for (uint32_t i = 0; i < entry.num_results; ++i)
    if (places.lastCopies[i])
      if (Error error =
              copy(places.lastCopies[i], from[i], call->results[i].bytes))
        return error;
  return success();
}

/// Runs the entry's host code, with memory from the plan.
Error DeviceInvocation::enqueue(const ResultPlaces &places) {
  calls.memory.begin(call->plan, calls.device.baseOf(Region::Arena),
                     places.memory);
  entry.function(context, arguments.pointers(), returned.place());
  Error error = calls.memory.end();
  if (failed())
    return success();
  return error ? std::move(error) : copyResults(places);
}

std::vector<const void *> DeviceInvocation::addresses() const {
  std::vector<const void *> all;
  for (const std::vector<conorm_buffer> *buffers :
       {&arguments.callers(), &callers})
    for (const conorm_buffer &buffer : *buffers)
      if (buffer.memory == CONORM_MEMORY_DEVICE)
        all.push_back(buffer.data);
  return all;
}

/// Captures the entry unless that has been done with these addresses and this
/// deadline.
Error DeviceInvocation::captureCall() {
  PlannedGraph &graph = call->graph;
  std::vector<const void *> now = addresses();
  if (graph.call && graph.addresses == now &&
      graph.deadlineMs == calls.deadlineMs) {
    returned.setContents(graph.words);
    return success();
  }
  // The graph's own buffers stay, so that callers find results where they were.
  bool keepsPlaces =
      graph.call && !hasPlaces && graph.addresses.size() == now.size();
  if (!keepsPlaces) {
    graph.places = ResultPlaces();
    if (Error error = choosePlaces(graph.places))
      return error;
  }
  graph.addresses.clear();
  if (Error error = calls.device.capture([&] { return enqueue(graph.places); },
                                         graph.call))
    return error;
  graph.words = returned.contents();
  graph.addresses = std::move(now);
  graph.deadlineMs = calls.deadlineMs;
  return success();
}

/// They are the host's, and there when the host code has run.
void DeviceInvocation::copyScalars() {
  for (uint32_t i = 0; i < entry.num_results; ++i)
    if (!isTensor(i))
      memcpy(callers[i].data, returned.bytesOf(i),
             size_t(conorm_type_bytes(entry.results[i].element_type, 1)));
}

Error DeviceInvocation::hand(const ResultPlaces &places, CallersResults &to) {
  for (uint32_t i = 0; i < entry.num_results; ++i) {
    conorm_buffer &buffer = to[i];
    buffer.element_type = entry.results[i].element_type;
    buffer.rank = entry.results[i].rank;
    buffer.memory = CONORM_MEMORY_HOST;
    if (!isTensor(i)) {
      returned.takeScalar(i, buffer);
      continue;
    }
    buffer.memory = CONORM_MEMORY_DEVICE;
    buffer.data = places.made[i].data();
    buffer.owner = reinterpret_cast<void *>(places.made[i].share());
    buffer.shape = copyShape(call->results[i].shape.data(), buffer.rank);
  }
  return success();
}

Error DeviceInvocation::enqueueCall(const ResultPlaces &places) {
  TimedScope timed(context->timer.get(), CONORM_OP_NONE);
  return calls.usesGraphs ? calls.device.replay(*call->graph.call)
                          : enqueue(places);
}

Error DeviceInvocation::run(const conorm_buffer *args,
                            const conorm_buffer *into, conorm_buffer *made) {
  RunningEntry running(calls);
  if (!running)
    return makeError(CONORM_ERROR_OVERLAP,
                     "another call runs on the same context, expected one at a "
                     "time");
  if (Error error = arguments.pack(entry, args, CONORM_MEMORY_DEVICE))
    return error;
  CallersResults handed;
  if (made)
    if (Error error = handed.read(entry, made))
      return error;
  if (Error error = readPlaces(into))
    return error;
  std::vector<uint64_t> key = keyOf(module, entry, arguments);
  call = calls.planned.find(key);
  bool isFirst = !call || (calls.usesGraphs && !call->graph.call);
  // What is made for the first call may wait until nothing runs on the device.
  if (isFirst)
    if (Error error = calls.device.settle(entry.name))
      return error;
  if (Error error = makeReady(key))
    return error;
  if (failed())
    return success();
  if (isFirst)
    if (Error error = calls.device.settle(entry.name))
      return error;
  calls.lastCall = key;
  const ResultPlaces &places =
      calls.usesGraphs ? call->graph.places : ownPlaces;
  if (Error error = enqueueCall(places))
    return error;
  if (failed())
    return success();
  if (hasPlaces) {
    copyScalars();
    return success();
  }
  if (Error error = hand(places, handed))
    return error;
  handed.handOver();
  return success();
}

Error conorm::rt::invokeOnDevice(const conorm_module &module,
                                 const conorm_entry &entry,
                                 conorm_context *context,
                                 const conorm_buffer *args,
                                 const conorm_buffer *into,
                                 conorm_buffer *made) {
  return DeviceInvocation(module, entry, context).run(args, into, made);
}
