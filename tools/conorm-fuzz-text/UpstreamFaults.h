//===- UpstreamFaults.h - Texts that upstream crashes on --------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_FUZZ_TEXT_UPSTREAMFAULTS_H
#define CONORM_TOOLS_CONORM_FUZZ_TEXT_UPSTREAMFAULTS_H

#include "llvm/ADT/StringRef.h"

namespace conorm::fuzz {

/// Whether `text` runs into a crash of upstream code that the text fuzzer
/// found, which would end every campaign. Each rule is as narrow as the fault,
/// and names it.
bool hitsUpstreamFault(llvm::StringRef text);

} // namespace conorm::fuzz

#endif // CONORM_TOOLS_CONORM_FUZZ_TEXT_UPSTREAMFAULTS_H
