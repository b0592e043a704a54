//===- ProgramFaults.cpp - What goes wrong in compiled programs -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramRank.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

using namespace check;
using Clock = std::chrono::steady_clock;

//===----------------------------------------------------------------------===//
// Ranks that misbehave
//===----------------------------------------------------------------------===//

namespace {
enum Fault { leaves, delayed, otherEntry, numFaults };
const char *const faultNames[] = {"leaves", "delayed", "another entry"};
constexpr conorm_status expectedStatus[] = {
    CONORM_ERROR_PEER_LOST, CONORM_ERROR_TIMEOUT, CONORM_ERROR_MISMATCH};
constexpr uint32_t deadlineMs = 200;

struct Trial {
  Fault fault;
  int worldSize, victim, before;
  bool graphs;
};
} // namespace

static double millisecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin)
      .count();
}

/// One rank's part. Returns what is wrong.
static std::string runRank(const Trial &trial, const Program &program, int rank,
                           const conorm_bootstrap &bootstrap,
                           const ContextOptions &options,
                           std::atomic<int> &reported, std::string &message) {
  program.use();
  auto self =
      std::make_unique<ProgramRank>(program, bootstrap, nullptr, options);
  conorm_context *context = self->context();
  conorm_context_set_graphs(context, trial.graphs);
  const conorm_entry &layer = *program.find("layer", CONORM_VARIANT_FUSED);
  const conorm_entry &other = *program.find("other", CONORM_VARIANT_FUSED);
  self->makeArguments(layer, 16, 1);
  Values values;
  // Both have their plans.
  for (int i = 0; i < 2 + trial.before; ++i)
    if (self->call(i % 2 ? other : layer, values))
      return "before the fault: " + self->message();
  conorm_context_set_deadline(context, deadlineMs);
  bool isVictim = rank == trial.victim;
  if (isVictim && trial.fault == leaves) {
    self.reset();
    Clock::time_point begin = Clock::now();
    while (reported < trial.worldSize - 1 && millisecondsSince(begin) < 5000)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return "";
  }
  if (isVictim && trial.fault == delayed)
    std::this_thread::sleep_for(std::chrono::milliseconds(3 * deadlineMs));
  Clock::time_point begin = Clock::now();
  bool isOther = isVictim && trial.fault == otherEntry;
  conorm_status status = self->call(isOther ? other : layer, values);
  double taken = millisecondsSince(begin);
  ++reported;
  message = self->message();
  if (isVictim && trial.fault == delayed)
    return status ? "" : "the late rank noticed nothing";
  std::string name = text("rank %d ", trial.victim);
  if (conorm_context_status(context) != expectedStatus[trial.fault])
    return text("status %d: ", conorm_context_status(context)) + message;
  if (!isVictim && message.find(name) == std::string::npos)
    return "does not name the rank: " + message;
  if (message.find("call ") == std::string::npos)
    return "does not name the call: " + message;
  return taken > deadlineMs + 1000 ? text("took %.0f ms", taken) : "";
}

static bool runTrial(const Trial &trial, bool isFirst) {
  std::vector<conorm_bootstrap> world(size_t(trial.worldSize),
                                      CONORM_BOOTSTRAP_INIT);
  conorm_bootstrap_threads(trial.worldSize, world.data());
  Program program;
  std::atomic<int> reported{0};
  std::mutex mutex;
  bool good = true;
  onRanks(trial.worldSize, [&](int rank) {
    cudaStream_t stream;
    cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
    ContextOptions options;
    options.stream = stream;
    options.workspaceBytes = 8 << 20;
    std::string message;
    std::string wrong = runRank(trial, program, rank, world[size_t(rank)],
                                options, reported, message);
    std::lock_guard<std::mutex> lock(mutex);
    if (!wrong.empty()) {
      printf("FAILED %s, rank %d: %s\n", faultNames[trial.fault], rank,
             wrong.c_str());
      good = false;
    } else if (isFirst && rank != trial.victim) {
      printf("  %s: rank %d: %s\n", faultNames[trial.fault], rank,
             message.c_str());
    }
    cudaStreamDestroy(stream);
  });
  for (conorm_bootstrap &bootstrap : world)
    conorm_bootstrap_release(&bootstrap);
  return good;
}

