//===- Report.cpp - What conorm-run prints --------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report.h"

#include "Json.h"
#include "RunError.h"

#include "support/Limits.h"
#include "support/Names.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <stdio_ext.h>

using conorm::rt::describeErrno;
using conorm::rt::enumName;
using namespace conorm::run;

namespace {

const char *modeName(uint32_t mode) {
  return mode == CONORM_LAUNCH_PROCESSES ? "processes"
         : mode == CONORM_LAUNCH_THREADS ? "threads"
                                         : "existing world";
}

/// "4 processes", "1 thread".
std::string ranksText(const RunReport &report) {
  std::string text = std::to_string(report.ranks) + " ";
  if (report.ranks > 1 || report.mode == CONORM_LAUNCH_EXISTING)
    return text + modeName(report.mode);
  return text + (report.mode == CONORM_LAUNCH_PROCESSES ? "process" : "thread");
}

double median(std::vector<double> values) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle]
                           : (values[middle - 1] + values[middle]) / 2;
}

std::string format(const char *pattern, double value) {
  char text[64];
  std::snprintf(text, sizeof(text), pattern, value);
  return text;
}

NormStats allNorms(const RunReport &report) {
  NormStats all = report.fusedNorms;
  all.add(report.unfusedNorms);
  return all;
}

double ratio(const RunReport &report) {
  return median(report.unfusedTimes) / median(report.fusedTimes);
}

const std::vector<double> &timesOf(const RunReport &report) {
  return report.variant == CONORM_VARIANT_FUSED ? report.fusedTimes
                                                : report.unfusedTimes;
}

std::string hexadecimal(uint64_t value) {
  char text[20];
  std::snprintf(text, sizeof(text), "%016" PRIx64, value);
  return text;
}

const uint32_t takenStrategies[] = {
    CONORM_STRATEGY_ONE_SHOT, CONORM_STRATEGY_TWO_SHOT, CONORM_STRATEGY_NCCL};

std::string takenJson(const Session::StrategyCounts &counts) {
  JsonObject taken;
  for (uint32_t strategy : takenStrategies)
    taken.add(enumName<conorm_strategy>(strategy), counts[strategy]);
  return taken.str();
}

/// "one_shot, two_shot".
std::string takenText(const Session::StrategyCounts &counts) {
  std::string text;
  for (uint32_t strategy : takenStrategies)
    if (counts[strategy])
      text += (text.empty() ? "" : ", ") +
              std::string(enumName<conorm_strategy>(strategy));
  return text.empty() ? "-" : text;
}

void printStrategiesJson(const RunReport &report) {
  JsonObject object;
  object.add("entry", report.entry);
  object.add("variant", std::string(enumName<conorm_variant>(report.variant)));
  object.add("ranks", uint64_t(report.ranks));
  object.add("mode", std::string(modeName(report.mode)));
  object.add("repeat", uint64_t(report.repeat));
  std::string runs;
  for (const RunReport::StrategyRun &run : report.strategyRuns) {
    JsonObject item;
    item.add("strategy", std::string(enumName<conorm_strategy>(run.strategy)));
    item.addRaw("strategies_taken", takenJson(run.taken));
    item.add("median_ms", median(run.times) * 1e3);
    item.add("differing_bits", run.difference.differingBits);
    runs += (runs.empty() ? "" : ", ") + item.str();
  }
  object.addRaw("strategies", "[" + runs + "]");
  object.addRaw("passed", report.passed() ? "true" : "false");
  std::printf("%s\n", object.str().c_str());
}

void printStrategies(const RunReport &report) {
  std::printf("%s (%s): %s, median of %d\n", report.entry.c_str(),
              enumName<conorm_variant>(report.variant),
              ranksText(report).c_str(), report.repeat);
  for (const RunReport::StrategyRun &run : report.strategyRuns)
    std::printf(
        "%-9s takes %-18s %10.3f ms a call, %" PRIu64 " differing bits\n",
        enumName<conorm_strategy>(run.strategy), takenText(run.taken).c_str(),
        median(run.times) * 1e3, run.difference.differingBits);
}

