//===- RankRunner.h - Runs ranks as threads or as processes -----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_UNITTESTS_RUNTIME_RANKRUNNER_H
#define CONORM_UNITTESTS_RUNTIME_RANKRUNNER_H

#include "conorm-runtime/conorm.h"

#include <functional>
#include <string>
#include <vector>

namespace conorm::test {

/// A rank's work. Returns what went wrong, "" if nothing did; other texts may
/// carry results to the test.
using RankBody = std::function<std::string(const conorm_bootstrap &)>;

/// Each rank is a thread of this process.
std::vector<std::string> runThreads(int worldSize, const RankBody &body);

/// Each rank is a forked process with the launcher's bootstrap. A rank that
/// does not end by itself gives "signal 9" and the like.
std::vector<std::string> runProcesses(int worldSize, const RankBody &body);

/// Each rank is a forked process that has no bootstrap yet; `body` gets the
/// number of the process.
std::vector<std::string> runForked(int count,
                                   const std::function<std::string(int)> &body);

/// Takes the environment's bootstrap and runs `body` with it.
std::string withEnvironment(const RankBody &body);

/// A context, destroyed at the end of the scope.
class ScopedContext {
public:
  explicit ScopedContext(const conorm_bootstrap &bootstrap,
                         uint32_t deadlineMs = 10000,
                         uint64_t workspaceBytes = 0);
  explicit ScopedContext(const conorm_context_options &options);
  ~ScopedContext() { conorm_context_destroy(context); }
  ScopedContext(const ScopedContext &) = delete;
  ScopedContext &operator=(const ScopedContext &) = delete;

  operator conorm_context *() const { return context; }

  conorm_context *context = nullptr;
  conorm_status status = CONORM_OK;
  char message[512] = "";
};

/// All ranks of the world, and rows of ranks.
conorm_group worldGroup();
conorm_group rowsGroup(const std::vector<int64_t> &ranks, int numGroups,
                       const char *name = "rows");

/// Descriptors that this process has open.
int countDescriptors();

/// "status: message" of a context, "" if it has no error.
std::string describe(conorm_context *context);

} // namespace conorm::test

#endif // CONORM_UNITTESTS_RUNTIME_RANKRUNNER_H
