//===- RankRun.cpp - What each rank does ----------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RankRun.h"

#include "Artifact.h"
#include "Inputs.h"
#include "Npy.h"
#include "OutputFile.h"
#include "RankExchange.h"
#include "Report.h"
#include "RunError.h"
#include "SharedOptions.h"

#include "support/Limits.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>

using conorm::rt::describeErrno;
using namespace conorm::run;

namespace {

/// A line on the terminal that counts repetitions of long runs.
class Progress {
public:
  Progress(int total, bool enabled)
      : total(total), enabled(enabled && isatty(STDERR_FILENO)),
        begin(Clock::now()), last(begin) {}
  ~Progress() {
    if (shown)
      std::fprintf(stderr, "\r\033[K");
  }
  void done(int count) {
    auto now = Clock::now();
    bool due = now - begin > std::chrono::seconds(1) &&
               now - last > std::chrono::milliseconds(100);
    if (!enabled || !due)
      return;
    last = now;
    shown = true;
    std::fprintf(stderr, "\rconorm-run: %d of %d calls", count, total);
  }

private:
  using Clock = std::chrono::steady_clock;
  int total;
  bool enabled;
  bool shown = false;
  Clock::time_point begin, last;
};

class RankRun {
public:
  RankRun(const Options &options, const conorm_bootstrap &bootstrap,
          uint32_t mode, RankExchange &world)
      : options(options), bootstrap(bootstrap), world(world) {
    report.mode = mode;
    report.ranks = world.size();
    report.strategy = options.strategy;
    report.repeat = options.repeat;
    report.backend = options.backend;
  }

  int run();

private:
  void expectWorld();
  template <typename Step>
  void agreeOn(Step step);
  void findEntries(const Artifact &artifact);
  void compare(Session &session);
  void measure(Session &session);
  void profile(Session &session);
  void runOnly(Session &session);
  void compareStrategies(const Artifact &artifact,
                         const std::vector<Tensor> &inputs);
  std::vector<double> maxOverRanks(const std::vector<double> &mine);
  void describeResults(const Results &results);
  std::string resultPath(size_t result, int rank) const;
  void expectFiles();
  void writeResults(const Results &results);

