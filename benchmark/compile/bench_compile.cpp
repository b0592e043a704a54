//===- bench_compile.cpp - Time of a pass pipeline ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// conorm-bench-compile PIPELINE FILE [RUNS [verify]] prints the processor time
// of a pipeline on a module: the minimum over RUNS runs on one thread, without
// parsing and printing, and without the verifier unless `verify` is given. It
// uses processor time rather than elapsed time, so that other work on the
// machine counts less.
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/InitAll.h"
#include "conorm/Tools/ForeignDialects.h"
#include "conorm/Tools/Process.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <ctime>
#include <sys/resource.h>

using namespace mlir;

static double getProcessorSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

/// The peak memory of this process, including parsing.
static long getPeakMebibytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

/// Seconds, or nothing if the pipeline fails.
static std::optional<double> timeOnce(ModuleOp module, StringRef pipeline,
                                      bool verify) {
  PassManager manager(module.getContext());
  manager.enableVerifier(verify);
  if (failed(parsePassPipeline(pipeline, manager)))
    return std::nullopt;
  double start = getProcessorSeconds();
  if (failed(manager.run(module)))
    return std::nullopt;
  return getProcessorSeconds() - start;
}

static unsigned countSites(ModuleOp module) {
  unsigned count = 0;
  module.walk([&](conorm::comm::AllReduceOp) { ++count; });
  return count;
}

int main(int argc, char **argv) {
  conorm::initProcess("conorm-bench-compile");
  if (argc < 3) {
    llvm::errs() << "usage: conorm-bench-compile PIPELINE FILE "
                    "[RUNS [verify]]\n";
    return 1;
  }
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllPasses();
  conorm::registerAllDialects(registry);
  conorm::registerForeignDialects(registry);
  conorm::registerAllPasses();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(argv[2], &context);
  if (!module)
    return 1;
  unsigned numOps = 0;
  module->walk([&](Operation *) { ++numOps; });
  unsigned numSites = countSites(*module);
  int runs = argc > 3 ? std::max(1, atoi(argv[3])) : 1;
  bool verify = argc > 4 && StringRef(argv[4]) == "verify";
  std::optional<double> least;
  for (int run = 1; run <= runs; ++run) {
    // The last run may use the module itself, so a single run needs no copy.
    OwningOpRef<ModuleOp> copy = run == runs
                                     ? std::move(module)
                                     : OwningOpRef<ModuleOp>(module->clone());
    std::optional<double> seconds = timeOnce(*copy, argv[1], verify);
    if (!seconds)
      return 1;
    least = least ? std::min(*least, *seconds) : *seconds;
  }
  llvm::outs() << "{\"seconds\": " << llvm::format("%.6f", *least)
               << ", \"operations\": " << numOps << ", \"sites\": " << numSites
               << ", \"mebibytes\": " << getPeakMebibytes() << "}\n";
  return 0;
}
