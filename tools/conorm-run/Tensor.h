//===- Tensor.h - Data of one argument or result ----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_TENSOR_H
#define CONORM_TOOLS_CONORM_RUN_TENSOR_H

#include "conorm-runtime/module.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace conorm::run {

/// A contiguous tensor, or a scalar as a tensor of rank 0.
struct Tensor {
  uint32_t type = CONORM_TYPE_NONE;
  std::vector<int64_t> shape;
  size_t bytes = 0;

  Tensor() = default;
  /// Allocates; throws RunError if the size is beyond reach.
  Tensor(uint32_t type, std::vector<int64_t> shape);
  Tensor(const Tensor &other);
  Tensor(Tensor &&) = default;
  Tensor &operator=(Tensor &&) = default;

  char *data() { return storage.get(); }
  const char *data() const { return storage.get(); }
  int64_t count() const;
  conorm_buffer asBuffer();

private:
  struct Free {
    void operator()(char *memory) const { std::free(memory); }
  };
  std::unique_ptr<char, Free> storage;
};

/// "16x64xbf16".
std::string describe(uint32_t type, const int64_t *shape, size_t rank);
std::string describe(uint32_t type, const std::vector<int64_t> &shape);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_TENSOR_H
