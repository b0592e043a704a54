//===- RuntimeCalls.cpp - Calls of the runtime ----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeCalls.h"

#include "SplitStridedNorm.h"
#include "conorm-runtime/ops.h"
#include "conorm/Codegen/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;
using namespace conorm;

/// Collects the paths to the scalar fields of a structure, in memory order.
static void flattenFields(LLVM::LLVMStructType type,
                          SmallVector<LLVM::GEPArg> prefix,
                          SmallVectorImpl<SmallVector<LLVM::GEPArg>> &paths) {
  for (auto [index, field] : llvm::enumerate(type.getBody())) {
    SmallVector<LLVM::GEPArg> path = prefix;
    path.push_back(static_cast<int32_t>(index));
    if (auto nested = dyn_cast<LLVM::LLVMStructType>(field))
      flattenFields(nested, path, paths);
    else
      paths.push_back(path);
  }
}

namespace {

/// Writes an argument structure field by field, in the order of the C
/// structure, so that the code reads like it.
class ArgumentWriter {
public:
  ArgumentWriter(OpBuilder &builder, Operation *op,
                 const RuntimeAbiTypes &types, LLVM::LLVMStructType type,
                 Value space)
      : builder(builder), loc(op->getLoc()), types(types), type(type),
        space(space) {
    flattenFields(type, {0}, paths);
  }
  ~ArgumentWriter() { assert(next == paths.size() && "fields left unwritten"); }

  ArgumentWriter &value(Value value) {
    Value field =
        LLVM::GEPOp::create(builder, loc, types.ptr, type, space, paths[next++],
                            LLVM::GEPNoWrapFlags::inbounds);
    LLVM::StoreOp::create(builder, loc, value, field);
    return *this;
  }
  ArgumentWriter &i32(uint32_t number) {
    return value(LLVM::ConstantOp::create(builder, loc, types.i32,
                                          static_cast<int32_t>(number)));
  }
  ArgumentWriter &f32(FloatAttr number) {
    return value(LLVM::ConstantOp::create(builder, loc, types.f32, number));
  }
  /// The address of `global`, null if it is.
  ArgumentWriter &global(LLVM::GlobalOp global) {
    if (!global)
      return value(LLVM::ZeroOp::create(builder, loc, types.ptr));
    return value(LLVM::AddressOfOp::create(builder, loc, global));
  }
  /// The number of elements that `sizes` make, as i64.
  ArgumentWriter &product(ArrayRef<OpFoldResult> sizes);

private:
  OpBuilder &builder;
  Location loc;
  const RuntimeAbiTypes &types;
  LLVM::LLVMStructType type;
  Value space;
  SmallVector<SmallVector<LLVM::GEPArg>> paths;
  unsigned next = 0;
};

/// Buffers of one call: pointers of contiguous memory, with copies where an
/// operand is not contiguous.
class CallBuffers {
public:
  CallBuffers(OpBuilder &builder, Operation *op, const RuntimeAbiTypes &types)
      : builder(builder), loc(op->getLoc()), types(types) {}

  /// Pointer of an input or output; null if `buffer` is absent.
  Value input(Value buffer) { return pointer(buffer, /*isOutput=*/false); }
  Value output(Value buffer) { return pointer(buffer, /*isOutput=*/true); }

  /// After the call: copies outputs back and frees what was allocated.
  void finish();
  unsigned getNumCopies() const { return numCopies; }

private:
  Value pointer(Value buffer, bool isOutput);
  Value makeContiguous(Value buffer, bool isOutput);

  OpBuilder &builder;
  Location loc;
  const RuntimeAbiTypes &types;
  /// Temporary buffers, and where their contents go, null for inputs.
  SmallVector<std::pair<Value, Value>> temporaries;
  unsigned numCopies = 0;
};

} // namespace

ArgumentWriter &ArgumentWriter::product(ArrayRef<OpFoldResult> sizes) {
  int64_t constant = 1;
  Value dynamic;
  for (OpFoldResult size : sizes) {
    if (std::optional<int64_t> number = getConstantIntValue(size)) {
      // More than there can be stays more: the runtime refuses it.
      if (llvm::MulOverflow(constant, *number, constant))
        constant = std::numeric_limits<int64_t>::max();
      continue;
    }
    Value wide =
        arith::IndexCastOp::create(builder, loc, types.i64, cast<Value>(size));
    dynamic = dynamic
                  ? Value(arith::MulIOp::create(builder, loc, dynamic, wide))
                  : wide;
  }
  Value count = LLVM::ConstantOp::create(builder, loc, types.i64, constant);
  if (dynamic)
    count = arith::MulIOp::create(builder, loc, dynamic, count);
  return value(count);
}

