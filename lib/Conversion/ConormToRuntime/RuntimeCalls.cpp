//===- RuntimeCalls.cpp - Calls of the runtime ----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeCalls.h"

#include "../../Support/RemarkLocation.h"
#include "CallArguments.h"
#include "RuntimeEnums.h"
#include "SplitStridedNorm.h"
#include "conorm-runtime/ops.h"
#include "conorm/Codegen/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace conorm;

/// 0 if there is no number.
static Value convertToI64(OpBuilder &builder, Location loc,
                          const RuntimeAbiTypes &types, OpFoldResult number) {
  if (!number)
    return LLVM::ConstantOp::create(builder, loc, types.i64, 0);
  if (std::optional<int64_t> constant = getConstantIntValue(number))
    return LLVM::ConstantOp::create(builder, loc, types.i64, *constant);
  return arith::IndexCastOp::create(builder, loc, types.i64,
                                    cast<Value>(number));
}

/// Whether a status is CONORM_OK.
static Value isOk(OpBuilder &builder, Location loc,
                  const RuntimeAbiTypes &types, Value status) {
  Value ok = LLVM::ConstantOp::create(builder, loc, types.i32,
                                      static_cast<int32_t>(CONORM_OK));
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, status,
                               ok);
}

/// Before `op`, calls that fail the context where sizes do not agree. Returns
/// the status of the last one, which is good only if all are; null if nothing
/// needs a check.
FailureOr<Value> RuntimeCallBuilder::checkSizes(
    Operation *op, func::FuncOp function, uint32_t runtimeOp,
    comm::GroupOp group, LLVM::GlobalOp site, const UnprovenSizes &sizes) {
  Value status;
  if (sizes.rules.empty())
    return status;
  auto callee = getFunction(op, "conorm_expect_size",
                            {types.ptr, types.ptr, types.i64, types.i64});
  if (failed(callee))
    return failure();
  OpBuilder builder(op);
  Location loc = op->getLoc();
  auto toI64 = [&](OpFoldResult size) {
    return convertToI64(builder, loc, types, size);
  };
  SmallVector<OpFoldResult> given;
  for (auto [buffer, dim] : sizes.given)
    given.push_back(memref::getMixedSize(builder, loc, buffer, dim));
  for (const SizeRule &rule : sizes.rules) {
    LLVM::GlobalOp check = constants.makeSizeCheck(
        op, function.getSymName(), runtimeOp, site, group, rule);
    Value size = toI64(affine::makeComposedFoldedAffineApply(
        builder, loc, AffineMap::get(0, given.size(), rule.expected), given));
    Value found =
        toI64(memref::getMixedSize(builder, loc, rule.buffer, rule.dim));
    Value address = LLVM::AddressOfOp::create(builder, loc, check);
    status = LLVM::CallOp::create(
                 builder, loc, *callee,
                 ValueRange{function.getArgument(0), address, size, found})
                 .getResult();
    ++numChecks;
  }
  return status;
}

/// The group of a collective, null for other operations.
comm::GroupOp RuntimeCallBuilder::getGroup(const RuntimeCall &call) {
  FlatSymbolRefAttr name = call.getGroup();
  return name ? table.lookup<comm::GroupOp>(name.getAttr()) : nullptr;
}

LogicalResult RuntimeCallBuilder::guardLoops(Operation *op,
                                             func::FuncOp function,
                                             unsigned index) {
  LLVM::GlobalOp site = constants.makeSite(op, function.getSymName(), index);
  FailureOr<Value> status =
      checkSizes(op, function, CONORM_OP_NONE, comm::GroupOp(), site,
                 sizeRules.findForLoops(op));
  if (failed(status))
    return failure();
  OpBuilder builder(op);
  auto guard = scf::IfOp::create(builder, op->getLoc(),
                                 isOk(builder, op->getLoc(), types, *status));
  op->moveBefore(guard.thenYield());
  return success();
}

//===----------------------------------------------------------------------===//
// Checks of bounds
//===----------------------------------------------------------------------===//

LogicalResult RuntimeCallBuilder::checkBounds(Operation *op,
                                              func::FuncOp function,
                                              unsigned index) {
  OpBuilder builder(op);
  Location loc = op->getLoc();
  SmallVector<BoundsRule> rules = getBoundsRules(op, builder);
  if (rules.empty())
    return success();
  auto callee = getFunction(
      op, "conorm_expect_bounds",
      {types.ptr, types.ptr, types.i64, types.i64, types.i64, types.i64});
  if (failed(callee))
    return failure();
  LLVM::GlobalOp site = constants.makeSite(op, function.getSymName(), index);
  Value status;
  for (const BoundsRule &rule : rules) {
    LLVM::GlobalOp check =
        constants.makeBoundsCheck(op, function.getSymName(), site, rule);
    SmallVector<Value> arguments = {
        function.getArgument(0),
        LLVM::AddressOfOp::create(builder, loc, check)};
    for (OpFoldResult number :
         {rule.offset, rule.size, rule.stride, rule.limit})
      arguments.push_back(convertToI64(builder, loc, types, number));
    status = LLVM::CallOp::create(builder, loc, *callee, arguments).getResult();
    ++numChecks;
  }
  // The last one fails if another one has.
  cf::AssertOp::create(builder, loc, isOk(builder, loc, types, status),
                       kReturnAssertion);
  return success();
}

