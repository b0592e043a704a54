//===- ReshapeConstraints.cpp - The guards on moving reshapes -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which reshapes may move out of the way of the fusion.
//
//===----------------------------------------------------------------------===//

#include "../Raise/Elementwise.h"
#include "../Raise/Norms.h"
#include "ReshapedSites.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;
using namespace conorm::raise;

//===----------------------------------------------------------------------===//
// Equality on all ranks
//===----------------------------------------------------------------------===//

/// The public functions of `root` that nothing in it refers to: whoever calls
/// them has read what `comm.per_rank` says. Inside another module nothing is
/// known, since other threads may be at work there.
static llvm::DenseSet<Operation *> getEntries(Operation *root) {
  llvm::DenseSet<Operation *> entries;
  if (!isa<ModuleOp>(root) || root->getParentOp())
    return entries;
  auto uses = SymbolTable::getSymbolUses(&root->getRegion(0));
  if (!uses)
    return entries;
  llvm::DenseSet<StringAttr> used;
  for (SymbolTable::SymbolUse use : *uses)
    used.insert(use.getSymbolRef().getRootReference());
  for (auto function : root->getRegion(0).getOps<FunctionOpInterface>())
    if (function.isPublic() && !used.contains(function.getNameAttr()))
      entries.insert(function);
  return entries;
}

bool RankEquality::isEqualArgument(BlockArgument argument) {
  if (!argument.getOwner()->isEntryBlock())
    return false;
  auto function =
      dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
  if (!function ||
      function.getArgAttr(argument.getArgNumber(), kPerRankAttrName))
    return false;
  if (!entries)
    entries = getEntries(root);
  return entries->contains(function);
}

/// Whether the operation gives equal results for equal operands, wherever it
/// runs.
static bool isDeterministic(Operation *op) {
  return isa_and_present<affine::AffineDialect, arith::ArithDialect,
                         index::IndexDialect, tensor::TensorDialect>(
             op->getDialect()) &&
         op->getNumRegions() == 0 && isMemoryEffectFree(op);
}

/// Whether `value` has the sizes of what an all_reduce of a site reads: those
/// are the same everywhere. Sizes in another shape may come from anywhere.
static bool isOfReducedSize(Value value, ArrayRef<Operation *> site) {
  Operation *definition = value.getDefiningOp();
  return llvm::any_of(site, [&](Operation *op) {
    return (op == definition && !isReshape(op)) ||
           (isa<AllReduceOp>(op) && op->getOperand(0) == value);
  });
}

