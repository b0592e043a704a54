//===- Report.h - What conorm-run prints ------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_REPORT_H
#define CONORM_TOOLS_CONORM_RUN_REPORT_H

#include "Compare.h"
#include "NormCheck.h"
#include "Options.h"
#include "Session.h"

#include "conorm-runtime/launch.h"

namespace conorm::run {

struct RunReport {
  std::string entry;
  uint32_t variant = CONORM_VARIANT_FUSED;
  int ranks = 0;
  /// A conorm_launch_mode.
  uint32_t mode = CONORM_LAUNCH_PROCESSES;
  uint32_t strategy = CONORM_STRATEGY_AUTO;
  /// All_reduces of rank 0 by the strategy they took, the checked calls of
  /// --compare left out.
  Session::StrategyCounts strategiesTaken = {};
  int repeat = 1;
  /// A conorm_backend.
  uint32_t backend = CONORM_BACKEND_CPU;
  /// Of rank 0, after all calls.
  conorm_memory_report memory = {};
  /// Seconds, the slowest rank's, by repetition.
  std::vector<double> fusedTimes, unfusedTimes;
  /// The same of calls on a device: there, and until the host had enqueued
  /// them.
  struct DeviceTimes {
    std::vector<double> device, enqueue;
  } fusedOnDevice, unfusedOnDevice;
  /// --profile only, rank 0's.
  std::vector<CallProfile> profiles;
  /// --compare only: one rank's counts, the norms of all ranks, all bits.
  uint64_t collectives = 0, fusedCollectives = 0;
  uint64_t fusedCalls = 0, unfusedCalls = 0;
  NormStats fusedNorms, unfusedNorms;
  Difference difference;
  /// Without --compare.
  struct Result {
    std::string type;
    uint64_t hash;
    bool sameOnAllRanks;
  };
  std::vector<Result> results;
  /// --compare-strategies only, in the order given.
  struct StrategyRun {
    uint32_t strategy;
    Session::StrategyCounts taken;
    std::vector<double> times;
    /// Against the first one, all ranks.
    Difference difference;
  };
  std::vector<StrategyRun> strategyRuns;

  bool passed() const {
    return !difference.differingElements && !fusedNorms.outOfBound &&
           !unfusedNorms.outOfBound;
  }
};

/// Prints on stdout, and what failed on stderr. Throws RunError if it cannot.
void printReport(const RunReport &report, bool compare, bool json);

/// Throws RunError unless all that was printed is written; `what` names it.
void finishOutput(const std::string &what);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_REPORT_H
