//===- Process.cpp - What a program inherits ------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Tools/Process.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

static const char *program = "conorm";
static bool hangupIgnored = false;

static void openStandardStreams() {
  // The wrong direction on purpose: what reads or writes is told.
  constexpr int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};
  for (int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0)
      continue;
    // The lowest free number is the stream's own.
    if (open("/dev/null", modes[stream]) < 0)
      open("/", O_RDONLY);
  }
}

static void closeOutput() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout))
    conorm::exitOnFailedOutput(errno ? std::strerror(errno) : "");
}

void conorm::initProcess(const char *name) {
  program = name;
  openStandardStreams();
  struct sigaction hangup;
  hangupIgnored = sigaction(SIGHUP, nullptr, &hangup) == 0 &&
                  !(hangup.sa_flags & SA_SIGINFO) &&
                  hangup.sa_handler == SIG_IGN;
  for (int signal : {SIGCHLD, SIGTERM, SIGINT, SIGALRM})
    std::signal(signal, SIG_DFL);
  reclaimSignals();
  // Last: what is pending is delivered here.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::atexit(closeOutput);
}

void conorm::reclaimSignals() {
  // A handler and not SIG_IGN, which programs that are executed would inherit.
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  for (int signal : {SIGPIPE, SIGXFSZ})
    sigaction(signal, &action, nullptr);
  if (hangupIgnored)
    std::signal(SIGHUP, SIG_IGN);
}

bool conorm::isHangupIgnored() { return hangupIgnored; }

void conorm::exitOnFailedOutput(const std::string &reason) {
  std::string line = std::string(program) +
                     ": error: cannot write to standard output" +
                     (reason.empty() ? "" : ": " + reason) + "\n";
  ssize_t ignored = write(STDERR_FILENO, line.data(), line.size());
  (void)ignored;
  _exit(EXIT_FAILURE);
}
