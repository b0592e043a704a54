//===- LaunchEnvironment.h - Variables of launchers in tests ----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_UNITTESTS_RUNTIME_LAUNCHENVIRONMENT_H
#define CONORM_UNITTESTS_RUNTIME_LAUNCHENVIRONMENT_H

#include "conorm-runtime/conorm.h"

#include <cstdlib>
#include <cstring>
#include <string>
#include <unistd.h>
#include <vector>

namespace conorm::test {

/// Removes the variables of all launchers from the environment.
inline void clearEnvironment() {
  std::vector<std::string> names;
  for (char **at = environ; *at; ++at) {
    std::string name(*at, strcspn(*at, "="));
    for (const char *prefix :
         {CONORM_LAUNCH_FD_ENV, "OMPI_COMM_", "PMI", "MPI_LOCAL", "MV2_",
          "MVP_", "JSM_", "FLUX_", "SLURM_", "RANK", "WORLD_SIZE", "LOCAL_RANK",
          "LOCAL_WORLD_SIZE", "GROUP_WORLD_SIZE", "MASTER_", "TORCHELASTIC_"})
      if (name.compare(0, strlen(prefix), prefix) == 0)
        names.push_back(name);
  }
  for (const std::string &name : names)
    unsetenv(name.c_str());
}

} // namespace conorm::test

#endif // CONORM_UNITTESTS_RUNTIME_LAUNCHENVIRONMENT_H