Value CallBuffers::makeContiguous(Value buffer, bool isOutput) {
  auto type = cast<MemRefType>(buffer.getType());
  auto contiguous = MemRefType::get(type.getShape(), type.getElementType());
  SmallVector<Value> sizes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.isDynamicDim(dim))
      sizes.push_back(memref::DimOp::create(builder, loc, buffer, dim));
  Value temporary = memref::AllocOp::create(builder, loc, contiguous, sizes);
  if (!isOutput)
    memref::CopyOp::create(builder, loc, buffer, temporary);
  temporaries.emplace_back(temporary, isOutput ? buffer : Value());
  ++numCopies;
  return temporary;
}

Value CallBuffers::pointer(Value buffer, bool isOutput) {
  if (!buffer)
    return LLVM::ZeroOp::create(builder, loc, types.ptr);
  auto type = cast<MemRefType>(buffer.getType());
  if (!type.areTrailingDimsContiguous(type.getRank())) {
    buffer = makeContiguous(buffer, isOutput);
    type = cast<MemRefType>(buffer.getType());
  }
  Value address =
      memref::ExtractAlignedPointerAsIndexOp::create(builder, loc, buffer);
  address = arith::IndexCastOp::create(builder, loc, types.i64, address);
  Value pointer = LLVM::IntToPtrOp::create(builder, loc, types.ptr, address);
  if (type.getLayout().isIdentity())
    return pointer;
  auto metadata =
      memref::ExtractStridedMetadataOp::create(builder, loc, buffer);
  Value offset =
      arith::IndexCastOp::create(builder, loc, types.i64, metadata.getOffset());
  // LLVM has no small floats: they are counted in bytes, as in memory.
  Type element = type.getElementType();
  if (element.isIntOrFloat() && element.getIntOrFloatBitWidth() == 8)
    element = builder.getI8Type();
  return LLVM::GEPOp::create(builder, loc, types.ptr, element, pointer,
                             ArrayRef<LLVM::GEPArg>{offset});
}

