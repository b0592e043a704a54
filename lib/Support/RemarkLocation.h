//===- RemarkLocation.h - Where remarks are ---------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_SUPPORT_REMARKLOCATION_H
#define CONORM_LIB_SUPPORT_REMARKLOCATION_H

#include "mlir/IR/Operation.h"

namespace conorm {

/// The place in a file from which `op` is: of an operation that replaces
/// several, that of the first one; of one that was inlined, its own, not the
/// call's. Remarks that go to a file take no other kind of location.
mlir::Location getRemarkLocation(mlir::Operation *op);

/// The same for a remark on all of `root`. A module that the text does not
/// spell out has no line; its first function, or what else it begins with, has.
mlir::Location getSummaryLocation(mlir::Operation *root);

} // namespace conorm

#endif // CONORM_LIB_SUPPORT_REMARKLOCATION_H