/// A process of a world whose victim is killed while its call runs. Returns
/// nonzero if the others do not say so in time.
int check::runProgramUntilKilled(const conorm_bootstrap &bootstrap, int victim,
                                 int at) {
  Program program;
  program.use();
  ContextOptions options;
  options.workspaceBytes = 8 << 20;
  options.stream = cudaStreamPerThread;
  ProgramRank rank(program, bootstrap, nullptr, options);
  const conorm_entry &layer = *program.find("layer", CONORM_VARIANT_FUSED);
  rank.makeArguments(layer, 64, 1);
  constexpr uint32_t patienceMs = 2000;
  conorm_context_set_deadline(rank.context(), patienceMs);
  for (int i = 0; i < 10000; ++i) {
    if (bootstrap.rank == victim && i == at) {
      std::vector<conorm_buffer> results;
      rank.invoke(layer, results);
      raise(SIGKILL);
    }
    Clock::time_point begin = Clock::now();
    Values values;
    if (rank.call(layer, values) == CONORM_OK)
      continue;
    double taken = millisecondsSince(begin);
    std::string message = rank.message();
    bool good =
        conorm_context_status(rank.context()) == CONORM_ERROR_PEER_LOST &&
        message.find(text("rank %d ", victim)) != std::string::npos &&
        taken < patienceMs + 1000;
    if (!good || bootstrap.rank == (victim ? 0 : 1))
      printf("%s rank %d: %s (after %.0f ms)\n", good ? "  killed:" : "FAILED",
             bootstrap.rank, message.c_str(), taken);
    return !good;
  }
  printf("FAILED rank %d: nothing happened\n", bootstrap.rank);
  return 1;
}

int check::programFaults(int argc, char **argv) {
  int count = int(option(argc, argv, "count", 20));
  Random random(13);
  int failed = 0;
  for (int fault = 0; fault < numFaults; ++fault) {
    int good = 0;
    for (int i = 0; i < count; ++i) {
      int worldSize = 2 + int(random.below(3));
      int victim = int(random.below(uint64_t(worldSize)));
      // Of two different calls in a world of two, the lower rank's is right.
      if (worldSize == 2 && fault == otherEntry)
        victim = 1;
      good += runTrial(
          {Fault(fault), worldSize, victim, int(random.below(8)), i % 2 == 1},
          i == 0);
    }
    printf("programs: %-13s %d of %d as expected\n", faultNames[fault], good,
           count);
    fflush(stdout);
    failed += count - good;
  }
  int good = 0;
  for (int i = 0; i < count; ++i) {
    int worldSize = 2 + int(random.below(2));
    int victim = int(random.below(uint64_t(worldSize)));
    good += !launch(worldSize,
                    {"--program", "1", "--victim", std::to_string(victim),
                     "--at", std::to_string(random.below(10))},
                    victim);
  }
  printf("programs: %-13s %d of %d as expected\n", "killed", good, count);
  return failed + count - good != 0;
}

//===----------------------------------------------------------------------===//
// Programs and machines that do not fit
//===----------------------------------------------------------------------===//

namespace {
/// A context of a world of one.
struct Alone {
  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
  conorm_context *context;
  explicit Alone(uint32_t backend = CONORM_BACKEND_CUDA) {
    conorm_bootstrap_threads(1, &bootstrap);
    ContextOptions options;
    options.backend = backend;
    options.workspaceBytes = 8 << 20;
    context = makeContext(bootstrap, options);
  }
  ~Alone() {
    conorm_context_destroy(context);
    conorm_bootstrap_release(&bootstrap);
  }
};
} // namespace

static int judge(const char *what, conorm_status status, conorm_status expected,
                 const std::string &message, const char *part) {
  bool good = status == expected && message.find(part) != std::string::npos;
  printf("%s %s: %s: %s\n", good ? "  refused:" : "FAILED", what,
         conorm_status_name(status), message.c_str());
  if (!good)
    printf("       expected %s: ..%s..\n", conorm_status_name(expected), part);
  fflush(stdout);
  return !good;
}

static int refuseProgram(const char *what, const Defects &defects,
                         conorm_status expected, const char *part,
                         uint32_t backend = CONORM_BACKEND_CUDA) {
  HandProgram hand(defects);
  char message[1024] = "";
  conorm_module *module = nullptr;
  if (conorm_module_from_manifest(&hand.manifest(), &module, message,
                                  sizeof(message)))
    return judge(what, CONORM_ERROR_MODULE, expected, message, part);
  Alone alone(backend);
  conorm_status status = conorm_module_bind(module, alone.context);
  int failed = judge(what, status, expected,
                     conorm_context_message(alone.context), part);
  conorm_module_close(module);
  return failed;
}

