//===- Check.cpp - One module: compiled, run and compared -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Check.h"

#include "Data.h"
#include "Evaluator.h"
#include "conorm-runtime/conorm.h"

#include <algorithm>
#include <cstring>
#include <memory>

using namespace conorm::fuzz;

const char *conorm::fuzz::getFailureName(Failure failure) {
  switch (failure) {
  case Failure::None:
    return "none";
  case Failure::Compile:
    return "compile";
  case Failure::Run:
    return "run";
  case Failure::Bits:
    return "bits";
  case Failure::Order:
    return "order";
  case Failure::Argument:
    return "argument";
  case Failure::Crash:
    return "crash";
  }
  return "unknown";
}

//===----------------------------------------------------------------------===//
// Collectives as they happen
//===----------------------------------------------------------------------===//

namespace {
/// A collective: which group and what kind, as a hash, and which data.
struct TracedCall {
  uint64_t kind, data;
  int64_t count;

  /// Whether `other` is this call, of all its data or of a slice of them.
  bool mayBecome(const TracedCall &other) const {
    return kind == other.kind &&
           (count == other.count ? data == other.data : other.count < count);
  }
};

/// The collectives of one rank in one run.
struct Trace {
  std::vector<TracedCall> calls;

  void add(uint64_t kind, const conorm_group *group, uint32_t type,
           const void *input, int64_t count) {
    uint64_t hash = type;
    auto mix = [&](uint64_t value) {
      hash = (hash ^ value) * 0x9E3779B97F4A7C15ull;
      hash ^= hash >> 29;
    };
    mix(kind);
    for (const char *at = group->name; at && *at; ++at)
      mix(*at);
    calls.push_back({hash, hashElements(type, input, count), count});
  }

  /// Whether `other` has these calls in the same order.
  bool mayBecome(const Trace &other) const {
    return std::equal(calls.begin(), calls.end(), other.calls.begin(),
                      other.calls.end(),
                      [](const TracedCall &left, const TracedCall &right) {
                        return left.mayBecome(right);
                      });
  }
};
} // namespace

/// Whether a collective over the group is none: the canonicalizer removes it.
static bool hasOneMember(const conorm_group *group, conorm_context *context) {
  return group->num_groups ? group->group_size == 1
                           : conorm_context_world_size(context) == 1;
}

