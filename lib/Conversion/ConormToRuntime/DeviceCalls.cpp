//===- DeviceCalls.cpp - Calls that work on a device ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceCalls.h"

#include "conorm-runtime/device.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/Utils/MemRefUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace conorm;

/// What an element takes in memory.
static int64_t getElementBytes(Type element) {
  return element.isIndex() ? 8 : (element.getIntOrFloatBitWidth() + 7) / 8;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Value DeviceCallBuilder::constant(Builder &builder, Type type, int64_t number) {
  return LLVM::ConstantOp::create(builder, type, number);
}

/// Where the elements of a buffer begin.
Value DeviceCallBuilder::getPointer(Builder &builder, Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  Value address =
      memref::ExtractAlignedPointerAsIndexOp::create(builder, buffer);
  address = arith::IndexCastOp::create(builder, types.i64, address);
  Value pointer = LLVM::IntToPtrOp::create(builder, types.ptr, address);
  auto [strides, offset] = type.getStridesAndOffset();
  if (offset == 0)
    return pointer;
  auto metadata = memref::ExtractStridedMetadataOp::create(builder, buffer);
  Value distance =
      arith::IndexCastOp::create(builder, types.i64, metadata.getOffset());
  Value bytes = arith::MulIOp::create(
      builder, distance,
      constant(builder, types.i64, getElementBytes(type.getElementType())));
  return LLVM::GEPOp::create(builder, types.ptr, builder.getI8Type(), pointer,
                             ArrayRef<LLVM::GEPArg>{bytes});
}

Value DeviceCallBuilder::countBytes(Builder &builder, Type element,
                                    ArrayRef<OpFoldResult> sizes) {
  int64_t known = getElementBytes(element);
  Value bytes;
  for (OpFoldResult size : sizes) {
    if (std::optional<int64_t> number = getConstantIntValue(size)) {
      known *= *number;
      continue;
    }
    Value wide =
        arith::IndexCastOp::create(builder, types.i64, cast<Value>(size));
    bytes =
        bytes ? arith::MulIOp::create(builder, bytes, wide).getResult() : wide;
  }
  Value factor = constant(builder, types.i64, known);
  return bytes ? arith::MulIOp::create(builder, bytes, factor).getResult()
               : factor;
}

/// A buffer of contiguous memory.
Value DeviceCallBuilder::makeBuffer(Builder &builder, MemRefType type,
                                    Value pointer,
                                    ArrayRef<OpFoldResult> sizes) {
  LLVMTypeConverter converter(builder.getContext());
  auto descriptor = MemRefDescriptor::poison(builder, builder.getLoc(),
                                             converter.convertType(type));
  descriptor.setAllocatedPtr(builder, builder.getLoc(), pointer);
  descriptor.setAlignedPtr(builder, builder.getLoc(), pointer);
  descriptor.setConstantOffset(builder, builder.getLoc(), 0);
  Value stride = constant(builder, types.i64, 1);
  for (int64_t dim = type.getRank() - 1; dim >= 0; --dim) {
    std::optional<int64_t> number = getConstantIntValue(sizes[dim]);
    Value size = number ? constant(builder, types.i64, *number)
                        : arith::IndexCastOp::create(builder, types.i64,
                                                     cast<Value>(sizes[dim]))
                              .getResult();
    descriptor.setSize(builder, builder.getLoc(), dim, size);
    descriptor.setStride(builder, builder.getLoc(), dim, stride);
    if (dim != 0)
      stride = arith::MulIOp::create(builder, stride, size);
  }
  return UnrealizedConversionCastOp::create(builder, TypeRange(type),
                                            ValueRange{Value(descriptor)})
      .getResult(0);
}

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

LLVM::LLVMFuncOp DeviceCallBuilder::getFunction(Location loc, StringRef name,
                                                Type result,
                                                ArrayRef<Type> arguments) {
  if (auto known = table.lookup<LLVM::LLVMFuncOp>(name))
    return known;
  OpBuilder builder(table.getOp()->getContext());
  auto function = LLVM::LLVMFuncOp::create(
      builder, loc, name, LLVM::LLVMFunctionType::get(result, arguments));
  table.insert(function);
  return function;
}

Value DeviceCallBuilder::getExternal(Builder &builder, StringRef name,
                                     Type type) {
  auto global = table.lookup<LLVM::GlobalOp>(name);
  if (!global) {
    OpBuilder detached(builder.getContext());
    global = LLVM::GlobalOp::create(detached, builder.getLoc(), type,
                                    /*isConstant=*/true,
                                    LLVM::Linkage::External, name, Attribute());
    table.insert(global);
  }
  return LLVM::AddressOfOp::create(builder, global);
}

Value DeviceCallBuilder::getProgram(Builder &builder) {
  return getExternal(builder, kDeviceProgramName,
                     types.get(getAbiStruct<conorm_device_program>()));
}

Value DeviceCallBuilder::loadIndex(Builder &builder, StringRef prefix,
                                   StringRef name) {
  Value address = getExternal(builder, (prefix + name).str(), types.i32);
  return LLVM::LoadOp::create(builder, types.i32, address);
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

DeviceCallBuilder::Frame &DeviceCallBuilder::getFrame(func::FuncOp function) {
  auto [place, isNew] = frames.try_emplace(function);
  Frame &frame = place->second;
  if (!isNew)
    return frame;
  unsigned numParams = 0;
  function.walk([&](gpu::LaunchFuncOp op) {
    numParams = std::max(numParams, op.getNumKernelOperands());
  });
  if (numParams == 0)
    return frame;
  Builder builder(function.getLoc(), &function.front(),
                  function.front().begin());
  Value count = constant(builder, types.i64, numParams);
  frame.values = LLVM::AllocaOp::create(builder, types.ptr, types.i64, count);
  frame.addresses =
      LLVM::AllocaOp::create(builder, types.ptr, types.ptr, count);
  for (unsigned index = 0; index < numParams; ++index)
    LLVM::StoreOp::create(builder,
                          getSlot(builder, frame.values, types.i64, index),
                          getSlot(builder, frame.addresses, types.ptr, index));
  return frame;
}

Value DeviceCallBuilder::getSlot(Builder &builder, Value array, Type type,
                                 unsigned index) {
  return LLVM::GEPOp::create(
      builder, types.ptr, type, array,
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(index)},
      LLVM::GEPNoWrapFlags::inbounds);
}

Value DeviceCallBuilder::getStruct(func::FuncOp function,
                                   const AbiStruct &structure) {
  Type type = types.get(structure);
  Value &space = getFrame(function).structs[type];
  if (!space) {
    Builder builder(function.getLoc(), &function.front(),
                    function.front().begin());
    Value one = constant(builder, types.i64, 1);
    space = LLVM::AllocaOp::create(builder, types.ptr, type, one);
  }
  return space;
}

Value DeviceCallBuilder::makeSite(Builder &builder, Operation *op,
                                  func::FuncOp function) {
  unsigned index = getFrame(function).numSites++;
  return LLVM::AddressOfOp::create(
      builder, constants.makeSite(op, function.getSymName(), index));
}

void DeviceCallBuilder::call(Builder &builder, StringRef callee,
                             const AbiStruct &args, ArrayRef<Field> fields,
                             func::FuncOp function) {
  Type type = types.get(args);
  Value space = getStruct(function, args);
  SmallVector<Value> values(args.fields.size());
  values[args.getIndex("struct_size")] =
      constant(builder, types.i32, args.size);
  for (const Field &field : fields)
    values[args.getIndex(field.name)] = field.value;
  for (auto [index, value, field] : llvm::enumerate(values, args.fields)) {
    if (!value)
      value = LLVM::ZeroOp::create(builder, types.get(field));
    Value address = LLVM::GEPOp::create(
        builder, types.ptr, type, space,
        ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(index)},
        LLVM::GEPNoWrapFlags::inbounds);
    LLVM::StoreOp::create(builder, value, address);
  }
  LLVM::CallOp::create(
      builder,
      getFunction(builder.getLoc(), callee, types.i32, {types.ptr, types.ptr}),
      ValueRange{function.getArgument(0), space});
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

void DeviceCallBuilder::replaceLaunch(Builder &builder, gpu::LaunchFuncOp op,
                                      func::FuncOp function) {
  Frame &frame = getFrame(function);
  auto toI64 = [&](Value value) -> Value {
    return value.getType().isIndex()
               ? arith::IndexCastOp::create(builder, types.i64, value)
               : value;
  };
  auto toI32 = [&](Value value) -> Value {
    return arith::IndexCastOp::create(builder, types.i32, value);
  };
  for (auto [index, operand] : llvm::enumerate(op.getKernelOperands()))
    LLVM::StoreOp::create(builder, toI64(operand),
                          getSlot(builder, frame.values, types.i64, index));
  gpu::KernelDim3 grid = op.getGridSizeOperandValues();
  gpu::KernelDim3 block = op.getBlockSizeOperandValues();
  Value shared = op.getDynamicSharedMemorySize();
  call(builder, "conorm_launch_kernel",
       getAbiStruct<conorm_launch_kernel_args>(),
       {{"kernel",
         loadIndex(builder, kKernelIndexPrefix, op.getKernelName().getValue())},
        {"site", makeSite(builder, op, function)},
        {"program", getProgram(builder)},
        {"grid_x", toI64(grid.x)},
        {"grid_y", toI64(grid.y)},
        {"grid_z", toI64(grid.z)},
        {"block_x", toI32(block.x)},
        {"block_y", toI32(block.y)},
        {"block_z", toI32(block.z)},
        {"shared_bytes", shared ? shared : constant(builder, types.i32, 0)},
        {"params", frame.addresses}},
       function);
}

void DeviceCallBuilder::replaceCopy(Builder &builder, memref::CopyOp op,
                                    func::FuncOp function) {
  auto type = cast<MemRefType>(op.getSource().getType());
  SmallVector<OpFoldResult> sizes =
      memref::getMixedSizes(builder, op.getLoc(), op.getSource());
  call(builder, "conorm_copy", getAbiStruct<conorm_copy_args>(),
       {{"site", makeSite(builder, op, function)},
        {"input", getPointer(builder, op.getSource())},
        {"output", getPointer(builder, op.getTarget())},
        {"bytes", countBytes(builder, type.getElementType(), sizes)}},
       function);
}

void DeviceCallBuilder::replaceAlloc(Builder &builder, memref::AllocOp op,
                                     func::FuncOp function) {
  MemRefType type = op.getType();
  SmallVector<OpFoldResult> sizes = op.getMixedSizes();
  Value bytes = countBytes(builder, type.getElementType(), sizes);
  auto callee = getFunction(op.getLoc(), "conorm_allocate", types.ptr,
                            {types.ptr, types.i64});
  Value pointer =
      LLVM::CallOp::create(builder, callee,
                           ValueRange{function.getArgument(0), bytes})
          .getResult();
  op.replaceAllUsesWith(makeBuffer(builder, type, pointer, sizes));
}

void DeviceCallBuilder::replaceDealloc(Builder &builder, memref::DeallocOp op,
                                       func::FuncOp function) {
  auto callee = getFunction(op.getLoc(), "conorm_free",
                            LLVM::LLVMVoidType::get(builder.getContext()),
                            {types.ptr, types.ptr});
  Value pointer = getPointer(builder, op.getMemref());
  LLVM::CallOp::create(builder, callee,
                       ValueRange{function.getArgument(0), pointer});
}

/// The bytes of a constant, as they are in memory.
static FailureOr<std::string> getBytes(memref::GlobalOp global) {
  std::string bytes;
  Attribute value = global.getInitialValueAttr();
  Type element = global.getType().getElementType();
  if (auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(value)) {
    if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      return std::string(blob->getData().begin(), blob->getData().end());
  } else if (auto dense = dyn_cast_or_null<DenseElementsAttr>(value)) {
    if (element.isInteger(1)) {
      for (bool bit : dense.getValues<bool>())
        bytes.push_back(static_cast<char>(bit));
      return bytes;
    }
    ArrayRef<char> raw = dense.getRawData();
    int64_t copies = dense.isSplat() ? dense.getNumElements() : 1;
    for (int64_t copy = 0; copy < copies; ++copy)
      bytes.append(raw.begin(), raw.end());
    return bytes;
  }
  return global.emitOpError("expected a constant with a value, which is copied "
                            "to the device");
}

LogicalResult DeviceCallBuilder::replaceGlobal(Builder &builder,
                                               memref::GetGlobalOp op,
                                               func::FuncOp function) {
  auto global = table.lookup<memref::GlobalOp>(op.getName());
  std::string &name = globals[global];
  if (name.empty()) {
    FailureOr<std::string> bytes = getBytes(global);
    if (failed(bytes))
      return failure();
    name = llvm::utohexstr(llvm::xxh3_64bits(*bytes), /*LowerCase=*/true);
    std::string symbol = (kDeviceDataPrefix + name).str();
    if (!table.lookup(symbol)) {
      OpBuilder detached(builder.getContext());
      table.insert(LLVM::GlobalOp::create(
          detached, global.getLoc(),
          LLVM::LLVMArrayType::get(detached.getI8Type(), bytes->size()),
          /*isConstant=*/true, LLVM::Linkage::WeakODR, symbol,
          detached.getStringAttr(*bytes), /*alignment=*/16));
    }
  }
  auto callee = getFunction(op.getLoc(), "conorm_global", types.ptr,
                            {types.ptr, types.ptr, types.i32});
  Value pointer = LLVM::CallOp::create(
                      builder, callee,
                      ValueRange{function.getArgument(0), getProgram(builder),
                                 loadIndex(builder, kGlobalIndexPrefix, name)})
                      .getResult();
  SmallVector<OpFoldResult> sizes =
      getAsIndexOpFoldResult(builder.getContext(), op.getType().getShape());
  op.replaceAllUsesWith(makeBuffer(builder, op.getType(), pointer, sizes));
  return success();
}

LogicalResult DeviceCallBuilder::replace(Operation *op, func::FuncOp function) {
  if (function.getNumArguments() == 0 ||
      function.getArgumentTypes().front() != types.ptr)
    return op->emitOpError("expected to stand in a function that takes the "
                           "context first");
  Builder builder(op->getLoc(), op);
  LogicalResult replaced = success();
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](gpu::LaunchFuncOp op) { replaceLaunch(builder, op, function); })
      .Case([&](memref::CopyOp op) { replaceCopy(builder, op, function); })
      .Case([&](memref::AllocOp op) { replaceAlloc(builder, op, function); })
      .Case(
          [&](memref::DeallocOp op) { replaceDealloc(builder, op, function); })
      .Case([&](memref::GetGlobalOp op) {
        replaced = replaceGlobal(builder, op, function);
      });
  if (succeeded(replaced))
    op->erase();
  return replaced;
}

void DeviceCallBuilder::finish() {
  for (auto [global, name] : globals)
    if (table.getOp() == global->getParentOp() &&
        SymbolTable::symbolKnownUseEmpty(global, table.getOp()))
      table.erase(global);
}
