//===- DevicePlan.h - What a call on a device takes -------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MODULE_DEVICEPLAN_H
#define CONORM_RUNTIME_LIB_MODULE_DEVICEPLAN_H

#include "Ownership.h"

#include "memory/DeviceCalls.h"

namespace conorm::rt {

/// What an entry's host code may depend on: its sizes and scalars.
std::vector<uint64_t> keyOf(const conorm_module &module,
                            const conorm_entry &entry,
                            const BorrowedArguments &arguments);

/// Runs an entry's host code, with operations that do nothing, and lays out
/// what it allocates.
Error planCall(const conorm_entry &entry, conorm_context *context,
               const BorrowedArguments &arguments, memory::PlannedCall &out);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_MODULE_DEVICEPLAN_H
