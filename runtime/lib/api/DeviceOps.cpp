//===- DeviceOps.cpp - The C entry points of code on a device -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Operation.h"
#include "Validate.h"

using namespace conorm::rt;

conorm_status conorm_launch_kernel(conorm_context *context,
                                   const conorm_launch_kernel_args *args) {
  return perform(
      context, CONORM_OP_LAUNCH_KERNEL, args,
      [&](const conorm_launch_kernel_args &args, const Site &) -> Error {
        if (Error error = validate(args))
          return error;
        return context->backend->launch(args);
      });
}

conorm_status conorm_copy(conorm_context *context,
                          const conorm_copy_args *args) {
  return perform(context, CONORM_OP_COPY, args,
                 [&](const conorm_copy_args &args, const Site &) -> Error {
                   if (Error error = validate(args))
                     return error;
                   return context->backend->copy(args);
                 });
}

conorm_status conorm_matmul(conorm_context *context,
                            const conorm_matmul_args *args) {
  auto run = [&](const conorm_matmul_args &args, const Site &) -> Error {
    if (Error error = validate(args))
      return error;
    return context->backend->matmul(args);
  };
  auto plan = [&](const conorm_matmul_args &args) -> Error {
    if (Error error = validate(args))
      return error;
    return context->backend->prepare(args);
  };
  return perform(context, CONORM_OP_MATMUL, args, run, plan);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// Calls that return a pointer: null, and the context fails, on an error.
template <typename Run>
static void performMemory(conorm_context *context, const char *function,
                          Run &&run) {
  ContextUse use(context);
  if (refusal(use, context))
    return;
  Error error = guarded(run);
  if (!error)
    return;
  error.message = std::string(function) + ": " + error.message;
  failContext(context, error);
}

void *conorm_allocate(conorm_context *context, int64_t bytes) {
  void *memory = nullptr;
  performMemory(context, "conorm_allocate", [&]() -> Error {
    if (bytes < 0)
      return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                       "expected at least 0 bytes, found %lld",
                       static_cast<long long>(bytes));
    return context->calls
               ? context->calls->memory.allocate(uint64_t(bytes), memory)
               : noDevice();
  });
  return memory;
}

void conorm_free(conorm_context *context, void *memory) {
  if (!memory)
    return;
  performMemory(context, "conorm_free", [&] {
    return context->calls ? context->calls->memory.free(memory) : noDevice();
  });
}

const void *conorm_global(conorm_context *context,
                          const conorm_device_program *program,
                          uint32_t index) {
  const void *memory = nullptr;
  performMemory(context, "conorm_global", [&]() -> Error {
    if (!program)
      return {CONORM_ERROR_INVALID_ARGUMENT,
              "expected a device program, found a null pointer"};
    return context->calls
               ? context->calls->device.global(program, index, memory)
               : noDevice();
  });
  return memory;
}
