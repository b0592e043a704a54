//===- main.cpp - Faults at random moments, between real processes --------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Kills, stops and misleads a random rank at a random moment, and checks what
// every other rank returns, when, and what is left behind. Then the survivors
// run again in the same processes.
//
//===----------------------------------------------------------------------===//

#include "Faults.h"
#include "conorm/Tools/Process.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <random>
#include <set>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace conorm::faults;

namespace {
struct Options {
  int count = 3;
  int ranks = 0;
  int only = -1;
  uint64_t seed = 1;
  uint32_t deadlineMs = 1000;
  bool verbose = false;
};

/// A launcher's side, served by a thread of the driver.
class Launch {
public:
  explicit Launch(int worldSize) : fds(worldSize, -1) {
    if (conorm_launch_create(worldSize, fds.data(), &launch) != CONORM_OK)
      abort();
  }
  ~Launch() {
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    if (thread.joinable())
      thread.join();
    closeParts();
  }
  /// What a child closes of it, and the driver once the children have theirs.
  void closeFds() {
    for (int &fd : fds)
      if (fd >= 0)
        close(std::exchange(fd, -1));
  }
  void closeParts() {
    closeFds();
    conorm_launch_destroy(std::exchange(launch, nullptr));
  }
  void serve() {
    thread = std::thread([this] { conorm_launch_serve(launch, &stop); });
  }

  std::vector<int32_t> fds;

private:
  conorm_launch *launch = nullptr;
  volatile int32_t stop = 0;
  std::thread thread;
};

struct Process {
  pid_t pid = -1;
  int reports = -1;
  int go = -1;
};
} // namespace

static conorm_bootstrap takeBootstrap(int fd) {
  setenv(CONORM_LAUNCH_FD_ENV, std::to_string(fd).c_str(), 1);
  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
  int32_t found = 0;
  char message[256];
  if (conorm_bootstrap_from_environment(&bootstrap, &found, message,
                                        sizeof(message)) != CONORM_OK ||
      !found) {
    fprintf(stderr, "bootstrap: %s\n", message);
    _exit(4);
  }
  return bootstrap;
}

/// Rank in the second world, -1 for one that is not in it.
static int secondRank(const Trial &trial, int rank) {
  if (trial.kind != Kind::Kill)
    return rank;
  return rank == trial.victim ? -1 : rank - (rank > trial.victim);
}

static void runChild(const Trial &trial, int rank, Launch &first,
                     Launch &second, int reports, int go) {
  int firstFd = std::exchange(first.fds[rank], -1);
  int place = secondRank(trial, rank);
  int secondFd = place >= 0 ? std::exchange(second.fds[place], -1) : -1;
  first.closeParts();
  second.closeParts();
  conorm_bootstrap a = takeBootstrap(firstFd), b = {};
  if (secondFd >= 0)
    b = takeBootstrap(secondFd);
  runRank(trial, a, secondFd >= 0 ? &b : nullptr, reports, go);
  conorm_bootstrap_release(&a);
  conorm_bootstrap_release(&b);
  _exit(0);
}

static std::vector<Process> startRanks(const Trial &trial, Launch &first,
                                       Launch &second) {
  std::vector<Process> processes(trial.worldSize);
  fflush(nullptr);
  for (int rank = 0; rank < trial.worldSize; ++rank) {
    int reports[2], go[2];
    if (pipe2(reports, O_CLOEXEC) != 0 || pipe2(go, O_CLOEXEC) != 0)
      abort();
    pid_t pid = fork();
    if (pid == 0) {
      for (Process &other : processes) {
        close(other.reports);
        close(other.go);
      }
      close(reports[0]);
      close(go[1]);
      runChild(trial, rank, first, second, reports[1], go[0]);
    }
    close(reports[1]);
    close(go[0]);
    processes[rank] = {pid, reports[0], go[1]};
  }
  first.closeFds();
  second.closeFds();
  return processes;
}

/// Reads one report; false if it does not come in time.
static bool readReport(const Process &process, Report &report, int timeoutMs) {
  char *at = reinterpret_cast<char *>(&report);
  size_t have = 0;
  int64_t end = now() + int64_t(timeoutMs) * 1000000;
  while (have < sizeof(report)) {
    pollfd entry{process.reports, POLLIN, 0};
    int left = int((end - now()) / 1000000);
    if (left <= 0 || poll(&entry, 1, left) <= 0)
      return false;
    ssize_t got = read(process.reports, at + have, sizeof(report) - have);
    if (got <= 0)
      return false;
    have += size_t(got);
  }
  return true;
}

