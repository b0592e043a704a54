//===- Inputs.h - Arguments of an entry -------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_INPUTS_H
#define CONORM_TOOLS_CONORM_RUN_INPUTS_H

#include "Options.h"
#include "Tensor.h"

namespace conorm::run {

/// Makes every argument of `entry` for one rank: from the files that were
/// named, from the seed otherwise. Throws Error.
std::vector<Tensor> makeInputs(const conorm_entry &entry,
                               const Options &options, int rank, int worldSize);

/// All files that the run reads: the program, and the arguments of all ranks.
std::vector<std::string> inputFiles(const Options &options, int worldSize);

/// Fills a tensor from a counter-based generator: a function of the seed, the
/// argument, the rank (of an argument with data of each rank's own) and the
/// element's index alone. Floating-point values are near-normal with mean 0;
/// the deviation is 1 for vectors, and 1 / sqrt(K) for matrices of K rows, so
/// that products of matrices stay of magnitude 1. Integers are 0 to 7.
void fillSeeded(Tensor &tensor, uint64_t seed, uint32_t argument, int rank);

/// `rank` of fillSeeded for an argument that all ranks share.
constexpr int kSharedByRanks = -1;

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_INPUTS_H
