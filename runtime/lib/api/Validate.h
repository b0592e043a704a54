//===- Validate.h - Checks of the operations' arguments ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_API_VALIDATE_H
#define CONORM_RUNTIME_LIB_API_VALIDATE_H

#include "support/Error.h"

#include "conorm-runtime/device.h"

namespace conorm::rt {

/// Checks that depend on neither the group nor the backend.
Error validate(const conorm_all_reduce_args &args);
Error validate(const conorm_rms_norm_args &args);
Error validate(const conorm_quantize_args &args);
Error validate(const conorm_all_reduce_rms_norm_args &args);
Error validate(const conorm_launch_kernel_args &args);
Error validate(const conorm_copy_args &args);
Error validate(const conorm_matmul_args &args);

/// `groupSize` decides the other buffer's shape.
Error validateReduceScatter(const conorm_scatter_gather_args &args,
                            int64_t groupSize);
Error validateAllGather(const conorm_scatter_gather_args &args,
                        int64_t groupSize);

/// Refuses values outside 0 to `last`.
Error checkEnumerator(const char *name, uint32_t value, uint32_t last);

/// The parts of an operation that quantize [rows, cols], and their buffers'
/// sizes, which validateQuant() fills in. Without a scheme all are zero.
struct QuantOperands {
  const conorm_quant &quant;
  int64_t rows, cols;
  const void *scale;
  void *quantized;
  void *scales;
  int64_t scaleBytes = 0, quantizedBytes = 0, scalesBytes = 0;
};
Error validateQuant(QuantOperands &operands);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_API_VALIDATE_H
