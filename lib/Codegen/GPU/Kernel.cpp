//===- Kernel.cpp - One operation as a kernel -----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace conorm;

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

Kernel::Kernel(linalg::LinalgOp op)
    : op(op), host(op.getLoc(), op), body(op.getLoc(), op->getContext()) {
  function =
      gpu::GPUFuncOp::create(body, "kernel", body.getFunctionType({}, {}));
  function->setAttr(gpu::GPUDialect::getKernelFuncAttrName(),
                    body.getUnitAttr());
  function.setKnownBlockSize(
      std::array<int32_t, 3>{static_cast<int32_t>(kBlockSize), 1, 1});
  body.setInsertionPointToStart(&function.front());
  gpu::ReturnOp::create(body);
  body.setInsertionPointToStart(&function.front());
  llvm::SetVector<Value> used(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), used);
  for (Value value : used)
    isa<MemRefType>(value.getType()) ? addBuffer(value) : addScalar(value);
  for (Range range : op.createLoopRanges(host, op.getLoc())) {
    hostSizes.push_back(range.size);
    sizes.push_back(addNumber(range.size));
  }
  loops.resize(sizes.size());
  SmallVector<Type> types(ValueRange(arguments).getTypes());
  function.setFunctionType(host.getFunctionType(types, {}));
}

Value Kernel::addParameter(Value value) {
  arguments.push_back(value);
  return function.front().addArgument(value.getType(), op.getLoc());
}

OpFoldResult Kernel::addNumber(OpFoldResult number) {
  if (std::optional<int64_t> known = getConstantIntValue(number))
    return body.getIndexAttr(*known);
  return addParameter(cast<Value>(number));
}

void Kernel::addScalar(Value value) {
  Attribute constant;
  if (matchPattern(value, m_Constant(&constant))) {
    body.clone(*value.getDefiningOp(), captured);
    return;
  }
  Value parameter = addParameter(toStored(host, value));
  captured.map(value, fromStored(parameter, value.getType()));
}

void Kernel::addBuffer(Value value) {
  auto type = cast<MemRefType>(value.getType());
  KernelBuffer buffer;
  buffer.type = type;
  Value address = memref::ExtractAlignedPointerAsIndexOp::create(host, value);
  auto [strides, offset] = type.getStridesAndOffset();
  bool isKnown =
      offset == 0 && !llvm::is_contained(strides, ShapedType::kDynamic);
  memref::ExtractStridedMetadataOp metadata;
  if (!isKnown)
    metadata = memref::ExtractStridedMetadataOp::create(host, value);
  if (offset != 0) {
    int64_t bytes =
        getStoredType(type.getElementType()).getIntOrFloatBitWidth() / 8;
    Value distance =
        arith::MulIOp::create(host, metadata.getOffset(),
                              arith::ConstantIndexOp::create(host, bytes));
    address = arith::AddIOp::create(host, address, distance);
  }
  Value number = arith::IndexCastOp::create(host, host.getI64Type(), address);
  buffer.pointer = addParameter(LLVM::IntToPtrOp::create(
      host, LLVM::LLVMPointerType::get(host.getContext()), number));
  for (auto [dim, stride] : llvm::enumerate(strides))
    buffer.strides.push_back(
        ShapedType::isDynamic(stride)
            ? OpFoldResult(addParameter(metadata.getStrides()[dim]))
            : OpFoldResult(body.getIndexAttr(stride)));
  buffers[value] = std::move(buffer);
}

//===----------------------------------------------------------------------===//
// Axes
//===----------------------------------------------------------------------===//

/// Whether walking `dim + 1` to its end and one step along `dim` lead to the
/// same place, for all sizes.
static bool isContiguous(MemRefType type, unsigned dim) {
  if (type.getLayout().isIdentity())
    return true;
  auto [strides, offset] = type.getStridesAndOffset();
  int64_t size = type.getDimSize(dim + 1);
  return !ShapedType::isDynamic(size) && !ShapedType::isDynamic(strides[dim]) &&
         !ShapedType::isDynamic(strides[dim + 1]) &&
         strides[dim] == size * strides[dim + 1];
}

