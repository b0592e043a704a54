//===- Ops.cpp - The C entry points of the operations ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Context.h"
#include "Dispatch.h"
#include "Validate.h"
#include "numerics/Numerics.h"
#include "support/Structs.h"

using namespace conorm::rt;

/// Announces an operation to the observer for the time of its execution.
namespace {
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
} // namespace

static Error readSite(const conorm_site *given, conorm_site &copy, Site &site) {
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
static Error located(Error error, uint32_t op, const Site &site) {
  if (error.message.compare(0, 5, "call ") != 0 &&
      error.message.find(" reported: ") == std::string::npos)
    error.message = std::string(conorm_op_name(op)) + " at " + site.label +
                    ": " + error.message;
  return error;
}

/// What all operations share: the sticky error, the structure's version, the
/// overlap check, the observer, and the floating-point environment.
/// `run(args, site)` does the rest.
template <typename Args, typename Run>
static conorm_status perform(conorm_context *context, uint32_t op,
                             const Args *given, Run &&run) {
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
  Observation observation(context, op, &args);
  ScopedFloatEnvironment environment;
  if (Error error = guarded([&] { return run(args, site); }))
    return failContext(context, located(std::move(error), op, site));
  return CONORM_OK;
}

/// The same for collectives: reads the group, applies the context's strategy,
/// and asks the backend whether it has it.
template <typename Args, typename Run>
static conorm_status performCollective(conorm_context *context, uint32_t op,
                                       const Args *given, Run &&run) {
  return perform(context, op, given,
                 [&](Args &args, const Site &site) -> Error {
                   conorm_group group;
                   if (Error error = readStruct(args.group, group, "group"))
                     return error;
                   if (context->strategy != CONORM_STRATEGY_AUTO)
                     args.strategy = context->strategy;
                   if (Error error = checkStrategy(*context, args.strategy))
                     return error;
                   return run(args, group, site);
                 });
}

/// Chooses the strategy of an all_reduce of `count` elements, fused or not,
/// whose members may finish rows for each other.
template <typename Args>
static Error chooseStrategy(const conorm_context *context, Args &args,
                            const conorm_group &group, int64_t count,
                            bool sharesRows) {
  if (args.strategy != CONORM_STRATEGY_AUTO)
    return success();
  int64_t members;
  if (Error error = context->backend->groupSize(group, members))
    return error;
  return resolveStrategy(*context, args.dispatch,
                         conorm_type_bytes(args.element_type, count), members,
                         sharesRows, args.strategy);
}

conorm_status conorm_all_reduce(conorm_context *context,
                                const conorm_all_reduce_args *args) {
  return performCollective(
      context, CONORM_OP_ALL_REDUCE, args,
      [&](conorm_all_reduce_args &args, const conorm_group &group,
          const Site &site) -> Error {
        if (Error error = validate(args))
          return error;
        if (Error error = chooseStrategy(context, args, group, args.count,
                                         /*sharesRows=*/false))
          return error;
        return context->backend->allReduce(args, group, site);
      });
}

conorm_status conorm_reduce_scatter(conorm_context *context,
                                    const conorm_scatter_gather_args *args) {
  return performCollective(
      context, CONORM_OP_REDUCE_SCATTER, args,
      [&](const conorm_scatter_gather_args &args, const conorm_group &group,
          const Site &site) -> Error {
        int64_t size;
        if (Error error = context->backend->groupSize(group, size))
          return error;
        if (Error error = validateReduceScatter(args, size))
          return error;
        return context->backend->reduceScatter(args, group, site);
      });
}

conorm_status conorm_all_gather(conorm_context *context,
                                const conorm_scatter_gather_args *args) {
  return performCollective(
      context, CONORM_OP_ALL_GATHER, args,
      [&](const conorm_scatter_gather_args &args, const conorm_group &group,
          const Site &site) -> Error {
        int64_t size;
        if (Error error = context->backend->groupSize(group, size))
          return error;
        if (Error error = validateAllGather(args, size))
          return error;
        return context->backend->allGather(args, group, site);
      });
}

conorm_status
conorm_all_reduce_rms_norm(conorm_context *context,
                           const conorm_all_reduce_rms_norm_args *args) {
  return performCollective(
      context, CONORM_OP_ALL_REDUCE_RMS_NORM, args,
      [&](conorm_all_reduce_rms_norm_args &args, const conorm_group &group,
          const Site &site) -> Error {
        if (Error error = validate(args))
          return error;
        bool sharesRows = args.replicated &&
                          args.strategy == CONORM_STRATEGY_AUTO &&
                          context->backend->sharesRows(args, group);
        if (Error error = chooseStrategy(context, args, group,
                                         args.rows * args.cols, sharesRows))
          return error;
        return context->backend->allReduceRmsNorm(args, group, site);
      });
}

conorm_status conorm_rms_norm(conorm_context *context,
                              const conorm_rms_norm_args *args) {
  // An older caller's structure ends before `residual` at the earliest; which
  // operation it is shows only once it is read.
  uint32_t op = CONORM_OP_RMS_NORM;
  conorm_rms_norm_args copy;
  if (args && !readStruct(args, copy, "args") && copy.residual)
    op = CONORM_OP_ADD_RMS_NORM;
  return perform(context, op, args,
                 [&](const conorm_rms_norm_args &args, const Site &) -> Error {
                   if (Error error = validate(args))
                     return error;
                   return context->backend->rmsNorm(args);
                 });
}

conorm_status conorm_quantize(conorm_context *context,
                              const conorm_quantize_args *args) {
  return perform(context, CONORM_OP_QUANTIZE, args,
                 [&](const conorm_quantize_args &args, const Site &) -> Error {
                   if (Error error = validate(args))
                     return error;
                   return context->backend->quantize(args);
                 });
}
