//===- TestDialect.cpp - Norms outside the libraries ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestDialect.h"

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/Dialect/Norm/IR/Norm.h"
#include "conorm/Interfaces/DestinationBufferization.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::test;

#include "TestDialect.cpp.inc"

#define GET_OP_CLASSES
#include "TestOps.cpp.inc"

using Effects =
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>;

void TestDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "TestOps.cpp.inc"
      >();
}

void conorm::test::registerTestDialect(DialectRegistry &registry) {
  registry.insert<TestDialect>();
  registry.addExtension(+[](MLIRContext *context, TestDialect *) {
    attachDestinationModels<T5NormOp, AllReduceT5NormOp>(context);
  });
}

//===----------------------------------------------------------------------===//
// T5NormOp
//===----------------------------------------------------------------------===//

FloatAttr T5NormOp::getWeightBiasAttr() {
  return norm::getF32Attr(Builder(getContext()), 0.0);
}

norm::Rounding T5NormOp::getRounding() {
  return norm::Rounding::RoundThenScale;
}

SmallVector<StringRef> T5NormOp::getOutputNames() { return {"normed"}; }

SmallVector<ReusableOperands> T5NormOp::getReusableOperands() {
  return {{getOperation()->getResult(0), {&getInputMutable()}}};
}

bool T5NormOp::isElementwise(OpOperand &operand) {
  return &operand == &getInputMutable();
}

StringRef T5NormOp::getRuntimeOperation() { return "norm.rms_norm"; }

void T5NormOp::describeRuntimeCall(RuntimeCall &call) {
  describeNorm(*this, call);
}

void T5NormOp::getEffects(Effects &effects) {
  getDestinationEffects(*this, effects);
}

LogicalResult T5NormOp::reifyResultShapes(OpBuilder &builder,
                                          ReifiedRankedShapedTypeDims &shapes) {
  shapes.push_back(norm::getMixedSizes(builder, getLoc(), getInput()));
  return success();
}

//===----------------------------------------------------------------------===//
// AllReduceT5NormOp
//===----------------------------------------------------------------------===//

FloatAttr AllReduceT5NormOp::getWeightBiasAttr() {
  return norm::getF32Attr(Builder(getContext()), 0.0);
}

norm::Rounding AllReduceT5NormOp::getRounding() {
  return norm::Rounding::RoundThenScale;
}

bool AllReduceT5NormOp::takesDispatch() { return true; }

bool AllReduceT5NormOp::isReplicated(OpResult,
                                     function_ref<bool(Value)> isReplicated) {
  return !getWeight() || isReplicated(getWeight());
}

SmallVector<StringRef> AllReduceT5NormOp::getOutputNames() {
  return {"normed"};
}

SmallVector<ReusableOperands> AllReduceT5NormOp::getReusableOperands() {
  return {{getOperation()->getResult(0), {&getInputMutable()}}};
}

bool AllReduceT5NormOp::isElementwise(OpOperand &operand) {
  return &operand == &getInputMutable();
}

StringRef AllReduceT5NormOp::getRuntimeOperation() {
  return "comm.all_reduce_rms_norm";
}

void AllReduceT5NormOp::describeRuntimeCall(RuntimeCall &call) {
  describeNorm(*this, call);
}

void AllReduceT5NormOp::getEffects(Effects &effects) {
  comm::getCollectiveEffects(*this, effects);
}

LogicalResult
AllReduceT5NormOp::reifyResultShapes(OpBuilder &builder,
                                     ReifiedRankedShapedTypeDims &shapes) {
  shapes.push_back(norm::getMixedSizes(builder, getLoc(), getInput()));
  return success();
}

LogicalResult
AllReduceT5NormOp::verifySymbolUses(SymbolTableCollection &tables) {
  return comm::verifyGroup(*this, getGroupAttr(), tables);
}
