//===- Profile.cpp - Where the time of a call goes ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Profile.h"

#include "RunError.h"

#include "support/Names.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <tuple>

using conorm::rt::enumName;
using namespace conorm::run;

namespace {

/// C++ names, without the parameters, of kernels that have such.
std::string readable(const char *name) {
  int status;
  std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), std::free);
  std::string result = status == 0 ? text.get() : name;
  for (const char *prefix : {"void ", "conorm::rt::cuda::"})
    if (result.rfind(prefix, 0) == 0)
      result.erase(0, std::string(prefix).size());
  if (status == 0 && result.back() == ')')
    result.erase(std::min(result.find('('), result.size()));
  return result;
}

std::string kernelName(const conorm_launch_kernel_args &args) {
  const conorm_device_program &program = *args.program;
  auto *first = reinterpret_cast<const char *>(program.kernels);
  auto *kernel = reinterpret_cast<const conorm_device_kernel *>(
      first + size_t(args.kernel) * program.kernels->struct_size);
  return readable(kernel->name);
}

/// "blas.matmul 512x1024x4096 bf16": m, n and k.
std::string matmulName(const conorm_matmul_args &args) {
  std::string text = enumName<conorm_op>(CONORM_OP_MATMUL) + std::string(" ");
  if (args.batch != 1)
    text += std::to_string(args.batch) + "x";
  return text + std::to_string(args.m) + "x" + std::to_string(args.n) + "x" +
         std::to_string(args.k) + " " + conorm_type_name(args.lhs_type);
}

ProfileKind kindOf(uint32_t op) {
  switch (op) {
  case CONORM_OP_MATMUL:
    return ProfileKind::Contraction;
  case CONORM_OP_ALL_REDUCE_RMS_NORM:
    return ProfileKind::FusedSite;
  case CONORM_OP_RMS_NORM:
  case CONORM_OP_ADD_RMS_NORM:
    return ProfileKind::Norm;
  case CONORM_OP_QUANTIZE:
    return ProfileKind::Quantization;
  case CONORM_OP_LAUNCH_KERNEL:
    return ProfileKind::Elementwise;
  case CONORM_OP_COPY:
    return ProfileKind::Copy;
  default:
    return ProfileKind::Collective;
  }
}

/// Each operation's structure has its site in a place of its own.
template <typename Args>
const conorm_site *siteOf(const void *args) {
  return static_cast<const Args *>(args)->site;
}

const conorm_site *findSite(uint32_t op, const void *args) {
  switch (op) {
#define CONORM_ABI_OPERATION(OP, FUNCTION, ARGS)                               \
  case OP:                                                                     \
    return siteOf<ARGS>(args);
#include "conorm-runtime/abi.def"
  default:
    return nullptr;
  }
}

CallProfile::Operation describeOperation(uint32_t op, const void *args) {
  CallProfile::Operation operation{kindOf(op), enumName<conorm_op>(op), ""};
  if (op == CONORM_OP_MATMUL)
    operation.name = matmulName(*static_cast<const conorm_matmul_args *>(args));
  else if (op == CONORM_OP_LAUNCH_KERNEL)
    operation.name =
        kernelName(*static_cast<const conorm_launch_kernel_args *>(args));
  const conorm_site *site = findSite(op, args);
  if (site && site->label)
    operation.site = site->label;
  return operation;
}

} // namespace

const char *conorm::run::nameOf(ProfileKind kind, uint32_t backend) {
  static const char *const names[] = {
      "contraction",  "fused site",  "collective", "norm",
      "quantization", "elementwise", "copy",       "host"};
  bool isIdle = kind == ProfileKind::Between && backend != CONORM_BACKEND_CPU;
  return isIdle ? "idle" : names[int(kind)];
}

//===----------------------------------------------------------------------===//
// Profiler
//===----------------------------------------------------------------------===//

static void expectContext(conorm_status status, conorm_context *context) {
  if (status != CONORM_OK)
    throw RankError(status, conorm_context_message(context));
}

void Profiler::begin() {
  conorm_context_set_observer(context, observe, this);
  expectContext(conorm_context_set_timing(context, CONORM_TIMING_OPERATIONS),
                context);
}

/// Names are those of the first call: all make the same operations.
void Profiler::observe(void *self, conorm_context *, uint32_t op,
                       uint32_t phase, const void *args) {
  auto &profiler = *static_cast<Profiler *>(self);
  profiler.world.beat();
  if (phase == 0 && profiler.calls == 0)
    profiler.operations.push_back(describeOperation(op, args));
}

