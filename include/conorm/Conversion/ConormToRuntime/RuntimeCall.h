//===- RuntimeCall.h - What an operation asks of the runtime ----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The description of a call of the runtime, which operations give through
// `RuntimeCallOpInterface` before anything is made of it.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMECALL_H
#define CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMECALL_H

#include "conorm/Interfaces/CollectiveOpInterface.h"
#include "conorm/Interfaces/DestinationOpInterface.h"
#include "conorm/Interfaces/NormOpInterface.h"

namespace conorm {

/// What the fields of a call's arguments hold, by the names that they have in
/// C; those of structures in the arguments are named with a point between, as
/// in "norm.epsilon". Fields that are not set hold zeros. The conversion itself
/// sets the size of the structure, the site, the group, the table of strategies
/// and the numerics, and `input` and `element_type` where there are such
/// fields.
class RuntimeCall {
public:
  struct Field {
    enum Kind { Number, Float, Count, Stride, Input, Output };

    std::string name;
    Kind kind;
    int64_t number = 0;
    mlir::FloatAttr real = {};
    /// The buffer that the field points to, counts elements of or has the
    /// stride of; null for a null pointer.
    mlir::Value buffer = {};
    /// The dimensions whose sizes make the count, or whose stride it is.
    unsigned firstDim = 0, numDims = 0;
    /// Of a pointer: only the elements of the last dimension need to be next to
    /// each other, since strides say the rest.
    bool isStrided = false;
  };

  /// Sizes that a buffer must have, which is checked at run time where it is
  /// not known.
  struct Sizes {
    mlir::Value buffer;
    /// The buffer's name in messages.
    std::string name;
    /// In the sizes of `getGivenBuffers()`, one after the other, which are the
    /// symbols; those of the input come first.
    llvm::SmallVector<mlir::AffineExpr> exprs;
    /// The dimension that is the input's times (`gathers`) or over the number
    /// of ranks of the group.
    std::optional<unsigned> blockDim = std::nullopt;
    bool gathers = false;
    /// All of them are the input's.
    bool isLikeInput = false;
  };

  /// A call for `op`, whose operand 0 is the input.
  explicit RuntimeCall(mlir::Operation *op);

  /// Sets one field.
  void setNumber(llvm::StringRef field, int64_t number);
  void setFloat(llvm::StringRef field, mlir::FloatAttr number);
  /// The number of elements of `numDims` dimensions of the input.
  void setCount(llvm::StringRef field, unsigned firstDim, unsigned numDims);
  /// The runtime's number of the type of a buffer's elements, 0 if it is null.
  void setElementType(llvm::StringRef field, mlir::Value buffer);
  /// The number of elements of dimension `dim` of any buffer.
  void setSize(llvm::StringRef field, mlir::Value buffer, unsigned dim);
  /// The address of a buffer that is read or written, null if `buffer` is.
  void setInput(llvm::StringRef field, mlir::Value buffer);
  void setOutput(llvm::StringRef field, mlir::Value buffer);

  /// A matrix or a batch of them: its address, `<field>_row_stride`, and
  /// `<field>_batch_stride`. Nothing if `buffer` is null.
  void setMatrix(llvm::StringRef field, mlir::Value buffer, bool isOutput);

  /// Makes the sizes of another operand symbols of what is expected.
  void addGiven(mlir::Value buffer) { given.push_back(buffer); }
  /// Says what the sizes of `buffer` must be, if it is not null.
  void expectSizes(mlir::Value buffer, llvm::StringRef name,
                   llvm::ArrayRef<mlir::AffineExpr> exprs);

  /// Sets each output by its name, and expects its sizes.
  void setOutputs(DestinationOpInterface op);

  /// Sets what collectives have: group, strategy and table of strategies.
  /// `isSum` says whether data are summed over the group, not only moved.
  void setCollective(comm::CollectiveOpInterface op, bool isSum = true);
  void setReduction(comm::Reduction reduction);
  /// Sets `output`, which has the input's sizes but for one dimension: that is
  /// the input's times (`gathers`) or over the number of ranks.
  void setBlockOutput(mlir::Value output, unsigned dim, bool gathers);

  /// Sets `rows` and `cols`, the columns being the input's last dimension.
  void setRowsAndCols();
  /// Lets the input have a stride of its own in its first dimension, if that is
  /// all that keeps it from being contiguous.
  void setRowGroups();
  /// Sets the structure `norm`, and `residual` if there is one.
  void setNorm(norm::NormOpInterface op);
  /// Sets the structure `field`, a norm, whose weight is null or one row.
  void setNorm(llvm::StringRef field, mlir::FloatAttr epsilon,
               mlir::FloatAttr weightBias, norm::Rounding rounding,
               norm::WeightRounding weightRounding, mlir::Value weight,
               llvm::StringRef weightName);
  /// Sets the structure `quant`, and `scale`, if it is not null. `quantized`
  /// and `scales` are outputs, of which the latter may be null.
  void setQuantization(norm::SchemeAttr scheme, mlir::Value scale,
                       mlir::Value quantized, mlir::Value scales);

  /// Parts of the rows may be calls of their own, so that buffers of which only
  /// these are contiguous are not copied.
  void setSplittable() { splittable = true; }

  llvm::ArrayRef<Field> getFields() const { return fields; }
  llvm::ArrayRef<Sizes> getSizes() const { return sizes; }
  mlir::Value getInput() const { return given.front(); }
  llvm::ArrayRef<mlir::Value> getGivenBuffers() const { return given; }
  /// Null for operations without a group.
  mlir::FlatSymbolRefAttr getGroup() const { return group; }
  comm::DispatchAttr getDispatch() const { return dispatch; }
  bool isSplittable() const { return splittable; }
  /// Whether setRowGroups() let the input be strided.
  bool hasRowGroups() const { return rowGroups; }
  bool isSum() const { return sums; }

private:
  llvm::SmallVector<mlir::AffineExpr> getInputSizes() const;

  /// The input, and other operands whose sizes are given.
  llvm::SmallVector<mlir::Value, 2> given;
  llvm::SmallVector<Field> fields;
  llvm::SmallVector<Sizes> sizes;
  mlir::FlatSymbolRefAttr group;
  comm::DispatchAttr dispatch;
  bool splittable = false;
  bool rowGroups = false;
  bool sums = false;
};

} // namespace conorm

#endif // CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMECALL_H
