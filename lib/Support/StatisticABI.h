//===- StatisticABI.h - Statistics as LLVM was built ------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// llvm::Statistic, which the statistics of passes are, has two layouts, and
// NDEBUG alone chooses. A build with assertions against an LLVM without them
// must still lay statistics out as the library's constructors fill them. A file
// that defines a pass includes this before anything else.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_SUPPORT_STATISTICABI_H
#define CONORM_LIB_SUPPORT_STATISTICABI_H

#ifdef LLVM_ADT_STATISTIC_H
#error "include Support/StatisticABI.h before anything else"
#endif

#include "llvm/Config/abi-breaking.h"

// What the libraries were built with: assertions, or no assertions.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#if !LLVM_ENABLE_ABI_BREAKING_CHECKS
#define NDEBUG
#endif
#include "llvm/ADT/Statistic.h"
#pragma pop_macro("NDEBUG")
// The header may have included this under the other setting.
#include <cassert>

#endif // CONORM_LIB_SUPPORT_STATISTICABI_H
