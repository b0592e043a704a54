//===- Launcher.cpp - Processes as ranks ----------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launcher.h"

#include "Error.h"
#include "Failures.h"
#include "Watchdog.h"

#include "support/Limits.h"
#include "conorm/Tools/Process.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <set>
#include <system_error>
#include <thread>

using conorm::rt::describeErrno;
using conorm::rt::describeSpawnErrno;
using namespace conorm::run;

namespace {

using Clock = std::chrono::steady_clock;

// A message is written to the pipe by one write(), never in pieces.
static_assert(sizeof(RankFailure) <= PIPE_BUF, "messages must stay whole");

std::set<int> openDescriptors() {
  std::set<int> open;
  DIR *directory = opendir("/proc/self/fd");
  if (!directory)
    return open;
  while (dirent *item = readdir(directory))
    if (item->d_name[0] != '.' && std::atoi(item->d_name) != dirfd(directory))
      open.insert(std::atoi(item->d_name));
  closedir(directory);
  return open;
}

/// The parent of the ranks.
/// All descriptors that this user may have. Of those that are on their way
/// between the ranks, the system counts all against each rank's limit.
void raiseDescriptorLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65536);
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// `name` for messages, which are better than std::thread's own.
template <typename Body>
std::thread startThread(const std::string &name, Body body) {
  try {
    return std::thread(std::move(body));
  } catch (const std::system_error &error) {
    throw Error("cannot start " + name + ": " +
                describeSpawnErrno(error.code().value()));
  }
}

class Launcher {
public:
  explicit Launcher(const Options &options)
      : options(options),
        detector(heartbeats, options.timeoutSeconds + kStallGraceSeconds) {}
  int run();

private:
  /// How far the end has been enforced. Survivors of a failure first get time
  /// to say what they saw.
  enum class Phase { Running, Listening, Terminating, Killing };

  void start();
  [[noreturn]] void runChild(int rank, const std::set<int> &inherited);
  void watch();
  void onSignal(int signalFd);
  void readFailures();
  void reap();
  void describeEnd(int rank, int status);
  void enter(Phase next, int waitMs);
  void signalAll(int signal);
  int report();

  const Options &options;
  Heartbeats heartbeats;
  StallDetector detector;
  conorm_launch *launch = nullptr;
  std::vector<int> childFds;
  std::vector<pid_t> pids;
  int living = 0;
  int pipeFds[2] = {-1, -1};
  int signalFd = -1;
  sigset_t watched, before;
  Phase phase = Phase::Running;
  Clock::time_point phaseEnd;
  std::vector<RankFailure> failures;
  std::string cause;
  int exitCode = kExitOk;
  int interruptedBy = 0;
};

void Launcher::start() {
  raiseDescriptorLimit();
  std::set<int> before = openDescriptors();
  childFds.assign(options.ranks, -1);
  if (conorm_launch_create(options.ranks, childFds.data(), &launch) !=
      CONORM_OK)
    throw Error("cannot make the sockets of " + std::to_string(options.ranks) +
                " ranks: " + describeErrno(errno));
  std::set<int> ofLaunch = openDescriptors();
  for (int fd : before)
    ofLaunch.erase(fd);
  if (pipe2(pipeFds, O_CLOEXEC) != 0 ||
      fcntl(pipeFds[0], F_SETFL, O_NONBLOCK) != 0)
    throw Error(std::string("cannot make a pipe: ") + describeErrno(errno));
  sigemptyset(&watched);
  for (int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP})
    if (signal != SIGHUP || !conorm::isHangupIgnored())
      sigaddset(&watched, signal);
  sigprocmask(SIG_BLOCK, &watched, &this->before);
  signalFd = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  std::fflush(stdout);
  pid_t parent = getpid();
  for (int rank = 0; rank < options.ranks; ++rank) {
    pid_t pid = fork();
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent)
        _exit(kExitFailure);
      runChild(rank, ofLaunch);
    }
    if (pid < 0) {
      cause = "cannot start rank " + std::to_string(rank) + " of " +
              std::to_string(options.ranks) + ": " + describeSpawnErrno(errno);
      enter(Phase::Terminating, 1000);
      break;
    }
    pids.push_back(pid);
    ++living;
  }
  for (int fd : childFds)
    close(fd);
  close(pipeFds[1]);
  if (phase != Phase::Running)
    signalAll(SIGTERM);
}

