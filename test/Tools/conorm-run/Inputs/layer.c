//===- layer.c - An artifact written by hand ------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What conorm-compile would write for one all_reduce + add + rms_norm, in plain
// C: it shows the ABI from another language, and with the macros below it can
// be wrong in every way that conorm-run has to notice.
//
//===----------------------------------------------------------------------===//

#define _POSIX_C_SOURCE 200809L
#include "conorm-runtime/conorm.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef MAGIC
#define MAGIC CONORM_MANIFEST_MAGIC
#endif
#ifndef MAJOR
#define MAJOR CONORM_ABI_VERSION_MAJOR
#endif
#ifndef MINOR
#define MINOR CONORM_ABI_VERSION_MINOR
#endif
#ifndef MANIFEST_SIZE
#define MANIFEST_SIZE sizeof(conorm_manifest)
#endif
#ifndef BACKEND
#define BACKEND CONORM_BACKEND_CPU
#endif
#ifndef TYPE
#define TYPE CONORM_TYPE_BF16
#endif
#ifndef ARGUMENT_TYPE
#define ARGUMENT_TYPE TYPE
#endif
#ifndef ROUNDING
#define ROUNDING CONORM_ROUNDING_SCALE_THEN_ROUND
#endif
#ifndef ENTRIES
#define ENTRIES 2
#endif
#ifndef ROWS
#define ROWS CONORM_DYNAMIC
#endif
#define COLS 72

typedef struct memref1 {
  void *allocated, *aligned;
  int64_t offset, size, stride;
} memref1;

typedef struct memref2 {
  void *allocated, *aligned;
  int64_t offset, sizes[2], strides[2];
} memref2;

typedef struct layer_results {
  memref2 normed;
#ifndef NO_RESIDUAL_OUT
  memref2 residual_out;
#endif
} layer_results;

#ifdef PAIRS
static const int64_t pairs[4] = {0, 3, 1, 2};
static const conorm_group world = {sizeof(conorm_group), 2, 2, 0, "tp", pairs};
#else
static const conorm_group world = {sizeof(conorm_group), 0, 0, 0, "tp", NULL};
#endif

static const conorm_site reduce_site = {sizeof(conorm_site), 0, 0x1001,
                                        "layer.mlir:2:8"};
static const conorm_site norm_site = {sizeof(conorm_site), 0, 0x1002,
                                      "layer.mlir:3:8"};
static const conorm_site fused_site = {sizeof(conorm_site), 0, 0x1003,
                                       "layer.mlir:3:8"};

static memref2 make_like(const memref2 *other) {
  memref2 made = *other;
  size_t bytes = conorm_type_bytes(TYPE, other->sizes[0] * other->sizes[1]);
  made.allocated = made.aligned = malloc(bytes ? bytes : 1);
  made.offset = 0;
  return made;
}

static conorm_norm norm_of(const memref1 *weight) {
  conorm_norm norm;
  norm.epsilon = 1e-6f;
  norm.weight_bias = 1.0f;
  norm.rounding = ROUNDING;
  norm.weight_type = TYPE;
  norm.weight = weight->aligned;
  return norm;
}

#ifdef SLOW_LOAD
// Where SLOW is set: the others wait for this rank outside of any call.
__attribute__((constructor)) static void load_slowly(void) {
  if (getenv("SLOW"))
    sleep(SLOW_LOAD);
}
#endif

static void misbehave(conorm_context *context) {
  int32_t rank = conorm_context_rank(context);
  (void)rank;
#ifdef KILL_RANK
  if (rank == KILL_RANK)
    raise(SIGKILL);
#endif
#ifdef KILL_LATER
  static int calls = 0;
  if (rank == KILL_LATER && ++calls == 3)
    raise(SIGKILL);
#endif
#ifdef STOP_RANK
  if (rank == STOP_RANK)
    raise(SIGSTOP);
#endif
#ifdef EXIT_RANK
  if (rank == EXIT_RANK)
    _exit(7);
#endif
#ifdef NAP
  const struct timespec nap = {0, 20000000};
  nanosleep(&nap, NULL);
#endif
#ifdef SLEEP
  // All ranks: nobody waits for a peer, so no deadline of a wait applies.
  for (;;)
    pause();
#endif
}

// One rank leaves out its collectives, from one call on.
static int skips(conorm_context *context) {
#ifdef SKIP_RANK
#ifndef SKIP_AFTER
#define SKIP_AFTER 0
#endif
  static _Thread_local int calls;
  return conorm_context_rank(context) == SKIP_RANK && calls++ >= SKIP_AFTER;
#else
  (void)context;
  return 0;
#endif
}

