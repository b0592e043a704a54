//===- Sequential.cpp - Kernels with loops --------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Schedules.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace conorm;

/// The loops that are no grid of threads, from the outermost in, around one
/// point of the operation. `values` are what the outputs hold so far.
static SmallVector<Value> buildLoops(Kernel &kernel, ArrayRef<KernelAxis> inner,
                                     ValueRange values) {
  linalg::LinalgOp op = kernel.getOp();
  ImplicitLocOpBuilder &body = kernel.getBody();
  if (inner.empty()) {
    SmallVector<Value> operands;
    for (OpOperand *input : op.getDpsInputOperands())
      operands.push_back(op.payloadUsesValueFromOperand(input)
                             ? kernel.read(*input)
                             : Value());
    llvm::append_range(operands, values);
    return kernel.cloneBody(operands);
  }
  auto loop = scf::ForOp::create(body, kernel.constant(0),
                                 kernel.getIndex(inner.front().size),
                                 kernel.constant(1), values);
  OpBuilder::InsertionGuard guard(body);
  body.setInsertionPointToStart(loop.getBody());
  kernel.setAxis(inner.front(), loop.getInductionVar());
  scf::YieldOp::create(
      body, buildLoops(kernel, inner.drop_front(), loop.getRegionIterArgs()));
  return loop.getResults();
}

gpu::LaunchFuncOp conorm::buildSequential(Kernel &kernel,
                                          gpu::GPUModuleOp module) {
  linalg::LinalgOp op = kernel.getOp();
  ImplicitLocOpBuilder &body = kernel.getBody();
  SmallVector<KernelAxis> outer, inner;
  for (auto [loop, kind] : llvm::enumerate(op.getIteratorTypesArray())) {
    bool isParallel = kind == utils::IteratorType::parallel;
    SmallVector<KernelAxis> axis = kernel.makeAxes(loop, loop + 1);
    llvm::append_range(isParallel ? outer : inner, axis);
  }
  Value point = kernel.getThread();
  Value isInside =
      arith::CmpIOp::create(body, arith::CmpIPredicate::ult, point,
                            kernel.getIndex(kernel.countPoints(outer)));
  auto inside = scf::IfOp::create(body, isInside);
  body.setInsertionPointToStart(inside.thenBlock());
  kernel.setPoint(outer, point);
  SmallVector<Value> values;
  for (OpOperand &init : op.getDpsInitsMutable())
    values.push_back(kernel.read(init));
  values = buildLoops(kernel, inner, values);
  for (auto [value, init] : llvm::zip(values, op.getDpsInitsMutable()))
    kernel.store(value, kernel.getAddress(init));
  return kernel.launch(module, "reduce", outer, kBlockSize);
}
