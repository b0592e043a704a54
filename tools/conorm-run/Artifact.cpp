//===- Artifact.cpp - The artifact that all ranks run ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Artifact.h"

#include "Compilation.h"
#include "RunError.h"

#include "support/Limits.h"
#include "support/Names.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

using conorm::rt::describeErrno;
using conorm::rt::enumName;
using namespace conorm::run;

namespace {

/// Rank 0 compiles; the others keep in touch meanwhile, for a compilation may
/// take longer than the deadline of a wait.
std::vector<char> compileTogether(const Options &options, RankExchange &world) {
  uint32_t tickMs = std::min<uint32_t>(500, options.timeoutMs() / 4 + 1);
  std::unique_ptr<Compilation> compilation;
  std::string error;
  std::vector<char> object;
  int32_t done = 0;
  while (!done) {
    try {
      if (world.rank() == 0) {
        if (!compilation)
          compilation = std::make_unique<Compilation>(options);
        done = compilation->wait(tickMs);
        if (done)
          object = compilation->readObject();
      }
    } catch (const std::exception &failure) {
      error = failure.what();
      done = 1;
    }
    done = world.gather(done)[0];
  }
  compilation.reset();
  world.agree(error);
  return world.broadcast(object);
}

} // namespace

Artifact::Artifact(const Options &options, RankExchange &world)
    : name(options.input) {
  std::string error;
  if (options.isSource()) {
    if (access(name.c_str(), R_OK) != 0)
      error = "cannot open " + name + ": " + describeErrno(errno);
    // What one rank sees of the file system may differ, but only rank 0 reads.
    world.agree(world.rank() == 0 ? error : "");
    std::vector<char> bytes = compileTogether(options, world);
    try {
      error = open(MemoryFile(bytes).path());
    } catch (const RunError &failure) {
      error = failure.what();
    }
  } else {
    error = open(name);
  }
  try {
    world.agree(error);
  } catch (...) {
    conorm_module_close(module);
    throw;
  }
}

Artifact::~Artifact() { conorm_module_close(module); }

std::string Artifact::open(const std::string &path) {
  char message[1024];
  conorm_status status =
      conorm_module_open(path.c_str(), &module, message, sizeof(message));
  return status == CONORM_OK ? "" : message;
}

MemoryFile::MemoryFile(const std::vector<char> &bytes)
    : fd(memfd_create("conorm-artifact", MFD_CLOEXEC)) {
  if (fd < 0)
    throw RunError("cannot make a memory file: " + describeErrno(errno));
  size_t written = 0;
  while (written < bytes.size()) {
    ssize_t count = write(fd, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0) {
      std::string reason = describeErrno(errno);
      close(fd);
      throw RunError("cannot fill a memory file: " + reason);
    }
    written += count;
  }
}

MemoryFile::~MemoryFile() { close(fd); }

const conorm_entry &Artifact::findEntry(const Options &options,
                                        uint32_t variant,
                                        bool variantIsFixed) const {
  const conorm_manifest &manifest = *conorm_module_manifest(module);
  std::vector<std::string> names;
  for (uint32_t i = 0; i < manifest.num_entries; ++i) {
    std::string entry = manifest.entries[i].name;
    if (std::find(names.begin(), names.end(), entry) == names.end())
      names.push_back(entry);
  }
  std::string list;
  for (const std::string &entry : names)
    list += (list.empty() ? "" : ", ") + entry;
  if (names.empty())
    throw RunError(name + ": expected an entry to run, found none");
  if (options.entry.empty() && names.size() > 1)
    throw RunError(name + ": expected --entry with one of: " + list +
                   "; found no --entry");
  std::string wanted = options.entry.empty() ? names[0] : options.entry;
  if (std::find(names.begin(), names.end(), wanted) == names.end())
    throw RunError(name + ": expected an entry among: " + list + "; found '" +
                   wanted + "'");
  const conorm_entry *entry =
      conorm_module_find(module, wanted.c_str(), variant);
  uint32_t other = variant == CONORM_VARIANT_FUSED ? CONORM_VARIANT_UNFUSED
                                                   : CONORM_VARIANT_FUSED;
  if (!entry && !variantIsFixed)
    entry = conorm_module_find(module, wanted.c_str(), other);
  if (!entry)
    throw RunError(name + ": expected entry '" + wanted + "' with variant " +
                   enumName<conorm_variant>(variant) + ", found only variant " +
                   enumName<conorm_variant>(other) +
                   " (conorm-compile --variants=fused,unfused makes both)");
  return *entry;
}
