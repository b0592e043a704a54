//===- Compilation.cpp - Running conorm-compile ---------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"

#include "RunError.h"

#include "support/Limits.h"
#include "support/Names.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

using conorm::rt::describeErrno;
using conorm::rt::enumName;
using namespace conorm::run;

namespace {

// Read by a signal handler: plain memory that is complete before the handler
// is installed.
char directory[PATH_MAX];
char object[PATH_MAX];
volatile pid_t child = 0;
int deathSignal = 0;

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
struct sigaction previous[std::size(kSignals)];

/// SIGTERM, for the compiler has files of its own to remove.
void endChild() {
  kill(child, SIGTERM);
  kill(child, SIGCONT);
  waitpid(child, nullptr, 0);
}

void cleanUpAndDie(int signal) {
  if (child > 0)
    endChild();
  unlink(object);
  rmdir(directory);
  std::signal(signal, SIG_DFL);
  raise(signal);
}

std::string findCompiler() {
  char self[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
  std::vector<std::string> places;
  if (length > 0)
    places.push_back(
        std::filesystem::path(std::string(self, length)).parent_path());
  std::string path = std::getenv("PATH") ? std::getenv("PATH") : "";
  for (size_t at = 0; at <= path.size();) {
    size_t end = std::min(path.find(':', at), path.size());
    if (end > at)
      places.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  for (const std::string &place : places)
    if (access((place + "/conorm-compile").c_str(), X_OK) == 0)
      return place + "/conorm-compile";
  throw RunError("expected conorm-compile beside conorm-run or in PATH, found "
                 "none");
}

} // namespace

Compilation::Compilation(const Options &options) : source(options.input) {
  std::string compiler = findCompiler();
  const char *base = std::getenv("TMPDIR");
  std::string pattern =
      std::string(base && *base ? base : "/tmp") + "/conorm-run-XXXXXX";
  if (pattern.size() + sizeof("/artifact.so") > sizeof(directory))
    throw RunError("expected a shorter TMPDIR, found " + pattern);
  std::strcpy(directory, pattern.c_str());
  if (!mkdtemp(directory))
    throw RunError("cannot make the directory " + pattern + ": " +
                   describeErrno(errno));
  std::strcpy(object, directory);
  std::strcat(object, "/artifact.so");
  struct sigaction action = {};
  action.sa_handler = cleanUpAndDie;
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], nullptr, &previous[i]);
    // nohup has SIGHUP ignored.
    if (previous[i].sa_handler != SIG_IGN)
      sigaction(kSignals[i], &action, nullptr);
  }
  // The launcher's death is SIGKILL to a rank, which could not clean up then.
  prctl(PR_GET_PDEATHSIG, &deathSignal);
  if (deathSignal)
    prctl(PR_SET_PDEATHSIG, SIGTERM);
  start(compiler, options);
}

void Compilation::start(const std::string &compiler, const Options &options) {
  std::string variants =
      std::string("--variants=") +
      (options.compare ? "fused,unfused"
                       : enumName<conorm_variant>(options.variant));
  const char *target =
      options.backend == CONORM_BACKEND_CUDA ? "--target=cuda" : "--target=cpu";
  const char *argv[] = {compiler.c_str(), source.c_str(), "-o", object,
                        variants.c_str(), target,
                        // Two variants are both wrong where the program is.
                        options.compare ? "--check-bounds" : nullptr, nullptr};
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    for (size_t i = 0; i < std::size(kSignals); ++i)
      sigaction(kSignals[i], &previous[i], nullptr);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
      _exit(1);
    execv(argv[0], const_cast<char **>(argv));
    _exit(127);
  }
  if (pid < 0) {
    // No destructor will run: the constructor has not returned.
    int error = errno;
    std::filesystem::remove_all(directory);
    throw RunError(std::string("cannot start conorm-compile: ") +
                   conorm::rt::describeSpawnErrno(error));
  }
  child = pid;
}

Compilation::~Compilation() {
  if (child > 0) {
    endChild();
    child = 0;
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  for (size_t i = 0; i < std::size(kSignals); ++i)
    sigaction(kSignals[i], &previous[i], nullptr);
  if (deathSignal)
    prctl(PR_SET_PDEATHSIG, deathSignal);
}

bool Compilation::wait(uint32_t timeoutMs) {
  constexpr uint32_t stepMs = 5;
  int status = 0;
  for (uint32_t waited = 0;; waited += stepMs) {
    pid_t ended = waitpid(child, &status, WNOHANG);
    if (ended == child)
      break;
    if (ended < 0 && errno != EINTR)
      throw RunError(std::string("cannot wait for conorm-compile: ") +
                     describeErrno(errno));
    if (waited >= timeoutMs)
      return false;
    usleep(stepMs * 1000);
  }
  child = 0;
  if (WIFSIGNALED(status))
    throw RunError("cannot compile " + source +
                   ": conorm-compile was killed by " +
                   strsignal(WTERMSIG(status)));
  if (WEXITSTATUS(status) != 0)
    throw RunError("cannot compile " + source +
                   ": conorm-compile exited with " +
                   std::to_string(WEXITSTATUS(status)));
  return true;
}

std::vector<char> Compilation::readObject() const {
  std::ifstream file(object, std::ios::binary);
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file || bytes.empty())
    throw RunError(
        "cannot compile " + source +
        ": expected a shared object from conorm-compile, found none");
  return bytes;
}
