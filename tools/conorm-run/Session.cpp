//===- Session.cpp - One rank's context and arguments ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Session.h"

#include "RunError.h"

#include "support/Names.h"

#include <chrono>
#include <cstring>

using conorm::rt::enumName;
using namespace conorm::run;

Results::Results(size_t count) : buffers(count) {
  for (conorm_buffer &buffer : buffers)
    buffer.struct_size = sizeof(buffer);
}

Results::~Results() {
  for (conorm_buffer &buffer : buffers)
    conorm_buffer_release(&buffer);
}

int64_t conorm::run::countOf(const conorm_buffer &buffer) {
  int64_t count = 1;
  for (uint32_t i = 0; i < buffer.rank; ++i)
    count *= buffer.shape[i];
  return count;
}

size_t conorm::run::bytesOf(const conorm_buffer &buffer) {
  return conorm_type_bytes(buffer.element_type, countOf(buffer));
}

Session::Session(const Options &options, RankExchange &world,
                 const conorm_bootstrap &bootstrap, const conorm_module *module,
                 std::vector<Tensor> inputs)
    : world(world), module(module), pristine(std::move(inputs)),
      arguments(pristine) {
  conorm_context_options wanted = {};
  wanted.struct_size = sizeof(wanted);
  wanted.backend = options.backend;
  wanted.bootstrap = &bootstrap;
  wanted.deadline_ms = options.timeoutMs();
  wanted.strategy = options.strategy;
  wanted.workspace_bytes = options.workspaceBytes;
  char message[1024] = "";
  conorm_status status =
      conorm_context_create(&wanted, &context, message, sizeof(message));
  if (status != CONORM_OK && !message[0])
    std::strcpy(message, conorm_status_name(status));
  try {
    world.agree(status == CONORM_OK ? "" : message);
  } catch (const RankError &) {
    conorm_context_destroy(context);
    // The ranks cannot even agree: this rank's own reason says more.
    if (status != CONORM_OK)
      throw RankError(status, message);
    throw;
  } catch (...) {
    conorm_context_destroy(context);
    throw;
  }
  world.outlastCalls();
  watch();
  uint32_t backend = conorm_module_manifest(module)->backend;
  std::string error;
  if (backend != options.backend) {
    auto name = enumName<conorm_backend>;
    error = options.input + ": expected an artifact for the " +
            name(options.backend) + " backend, found one for " + name(backend);
  } else if (conorm_module_bind(module, context) != CONORM_OK) {
    error = conorm_context_message(context);
  }
  try {
    world.agree(error);
  } catch (...) {
    conorm_context_destroy(context);
    throw;
  }
}

Session::~Session() { conorm_context_destroy(context); }

void Session::watch() { conorm_context_set_observer(context, observe, this); }

/// Tells the launcher that this rank is alive, and counts strategies, which
/// stand in the arguments once a call has chosen.
void Session::observe(void *self, conorm_context *, uint32_t op, uint32_t phase,
                      const void *args) {
  auto &session = *static_cast<Session *>(self);
  session.world.beat();
  if (phase != 1)
    return;
  uint32_t strategy = CONORM_STRATEGY_AUTO;
  if (op == CONORM_OP_ALL_REDUCE)
    strategy = static_cast<const conorm_all_reduce_args *>(args)->strategy;
  else if (op == CONORM_OP_ALL_REDUCE_RMS_NORM)
    strategy =
        static_cast<const conorm_all_reduce_rms_norm_args *>(args)->strategy;
  else
    return;
  if (strategy < session.taken.size())
    ++session.taken[strategy];
}

void Session::abort(const std::string &reason) {
  conorm_context_abort(context, reason.c_str());
}

Results Session::call(const conorm_entry &entry, double *seconds) {
  std::vector<conorm_buffer> buffers;
  for (uint32_t i = 0; i < entry.num_args; ++i) {
    if (entry.args[i].flags & CONORM_VALUE_DONATED)
      std::memcpy(arguments[i].data(), pristine[i].data(), pristine[i].bytes);
    buffers.push_back(arguments[i].asBuffer());
  }
  Results results(entry.num_results);
  auto begin = std::chrono::steady_clock::now();
  conorm_status status =
      conorm_module_invoke(module, &entry, context, buffers.data(),
                           buffers.size(), results.data(), results.size());
  auto end = std::chrono::steady_clock::now();
  world.beat();
  if (status != CONORM_OK)
    throw RankError(status, conorm_context_message(context));
  if (seconds)
    *seconds = std::chrono::duration<double>(end - begin).count();
  return results;
}

Results Session::checkedCall(const conorm_entry &entry, NormStats &stats) {
  NormChecker checker(world);
  checker.install(context);
  try {
    Results results = call(entry);
    watch();
    stats = checker.finish();
    expectUntouched(entry);
    return results;
  } catch (const RankError &) {
    watch();
    // A failure inside the observer aborts the call: report the former.
    checker.finish();
    throw;
  }
}

void Session::expectUntouched(const conorm_entry &entry) {
  for (uint32_t i = 0; i < entry.num_args; ++i)
    if (!(entry.args[i].flags & CONORM_VALUE_DONATED) &&
        std::memcmp(arguments[i].data(), pristine[i].data(),
                    pristine[i].bytes) != 0)
      throw RunError(
          "entry '" + std::string(entry.name) + "': expected argument " +
          std::to_string(i) +
          " unchanged, since it is not donated, found it overwritten");
}
