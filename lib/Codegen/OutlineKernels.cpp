//===- OutlineKernels.cpp - Loops as functions ----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Codegen/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

namespace conorm {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "conorm/Codegen/Passes.h.inc"
} // namespace conorm

using namespace mlir;

/// Whether `op` makes a view whose place and shape are known here, so that the
/// kernel can make it by itself.
static bool isStaticView(Operation *op) {
  if (!isa_and_nonnull<memref::SubViewOp, memref::CollapseShapeOp,
                       memref::ExpandShapeOp, memref::CastOp>(op) ||
      op->getNumOperands() != 1)
    return false;
  // A cast's source may have no rank.
  auto source = dyn_cast<MemRefType>(op->getOperand(0).getType());
  return source && source.hasStaticShape();
}

/// Everything from outside that `op` uses: what the kernel has a copy of, each
/// operation after those that it uses, and what has to be passed.
static void findInputs(Operation *op, llvm::SetVector<Operation *> &copied,
                       llvm::SetVector<Value> &arguments) {
  llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), used);
  for (Value value : used) {
    SmallVector<Operation *> views;
    while (isStaticView(value.getDefiningOp())) {
      views.push_back(value.getDefiningOp());
      value = views.back()->getOperand(0);
    }
    if (value.getDefiningOp() && matchPattern(value, m_Constant()))
      copied.insert(value.getDefiningOp());
    else
      arguments.insert(value);
    copied.insert(views.rbegin(), views.rend());
  }
}

/// Whether a buffer is where its pointer is and has the shape that its type
/// says, so that the pointer can be passed alone. Callers then have one value
/// to pass instead of seven for a matrix. Of a buffer without elements upstream
/// cannot pass the pointer alone: some of its strides are zero.
static bool isPointer(Type type) {
  auto buffer = dyn_cast<MemRefType>(type);
  return !buffer ||
         (buffer.hasStaticShape() && buffer.getLayout().isIdentity() &&
          buffer.getNumElements() != 0);
}

/// A function, not in a module yet, that does what `op` does.
static func::FuncOp makeKernel(Operation *op, ArrayRef<Operation *> copied,
                               ValueRange arguments) {
  OpBuilder builder(op->getContext());
  // The place of one of many uses would be wrong for the others.
  Location loc = builder.getUnknownLoc();
  auto kernel =
      func::FuncOp::create(builder, loc, conorm::kKernelPrefix,
                           builder.getFunctionType(arguments.getTypes(), {}));
  kernel.setPrivate();
  if (llvm::all_of(arguments.getTypes(), isPointer))
    kernel->setAttr("llvm.bareptr", builder.getUnitAttr());
  Block *body = kernel.addEntryBlock();
  IRMapping mapping;
  mapping.map(arguments, body->getArguments());
  builder.setInsertionPointToStart(body);
  for (Operation *other : copied)
    builder.clone(*other, mapping);
  builder.clone(*op, mapping);
  func::ReturnOp::create(builder, loc);
  return kernel;
}

/// What of two kernels has to be equal. Single elements that a body reads may
/// be out of bounds: what is said of them then names their place.
static OperationEquivalence::Flags getCompared(func::FuncOp kernel) {
  bool hasLoads =
      kernel.walk([](memref::LoadOp) { return WalkResult::interrupt(); })
          .wasInterrupted();
  return hasLoads ? OperationEquivalence::None
                  : OperationEquivalence::IgnoreLocations;
}

/// Whether the bodies are the same. Operands that could be interchanged are
/// compared one by one: kernels stay as they were written.
static bool haveEqualBodies(func::FuncOp left, func::FuncOp right) {
  llvm::DenseMap<Value, Value> equal;
  return OperationEquivalence::isRegionEquivalentTo(
      &left.getBody(), &right.getBody(),
      [&](Value value, Value other) {
        return success(equal.lookup(value) == other);
      },
      [&](Value value, Value other) { equal[value] = other; },
      getCompared(left));
}

namespace {

/// Kernels are equal if they have the same type and body, as upstream's
/// duplicate-function-elimination has it; their names are not compared.
struct KernelInfo : public llvm::DenseMapInfo<func::FuncOp> {
  static unsigned getHashValue(func::FuncOp kernel) {
    OperationEquivalence::Flags flags = getCompared(kernel);
    llvm::hash_code hash = hash_value(kernel.getFunctionType());
    kernel.getBody().walk([&](Operation *op) {
      hash = llvm::hash_combine(
          hash, OperationEquivalence::computeHash(
                    op, OperationEquivalence::ignoreHashValue,
                    OperationEquivalence::ignoreHashValue, flags));
    });
    return hash;
  }

  static bool isEqual(func::FuncOp left, func::FuncOp right) {
    if (left == right)
      return true;
    if (left == getEmptyKey() || left == getTombstoneKey() ||
        right == getEmptyKey() || right == getTombstoneKey())
      return false;
    return left.getFunctionType() == right.getFunctionType() &&
           left->getDiscardableAttrDictionary() ==
               right->getDiscardableAttrDictionary() &&
           haveEqualBodies(left, right);
  }
};

struct OutlineKernels
    : public conorm::impl::OutlineKernelsBase<OutlineKernels> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    for (auto function : getOperation().getOps<func::FuncOp>())
      function.walk([&](linalg::LinalgOp op) {
        if (op.hasPureBufferSemantics())
          ops.push_back(op);
      });
    SymbolTable table(getOperation());
    llvm::DenseSet<func::FuncOp, KernelInfo> kernels;
    for (linalg::LinalgOp op : ops) {
      llvm::SetVector<Operation *> copied;
      llvm::SetVector<Value> arguments;
      findInputs(op, copied, arguments);
      func::FuncOp made =
          makeKernel(op, copied.getArrayRef(), arguments.getArrayRef());
      auto [kernel, isNew] = kernels.insert(made);
      if (isNew) {
        table.insert(made);
        ++numKernels;
      } else {
        made.erase();
      }
      OpBuilder builder(op);
      func::CallOp::create(builder, op.getLoc(), *kernel,
                           arguments.getArrayRef());
      op->erase();
      for (Operation *other : llvm::reverse(copied))
        if (isOpTriviallyDead(other))
          other->erase();
    }
    numOutlined += ops.size();
    if (ops.empty())
      markAllAnalysesPreserved();
  }
};

} // namespace