namespace {
/// One trial and the complaints it leads to.
class Run {
public:
  explicit Run(const Trial &trial) : trial(trial) {}
  std::vector<std::string> execute();

private:
  void complain(int rank, const std::string &what, const Report *report);
  void strike();
  void collectFirst();
  void checkSecond();
  void reap();

  bool survives(int rank) const {
    return trial.kind != Kind::Kill || rank != trial.victim;
  }

  Trial trial;
  std::vector<Process> processes;
  std::vector<Report> reports;
  std::vector<bool> have;
  int64_t faultTime = 0;
  std::vector<std::string> complaints;
};
} // namespace

void Run::complain(int rank, const std::string &what, const Report *report) {
  std::string text = "rank " + std::to_string(rank) + ": " + what;
  if (report)
    text += std::string(" (") + conorm_status_name(uint32_t(report->status)) +
            ": " + report->message + ")";
  complaints.push_back(std::move(text));
}

void Run::strike() {
  if (trial.kind != Kind::Kill && trial.kind != Kind::Stop)
    return;
  usleep(useconds_t(trial.moment));
  faultTime = now();
  kill(processes[trial.victim].pid,
       trial.kind == Kind::Kill ? SIGKILL : SIGSTOP);
}

void Run::collectFirst() {
  int patience = int(trial.deadlineMs) + 5000;
  auto take = [&](int rank) {
    have[rank] = readReport(processes[rank], reports[rank], patience);
    if (!have[rank])
      complain(rank, "no report, it hangs or ended", nullptr);
  };
  for (int rank = 0; rank < trial.worldSize; ++rank)
    if (rank != trial.victim)
      take(rank);
  if (trial.kind == Kind::Stop)
    kill(processes[trial.victim].pid, SIGCONT);
  if (trial.kind != Kind::Kill)
    take(trial.victim);
  if (trial.kind == Kind::World)
    // Every rank begins at a moment of its own; the fault is there once the
    // last has.
    for (const Report &report : reports)
      faultTime = std::max(faultTime, report.faultTime);
  else if (faultTime == 0)
    faultTime = reports[trial.victim].faultTime;
  for (int rank = 0; rank < trial.worldSize; ++rank) {
    if (!have[rank])
      continue;
    std::string text = checkReport(trial, rank, reports[rank], faultTime);
    if (!text.empty())
      complain(rank, text, &reports[rank]);
  }
}

void Run::checkSecond() {
  for (int rank = 0; rank < trial.worldSize; ++rank)
    if (survives(rank) && write(processes[rank].go, "g", 1) != 1)
      complain(rank, "ended before the second run", nullptr);
  for (int rank = 0; rank < trial.worldSize; ++rank) {
    if (!survives(rank))
      continue;
    Report report;
    if (!readReport(processes[rank], report, int(trial.deadlineMs) + 5000))
      complain(rank, "no report of the second run", nullptr);
    else if (report.status != CONORM_OK)
      complain(rank, "the second run failed", &report);
    else if (report.leakedDescriptors != 0)
      complain(rank, "the second run leaked descriptors", nullptr);
  }
}