static int refusePrograms() {
  int failed = 0;
  Defects defects;
  defects.version = "99.9";
  failed += refuseProgram("PTX of the future", defects,
                          CONORM_ERROR_UNSUPPORTED, "the driver compiles PTX");
  defects = {};
  defects.arch = 990;
  failed += refuseProgram("code for a newer device", defects,
                          CONORM_ERROR_UNSUPPORTED, "found ptx for sm_990");
  defects = {};
  defects.instruction = "frobnicate.b32 %r1, %r2;";
  failed += refuseProgram("PTX that is none", defects, CONORM_ERROR_MODULE,
                          "frobnicate");
  defects = {};
  defects.kernel = "add_scale";
  failed +=
      refuseProgram("a kernel that is missing", defects, CONORM_ERROR_MODULE,
                    "expected a kernel 'add_scale' in the code");
  defects = {};
  defects.params = 5;
  failed += refuseProgram("a parameter too many", defects, CONORM_ERROR_MODULE,
                          "expected 5 parameters in the code, found 6");
  defects = {};
  defects.backend = CONORM_BACKEND_CPU;
  failed += refuseProgram("an artifact for the CPU", defects,
                          CONORM_ERROR_INVALID_ARGUMENT,
                          "expected a context of the cpu backend, found one of "
                          "the cuda backend");
  defects = {};
  failed += refuseProgram("an artifact for CUDA on the CPU", defects,
                          CONORM_ERROR_INVALID_ARGUMENT,
                          "expected a context of the cuda backend, found one "
                          "of the cpu backend",
                          CONORM_BACKEND_CPU);
  return failed;
}

static int refuseLargeBuffer(ProgramRank &rank) {
  conorm_buffer buffer = {};
  buffer.struct_size = sizeof(buffer);
  const int64_t size = int64_t(1) << 45;
  conorm_status status =
      conorm_buffer_create(rank.context(), CONORM_TYPE_F32, 1, &size, &buffer);
  return judge("a buffer larger than the device", status, CONORM_ERROR_RESOURCE,
               rank.message(), "bytes free of");
}

static int refuseHostData(ProgramRank &rank, const Program &program,
                          const conorm_entry &layer) {
  std::vector<float> host(4 * HandProgram::cols);
  const int64_t shape[] = {4, HandProgram::cols};
  conorm_buffer buffer = {};
  buffer.struct_size = sizeof(buffer);
  buffer.element_type = CONORM_TYPE_F32;
  buffer.rank = 2;
  buffer.data = host.data();
  buffer.shape = shape;
  conorm_buffer args[] = {buffer, buffer, buffer, buffer}, results[3] = {};
  conorm_status status = conorm_module_invoke(
      program.get(), &layer, rank.context(), args, 4, results, 3);
  return judge("data on the host", status, CONORM_ERROR_INVALID_ARGUMENT,
               rank.message(),
               "expected data in device memory, found data in host memory");
}

/// Calls of the program by hand that fail, each in a context of its own.
static int refuseCalls() {
  int failed = 0;
  Program program;
  program.use();
  const conorm_entry &layer = *program.find("layer", CONORM_VARIANT_FUSED);
  auto onRank = [&](const std::function<void(ProgramRank &)> &body) {
    conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
    conorm_bootstrap_threads(1, &bootstrap);
    {
      ContextOptions options;
      options.workspaceBytes = 8 << 20;
      ProgramRank rank(program, bootstrap, nullptr, options);
      rank.makeArguments(layer, 4, 1);
      body(rank);
    }
    conorm_bootstrap_release(&bootstrap);
  };
  onRank([&](ProgramRank &rank) {
    Values values;
    conorm_status status =
        rank.call(*program.find("large", CONORM_VARIANT_FUSED), values);
    failed +=
        judge("a plan larger than the device", status, CONORM_ERROR_RESOURCE,
              rank.message(), "the plan for these sizes takes 70368744");
  });
  onRank([&](ProgramRank &rank) { failed += refuseLargeBuffer(rank); });
  onRank([&](ProgramRank &rank) {
    failed += refuseHostData(rank, program, layer);
  });
  // Nothing is left of all that.
  onRank([&](ProgramRank &rank) {
    Values values;
    if (rank.call(layer, values)) {
      printf("FAILED afterwards: %s\n", rank.message().c_str());
      ++failed;
    }
  });
  return failed;
}

/// What conorm-run prints without a device.
static int refuseMachine(const std::string &tool, const std::string &artifact) {
  std::string command = "CUDA_VISIBLE_DEVICES=-1 " + tool + " " + artifact +
                        " --backend cuda --ranks 1 --dim 4 2>&1";
  std::string output;
  FILE *pipe = popen(command.c_str(), "r");
  if (!pipe)
    die("popen");
  char line[512];
  while (fgets(line, sizeof(line), pipe))
    output += line;
  int status = pclose(pipe);
  return judge("no device", status ? CONORM_ERROR_UNSUPPORTED : CONORM_OK,
               CONORM_ERROR_UNSUPPORTED, output, "found no usable device");
}

int check::refusals(int argc, char **argv) {
  int failed = refusePrograms() + refuseCalls();
  std::string tool = textOption(argc, argv, "run", "");
  std::string folder = textOption(argc, argv, "artifacts", "");
  std::vector<std::unique_ptr<Program>> all = findPrograms(folder);
  if (!tool.empty() && !all.back()->isByHand())
    failed += refuseMachine(tool, folder + "/" + all.back()->name());
  printf("refusals: %s\n", failed ? "FAILED" : "all named");
  return failed != 0;
}
