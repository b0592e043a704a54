//===- Reshapes.h -  --------------------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations that compute nothing: they give the elements of a tensor, or some
// of them, in another shape. Elementwise arithmetic commutes with all of them,
// a norm with those that keep its rows whole.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_RESHAPES_H
#define CONORM_LIB_RAISE_RESHAPES_H

#include "mlir/IR/PatternMatch.h"

namespace conorm::raise {

/// Whether `op` is `tensor.expand_shape`, `collapse_shape`, `reshape`,
/// `extract_slice` or `cast`, between ranked tensors that have rows. The tensor
/// is operand 0.
bool isReshape(mlir::Operation *op);

/// Whether `op` is one of them that does more than a cast.
bool changesShape(mlir::Operation *op);

/// Whether the last dimension of a reshape's operand is that of its result.
bool keepsRows(mlir::Operation *reshape);

/// Whether `reshape` takes some columns of each row.
bool slicesColumns(mlir::Operation *reshape);

/// What `value` is before reshapes, which are added in the order of the
/// program.
mlir::Value getReshaped(mlir::Value value,
                        llvm::SmallVectorImpl<mlir::Operation *> &reshapes);

/// The same reshape of `value`, which may have another element type. If it is
/// `isResized`, its rows are of another length, and `reshape` keeps them whole.
mlir::Value applyReshape(mlir::RewriterBase &rewriter, mlir::Operation *reshape,
                         mlir::Value value, bool isResized = false);

/// `value`, of the type of reshape's result, in the shape of its operand. Not
/// for slices.
mlir::Value invertReshape(mlir::RewriterBase &rewriter,
                          mlir::Operation *reshape, mlir::Value value);

/// `value` as `type`: the same elements, their number known to another degree.
mlir::Value castShape(mlir::RewriterBase &rewriter, mlir::Value value,
                      mlir::Type type);

/// Gives `result`, whose shape is known to another degree from now on, the type
/// `type`. What reads it sees the type that it had.
void setResultType(mlir::RewriterBase &rewriter, mlir::Value result,
                   mlir::Type type);

/// Whether `op` reads nothing but the size of a tensor.
bool readsSize(mlir::Operation *op);

/// Whether at most one operation reads the elements of `value`, in one operand.
bool isReadOnce(mlir::Value value);

/// Lets all that reads only a size of `value` read it of `source`.
void readSizesOf(mlir::RewriterBase &rewriter, mlir::Value value,
                 mlir::Value source);

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_RESHAPES_H
