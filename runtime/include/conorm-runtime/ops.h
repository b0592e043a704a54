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
// the same shape and type; any other overlap is an error. `quantized` and
// `scales` are never an input. Every collective takes part in the protocol even
// when it has no elements.
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

/// A quantization scheme of a tensor [rows, cols]. What goes together:
///
/// | scheme     | quantized_type | block | scale | scale_type | scale_layout  |
/// |------------|----------------|-------|-------|------------|---------------|
/// | PER_TENSOR | F8E4M3FN       | -     | 1 f32 | F32, NONE  | LINEAR        |
/// |            | F8E5M2         |       |       |            |               |
/// | PER_TOKEN  | F8E4M3FN       | cols  | -     | F32        | LINEAR        |
/// | PER_GROUP  | F8E4M3FN       | group | -     | F32        | LINEAR        |
/// |            |                | _size |       | F8E8M0FNU  | LINEAR,       |
/// |            |                |       |       |            | PACKED_COLUMN |
/// |            |                |       |       |            | _MAJOR        |
/// | NVFP4      | F4E2M1FN       | 16    | 1 f32 | F8E4M3FN   | LINEAR,       |
/// |            |                |       |       |            | SWIZZLED_128X4|
/// | MXFP8      | F8E4M3FN       | 32    | -     | F8E8M0FNU  | LINEAR,       |
/// |            |                |       |       |            | SWIZZLED_128X4|
///
/// `cols` is a multiple of the block. scale_mode is DIVIDE only with
/// PER_TENSOR.
///
/// Buffer `quantized`: [rows, cols], one byte an element; F4E2M1FN [rows,
/// cols / 2] bytes, the element of lower index in the lower nibble.
///
/// Buffer `scales` of a scheme that computes them, with B = cols / block (1 for
/// PER_TOKEN), ceil4 and ceil128 rounding up to a multiple:
/// - LINEAR: [rows, B] of scale_type;
/// - SWIZZLED_128X4: [ceil128(rows) / 128, ceil4(B) / 4, 32, 4, 4] bytes; the
///   scale of row r and block b is at [r / 128, b / 4, r % 32, r / 32 % 4,
///   b % 4];
/// - PACKED_COLUMN_MAJOR: [ceil4(B) / 4, ceil4(rows)] int32; the scale of row r
///   and block b is byte b % 4, counted from the lowest, of [b / 4, r].
///   scale_type is that of a byte, F8E8M0FNU.
/// What belongs to no row or block is written with zeros.
typedef struct conorm_quant {
  /// A conorm_quant_scheme; NONE: no quantization, the rest is not read.
  uint32_t scheme;
  uint32_t quantized_type;
  uint32_t scale_type;
  /// A conorm_scale_layout.
  uint32_t scale_layout;
  /// A conorm_scale_mode.
  uint32_t scale_mode;
  /// PER_GROUP: at least 1. NVFP4 and MXFP8: 0, or the 16 and 32 that they
  /// imply. Else 0.
  uint32_t group_size;
} conorm_quant;

/// Calls of at least `from_bytes` bytes in groups of at least `group_size`
/// members take `strategy`. An element of an array: its size never changes.
typedef struct conorm_strategy_range {
  uint32_t group_size;
  /// A conorm_strategy other than AUTO.
  uint32_t strategy;
  int64_t from_bytes;
} conorm_strategy_range;