void CallBuffers::finish() {
  for (auto [temporary, target] : temporaries) {
    if (target)
      memref::CopyOp::create(builder, loc, temporary, target);
    memref::DeallocOp::create(builder, loc, temporary);
  }
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// What all calls have in common.
namespace {
struct Call {
  OpBuilder &builder;
  CallBuffers &buffers;
  ArgumentWriter &args;
  LLVM::GlobalOp site;
  /// Null for operations without a group.
  LLVM::GlobalOp group;
  /// Null for operations without a table of strategies.
  LLVM::GlobalOp dispatch;
};
} // namespace

static uint32_t getElementType(Value buffer) {
  return buffer ? getRuntimeType(
                      cast<ShapedType>(buffer.getType()).getElementType())
                : static_cast<uint32_t>(CONORM_TYPE_NONE);
}

static SmallVector<OpFoldResult> getSizes(Call &call, Value buffer) {
  return memref::getMixedSizes(call.builder, buffer.getLoc(), buffer);
}

static void writeRowsAndCols(Call &call, Value input) {
  SmallVector<OpFoldResult> sizes = getSizes(call, input);
  call.args.product(ArrayRef(sizes).drop_back());
  call.args.product(ArrayRef(sizes).take_back());
}

static void writeNorm(Call &call, FloatAttr epsilon, FloatAttr weightBias,
                      norm::Rounding rounding, Value weight) {
  Value pointer = call.buffers.input(weight);
  call.args.f32(epsilon)
      .f32(weightBias)
      .i32(static_cast<uint32_t>(rounding))
      .i32(getElementType(weight))
      .value(pointer);
}

/// Packed fp4 is i8 here, and 4-bit numbers in the runtime.
static uint32_t getQuantizedType(norm::SchemeAttr scheme, Value quantized) {
  return scheme.getKind() == norm::SchemeKind::NVFP4
             ? static_cast<uint32_t>(CONORM_TYPE_F4E2M1FN)
             : getElementType(quantized);
}

/// Packed exponents are i32 here.
static uint32_t getScaleType(norm::SchemeAttr scheme, Value scales) {
  return scheme.getLayout() == norm::ScaleLayout::PackedColumnMajor
             ? static_cast<uint32_t>(CONORM_TYPE_F8E8M0FNU)
             : getElementType(scales);
}

/// `scheme` is null where nothing is quantized.
static void writeQuant(Call &call, norm::SchemeAttr scheme, Value quantized,
                       Value scales) {
  if (!scheme) {
    for (unsigned field = 0; field < 6; ++field)
      call.args.i32(0);
    return;
  }
  call.args.i32(static_cast<uint32_t>(scheme.getKind()))
      .i32(getQuantizedType(scheme, quantized))
      .i32(getScaleType(scheme, scales))
      .i32(static_cast<uint32_t>(scheme.getLayout()))
      .i32(static_cast<uint32_t>(scheme.getMode()))
      .i32(scheme.getBlockSize());
}

static void writeArguments(Call &call, comm::AllReduceOp op) {
  Value input = call.buffers.input(op.getInput());
  Value output = call.buffers.output(op.getOuts());
  call.args.i32(sizeof(conorm_all_reduce_args))
      .i32(getElementType(op.getInput()))
      .global(call.site)
      .global(call.group)
      .i32(static_cast<uint32_t>(op.getReduction()))
      .i32(static_cast<uint32_t>(op.getStrategy()))
      .i32(CONORM_NUMERICS_EXACT)
      .i32(0)
      .value(input)
      .value(output)
      .product(getSizes(call, op.getInput()))
      .global(call.dispatch);
}

static void writeScatterGather(Call &call, Value input, Value output,
                               comm::Reduction reduction,
                               comm::Strategy strategy, uint64_t dim) {
  SmallVector<OpFoldResult> sizes = getSizes(call, input);
  Value from = call.buffers.input(input);
  Value to = call.buffers.output(output);
  call.args.i32(sizeof(conorm_scatter_gather_args))
      .i32(getElementType(input))
      .global(call.site)
      .global(call.group)
      .i32(static_cast<uint32_t>(reduction))
      .i32(static_cast<uint32_t>(strategy))
      .i32(CONORM_NUMERICS_EXACT)
      .i32(0)
      .value(from)
      .value(to)
      .product(ArrayRef(sizes).take_front(dim))
      .product(ArrayRef(sizes).slice(dim, 1))
      .product(ArrayRef(sizes).drop_front(dim + 1));
}

static void writeArguments(Call &call, comm::ReduceScatterOp op) {
  writeScatterGather(call, op.getInput(), op.getOuts(), op.getReduction(),
                     op.getStrategy(), op.getDim());
}

static void writeArguments(Call &call, comm::AllGatherOp op) {
  writeScatterGather(call, op.getInput(), op.getOuts(), comm::Reduction::Sum,
                     op.getStrategy(), op.getDim());
}

static void writeArguments(Call &call, comm::AllReduceRMSNormOp op) {
  Value input = call.buffers.input(op.getInput());
  Value residual = call.buffers.input(op.getResidual());
  Value reduced = call.buffers.output(op.getOutReduced());
  Value residualOut = call.buffers.output(op.getOutResidualOut());
  Value normed = call.buffers.output(op.getOutNormed());
  Value scale = call.buffers.input(op.getScale());
  Value quantized = call.buffers.output(op.getOutQuantized());
  Value scales = call.buffers.output(op.getOutScales());
  call.args.i32(sizeof(conorm_all_reduce_rms_norm_args))
      .i32(getElementType(op.getInput()))
      .global(call.site)
      .global(call.group)
      .i32(static_cast<uint32_t>(op.getStrategy()))
      .i32(CONORM_NUMERICS_EXACT)
      .value(input)
      .value(residual)
      .value(scale)
      .value(reduced)
      .value(residualOut)
      .value(normed)
      .value(quantized)
      .value(scales);
  writeRowsAndCols(call, op.getInput());
  writeNorm(call, op.getEpsilonAttr(), op.getWeightBiasAttr(), op.getRounding(),
            op.getWeight());
  writeQuant(call, op.getQuantizationAttr(), op.getOutQuantized(),
             op.getOutScales());
  call.args.i32(op.isSandwich()).i32(op.getReplicated());
  FloatAttr zero = call.builder.getF32FloatAttr(0.0f);
  writeNorm(call, op.isSandwich() ? op.getPostNormEpsilonAttr() : zero,
            op.getPostNormWeightBiasAttr(), op.getPostNormRounding(),
            op.getPostNormWeight());
  call.args.global(call.dispatch);
}

static void writeRMSNorm(Call &call, Value input, Value residual,
                         Value residualOut, Value normed, FloatAttr epsilon,
                         FloatAttr weightBias, norm::Rounding rounding,
                         Value weight) {
  Value from = call.buffers.input(input);
  Value added = call.buffers.input(residual);
  Value sum = call.buffers.output(residualOut);
  Value to = call.buffers.output(normed);
  call.args.i32(sizeof(conorm_rms_norm_args))
      .i32(getElementType(input))
      .global(call.site)
      .value(from)
      .value(added)
      .value(sum)
      .value(to);
  writeRowsAndCols(call, input);
  writeNorm(call, epsilon, weightBias, rounding, weight);
}

static void writeArguments(Call &call, norm::RMSNormOp op) {
  writeRMSNorm(call, op.getInput(), Value(), Value(), op.getOuts(),
               op.getEpsilonAttr(), op.getWeightBiasAttr(), op.getRounding(),
               op.getWeight());
}

static void writeArguments(Call &call, norm::AddRMSNormOp op) {
  writeRMSNorm(call, op.getInput(), op.getResidual(), op.getOuts()[1],
               op.getOuts()[0], op.getEpsilonAttr(), op.getWeightBiasAttr(),
               op.getRounding(), op.getWeight());
}

static void writeArguments(Call &call, norm::QuantizeOp op) {
  Value outQuantized = op.getOuts()[0];
  Value outScales = op.getOuts().size() > 1 ? op.getOuts()[1] : Value();
  Value input = call.buffers.input(op.getInput());
  Value scale = call.buffers.input(op.getScale());
  Value quantized = call.buffers.output(outQuantized);
  Value scales = call.buffers.output(outScales);
  call.args.i32(sizeof(conorm_quantize_args))
      .i32(getElementType(op.getInput()))
      .global(call.site)
      .value(input)
      .value(scale)
      .value(quantized)
      .value(scales);
  writeRowsAndCols(call, op.getInput());
  writeQuant(call, op.getScheme(), outQuantized, outScales);
}

//===----------------------------------------------------------------------===//
// Checks of sizes
//===----------------------------------------------------------------------===//

/// The operation's number in the runtime, a conorm_op.
static uint32_t getRuntimeOp(Operation *op) {
  const AbiOperation *operation = getAbiOperation(op->getName().getStringRef());
  return operation ? operation->number : static_cast<uint32_t>(CONORM_OP_NONE);
}

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
FailureOr<Value> RuntimeCallBuilder::checkSizes(Operation *op,
                                                func::FuncOp function,
                                                LLVM::GlobalOp site,
                                                const UnprovenSizes &sizes) {
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
  comm::GroupOp group = getGroup(op);
  for (const SizeRule &rule : sizes.rules) {
    LLVM::GlobalOp check = constants.makeSizeCheck(
        op, function.getSymName(), getRuntimeOp(op), site, group, rule);
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
comm::GroupOp RuntimeCallBuilder::getGroup(Operation *op) {
  auto name = op->getAttrOfType<FlatSymbolRefAttr>("group");
  if (!name || !comm::isCollective(op))
    return nullptr;
  return table.lookup<comm::GroupOp>(name.getAttr());
}

LogicalResult RuntimeCallBuilder::guardLoops(Operation *op,
                                             func::FuncOp function,
                                             unsigned index) {
  LLVM::GlobalOp site = constants.makeSite(op, function.getSymName(), index);
  FailureOr<Value> status =
      checkSizes(op, function, site, sizeRules.findForLoops(op));
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

LogicalResult RuntimeCallBuilder::replace(Operation *op, func::FuncOp function,
                                          unsigned index) {
  const AbiOperation *operation = getAbiOperation(op->getName().getStringRef());
  LLVM::LLVMStructType type = types.get(*operation->args);
  FailureOr<LLVM::LLVMFuncOp> callee =
      getFunction(op, operation->function, {types.ptr, types.ptr});
  if (failed(callee))
    return failure();
  LLVM::GlobalOp site = constants.makeSite(op, function.getSymName(), index);
  comm::GroupOp groupOp = getGroup(op);
  int64_t groupSize = groupOp ? groupOp.getGroupSize().value_or(0) : 0;
  if (failed(
          checkSizes(op, function, site, sizeRules.findForCall(op, groupSize))))
    return failure();
  op = splitStridedNorm(op);
  LLVM::GlobalOp group;
  if (groupOp)
    group = constants.getGroup(groupOp);
  LLVM::GlobalOp dispatch = constants.getDispatch(
      op->getLoc(), op->getAttrOfType<comm::DispatchAttr>("dispatch"));
  Value space = getArgumentSpace(function, type);
  OpBuilder builder(op);
  CallBuffers buffers(builder, op, types);
  {
    ArgumentWriter args(builder, op, types, type, space);
    Call call{builder, buffers, args, site, group, dispatch};
    llvm::TypeSwitch<Operation *>(op)
        .Case<comm::AllReduceOp, comm::ReduceScatterOp, comm::AllGatherOp,
              comm::AllReduceRMSNormOp, norm::RMSNormOp, norm::AddRMSNormOp,
              norm::QuantizeOp>([&](auto op) { writeArguments(call, op); });
  }
  // The status is sticky in the context, so that it is not looked at here.
  createCall(builder, op, *callee, {function.getArgument(0), space});
  buffers.finish();
  ++numCalls;
  numCopies += buffers.getNumCopies();
  op->erase();
  return success();
}
