//===- CommInterfaces.cpp - How collectives implement interfaces ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;

//===----------------------------------------------------------------------===//
// Destinations
//===----------------------------------------------------------------------===//

SmallVector<StringRef> AllReduceOp::getOutputNames() { return {"output"}; }

SmallVector<ReusableOperands> AllReduceOp::getReusableOperands() {
  return {{getOperation()->getResult(0), {&getInputMutable()}}};
}

bool AllReduceOp::isElementwise(OpOperand &operand) {
  return operand.getOperandNumber() == 0;
}

// Blocks move in what follows: no element stays where it was, even where the
// types agree.

SmallVector<StringRef> ReduceScatterOp::getOutputNames() { return {"output"}; }

SmallVector<StringRef> AllGatherOp::getOutputNames() { return {"output"}; }

/// The numbers of those of `parts` that are there.
static SmallVector<unsigned> getPresent(ArrayRef<Value> parts) {
  SmallVector<unsigned> present;
  for (auto [part, value] : llvm::enumerate(parts))
    if (value)
      present.push_back(part);
  return present;
}

/// The part that each output is.
static SmallVector<unsigned> getOutputParts(AllReduceRMSNormOp op) {
  return getPresent(op->getNumResults() ? op.getPartResults()
                                        : op.getPartOuts());
}

SmallVector<StringRef> AllReduceRMSNormOp::getOutputNames() {
  SmallVector<StringRef> names;
  for (unsigned part : getOutputParts(*this))
    names.push_back(getPartNames()[part]);
  return names;
}

SmallVector<AffineExpr>
AllReduceRMSNormOp::getOutputSizeExprs(unsigned output) {
  int64_t rank = cast<ShapedType>(getInput().getType()).getRank();
  switch (getOutputParts(*this)[output]) {
  case Quantized:
    return norm::getQuantizedSizeExprs(*getQuantization(), rank);
  case Scales:
    return norm::getScalesSizeExprs(*getQuantization(), rank);
  default:
    return getInputSizeExprs(*this);
  }
}

/// First of the fused operation's destination segments.
static constexpr unsigned kFirstOut = 5;

unsigned AllReduceRMSNormOp::getNumDestinations() {
  return getOperation()->getNumOperands() -
         getODSOperandIndexAndLength(kFirstOut).first;
}

void AllReduceRMSNormOp::setDestinations(ValueRange destinations) {
  unsigned first = getODSOperandIndexAndLength(kFirstOut).first;
  getOperation()->setOperands(first, getNumDestinations(), destinations);
  for (auto [part, result] : llvm::enumerate(getPartResults()))
    getProperties().operandSegmentSizes[kFirstOut + part] = result ? 1 : 0;
}

// `reduced` never takes the residual, which is still needed then.
SmallVector<ReusableOperands> AllReduceRMSNormOp::getReusableOperands() {
  auto parts = getPartResults();
  OpOperand *input = &getInputMutable();
  SmallVector<OpOperand *, 2> either = {input};
  for (OpOperand &residual : getResidualMutable())
    either.push_back(&residual);
  SmallVector<ReusableOperands> reusable;
  auto add = [&](Part part, ArrayRef<OpOperand *> operands) {
    if (parts[part])
      reusable.push_back({cast<OpResult>(parts[part]),
                          llvm::to_vector_of<OpOperand *, 2>(operands)});
  };
  add(ResidualOut, llvm::to_vector(llvm::reverse(either)));
  add(Reduced, {input});
  add(Normed, either);
  return reusable;
}

bool AllReduceRMSNormOp::isElementwise(OpOperand &operand) {
  return &operand == &getInputMutable() ||
         llvm::is_contained(llvm::make_pointer_range(getResidualMutable()),
                            &operand);
}

//===----------------------------------------------------------------------===//
// Collectives
//===----------------------------------------------------------------------===//

bool AllReduceOp::takesDispatch() { return true; }

bool AllReduceOp::isReplicated(OpResult, function_ref<bool(Value)>) {
  return true;
}

bool AllGatherOp::isReplicated(OpResult, function_ref<bool(Value)>) {
  return true;
}

bool AllReduceRMSNormOp::takesDispatch() { return true; }

/// Number of rows of a type; none if that is not known or does not fit.
static std::optional<int64_t> getNumRows(ShapedType type) {
  int64_t rows = 1;
  for (int64_t size : type.getShape().drop_back())
    if (ShapedType::isDynamic(size) || llvm::MulOverflow(rows, size, rows))
      return std::nullopt;
  return rows;
}

bool AllReduceRMSNormOp::mayShareRows(int64_t members) {
  if (!getReplicated() || members == 1)
    return false;
  // These the runtime does not share: scales of a row in several pieces, and
  // fewer rows than members.
  norm::SchemeAttr scheme = getQuantizationAttr();
  if (scheme && scheme.getLayout() != norm::ScaleLayout::Linear)
    return false;
  std::optional<int64_t> rows =
      getNumRows(cast<ShapedType>(getInput().getType()));
  return !members || !rows || *rows >= members;
}

/// Whether the operands that are not sent are replicated.
static bool hasReplicatedOperands(AllReduceRMSNormOp op,
                                  function_ref<bool(Value)> isReplicated) {
  return llvm::all_of(
      ArrayRef<Value>{op.getWeight(), op.getResidual(), op.getScale(),
                      op.getPostNormWeight()},
      [&](Value operand) { return !operand || isReplicated(operand); });
}

// Where the program marks the operation, it promises equal operands.
bool AllReduceRMSNormOp::isReplicated(OpResult result,
                                      function_ref<bool(Value)> isReplicated) {
  return result == getReduced() || getReplicated() ||
         hasReplicatedOperands(*this, isReplicated);
}

bool AllReduceRMSNormOp::canMarkReplicated() {
  return !getReplicated() && getOperation()->getNumResults() != 0;
}

bool AllReduceRMSNormOp::markReplicated(
    function_ref<bool(Value)> isReplicated) {
  if (!canMarkReplicated() || !hasReplicatedOperands(*this, isReplicated))
    return false;
  setReplicated(true);
  return true;
}
