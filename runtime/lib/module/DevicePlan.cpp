//===- DevicePlan.cpp - What a call on a device takes ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DevicePlan.h"

#include "api/Context.h"

#include <cstring>

using namespace conorm::rt;
using namespace conorm::rt::memory;

std::vector<uint64_t> conorm::rt::keyOf(const conorm_module &module,
                                        const conorm_entry &entry,
                                        const BorrowedArguments &arguments) {
  std::vector<uint64_t> key = {module.serial,
                               uint64_t(&entry - module.entries.data())};
  for (uint32_t i = 0; i < entry.num_args; ++i) {
    const conorm_buffer &buffer = arguments.callers()[i];
    if (entry.args[i].kind == CONORM_VALUE_SCALAR) {
      uint64_t word = 0;
      memcpy(&word, buffer.data, conorm_type_bytes(buffer.element_type, 1));
      key.push_back(word);
    } else {
      key.insert(key.end(), buffer.shape, buffer.shape + buffer.rank);
    }
  }
  return key;
}

/// Finds which allocation is a result's own memory, in `resultOf`.
static Error planResult(const conorm_entry &entry, uint32_t index,
                        ResultStructure &returned, const Trace &trace,
                        std::vector<int32_t> &resultOf, PlannedResult &out) {
  int64_t bytes;
  if (Error error = returned.measure(index, bytes))
    return error;
  MemrefDescriptor desc = returned.descriptorOf(index);
  out.shape.assign(desc.sizes(), desc.sizes() + desc.rank);
  out.bytes = uint64_t(bytes);
  if (bytes && !isContiguous(desc))
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "result %u: expected contiguous elements on a device, "
                     "found strides between them",
                     index);
  int64_t allocation = trace.find(desc.allocated());
  if (allocation < 0)
    return success();
  if (trace.wasFreed(size_t(allocation)))
    return makeError(CONORM_ERROR_MODULE,
                     "result %u: expected memory that is not freed, found "
                     "memory that the entry has freed",
                     index);
  bool isShared = false;
  for (uint32_t other = 0; other < entry.num_results; ++other)
    isShared |= other != index &&
                entry.results[other].kind == CONORM_VALUE_TENSOR &&
                returned.descriptorOf(other).allocated() == desc.allocated();
  out.hasOwnMemory = !isShared && bytes && desc.aligned() == desc.allocated() &&
                     desc.offset() == 0 &&
                     trace.bytesOf(size_t(allocation)) == out.bytes;
  if (out.hasOwnMemory)
    resultOf[size_t(allocation)] = int32_t(index);
  return success();
}

Error conorm::rt::planCall(const conorm_entry &entry, conorm_context *context,
                           const BorrowedArguments &arguments,
                           PlannedCall &out) {
  CallMemory &memory = context->calls->memory;
  ResultStructure returned(entry);
  memory.beginPlanning();
  entry.function(context, arguments.pointers(), returned.place());
  Trace trace = memory.endPlanning();
  if (conorm_context_status(context) != CONORM_OK)
    return success();
  std::vector<int32_t> resultOf(trace.size(), -1);
  out.results.resize(entry.num_results);
  for (uint32_t i = 0; i < entry.num_results; ++i)
    if (entry.results[i].kind == CONORM_VALUE_TENSOR)
      if (Error error =
              planResult(entry, i, returned, trace, resultOf, out.results[i]))
        return error;
  out.plan = makePlan(trace, resultOf);
  return success();
}
