//===- main.cpp - Runs compiled artifacts on several ranks ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Describe.h"
#include "Launch.h"
#include "Options.h"
#include "RunError.h"

#include "conorm/Tools/Process.h"

using namespace conorm::run;

int main(int argc, char **argv) {
  conorm::initProcess("conorm-run");
  try {
    Options options = parseOptions(argc, argv);
    if (options.done)
      return kExitOk;
    return options.describe ? describeArtifact(options) : launchRanks(options);
  } catch (const RunError &error) {
    printError(error.what());
    return error.exitCode;
  } catch (const std::exception &error) {
    printError(error.what());
    return kExitFailure;
  }
}
