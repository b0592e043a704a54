//===- Operation.h - What all operations do -------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_API_OPERATION_H
#define CONORM_RUNTIME_LIB_API_OPERATION_H

#include "Context.h"
#include "numerics/Numerics.h"
#include "support/Structs.h"

namespace conorm::rt {

/// Announces an operation to the observer for the time of its execution.
class Observation {
public:
  Observation(conorm_context *context, uint32_t op, const void *args)
      : context(context), op(op), args(args) {
    tell(0);
  }
  ~Observation() { tell(1); }
  Observation(const Observation &) = delete;
  Observation &operator=(const Observation &) = delete;

private:
  void tell(uint32_t phase) {
    if (context->observer)
      context->observer(context->observerUser, context, op, phase, args);
  }

  conorm_context *context;
  uint32_t op;
  const void *args;
};

inline Error readSite(const conorm_site *given, conorm_site &copy, Site &site) {
  if (!given)
    return success();
  if (Error error = readStruct(given, copy, "site"))
    return error;
  site.id = copy.id;
  if (copy.label)
    site.label = copy.label;
  return success();
}

/// Puts the operation and its site in front of a message that has no call.
inline Error located(Error error, uint32_t op, const Site &site) {
  if (error.message.compare(0, 5, "call ") != 0 &&
      error.message.find(" reported: ") == std::string::npos)
    error.message = std::string(conorm_op_name(op)) + " at " + site.label +
                    ": " + error.message;
  return error;
}

/// Whether an entry runs only to find out what memory it takes.
inline bool isPlanning(const conorm_context *context) {
  return context->calls && context->calls->memory.isPlanning();
}

/// What most operations do while their entry is planned.
struct PlanNothing {
  template <typename Args>
  Error operator()(const Args &) const {
    return success();
  }
};

/// What all operations share: the sticky error, the structure's version, the
/// overlap check, the observer, and the floating-point environment.
/// `run(args, site)` does the rest, or `plan(args)` while the entry is planned.
template <typename Args, typename Run, typename Plan = PlanNothing>
conorm_status perform(conorm_context *context, uint32_t op, const Args *given,
                      Run &&run, Plan &&plan = {}) {
  ContextUse use(context);
  if (conorm_status status = refusal(use, context))
    return status;
  Site site;
  CallScope scope(context);
  if (!scope)
    return failContext(
        context, located(makeError(CONORM_ERROR_OVERLAP,
                                   "another call runs on the same context, "
                                   "expected one at a time"),
                         op, site));
  Args args;
  conorm_site siteCopy;
  if (Error error = readStruct(given, args, "args"))
    return failContext(context, located(std::move(error), op, site));
  if (Error error = readSite(args.site, siteCopy, site))
    return failContext(context, located(std::move(error), op, site));
  if (isPlanning(context)) {
    if (Error error = guarded([&] { return plan(args); }))
      return failContext(context, located(std::move(error), op, site));
    return CONORM_OK;
  }
  Observation observation(context, op, &args);
  TimedScope timed(operationTimer(context), op);
  ScopedFloatEnvironment environment;
  if (Error error = guarded([&] { return run(args, site); }))
    return failContext(context, located(std::move(error), op, site));
  return CONORM_OK;
}

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_API_OPERATION_H