std::string memoryJson(const conorm_memory_report &memory) {
  JsonObject object;
  object.add("plan_bytes", memory.plan_bytes);
  object.add("result_bytes", memory.result_bytes);
  object.add("arena_bytes", memory.arena_bytes);
  object.add("buffer_bytes", memory.buffer_bytes);
  object.add("plans", uint64_t(memory.num_plans));
  object.add("graphs", uint64_t(memory.num_graphs));
  return object.str();
}

void printMemory(const conorm_memory_report &memory) {
  printNote("a call takes " + std::to_string(memory.plan_bytes) +
            " bytes of each rank's device besides arguments and results, and " +
            std::to_string(memory.result_bytes) + " bytes for results");
}

void addDeviceTimes(const RunReport::DeviceTimes &times,
                    const std::string &prefix, JsonObject &object) {
  if (times.device.empty())
    return;
  object.add(prefix + "device_ms", median(times.device) * 1e3);
  object.add(prefix + "enqueue_ms", median(times.enqueue) * 1e3);
}

void addProfiles(const RunReport &report, JsonObject &object) {
  std::vector<std::string> profiles;
  for (const CallProfile &profile : report.profiles)
    profiles.push_back(profileJson(profile));
  if (!profiles.empty())
    object.addRaw("profiles", arrayJson(profiles));
}

void printJson(const RunReport &report, bool compare) {
  JsonObject object;
  object.add("entry", report.entry);
  object.add("ranks", uint64_t(report.ranks));
  object.add("mode", std::string(modeName(report.mode)));
  object.add("strategy",
             std::string(enumName<conorm_strategy>(report.strategy)));
  object.addRaw("strategies_taken", takenJson(report.strategiesTaken));
  object.add("repeat", uint64_t(report.repeat));
  if (report.backend != CONORM_BACKEND_CPU)
    object.addRaw("memory", memoryJson(report.memory));
  if (compare) {
    NormStats norms = allNorms(report);
    object.add("calls_fused", report.fusedCalls);
    object.add("calls_unfused", report.unfusedCalls);
    object.add("norm_sites", norms.sites);
    object.add("norm_elements_checked", norms.checkedElements);
    object.add("norm_rows_unchecked", norms.uncheckedRows);
    object.add("norms_out_of_bound", norms.outOfBound);
    object.add("worst_error_ulp", norms.worstUlps);
    object.add("worst_error_bound_ulp", norms.worstBound);
    object.add("elements_compared", report.difference.elements);
    object.add("differing_elements", report.difference.differingElements);
    object.add("differing_bits", report.difference.differingBits);
    object.add("fused_ms", median(report.fusedTimes) * 1e3);
    object.add("unfused_ms", median(report.unfusedTimes) * 1e3);
    addDeviceTimes(report.fusedOnDevice, "fused_", object);
    addDeviceTimes(report.unfusedOnDevice, "unfused_", object);
    object.add("ratio", ratio(report));
    object.addRaw("passed", report.passed() ? "true" : "false");
  } else {
    object.add("variant",
               std::string(enumName<conorm_variant>(report.variant)));
    object.add("median_ms", median(timesOf(report)) * 1e3);
    addDeviceTimes(report.variant == CONORM_VARIANT_FUSED
                       ? report.fusedOnDevice
                       : report.unfusedOnDevice,
                   "", object);
    std::string results;
    for (const RunReport::Result &result : report.results) {
      JsonObject item;
      item.add("type", result.type);
      item.add("fnv1a", hexadecimal(result.hash));
      item.addRaw("same_on_all_ranks",
                  result.sameOnAllRanks ? "true" : "false");
      results += (results.empty() ? "" : ", ") + item.str();
    }
    object.addRaw("results", "[" + results + "]");
  }
  addProfiles(report, object);
  std::printf("%s\n", object.str().c_str());
}

