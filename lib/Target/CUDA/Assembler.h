//===- Assembler.h - NVIDIA's assembler -------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_TARGET_CUDA_ASSEMBLER_H
#define CONORM_LIB_TARGET_CUDA_ASSEMBLER_H

#include "mlir/Support/LLVM.h"

#include <string>

namespace conorm {

/// The path of ptxas, empty if there is none: `requested` if that is not empty,
/// else the one in PATH, in $CUDA_HOME/bin or in /usr/local/cuda/bin.
/// "none" requests none.
std::string findAssembler(llvm::StringRef requested);

/// Assembles PTX to machine code for `arch`, for example "sm_90". On failure
/// the program's output is in `error`.
mlir::FailureOr<std::string> assemble(llvm::StringRef assembler,
                                      llvm::StringRef ptx, llvm::StringRef arch,
                                      std::string &error);

} // namespace conorm

#endif // CONORM_LIB_TARGET_CUDA_ASSEMBLER_H
