//===- Positions.h - Where broadcasts put elements --------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_POSITIONS_H
#define CONORM_LIB_RAISE_POSITIONS_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace conorm::raise {

/// For each dimension of a tensor the dimension of another one, its source,
/// along which its elements change; -1 where they do not.
using Positions = llvm::SmallVector<int64_t, 6>;

/// Whether `op`, which may be null, gives elements of its operand in another
/// shape: a broadcast or a reshape that adds or removes dimensions of size 1.
bool movesElements(mlir::Operation *op);

/// `value` before operations that move elements, at most `rank` dimensions
/// large if `rank` is given: the search ends at the first such value.
mlir::Value skipMoves(mlir::Value value, int64_t rank = -1);

/// The positions of `value` as it is seen from `source`, from which operations
/// that move elements, and elementwise ones in between, compute it. `through`
/// has these operations, the last one first.
std::optional<Positions>
getPositions(mlir::Value source, llvm::ArrayRef<mlir::Operation *> through);

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_POSITIONS_H
