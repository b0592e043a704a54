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
#include <cstdlib>
#include <cstring>
#include <new>

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

void Results::fetch(conorm_context *context) {
  for (conorm_buffer &buffer : buffers) {
    if (buffer.memory != CONORM_MEMORY_DEVICE)
      continue;
    size_t bytes = bytesOf(buffer);
    void *data = std::malloc(bytes ? bytes : 1);
    if (!data)
      throw std::bad_alloc();
    conorm_status status = conorm_buffer_read(context, &buffer, data, bytes);
    conorm_buffer onDevice = buffer;
    onDevice.shape = nullptr;
    conorm_buffer_release(&onDevice);
    buffer.memory = CONORM_MEMORY_HOST;
    buffer.data = buffer.owner = data;
    if (status != CONORM_OK)
      throw RankError(status, conorm_context_message(context));
  }
}

Argument::Argument(conorm_context *context, const conorm_value_desc &desc,
                   Tensor &pristine)
    : context(context), pristine(pristine), buffer(pristine.asBuffer()) {
  if (desc.kind == CONORM_VALUE_SCALAR)
    return;
  made.struct_size = sizeof(made);
  conorm_status status = conorm_buffer_create(context, pristine.type,
                                              uint32_t(pristine.shape.size()),
                                              pristine.shape.data(), &made);
  if (status != CONORM_OK)
    throw RankError(status, conorm_context_message(context));
  buffer = made;
  restore();
}

Argument::Argument(Argument &&other) noexcept
    : context(other.context), pristine(other.pristine), made(other.made),
      buffer(other.buffer) {
  other.made = {};
}

void Argument::restore() {
  if (!made.shape)
    return;
  conorm_status status =
      conorm_buffer_write(context, &made, pristine.data(), pristine.bytes);
  if (status != CONORM_OK)
    throw RankError(status, conorm_context_message(context));
}

bool Argument::isUntouched() const {
  if (!made.shape)
    return true;
  std::vector<char> now(pristine.bytes);
  conorm_status status =
      conorm_buffer_read(context, &made, now.data(), now.size());
  if (status != CONORM_OK)
    throw RankError(status, conorm_context_message(context));
  return std::memcmp(now.data(), pristine.data(), now.size()) == 0;
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
      isOnDevice(options.backend != CONORM_BACKEND_CPU) {
  conorm_context_options wanted = {};
  wanted.struct_size = sizeof(wanted);
  wanted.backend = options.backend;
  wanted.device =
      options.backend == CONORM_BACKEND_CUDA ? CONORM_DEVICE_BY_RANK : 0;
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

Session::~Session() {
  arguments.clear();
  conorm_context_destroy(context);
}

void Session::expect(conorm_status status) const {
  if (status != CONORM_OK)
    throw RankError(status, conorm_context_message(context));
}

void Session::useGraphs(bool enabled) {
  expect(conorm_context_set_graphs(context, enabled));
}

conorm_memory_report Session::memory() const {
  conorm_memory_report report = {};
  report.struct_size = sizeof(report);
  expect(conorm_context_memory(context, &report));
  return report;
}

void Session::placeArguments(const conorm_entry &entry) {
  if (!arguments.empty())
    return;
  for (uint32_t i = 0; i < entry.num_args; ++i)
    arguments.emplace_back(context, entry.args[i], pristine[i]);
}

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

Results Session::call(const conorm_entry &entry, CallTime *time) {
  placeArguments(entry);
  std::vector<conorm_buffer> buffers;
  for (uint32_t i = 0; i < entry.num_args; ++i) {
    if (entry.args[i].flags & CONORM_VALUE_DONATED)
      arguments[i].restore();
    buffers.push_back(arguments[i].asBuffer());
  }
  Results results(entry.num_results);
  auto begin = std::chrono::steady_clock::now();
  conorm_status status =
      conorm_module_invoke(module, &entry, context, buffers.data(),
                           buffers.size(), results.data(), results.size());
  auto enqueued = std::chrono::steady_clock::now();
  if (status == CONORM_OK)
    status = conorm_context_synchronize(context);
  auto end = std::chrono::steady_clock::now();
  world.beat();
  expect(status);
  if (time)
    *time = {std::chrono::duration<double>(enqueued - begin).count(),
             std::chrono::duration<double>(end - begin).count()};
  else
    results.fetch(context);
  return results;
}

Results Session::checkedCall(const conorm_entry &entry, NormStats &stats) {
  NormChecker checker(world,
                      isOnDevice ? CONORM_MEMORY_DEVICE : CONORM_MEMORY_HOST);
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

void Session::timeCalls() {
  if (isOnDevice)
    expect(conorm_context_set_timing(context, CONORM_TIMING_CALLS));
}

std::vector<double> Session::deviceTimes() {
  size_t count = 0;
  expect(conorm_context_times(context, nullptr, 0, &count));
  std::vector<conorm_time> times(count);
  for (conorm_time &time : times)
    time.struct_size = sizeof(time);
  expect(conorm_context_times(context, times.data(), count, &count));
  expect(conorm_context_set_timing(context, CONORM_TIMING_NONE));
  std::vector<double> seconds;
  for (const conorm_time &time : times)
    seconds.push_back((time.end_ns - time.begin_ns) * 1e-9);
  return seconds;
}

/// One call more is a warm-up, and its results are thrown away like all.
CallProfile Session::profile(const conorm_entry &entry, int count,
                             bool usesGraphs) {
  CallTime ignored;
  useGraphs(false);
  call(entry, &ignored);
  CallProfile profile;
  {
    Profiler profiler(world, context);
    profiler.begin();
    for (int i = 0; i < count; ++i) {
      call(entry, &ignored);
      profiler.countCall();
    }
    profile = profiler.finish();
  }
  watch();
  profile.variant = entry.variant;
  if (!isOnDevice)
    return profile;
  profile.backend = conorm_module_manifest(module)->backend;
  useGraphs(true);
  call(entry, &ignored);
  profile.work = listWork(context);
  useGraphs(usesGraphs);
  return profile;
}

void Session::expectUntouched(const conorm_entry &entry) {
  for (uint32_t i = 0; i < entry.num_args; ++i)
    if (!(entry.args[i].flags & CONORM_VALUE_DONATED) &&
        !arguments[i].isUntouched())
      throw RunError(
          "entry '" + std::string(entry.name) + "': expected argument " +
          std::to_string(i) +
          " unchanged, since it is not donated, found it overwritten");
}
