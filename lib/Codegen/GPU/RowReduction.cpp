//===- RowReduction.cpp - Kernels with a row of threads for a sum ---------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Schedules.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace conorm;

/// Threads that exchange values without memory.
static constexpr int64_t kWarpSize = 32;
/// Elements up to which a warp is enough.
static constexpr int64_t kWarpElements = 1024;

/// The operations that combine what the steps of the reduction yield, one for
/// each output; empty if there is another way in which a step uses the last
/// one.
static SmallVector<Operation *> findCombiners(linalg::LinalgOp op) {
  SmallVector<Operation *> combiners;
  for (unsigned index = 0; index < op.getNumDpsInits(); ++index) {
    SmallVector<Operation *> found;
    if (!matchReduction(op.getRegionOutputArgs(), index, found) ||
        found.size() != 1 || found.front()->getNumOperands() != 2 ||
        !arith::getNeutralElement(found.front()))
      return {};
    combiners.push_back(found.front());
  }
  return combiners;
}

namespace {

class RowReductionBuilder {
public:
  RowReductionBuilder(Kernel &kernel, ArrayRef<Operation *> combiners)
      : kernel(kernel), op(kernel.getOp()), body(kernel.getBody()),
        combiners(combiners),
        rows(kernel.makeAxes(0, op.getNumParallelLoops())),
        inner(kernel.makeAxes(op.getNumParallelLoops(), op.getNumLoops())) {
    std::optional<int64_t> size =
        getConstantIntValue(kernel.countPoints(inner));
    isWarp = size && *size <= kWarpElements;
    numThreads = isWarp ? kWarpSize : kBlockSize;
  }

  gpu::LaunchFuncOp build(gpu::GPUModuleOp module);

private:
  SmallVector<Value> reduceSteps(Value thread);
  Value combine(Operation *combiner, unsigned output, Value left, Value right);
  Value shuffle(Value value, int64_t distance);
  Value reduceWarp(Operation *combiner, unsigned output, Value value);
  Value reduceBlock(Operation *combiner, unsigned output, Value value,
                    Value space, Value thread);

  Kernel &kernel;
  linalg::LinalgOp op;
  ImplicitLocOpBuilder &body;
  ArrayRef<Operation *> combiners;
  SmallVector<KernelAxis> rows, inner;
  /// A row has a warp, or a block.
  bool isWarp;
  int64_t numThreads;
};

} // namespace

/// What this thread has of its row: every step that is `numThreads` from the
/// one before, from its own on, in their order.
SmallVector<Value> RowReductionBuilder::reduceSteps(Value thread) {
  SmallVector<Value> start;
  for (Operation *combiner : combiners)
    start.push_back(arith::ConstantOp::create(
        body, cast<TypedAttr>(*arith::getNeutralElement(combiner))));
  auto loop = scf::ForOp::create(body, thread,
                                 kernel.getIndex(kernel.countPoints(inner)),
                                 kernel.constant(numThreads), start);
  OpBuilder::InsertionGuard guard(body);
  body.setInsertionPointToStart(loop.getBody());
  kernel.setPoint(inner, loop.getInductionVar());
  SmallVector<Value> operands;
  for (OpOperand *input : op.getDpsInputOperands())
    operands.push_back(
        op.payloadUsesValueFromOperand(input) ? kernel.read(*input) : Value());
  llvm::append_range(operands, loop.getRegionIterArgs());
  scf::YieldOp::create(body, kernel.cloneBody(operands));
  return loop.getResults();
}

/// The combiner of `left`, as what it had so far, and `right`.
Value RowReductionBuilder::combine(Operation *combiner, unsigned output,
                                   Value left, Value right) {
  Operation *copy = body.clone(*combiner);
  bool isFirst = combiner->getOperand(0) == op.getRegionOutputArgs()[output];
  copy->setOperands(isFirst ? ValueRange{left, right}
                            : ValueRange{right, left});
  return copy->getResult(0);
}

/// The value of the thread whose number differs in one bit.
Value RowReductionBuilder::shuffle(Value value, int64_t distance) {
  Type type = value.getType();
  Value stored = kernel.toStored(body, value);
  Type storedType = stored.getType(), i32 = body.getI32Type();
  unsigned width = storedType.getIntOrFloatBitWidth();
  if (width < 32) {
    if (!storedType.isInteger())
      stored =
          arith::BitcastOp::create(body, body.getIntegerType(width), stored);
    stored = arith::ExtUIOp::create(body, i32, stored);
  }
  Value other = gpu::ShuffleOp::create(
                    body, stored, static_cast<int32_t>(distance),
                    static_cast<int32_t>(kWarpSize), gpu::ShuffleMode::XOR)
                    .getShuffleResult();
  if (width < 32) {
    other = arith::TruncIOp::create(body, body.getIntegerType(width), other);
    if (!storedType.isInteger())
      other = arith::BitcastOp::create(body, storedType, other);
  }
  return kernel.fromStored(other, type);
}