/// Whether loop `loop` and the next are one in all operands.
bool Kernel::areOneAxis(unsigned loop) {
  for (OpOperand &operand : op->getOpOperands()) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!map.isFunctionOfDim(loop) && !map.isFunctionOfDim(loop + 1))
      continue;
    const KernelBuffer *buffer = getBuffer(operand);
    if (!buffer)
      return false;
    bool isOne = false;
    for (unsigned dim = 0; dim < map.getNumResults(); ++dim) {
      AffineExpr expr = map.getResult(dim);
      if (!expr.isFunctionOfDim(loop) && !expr.isFunctionOfDim(loop + 1))
        continue;
      if (isOne && expr == body.getAffineDimExpr(loop + 1) &&
          map.getResult(dim - 1) == body.getAffineDimExpr(loop))
        continue;
      if (isOne || expr != body.getAffineDimExpr(loop) ||
          dim + 1 == map.getNumResults() ||
          map.getResult(dim + 1) != body.getAffineDimExpr(loop + 1) ||
          !isContiguous(buffer->type, dim))
        return false;
      isOne = true;
    }
  }
  return true;
}

SmallVector<KernelAxis> Kernel::makeAxes(unsigned first, unsigned last) {
  // A body that reads the values of loops has them all.
  bool hasIndices = op->walk([](linalg::IndexOp) {
                        return WalkResult::interrupt();
                      }).wasInterrupted();
  SmallVector<KernelAxis> axes;
  for (unsigned loop = first; loop < last; ++loop) {
    if (loop != first && !hasIndices && areOneAxis(loop - 1))
      ++axes.back().numLoops;
    else
      axes.push_back({loop, 1, {}});
  }
  for (KernelAxis &axis : axes)
    axis.size =
        multiply(body, ArrayRef(sizes).slice(axis.firstLoop, axis.numLoops));
  return axes;
}

OpFoldResult Kernel::multiply(ImplicitLocOpBuilder &builder,
                              ArrayRef<OpFoldResult> numbers) {
  int64_t known = 1;
  Value rest;
  for (OpFoldResult number : numbers) {
    if (std::optional<int64_t> constant = getConstantIntValue(number))
      known *= *constant;
    else
      rest = rest ? arith::MulIOp::create(builder, rest, cast<Value>(number))
                        .getResult()
                  : cast<Value>(number);
  }
  if (!rest)
    return builder.getIndexAttr(known);
  if (known == 1)
    return rest;
  return arith::MulIOp::create(builder, rest,
                               arith::ConstantIndexOp::create(builder, known))
      .getResult();
}

OpFoldResult Kernel::countPoints(ArrayRef<KernelAxis> axes) {
  SmallVector<OpFoldResult> numbers;
  for (const KernelAxis &axis : axes)
    numbers.push_back(axis.size);
  return multiply(body, numbers);
}

OpFoldResult Kernel::countPointsOnHost(ArrayRef<KernelAxis> axes) {
  SmallVector<OpFoldResult> numbers;
  for (const KernelAxis &axis : axes)
    llvm::append_range(
        numbers, ArrayRef(hostSizes).slice(axis.firstLoop, axis.numLoops));
  return multiply(host, numbers);
}

void Kernel::setAxis(const KernelAxis &axis, Value value) {
  // The outer loops of an axis stay at 0: the last one goes on beyond its end.
  for (unsigned loop = 0; loop < axis.numLoops; ++loop)
    loops[axis.firstLoop + loop] = constant(0);
  loops[axis.firstLoop + axis.numLoops - 1] = value;
}

void Kernel::setPoint(ArrayRef<KernelAxis> axes, Value linear) {
  for (const KernelAxis &axis : llvm::reverse(axes)) {
    if (&axis == axes.begin()) {
      setAxis(axis, linear);
      break;
    }
    Value size = getIndex(axis.size);
    setAxis(axis, arith::RemUIOp::create(body, linear, size));
    linear = arith::DivUIOp::create(body, linear, size);
  }
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

const KernelBuffer *Kernel::getBuffer(OpOperand &operand) const {
  auto found = buffers.find(operand.get());
  return found == buffers.end() ? nullptr : &found->second;
}

std::optional<int64_t> Kernel::getStride(OpOperand &operand,
                                         const KernelAxis &axis) {
  const KernelBuffer *buffer = getBuffer(operand);
  if (!buffer)
    return 0;
  AffineMap map = op.getMatchingIndexingMap(&operand);
  unsigned loop = axis.firstLoop + axis.numLoops - 1;
  std::optional<int64_t> found = 0;
  for (auto [expr, stride] : llvm::zip(map.getResults(), buffer->strides)) {
    if (!expr.isFunctionOfDim(loop))
      continue;
    if (found != 0 || expr != body.getAffineDimExpr(loop))
      return std::nullopt;
    found = getConstantIntValue(stride);
    if (!found)
      return std::nullopt;
  }
  return found;
}

Value Kernel::getIndex(OpFoldResult number) {
  return getValueOrCreateConstantIndexOp(body, op.getLoc(), number);
}

Value Kernel::constant(int64_t number) {
  return arith::ConstantIndexOp::create(body, number);
}

/// `indices` times the strides, in elements.
Value Kernel::getOffset(const KernelBuffer &buffer, ValueRange indices) {
  Value offset;
  for (auto [index, stride] : llvm::zip(indices, buffer.strides)) {
    std::optional<int64_t> known = getConstantIntValue(stride);
    if (known == 0 || matchPattern(index, m_Zero()))
      continue;
    Value distance =
        known == 1
            ? index
            : arith::MulIOp::create(body, index, getIndex(stride)).getResult();
    offset = offset ? arith::AddIOp::create(body, offset, distance).getResult()
                    : distance;
  }
  return offset ? offset : constant(0);
}

Value Kernel::getElement(const KernelBuffer &buffer, ValueRange indices) {
  Value offset = arith::IndexCastOp::create(body, body.getI64Type(),
                                            getOffset(buffer, indices));
  return LLVM::GEPOp::create(body, buffer.pointer.getType(),
                             getStoredType(buffer.type.getElementType()),
                             buffer.pointer, ArrayRef<LLVM::GEPArg>{offset},
                             LLVM::GEPNoWrapFlags::inbounds);
}

Value Kernel::getAddress(OpOperand &operand) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  SmallVector<Value> indices;
  for (AffineExpr expr : map.getResults())
    indices.push_back(affine::expandAffineExpr(body, op.getLoc(), expr, loops,
                                               /*symbolValues=*/{}));
  return getElement(*getBuffer(operand), indices);
}