void Run::reap() {
  for (int rank = 0; rank < trial.worldSize; ++rank) {
    Process &process = processes[rank];
    close(process.reports);
    close(process.go);
    int status = 0;
    int64_t end = now() + 2000000000;
    while (waitpid(process.pid, &status, WNOHANG) == 0) {
      if (now() > end) {
        complain(rank, "did not end", nullptr);
        kill(process.pid, SIGKILL);
        waitpid(process.pid, &status, 0);
        break;
      }
      usleep(1000);
    }
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (survives(rank) && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
      complain(rank, "ended with status " + std::to_string(status), nullptr);
    if (!survives(rank) && !killed)
      complain(rank, "was not killed", nullptr);
  }
}

std::vector<std::string> Run::execute() {
  reports.resize(trial.worldSize);
  have.resize(trial.worldSize);
  Launch first(trial.worldSize);
  Launch second(trial.kind == Kind::Kill ? std::max(trial.worldSize - 1, 1)
                                         : trial.worldSize);
  processes = startRanks(trial, first, second);
  first.serve();
  second.serve();
  strike();
  collectFirst();
  checkSecond();
  reap();
  return complaints;
}

//===----------------------------------------------------------------------===//
// What must not be left behind
//===----------------------------------------------------------------------===//

static std::set<std::string> list(const char *path, const char *prefix) {
  std::set<std::string> names;
  DIR *directory = opendir(path);
  if (!directory)
    return names;
  while (dirent *entry = readdir(directory))
    if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
      names.insert(entry->d_name);
  closedir(directory);
  return names;
}

namespace {
/// What the machine holds on our account.
struct Remains {
  std::set<std::string> sharedMemory = list("/dev/shm", "");
  std::set<std::string> temporary = list("/tmp", "conorm");
  size_t descriptors = list("/proc/self/fd", "").size();
};
} // namespace

static std::vector<std::string> findRemains(const Remains &before) {
  std::vector<std::string> complaints;
  Remains after;
  for (const std::string &name : after.sharedMemory)
    // Other programs come and go; only what carries our name is ours.
    if (!before.sharedMemory.count(name) &&
        name.find("conorm") != std::string::npos)
      complaints.push_back("/dev/shm/" + name + " is left");
  for (const std::string &name : after.temporary)
    if (!before.temporary.count(name))
      complaints.push_back("/tmp/" + name + " is left");
  if (after.descriptors != before.descriptors)
    complaints.push_back("the driver leaked descriptors");
  if (waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD)
    complaints.push_back("a child process is left");
  return complaints;
}

/// What is left stays left; what other programs of ours have there for a moment
/// does not.
static std::vector<std::string> compareRemains(const Remains &before) {
  std::vector<std::string> complaints;
  for (int tries = 0; tries < 50; ++tries) {
    complaints = findRemains(before);
    if (complaints.empty())
      break;
    usleep(100 * 1000);
  }
  return complaints;
}

static Trial drawTrial(const Options &options, Kind kind,
                       std::mt19937_64 &random) {
  Trial trial = {};
  trial.kind = kind;
  trial.seed = random();
  trial.worldSize = options.ranks ? options.ranks : 2 + int(random() % 4);
  trial.victim = int(random() % uint64_t(trial.worldSize));
  trial.deadlineMs = options.deadlineMs;
  // Some of the moments lie in the creation of the contexts.
  trial.moment = int64_t(random() % 60000);
  trial.faultyCall = int64_t(random() % 200);
  // A world smaller by one must still have the victim's rank.
  if (kind == Kind::World && trial.victim == trial.worldSize - 1)
    trial.seed |= 1;
  return trial;
}

static bool parse(int argc, char **argv, Options &options) {
  for (int i = 1; i < argc; ++i) {
    std::string name = argv[i];
    if (name == "--verbose") {
      options.verbose = true;
      continue;
    }
    if (++i == argc)
      return false;
    if (name == "--kind") {
      options.only =
          int(std::find(kindNames, kindNames + numKinds, std::string(argv[i])) -
              kindNames);
      if (options.only == numKinds)
        return false;
      continue;
    }
    char *end;
    unsigned long value = strtoul(argv[i], &end, 10);
    if (!*argv[i] || *end)
      return false;
    if (name == "--count")
      options.count = int(value);
    else if (name == "--ranks" && value >= 2 && value <= 64)
      options.ranks = int(value);
    else if (name == "--seed")
      options.seed = value;
    else if (name == "--deadline" && value >= 100)
      options.deadlineMs = uint32_t(value);
    else
      return false;
  }
  return true;
}

int main(int argc, char **argv) {
  conorm::initProcess("conorm-faults");
  Options options;
  if (!parse(argc, argv, options)) {
    fprintf(stderr, "usage: conorm-faults [--count N] [--kind kill|stop|shape|"
                    "order|world] [--ranks N] [--seed N] [--deadline MS] "
                    "[--verbose]\n");
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  Remains before;
  std::mt19937_64 random(options.seed);
  int failures = 0;
  for (int kind = 0; kind < numKinds; ++kind) {
    if (options.only >= 0 && options.only != kind)
      continue;
    int passed = 0;
    for (int i = 0; i < options.count; ++i) {
      Trial trial = drawTrial(options, Kind(kind), random);
      std::vector<std::string> complaints = Run(trial).execute();
      passed += complaints.empty();
      if (options.verbose || !complaints.empty())
        printf("%s %d: %d ranks, victim %d, moment %lld us, call %lld\n",
               kindNames[kind], i, trial.worldSize, trial.victim,
               static_cast<long long>(trial.moment),
               static_cast<long long>(trial.faultyCall));
      for (const std::string &complaint : complaints)
        printf("  %s\n", complaint.c_str());
      fflush(stdout);
    }
    printf("%s: %d of %d as specified\n", kindNames[kind], passed,
           options.count);
    failures += options.count - passed;
  }
  for (const std::string &complaint : compareRemains(before)) {
    printf("  %s\n", complaint.c_str());
    ++failures;
  }
  printf("faults: %s\n", failures ? "failed" : "passed");
  return failures ? 1 : 0;
}
