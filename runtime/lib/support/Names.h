//===- Names.h - Names of the enumerators -----------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// As the dialects and messages spell the values of types.h, "invalid" for a
// number that is none. conorm_type_name(), conorm_status_name() and
// conorm_op_name() are beside these.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_SUPPORT_NAMES_H
#define CONORM_RUNTIME_LIB_SUPPORT_NAMES_H

#include "conorm-runtime/types.h"

namespace conorm::rt {

const char *reductionName(uint32_t reduction);
const char *strategyName(uint32_t strategy);
const char *numericsName(uint32_t numerics);
const char *roundingName(uint32_t rounding);
const char *quantSchemeName(uint32_t scheme);
const char *scaleLayoutName(uint32_t layout);
const char *scaleModeName(uint32_t mode);
const char *backendName(uint32_t backend);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_SUPPORT_NAMES_H