Value Kernel::load(Value address, Type element) {
  return fromStored(LLVM::LoadOp::create(body, getStoredType(element), address),
                    element);
}

void Kernel::store(Value value, Value address) {
  LLVM::StoreOp::create(body, toStored(body, value), address);
}

Value Kernel::read(OpOperand &operand) {
  const KernelBuffer *buffer = getBuffer(operand);
  if (!buffer)
    return captured.lookup(operand.get());
  return load(getAddress(operand), buffer->type.getElementType());
}

Type conorm::getStoredType(Type element) {
  MLIRContext *context = element.getContext();
  if (isa<Float16Type, Float32Type, Float64Type>(element))
    return element;
  if (element.isBF16())
    return IntegerType::get(context, 16);
  if (isa<Float8E4M3FNType, Float8E5M2Type, Float8E8M0FNUType>(element) ||
      element.isInteger(1))
    return IntegerType::get(context, 8);
  if (element.isIndex())
    return IntegerType::get(context, 64);
  for (unsigned width : {8, 16, 32, 64})
    if (element.isSignlessInteger(width))
      return element;
  return Type();
}

Value Kernel::toStored(ImplicitLocOpBuilder &builder, Value value) {
  Type type = value.getType(), stored = getStoredType(type);
  if (type == stored)
    return value;
  if (type.isIndex())
    return arith::IndexCastOp::create(builder, stored, value);
  if (type.isInteger(1))
    return arith::ExtUIOp::create(builder, stored, value);
  return arith::BitcastOp::create(builder, stored, value);
}

Value Kernel::fromStored(Value stored, Type element) {
  if (stored.getType() == element)
    return stored;
  if (element.isIndex())
    return arith::IndexCastOp::create(body, element, stored);
  if (element.isInteger(1))
    return arith::CmpIOp::create(
        body, arith::CmpIPredicate::ne, stored,
        arith::ConstantIntOp::create(body, stored.getType(), 0));
  return arith::BitcastOp::create(body, element, stored);
}

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

/// What stands in the kernel for an operation that means the operation's loops
/// or a buffer of the host; null for others.
Value Kernel::replaceAccess(Operation *inner, IRMapping &mapping) {
  if (auto index = dyn_cast<linalg::IndexOp>(inner))
    return loops[index.getDim()];
  auto access = dyn_cast<memref::LoadOp>(inner);
  if (!access)
    return Value();
  const KernelBuffer &buffer = buffers.find(access.getMemRef())->second;
  SmallVector<Value> indices;
  for (Value index : access.getIndices())
    indices.push_back(mapping.lookupOrDefault(index));
  return load(getElement(buffer, indices), buffer.type.getElementType());
}