static void observe(void *user, conorm_context *context, uint32_t op,
                    uint32_t phase, const void *args) {
  if (phase != 0)
    return;
  Trace &trace = *static_cast<Trace *>(user);
  if (op == CONORM_OP_ALL_REDUCE) {
    auto *call = static_cast<const conorm_all_reduce_args *>(args);
    if (!hasOneMember(call->group, context))
      trace.add(call->reduction, call->group, call->element_type, call->input,
                call->count);
  } else if (op == CONORM_OP_ALL_REDUCE_RMS_NORM) {
    auto *call = static_cast<const conorm_all_reduce_rms_norm_args *>(args);
    if (!hasOneMember(call->group, context))
      trace.add(CONORM_REDUCTION_SUM, call->group, call->element_type,
                call->input, call->rows * call->cols);
  } else if (op == CONORM_OP_REDUCE_SCATTER || op == CONORM_OP_ALL_GATHER) {
    auto *call = static_cast<const conorm_scatter_gather_args *>(args);
    if (!hasOneMember(call->group, context))
      trace.add(op * 16 + call->reduction, call->group, call->element_type,
                call->input, call->outer * call->dim * call->inner);
  }
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

namespace {
/// What one rank got from one entry of one variant.
struct Outcome {
  std::vector<Buffer> results;
  Trace trace;
  /// The first argument that was written though it may not be; -1 if none.
  int writtenArgument = -1;
};
} // namespace

/// Copies a result and gives it back.
static Buffer take(conorm_buffer &from) {
  Buffer buffer;
  buffer.type = from.element_type;
  buffer.shape.assign(from.shape, from.shape + from.rank);
  buffer.bytes.resize(conorm_type_bytes(buffer.type, buffer.count()));
  if (!buffer.bytes.empty())
    std::memcpy(buffer.bytes.data(), from.data, buffer.bytes.size());
  conorm_buffer_release(&from);
  return buffer;
}

static Outcome call(const conorm_module &module, const conorm_entry &entry,
                    conorm_context *context, const std::vector<Buffer> &inputs,
                    bool &failed) {
  std::vector<Buffer> copies = inputs;
  std::vector<conorm_buffer> args, results(entry.num_results);
  for (Buffer &copy : copies)
    args.push_back(copy.view());
  for (conorm_buffer &result : results)
    result.struct_size = sizeof(result);
  Outcome outcome;
  conorm_context_set_observer(context, observe, &outcome.trace);
  failed =
      conorm_module_invoke(&module, &entry, context, args.data(), args.size(),
                           results.data(), results.size()) != CONORM_OK;
  conorm_context_set_observer(context, nullptr, nullptr);
  if (failed)
    return outcome;
  for (conorm_buffer &result : results)
    outcome.results.push_back(take(result));
  for (size_t i = 0; i < inputs.size(); ++i)
    if (!(entry.args[i].flags & CONORM_VALUE_DONATED) &&
        copies[i].bytes != inputs[i].bytes)
      outcome.writtenArgument = int(i);
  return outcome;
}

/// What the source of the entry means, operation by operation.
static Outcome evaluate(const Variants &variants, const conorm_entry &entry,
                        conorm_context *context,
                        const std::vector<Buffer> &inputs) {
  Outcome outcome;
  conorm_context_set_observer(context, observe, &outcome.trace);
  outcome.results = Evaluator(*variants.program, variants.groups, context)
                        .call(entry, inputs);
  conorm_context_set_observer(context, nullptr, nullptr);
  return outcome;
}

static Failure compare(const std::vector<Outcome> &expected,
                       const std::vector<Outcome> &found,
                       std::string &message) {
  for (size_t rank = 0; rank < expected.size(); ++rank) {
    const Outcome &left = expected[rank], &right = found[rank];
    std::string place = "rank " + std::to_string(rank) + ", ";
    if (right.writtenArgument >= 0 || left.writtenArgument >= 0) {
      message = place + "argument " +
                std::to_string(
                    std::max(left.writtenArgument, right.writtenArgument)) +
                " was written";
      return Failure::Argument;
    }
    for (size_t i = 0; i < left.results.size(); ++i) {
      std::string difference;
      if (!isEqual(left.results[i], right.results[i], difference)) {
        message = place + "result " + std::to_string(i) + ": " + difference;
        return Failure::Bits;
      }
    }
    if (!left.trace.mayBecome(right.trace)) {
      message = place +
                "collectives: " + std::to_string(left.trace.calls.size()) +
                " expected, " + std::to_string(right.trace.calls.size()) +
                " found, not the same in the same order";
      return Failure::Order;
    }
  }
  return Failure::None;
}

RankThreads &Checker::getWorld(const Setup &setup) {
  if (!world || !world->getErrors().empty() ||
      !world->hasSetup(setup.ranks, setup.strategy, setup.workspaceBytes)) {
    world.reset();
    world = std::make_unique<RankThreads>(setup.ranks, setup.strategy,
                                          setup.workspaceBytes);
  }
  return *world;
}

namespace {
struct Closer {
  void operator()(conorm_module *module) const { conorm_module_close(module); }
};
using OpenModules = std::vector<std::unique_ptr<conorm_module, Closer>>;
} // namespace

/// Hands the code of all variants to the runtime. Returns what it says if it
/// refuses one.
static std::string openModules(const Variants &variants, OpenModules &open) {
  for (const CompiledModule &compiled : variants.modules) {
    conorm_manifest manifest = {};
    manifest.magic = CONORM_MANIFEST_MAGIC;
    manifest.struct_size = sizeof(manifest);
    manifest.abi_major = CONORM_ABI_VERSION_MAJOR;
    manifest.abi_minor = CONORM_ABI_VERSION_MINOR;
    manifest.backend = CONORM_BACKEND_CPU;
    manifest.num_entries = uint32_t(compiled.entries.size());
    manifest.entries = compiled.entries.data();
    char message[512] = "";
    conorm_module *module = nullptr;
    if (conorm_module_from_manifest(&manifest, &module, message,
                                    sizeof(message)))
      return compiled.name + ": " + message;
    open.emplace_back(module);
  }
  return "";
}

/// Runs entry `index` in all variants. Beside what each gave, by variant and
/// rank, stands last what the source means.
static std::vector<std::vector<Outcome>>
runEntry(const Variants &variants, const OpenModules &open, size_t index,
         const Setup &setup, RankThreads &world) {
  size_t numVariants = variants.modules.size();
  std::vector<std::vector<Outcome>> outcomes(numVariants +
                                                 (variants.program != nullptr),
                                             std::vector<Outcome>(setup.ranks));
  world.run([&](int rank, conorm_context *context) {
    const conorm_entry &first = variants.modules[0].entries[index];
    std::vector<Buffer> inputs;
    for (uint32_t i = 0; i < first.num_args; ++i)
      inputs.push_back(makeInput(first.args[i], setup.sizes.data(),
                                 setup.dataSeed, 16 * index + i, rank));
    bool failed = false;
    for (size_t i = 0; i < numVariants && !failed; ++i) {
      // The runtime's copy of the entry: one of the module's own.
      const conorm_entry &mine = variants.modules[i].entries[index];
      const conorm_entry *entry =
          conorm_module_find(open[i].get(), mine.name, mine.variant);
      outcomes[i][rank] = call(*open[i], *entry, context, inputs, failed);
    }
    if (variants.program && !failed)
      outcomes.back()[rank] = evaluate(variants, first, context, inputs);
  });
  return outcomes;
}

Failure Checker::run(const Variants &variants, const Setup &setup,
                     RankThreads &world, std::string &message) {
  world.run([&](int, conorm_context *context) {
    if (context && !variants.groups.empty())
      conorm_context_add_groups(context, variants.groups.data(),
                                variants.groups.size());
  });
  message = world.getErrors();
  if (!message.empty())
    return Failure::Run;
  OpenModules open;
  message = openModules(variants, open);
  if (!message.empty())
    return Failure::Run;
  size_t numEntries = variants.modules.front().entries.size();
  for (size_t index = 0; index < numEntries; ++index) {
    std::vector<std::vector<Outcome>> outcomes =
        runEntry(variants, open, index, setup, world);
    std::string place =
        std::string("@") + variants.modules[0].entries[index].name + ", ";
    message = world.getErrors();
    if (!message.empty()) {
      message = place + message;
      return Failure::Run;
    }
    // Against the source if it was evaluated, else against the first variant.
    for (size_t i = 0; i < variants.modules.size(); ++i) {
      Failure failure =
          compare(variants.program ? outcomes.back() : outcomes[0], outcomes[i],
                  message);
      if (failure != Failure::None) {
        message = place + variants.modules[i].name + ", " + message;
        return failure;
      }
    }
  }
  return Failure::None;
}

Failure Checker::check(const std::string &text, const Setup &setup,
                       const Selection &selection, std::string &message) {
  Variants variants;
  if (!compiler.compile(text, selection, variants, message))
    return Failure::Compile;
  for (const auto &[kind, count] : variants.fused)
    fused[kind] += count;
  return run(variants, setup, getWorld(setup), message);
}
