//===- Types.cpp - Names and sizes of the ABI's enumerators ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Names.h"

using namespace conorm::rt;

static int64_t multiply(int64_t count, int64_t bytes) {
  int64_t product;
  return __builtin_mul_overflow(count, bytes, &product) ? -1 : product;
}

int64_t conorm_type_bytes(uint32_t type, int64_t count) {
  if (count < 0)
    return -1;
  switch (type) {
  case CONORM_TYPE_F64:
  case CONORM_TYPE_I64:
  case CONORM_TYPE_INDEX:
    return multiply(count, 8);
  case CONORM_TYPE_F32:
  case CONORM_TYPE_I32:
    return multiply(count, 4);
  case CONORM_TYPE_F16:
  case CONORM_TYPE_BF16:
  case CONORM_TYPE_I16:
    return multiply(count, 2);
  case CONORM_TYPE_F8E4M3FN:
  case CONORM_TYPE_F8E5M2:
  case CONORM_TYPE_F8E8M0FNU:
  case CONORM_TYPE_I1:
  case CONORM_TYPE_I8:
    return count;
  case CONORM_TYPE_F4E2M1FN:
    return count / 2 + count % 2;
  default:
    return 0;
  }
}

const char *conorm_type_name(uint32_t type) {
  return enumName<conorm_type>(type);
}

const char *conorm_status_name(uint32_t status) {
  return enumName<conorm_status>(status);
}

const char *conorm_op_name(uint32_t op) { return enumName<conorm_op>(op); }

uint32_t conorm_abi_version(void) {
  return CONORM_ABI_VERSION_MAJOR << 16 | CONORM_ABI_VERSION_MINOR;
}
