//===- CpuBackend.cpp - The CPU backend -----------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CpuBackend.h"

#include "Strategy.h"

#include "support/Limits.h"

#include <cinttypes>

using namespace conorm::rt;

/// Smallest workspace a context may ask for, bytes.
static constexpr uint64_t minimumWorkspaceBytes = 16384;

/// More cannot be meant, and would fail late or, being given page by page, when
/// the first call touches it.
static Error checkWorkspace(uint64_t bytes) {
  if (bytes < minimumWorkspaceBytes)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "workspace_bytes is %" PRIu64 ", expected at least "
                     "%" PRIu64,
                     bytes, minimumWorkspaceBytes);
  uint64_t machine = physicalMemory();
  if (machine && bytes > machine)
    return makeError(CONORM_ERROR_RESOURCE,
                     "workspace_bytes is %" PRIu64 ", expected at most the "
                     "memory of this machine, %" PRIu64 " bytes",
                     bytes, machine);
  return success();
}

/// What no chunk reaches would only count against the process's limits.
static size_t slotBytesOf(uint64_t workspaceBytes) {
  uint64_t half = (workspaceBytes - communicatorControlBytes) / 2;
  return std::min<uint64_t>(half / 4096 * 4096, chunkBytes);
}

bool CpuBackend::supports(uint32_t strategy) const {
  return strategy == CONORM_STRATEGY_ONE_SHOT ||
         strategy == CONORM_STRATEGY_TWO_SHOT;
}

Error CpuBackend::connect(const conorm_context_options &options,
                          const conorm_bootstrap &bootstrap) {
  if (Error error = checkWorkspace(options.workspace_bytes))
    return error;
  ControlSettings settings;
  settings.terms = {CONORM_BACKEND_CPU, options.workspace_bytes};
  settings.slotBytes = slotBytesOf(options.workspace_bytes);
  settings.deadlineMs = options.deadline_ms;
  return control.connect(bootstrap, settings);
}