  const Options &options;
  const conorm_bootstrap &bootstrap;
  RankExchange &world;
  RunReport report;
  const conorm_entry *fused = nullptr;
  const conorm_entry *unfused = nullptr;
  /// Results that are written, and appear when the run has come to its end.
  std::vector<OutputFile> files;
  /// Rank 0's, in the order of the options.
  std::vector<OutputFile> profileFiles;
};

/// Runs a step that may fail on some ranks only, and makes all of them fail
/// then, with the same message.
template <typename Step>
void RankRun::agreeOn(Step step) {
  std::string error;
  try {
    step();
  } catch (const std::exception &failure) {
    error = failure.what();
    if (error.empty())
      error = "unknown failure";
  }
  world.agree(error);
}

void RankRun::expectWorld() {
  agreeOn([&] {
    if (options.ranksGiven && options.ranks != world.size())
      throw RunError("--ranks: expected " + std::to_string(world.size()) +
                     ", the size of the world that this process belongs to, "
                     "found " +
                     std::to_string(options.ranks));
  });
  expectSharedOptions(options, world);
}

bool sameType(const conorm_value_desc &a, const conorm_value_desc &b) {
  return a.kind == b.kind && a.element_type == b.element_type &&
         a.rank == b.rank && std::equal(a.shape, a.shape + a.rank, b.shape) &&
         !((a.flags ^ b.flags) & CONORM_VALUE_PER_RANK);
}

void RankRun::findEntries(const Artifact &artifact) {
  if (!options.compare) {
    const conorm_entry &entry =
        artifact.findEntry(options, options.variant, options.variantGiven);
    (entry.variant == CONORM_VARIANT_FUSED ? fused : unfused) = &entry;
    report.entry = entry.name;
    report.variant = entry.variant;
    return;
  }
  fused = &artifact.findEntry(options, CONORM_VARIANT_FUSED, true);
  unfused = &artifact.findEntry(options, CONORM_VARIANT_UNFUSED, true);
  report.entry = fused->name;
  bool same = fused->num_args == unfused->num_args &&
              fused->num_results == unfused->num_results;
  for (uint32_t i = 0; same && i < fused->num_args; ++i)
    same = sameType(fused->args[i], unfused->args[i]);
  if (!same)
    throw RunError("entry '" + report.entry +
                   "': expected variants with the same arguments and results, "
                   "found different ones");
}

int RankRun::run() {
  expectWorld();
  Artifact artifact(options, world);
  std::vector<Tensor> inputs;
  agreeOn([&] {
    findEntries(artifact);
    inputs = makeInputs(fused ? *fused : *unfused, options, world.rank(),
                        world.size());
    expectFiles();
  });
  if (!options.comparedStrategies.empty()) {
    compareStrategies(artifact, inputs);
    if (world.rank() == 0)
      printReport(report, options.compare, options.json);
    return report.passed() ? kExitOk : kExitFailure;
  }
  Session session(options, world, bootstrap, artifact.get(), std::move(inputs));
  try {
    if (options.compare)
      compare(session);
    else
      runOnly(session);
    if (options.profile)
      profile(session);
  } catch (const AgreedError &) {
    throw;
  } catch (const std::exception &error) {
    session.abort(error.what());
    throw;
  }
  agreeOn([&] {
    for (std::vector<OutputFile> *list : {&files, &profileFiles})
      for (OutputFile &file : *list)
        file.commit();
  });
  report.strategiesTaken = session.strategiesTaken();
  report.memory = session.memory();
  if (world.rank() == 0)
    printReport(report, options.compare, options.json);
  // Every rank has the sums of all ranks, and so the same verdict.
  return report.passed() ? kExitOk : kExitFailure;
}

void RankRun::compare(Session &session) {
  struct Summary {
    NormStats fused, unfused;
    Difference difference;
  } mine;
  {
    Results plain = session.checkedCall(*unfused, mine.unfused);
    Results results = session.checkedCall(*fused, mine.fused);
    mine.difference = compareResults(results, plain, world.rank());
    agreeOn([&] { writeResults(results); });
    if (options.graph) {
      session.useGraphs(true);
      mine.difference.add(
          compareResults(session.call(*unfused), plain, world.rank()));
      mine.difference.add(
          compareResults(session.call(*fused), results, world.rank()));
    }
  }
  report.collectives = mine.unfused.collectives;
  report.fusedCollectives = mine.fused.fusedCollectives;
  report.fusedCalls = mine.fused.calls;
  report.unfusedCalls = mine.unfused.calls;
  for (const Summary &summary : world.gather(mine)) {
    report.fusedNorms.add(summary.fused);
    report.unfusedNorms.add(summary.unfused);
    report.difference.add(summary.difference);
  }
  measure(session);
}

void RankRun::runOnly(Session &session) {
  const conorm_entry &entry = fused ? *fused : *unfused;
  session.useGraphs(options.graph);
  {
    Results results = session.call(entry);
    agreeOn([&] { writeResults(results); });
    describeResults(results);
  }
  measure(session);
}

/// The first call of each variant, which was checked, is the warm-up of the
/// artifact; this warms up once more, without the checks between.
void RankRun::measure(Session &session) {
  std::vector<const conorm_entry *> entries;
  for (const conorm_entry *entry : {fused, unfused})
    if (entry)
      entries.push_back(entry);
  std::vector<std::vector<Session::CallTime>> times(entries.size());
  Progress progress(options.repeat, world.rank() == 0);
  session.timeCalls();
  for (int i = -1; i < options.repeat; ++i) {
    for (size_t turn = 0; turn < entries.size(); ++turn) {
      Session::CallTime time;
      session.call(*entries[turn], &time);
      if (i >= 0)
        times[turn].push_back(time);
    }
    progress.done(i + 1);
  }
  std::vector<double> onDevice = session.deviceTimes();
  for (size_t turn = 0; turn < entries.size(); ++turn) {
    bool isFused = entries[turn] == fused;
    std::vector<double> complete, enqueued, device;
    for (const Session::CallTime &time : times[turn]) {
      complete.push_back(time.complete);
      enqueued.push_back(time.enqueued);
    }
    (isFused ? report.fusedTimes : report.unfusedTimes) =
        maxOverRanks(complete);
    // The warm-up is the first of them.
    for (size_t i = entries.size() + turn; i < onDevice.size();
         i += entries.size())
      device.push_back(onDevice[i]);
    if (!device.empty())
      (isFused ? report.fusedOnDevice : report.unfusedOnDevice) = {
          maxOverRanks(device), maxOverRanks(enqueued)};
  }
}

void RankRun::profile(Session &session) {
  for (const conorm_entry *entry : {fused, unfused})
    if (entry)
      report.profiles.push_back(
          session.profile(*entry, options.repeat, options.graph));
  agreeOn([&] {
    for (size_t i = 0; i < profileFiles.size(); ++i) {
      const std::string &name = options.profileFiles[i];
      bool isDrawing = name.rfind(".svg") == name.size() - 4;
      std::string text = isDrawing ? drawProfiles(report.entry, report.profiles)
                                   : traceJson(report.entry, report.profiles);
      profileFiles[i].write(text.data(), text.size());
    }
  });
}

/// Sessions side by side, a context each. Their calls take turns, so that what
/// else the machine does meets all of them.
void RankRun::compareStrategies(const Artifact &artifact,
                                const std::vector<Tensor> &inputs) {
  const conorm_entry &entry = fused ? *fused : *unfused;
  std::vector<std::unique_ptr<Session>> sessions;
  for (uint32_t strategy : options.comparedStrategies) {
    Options one = options;
    one.strategy = strategy;
    sessions.push_back(std::make_unique<Session>(one, world, bootstrap,
                                                 artifact.get(), inputs));
    sessions.back()->useGraphs(options.graph);
    report.strategyRuns.push_back({strategy, {}, {}, {}});
  }
  try {
    Results first = sessions[0]->call(entry);
    // A rank that left a collective out is to be missed in that context, not to
    // wait in the next one for those that miss it.
    world.agree("");
    for (size_t i = 1; i < sessions.size(); ++i) {
      Difference mine =
          compareResults(sessions[i]->call(entry), first, world.rank());
      for (const Difference &difference : world.gather(mine))
        report.strategyRuns[i].difference.add(difference);
      report.difference.add(report.strategyRuns[i].difference);
    }
    Progress progress(options.repeat, world.rank() == 0);
    for (int repetition = -1; repetition < options.repeat; ++repetition) {
      for (size_t turn = 0; turn < sessions.size(); ++turn) {
        // Each follows each of the others as often.
        size_t i = (turn + repetition + 1) % sessions.size();
        Session::CallTime time;
        sessions[i]->call(entry, &time);
        if (repetition >= 0)
          report.strategyRuns[i].times.push_back(time.complete);
      }
      progress.done(repetition + 1);
    }
    for (size_t i = 0; i < sessions.size(); ++i) {
      RunReport::StrategyRun &run = report.strategyRuns[i];
      run.times = maxOverRanks(run.times);
      run.taken = sessions[i]->strategiesTaken();
    }
  } catch (const AgreedError &) {
    throw;
  } catch (const std::exception &error) {
    for (auto &session : sessions)
      session->abort(error.what());
    throw;
  }
}

std::vector<double> RankRun::maxOverRanks(const std::vector<double> &mine) {
  constexpr size_t piece = 1024;
  std::vector<double> slowest(mine), all(piece * world.size());
  for (size_t at = 0; at < mine.size(); at += piece) {
    size_t count = std::min(piece, mine.size() - at);
    world.allgather(mine.data() + at, count * sizeof(double), all.data());
    for (size_t i = 0; i < count * world.size(); ++i)
      slowest[at + i % count] = std::max(slowest[at + i % count], all[i]);
  }
  return slowest;
}

void RankRun::describeResults(const Results &results) {
  for (size_t i = 0; i < results.size(); ++i) {
    RunReport::Result result;
    result.type =
        describe(results[i].element_type, results[i].shape, results[i].rank);
    result.hash = hashResult(results[i]);
    std::vector<uint64_t> all = world.gather(result.hash);
    result.sameOnAllRanks =
        std::count(all.begin(), all.end(), all[0]) == world.size();
    report.results.push_back(result);
  }
}

std::string RankRun::resultPath(size_t result, int rank) const {
  return options.outputDirectory + "/result" + std::to_string(result) +
         ".rank" + std::to_string(rank) + ".npy";
}

/// Files without a name are open until the end.
void allowManyFiles() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

/// What is read is not written.
void RankRun::expectFiles() {
  std::vector<std::string> outputs;
  if (!options.outputDirectory.empty()) {
    if (mkdir(options.outputDirectory.c_str(), 0777) != 0 && errno != EEXIST)
      throw RunError("cannot make the directory " + options.outputDirectory +
                     ": " + describeErrno(errno));
    allowManyFiles();
    const conorm_entry &entry = fused ? *fused : *unfused;
    for (int rank = 0; rank < world.size(); ++rank)
      for (size_t i = 0; i < entry.num_results; ++i)
        outputs.push_back(resultPath(i, rank));
  }
  outputs.insert(outputs.end(), options.profileFiles.begin(),
                 options.profileFiles.end());
  expectSeparateFiles(inputFiles(options, world.size()), outputs);
  if (world.rank() == 0)
    for (const std::string &name : options.profileFiles)
      profileFiles.emplace_back(name);
}

void RankRun::writeResults(const Results &results) {
  if (options.outputDirectory.empty())
    return;
  for (size_t i = 0; i < results.size(); ++i) {
    const conorm_buffer &result = results[i];
    Tensor tensor(result.element_type,
                  {result.shape, result.shape + result.rank});
    std::memcpy(tensor.data(), result.data, tensor.bytes);
    std::string path = resultPath(i, world.rank());
    files.emplace_back(path);
    writeNpy(files.back(), path, tensor);
  }
}

} // namespace

int conorm::run::runRank(const Options &options, conorm_rank *rank) {
  const conorm_bootstrap &bootstrap = *conorm_rank_bootstrap(rank);
  RankExchange world(bootstrap, options.timeoutMs(),
                     [rank] { conorm_rank_beat(rank); });
  return RankRun(options, bootstrap, conorm_rank_mode(rank), world).run();
}
