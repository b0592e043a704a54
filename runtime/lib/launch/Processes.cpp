//===- Processes.cpp - Processes as ranks ---------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launcher.h"

#include "support/Limits.h"
#include "support/System.h"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <future>
#include <poll.h>
#include <set>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

using namespace conorm::rt;

namespace {

using Clock = std::chrono::steady_clock;

// Written by one write(), never in pieces.
static_assert(sizeof(RankEnd) <= PIPE_BUF, "messages must stay whole");

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

bool isHangupIgnored() {
  struct sigaction action;
  return sigaction(SIGHUP, nullptr, &action) == 0 &&
         action.sa_handler == SIG_IGN;
}

class ProcessLauncher {
public:
  ProcessLauncher(const conorm_launch_options &options, LaunchVerdict &verdict)
      : options(options), verdict(verdict),
        detector(heartbeats, options.stall_ms) {}
  Error run(conorm_launch_report &report);

private:
  /// How far the end has been enforced. Survivors of a failure first get time
  /// to say what they saw.
  enum class Phase { Running, Listening, Terminating, Killing };

  struct Process {
    pid_t pid;
    bool isLiving = true;
    /// Whether its function has returned.
    bool hasReturned = false;
    int32_t code = 0;
  };

  Error prepare();
  void blockSignals();
  void forkRanks();
  [[noreturn]] void runChild(int rank);
  void watch();
  void readSignals();
  void readEnds();
  void reap();
  void noteEnd(int rank, int status);
  void enter(Phase next, int waitMs);
  void signalAll(int signal);

  const conorm_launch_options &options;
  LaunchVerdict &verdict;
  Heartbeats heartbeats;
  StallDetector detector;
  conorm_launch *relay = nullptr;
  std::vector<FileDescriptor> childFds;
  /// Of the launcher and of all ranks.
  std::set<int> sockets;
  std::vector<Process> processes;
  int living = 0;
  FileDescriptor pipeRead, pipeWrite, signalFd;
  sigset_t before;
  Phase phase = Phase::Running;
  Clock::time_point phaseEnd;
  int32_t interruptedBy = 0;
  bool isStalled = false;
};

Error ProcessLauncher::prepare() {
  if (Error error = heartbeats.create())
    return error;
  std::set<int> earlier = openDescriptors();
  std::vector<int> ends(options.world_size, -1);
  if (conorm_launch_create(options.world_size, ends.data(), &relay))
    return systemError(
        format("cannot make the sockets of %d ranks", options.world_size));
  for (int fd : ends)
    childFds.emplace_back(fd);
  sockets = openDescriptors();
  for (int fd : earlier)
    sockets.erase(fd);
  int pair[2];
  if (pipe2(pair, O_CLOEXEC) != 0)
    return systemError("cannot make a pipe");
  pipeRead.reset(pair[0]);
  pipeWrite.reset(pair[1]);
  if (fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0)
    return systemError("cannot make a pipe");
  return success();
}

void ProcessLauncher::blockSignals() {
  sigset_t watched;
  sigemptyset(&watched);
  for (int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP})
    if (signal != SIGHUP || !isHangupIgnored())
      sigaddset(&watched, signal);
  pthread_sigmask(SIG_BLOCK, &watched, &before);
  signalFd.reset(signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
}

void ProcessLauncher::forkRanks() {
  std::fflush(stdout);
  pid_t parent = getpid();
  for (int rank = 0; rank < options.world_size; ++rank) {
    pid_t pid = fork();
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent)
        _exit(1);
      runChild(rank);
    }
    if (pid < 0) {
      verdict.setCause(threadError(
          format("cannot start rank %d of %d", rank, options.world_size),
          errno));
      break;
    }
    processes.push_back({pid});
    ++living;
  }
  childFds.clear();
  pipeWrite.reset();
  if (verdict.hasCause())
    enter(Phase::Terminating, 1000);
}

void ProcessLauncher::runChild(int rank) {
  // The sockets of the launcher and of other ranks: held open here, they would
  // hide the death of their owner.
  int own = childFds[rank].get();
  for (int fd : sockets)
    if (fd != own)
      close(fd);
  pipeRead.reset();
  signalFd.reset();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  setenv(CONORM_LAUNCH_FD_ENV, std::to_string(own).c_str(), 1);
  RankEnd end = {};
  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
  int32_t found = 0;
  conorm_status status = conorm_bootstrap_from_environment(
      &bootstrap, &found, end.message, sizeof(end.message));
  unsetenv(CONORM_LAUNCH_FD_ENV);
  if (status == CONORM_OK && found) {
    end = runRank(options, CONORM_LAUNCH_PROCESSES, bootstrap, heartbeats);
  } else {
    end.rank = rank;
    end.code = 1;
    end.status = status == CONORM_OK ? CONORM_ERROR_BOOTSTRAP : status;
  }
  ssize_t ignored = write(pipeWrite.get(), &end, sizeof(end));
  (void)ignored;
  // Not _exit: leak checkers and profilers work at exit.
  std::exit(end.code);
}

