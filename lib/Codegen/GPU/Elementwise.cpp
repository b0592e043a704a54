//===- Elementwise.cpp - Kernels without reductions -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Schedules.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace conorm;

namespace {

/// How an operand is accessed by a thread with several points.
enum class Access { Vector, Same, Scattered };

class ElementwiseBuilder {
public:
  explicit ElementwiseBuilder(Kernel &kernel)
      : kernel(kernel), op(kernel.getOp()), body(kernel.getBody()),
        axes(kernel.makeAxes(0, op.getNumLoops())) {
    width = chooseWidth();
    for (OpOperand &operand : op->getOpOperands())
      accesses.push_back(classify(operand));
  }

  gpu::LaunchFuncOp build(gpu::GPUModuleOp module);

private:
  int64_t chooseWidth();
  Access classify(OpOperand &operand);
  Value checkAlignment();
  void buildPoint(Value linear);
  void buildPoints(Value first, Value last);
  void buildVector(Value first);
  Value readLane(OpOperand &operand, Value vector, int64_t lane);

  int64_t getAlignment(MemRefType type) {
    int64_t bits = getStoredType(type.getElementType()).getIntOrFloatBitWidth();
    return std::min<int64_t>(16, width * bits / 8);
  }

  Kernel &kernel;
  linalg::LinalgOp op;
  ImplicitLocOpBuilder &body;
  SmallVector<KernelAxis> axes;
  /// Points of a thread.
  int64_t width = 1;
  SmallVector<Access> accesses;
};

} // namespace

/// As many elements as 16 bytes have of the smallest type, if the last axis is
/// a multiple of that.
int64_t ElementwiseBuilder::chooseWidth() {
  if (axes.empty())
    return 1;
  int64_t bits = 64;
  for (OpOperand &operand : op->getOpOperands())
    if (const KernelBuffer *buffer = kernel.getBuffer(operand))
      bits = std::min<int64_t>(
          bits,
          getStoredType(buffer->type.getElementType()).getIntOrFloatBitWidth());
  int64_t width = std::min<int64_t>(8, 128 / bits);
  std::optional<int64_t> size = getConstantIntValue(axes.back().size);
  // One axis may end within a thread's points; of several, the last may not.
  if (!size && axes.size() > 1)
    return 1;
  while (size && *size % width != 0)
    width /= 2;
  return width;
}

Access ElementwiseBuilder::classify(OpOperand &operand) {
  const KernelBuffer *buffer = kernel.getBuffer(operand);
  if (!buffer)
    return Access::Same;
  if (axes.empty())
    return Access::Scattered;
  std::optional<int64_t> last = kernel.getStride(operand, axes.back());
  if (last == 0)
    return Access::Same;
  if (last != 1 || width == 1)
    return Access::Scattered;
  // The other strides keep vectors aligned.
  for (const KernelAxis &axis : ArrayRef(axes).drop_back()) {
    std::optional<int64_t> stride = kernel.getStride(operand, axis);
    if (!stride || *stride % width != 0)
      return Access::Scattered;
  }
  for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults())
    if (!isa<AffineDimExpr, AffineConstantExpr>(expr))
      return Access::Scattered;
  return Access::Vector;
}

/// Whether all vectors are aligned, null if there are none.
Value ElementwiseBuilder::checkAlignment() {
  Value misaligned;
  for (OpOperand &operand : op->getOpOperands()) {
    if (accesses[operand.getOperandNumber()] != Access::Vector)
      continue;
    const KernelBuffer *buffer = kernel.getBuffer(operand);
    Value address =
        LLVM::PtrToIntOp::create(body, body.getI64Type(), buffer->pointer);
    Value mask = arith::ConstantIntOp::create(body, body.getI64Type(),
                                              getAlignment(buffer->type) - 1);
    Value rest = arith::AndIOp::create(body, address, mask);
    misaligned = misaligned
                     ? arith::OrIOp::create(body, misaligned, rest).getResult()
                     : rest;
  }
  if (!misaligned)
    return Value();
  Value zero = arith::ConstantIntOp::create(body, body.getI64Type(), 0);
  return arith::CmpIOp::create(body, arith::CmpIPredicate::eq, misaligned,
                               zero);
}

void ElementwiseBuilder::buildPoint(Value linear) {
  kernel.setPoint(axes, linear);
  SmallVector<Value> operands;
  for (OpOperand &operand : op->getOpOperands())
    operands.push_back(op.payloadUsesValueFromOperand(&operand)
                           ? kernel.read(operand)
                           : Value());
  SmallVector<Value> results = kernel.cloneBody(operands);
  for (auto [result, init] : llvm::zip(results, op.getDpsInitsMutable()))
    kernel.store(result, kernel.getAddress(init));
}

