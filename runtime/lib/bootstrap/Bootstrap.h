//===- Bootstrap.h - What the bundled bootstraps share ----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_BOOTSTRAP_BOOTSTRAP_H
#define CONORM_RUNTIME_LIB_BOOTSTRAP_BOOTSTRAP_H

#include "support/Handles.h"
#include "LaunchVariables.h"
#include "support/Process.h"
#include "support/System.h"

#include "conorm-runtime/context.h"

#include <algorithm>
#include <string>

namespace conorm::rt {

/// The callback returns a number only; the bundled bootstraps leave the reason
/// of a failure here, for the same thread to take.
void setBootstrapFailure(std::string reason);
std::string takeBootstrapFailure();

/// Checks the `struct_size` that the caller set, and clears the rest.
Error clearBootstrap(conorm_bootstrap &bootstrap);

/// Makes a bundled bootstrap live, so that it is released once at most,
/// whatever copies there are of it. On an error it is released.
Error addBootstrap(conorm_bootstrap &bootstrap);

/// Whether a bundled bootstrap has been released; false of a caller's own.
bool isReleased(const conorm_bootstrap &bootstrap);

/// Applies, as `found` says, if a launcher has passed a descriptor down.
Error bootstrapFromLauncher(conorm_bootstrap &out, bool &found);
/// Fails unless MPI says what the claims do.
Error bootstrapFromMpi(const std::vector<WorldClaim> &claims,
                       conorm_bootstrap &out);
void bootstrapFromTorchrun(const TorchrunVariables &variables,
                           conorm_bootstrap &out);
Error bootstrapFromSlurm(const SlurmVariables &variables,
                         conorm_bootstrap &out);

/// Descriptor whose end means that the launcher ended; -1 if the bootstrap is
/// of another kind.
int launcherDescriptor(const conorm_bootstrap &bootstrap);

/// Relays give up this much before the ranks that wait for them would.
constexpr uint32_t relayDeadline(uint32_t deadlineMs) {
  return deadlineMs - std::min(deadlineMs / 10, uint32_t(500));
}

/// Largest contribution to one allgather, bytes.
constexpr uint32_t maxAllgatherBytes = 1 << 20;

/// Keeps a bundled bootstrap for the time of one allgather of `bytes` bytes;
/// false, with the reason left for the caller, if it has been released or the
/// size is beyond reach.
class BootstrapUse {
public:
  BootstrapUse(const void *user, size_t bytes);
  explicit operator bool() const { return use && fits; }

private:
  HandleUse use;
  bool fits;
};

//===----------------------------------------------------------------------===//
// Frames between a rank and whoever relays its allgathers (the launcher, or
// rank 0 of a rendezvous). docs/RuntimeProtocol.md describes them.
//===----------------------------------------------------------------------===//

constexpr uint32_t frameMagic = 0x4e524f43; // "CORN"
constexpr uint32_t frameVersion = 1;

/// First bytes from the launcher to a rank.
struct WelcomeFrame {
  uint32_t magic;
  uint32_t version;
  uint32_t rank;
  uint32_t worldSize;
  Nonce nonce;
};

/// A rank's contribution; `bytes` bytes follow.
struct RequestFrame {
  uint32_t magic;
  uint32_t rank;
  uint32_t worldSize;
  uint32_t bytes;
  /// Counts the rank's allgathers from 1, so that ranks that gave up on one
  /// find each other again at the next.
  uint64_t sequence;
  /// How long the rank will wait, so that the relay can say in time who is
  /// missing.
  uint32_t deadlineMs;
  uint32_t reserved;
};

/// The answer; `bytes` bytes follow: all contributions, or a reason.
struct ReplyFrame {
  uint32_t magic;
  uint32_t failed;
  uint64_t sequence;
  uint32_t bytes;
  uint32_t reserved;
};

/// Claims a bootstrap for the process that gathers first. A child that it forks
/// afterwards would mix its bytes with the parent's.
Error claimBootstrap(ProcessOwner &owner);

/// A rank's end of a relayed allgather.
struct AllgatherClient {
  FileDescriptor connection;
  uint32_t rank = 0;
  uint32_t worldSize = 0;
  uint64_t sequence = 0;
  ProcessOwner owner;
  /// Who relays, for messages.
  const char *relay = "";

  Error allgather(const void *send, size_t bytes, void *recv,
                  const Deadline &deadline);

private:
  Error awaitReply(size_t bytes, void *recv, const Deadline &deadline);
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_BOOTSTRAP_BOOTSTRAP_H