void ProcessLauncher::readEnds() {
  RankEnd end;
  while (read(pipeRead.get(), &end, sizeof(end)) == ssize_t(sizeof(end))) {
    if (end.rank < 0 || end.rank >= int32_t(processes.size()))
      continue;
    verdict.add(end);
    processes[end.rank].hasReturned = true;
    processes[end.rank].code = end.code;
  }
}

void ProcessLauncher::signalAll(int signal) {
  for (const Process &process : processes)
    if (process.isLiving)
      kill(process.pid, signal);
}

void ProcessLauncher::enter(Phase next, int waitMs) {
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

void ProcessLauncher::noteEnd(int rank, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return;
  const Process &process = processes[rank];
  bool asReturned = process.hasReturned && WIFEXITED(status) &&
                    WEXITSTATUS(status) == (process.code & 0xff);
  // What the launcher ends itself is not news.
  bool isOurs = phase == Phase::Terminating || phase == Phase::Killing;
  if (!asReturned)
    verdict.addCode(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
  if (!asReturned && !isOurs) {
    if (WIFSIGNALED(status))
      verdict.setCause(makeError(
          CONORM_ERROR_PEER_LOST, "rank %d was killed by signal %d (%s)", rank,
          WTERMSIG(status), strsignal(WTERMSIG(status))));
    else
      verdict.setCause(makeError(CONORM_ERROR_PEER_LOST,
                                 "rank %d exited with %d", rank,
                                 WEXITSTATUS(status)));
  }
  if (phase == Phase::Running)
    enter(Phase::Listening, 500);
}

void ProcessLauncher::reap() {
  for (size_t rank = 0; rank < processes.size(); ++rank) {
    Process &process = processes[rank];
    int status = 0;
    pid_t pid = process.isLiving ? waitpid(process.pid, &status, WNOHANG) : 0;
    if (pid == 0)
      continue;
    process.isLiving = false;
    --living;
    if (pid < 0) {
      verdict.setCause(systemError(format("lost rank %zu", rank)));
      continue;
    }
    // What it wrote is in the pipe by now.
    readEnds();
    noteEnd(int(rank), status);
  }
}

void ProcessLauncher::readSignals() {
  signalfd_siginfo info;
  while (read(signalFd.get(), &info, sizeof(info)) == ssize_t(sizeof(info))) {
    if (info.ssi_signo == SIGCHLD || interruptedBy)
      continue;
    interruptedBy = int32_t(info.ssi_signo);
    verdict.interrupt(makeError(CONORM_ERROR_ABORTED, "ended by signal %d (%s)",
                                interruptedBy, strsignal(interruptedBy)));
    enter(Phase::Terminating, 1000);
  }
}

void ProcessLauncher::watch() {
  while (living > 0) {
    pollfd polled[] = {{signalFd.get(), POLLIN, 0},
                       {pipeRead.get(), POLLIN, 0}};
    poll(polled, 2, 50);
    readSignals();
    readEnds();
    reap();
    if (phase == Phase::Running) {
      if (living > 0 && detector.isStalled()) {
        isStalled = true;
        verdict.setCause({CONORM_ERROR_TIMEOUT, detector.message()});
        enter(Phase::Terminating, 1000);
      }
    } else if (Clock::now() >= phaseEnd && phase != Phase::Killing) {
      if (phase == Phase::Listening)
        enter(Phase::Terminating, 1000);
      else
        enter(Phase::Killing, 0);
    }
  }
}

Error ProcessLauncher::run(conorm_launch_report &report) {
  Error outcome = prepare();
  if (!outcome) {
    blockSignals();
    forkRanks();
    volatile int32_t stop = 0;
    std::promise<void> served;
    std::thread server;
    outcome = startThread(
        "the thread that relays between the ranks",
        [&] {
          conorm_launch_serve(relay, &stop);
          served.set_value();
        },
        server);
    if (outcome)
      enter(Phase::Terminating, 1000);
    watch();
    // Every rank's end of its socket is closed now, unless a rank has left it
    // to a process of its own.
    if (server.joinable()) {
      if (served.get_future().wait_for(std::chrono::seconds(1)) !=
          std::future_status::ready)
        stop = 1;
      server.join();
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  conorm_launch_destroy(relay);
  report.signal = interruptedBy;
  report.stalled = isStalled;
  return outcome;
}

} // namespace

Error conorm::rt::runProcesses(const conorm_launch_options &options,
                               LaunchVerdict &verdict,
                               conorm_launch_report &report) {
  return ProcessLauncher(options, verdict).run(report);
}