std::vector<std::vector<CallProfile::Span>> Profiler::readTimes() {
  size_t count = 0;
  expectContext(conorm_context_times(context, nullptr, 0, &count), context);
  std::vector<conorm_time> times(count);
  for (conorm_time &time : times)
    time.struct_size = sizeof(time);
  expectContext(
      conorm_context_times(context, times.data(), times.size(), &count),
      context);
  std::vector<std::vector<CallProfile::Span>> read;
  double begin = 0;
  for (const conorm_time &time : times) {
    if (time.op == CONORM_OP_NONE) {
      read.emplace_back();
      begin = time.begin_ns;
    }
    read.back().push_back(
        {(time.begin_ns - begin) * 1e-9, (time.end_ns - begin) * 1e-9});
  }
  return read;
}

/// The same number of times from each rank, whatever each of them has.
void Profiler::gather(const std::vector<CallProfile::Span> &call,
                      CallProfile &profile) {
  std::vector<uint64_t> sizes = world.gather(uint64_t(call.size()));
  size_t most = *std::max_element(sizes.begin(), sizes.end());
  std::vector<CallProfile::Span> padded = call, all(most * world.size());
  padded.resize(most);
  constexpr size_t piece = 512;
  std::vector<CallProfile::Span> pieces(piece * world.size());
  for (size_t at = 0; at < most; at += piece) {
    size_t count = std::min(piece, most - at);
    world.allgather(padded.data() + at, count * sizeof(CallProfile::Span),
                    pieces.data());
    for (int rank = 0; rank < world.size(); ++rank)
      std::copy_n(pieces.begin() + rank * count, count,
                  all.begin() + rank * most + at);
  }
  for (int rank = 0; rank < world.size(); ++rank) {
    auto first = all.begin() + rank * most;
    profile.lengths.push_back(first->length());
    profile.spans.emplace_back();
    if (sizes[rank] == sizes[0])
      profile.spans.back().assign(first + 1, first + sizes[rank]);
  }
}

CallProfile Profiler::finish() {
  CallProfile profile;
  std::vector<std::vector<CallProfile::Span>> read = readTimes();
  expectContext(conorm_context_set_timing(context, CONORM_TIMING_NONE),
                context);
  std::vector<size_t> order(read.size());
  for (size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return read[a][0].length() < read[b][0].length();
  });
  // Rank 0's, so that ranks show the same call.
  uint64_t median = world.gather(uint64_t(order[order.size() / 2]))[0];
  profile.calls = calls;
  profile.operations = std::move(operations);
  gather(read[median], profile);
  if (profile.mine().size() != profile.operations.size() && world.rank() == 0)
    throw RunError(
        "expected calls of " + std::to_string(profile.operations.size()) +
        " operations, found one of " + std::to_string(profile.mine().size()));
  return profile;
}

std::vector<CallProfile::Work> conorm::run::listWork(conorm_context *context) {
  std::vector<CallProfile::Work> work;
  auto add = [](void *user, uint32_t kind, const char *name) {
    auto &list = *static_cast<std::vector<CallProfile::Work> *>(user);
    std::string text = *name ? readable(name) : "";
    for (CallProfile::Work &known : list)
      if (known.kind == kind && known.name == text) {
        ++known.count;
        return;
      }
    list.push_back({kind, text, 1});
  };
  expectContext(conorm_context_visit_graph(context, add, &work), context);
  return work;
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

std::vector<ProfileSum> conorm::run::sumByKind(const CallProfile &profile) {
  std::vector<ProfileSum> sums;
  for (int kind = 0; kind < kProfileKinds; ++kind)
    sums.push_back({ProfileKind(kind), "", "", 0, 0});
  double rest = profile.length();
  for (size_t i = 0; i < profile.operations.size(); ++i) {
    ProfileSum &sum = sums[int(profile.operations[i].kind)];
    sum.seconds += profile.mine()[i].length();
    ++sum.operations;
    rest -= profile.mine()[i].length();
  }
  sums.back().seconds = std::max(rest, 0.0);
  return sums;
}

std::vector<ProfileSum> conorm::run::sumBySite(const CallProfile &profile) {
  std::vector<ProfileSum> sums;
  std::map<std::tuple<ProfileKind, std::string, std::string>, size_t> known;
  for (size_t i = 0; i < profile.operations.size(); ++i) {
    const CallProfile::Operation &operation = profile.operations[i];
    auto [at, isNew] = known.try_emplace(
        {operation.kind, operation.name, operation.site}, sums.size());
    if (isNew)
      sums.push_back({operation.kind, operation.name, operation.site, 0, 0});
    sums[at->second].seconds += profile.mine()[i].length();
    ++sums[at->second].operations;
  }
  return sums;
}
