//===- ModuleInvoke.cpp - Calls of compiled entries -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModuleInvoke.h"

#include "Ownership.h"

#include "api/Context.h"

#include <cstdlib>
#include <new>

using namespace conorm::rt;

Error conorm::rt::checkCounts(const conorm_module &module,
                              const conorm_entry &entry,
                              const conorm_buffer *args, size_t numArgs,
                              const conorm_buffer *results, size_t numResults) {
  if (&entry < module.entries.data() ||
      &entry >= module.entries.data() + module.entries.size())
    return argumentError("expected an entry of this module, found another");
  if (numArgs != entry.num_args || (numArgs && !args))
    return argumentError("expected " + std::to_string(entry.num_args) +
                         " arguments, found " +
                         std::to_string(args ? numArgs : 0));
  if (numResults != entry.num_results || (numResults && !results))
    return argumentError(
        "expected room for " + std::to_string(entry.num_results) +
        " results, found " + std::to_string(results ? numResults : 0));
  return {};
}

Error conorm::rt::invokeEntry(const conorm_entry &entry,
                              conorm_context *context,
                              const conorm_buffer *args,
                              conorm_buffer *results) {
  BorrowedArguments arguments;
  if (Error error = arguments.pack(entry, args))
    return error;
  CallersResults callers;
  if (Error error = callers.read(entry, results))
    return error;
  ReturnedResults returned(entry);
  {
    TimedScope timed(context->timer.get(), CONORM_OP_NONE);
    entry.function(context, arguments.pointers(), returned.place());
  }
  try {
    returned.adopt(arguments);
    if (conorm_context_status(context) != CONORM_OK)
      return success();
    for (uint32_t i = 0; i < entry.num_results; ++i)
      if (Error error = returned.take(i, callers[i]))
        return error;
  } catch (const std::bad_alloc &) {
    return {CONORM_ERROR_RESOURCE, "out of memory for the results"};
  }
  if (conorm_context_status(context) == CONORM_OK)
    callers.handOver();
  return success();
}

conorm_status conorm::rt::performInvoke(const char *function,
                                        const conorm_module *module,
                                        const conorm_entry *entry,
                                        conorm_context *context,
                                        const std::function<Error()> &body) {
  ContextUse contextUse(context);
  HandleUse moduleUse(Handle::Module, module);
  if (!contextUse)
    return CONORM_ERROR_INVALID_ARGUMENT;
  if (!moduleUse) {
    failContext(context, notOpen(function, module));
    return CONORM_ERROR_INVALID_ARGUMENT;
  }
  if (Error error = checkRunnable(*module))
    return failContext(context, error);
  if (Error error = checkBackend(*module, context->backendKind))
    return failContext(context, error);
  if (!entry)
    return failContext(context,
                       argumentError(std::string(function) +
                                     ": expected an entry, found a null "
                                     "pointer"));
  // A failed context does not run the entry: its outputs would be undefined.
  conorm_status before = conorm_context_status(context);
  if (before != CONORM_OK)
    return before;
  Error error;
  try {
    error = body();
    if (error)
      error.message =
          "entry '" + std::string(entry->name) + "': " + error.message;
  } catch (const std::bad_alloc &) {
    error = {CONORM_ERROR_RESOURCE, "out of memory for an entry's arguments"};
  }
  if (!error)
    return conorm_context_status(context);
  return failContext(context, error);
}

extern "C" conorm_status
conorm_module_invoke(const conorm_module *module, const conorm_entry *entry,
                     conorm_context *context, const conorm_buffer *args,
                     size_t numArgs, conorm_buffer *results,
                     size_t numResults) {
  auto body = [&]() -> Error {
    if (Error error =
            checkCounts(*module, *entry, args, numArgs, results, numResults))
      return error;
    if (context->calls)
      return invokeOnDevice(*module, *entry, context, args, nullptr, results);
    return invokeEntry(*entry, context, args, results);
  };
  return performInvoke("conorm_module_invoke", module, entry, context, body);
}
