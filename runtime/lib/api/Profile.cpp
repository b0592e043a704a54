//===- Profile.cpp - The C entry points of times and listings -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Context.h"
#include "Validate.h"

#include "support/Structs.h"

#include <algorithm>
#include <cstring>

using namespace conorm::rt;

/// What all of these share; `run()` does the rest.
template <typename Run>
static conorm_status performReading(conorm_context *context,
                                    const char *function, Run &&run) {
  ContextUse use(context);
  if (conorm_status status = refusal(use, context))
    return status;
  CallScope scope(context);
  Error error = scope ? guarded(run)
                      : makeError(CONORM_ERROR_OVERLAP,
                                  "another call runs on the same context, "
                                  "expected one at a time");
  if (!error)
    return CONORM_OK;
  error.message = std::string(function) + ": " + error.message;
  return failContext(context, error);
}

conorm_status conorm_context_set_timing(conorm_context *context,
                                        uint32_t timing) {
  static const char *const name = "conorm_context_set_timing";
  return performReading(context, name, [&]() -> Error {
    if (Error error =
            checkEnumerator("timing", timing, CONORM_TIMING_OPERATIONS))
      return error;
    context->timer.reset();
    context->timing = timing;
    if (timing == CONORM_TIMING_NONE)
      return success();
    if (!context->calls)
      return context->backend->makeTimer(timing, context->timer);
    // What a timer is made of may wait until nothing runs on the device.
    if (Error error = context->calls->device.settle(name))
      return error;
    if (Error error = context->backend->makeTimer(timing, context->timer))
      return error;
    return context->calls->device.settle(name);
  });
}

conorm_status conorm_context_times(conorm_context *context, conorm_time *times,
                                   size_t capacity, size_t *count) {
  return performReading(context, "conorm_context_times", [&]() -> Error {
    if (!count)
      return {CONORM_ERROR_INVALID_ARGUMENT, "count is null"};
    std::vector<conorm_time> all;
    if (context->timer) {
      if (Error error = context->backend->synchronize())
        return error;
      if (Error error = context->timer->firstFailure())
        return error;
      if (Error error = context->timer->read(all))
        return error;
    }
    *count = all.size();
    if (!times || !capacity)
      return success();
    conorm_time first;
    if (Error error = readStruct(times, first, "times"))
      return error;
    uint32_t size = times->struct_size;
    char *to = reinterpret_cast<char *>(times);
    for (size_t i = 0; i < std::min(capacity, all.size()); ++i, to += size) {
      all[i].struct_size = size;
      memcpy(to, &all[i], std::min<size_t>(size, sizeof(conorm_time)));
    }
    return success();
  });
}

conorm_status conorm_context_visit_graph(conorm_context *context,
                                         conorm_work_fn visit, void *user) {
  return performReading(context, "conorm_context_visit_graph", [&]() -> Error {
    if (!visit)
      return {CONORM_ERROR_INVALID_ARGUMENT, "visit is null"};
    if (!context->calls)
      return noDevice();
    memory::PlannedCall *last =
        context->calls->planned.find(context->calls->lastCall);
    if (!context->calls->usesGraphs || !last || !last->graph.call)
      return {CONORM_ERROR_UNSUPPORTED,
              "expected a last call that was captured in a graph, found none"};
    return last->graph.call->visit(
        [&](uint32_t kind, const char *name) { visit(user, kind, name); });
  });
}
