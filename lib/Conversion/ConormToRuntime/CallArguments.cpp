//===- CallArguments.cpp - Arguments of runtime calls ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CallArguments.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;
using namespace conorm;

static bool canHold(const AbiField &field, RuntimeCall::Field::Kind value) {
  switch (value) {
  case RuntimeCall::Field::Number:
    return field.kind == AbiField::I32 || field.kind == AbiField::I64;
  case RuntimeCall::Field::Float:
    return field.kind == AbiField::F32;
  case RuntimeCall::Field::Count:
  case RuntimeCall::Field::Stride:
    return field.kind == AbiField::I64;
  case RuntimeCall::Field::Input:
  case RuntimeCall::Field::Output:
    return field.kind == AbiField::Pointer;
  }
  llvm_unreachable("a kind is one of these");
}

static StringRef getKindName(RuntimeCall::Field::Kind kind) {
  switch (kind) {
  case RuntimeCall::Field::Number:
    return "a number";
  case RuntimeCall::Field::Float:
    return "a float";
  case RuntimeCall::Field::Count:
    return "a count";
  case RuntimeCall::Field::Stride:
    return "a stride";
  case RuntimeCall::Field::Input:
  case RuntimeCall::Field::Output:
    return "a buffer";
  }
  llvm_unreachable("a kind is one of these");
}

LogicalResult conorm::checkFields(Operation *op, const AbiStruct &args,
                                  const RuntimeCall &call) {
  for (const RuntimeCall::Field &value : call.getFields()) {
    const AbiField *field = args.find(value.name);
    if (!field || !canHold(*field, value.kind))
      return op->emitOpError("expected to set fields that ")
             << args.name << " has, found " << getKindName(value.kind)
             << " for '" << value.name << "'";
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

Value CallArguments::makeContiguous(Value buffer, bool isOutput) {
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
  copied[buffer] = temporary;
  return temporary;
}

Value CallArguments::getPointer(const RuntimeCall::Field &field) {
  Value buffer = field.buffer;
  auto type = cast<MemRefType>(buffer.getType());
  if (!type.areTrailingDimsContiguous(field.isStrided ? 1 : type.getRank())) {
    buffer = makeContiguous(buffer, field.kind == RuntimeCall::Field::Output);
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

void CallArguments::finish() {
  for (auto [temporary, target] : temporaries) {
    if (target)
      memref::CopyOp::create(builder, loc, temporary, target);
    memref::DeallocOp::create(builder, loc, temporary);
  }
}

//===----------------------------------------------------------------------===//
// Fields
//===----------------------------------------------------------------------===//

Value CallArguments::countElements(const RuntimeCall::Field &field) {
  int64_t constant = 1;
  Value dynamic;
  for (unsigned dim = field.firstDim; dim < field.firstDim + field.numDims;
       ++dim) {
    OpFoldResult size = memref::getMixedSize(builder, loc, field.buffer, dim);
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
  return count;
}

Value CallArguments::getStride(const RuntimeCall::Field &field) {
  Value copy = copied.lookup(field.buffer);
  Value buffer = copy ? copy : field.buffer;
  auto [strides, offset] =
      cast<MemRefType>(buffer.getType()).getStridesAndOffset();
  int64_t stride = strides[field.firstDim];
  if (!ShapedType::isDynamic(stride))
    return LLVM::ConstantOp::create(builder, loc, types.i64, stride);
  auto metadata =
      memref::ExtractStridedMetadataOp::create(builder, loc, buffer);
  return arith::IndexCastOp::create(builder, loc, types.i64,
                                    metadata.getStrides()[field.firstDim]);
}

/// What the field `name` holds.
Value CallArguments::makeValue(const AbiField &field, StringRef name) {
  Type type = types.get(field);
  if (field.kind == AbiField::Pointer) {
    if (Value pointer = pointers.lookup(name))
      return pointer;
    if (LLVM::GlobalOp constant = constants.lookup(name))
      return LLVM::AddressOfOp::create(builder, loc, constant);
    return LLVM::ZeroOp::create(builder, loc, type);
  }
  const RuntimeCall::Field *value = fields.lookup(name);
  if (value && value->kind == RuntimeCall::Field::Count)
    return countElements(*value);
  if (value && value->kind == RuntimeCall::Field::Stride)
    return getStride(*value);
  if (field.kind == AbiField::F32)
    return LLVM::ConstantOp::create(builder, loc, type,
                                    value ? value->real
                                          : builder.getF32FloatAttr(0.0f));
  return LLVM::ConstantOp::create(builder, loc, type,
                                  value ? value->number : 0);
}

void CallArguments::writeStruct(const AbiStruct &structure, StringRef prefix,
                                SmallVectorImpl<LLVM::GEPArg> &path) {
  for (auto [index, field] : llvm::enumerate(structure.fields)) {
    std::string name = (prefix + field.name).str();
    path.push_back(static_cast<int32_t>(index));
    if (field.structure) {
      writeStruct(*field.structure, name + ".", path);
    } else {
      Value value = makeValue(field, name);
      Value address = LLVM::GEPOp::create(builder, loc, types.ptr, type, space,
                                          path, LLVM::GEPNoWrapFlags::inbounds);
      LLVM::StoreOp::create(builder, loc, value, address);
    }
    path.pop_back();
  }
}

void CallArguments::write(const AbiStruct &args, const RuntimeCall &call,
                          Value target) {
  space = target;
  type = types.get(args);
  RuntimeCall::Field size = {"struct_size", RuntimeCall::Field::Number,
                             args.size};
  fields[size.name] = &size;
  for (const RuntimeCall::Field &field : call.getFields()) {
    fields[field.name] = &field;
    if ((field.kind == RuntimeCall::Field::Output ||
         field.kind == RuntimeCall::Field::Input) &&
        field.buffer)
      pointers[field.name] = getPointer(field);
  }
  SmallVector<LLVM::GEPArg> path = {0};
  writeStruct(args, "", path);
}
