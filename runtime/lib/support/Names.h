//===- Names.h - Names of the enumerators -----------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From the table of the ABI, conorm-runtime/abi.def.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_SUPPORT_NAMES_H
#define CONORM_RUNTIME_LIB_SUPPORT_NAMES_H

#include "conorm-runtime/conorm.h"

namespace conorm::rt {

/// The name of an enumerator in texts, "invalid" for a number that is none:
/// enumName<conorm_strategy>(2) is "two_shot".
template <typename Enum>
const char *enumName(uint32_t value);

#define CONORM_ABI_ENUM(NAME)                                                  \
  template <>                                                                  \
  inline const char *enumName<NAME>(uint32_t value) {                          \
    switch (value) {
#define CONORM_ABI_ENUMERATOR(NAME, NUMBER, TEXT)                              \
  case NUMBER:                                                                 \
    return TEXT;
#define CONORM_ABI_ENUM_END(NAME)                                              \
  default:                                                                     \
    return "invalid";                                                          \
    }                                                                          \
    }
#include "conorm-runtime/abi.def"

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_SUPPORT_NAMES_H
