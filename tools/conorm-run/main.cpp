//===- main.cpp - Runs compiled artifacts on several ranks ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Describe.h"
#include "Error.h"
#include "Launcher.h"
#include "Options.h"
#include "Watchdog.h"

#include "conorm/Tools/Process.h"

using namespace conorm::run;

namespace {

/// MPI_Init waits for ranks that never come without an end.
void findWorld(const Options &options, conorm_bootstrap &bootstrap,
               int32_t &found) {
  Heartbeats heartbeats;
  Watchdog watchdog(heartbeats, options.timeoutSeconds + kStallGraceSeconds);
  char message[1024] = "";
  if (conorm_bootstrap_from_environment(&bootstrap, &found, message,
                                        sizeof(message)) != CONORM_OK)
    throw Error(message);
}

int run(const Options &options) {
  if (options.describe)
    return describeArtifact(options);
  conorm_bootstrap bootstrap = {};
  bootstrap.struct_size = sizeof(bootstrap);
  int32_t found = 0;
  findWorld(options, bootstrap, found);
  if (!found)
    return options.threads ? runThreads(options) : runProcesses(options);
  int code = runInWorld(options, bootstrap);
  conorm_bootstrap_release(&bootstrap);
  return code;
}

} // namespace

int main(int argc, char **argv) {
  conorm::initProcess("conorm-run");
  try {
    Options options = parseOptions(argc, argv);
    return options.done ? kExitOk : run(options);
  } catch (const Error &error) {
    printError(error.what());
    return error.exitCode;
  } catch (const std::exception &error) {
    printError(error.what());
    return kExitFailure;
  }
}
