//===- Buffers.cpp - Memory of a context's backend ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModuleInvoke.h"
#include "Ownership.h"

#include "api/Context.h"
#include "support/Structs.h"

#include <cinttypes>
#include <cstdlib>
#include <cstring>

using namespace conorm::rt;

/// Runs `body`, which touches the context's memory but is no call: an observer
/// may be in one.
template <typename Body>
static conorm_status performTransfer(conorm_context *context,
                                     const char *function, Body &&body) {
  ContextUse use(context);
  if (conorm_status status = refusal(use, context))
    return status;
  Error error = guarded(body);
  if (!error)
    return conorm_context_status(context);
  error.message = std::string(function) + ": " + error.message;
  return failContext(context, error);
}

//===----------------------------------------------------------------------===//
// Creation and release
//===----------------------------------------------------------------------===//

static Error createBuffer(conorm_context &context, uint32_t type, uint32_t rank,
                          const int64_t *shape, conorm_buffer *out) {
  conorm_buffer buffer;
  if (Error error = readStruct(out, buffer, "out"))
    return error;
  if (rank > CONORM_MAX_MANIFEST_RANK || (rank && !shape))
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "expected a shape of at most %u sizes, found %s",
                     CONORM_MAX_MANIFEST_RANK,
                     shape ? "a longer one" : "a null pointer");
  int64_t bytes = tensorBytes(shape, rank, type);
  if (bytes < 0 || conorm_type_bytes(type, 1) <= 0)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "expected a type and a size below 2^63 bytes, found %s",
                     describeShape(shape, rank, type).c_str());
  buffer.element_type = type;
  buffer.rank = rank;
  if (context.calls) {
    uint64_t number;
    if (Error error =
            context.calls->buffers.make(uint64_t(bytes), number, buffer.data))
      return error;
    buffer.memory = CONORM_MEMORY_DEVICE;
    buffer.owner = reinterpret_cast<void *>(number);
  } else {
    constexpr size_t line = 64;
    buffer.data =
        std::aligned_alloc(line, (size_t(bytes) + line) / line * line);
    if (!buffer.data)
      return makeError(CONORM_ERROR_RESOURCE,
                       "out of memory for a buffer of %" PRId64 " bytes",
                       bytes);
    buffer.memory = CONORM_MEMORY_HOST;
    buffer.owner = buffer.data;
  }
  buffer.shape = copyShape(shape, rank);
  // An older caller's structure has room for all of these.
  buffer.struct_size = out->struct_size;
  memcpy(out, &buffer, firstStructSize<conorm_buffer>());
  return success();
}

extern "C" conorm_status
conorm_buffer_create(conorm_context *context, uint32_t elementType,
                     uint32_t rank, const int64_t *shape, conorm_buffer *out) {
  return performTransfer(context, "conorm_buffer_create", [&] {
    return createBuffer(*context, elementType, rank, shape, out);
  });
}

extern "C" void conorm_buffer_release(conorm_buffer *buffer) {
  if (!buffer)
    return;
  if (buffer->memory == CONORM_MEMORY_DEVICE)
    memory::DeviceBuffers::release(reinterpret_cast<uint64_t>(buffer->owner));
  else
    std::free(buffer->owner);
  std::free(const_cast<int64_t *>(buffer->shape));
  buffer->data = buffer->owner = nullptr;
  buffer->shape = nullptr;
}

//===----------------------------------------------------------------------===//
// Transfers
//===----------------------------------------------------------------------===//

static Error checkTransfer(const conorm_context &context,
                           const conorm_buffer *given, const void *host,
                           uint64_t bytes, conorm_buffer &buffer) {
  if (Error error = readStruct(given, buffer, "buffer"))
    return error;
  uint32_t memory = context.calls ? CONORM_MEMORY_DEVICE : CONORM_MEMORY_HOST;
  if (buffer.memory != memory)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "expected a buffer in %s memory, found one in %s memory",
                     context.calls ? "device" : "host",
                     context.calls ? "host" : "device");
  if (buffer.rank && !buffer.shape)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT, "buffer has a null shape");
  int64_t size = tensorBytes(buffer.shape, buffer.rank, buffer.element_type);
  if (size < 0 || uint64_t(size) != bytes)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "bytes is %" PRIu64 ", expected %" PRId64
                     ", those of the buffer",
                     bytes, size);
  if (bytes && (!buffer.data || !host))
    return makeError(CONORM_ERROR_INVALID_ARGUMENT, "%s is null",
                     host ? "data of the buffer" : "memory on the host");
  return success();
}

/// `onDevice` and `onHost` copy `bytes` bytes.
template <typename OnDevice, typename OnHost>
static conorm_status transfer(conorm_context *context, const char *function,
                              const conorm_buffer *given, const void *host,
                              uint64_t bytes, OnDevice &&onDevice,
                              OnHost &&onHost) {
  return performTransfer(context, function, [&]() -> Error {
    conorm_buffer buffer;
    if (Error error = checkTransfer(*context, given, host, bytes, buffer))
      return error;
    if (!bytes)
      return success();
    if (context->calls)
      return onDevice(context->calls->device, buffer.data);
    onHost(buffer.data);
    return success();
  });
}

extern "C" conorm_status conorm_buffer_write(conorm_context *context,
                                             const conorm_buffer *buffer,
                                             const void *from, uint64_t bytes) {
  return transfer(
      context, "conorm_buffer_write", buffer, from, bytes,
      [&](Device &device, void *data) {
        return device.write(data, from, bytes);
      },
      [&](void *data) { memcpy(data, from, bytes); });
}

extern "C" conorm_status conorm_buffer_read(conorm_context *context,
                                            const conorm_buffer *buffer,
                                            void *to, uint64_t bytes) {
  return transfer(
      context, "conorm_buffer_read", buffer, to, bytes,
      [&](Device &device, const void *data) {
        return device.read(to, data, bytes);
      },
      [&](const void *data) { memcpy(to, data, bytes); });
}

//===----------------------------------------------------------------------===//
// Settings and figures
//===----------------------------------------------------------------------===//

extern "C" conorm_status conorm_context_set_graphs(conorm_context *context,
                                                   uint32_t enabled) {
  return performTransfer(context, "conorm_context_set_graphs", [&]() -> Error {
    if (!context->calls)
      return enabled ? noDevice() : success();
    context->calls->usesGraphs = enabled != 0;
    return success();
  });
}

extern "C" conorm_status conorm_context_memory(conorm_context *context,
                                               conorm_memory_report *report) {
  return performTransfer(context, "conorm_context_memory", [&]() -> Error {
    conorm_memory_report figures;
    if (Error error = readStruct(report, figures, "report"))
      return error;
    uint32_t size = report->struct_size;
    figures = {};
    figures.struct_size = size;
    if (memory::DeviceCalls *calls = context->calls.get()) {
      figures.num_plans = uint32_t(calls->planned.size());
      calls->planned.forEach([&](const memory::PlannedCall &call) {
        figures.num_graphs += call.graph.call != nullptr;
      });
      figures.plan_bytes = calls->planBytes;
      figures.result_bytes = calls->resultBytes;
      figures.arena_bytes = calls->device.bytesOf(Region::Arena);
      figures.buffer_bytes = calls->buffers.bytesInUse();
    }
    memcpy(report, &figures, firstStructSize<conorm_memory_report>());
    return success();
  });
}