Value RowReductionBuilder::reduceWarp(Operation *combiner, unsigned output,
                                      Value value) {
  for (int64_t distance = kWarpSize / 2; distance > 0; distance /= 2)
    value = combine(combiner, output, value, shuffle(value, distance));
  return value;
}

/// Of what the warps have, each through `space`, in their order.
Value RowReductionBuilder::reduceBlock(Operation *combiner, unsigned output,
                                       Value value, Value space, Value thread) {
  Value warp = arith::DivUIOp::create(body, thread, kernel.constant(kWarpSize));
  Value lane = arith::RemUIOp::create(body, thread, kernel.constant(kWarpSize));
  Value isFirst = arith::CmpIOp::create(body, arith::CmpIPredicate::eq, lane,
                                        kernel.constant(0));
  auto first = scf::IfOp::create(body, isFirst);
  {
    OpBuilder::InsertionGuard guard(body);
    body.setInsertionPointToStart(first.thenBlock());
    memref::StoreOp::create(body, kernel.toStored(body, value), space, warp);
  }
  gpu::BarrierOp::create(body);
  Type type = value.getType();
  for (int64_t index = 0; index < kBlockSize / kWarpSize; ++index) {
    Value part = kernel.fromStored(
        memref::LoadOp::create(body, space, kernel.constant(index)), type);
    value = index == 0 ? part : combine(combiner, output, value, part);
  }
  return value;
}

gpu::LaunchFuncOp RowReductionBuilder::build(gpu::GPUModuleOp module) {
  Value id = kernel.getThread();
  Value row = arith::DivUIOp::create(body, id, kernel.constant(numThreads));
  Value thread = arith::RemUIOp::create(body, id, kernel.constant(numThreads));
  SmallVector<Value> spaces;
  if (!isWarp)
    for (Value value : op.getRegionOutputArgs())
      spaces.push_back(kernel.addSharedSpace(getStoredType(value.getType()),
                                             kBlockSize / kWarpSize));
  Value isInside =
      arith::CmpIOp::create(body, arith::CmpIPredicate::ult, row,
                            kernel.getIndex(kernel.countPoints(rows)));
  auto inside = scf::IfOp::create(body, isInside);
  body.setInsertionPointToStart(inside.thenBlock());
  kernel.setPoint(rows, row);
  SmallVector<Value> values = reduceSteps(thread);
  for (auto [index, value] : llvm::enumerate(values)) {
    value = reduceWarp(combiners[index], index, value);
    if (!isWarp)
      value =
          reduceBlock(combiners[index], index, value, spaces[index], thread);
  }
  Value isFirst = arith::CmpIOp::create(body, arith::CmpIPredicate::eq, thread,
                                        kernel.constant(0));
  auto first = scf::IfOp::create(body, isFirst);
  body.setInsertionPointToStart(first.thenBlock());
  for (auto [index, value] : llvm::enumerate(values)) {
    OpOperand &init = *op.getDpsInitOperand(index);
    kernel.store(combine(combiners[index], index, kernel.read(init), value),
                 kernel.getAddress(init));
  }
  return kernel.launch(module, "reduce_rows", rows, kBlockSize / numThreads);
}

/// Whether neighbouring threads read neighbouring elements of something.
static bool isCoalesced(Kernel &kernel, const KernelAxis &last) {
  return llvm::any_of(
      kernel.getOp().getDpsInputOperands(), [&](OpOperand *input) {
        return kernel.getBuffer(*input) && kernel.getStride(*input, last) == 1;
      });
}

std::optional<gpu::LaunchFuncOp>
conorm::buildRowReduction(Kernel &kernel, gpu::GPUModuleOp module) {
  linalg::LinalgOp op = kernel.getOp();
  unsigned numRows = op.getNumParallelLoops();
  auto kinds = op.getIteratorTypesArray();
  // Everything that is summed comes last.
  if (llvm::any_of(ArrayRef(kinds).take_front(numRows),
                   [](utils::IteratorType kind) {
                     return kind != utils::IteratorType::parallel;
                   }))
    return std::nullopt;
  SmallVector<KernelAxis> inner = kernel.makeAxes(numRows, op.getNumLoops());
  std::optional<int64_t> size = getConstantIntValue(kernel.countPoints(inner));
  if ((size && *size < kWarpSize) || !isCoalesced(kernel, inner.back()))
    return std::nullopt;
  SmallVector<Operation *> combiners = findCombiners(op);
  if (combiners.empty())
    return std::nullopt;
  return RowReductionBuilder(kernel, combiners).build(module);
}
