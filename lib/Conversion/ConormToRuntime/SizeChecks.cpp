//===- SizeChecks.cpp - Sizes that must agree at run time -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SizeChecks.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace conorm;

//===----------------------------------------------------------------------===//
// What the sizes have to be
//===----------------------------------------------------------------------===//

/// `groupSize` is 0 if it is not known.
static SmallVector<SizeRule> getRules(const RuntimeCall &call,
                                      int64_t groupSize) {
  SmallVector<SizeRule> rules;
  for (const RuntimeCall::Sizes &sizes : call.getSizes())
    for (auto [dim, expr] : llvm::enumerate(sizes.exprs)) {
      SizeRule rule = {sizes.buffer, sizes.name, static_cast<int64_t>(dim),
                       expr, CONORM_SIZE_EQUAL};
      bool gathers = sizes.gathers;
      if (dim == sizes.blockDim && groupSize == 0)
        rule.relation =
            gathers ? CONORM_SIZE_TIMES_GROUP : CONORM_SIZE_OVER_GROUP;
      else if (dim == sizes.blockDim)
        rule.expected = gathers ? expr * groupSize : expr.floorDiv(groupSize);
      rules.push_back(std::move(rule));
    }
  return rules;
}

//===----------------------------------------------------------------------===//
// What the sizes are
//===----------------------------------------------------------------------===//

AffineExpr SizeRules::getSymbol(Value value, int64_t dim) {
  unsigned next = symbols.size();
  unsigned number = symbols.try_emplace({value, dim}, next).first->second;
  return getAffineSymbolExpr(number, value.getContext());
}

AffineExpr SizeRules::getSize(OpFoldResult size) {
  if (std::optional<int64_t> number = getConstantIntValue(size))
    return getAffineConstantExpr(*number, size.getContext());
  Value value = cast<Value>(size);
  if (auto dim = value.getDefiningOp<memref::DimOp>()) {
    // A dimension that is not there is undefined behaviour of the program, and
    // just an unknown number here.
    auto type = dyn_cast<MemRefType>(dim.getSource().getType());
    std::optional<int64_t> index = dim.getConstantIndex();
    if (index && (!type || (*index >= 0 && *index < type.getRank())))
      return getSize(dim.getSource(), *index);
  }
  if (auto apply = value.getDefiningOp<affine::AffineApplyOp>()) {
    SmallVector<AffineExpr> operands;
    for (Value operand : apply.getOperands())
      operands.push_back(getSize(OpFoldResult(operand)));
    AffineMap map = apply.getAffineMap();
    return map.getResult(0).replaceDimsAndSymbols(
        ArrayRef(operands).take_front(map.getNumDims()),
        ArrayRef(operands).drop_front(map.getNumDims()));
  }
  return getSymbol(value, -1);
}

AffineExpr SizeRules::getSize(Value buffer, int64_t dim) {
  // Chains of views and allocations may be as long as the function.
  if (AffineExpr known = traced.lookup({buffer, dim}))
    return known;
  AffineExpr size = traceSize(buffer, dim);
  traced[{buffer, dim}] = size;
  return size;
}

AffineExpr SizeRules::traceSize(Value buffer, int64_t dim) {
  auto type = dyn_cast<MemRefType>(buffer.getType());
  if (!type)
    return getSymbol(buffer, dim);
  if (!type.isDynamicDim(dim))
    return getAffineConstantExpr(type.getDimSize(dim), buffer.getContext());
  if (auto alloc = buffer.getDefiningOp<memref::AllocOp>())
    return getSize(
        OpFoldResult(alloc.getDynamicSizes()[type.getDynamicDimIndex(dim)]));
  if (auto cast = buffer.getDefiningOp<memref::CastOp>())
    return getSize(cast.getSource(), dim);
  if (auto view = buffer.getDefiningOp<memref::SubViewOp>())
    if (view.getType().getRank() == view.getSourceType().getRank())
      return getSize(view.getMixedSizes()[dim]);
  return getSymbol(buffer, dim);
}

SmallVector<AffineExpr> SizeRules::getGiven(const UnprovenSizes &sizes) {
  SmallVector<AffineExpr> given;
  for (auto [buffer, dim] : sizes.given)
    given.push_back(getSize(buffer, dim));
  return given;
}

/// Whether the rule is checked where `op` cannot be reached without. If not, it
/// will be checked before `op`.
bool SizeRules::isChecked(Operation *op, const SizeRule &rule,
                          AffineExpr expected, Attribute group) {
  bool readsGroup = rule.relation != CONORM_SIZE_EQUAL;
  Fact fact(expected.getAsOpaquePointer(),
            getSize(rule.buffer, rule.dim).getAsOpaquePointer(), rule.relation,
            readsGroup ? group.getAsOpaquePointer() : nullptr);
  // Operations are visited in their order: what stands in a block that contains
  // `op` stands before `op`.
  for (Block *block = op->getBlock(); block;
       block = block->getParentOp()->getBlock())
    if (auto it = facts.find(block);
        it != facts.end() && it->second.count(fact))
      return true;
  facts[op->getBlock()].insert(fact);
  return false;
}

UnprovenSizes SizeRules::findForCall(Operation *op, const RuntimeCall &call,
                                     int64_t groupSize) {
  UnprovenSizes sizes;
  for (Value buffer : call.getGivenBuffers())
    for (int64_t dim = 0; dim < cast<MemRefType>(buffer.getType()).getRank();
         ++dim)
      sizes.given.emplace_back(buffer, dim);
  SmallVector<AffineExpr> given = getGiven(sizes);
  for (SizeRule &rule : getRules(call, groupSize)) {
    AffineExpr expected = rule.expected.replaceSymbols(given);
    bool isKnown = rule.relation == CONORM_SIZE_EQUAL &&
                   expected == getSize(rule.buffer, rule.dim);
    if (!isKnown && !isChecked(op, rule, expected, call.getGroup()))
      sizes.rules.push_back(std::move(rule));
  }
  return sizes;
}

UnprovenSizes SizeRules::findForLoops(Operation *op) {
  UnprovenSizes sizes;
  auto loops = dyn_cast<linalg::LinalgOp>(op);
  if (!loops || !loops.hasPureBufferSemantics())
    return sizes;
  // The symbol that stands for a loop's size, by loop.
  llvm::SmallDenseMap<unsigned, unsigned> symbolOf;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    AffineMap map = loops.getMatchingIndexingMap(&operand);
    for (auto [dim, index] : llvm::enumerate(map.getResults())) {
      auto loop = dyn_cast<AffineDimExpr>(index);
      if (!loop)
        continue;
      auto [it, isFirst] =
          symbolOf.try_emplace(loop.getPosition(), sizes.given.size());
      if (isFirst) {
        sizes.given.emplace_back(operand.get(), dim);
        continue;
      }
      auto [buffer, givenDim] = sizes.given[it->second];
      if (getSize(buffer, givenDim) != getSize(operand.get(), dim))
        sizes.rules.push_back(
            {operand.get(),
             ("operand " + Twine(operand.getOperandNumber())).str(),
             static_cast<int64_t>(dim),
             getAffineSymbolExpr(it->second, op->getContext()),
             CONORM_SIZE_EQUAL});
    }
  }
  return sizes;
}
