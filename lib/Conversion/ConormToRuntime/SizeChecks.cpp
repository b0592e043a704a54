//===- SizeChecks.cpp - Sizes that must agree at run time -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SizeChecks.h"

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace conorm;

//===----------------------------------------------------------------------===//
// What the sizes have to be
//===----------------------------------------------------------------------===//

namespace {

/// Collects the rules of one operation.
class RuleBuilder {
public:
  RuleBuilder(Operation *op)
      : input(norm::getInputSizeExprs(
            op->getContext(),
            cast<MemRefType>(op->getOperand(0).getType()).getRank())) {}

  /// `buffer`, which may be absent, has the sizes `expected`.
  void add(Value buffer, StringRef name, ArrayRef<AffineExpr> expected) {
    if (buffer)
      for (auto [dim, expr] : llvm::enumerate(expected))
        rules.push_back({buffer, name.str(), static_cast<int64_t>(dim), expr,
                         CONORM_SIZE_EQUAL});
  }
  void addLikeInput(Value buffer, StringRef name) { add(buffer, name, input); }
  void addWeight(Value weight, StringRef name) {
    add(weight, name, input.back());
  }
  /// The scale's one element, and the outputs of a quantization.
  void addQuantization(norm::SchemeAttr scheme, Value scale, Value quantized,
                       Value scales) {
    if (scale && cast<MemRefType>(scale.getType()).getRank() == 1)
      add(scale, "scale", getAffineConstantExpr(1, scheme.getContext()));
    add(quantized, "quantized",
        norm::getQuantizedSizeExprs(scheme, input.size()));
    add(scales, "scales", norm::getScalesSizeExprs(scheme, input.size()));
  }
  /// Sizes of a block, or of all blocks, of the input.
  void addBlocks(Value output, uint64_t dim, int64_t groupSize, bool gathers);

  SmallVector<SizeRule> rules;

private:
  SmallVector<AffineExpr> input;
};

} // namespace

void RuleBuilder::addBlocks(Value output, uint64_t dim, int64_t groupSize,
                            bool gathers) {
  addLikeInput(output, "output");
  SizeRule &rule = rules[rules.size() - input.size() + dim];
  if (groupSize == 0)
    rule.relation = gathers ? CONORM_SIZE_TIMES_GROUP : CONORM_SIZE_OVER_GROUP;
  else
    rule.expected =
        gathers ? rule.expected * groupSize : rule.expected.floorDiv(groupSize);
}

static SmallVector<SizeRule> getRules(Operation *op, int64_t groupSize) {
  RuleBuilder builder(op);
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](comm::AllReduceOp op) {
        builder.addLikeInput(op.getOuts(), "output");
      })
      .Case([&](comm::ReduceScatterOp op) {
        builder.addBlocks(op.getOuts(), op.getDim(), groupSize,
                          /*gathers=*/false);
      })
      .Case([&](comm::AllGatherOp op) {
        builder.addBlocks(op.getOuts(), op.getDim(), groupSize,
                          /*gathers=*/true);
      })
      .Case([&](norm::RMSNormOp op) {
        builder.addWeight(op.getWeight(), "weight");
        builder.addLikeInput(op.getOuts(), "normed");
      })
      .Case([&](norm::AddRMSNormOp op) {
        builder.addLikeInput(op.getResidual(), "residual");
        builder.addWeight(op.getWeight(), "weight");
        builder.addLikeInput(op.getOuts()[0], "normed");
        builder.addLikeInput(op.getOuts()[1], "residual_out");
      })
      .Case([&](norm::QuantizeOp op) {
        builder.addQuantization(op.getScheme(), op.getScale(), op.getOuts()[0],
                                op.getOuts().size() > 1 ? op.getOuts()[1]
                                                        : Value());
      })
      .Case([&](comm::AllReduceRMSNormOp op) {
        builder.addLikeInput(op.getResidual(), "residual");
        builder.addWeight(op.getWeight(), "weight");
        builder.addWeight(op.getPostNormWeight(), "post_norm_weight");
        builder.addLikeInput(op.getOutReduced(), "reduced");
        builder.addLikeInput(op.getOutResidualOut(), "residual_out");
        builder.addLikeInput(op.getOutNormed(), "normed");
        if (op.getQuantization())
          builder.addQuantization(*op.getQuantization(), op.getScale(),
                                  op.getOutQuantized(), op.getOutScales());
      });
  return std::move(builder.rules);
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
                          AffineExpr expected) {
  const void *group = nullptr;
  if (rule.relation != CONORM_SIZE_EQUAL)
    group = op->getAttrOfType<FlatSymbolRefAttr>("group").getAsOpaquePointer();
  Fact fact(expected.getAsOpaquePointer(),
            getSize(rule.buffer, rule.dim).getAsOpaquePointer(), rule.relation,
            group);
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

UnprovenSizes SizeRules::findForCall(Operation *op, int64_t groupSize) {
  UnprovenSizes sizes;
  Value input = op->getOperand(0);
  for (int64_t dim = 0; dim < cast<MemRefType>(input.getType()).getRank();
       ++dim)
    sizes.given.emplace_back(input, dim);
  SmallVector<AffineExpr> given = getGiven(sizes);
  for (SizeRule &rule : getRules(op, groupSize)) {
    AffineExpr expected = rule.expected.replaceSymbols(given);
    bool isKnown = rule.relation == CONORM_SIZE_EQUAL &&
                   expected == getSize(rule.buffer, rule.dim);
    if (!isKnown && !isChecked(op, rule, expected))
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
