//===- BootstrapTorchrun.cpp - Ranks started by torchrun ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The agent's own store is not used, so it may or may not occupy the TCP port;
// nothing secret is sent to it.
//
//===----------------------------------------------------------------------===//

#include "Bootstrap.h"
#include "LaunchVariables.h"
#include "Rendezvous.h"

#include <arpa/inet.h>
#include <cstdlib>
#include <cstring>
#include <ifaddrs.h>
#include <memory>

using namespace conorm::rt;

/// False if `text` is an address in numbers that no interface here has.
static bool mayBeHere(const char *text) {
  unsigned char wanted[sizeof(in6_addr)];
  int family = inet_pton(AF_INET, text, wanted) == 1    ? AF_INET
               : inet_pton(AF_INET6, text, wanted) == 1 ? AF_INET6
                                                        : AF_UNSPEC;
  if (family == AF_UNSPEC || (family == AF_INET && wanted[0] == 127))
    return true;
  ifaddrs *list;
  if (getifaddrs(&list) != 0)
    return true;
  std::unique_ptr<ifaddrs, void (*)(ifaddrs *)> owner(list, freeifaddrs);
  for (ifaddrs *at = list; at; at = at->ifa_next) {
    if (!at->ifa_addr || at->ifa_addr->sa_family != family)
      continue;
    const void *address =
        family == AF_INET
            ? static_cast<const void *>(
                  &reinterpret_cast<sockaddr_in *>(at->ifa_addr)->sin_addr)
            : &reinterpret_cast<sockaddr_in6 *>(at->ifa_addr)->sin6_addr;
    size_t size = family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
    if (memcmp(address, wanted, size) == 0)
      return true;
  }
  return false;
}

void conorm::rt::bootstrapFromTorchrun(const TorchrunVariables &variables,
                                       conorm_bootstrap &out) {
  const char *runId = getenv("TORCHELASTIC_RUN_ID");
  const char *restart = getenv("TORCHELASTIC_RESTART_COUNT");
  Rendezvous place;
  place.name = rendezvousName(
      "torchrun", {variables.address, std::to_string(variables.port),
                   runId ? runId : "", restart ? restart : ""});
  place.key = "MASTER_ADDR, MASTER_PORT and TORCHELASTIC_RUN_ID";
  // Not a refusal: the address may be that of a host around a container.
  if (!mayBeHere(variables.address))
    place.doubt = format("; MASTER_ADDR is %s, which is no address of this "
                         "machine",
                         variables.address);
  meetAt(std::move(place), variables.claim.rank, variables.claim.size, out);
}
