//===- OptimizeLLVM.h - LLVM's default pipeline ------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_SUPPORT_OPTIMIZELLVM_H
#define CONORM_SUPPORT_OPTIMIZELLVM_H

namespace llvm {
class Module;
class OptimizationLevel;
class TargetMachine;
} // namespace llvm

namespace conorm {

/// Runs LLVM's default pipeline of that level for `machine`. It keeps the order
/// of all floating-point operations.
void optimizeLLVM(llvm::Module &module, llvm::TargetMachine &machine,
                  const llvm::OptimizationLevel &level);

} // namespace conorm

#endif // CONORM_SUPPORT_OPTIMIZELLVM_H
