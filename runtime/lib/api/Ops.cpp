//===- Ops.cpp - The C entry points of the operations ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dispatch.h"
#include "Operation.h"
#include "Validate.h"

using namespace conorm::rt;

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
