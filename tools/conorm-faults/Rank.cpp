//===- Rank.cpp - The ranks of the fault driver ---------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Faults.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <random>
#include <time.h>
#include <unistd.h>
#include <vector>

using namespace conorm::faults;

const char *const conorm::faults::kindNames[numKinds] = {
    "kill", "stop", "shape", "order", "world"};

int64_t conorm::faults::now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t(time.tv_sec) * 1000000000 + time.tv_nsec;
}

static int countDescriptors() {
  DIR *directory = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(directory))
    ++count;
  closedir(directory);
  return count;
}

namespace {
/// Buffers and calls of one rank. All ranks draw the same numbers.
class Workload {
public:
  Workload(conorm_context *context, const Trial &trial)
      : context(context), trial(trial), random(trial.seed) {
    group.struct_size = sizeof(group);
    group.name = "world";
    site.struct_size = sizeof(site);
    for (std::vector<float> *buffer : {&input, &residual, &sum, &normed})
      buffer->assign((maxElements + maxCols) * trial.worldSize, 1.0f);
  }

  /// The next call; as the faulty one if `faulty`.
  conorm_status call(bool faulty);

private:
  static constexpr int64_t maxElements = 20000, maxCols = 4000;

  conorm_status allReduce(int64_t rows, int64_t cols);
  conorm_status scatterGather(bool scatter, int64_t rows, int64_t cols);
  conorm_status fused(int64_t rows, int64_t cols);

  conorm_context *context;
  const Trial &trial;
  std::mt19937_64 random;
  conorm_group group = {};
  conorm_site site = {};
  char label[32] = "";
  std::vector<float> input, residual, sum, normed;
};
} // namespace

conorm_status Workload::call(bool faulty) {
  uint64_t op = random() % 4, number = random() % 1000;
  int64_t cols = int64_t(random() % (maxCols / 8)) * 8 + 8;
  int64_t rows = int64_t(random() % uint64_t(maxElements / cols + 1));
  // One row more is another number of elements also where there were none.
  if (faulty && trial.kind == Kind::Shape)
    ++rows;
  if (faulty && trial.kind == Kind::Order)
    op = (op + 1) % 4;
  snprintf(label, sizeof(label), "model.mlir:%d:3", int(number));
  site.id = number;
  site.label = label;
  switch (op) {
  case 0:
    return allReduce(rows, cols);
  case 1:
    return scatterGather(true, rows, cols);
  case 2:
    return scatterGather(false, rows, cols);
  default:
    return fused(rows, cols);
  }
}

conorm_status Workload::allReduce(int64_t rows, int64_t cols) {
  conorm_all_reduce_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = CONORM_TYPE_F32;
  args.site = &site;
  args.group = &group;
  args.input = input.data();
  args.output = sum.data();
  args.count = rows * cols;
  return conorm_all_reduce(context, &args);
}

conorm_status Workload::scatterGather(bool scatter, int64_t rows,
                                      int64_t cols) {
  conorm_scatter_gather_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = CONORM_TYPE_F32;
  args.site = &site;
  args.group = &group;
  args.input = input.data();
  args.output = sum.data();
  args.outer = rows;
  args.dim = trial.worldSize;
  args.inner = cols / trial.worldSize;
  return scatter ? conorm_reduce_scatter(context, &args)
                 : conorm_all_gather(context, &args);
}

conorm_status Workload::fused(int64_t rows, int64_t cols) {
  conorm_all_reduce_rms_norm_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = CONORM_TYPE_F32;
  args.site = &site;
  args.group = &group;
  args.input = input.data();
  args.residual = residual.data();
  args.residual_out = sum.data();
  args.normed = normed.data();
  args.rows = rows;
  args.cols = cols;
  args.norm.epsilon = 1e-6f;
  // Half of them finish rows for each other, where there are enough.
  args.replicated = site.id % 2;
  args.strategy =
      args.replicated ? CONORM_STRATEGY_TWO_SHOT : CONORM_STRATEGY_AUTO;
  return conorm_all_reduce_rms_norm(context, &args);
}

static void fill(Report &report, conorm_status status, const char *message) {
  report.status = status;
  report.time = now();
  snprintf(report.message, sizeof(report.message), "%s", message);
}

/// Makes a context and calls until something fails, or `calls` times.
static Report runWorld(const Trial &trial, const conorm_bootstrap &bootstrap,
                       int64_t calls, bool faulty) {
  Report report = {};
  int before = countDescriptors();
  conorm_bootstrap used = bootstrap;
  bool victim = faulty && bootstrap.rank == trial.victim;
  if (faulty && trial.kind == Kind::World) {
    std::mt19937_64 random(trial.seed + uint64_t(bootstrap.rank));
    usleep(useconds_t(random() % 50000));
    if (victim)
      used.world_size += trial.seed % 2 ? 1 : -1;
    report.faultTime = now();
  }
  conorm_context_options options = {};
  options.struct_size = sizeof(options);
  options.bootstrap = &used;
  options.deadline_ms = trial.deadlineMs;
  options.workspace_bytes = trial.seed % 3 ? 0 : 32768;
  conorm_context *context = nullptr;
  char message[1000];
  conorm_status status =
      conorm_context_create(&options, &context, message, sizeof(message));
  if (status != CONORM_OK) {
    report.creating = 1;
    fill(report, status, message);
  } else {
    conorm_group group = {};
    group.struct_size = sizeof(group);
    group.name = "world";
    status = conorm_context_add_groups(context, &group, 1);
    Workload workload(context, trial);
    for (int64_t i = 0; status == CONORM_OK && i < calls; ++i) {
      bool wrong = victim && i == trial.faultyCall &&
                   (trial.kind == Kind::Shape || trial.kind == Kind::Order);
      if (wrong)
        report.faultTime = now();
      status = workload.call(wrong);
    }
    fill(report, conorm_context_status(context),
         conorm_context_message(context));
    conorm_context_destroy(context);
  }
  report.leakedDescriptors = countDescriptors() - before;
  return report;
}