void ElementwiseBuilder::buildPoints(Value first, Value last) {
  auto loop = scf::ForOp::create(body, first, last, kernel.constant(1));
  OpBuilder::InsertionGuard guard(body);
  body.setInsertionPointToStart(loop.getBody());
  buildPoint(loop.getInductionVar());
}

Value ElementwiseBuilder::readLane(OpOperand &operand, Value vector,
                                   int64_t lane) {
  if (!op.payloadUsesValueFromOperand(&operand))
    return Value();
  if (!vector || accesses[operand.getOperandNumber()] == Access::Scattered)
    return kernel.read(operand);
  if (accesses[operand.getOperandNumber()] == Access::Same)
    return vector;
  Value index = arith::ConstantIntOp::create(body, body.getI32Type(), lane);
  Type element = kernel.getBuffer(operand)->type.getElementType();
  return kernel.fromStored(LLVM::ExtractElementOp::create(body, vector, index),
                           element);
}

/// All points of a thread at once.
void ElementwiseBuilder::buildVector(Value first) {
  kernel.setPoint(axes, first);
  Value begin = kernel.getAxis(axes.back());
  SmallVector<Value> loaded, stored, addresses;
  for (OpOperand &operand : op->getOpOperands()) {
    Value &value = loaded.emplace_back();
    Access access = accesses[operand.getOperandNumber()];
    bool isInit = op.isDpsInit(&operand);
    const KernelBuffer *buffer = kernel.getBuffer(operand);
    Value address =
        access == Access::Vector ? kernel.getAddress(operand) : Value();
    auto type =
        buffer ? VectorType::get({width},
                                 getStoredType(buffer->type.getElementType()))
               : VectorType();
    if (isInit) {
      addresses.push_back(address);
      stored.push_back(address ? LLVM::PoisonOp::create(body, type).getResult()
                               : Value());
    }
    if (!op.payloadUsesValueFromOperand(&operand))
      continue;
    if (access == Access::Vector)
      value =
          LLVM::LoadOp::create(body, type, address, getAlignment(buffer->type));
    else if (access == Access::Same)
      value = kernel.read(operand);
  }
  for (int64_t lane = 0; lane < width; ++lane) {
    kernel.setAxis(axes.back(),
                   arith::AddIOp::create(body, begin, kernel.constant(lane)));
    SmallVector<Value> operands;
    for (auto [operand, vector] : llvm::zip(op->getOpOperands(), loaded))
      operands.push_back(readLane(operand, vector, lane));
    SmallVector<Value> results = kernel.cloneBody(operands);
    for (auto [result, init, vector] :
         llvm::zip(results, op.getDpsInitsMutable(), stored)) {
      if (!vector) {
        kernel.store(result, kernel.getAddress(init));
        continue;
      }
      Value index = arith::ConstantIntOp::create(body, body.getI32Type(), lane);
      vector = LLVM::InsertElementOp::create(
          body, vector, kernel.toStored(body, result), index);
    }
  }
  for (auto [init, vector, address] :
       llvm::zip(op.getDpsInitsMutable(), stored, addresses))
    if (vector)
      LLVM::StoreOp::create(body, vector, address,
                            getAlignment(kernel.getBuffer(init)->type));
}

gpu::LaunchFuncOp ElementwiseBuilder::build(gpu::GPUModuleOp module) {
  OpFoldResult count = kernel.countPoints(axes);
  Value total = kernel.getIndex(count);
  Value first =
      arith::MulIOp::create(body, kernel.getThread(), kernel.constant(width));
  Value isInside =
      arith::CmpIOp::create(body, arith::CmpIPredicate::ult, first, total);
  auto inside = scf::IfOp::create(body, isInside);
  body.setInsertionPointToStart(inside.thenBlock());
  if (width == 1) {
    buildPoint(first);
  } else {
    Value end = arith::AddIOp::create(body, first, kernel.constant(width));
    Value last = arith::MinUIOp::create(body, end, total);
    Value isWhole =
        arith::CmpIOp::create(body, arith::CmpIPredicate::ule, end, total);
    if (Value isAligned = checkAlignment())
      isWhole = arith::AndIOp::create(body, isWhole, isAligned);
    auto choice = scf::IfOp::create(body, isWhole, /*withElseRegion=*/true);
    body.setInsertionPointToStart(choice.thenBlock());
    buildVector(first);
    body.setInsertionPointToStart(choice.elseBlock());
    buildPoints(first, last);
  }
  return kernel.launch(module, "elementwise", axes, kBlockSize * width);
}

gpu::LaunchFuncOp conorm::buildElementwise(Kernel &kernel,
                                           gpu::GPUModuleOp module) {
  return ElementwiseBuilder(kernel).build(module);
}
