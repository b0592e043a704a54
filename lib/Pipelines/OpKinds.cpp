//===- OpKinds.cpp - What passes of a pipeline have work for --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Pipelines/OpKinds.h"

#include "conorm/Bufferization/Deallocation.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace conorm;

template <typename... Dialects>
static bool isOf(Operation *op) {
  return isa_and_nonnull<Dialects...>(op->getDialect());
}

static bool isAny(Operation *) { return true; }

static bool isCopy(Operation *op) { return isa<memref::CopyOp>(op); }

static bool hasBranches(Operation *op) {
  return llvm::any_of(op->getRegions(), [](Region &region) {
    return !region.empty() && !region.hasOneBlock();
  });
}

static bool isFloatArithmetic(Operation *op) {
  auto isFloat = [](Type type) {
    return isa<FloatType>(getElementTypeOrSelf(type));
  };
  return isOf<arith::ArithDialect, math::MathDialect>(op) &&
         !isa<arith::ConstantOp>(op) &&
         (llvm::any_of(op->getOperandTypes(), isFloat) ||
          llvm::any_of(op->getResultTypes(), isFloat));
}

static bool needsLoops(Operation *op) {
  return isOf<linalg::LinalgDialect, scf::SCFDialect>(op) ||
         isFloatArithmetic(op);
}

static bool isView(Operation *op) {
  return isOf<affine::AffineDialect>(op) ||
         (isOf<memref::MemRefDialect>(op) &&
          !isa<memref::AllocOp, memref::AllocaOp, memref::DeallocOp,
               memref::LoadOp, memref::StoreOp, memref::GlobalOp,
               memref::GetGlobalOp, memref::ExtractAlignedPointerAsIndexOp>(
              op));
}

static bool isHighLevel(Operation *op) {
  return needsLoops(op) || isView(op) || isOf<math::MathDialect>(op);
}

/// Interrupts a walk where `isFound` holds.
template <bool (*isFound)(Operation *)>
static WalkResult find(Operation *op) {
  return isFound(op) ? WalkResult::interrupt() : WalkResult::advance();
}

/// Does not look into functions: a walk over a large model waits for memory at
/// every operation.
static WalkResult findUnclearOwnership(Operation *op) {
  auto function = dyn_cast<func::FuncOp>(op);
  if (!function)
    return WalkResult::advance();
  return hasClearOwnership(function) ? WalkResult::skip()
                                     : WalkResult::interrupt();
}

static constexpr OpKindInfo kOpKinds[] = {
    {OpKind::Any, "any", "Any operation", find<isAny>},
    {OpKind::Branches, "branches", "Regions of several blocks",
     find<hasBranches>},
    {OpKind::UnclearOwnership, "unclear-ownership",
     "Functions with buffers that are not freed or returned once",
     findUnclearOwnership},
    {OpKind::Loops, "loops", "linalg, scf and arithmetic on floats",
     find<needsLoops>},
    {OpKind::Views, "views", "Views of buffers, and affine", find<isView>},
    {OpKind::HighLevel, "high-level", "Loops, views and math",
     find<isHighLevel>},
    {OpKind::Copies, "copies", "memref.copy", find<isCopy>},
    {OpKind::SCF, "scf", "The dialect scf", find<isOf<scf::SCFDialect>>},
    {OpKind::Math, "math", "The dialect math", find<isOf<math::MathDialect>>},
};

ArrayRef<OpKindInfo> conorm::getOpKinds() { return kOpKinds; }

bool conorm::holdsOpOfKind(Operation *op, OpKind kind) {
  const OpKindInfo *info = llvm::find_if(
      kOpKinds, [&](const OpKindInfo &info) { return info.kind == kind; });
  return op->walk<WalkOrder::PreOrder>(info->look).wasInterrupted();
}