void Launcher::runChild(int rank, const std::set<int> &inherited) {
  // The sockets of the launcher and of other ranks: held open here, they would
  // hide the death of their owner.
  for (int fd : inherited)
    if (fd != childFds[rank])
      close(fd);
  close(pipeFds[0]);
  close(signalFd);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  setenv(CONORM_LAUNCH_FD_ENV, std::to_string(childFds[rank]).c_str(), 1);
  RankFailure failure = {};
  failure.rank = rank;
  conorm_bootstrap bootstrap = {};
  bootstrap.struct_size = sizeof(bootstrap);
  int32_t found = 0;
  int code = kExitFailure;
  conorm_status status = conorm_bootstrap_from_environment(
      &bootstrap, &found, failure.message, sizeof(failure.message));
  unsetenv(CONORM_LAUNCH_FD_ENV);
  if (status == CONORM_OK && found) {
    code = runGuarded(options, bootstrap, RankMode::Processes, heartbeats,
                      failure);
    conorm_bootstrap_release(&bootstrap);
  } else {
    failure.status = status == CONORM_OK ? CONORM_ERROR_BOOTSTRAP : status;
  }
  if (failure.status != CONORM_OK) {
    ssize_t ignored = write(pipeFds[1], &failure, sizeof(failure));
    (void)ignored;
  }
  // Not _exit: leak checkers and profilers work at exit.
  std::exit(code);
}

void Launcher::readFailures() {
  RankFailure failure;
  while (read(pipeFds[0], &failure, sizeof(failure)) ==
         static_cast<ssize_t>(sizeof(failure)))
    failures.push_back(failure);
}

void Launcher::signalAll(int signal) {
  for (pid_t pid : pids)
    if (pid > 0)
      kill(pid, signal);
}

void Launcher::enter(Phase next, int waitMs) {
  phase = next;
  phaseEnd = Clock::now() + std::chrono::milliseconds(waitMs);
  if (next == Phase::Terminating) {
    signalAll(SIGTERM);
    // A stopped process acts on it only when it continues.
    signalAll(SIGCONT);
  }
  if (next == Phase::Killing)
    signalAll(SIGKILL);
}

void Launcher::describeEnd(int rank, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == kExitOk)
    return;
  exitCode = std::max(exitCode, kExitFailure);
  // What we end ourselves is not news.
  bool ours = phase == Phase::Terminating || phase == Phase::Killing;
  if (!ours && cause.empty() && WIFSIGNALED(status))
    cause = "rank " + std::to_string(rank) + " was killed by signal " +
            std::to_string(WTERMSIG(status)) + " (" +
            strsignal(WTERMSIG(status)) + ")";
  else if (!ours && cause.empty() && WIFEXITED(status) &&
           WEXITSTATUS(status) != kExitFailure)
    cause = "rank " + std::to_string(rank) + " exited with " +
            std::to_string(WEXITSTATUS(status));
  if (phase == Phase::Running)
    enter(Phase::Listening, 500);
}

void Launcher::reap() {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
    auto at = std::find(pids.begin(), pids.end(), pid);
    if (at == pids.end())
      continue;
    *at = 0;
    --living;
    describeEnd(static_cast<int>(at - pids.begin()), status);
  }
  if (pid < 0 && errno == ECHILD && living > 0) {
    cause = "lost the ranks: " + std::string(std::strerror(ECHILD));
    living = 0;
  }
}

void Launcher::onSignal(int fd) {
  signalfd_siginfo info;
  while (read(fd, &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info))) {
    if (info.ssi_signo == SIGCHLD || interruptedBy)
      continue;
    interruptedBy = static_cast<int>(info.ssi_signo);
    enter(Phase::Terminating, 1000);
  }
}

