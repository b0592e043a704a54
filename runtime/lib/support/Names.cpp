//===- Names.cpp - Names of the enumerators -------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Names.h"

#include <cstddef>

/// Names by value, in the order of the enumerators.
template <size_t Count>
static const char *nameIn(const char *const (&names)[Count], uint32_t value) {
  return value < Count ? names[value] : "invalid";
}

const char *conorm_type_name(uint32_t type) {
  return nameIn({"none", "f32", "f16", "bf16", "f8E4M3FN", "f8E5M2",
                 "f8E8M0FNU", "f4E2M1FN", "f64", "i1", "i8", "i16", "i32",
                 "i64", "index"},
                type);
}

const char *conorm_status_name(uint32_t status) {
  return nameIn({"ok", "invalid argument", "unsupported", "version", "resource",
                 "system", "bootstrap", "timeout", "peer lost", "mismatch",
                 "overlap", "aborted", "module"},
                status);
}

const char *conorm_op_name(uint32_t op) {
  return nameIn({"none", "comm.all_reduce", "comm.reduce_scatter",
                 "comm.all_gather", "comm.all_reduce_rms_norm", "norm.rms_norm",
                 "norm.add_rms_norm", "norm.quantize"},
                op);
}

namespace conorm::rt {

const char *reductionName(uint32_t reduction) {
  return nameIn({"sum", "max", "min", "prod"}, reduction);
}

const char *strategyName(uint32_t strategy) {
  return nameIn({"auto", "one_shot", "two_shot", "nccl", "multimem"}, strategy);
}

const char *numericsName(uint32_t numerics) {
  return nameIn({"exact", "relaxed"}, numerics);
}

const char *roundingName(uint32_t rounding) {
  return nameIn({"scale_then_round", "round_then_scale"}, rounding);
}

const char *quantSchemeName(uint32_t scheme) {
  return nameIn(
      {"none", "per_tensor", "per_token", "per_group", "nvfp4", "mxfp8"},
      scheme);
}

const char *scaleLayoutName(uint32_t layout) {
  return nameIn({"linear", "swizzled_128x4", "packed_column_major"}, layout);
}

const char *scaleModeName(uint32_t mode) {
  return nameIn({"multiply_reciprocal", "divide"}, mode);
}

const char *backendName(uint32_t backend) {
  return nameIn({"cpu", "cuda"}, backend);
}

} // namespace conorm::rt