static void run_fused(conorm_context *context, void *const *args, void *out) {
  const memref2 *input = args[0], *residual = args[1];
  layer_results *results = out;
  misbehave(context);
  conorm_all_reduce_rms_norm_args call;
  memset(&call, 0, sizeof(call));
  call.struct_size = sizeof(call);
  call.element_type = TYPE;
  call.site = &fused_site;
  call.group = &world;
  call.input = input->aligned;
  call.residual = residual->aligned;
  results->normed = make_like(input);
  call.normed = results->normed.aligned;
#ifndef NO_RESIDUAL_OUT
  results->residual_out = make_like(input);
  call.residual_out = results->residual_out.aligned;
#endif
  call.rows = input->sizes[0];
  call.cols = input->sizes[1];
#ifdef SHORT_RANK
  if (conorm_context_rank(context) == SHORT_RANK)
    call.rows -= 1;
#endif
  call.norm = norm_of(args[2]);
#ifdef SANDWICH
  call.has_post_norm = 1;
  call.post_norm = norm_of(args[2]);
#endif
  if (!skips(context))
    conorm_all_reduce_rms_norm(context, &call);
#ifdef WRONG_BIT
  if (call.rows && conorm_context_rank(context) == WRONG_BIT)
    ((char *)call.normed)[conorm_type_bytes(TYPE, COLS + 2)] ^= 1;
#endif
#ifdef OVERWRITE
  ((char *)input->aligned)[0] ^= 1;
#endif
  // Donated: the callee may leave anything behind.
  memset(residual->aligned, 0xa5, conorm_type_bytes(TYPE, call.rows * COLS));
}

static void run_unfused(conorm_context *context, void *const *args, void *out) {
  const memref2 *input = args[0], *residual = args[1];
  layer_results *results = out;
  memref2 reduced = make_like(input);
  conorm_all_reduce_args reduce;
  memset(&reduce, 0, sizeof(reduce));
  reduce.struct_size = sizeof(reduce);
  reduce.element_type = TYPE;
  reduce.site = &reduce_site;
  reduce.group = &world;
  reduce.input = input->aligned;
  reduce.output = reduced.aligned;
  reduce.count = input->sizes[0] * input->sizes[1];
  if (!skips(context))
    conorm_all_reduce(context, &reduce);

  conorm_rms_norm_args norm;
#ifdef SANDWICH
  memset(&norm, 0, sizeof(norm));
  norm.struct_size = sizeof(norm);
  norm.element_type = TYPE;
  norm.site = &reduce_site;
  norm.input = norm.normed = reduced.aligned;
  norm.rows = input->sizes[0];
  norm.cols = input->sizes[1];
  norm.norm = norm_of(args[2]);
  conorm_rms_norm(context, &norm);
#endif
  memset(&norm, 0, sizeof(norm));
  norm.struct_size = sizeof(norm);
  norm.element_type = TYPE;
  norm.site = &norm_site;
  norm.input = reduced.aligned;
  norm.residual = residual->aligned;
  results->normed = make_like(input);
  norm.normed = results->normed.aligned;
#ifndef NO_RESIDUAL_OUT
  results->residual_out = make_like(input);
  norm.residual_out = results->residual_out.aligned;
#endif
  norm.rows = input->sizes[0];
  norm.cols = input->sizes[1];
  norm.norm = norm_of(args[2]);
  conorm_rms_norm(context, &norm);
  free(reduced.allocated);
}

static const int64_t matrix[2] = {ROWS, COLS};
static const int64_t vector[1] = {COLS};

static const conorm_value_desc layer_args[3] = {
    {sizeof(conorm_value_desc), CONORM_VALUE_TENSOR, ARGUMENT_TYPE,
     CONORM_VALUE_PER_RANK, 2, 0, matrix, "x"},
    {sizeof(conorm_value_desc), CONORM_VALUE_TENSOR, TYPE, CONORM_VALUE_DONATED,
     2, 0, matrix, "r"},
    {sizeof(conorm_value_desc), CONORM_VALUE_TENSOR, TYPE, 0, 1, 0, vector,
     NULL}};

static const conorm_value_desc layer_outs[2] = {
    {sizeof(conorm_value_desc), CONORM_VALUE_TENSOR, TYPE, 0, 2, 0, matrix,
     NULL},
    {sizeof(conorm_value_desc), CONORM_VALUE_TENSOR, TYPE, 0, 2, 0, matrix,
     NULL}};

#define OUTS (sizeof(layer_results) / sizeof(memref2))
#define ENTRY(variant, name, function)                                         \
  {                                                                            \
    sizeof(conorm_entry), variant, name, function, 3, OUTS, layer_args,        \
        layer_outs                                                             \
  }

static const conorm_entry entries[] = {
    ENTRY(CONORM_VARIANT_FUSED, "layer", run_fused),
    ENTRY(CONORM_VARIANT_UNFUSED, "layer", run_unfused),
    ENTRY(CONORM_VARIANT_FUSED, "other", run_fused),
};

CONORM_API const conorm_manifest conorm_manifest_data __asm__(
    CONORM_MANIFEST_SYMBOL) = {MAGIC,
                               MANIFEST_SIZE,
                               MAJOR,
                               MINOR,
                               BACKEND,
                               "written by hand",
                               ENTRIES,
                               1,
                               entries,
                               &world,
                               NULL,
                               NULL,
                               CONORM_NUMERICS_EXACT,
                               0,
                               NULL};
