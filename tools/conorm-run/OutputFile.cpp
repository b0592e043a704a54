//===- OutputFile.cpp - Results that are whole or absent ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OutputFile.h"

#include "RunError.h"

#include "support/Limits.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <utility>

using namespace conorm::run;

namespace {

/// Follows links in the last component, also to a file that does not exist.
/// Where they lead to something that is not replaced does not matter.
std::string followLinks(const std::string &path) {
  std::filesystem::path at = path;
  std::error_code error;
  if (std::filesystem::exists(at, error) &&
      !std::filesystem::is_regular_file(at, error))
    return path;
  for (int links = 0; links < 40 && std::filesystem::is_symlink(at, error);
       ++links) {
    std::filesystem::path next = std::filesystem::read_symlink(at, error);
    if (error)
      break;
    at = at.parent_path() / next;
  }
  return at;
}

} // namespace

OutputFile::OutputFile(const std::string &path)
    : path(path), target(followLinks(path)) {
  struct stat status;
  bool exists = stat(target.c_str(), &status) == 0;
  isReplaceable = !exists || S_ISREG(status.st_mode);
  if (!isReplaceable) {
    fd = open(target.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0)
      fail(errno);
    return;
  }
  if (exists && access(target.c_str(), W_OK) != 0)
    fail(errno);
  openUnnamed();
  // A file that is replaced keeps its mode.
  if (exists)
    fchmod(fd, status.st_mode & 07777);
}

void OutputFile::openUnnamed() {
  std::string directory = std::filesystem::path(target).parent_path();
  if (directory.empty())
    directory = ".";
  fd = open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (fd >= 0)
    return;
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
    fail(errno);
  std::string name = temporaryName();
  unlink(name.c_str());
  fd = open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0)
    fail(errno);
  temporary = name;
}

OutputFile::OutputFile(OutputFile &&other) noexcept
    : path(std::move(other.path)), target(std::move(other.target)),
      temporary(std::exchange(other.temporary, "")),
      isReplaceable(other.isReplaceable), fd(std::exchange(other.fd, -1)) {}

OutputFile::~OutputFile() {
  if (fd >= 0)
    close(fd);
  if (!temporary.empty())
    unlink(temporary.c_str());
}

std::string OutputFile::temporaryName() const {
  return target + "." + std::to_string(getpid()) + ".tmp";
}

void OutputFile::fail(int error) const {
  throw RunError("cannot write " + path + ": " + rt::describeErrno(error));
}

void OutputFile::write(const void *data, size_t bytes) {
  for (const char *at = static_cast<const char *>(data); bytes;) {
    ssize_t count = ::write(fd, at, bytes);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      fail(count ? errno : ENOSPC);
    at += count;
    bytes -= static_cast<size_t>(count);
  }
}

void OutputFile::link(const std::string &name) const {
  std::string self = "/proc/self/fd/" + std::to_string(fd);
  if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(),
             AT_SYMLINK_FOLLOW) != 0)
    fail(errno);
}

void OutputFile::commit() {
  if (isReplaceable) {
    if (temporary.empty()) {
      // A link cannot take the place of a file, which a renamed file can.
      std::string name = temporaryName();
      unlink(name.c_str());
      link(name);
      temporary = name;
    }
    if (rename(temporary.c_str(), target.c_str()) != 0)
      fail(errno);
    temporary.clear();
  }
  // A file system over a network may say only now that it has no room.
  if (close(std::exchange(fd, -1)) != 0)
    fail(errno);
}

void conorm::run::expectSeparateFiles(const std::vector<std::string> &inputs,
                                      const std::vector<std::string> &outputs) {
  std::map<std::pair<dev_t, ino_t>, std::string> seen;
  struct stat status;
  auto visit = [&](const std::string &name, bool isOutput) {
    // Devices and pipes may be read and written at once.
    if (!S_ISREG(status.st_mode))
      return;
    auto [at, isNew] =
        seen.emplace(std::make_pair(status.st_dev, status.st_ino),
                     std::string(isOutput ? "output " : "input ") + name);
    if (isOutput && !isNew)
      throw RunError("cannot write " + name + ": it is the same file as " +
                     at->second);
  };
  for (const std::string &input : inputs)
    if (stat(input.c_str(), &status) == 0)
      visit(input, /*isOutput=*/false);
  if (fstat(STDOUT_FILENO, &status) == 0)
    visit("standard output", /*isOutput=*/true);
  for (const std::string &output : outputs)
    if (stat(output.c_str(), &status) == 0)
      visit(output, /*isOutput=*/true);
}
