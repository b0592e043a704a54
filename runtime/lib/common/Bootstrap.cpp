//===- Bootstrap.cpp - Choosing a bootstrap, and its common parts ---------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bootstrap.h"

#include <vector>

using namespace conorm::rt;

static thread_local std::string lastFailure;

void conorm::rt::setBootstrapFailure(std::string reason) {
  lastFailure = std::move(reason);
}

std::string conorm::rt::takeBootstrapFailure() {
  return std::exchange(lastFailure, std::string());
}

Error AllgatherClient::allgather(const void *send, size_t bytes, void *recv,
                                 const Deadline &deadline) {
  if (!connection)
    return makeError(CONORM_ERROR_BOOTSTRAP, "not connected to %s", relay);
  if (bytes > maxAllgatherBytes)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "allgather of %zu bytes, expected at most %u", bytes,
                     maxAllgatherBytes);
  RequestFrame request{frameMagic, rank,
                       worldSize,  uint32_t(bytes),
                       ++sequence, deadline.milliseconds,
                       0};
  // A write cut short would leave the stream out of step: such a connection is
  // not used again.
  Transfer outcome =
      sendAll(connection.get(), &request, sizeof(request), deadline);
  if (outcome == Transfer::Done)
    outcome = sendAll(connection.get(), send, bytes, deadline);
  if (outcome == Transfer::Done)
    return awaitReply(bytes, recv, deadline);
  connection.reset();
  return makeError(CONORM_ERROR_BOOTSTRAP, "%s is gone", relay);
}

Error AllgatherClient::awaitReply(size_t bytes, void *recv,
                                  const Deadline &deadline) {
  for (;;) {
    Transfer outcome = waitReadable(connection.get(), deadline);
    if (outcome == Transfer::TimedOut)
      return makeError(CONORM_ERROR_BOOTSTRAP,
                       "no answer from %s within %u ms, since some rank did "
                       "not take part",
                       relay, deadline.milliseconds);
    ReplyFrame reply;
    Deadline rest(1000 + deadline.milliseconds);
    if (outcome == Transfer::Done)
      outcome = receiveAll(connection.get(), &reply, sizeof(reply), rest);
    bool sane = outcome == Transfer::Done && reply.magic == frameMagic &&
                reply.bytes <= maxAllgatherBytes * CONORM_MAX_WORLD_SIZE;
    std::vector<char> data;
    if (sane) {
      data.resize(reply.bytes);
      outcome = receiveAll(connection.get(), data.data(), data.size(), rest);
    }
    if (!sane || outcome != Transfer::Done) {
      connection.reset();
      return makeError(CONORM_ERROR_BOOTSTRAP, "%s is gone", relay);
    }
    // An answer to an allgather that this rank gave up on.
    if (reply.sequence < sequence)
      continue;
    if (reply.failed)
      return makeError(CONORM_ERROR_BOOTSTRAP, "%.*s", int(data.size()),
                       data.data());
    if (data.size() != bytes * worldSize)
      return makeError(CONORM_ERROR_BOOTSTRAP,
                       "%s answered with %zu bytes, expected %zu", relay,
                       data.size(), bytes * worldSize);
    std::copy(data.begin(), data.end(), static_cast<char *>(recv));
    return success();
  }
}

conorm_status conorm_bootstrap_from_environment(conorm_bootstrap *out,
                                                int32_t *found, char *message,
                                                size_t messageSize) {
  copyMessage("", message, messageSize);
  if (!out || !found) {
    copyMessage("out and found must not be null", message, messageSize);
    return CONORM_ERROR_INVALID_ARGUMENT;
  }
  *out = {};
  out->struct_size = sizeof(*out);
  *found = 0;
  for (auto *attempt :
       {bootstrapFromLauncher, bootstrapFromMpi, bootstrapFromTorchrun}) {
    bool applies = false;
    if (Error error = attempt(*out, applies)) {
      copyMessage(error.message, message, messageSize);
      return error.code;
    }
    if (applies) {
      *found = 1;
      return CONORM_OK;
    }
  }
  return CONORM_OK;
}

void conorm_bootstrap_release(conorm_bootstrap *bootstrap) {
  if (!bootstrap || !bootstrap->release)
    return;
  auto *release = std::exchange(bootstrap->release, nullptr);
  release(std::exchange(bootstrap->user, nullptr));
  bootstrap->allgather = nullptr;
}
