//===- HandProgram.h - A program that is written by hand --------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_CHECK_CUDA_HANDPROGRAM_H
#define CONORM_TOOLS_CONORM_CHECK_CUDA_HANDPROGRAM_H

#include "conorm-runtime/conorm.h"

#include <string>
#include <vector>

namespace check {

/// How a program is written, and what may be wrong with it.
struct Defects {
  const char *version = "7.0";
  const char *target = "sm_80";
  uint32_t arch = 80;
  const char *kernel = "scale_add";
  uint32_t params = 6;
  const char *instruction = "";
  /// What all threads do first.
  const char *prologue = "";
  uint32_t flags = 0;
  uint32_t backend = CONORM_BACKEND_CUDA;
};

/// What conorm-compile would write for a layer with a dynamic number of rows,
/// in C++ and PTX: a kernel, a constant, a copy, and a site, fused or not. Its
/// entry `large` takes memory that no device has, `other` has another site.
///
///   layer(x : ?x1024xf32 per rank, r : ?x1024xf32 donated, w : 1024xf32,
///         s : f32) -> (?x1024xf32, ?x1024xf32, i64)
class HandProgram {
public:
  explicit HandProgram(const Defects &defects = {});
  HandProgram(const HandProgram &) = delete;
  const conorm_manifest &manifest() const { return header; }

  static constexpr int64_t cols = 1024;

private:
  std::string ptx;
  std::vector<float> constant;
  conorm_device_image image;
  conorm_device_kernel kernel;
  conorm_device_global global;
  conorm_device_program program;
  std::vector<conorm_entry> entries;
  conorm_manifest header = {};
};

/// The calling thread calls this program from now on.
void useHandProgram(const conorm_device_program *program);

} // namespace check

#endif // CONORM_TOOLS_CONORM_CHECK_CUDA_HANDPROGRAM_H