SmallVector<Value> Kernel::cloneBody(ValueRange operands) {
  IRMapping mapping = captured;
  mapping.map(op.getBlock()->getArguments(), operands);
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (Value replacement = replaceAccess(&inner, mapping)) {
      mapping.map(inner.getResult(0), replacement);
      continue;
    }
    Operation *copy = body.clone(inner, mapping);
    SmallVector<Operation *> nested;
    copy->walk([&](Operation *deep) {
      if (isa<linalg::IndexOp, memref::LoadOp>(deep))
        nested.push_back(deep);
    });
    OpBuilder::InsertionGuard guard(body);
    for (Operation *deep : nested) {
      body.setInsertionPoint(deep);
      deep->replaceAllUsesWith(ValueRange(replaceAccess(deep, mapping)));
      deep->erase();
    }
  }
  SmallVector<Value> results;
  for (Value value : op.getBlock()->getTerminator()->getOperands())
    results.push_back(mapping.lookupOrDefault(value));
  return results;
}

//===----------------------------------------------------------------------===//
// The launch
//===----------------------------------------------------------------------===//

/// A name that says what the kernel computes, and is another for each kernel.
std::string Kernel::makeName(StringRef kind) {
  std::string name = kind.str();
  unsigned count = 0;
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (isa<arith::ConstantOp, linalg::IndexOp>(inner))
      continue;
    if (++count > 4)
      break;
    name += "_" + inner.getName().stripDialect().str();
  }
  std::string text;
  llvm::raw_string_ostream stream(text);
  function->print(stream, OpPrintingFlags().printGenericOpForm());
  stream << function.getFunctionType();
  return name + "_" +
         llvm::utohexstr(llvm::xxh3_64bits(text), /*LowerCase=*/true);
}

Value Kernel::getThread() {
  Value block = gpu::BlockIdOp::create(body, gpu::Dimension::x);
  Value thread = gpu::ThreadIdOp::create(body, gpu::Dimension::x);
  return arith::AddIOp::create(
      body, arith::MulIOp::create(body, block, constant(kBlockSize)), thread);
}

Value Kernel::addSharedSpace(Type element, int64_t size) {
  auto space = gpu::AddressSpaceAttr::get(
      body.getContext(), gpu::GPUDialect::getWorkgroupAddressSpace());
  return function.addWorkgroupAttribution(
      MemRefType::get({size}, element, MemRefLayoutAttrInterface(), space),
      op.getLoc());
}

gpu::LaunchFuncOp Kernel::launch(gpu::GPUModuleOp module, StringRef kind,
                                 ArrayRef<KernelAxis> axes, int64_t numPoints) {
  std::string name = makeName(kind);
  function.setName(name);
  if (auto known = module.lookupSymbol<gpu::GPUFuncOp>(name)) {
    function.erase();
    function = known;
  } else {
    module.getBody()->push_back(function);
  }
  AffineExpr count = host.getAffineSymbolExpr(0).ceilDiv(numPoints);
  Value blocks = getValueOrCreateConstantIndexOp(
      host, op.getLoc(),
      affine::makeComposedFoldedAffineApply(host, op.getLoc(),
                                            AffineMap::get(0, 1, count),
                                            {countPointsOnHost(axes)}));
  Value one = arith::ConstantIndexOp::create(host, 1);
  Value threads = arith::ConstantIndexOp::create(host, kBlockSize);
  return gpu::LaunchFuncOp::create(host, function, {blocks, one, one},
                                   {threads, one, one}, Value(), arguments);
}

//===----------------------------------------------------------------------===//
// Limits
//===----------------------------------------------------------------------===//

/// Whether kernels can have `inner` in their bodies.
static bool canStandInKernel(Operation *inner) {
  return isa<linalg::YieldOp, linalg::IndexOp, memref::LoadOp>(inner) ||
         isa_and_nonnull<arith::ArithDialect, math::MathDialect,
                         scf::SCFDialect>(inner->getDialect());
}

LogicalResult conorm::checkKernel(linalg::LinalgOp op) {
  auto checkType = [&](Operation *at, Type type) -> LogicalResult {
    auto buffer = dyn_cast<MemRefType>(type);
    if (buffer && (!buffer.isStrided() || buffer.getMemorySpace()))
      return at->emitOpError("expected strided buffers in the default memory "
                             "space, found ")
             << type;
    Type element = buffer ? buffer.getElementType() : type;
    if (isa<BaseMemRefType>(element) || !getStoredType(element))
      return at->emitOpError("expected element types that kernels have, found ")
             << type;
    return success();
  };
  for (Type type : op->getOperandTypes())
    if (failed(checkType(op, type)))
      return failure();
  WalkResult walked = op.getBlock()->walk([&](Operation *inner) {
    if (!canStandInKernel(inner)) {
      inner->emitOpError("cannot run in a kernel of the device");
      return WalkResult::interrupt();
    }
    for (Type type : inner->getResultTypes())
      if (failed(checkType(inner, type)))
        return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(walked.wasInterrupted());
}
