//===- Tensor.cpp - Data of one argument or result ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tensor.h"

#include "RunError.h"

#include <cstring>

using namespace conorm::run;

Tensor::Tensor(uint32_t type, std::vector<int64_t> sizes)
    : type(type), shape(std::move(sizes)) {
  int64_t total = conorm_type_bytes(type, 1);
  for (int64_t size : shape)
    if (__builtin_mul_overflow(total, size, &total) || total < 0 ||
        total > (int64_t(1) << 46))
      throw RunError("expected a tensor of less than 2^46 bytes, found " +
                     describe(type, shape));
  bytes = total;
  // Whole cache lines, as aligned_alloc wants them.
  size_t room = (bytes + 64) / 64 * 64;
  storage.reset(static_cast<char *>(std::aligned_alloc(64, room)));
  if (!storage)
    throw RunError("out of memory for " + describe(type, shape));
}

Tensor::Tensor(const Tensor &other) : Tensor(other.type, other.shape) {
  std::memcpy(data(), other.data(), bytes);
}

int64_t Tensor::count() const {
  return static_cast<int64_t>(bytes) / conorm_type_bytes(type, 1);
}

conorm_buffer Tensor::asBuffer() {
  conorm_buffer buffer = {};
  buffer.struct_size = sizeof(buffer);
  buffer.element_type = type;
  buffer.rank = static_cast<uint32_t>(shape.size());
  buffer.data = data();
  buffer.shape = shape.data();
  return buffer;
}

std::string conorm::run::describe(uint32_t type, const int64_t *shape,
                                  size_t rank) {
  std::string text;
  for (size_t i = 0; i < rank; ++i)
    text += (shape[i] == CONORM_DYNAMIC ? "?" : std::to_string(shape[i])) + "x";
  return text + conorm_type_name(type);
}

std::string conorm::run::describe(uint32_t type,
                                  const std::vector<int64_t> &shape) {
  return describe(type, shape.data(), shape.size());
}