void conorm::faults::runRank(const Trial &trial, const conorm_bootstrap &first,
                             const conorm_bootstrap *second, int out, int go) {
  // Long enough that killing and stopping find it at work.
  int64_t calls = trial.kind == Kind::Kill || trial.kind == Kind::Stop
                      ? INT64_MAX
                      : trial.faultyCall + 100;
  Report report = runWorld(trial, first, calls, true);
  if (write(out, &report, sizeof(report)) != sizeof(report))
    _exit(3);
  char byte;
  if (read(go, &byte, 1) != 1 || !second)
    return;
  Trial after = trial;
  after.worldSize = second->world_size;
  report = runWorld(after, *second, 20, false);
  if (write(out, &report, sizeof(report)) != sizeof(report))
    _exit(3);
}

//===----------------------------------------------------------------------===//
// What each rank must see
//===----------------------------------------------------------------------===//

static bool contains(const Report &report, const std::string &text) {
  return strstr(report.message, text.c_str()) != nullptr;
}

/// Whether a death or a silence is put down to the right rank.
static bool namesLost(const Report &report, int victim) {
  std::string rank = "rank " + std::to_string(victim);
  for (const char *what :
       {" died (connection closed)", " is gone (its process ended)",
        " died (connection refused)", " closed the connection",
        " did not connect within", " did not take part within",
        " did not arrive within", " did not take a segment within",
        " did not send its segment within", " did not go on within"})
    if (contains(report, rank + what))
      return true;
  return false;
}

/// The victim of a mismatch blames one of the others; all others blame it.
static bool namesMismatch(const Trial &trial, int rank, const Report &report) {
  for (int named = 0; named < trial.worldSize; ++named) {
    if ((named == trial.victim) == (rank == trial.victim))
      continue;
    std::string who = "rank " + std::to_string(named);
    if (trial.kind == Kind::Shape ? contains(report, who + " passed ")
                                  : contains(report, who + " called "))
      return true;
  }
  // A member may hear the victim's own account first.
  std::string reported = "rank " + std::to_string(trial.victim) + " reported: ";
  return rank != trial.victim && contains(report, reported);
}

static bool namesWorld(const Trial &trial, int rank, const Report &report) {
  int wrong = trial.worldSize + (trial.seed % 2 ? 1 : -1);
  std::string text;
  if (rank != trial.victim)
    text = "rank " + std::to_string(trial.victim) + " says the world has " +
           std::to_string(wrong) + " ranks, this rank " +
           std::to_string(trial.worldSize);
  else
    text = "says the world has " + std::to_string(trial.worldSize) +
           " ranks, this rank " + std::to_string(wrong);
  return contains(report, text);
}

static bool statusFits(const Trial &trial, const Report &report) {
  switch (trial.kind) {
  case Kind::Kill:
    return report.status == CONORM_ERROR_PEER_LOST ||
           (report.creating && report.status == CONORM_ERROR_BOOTSTRAP);
  case Kind::Stop:
    return report.status == CONORM_ERROR_TIMEOUT ||
           (report.creating && report.status == CONORM_ERROR_BOOTSTRAP);
  case Kind::Shape:
  case Kind::Order:
    return report.status == CONORM_ERROR_MISMATCH;
  case Kind::World:
    return report.status == CONORM_ERROR_BOOTSTRAP;
  }
  return false;
}

std::string conorm::faults::checkReport(const Trial &trial, int rank,
                                        const Report &report,
                                        int64_t faultTime) {
  // A stopped rank that goes on finds that the others have given up on it; it
  // blames whom it likes, but it must fail.
  if (trial.kind == Kind::Stop && rank == trial.victim)
    return report.status != CONORM_OK ? "" : "the stopped rank succeeded";
  if (!statusFits(trial, report))
    return "unexpected status";
  // There is one group, so nobody waits in another one.
  if (contains(report, "in another group"))
    return "the message names another group";
  bool named = false;
  if (trial.kind == Kind::Kill || trial.kind == Kind::Stop)
    named = namesLost(report, trial.victim);
  else if (trial.kind == Kind::World)
    named = namesWorld(trial, rank, report);
  else
    named = namesMismatch(trial, rank, report);
  if (!named)
    return "the message does not name the peer and what differed";
  int64_t late = report.time - faultTime - int64_t(trial.deadlineMs) * 1000000;
  if (late > 1000000000)
    return "returned " + std::to_string(late / 1000000) +
           " ms after the deadline";
  if (report.leakedDescriptors != 0)
    return std::to_string(report.leakedDescriptors) + " descriptors leaked";
  return "";
}
