//===- ops.h - The operations of the Conorm runtime ---------------*- C -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One function for each operation of the `comm` and `norm` dialects. All
// buffers are contiguous and row major. T is the element type: F32, F16, BF16.
// Rules R1 to R6 are those of docs/RoundingContract.md.
//
// Aliasing: an output may be the very same buffer as an input or residual of
// the same shape and type; any other overlap is an error. Every collective
// takes part in the protocol even when it has no elements.
//
// Calls on one communicator are totally ordered; all members make the same
// calls in the same order. Overlapping calls are detected.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_OPS_H
#define CONORM_RUNTIME_OPS_H

#include "conorm-runtime/context.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Where a call stands in the program. Constant data.
typedef struct conorm_site {
  uint32_t struct_size;
  uint32_t reserved;
  /// Hash that is equal on all ranks that run the same program.
  uint64_t id;
  /// "file.mlir:12:8" or another text for messages.
  const char *label;
} conorm_site;

/// Parameters of one RMS norm.
typedef struct conorm_norm {
  float epsilon;
  float weight_bias;
  /// A conorm_rounding.
  uint32_t rounding;
  /// Element type of the weight: T or F32; NONE if there is no weight, then
  /// weight_bias is not used and y = T(v * r).
  uint32_t weight_type;
  /// `cols` elements, or NULL.
  const void *weight;
} conorm_norm;

/// A quantization scheme.
typedef struct conorm_quant {
  /// A conorm_quant_scheme; NONE: no quantization.
  uint32_t scheme;
  uint32_t quantized_type;
  uint32_t scale_type;
  /// A conorm_scale_layout.
  uint32_t scale_layout;
  /// A conorm_scale_mode.
  uint32_t scale_mode;
  uint32_t group_size;
} conorm_quant;

/// comm.all_reduce: output[i] = T(fold of the members' input[i] in rank order).
typedef struct conorm_all_reduce_args {
  uint32_t struct_size;
  uint32_t element_type;
  const conorm_site *site;
  const conorm_group *group;
  uint32_t reduction;
  uint32_t strategy;
  uint32_t numerics;
  uint32_t reserved;
  const void *input;
  void *output;
  /// Number of elements.
  int64_t count;
} conorm_all_reduce_args;

/// comm.reduce_scatter: input [outer, dim, inner] -> output [outer, dim/N,
/// inner], member m gets block m. comm.all_gather: input [outer, dim, inner] ->
/// output [outer, dim*N, inner]; `reduction` is not used. `dim` is the input's.
typedef struct conorm_scatter_gather_args {
  uint32_t struct_size;
  uint32_t element_type;
  const conorm_site *site;
  const conorm_group *group;
  uint32_t reduction;
  uint32_t strategy;
  uint32_t numerics;
  uint32_t reserved;
  const void *input;
  void *output;
  int64_t outer;
  int64_t dim;
  int64_t inner;
} conorm_scatter_gather_args;

/// norm.rms_norm (residual NULL) and norm.add_rms_norm, [rows, cols].
typedef struct conorm_rms_norm_args {
  uint32_t struct_size;
  uint32_t element_type;
  const conorm_site *site;
  const void *input;
  const void *residual;
  /// Set only together with `residual`; may be NULL then too.
  void *residual_out;
  void *normed;
  int64_t rows;
  int64_t cols;
  conorm_norm norm;
} conorm_rms_norm_args;

/// norm.quantize, [rows, cols].
typedef struct conorm_quantize_args {
  uint32_t struct_size;
  uint32_t element_type;
  const conorm_site *site;
  const void *input;
  /// One f32: the static scale (per_tensor), the global scale S (nvfp4), else
  /// NULL.
  const void *scale;
  void *quantized;
  void *scales;
  int64_t rows;
  int64_t cols;
  conorm_quant quant;
} conorm_quantize_args;

/// comm.all_reduce_rms_norm, [rows, cols]. Outputs that are NULL are not made.
typedef struct conorm_all_reduce_rms_norm_args {
  uint32_t struct_size;
  uint32_t element_type;
  const conorm_site *site;
  const conorm_group *group;
  uint32_t strategy;
  uint32_t numerics;
  const void *input;
  /// May be NULL; without it `residual_out` is NULL too.
  const void *residual;
  const void *scale;
  void *reduced;
  void *residual_out;
  void *normed;
  void *quantized;
  void *scales;
  int64_t rows;
  int64_t cols;
  conorm_norm norm;
  conorm_quant quant;
  /// The sandwich: nonzero if a first norm (`post_norm`) reads `reduced`, is
  /// rounded to T, and the residual is added to it.
  uint32_t has_post_norm;
  uint32_t reserved;
  conorm_norm post_norm;
} conorm_all_reduce_rms_norm_args;

CONORM_API conorm_status conorm_all_reduce(conorm_context *context,
                                           const conorm_all_reduce_args *args);
CONORM_API conorm_status conorm_reduce_scatter(
    conorm_context *context, const conorm_scatter_gather_args *args);
CONORM_API conorm_status conorm_all_gather(
    conorm_context *context, const conorm_scatter_gather_args *args);
CONORM_API conorm_status conorm_rms_norm(conorm_context *context,
                                         const conorm_rms_norm_args *args);
CONORM_API conorm_status conorm_quantize(conorm_context *context,
                                         const conorm_quantize_args *args);
CONORM_API conorm_status conorm_all_reduce_rms_norm(
    conorm_context *context, const conorm_all_reduce_rms_norm_args *args);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // CONORM_RUNTIME_OPS_H
