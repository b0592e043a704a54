//===- main.c - A program that needs the installed runtime alone ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm-runtime/conorm.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { kRanks = 2, kCols = 4 };

static int fail(const char *what, conorm_status status, const char *message) {
  fprintf(stderr, "%s: status %d: %s\n", what, (int)status, message);
  return 1;
}

static int reduce(conorm_context *context, int rank) {
  conorm_group group;
  memset(&group, 0, sizeof(group));
  group.struct_size = sizeof(group);
  group.name = "tp";
  conorm_status status = conorm_context_add_groups(context, &group, 1);
  if (status != CONORM_OK)
    return fail("groups", status, conorm_context_message(context));

  conorm_site site = {sizeof(site), 0, 1, "main.c"};
  float input[kCols] = {1, 2, 3, 4}, output[kCols] = {0};
  input[0] += (float)rank;
  conorm_all_reduce_args args;
  memset(&args, 0, sizeof(args));
  args.struct_size = sizeof(args);
  args.element_type = CONORM_TYPE_F32;
  args.site = &site;
  args.group = &group;
  args.reduction = CONORM_REDUCTION_SUM;
  args.input = input;
  args.output = output;
  args.count = kCols;
  status = conorm_all_reduce(context, &args);
  if (status != CONORM_OK)
    return fail("all_reduce", status, conorm_context_message(context));
  printf("rank %d: %g %g %g %g\n", rank, output[0], output[1], output[2],
         output[3]);
  return 0;
}

static void *runRank(void *argument) {
  conorm_bootstrap *bootstrap = argument;
  char message[256] = "";
  conorm_context_options options;
  memset(&options, 0, sizeof(options));
  options.struct_size = sizeof(options);
  options.backend = CONORM_BACKEND_CPU;
  options.bootstrap = bootstrap;
  conorm_context *context = NULL;
  conorm_status status =
      conorm_context_create(&options, &context, message, sizeof(message));
  int failed = status == CONORM_OK ? reduce(context, bootstrap->rank)
                                   : fail("context", status, message);
  conorm_context_destroy(context);
  return failed ? argument : NULL;
}

int main(void) {
  conorm_bootstrap bootstraps[kRanks];
  memset(bootstraps, 0, sizeof(bootstraps));
  for (int rank = 0; rank < kRanks; ++rank)
    bootstraps[rank].struct_size = sizeof(bootstraps[rank]);
  conorm_status status = conorm_bootstrap_threads(kRanks, bootstraps);
  if (status != CONORM_OK)
    return fail("bootstrap", status, "");
  pthread_t threads[kRanks];
  int failed = 0;
  for (int rank = 0; rank < kRanks; ++rank)
    pthread_create(&threads[rank], NULL, runRank, &bootstraps[rank]);
  for (int rank = 0; rank < kRanks; ++rank) {
    void *result = NULL;
    pthread_join(threads[rank], &result);
    failed |= result != NULL;
    conorm_bootstrap_release(&bootstraps[rank]);
  }
  return failed;
}