/// What a call with the strategy AUTO takes, where the compiler knew where the
/// program runs, and not how large the call is. Constant data, since 1.2. Of
/// the ranges with the largest `group_size` that is not above the group's, the
/// one with the largest `from_bytes` that is not above the bytes of the input.
/// If there is none, or the table is for another backend, the runtime chooses
/// as it does without a table.
typedef struct conorm_dispatch {
  uint32_t struct_size;
  /// A conorm_backend.
  uint32_t backend;
  uint32_t num_ranges;
  uint32_t reserved;
  /// In ascending order of `group_size`, then of `from_bytes`.
  const conorm_strategy_range *ranges;
} conorm_dispatch;

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
  /// Since version 1.2: may be NULL.
  const conorm_dispatch *dispatch;
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
  /// Since version 1.6: rows of `input` that follow each other, and the elements
  /// from the first of such a group to that of the next; 0 and 0 if all rows
  /// follow each other, as in the other tensors.
  int64_t input_group_rows;
  int64_t input_group_stride;
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
  /// See conorm_quant. Either may be NULL, and is not made then; `scales` is
  /// with per_tensor. Neither may be an input.
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
  /// `scale`, `quantized` and `scales` are those of conorm_quantize_args, made
  /// from the value that `normed` has or would have.
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
  /// Since version 1.3: 1 if the weights, `residual` and `scale` hold the same
  /// data on all members, as in tensor parallelism they do, else 0. Then, under
  /// two_shot, a member may finish some rows for all of them. If it is true, it
  /// changes no bit of the results; if it is not, members may get the results
  /// of another's operands. All members say the same: those that do not get
  /// CONORM_ERROR_MISMATCH. The CUDA backend makes no more use of it.
  uint32_t replicated;
  conorm_norm post_norm;
  /// Since version 1.2: may be NULL.
  const conorm_dispatch *dispatch;
} conorm_all_reduce_rms_norm_args;

/// How a size that is checked follows from one of the input.
typedef enum conorm_size_relation {
  CONORM_SIZE_EQUAL = 0,
  /// The input's, times the number of ranks of the group.
  CONORM_SIZE_TIMES_GROUP = 1,
  /// The input's, over the number of ranks of the group.
  CONORM_SIZE_OVER_GROUP = 2
} conorm_size_relation;

/// Which size of which operand is checked. Constant data.
typedef struct conorm_size_check {
  uint32_t struct_size;
  /// A conorm_op; CONORM_OP_NONE: the loops of another operation.
  uint32_t op;
  const conorm_site *site;
  /// Not NULL unless `relation` is CONORM_SIZE_EQUAL.
  const conorm_group *group;
  /// "residual", "scales": the operand in messages.
  const char *operand;
  int64_t dim;
  /// A conorm_size_relation.
  uint32_t relation;
  uint32_t reserved;
} conorm_size_check;

/// Fails the context with CONORM_ERROR_INVALID_ARGUMENT unless `found`, the
/// size of dimension `check->dim` of `check->operand`, is what follows from
/// `size`. Compiled code calls it before an operation whose buffers have sizes
/// that are not known to agree: the operations themselves are told the sizes of
/// their input alone. Loops that read buffers of such sizes run only if it
/// returns CONORM_OK. Local, and free of communication. The context may be NULL
/// with CONORM_SIZE_EQUAL.
CONORM_API conorm_status conorm_expect_size(conorm_context *context,
                                            const conorm_size_check *check,
                                            int64_t size, int64_t found);

/// What an access to a buffer has to keep to.
typedef enum conorm_bounds_kind {
  /// `offset` is an index of a dimension of `limit` elements.
  CONORM_BOUNDS_INDEX = 0,
  /// So are `size` indices from `offset` in steps of `stride`; none if `size`
  /// is 0.
  CONORM_BOUNDS_SLICE = 1,
  /// `size` equals `limit`.
  CONORM_BOUNDS_EQUAL = 2,
  /// `size` is not negative.
  CONORM_BOUNDS_COUNT = 3
} conorm_bounds_kind;

/// Which access is checked. Constant data.
typedef struct conorm_bounds_check {
  uint32_t struct_size;
  /// A conorm_bounds_kind.
  uint32_t kind;
  const conorm_site *site;
  /// "slice", "element": the access in messages.
  const char *access;
  int64_t dim;
} conorm_bounds_check;

/// Fails the context with CONORM_ERROR_INVALID_ARGUMENT unless the access is
/// within bounds. Code compiled with --check-bounds calls it before the access,
/// and returns at once where it does not return CONORM_OK; what that call had
/// allocated is then not freed. What the kind does not name is not read. Local,
/// and free of communication. Since version 1.4.
CONORM_API conorm_status conorm_expect_bounds(conorm_context *context,
                                              const conorm_bounds_check *check,
                                              int64_t offset, int64_t size,
                                              int64_t stride, int64_t limit);

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
