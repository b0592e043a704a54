//===- Launcher.h - Ranks as processes and threads --------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_LAUNCH_LAUNCHER_H
#define CONORM_RUNTIME_LIB_LAUNCH_LAUNCHER_H

#include "Heartbeats.h"

#include "conorm-runtime/launch.h"

#include <algorithm>
#include <vector>

namespace conorm::rt {

/// How a rank's function ended; plain data, written to a pipe in one piece.
struct RankEnd {
  int32_t rank;
  int32_t code;
  /// A conorm_status: why it failed. CONORM_OK if it does not say.
  uint32_t status;
  char message[1024];
};

/// What a launch comes to, from what each rank and the launcher know.
class LaunchVerdict {
public:
  /// How many ranks are launched; 0 where another launcher did.
  void expectRanks(int32_t count) { worldSize = count; }
  void add(const RankEnd &end);
  /// The launcher's own view; the first one counts.
  void setCause(Error error) {
    if (!cause)
      cause = std::move(error);
  }
  /// The launch is ended from outside, whatever else is known.
  void interrupt(Error error) { cause = std::move(error); }
  bool hasCause() const { return bool(cause); }
  void addCode(int32_t code) { exitCode = std::max(exitCode, code); }
  /// Fills in the exit code and the messages.
  conorm_status write(conorm_launch_report &report) const;

private:
  int32_t worldSize = 0;
  Error cause;
  int32_t exitCode = 0;
  /// Failures only.
  std::vector<RankEnd> failures;
};

/// Runs one rank here. Its bootstrap is released.
RankEnd runRank(const conorm_launch_options &options, uint32_t mode,
                conorm_bootstrap &bootstrap, Heartbeats &heartbeats);

/// Each starts options.world_size ranks and waits for them. An error says that
/// they could not be started.
Error runProcesses(const conorm_launch_options &options, LaunchVerdict &verdict,
                   conorm_launch_report &report);
Error runThreads(const conorm_launch_options &options, LaunchVerdict &verdict);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_LAUNCH_LAUNCHER_H
