//===- BootstrapLauncher.cpp - Ranks started by a launcher ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bootstrap.h"

#include "conorm-runtime/context.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>

using namespace conorm::rt;

static int32_t launcherAllgather(void *user, const void *send, size_t bytes,
                                 void *recv, uint32_t deadlineMs) {
  BootstrapUse use(user, bytes);
  if (!use)
    return 1;
  Error error = static_cast<AllgatherClient *>(user)->allgather(
      send, bytes, recv, Deadline(deadlineMs));
  if (!error)
    return 0;
  setBootstrapFailure(error.message);
  return 1;
}

static void releaseLauncher(void *user) {
  auto *client = static_cast<AllgatherClient *>(user);
  if (!client->owner.isForeign())
    delete client;
}

int conorm::rt::launcherDescriptor(const conorm_bootstrap &bootstrap) {
  if (bootstrap.allgather != launcherAllgather)
    return -1;
  return static_cast<AllgatherClient *>(bootstrap.user)->connection.get();
}

static Error badDescriptor(const char *text, const char *why) {
  return makeError(CONORM_ERROR_BOOTSTRAP, "%s is '%s', %s",
                   CONORM_LAUNCH_FD_ENV, text, why);
}

Error conorm::rt::bootstrapFromLauncher(conorm_bootstrap &out, bool &found) {
  const char *text = getenv(CONORM_LAUNCH_FD_ENV);
  if (!text)
    return success();
  char *end = nullptr;
  errno = 0;
  long number = strtol(text, &end, 10);
  if (!*text || *end || errno || number < 0 || number > 1 << 20)
    return badDescriptor(text, "expected the number of a descriptor");
  struct stat info;
  if (fstat(int(number), &info) != 0 || !S_ISSOCK(info.st_mode))
    return badDescriptor(text, "which is not an open socket");
  unsigned uid;
  if (!peerIsThisUser(int(number), uid))
    return badDescriptor(text, "whose other end is not this user's");
  WelcomeFrame welcome;
  // The launcher writes it before it starts us; 5 s is for foreign launchers.
  if (receiveAll(int(number), &welcome, sizeof(welcome), Deadline(5000)) !=
      Transfer::Done)
    return badDescriptor(text, "on which no launcher answers (it may be in "
                               "use already)");
  if (welcome.magic != frameMagic || welcome.version != frameVersion)
    return badDescriptor(text, "whose launcher speaks another protocol");
  if (welcome.worldSize < 1 || welcome.worldSize > CONORM_MAX_WORLD_SIZE ||
      welcome.rank >= welcome.worldSize)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "the launcher says rank %u of %u, expected at most %d "
                     "ranks",
                     welcome.rank, welcome.worldSize, CONORM_MAX_WORLD_SIZE);
  fcntl(int(number), F_SETFD, FD_CLOEXEC);
  auto client = std::make_unique<AllgatherClient>();
  client->connection.reset(int(number));
  client->rank = welcome.rank;
  client->worldSize = welcome.worldSize;
  client->relay = "the launcher";
  out.rank = int32_t(welcome.rank);
  out.world_size = int32_t(welcome.worldSize);
  out.allgather = launcherAllgather;
  out.user = client.release();
  out.release = releaseLauncher;
  found = true;
  return success();
}
