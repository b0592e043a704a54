//===- ModuleTestArtifact.c - Entries for the tests of the loader ---------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The manifest is writable: the tests damage it in place before they open it.
//
//===----------------------------------------------------------------------===//

#include "conorm-runtime/module.h"

#include <stdlib.h>
#include <string.h>

typedef struct memref2 {
  char *allocated, *aligned;
  int64_t offset, sizes[2], strides[2];
} memref2;

/// echo(x : ?x3xi32) -> (a copy in column-major order behind two elements of
/// padding, the argument itself, a scalar i16, a scalar f64)
typedef struct echo_results {
  memref2 transposed;
  memref2 same;
  int16_t rows;
  double sum;
} echo_results;

static void echo(conorm_context *context, void *const *args, void *out) {
  const memref2 *x = args[0];
  echo_results *results = out;
  int64_t rows = x->sizes[0];
  int32_t *copy = malloc((rows * 3 + 2) * sizeof(int32_t));
  const int32_t *from = (const int32_t *)x->aligned;
  (void)context;
  results->sum = 0;
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < 3; ++j) {
      copy[2 + j * rows + i] = from[i * x->strides[0] + j * x->strides[1]];
      results->sum += copy[2 + j * rows + i];
    }
  results->transposed = *x;
  results->transposed.allocated = results->transposed.aligned = (char *)copy;
  results->transposed.offset = 2;
  results->transposed.strides[0] = 1;
  results->transposed.strides[1] = rows;
  results->same = *x;
  results->rows = (int16_t)rows;
}

/// twice(s : f32 scalar, y : 2x2xf32 donated) -> (y + s, the same buffer again)
static void twice(conorm_context *context, void *const *args, void *out) {
  const memref2 *y = args[1];
  memref2 *results = out;
  float *sum = malloc(4 * sizeof(float));
  (void)context;
  for (int i = 0; i < 4; ++i)
    sum[i] = ((const float *)y->aligned)[i] + *(const float *)args[0];
  memset(y->aligned, 0, 4 * sizeof(float));
  results[0] = *y;
  results[0].allocated = results[0].aligned = (char *)sum;
  results[1] = results[0];
}

/// wrong() -> 2x2xf32, but brings 3x2.
static void wrong(conorm_context *context, void *const *args, void *out) {
  memref2 *result = out;
  (void)context;
  (void)args;
  result->allocated = result->aligned = calloc(6, sizeof(float));
  result->offset = 0;
  result->sizes[0] = 3;
  result->sizes[1] = result->strides[0] = 2;
  result->strides[1] = 1;
}

static int64_t dynamic[2] = {CONORM_DYNAMIC, 3};
static int64_t square[2] = {2, 2};

#define VALUE(kind, type, flags, rank, shape)                                  \
  { sizeof(conorm_value_desc), kind, type, flags, rank, 0, shape, NULL }
#define TENSOR CONORM_VALUE_TENSOR
#define SCALAR CONORM_VALUE_SCALAR

static conorm_value_desc echo_args[] = {
    VALUE(TENSOR, CONORM_TYPE_I32, 0, 2, dynamic)};
static conorm_value_desc echo_outs[] = {
    VALUE(TENSOR, CONORM_TYPE_I32, 0, 2, dynamic),
    VALUE(TENSOR, CONORM_TYPE_I32, 0, 2, dynamic),
    VALUE(SCALAR, CONORM_TYPE_I16, 0, 0, NULL),
    VALUE(SCALAR, CONORM_TYPE_F64, 0, 0, NULL)};
static conorm_value_desc twice_args[] = {
    VALUE(SCALAR, CONORM_TYPE_F32, 0, 0, NULL),
    VALUE(TENSOR, CONORM_TYPE_F32, CONORM_VALUE_DONATED, 2, square)};
static conorm_value_desc twice_outs[] = {
    VALUE(TENSOR, CONORM_TYPE_F32, 0, 2, square),
    VALUE(TENSOR, CONORM_TYPE_F32, 0, 2, square)};

static conorm_entry entries[] = {{sizeof(conorm_entry), CONORM_VARIANT_FUSED,
                                  "echo", echo, 1, 4, echo_args, echo_outs},
                                 {sizeof(conorm_entry), CONORM_VARIANT_FUSED,
                                  "twice", twice, 2, 2, twice_args, twice_outs},
                                 {sizeof(conorm_entry), CONORM_VARIANT_UNFUSED,
                                  "twice", twice, 2, 2, twice_args, twice_outs},
                                 {sizeof(conorm_entry), CONORM_VARIANT_FUSED,
                                  "wrong", wrong, 0, 1, NULL, twice_outs}};

static int64_t pairs[4] = {0, 1, 2, 3};
static conorm_group groups[] = {{sizeof(conorm_group), 2, 2, 0, "tp", pairs}};

CONORM_API conorm_manifest conorm_manifest_data __asm__(
    CONORM_MANIFEST_SYMBOL) = {CONORM_MANIFEST_MAGIC,
                               sizeof(conorm_manifest),
                               CONORM_ABI_VERSION_MAJOR,
                               CONORM_ABI_VERSION_MINOR,
                               CONORM_BACKEND_CPU,
                               "test",
                               4,
                               1,
                               entries,
                               groups,
                               NULL,
                               NULL,
                               CONORM_NUMERICS_EXACT,
                               0,
                               NULL};
