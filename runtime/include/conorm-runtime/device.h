//===- device.h - Compiled code on a device -----------------------*- C -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What an artifact for a device holds besides host code, and what its host code
// calls: kernels of its own, products of matrices by the device's library,
// copies and memory. All since version 1.6. On a context of the CPU backend
// each is CONORM_ERROR_UNSUPPORTED.
//
// Calls are enqueued on the context's stream and return. All pointers to data
// are to the device's memory.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_DEVICE_H
#define CONORM_RUNTIME_DEVICE_H

#include "conorm-runtime/ops.h"

#ifdef __cplusplus
extern "C" {
#endif

//===----------------------------------------------------------------------===//
// Device code
//===----------------------------------------------------------------------===//

typedef enum conorm_image_kind {
  /// NVIDIA's assembly, which the driver compiles for its device. Text that
  /// ends with a NUL, which `bytes` counts.
  CONORM_IMAGE_PTX = 0,
  /// Machine code of one architecture.
  CONORM_IMAGE_CUBIN = 1
} conorm_image_kind;

typedef enum conorm_image_flags {
  /// Each thread of each kernel waits until the kernels in front of it are
  /// complete, before it reads or writes memory: a kernel may be launched
  /// before they are.
  CONORM_IMAGE_AWAITS = 1
} conorm_image_flags;

/// The kernels of a program for one architecture. Constant data.
typedef struct conorm_device_image {
  uint32_t struct_size;
  /// A conorm_image_kind.
  uint32_t kind;
  /// Ten times the compute capability: 80 for sm_80. Machine code runs on
  /// devices of the same major version and no older minor one, PTX on all that
  /// are no older.
  uint32_t arch;
  /// conorm_image_flags, combined.
  uint32_t flags;
  const void *data;
  uint64_t bytes;
} conorm_device_image;

/// A kernel. Constant data.
typedef struct conorm_device_kernel {
  uint32_t struct_size;
  uint32_t num_params;
  /// As the images name it.
  const char *name;
} conorm_device_kernel;

/// Constants of the program, which are copied to the device once for each
/// context. Constant data.
typedef struct conorm_device_global {
  uint32_t struct_size;
  uint32_t reserved;
  const void *data;
  uint64_t bytes;
} conorm_device_global;

/// All of an artifact that lies on the device. Constant data; its address is
/// what calls name it by. All arrays of structures advance by the
/// `struct_size` of their elements.
typedef struct conorm_device_program {
  uint32_t struct_size;
  /// A conorm_backend.
  uint32_t backend;
  uint32_t num_images;
  uint32_t num_kernels;
  uint32_t num_globals;
  uint32_t reserved;
  const conorm_device_image *images;
  const conorm_device_kernel *kernels;
  const conorm_device_global *globals;
} conorm_device_program;

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// A kernel of the program on a grid. Nothing is launched if a size of the grid
/// is 0.
typedef struct conorm_launch_kernel_args {
  uint32_t struct_size;
  /// Index into the program's kernels.
  uint32_t kernel;
  const conorm_site *site;
  const conorm_device_program *program;
  int64_t grid_x;
  int64_t grid_y;
  int64_t grid_z;
  uint32_t block_x;
  uint32_t block_y;
  uint32_t block_z;
  /// Dynamic shared memory, bytes.
  uint32_t shared_bytes;
  /// The kernel's `num_params` pointers to the parameters' values.
  void *const *params;
} conorm_launch_kernel_args;

/// Copies `bytes` bytes between places that do not overlap.
typedef struct conorm_copy_args {
  uint32_t struct_size;
  uint32_t reserved;
  const conorm_site *site;
  const void *input;
  void *output;
  int64_t bytes;
} conorm_copy_args;

/// How the values of an operand of a product are scaled.
typedef enum conorm_matmul_scale {
  CONORM_MATMUL_SCALE_NONE = 0,
  /// One f32 for all.
  CONORM_MATMUL_SCALE_SCALAR = 1,
  /// One f32 for each row of lhs (m of them), or each column of rhs (n).
  CONORM_MATMUL_SCALE_VECTOR = 2
} conorm_matmul_scale;

/// Products of matrices, a batch of them:
///
///   output[b, i, j] = D(lhs_scale[i] * rhs_scale[j] *
///                       sum over k of f32(lhs[b, i, k]) * f32(rhs[b, k, j])
///                       + (init ? f32(init[b, i, j]) : 0))
///
/// The sum is f32, in an order that the library chooses; D is one rounding to
/// the output's type. An algorithm is chosen once for each shape and kept, so
/// that runs repeat.
///
/// | operands       | output         | scales         |
/// |----------------|----------------|----------------|
/// | F32            | F32            | none           |
/// | F16            | F16, F32       | none           |
/// | BF16           | BF16, F32      | none           |
/// | F8E4M3FN       | BF16, F16, F32 | each may be    |
/// | F8E4M3FN and   |                | any            |
/// | F8E5M2, mixed  |                |                |
///
/// A matrix is row major with `row_stride` elements from one row to the next
/// as it lies in memory; transposed, lhs lies as [k, m] and rhs as [n, k].
/// Operands of 8 bits want lhs as it is and rhs transposed, n and k multiples
/// of 16 and rows that start at multiples of 16 bytes. `init` is of the
/// output's type, which is f32 then if operands are of 8 bits; it may be the
/// output, but must not overlap it otherwise.
typedef struct conorm_matmul_args {
  uint32_t struct_size;
  /// The operands' conorm_types, and the output's.
  uint32_t lhs_type;
  uint32_t rhs_type;
  uint32_t output_type;
  const conorm_site *site;
  const void *lhs;
  const void *rhs;
  /// What the products are added to, null for zeros.
  const void *init;
  void *output;
  int64_t batch;
  int64_t m;
  int64_t n;
  int64_t k;
  /// Elements; 0 for one matrix that all products of the batch read.
  int64_t lhs_batch_stride;
  int64_t rhs_batch_stride;
  int64_t init_batch_stride;
  int64_t output_batch_stride;
  int64_t lhs_row_stride;
  int64_t rhs_row_stride;
  int64_t init_row_stride;
  int64_t output_row_stride;
  /// 0 or 1.
  uint32_t lhs_transposed;
  uint32_t rhs_transposed;
  /// conorm_matmul_scales.
  uint32_t lhs_scale_kind;
  uint32_t rhs_scale_kind;
  const void *lhs_scale;
  const void *rhs_scale;
} conorm_matmul_args;

CONORM_API conorm_status conorm_launch_kernel(
    conorm_context *context, const conorm_launch_kernel_args *args);
CONORM_API conorm_status conorm_copy(conorm_context *context,
                                     const conorm_copy_args *args);
CONORM_API conorm_status conorm_matmul(conorm_context *context,
                                       const conorm_matmul_args *args);

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

/// Memory of the running call, aligned to 256 bytes. Its place comes from the
/// plan that was made when the entry first ran with these sizes: nothing is
/// allocated. NULL, and the context has failed, if there is none; never NULL
/// for 0 bytes. What an entry returns is memory that it does not free.
CONORM_API void *conorm_allocate(conorm_context *context, int64_t bytes);

/// Ends the use of such memory by the calls that were enqueued so far. NULL is
/// allowed.
CONORM_API void conorm_free(conorm_context *context, void *memory);

/// Where a constant of the program lies on the context's device. NULL, and the
/// context has failed, if it cannot be brought there.
CONORM_API const void *conorm_global(conorm_context *context,
                                     const conorm_device_program *program,
                                     uint32_t index);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // CONORM_RUNTIME_DEVICE_H