bool RankEquality::isEqual(Value value, ArrayRef<Operation *> site) {
  constexpr size_t kMaxValues = 64;
  llvm::SetVector<Value> values;
  values.insert(value);
  for (size_t next = 0; next < values.size(); ++next) {
    if (next == kMaxValues)
      return false;
    Operation *op = values[next].getDefiningOp();
    if (!op) {
      if (!isEqualArgument(cast<BlockArgument>(values[next])))
        return false;
      continue;
    }
    if (isa<AllReduceOp>(op) && llvm::is_contained(site, op))
      continue;
    if (!isDeterministic(op))
      return false;
    if (readsSize(op) && isOfReducedSize(op->getOperand(0), site))
      continue;
    values.insert_range(op->getOperands());
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Reshapes behind an all_reduce
//===----------------------------------------------------------------------===//

static bool isSlice(Operation *op) { return isa<tensor::ExtractSliceOp>(op); }

/// Why a reshape may not stand before a norm, or behind the first one of two.
static Violation explainRows(Operation *reshape) {
  std::string name = toString(reshape->getName().getStringRef());
  if (slicesColumns(reshape))
    return name + " takes some columns of a norm";
  StringRef verb = isa<tensor::ExpandShapeOp>(reshape)     ? "splits"
                   : isa<tensor::CollapseShapeOp>(reshape) ? "merges"
                                                           : "changes";
  return name + " that " + verb.str() +
         " the last dimension stands between them";
}

static Violation checkRowsKept(const Site &site, RankEquality &) {
  // Columns may be cut off before a norm, and not behind it.
  for (Operation *reshape : site.reshapes)
    if (!keepsRows(reshape) && !slicesColumns(reshape))
      return explainRows(reshape);
  for (Operation *reshape : site.postReshapes)
    if (!keepsRows(reshape))
      return explainRows(reshape);
  return std::nullopt;
}

static Violation checkReadSlicedAlone(const Site &site, RankEquality &) {
  SmallVector<Operation *, 3> operations = site.getOperations();
  operations.pop_back();
  while (!operations.empty() && !isSlice(operations.back()))
    operations.pop_back();
  if (operations.empty())
    return std::nullopt;
  operations.pop_back();
  for (Operation *op : operations)
    if (!isReadOnce(op->getResult(0)))
      return "something else reads what tensor.extract_slice takes a part of";
  return std::nullopt;
}

static Violation checkSliceSameOnEveryRank(const Site &site,
                                           RankEquality &ranks) {
  SmallVector<Operation *, 3> operations = site.getOperations();
  for (Operation *op : operations)
    if (isSlice(op))
      for (Value operand : op->getOperands().drop_front())
        if (!ranks.isEqual(operand, operations))
          return "the ranks are not known to take the same part in "
                 "tensor.extract_slice";
  return std::nullopt;
}

bool fusion::isFusedAsItIs(AllReduceOp reduce) {
  // As a residual it is read by a norm of something else.
  return llvm::any_of(reduce.getReduced().getUses(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    return use.getOperandNumber() == 0 && isNorm(user) &&
           !findReason(getConstraints(),
                       Site{reduce, cast<norm::NormOpInterface>(user)});
  });
}

ArrayRef<Constraint<const Site &, RankEquality &>>
fusion::getReshapeConstraints() {
  static constexpr Constraint<const Site &, RankEquality &> constraints[] = {
      {"RowsKept", checkRowsKept},
      {"ReadSlicedAlone", checkReadSlicedAlone},
      {"SliceSameOnEveryRank", checkSliceSameOnEveryRank},
  };
  return constraints;
}

std::optional<Reason> fusion::findReshapeReason(const Site &site,
                                                RankEquality &ranks) {
  if (auto reason = findReason(getReshapeConstraints(), site, ranks))
    return reason;
  return findReason(getConstraints(), site);
}

//===----------------------------------------------------------------------===//
// Reshapes of a sum
//===----------------------------------------------------------------------===//

/// Whether `addend` comes from an all_reduce through reshapes and, where its
/// rows stay whole, through a norm, and nothing else reads it on the way. Adds
/// what it comes through.
static bool isReducedAlone(Value addend, bool mayBeNormed,
                           SmallVectorImpl<Operation *> &operations) {
  SmallVector<Operation *> reshapes;
  Value source = getReshaped(addend, reshapes);
  if (auto first = source.getDefiningOp<norm::RMSNormOp>();
      first && mayBeNormed) {
    operations.push_back(first);
    source = getReshaped(first.getInput(), reshapes);
  }
  auto reduce = source.getDefiningOp<AllReduceOp>();
  if (!reduce)
    return false;
  operations.push_back(reduce);
  llvm::append_range(operations, reshapes);
  return llvm::all_of(
      operations, [](Operation *op) { return isReadOnce(op->getResult(0)); });
}

static Violation checkSumRowsKept(const ReshapedSum &site, RankEquality &) {
  for (Operation *reshape : site.reshapes)
    if (!keepsRows(reshape) && !slicesColumns(reshape))
      return explainRows(reshape);
  return std::nullopt;
}

/// The operations of an all_reduce whose value both slices and nothing else
/// reads; none if there is no such.
static SmallVector<Operation *> getSlicedAlone(const ReshapedSum &site) {
  SmallVector<Operation *> inside = {site.sum.getDefiningOp()};
  llvm::append_range(inside, ArrayRef(site.reshapes).drop_back());
  if (!llvm::all_of(inside,
                    [](Operation *op) { return isReadOnce(op->getResult(0)); }))
    return {};
  Sum addition = *matchSum(site.sum);
  bool mayBeNormed = llvm::none_of(site.reshapes, slicesColumns);
  for (Value addend : {addition.left, addition.right}) {
    SmallVector<Operation *> operations = inside;
    if (isReducedAlone(addend, mayBeNormed, operations))
      return operations;
  }
  return {};
}

static Violation checkSumReadSlicedAlone(const ReshapedSum &site,
                                         RankEquality &) {
  if (llvm::none_of(site.reshapes, isSlice) || !getSlicedAlone(site).empty())
    return std::nullopt;
  return "something else reads what tensor.extract_slice takes a part of";
}

static Violation checkSumSliceSameOnEveryRank(const ReshapedSum &site,
                                              RankEquality &ranks) {
  SmallVector<Operation *> operations = getSlicedAlone(site);
  for (Operation *op : site.reshapes)
    if (isSlice(op))
      for (Value operand : op->getOperands().drop_front())
        if (!ranks.isEqual(operand, operations))
          return "the ranks are not known to take the same part in "
                 "tensor.extract_slice";
  return std::nullopt;
}

static Violation checkSumInSameBlock(const ReshapedSum &site, RankEquality &) {
  if (Violation violation = checkOneBlock(site.sum.getDefiningOp(), site.norm))
    return "the norm " + *violation;
  return std::nullopt;
}

ArrayRef<Constraint<const ReshapedSum &, RankEquality &>>
fusion::getReshapedSumConstraints() {
  static constexpr Constraint<const ReshapedSum &, RankEquality &>
      constraints[] = {
          {"SameBlock", checkSumInSameBlock},
          {"RowsKept", checkSumRowsKept},
          {"ReadSlicedAlone", checkSumReadSlicedAlone},
          {"SliceSameOnEveryRank", checkSumSliceSameOnEveryRank},
      };
  return constraints;
}

std::optional<Reason> fusion::findReshapeReason(const ReshapedSum &site,
                                                RankEquality &ranks) {
  return findReason(getReshapedSumConstraints(), site, ranks);
}

SumMove fusion::getSumMove(const ReshapedSum &site, RankEquality &ranks) {
  if (checkSumInSameBlock(site, ranks))
    return SumMove::None;
  if (llvm::any_of(site.reshapes, isSlice) && !findReshapeReason(site, ranks))
    return SumMove::BeforeSum;
  // A norm of all rows gives those that are taken.
  return llvm::all_of(site.reshapes, keepsRows) ? SumMove::BehindNorm
                                                : SumMove::None;
}

//===----------------------------------------------------------------------===//
// Reshapes of a norm that is quantized
//===----------------------------------------------------------------------===//

Violation fusion::checkQuantizedRowsKept(norm::QuantizeOp quantize) {
  std::optional<QuantizeSite> site = getReshapedQuantize(quantize);
  norm::SchemeAttr scheme = quantize.getScheme();
  // Each element by itself.
  if (!site || scheme.getKind() == norm::SchemeKind::PerTensor)
    return std::nullopt;
  for (Operation *reshape : site->reshapes) {
    if (!keepsRows(reshape))
      return explainRows(reshape);
    // In the other layouts rows of scales do not lie one after the other.
    if (isSlice(reshape) && scheme.getLayout() != norm::ScaleLayout::Linear)
      return "tensor.extract_slice takes some rows of scales in the layout " +
             norm::stringifyScaleLayout(scheme.getLayout()).str();
  }
  return std::nullopt;
}
