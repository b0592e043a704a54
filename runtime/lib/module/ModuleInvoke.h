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
/// each. `kind` is "argument" or "result".
Error readBuffers(const char *kind, const conorm_value_desc *descs,
                  uint32_t count, const conorm_buffer *buffers,
                  std::vector<conorm_buffer> &to);

/// Checks that `entry` is the module's, and how many buffers there are.
Error checkCounts(const conorm_module &module, const conorm_entry &entry,
                  const conorm_buffer *args, size_t numArgs,
                  const conorm_buffer *results, size_t numResults);

/// Calls an entry; on success the results own what they point to.
Error invokeEntry(const conorm_entry &entry, conorm_context *context,
                  const conorm_buffer *args, conorm_buffer *results);

/// What all ways to call an entry share: the handles, the sticky error, and the
/// entry's name in messages.
conorm_status performInvoke(const char *function, const conorm_module *module,
                            const conorm_entry *entry, conorm_context *context,
                            const std::function<Error()> &body);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_MODULE_MODULEINVOKE_H
