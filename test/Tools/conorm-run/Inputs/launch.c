//===- launch.c - A launcher of our own -----------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// launch N command...: runs the command as N ranks, by the launcher's side of
// the C ABI. Each finds its number in LAUNCH_RANK, so that a script can be
// another one on one rank.
//
//===----------------------------------------------------------------------===//

#define _POSIX_C_SOURCE 200809L
#include "conorm-runtime/conorm.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void start(int rank, int fd, char **command) {
  char text[16];
  fcntl(fd, F_SETFD, 0);
  snprintf(text, sizeof(text), "%d", fd);
  setenv(CONORM_LAUNCH_FD_ENV, text, 1);
  snprintf(text, sizeof(text), "%d", rank);
  setenv("LAUNCH_RANK", text, 1);
  execvp(command[0], command);
  perror(command[0]);
  _exit(127);
}

int main(int argc, char **argv) {
  int32_t fds[CONORM_MAX_WORLD_SIZE];
  pid_t pids[CONORM_MAX_WORLD_SIZE];
  int size = argc > 2 ? atoi(argv[1]) : 0;
  conorm_launch *launch = NULL;
  if (conorm_launch_create(size, fds, &launch) != CONORM_OK) {
    fprintf(stderr, "usage: launch N command...\n");
    return 2;
  }
  for (int rank = 0; rank < size; ++rank) {
    pids[rank] = fork();
    if (pids[rank] == 0)
      start(rank, fds[rank], argv + 2);
  }
  for (int rank = 0; rank < size; ++rank)
    close(fds[rank]);
  conorm_launch_serve(launch, NULL);
  conorm_launch_destroy(launch);
  for (int rank = 0; rank < size; ++rank) {
    int status = 0;
    waitpid(pids[rank], &status, 0);
    printf("rank %d exited with %d\n", rank,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  }
  return 0;
}
