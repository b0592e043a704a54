//===- ModuleInvoke.h - Calls of compiled entries ---------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MODULE_MODULEINVOKE_H
#define CONORM_RUNTIME_LIB_MODULE_MODULEINVOKE_H

#include "Module.h"

#include <functional>

namespace conorm::rt {

Error argumentError(std::string message);

/// Bytes of a tensor; negative if it does not fit the address space.
int64_t tensorBytes(const int64_t *shape, uint32_t rank, uint32_t type);

/// Whether two buffers, which were checked, share a byte.
bool overlap(const conorm_buffer &a, const conorm_buffer &b);

/// Copies the caller's `count` structures and checks type, shape and data of
/// each. `kind` is "argument" or "result", `memory` the conorm_memory of
/// tensors.
Error readBuffers(const char *kind, const conorm_value_desc *descs,
                  uint32_t count, const conorm_buffer *buffers, uint32_t memory,
                  std::vector<conorm_buffer> &to);

/// Checks that `entry` is the module's, and how many buffers there are.
Error checkCounts(const conorm_module &module, const conorm_entry &entry,
                  const conorm_buffer *args, size_t numArgs,
                  const conorm_buffer *results, size_t numResults);

/// Calls an entry; on success the results own what they point to.
Error invokeEntry(const conorm_entry &entry, conorm_context *context,
                  const conorm_buffer *args, conorm_buffer *results);

/// Checks that no buffer of a result overlaps another one's, nor an argument's
/// that is not donated.
Error checkPlaces(const conorm_entry &entry,
                  const std::vector<conorm_buffer> &args,
                  const std::vector<conorm_buffer> &results);

/// What is said of a caller's buffer for result `index` of another shape than
/// the entry's.
Error placeShapeError(const conorm_entry &entry, uint32_t index,
                      const int64_t *made, const int64_t *given);

/// Calls an entry on a context with a device. Results go to the buffers of
/// `into`; if that is null, `made` gets buffers of the context.
Error invokeOnDevice(const conorm_module &module, const conorm_entry &entry,
                     conorm_context *context, const conorm_buffer *args,
                     const conorm_buffer *into, conorm_buffer *made);

/// What all ways to call an entry share: the handles, the sticky error, and the
/// entry's name in messages.
conorm_status performInvoke(const char *function, const conorm_module *module,
                            const conorm_entry *entry, conorm_context *context,
                            const std::function<Error()> &body);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_MODULE_MODULEINVOKE_H