void printTable(const std::vector<std::pair<std::string, std::string>> &cells) {
  for (bool header : {true, false}) {
    std::string line;
    for (const auto &cell : cells) {
      const std::string &text = header ? cell.first : cell.second;
      size_t width = std::max(cell.first.size(), cell.second.size()) + 2;
      line += text + std::string(width - text.size(), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::printf("%s\n", line.c_str());
  }
}

void printComparison(const RunReport &report) {
  NormStats norms = allNorms(report);
  std::string error = "-";
  if (norms.checkedElements)
    error = format("%.3f ulp", norms.worstUlps) +
            format(" (bound %.3g)", norms.worstBound);
  printTable(
      {{"entry", report.entry},
       {"ranks", ranksText(report)},
       {"strategy", enumName<conorm_strategy>(report.strategy)},
       {"calls fused/unfused", std::to_string(report.fusedCalls) + "/" +
                                   std::to_string(report.unfusedCalls)},
       {"norm sites", std::to_string(norms.sites)},
       {"differing bits", std::to_string(report.difference.differingBits)},
       {"worst error", error},
       {"fused", format("%.3f ms", median(report.fusedTimes) * 1e3)},
       {"unfused", format("%.3f ms", median(report.unfusedTimes) * 1e3)},
       {"ratio", format("%.2f", ratio(report))}});
  if (norms.uncheckedRows)
    printNote(std::to_string(norms.uncheckedRows) +
              " rows of norms not checked against float64: not finite, beyond "
              "f32's range, or without a normed output");
}

/// How many collectives the variants call, so that a ratio of 1 is no riddle.
void printFused(const RunReport &report) {
  uint64_t missed = report.collectives - report.fusedCollectives;
  std::string text = std::to_string(report.collectives) +
                     (report.collectives == 1 ? " collective called, "
                                              : " collectives called, ") +
                     std::to_string(report.fusedCollectives) +
                     " of them fused and " + std::to_string(missed) + " missed";
  if (missed)
    text += "; to see why: conorm-compile "
            "--remarks-filter=fuse-all-reduce-norm";
  printNote(text);
}

void printRun(const RunReport &report) {
  std::printf("%s (%s): %s, strategy %s, median of %d: %.3f ms a call\n",
              report.entry.c_str(), enumName<conorm_variant>(report.variant),
              ranksText(report).c_str(),
              enumName<conorm_strategy>(report.strategy), report.repeat,
              median(timesOf(report)) * 1e3);
  for (size_t i = 0; i < report.results.size(); ++i) {
    const RunReport::Result &result = report.results[i];
    std::printf("result %zu: %s, fnv1a %s %s\n", i, result.type.c_str(),
                hexadecimal(result.hash).c_str(),
                result.sameOnAllRanks ? "on all ranks"
                                      : "on rank 0, others differ");
  }
}

} // namespace

void conorm::run::finishOutput(const std::string &what) {
  if (std::fflush(stdout) == 0 && !std::ferror(stdout))
    return;
  int error = errno;
  // Said here, and not once more when the process ends.
  __fpurge(stdout);
  std::clearerr(stdout);
  throw RunError("cannot write " + what + ": " + describeErrno(error));
}

void conorm::run::printReport(const RunReport &report, bool compare,
                              bool json) {
  if (!report.strategyRuns.empty())
    json ? printStrategiesJson(report) : printStrategies(report);
  else if (json)
    printJson(report, compare);
  else if (compare)
    printComparison(report);
  else
    printRun(report);
  if (!json)
    for (const CallProfile &profile : report.profiles)
      printProfile(profile);
  finishOutput("the report");
  if (compare && report.collectives)
    printFused(report);
  if (report.backend != CONORM_BACKEND_CPU && report.strategyRuns.empty())
    printMemory(report.memory);
  if (report.difference.differingElements)
    printError("expected equal bits of " +
               std::string(compare ? "fused and unfused" : "all strategies") +
               ", found " +
               std::to_string(report.difference.differingElements) + " of " +
               std::to_string(report.difference.elements) +
               " elements different, first at " + report.difference.first);
  NormStats norms = allNorms(report);
  if (norms.outOfBound)
    printError("expected norms within their bound of float64, found " +
               std::to_string(norms.outOfBound) + " elements outside, first " +
               norms.firstOutOfBound);
}
