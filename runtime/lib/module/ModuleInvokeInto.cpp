//===- ModuleInvokeInto.cpp - Results in the caller's buffers -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModuleInvoke.h"

#include "api/Context.h"

#include <algorithm>
#include <cstring>

using namespace conorm::rt;

namespace {

/// Results as the entry makes them, until they are in the caller's buffers.
class OwnedResults {
public:
  explicit OwnedResults(size_t count) : buffers(count) {
    for (conorm_buffer &buffer : buffers)
      buffer.struct_size = sizeof(buffer);
  }
  ~OwnedResults() {
    for (conorm_buffer &buffer : buffers)
      conorm_buffer_release(&buffer);
  }
  OwnedResults(const OwnedResults &) = delete;
  OwnedResults &operator=(const OwnedResults &) = delete;

  std::vector<conorm_buffer> buffers;
};

} // namespace

/// A result may take the place of a donated argument, which nobody reads any
/// more, but not of one that the caller keeps.
Error conorm::rt::checkPlaces(const conorm_entry &entry,
                              const std::vector<conorm_buffer> &args,
                              const std::vector<conorm_buffer> &results) {
  for (uint32_t i = 0; i < entry.num_results; ++i) {
    std::string what = "result " + std::to_string(i) +
                       ": expected a buffer of its own, found one that "
                       "overlaps ";
    for (uint32_t j = 0; j < i; ++j)
      if (overlap(results[i], results[j]))
        return argumentError(what + "result " + std::to_string(j));
    for (uint32_t j = 0; j < entry.num_args; ++j)
      if (!(entry.args[j].flags & CONORM_VALUE_DONATED) &&
          overlap(results[i], args[j]))
        return argumentError(what + "argument " + std::to_string(j) +
                             ", which is not donated");
  }
  return {};
}

Error conorm::rt::placeShapeError(const conorm_entry &entry, uint32_t index,
                                  const int64_t *made, const int64_t *given) {
  const conorm_value_desc &desc = entry.results[index];
  return argumentError("result " + std::to_string(index) +
                       ": expected a buffer of " +
                       describeShape(made, desc.rank, desc.element_type) +
                       ", which the entry made, found one of " +
                       describeShape(given, desc.rank, desc.element_type));
}

static Error invokeInto(const conorm_entry &entry, conorm_context *context,
                        const conorm_buffer *args,
                        const conorm_buffer *results) {
  std::vector<conorm_buffer> from, to;
  if (Error error = readBuffers("argument", entry.args, entry.num_args, args,
                                CONORM_MEMORY_HOST, from))
    return error;
  if (Error error = readBuffers("result", entry.results, entry.num_results,
                                results, CONORM_MEMORY_HOST, to))
    return error;
  if (Error error = checkPlaces(entry, from, to))
    return error;
  OwnedResults made(entry.num_results);
  if (Error error = invokeEntry(entry, context, args, made.buffers.data()))
    return error;
  if (conorm_context_status(context) != CONORM_OK)
    return {};
  // All of them are checked before the first is written.
  for (uint32_t i = 0; i < entry.num_results; ++i)
    if (!std::equal(to[i].shape, to[i].shape + to[i].rank,
                    made.buffers[i].shape))
      return placeShapeError(entry, i, made.buffers[i].shape, to[i].shape);
  for (uint32_t i = 0; i < entry.num_results; ++i)
    if (int64_t bytes =
            tensorBytes(to[i].shape, to[i].rank, to[i].element_type))
      std::memcpy(to[i].data, made.buffers[i].data, bytes);
  return {};
}

extern "C" conorm_status
conorm_module_invoke_into(const conorm_module *module,
                          const conorm_entry *entry, conorm_context *context,
                          const conorm_buffer *args, size_t numArgs,
                          const conorm_buffer *results, size_t numResults) {
  auto body = [&]() -> Error {
    if (Error error =
            checkCounts(*module, *entry, args, numArgs, results, numResults))
      return error;
    if (context->calls)
      return invokeOnDevice(*module, *entry, context, args, results, nullptr);
    return invokeInto(*entry, context, args, results);
  };
  return performInvoke("conorm_module_invoke_into", module, entry, context,
                       body);
}
