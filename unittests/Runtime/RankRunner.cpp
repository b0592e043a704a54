//===- RankRunner.cpp - Runs ranks as threads or as processes -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RankRunner.h"

#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace conorm::test;

std::vector<std::string> conorm::test::runThreads(int worldSize,
                                                  const RankBody &body) {
  std::vector<conorm_bootstrap> bootstraps(worldSize, CONORM_BOOTSTRAP_INIT);
  if (conorm_bootstrap_threads(worldSize, bootstraps.data()) != CONORM_OK)
    return {"conorm_bootstrap_threads failed"};
  std::vector<std::string> results(worldSize);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < worldSize; ++rank)
    threads.emplace_back([&, rank] { results[rank] = body(bootstraps[rank]); });
  for (std::thread &thread : threads)
    thread.join();
  for (conorm_bootstrap &bootstrap : bootstraps)
    conorm_bootstrap_release(&bootstrap);
  return results;
}

std::string conorm::test::withEnvironment(const RankBody &body) {
  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
  int32_t found = 0;
  char message[256];
  if (conorm_bootstrap_from_environment(&bootstrap, &found, message,
                                        sizeof(message)) != CONORM_OK)
    return message;
  if (!found)
    return "no bootstrap was found";
  std::string result = body(bootstrap);
  conorm_bootstrap_release(&bootstrap);
  return result;
}

static std::string readAll(int fd) {
  std::string text;
  char buffer[4096];
  ssize_t got;
  while ((got = read(fd, buffer, sizeof(buffer))) > 0)
    text.append(buffer, got);
  close(fd);
  return text;
}

namespace {
struct Child {
  pid_t pid;
  int results;
};
} // namespace

static Child forkChild(const std::function<std::string()> &body) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    abort();
  fflush(nullptr);
  pid_t pid = fork();
  if (pid == 0) {
    close(ends[0]);
    std::string result = body();
    if (write(ends[1], result.data(), result.size()) < 0)
      _exit(3);
    _exit(0);
  }
  close(ends[1]);
  return {pid, ends[0]};
}

static std::vector<std::string> collect(const std::vector<Child> &children) {
  std::vector<std::string> results;
  for (const Child &child : children) {
    std::string result = readAll(child.results);
    int status = 0;
    waitpid(child.pid, &status, 0);
    if (WIFSIGNALED(status))
      result += "signal " + std::to_string(WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
      result += "exit " + std::to_string(WEXITSTATUS(status));
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<std::string>
conorm::test::runForked(int count,
                        const std::function<std::string(int)> &body) {
  std::vector<Child> children;
  for (int i = 0; i < count; ++i)
    children.push_back(forkChild([&] { return body(i); }));
  return collect(children);
}

std::vector<std::string> conorm::test::runProcesses(int worldSize,
                                                    const RankBody &body) {
  std::vector<int32_t> fds(worldSize);
  conorm_launch *launch = nullptr;
  if (conorm_launch_create(worldSize, fds.data(), &launch) != CONORM_OK)
    return {"conorm_launch_create failed"};
  std::vector<Child> children;
  for (int rank = 0; rank < worldSize; ++rank) {
    children.push_back(forkChild([&] {
      // A child holds its own descriptor alone, as after exec.
      conorm_launch_destroy(launch);
      for (int other = rank + 1; other < worldSize; ++other)
        close(fds[other]);
      setenv(CONORM_LAUNCH_FD_ENV, std::to_string(fds[rank]).c_str(), 1);
      return withEnvironment(body);
    }));
    close(fds[rank]);
  }
  conorm_launch_serve(launch, nullptr);
  conorm_launch_destroy(launch);
  return collect(children);
}

ScopedContext::ScopedContext(const conorm_bootstrap &bootstrap,
                             uint32_t deadlineMs, uint64_t workspaceBytes) {
  conorm_context_options options = {};
  options.struct_size = sizeof(options);
  options.bootstrap = &bootstrap;
  options.deadline_ms = deadlineMs;
  options.workspace_bytes = workspaceBytes;
  status = conorm_context_create(&options, &context, message, sizeof(message));
}

ScopedContext::ScopedContext(const conorm_context_options &options) {
  status = conorm_context_create(&options, &context, message, sizeof(message));
}

conorm_group conorm::test::worldGroup() {
  conorm_group group = {};
  group.struct_size = sizeof(group);
  group.name = "world";
  return group;
}

conorm_group conorm::test::rowsGroup(const std::vector<int64_t> &ranks,
                                     int numGroups, const char *name) {
  conorm_group group = {};
  group.struct_size = sizeof(group);
  group.num_groups = uint32_t(numGroups);
  group.group_size = uint32_t(ranks.size() / numGroups);
  group.name = name;
  group.ranks = ranks.data();
  return group;
}

int conorm::test::countDescriptors() {
  DIR *directory = opendir("/proc/self/fd");
  int count = 0;
  while (readdir(directory))
    ++count;
  closedir(directory);
  return count;
}

std::string conorm::test::describe(conorm_context *context) {
  conorm_status status = conorm_context_status(context);
  if (status == CONORM_OK)
    return "";
  return std::string(conorm_status_name(status)) + ": " +
         conorm_context_message(context);
}
