//===- ReduceValues.h - Reduction that keeps modules valid ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The pass `--reduce-values`. Upstream's `--reduction-tree` erases operations
// and leaves their users without operands, which only suits operations that
// nothing reads; a dataflow program needs its values replaced.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORMREDUCE_REDUCEVALUES_H
#define CONORM_TOOLS_CONORMREDUCE_REDUCEVALUES_H

namespace conorm {

/// Registers `--reduce-values`.
void registerReduceValuesPass();

} // namespace conorm

#endif // CONORM_TOOLS_CONORMREDUCE_REDUCEVALUES_H
