//===- StatisticABI.h -  ----------------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included before every source file of libConorm. llvm::Statistic, which pass
// statistics are, has two layouts, and NDEBUG alone chooses. The packaged MLIR
// was built with NDEBUG; a build of ours without it must still lay statistics
// out as the library's constructors fill them.
//
//===----------------------------------------------------------------------===//

#pragma push_macro("NDEBUG")
#undef NDEBUG
#define NDEBUG
#include "llvm/ADT/Statistic.h"
#pragma pop_macro("NDEBUG")
#include <cassert>
