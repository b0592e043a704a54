//===- Scalars.h - One element of an operation ------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What operations of arith make of single elements, by their documentation and
// by nothing that the compiler does: on bf16, f16 and f8 each operation is one
// in f32 with one rounding.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_FUZZ_SCALARS_H
#define CONORM_TOOLS_CONORM_FUZZ_SCALARS_H

#include "mlir/IR/Operation.h"

#include <cstdint>

namespace conorm::fuzz {

/// The bits of an element, those beyond its width being zero.
using Bits = uint64_t;

/// Whether `computeElement` knows the operation.
bool isElementwise(mlir::Operation *op);

/// The element of the result that follows from those of the operands.
Bits computeElement(mlir::Operation *op, llvm::ArrayRef<Bits> operands);

/// The bits of a number of a type; `index` has 64 bits.
Bits getBits(mlir::Attribute number);

} // namespace conorm::fuzz

#endif // CONORM_TOOLS_CONORM_FUZZ_SCALARS_H