void Launcher::watch() {
  while (living > 0) {
    pollfd polled[] = {{signalFd, POLLIN, 0}, {pipeFds[0], POLLIN, 0}};
    poll(polled, 2, 50);
    onSignal(signalFd);
    readFailures();
    reap();
    if (phase == Phase::Running) {
      if (living > 0 && detector.isStalled()) {
        cause = detector.message();
        exitCode = kExitFailure;
        enter(Phase::Terminating, 1000);
      }
    } else if (Clock::now() >= phaseEnd && phase != Phase::Killing) {
      if (phase == Phase::Listening)
        enter(Phase::Terminating, 1000);
      else
        enter(Phase::Killing, 0);
    }
  }
  readFailures();
}

int Launcher::report() {
  if (interruptedBy) {
    printError("ended by signal " + std::to_string(interruptedBy) + " (" +
               strsignal(interruptedBy) + ")");
    return 128 + interruptedBy;
  }
  if (!failures.empty() || !cause.empty()) {
    printFailures(failures, cause);
    return kExitFailure;
  }
  // Without a message, the ranks have printed what they agreed on.
  return exitCode;
}

int Launcher::run() {
  start();
  volatile int32_t stop = 0;
  std::promise<void> served;
  std::thread server =
      startThread("the thread that relays between the ranks", [&] {
        conorm_launch_serve(launch, &stop);
        served.set_value();
      });
  watch();
  // Every rank's end of its socket is closed now, unless an artifact has left
  // it to a process of its own.
  if (served.get_future().wait_for(std::chrono::seconds(1)) !=
      std::future_status::ready)
    stop = 1;
  server.join();
  conorm_launch_destroy(launch);
  close(pipeFds[0]);
  close(signalFd);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  return report();
}

} // namespace

int conorm::run::runProcesses(const Options &options) {
  return Launcher(options).run();
}

int conorm::run::runThreads(const Options &options) {
  std::vector<conorm_bootstrap> bootstraps(options.ranks);
  for (conorm_bootstrap &bootstrap : bootstraps)
    bootstrap.struct_size = sizeof(bootstrap);
  if (conorm_bootstrap_threads(options.ranks, bootstraps.data()) != CONORM_OK)
    throw Error("cannot make " + std::to_string(options.ranks) +
                " ranks as threads");
  Heartbeats heartbeats;
  Watchdog watchdog(heartbeats, options.timeoutSeconds + kStallGraceSeconds);
  std::vector<RankFailure> outcomes(options.ranks);
  std::vector<int> codes(options.ranks);
  std::vector<std::thread> threads;
  auto runOne = [&](int rank) {
    codes[rank] = runGuarded(options, bootstraps[rank], RankMode::Threads,
                             heartbeats, outcomes[rank]);
    // Peers that still wait for this rank learn that it is gone.
    conorm_bootstrap_release(&bootstraps[rank]);
  };
  std::string cause;
  for (int rank = 0; rank < options.ranks; ++rank) {
    try {
      threads.push_back(startThread("the thread of rank " +
                                        std::to_string(rank) + " of " +
                                        std::to_string(options.ranks),
                                    [&, rank] { runOne(rank); }));
    } catch (const Error &error) {
      cause = error.what();
      for (int missing = rank; missing < options.ranks; ++missing)
        conorm_bootstrap_release(&bootstraps[missing]);
      break;
    }
  }
  for (std::thread &thread : threads)
    thread.join();
  if (!cause.empty())
    throw Error(cause);
  std::vector<RankFailure> failures;
  for (const RankFailure &outcome : outcomes)
    if (outcome.status != CONORM_OK)
      failures.push_back(outcome);
  if (!failures.empty())
    printFailures(failures, "");
  return *std::max_element(codes.begin(), codes.end());
}

int conorm::run::runInWorld(const Options &options,
                            const conorm_bootstrap &bootstrap) {
  if (options.threads)
    throw Error("--threads: expected no other launcher, found this process to "
                "be rank " +
                std::to_string(bootstrap.rank) + " of " +
                std::to_string(bootstrap.world_size));
  raiseDescriptorLimit();
  Heartbeats heartbeats;
  Watchdog watchdog(heartbeats, options.timeoutSeconds + kStallGraceSeconds);
  RankFailure failure;
  int code =
      runGuarded(options, bootstrap, RankMode::Existing, heartbeats, failure);
  if (failure.status != CONORM_OK)
    printFailures({failure}, "");
  return code;
}