LogicalResult RuntimeCallBuilder::checkCall(func::CallOp call,
                                            func::FuncOp function) {
  auto callee = getFunction(call, "conorm_context_status", {types.ptr});
  if (failed(callee))
    return failure();
  OpBuilder builder(call->getContext());
  builder.setInsertionPointAfter(call);
  Location loc = call.getLoc();
  Value status = LLVM::CallOp::create(builder, loc, *callee,
                                      ValueRange{function.getArgument(0)})
                     .getResult();
  cf::AssertOp::create(builder, loc, isOk(builder, loc, types, status),
                       kReturnAssertion);
  return success();
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

FailureOr<LLVM::LLVMFuncOp>
RuntimeCallBuilder::getFunction(Operation *op, StringRef name,
                                ArrayRef<Type> arguments) {
  auto type = LLVM::LLVMFunctionType::get(types.i32, arguments);
  if (Operation *symbol = table.lookup(name)) {
    auto function = dyn_cast<LLVM::LLVMFuncOp>(symbol);
    if (function && function.getFunctionType() == type)
      return function;
    InFlightDiagnostic diagnostic = op->emitOpError("expected @")
                                    << name << " to be the runtime's function";
    diagnostic.attachNote(symbol->getLoc())
        << "found " << symbol->getName() << " of that name here";
    return diagnostic;
  }
  OpBuilder builder(op->getContext());
  auto function = LLVM::LLVMFuncOp::create(builder, op->getLoc(), name, type);
  table.insert(function);
  return function;
}

Value RuntimeCallBuilder::getArgumentSpace(func::FuncOp function,
                                           LLVM::LLVMStructType type) {
  Value &space = spaces[{function, type}];
  if (!space) {
    OpBuilder builder(&function.front(), function.front().begin());
    Value one =
        LLVM::ConstantOp::create(builder, function.getLoc(), types.i64, 1);
    space = LLVM::AllocaOp::create(builder, function.getLoc(), types.ptr, type,
                                   one);
  }
  return space;
}

/// The call that replaces `op`, with its discardable attributes.
static void createCall(OpBuilder &builder, Operation *op,
                       LLVM::LLVMFuncOp callee, ValueRange operands) {
  auto call = LLVM::CallOp::create(builder, op->getLoc(), callee, operands);
  // A name without a dialect may be one of the call's own attributes.
  for (NamedAttribute attribute : op->getDiscardableAttrs())
    if (attribute.getName().getValue().contains('.'))
      call->setDiscardableAttr(attribute.getName(), attribute.getValue());
}

FailureOr<const AbiOperation *>
RuntimeCallBuilder::lookupOperation(RuntimeCallOpInterface op) {
  StringRef name = op.getRuntimeOperation();
  if (const AbiOperation *operation = getAbiOperation(name))
    return operation;
  return op->emitOpError("expected to be an operation of the runtime, found '")
         << name << "'";
}

RuntimeCall RuntimeCallBuilder::describe(RuntimeCallOpInterface op) {
  RuntimeCall call(op);
  const AbiOperation *operation = getAbiOperation(op.getRuntimeOperation());
  if (operation && operation->args->find("input")) {
    call.setElementType("element_type", call.getInput());
    call.setInput("input", call.getInput());
  }
  op.describeRuntimeCall(call);
  return call;
}

LogicalResult RuntimeCallBuilder::replace(RuntimeCallOpInterface op,
                                          func::FuncOp function,
                                          unsigned index) {
  RuntimeCall call = describe(op);
  FailureOr<const AbiOperation *> operation = lookupOperation(op);
  if (failed(operation) || failed(checkFields(op, *(*operation)->args, call)))
    return failure();
  FailureOr<LLVM::LLVMFuncOp> callee =
      getFunction(op, (*operation)->function, {types.ptr, types.ptr});
  if (failed(callee))
    return failure();
  LLVM::GlobalOp site = constants.makeSite(op, function.getSymName(), index);
  comm::GroupOp group = getGroup(call);
  int64_t groupSize = group ? group.getGroupSize().value_or(0) : 0;
  if (failed(checkSizes(op, function, (*operation)->number, group, site,
                        sizeRules.findForCall(op, call, groupSize))))
    return failure();
  if (splitStridedNorm(op, call))
    call = describe(op);

  const AbiStruct &args = *(*operation)->args;
  if (args.find("numerics"))
    call.setNumber("numerics", toRuntime(numerics));
  if (call.isSum() && numerics == Numerics::Relaxed)
    remark::passed(getRemarkLocation(op),
                   remark::RemarkOpts::name("Relaxed").category(
                       "convert-conorm-to-runtime"))
        << "left the order of the sum to the strategy"
        << remark::detail::Remark::Arg("Operation", (*operation)->name);

  OpBuilder builder(op);
  CallArguments arguments(builder, op->getLoc(), types);
  arguments.setConstant("site", site);
  if (group)
    arguments.setConstant("group", constants.getGroup(group));
  arguments.setConstant(
      "dispatch", constants.getDispatch(op->getLoc(), call.getDispatch()));
  Value space = getArgumentSpace(function, types.get(args));
  arguments.write(args, call, space);
  // The status is sticky in the context, so that it is not looked at here.
  createCall(builder, op, *callee, {function.getArgument(0), space});
  arguments.finish();
  ++numCalls;
  numCopies += arguments.getNumCopies();
  op->erase();
  return success();
}
