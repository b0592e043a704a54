//===- Evaluator.cpp - What a program means -------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cstring>

using namespace mlir;
using namespace conorm::fuzz;

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

static bool isKnown(Operation *op) {
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return loop.getInductionVar().getType().isIndex() && !loop.getUnsignedCmp();
  return isElementwise(op) || isRuntimeOperation(op) ||
         isa<linalg::LinalgOp, linalg::YieldOp, arith::ConstantOp, func::FuncOp,
             func::CallOp, func::ReturnOp, scf::IfOp, scf::WhileOp,
             scf::ConditionOp, scf::YieldOp, scf::IndexSwitchOp, tensor::CastOp,
             tensor::CollapseShapeOp, tensor::DimOp, tensor::EmptyOp,
             tensor::ExpandShapeOp, tensor::ExtractOp, tensor::ExtractSliceOp,
             tensor::FromElementsOp, tensor::InsertSliceOp, tensor::ReshapeOp,
             tensor::SplatOp>(op);
}

Program::Program(ModuleOp module) {
  for (auto function : module.getOps<func::FuncOp>())
    functions[function.getSymName()] = function;
  module.walk([&](Operation *op) {
    if (op == module || op->getName().getStringRef() == "comm.group")
      return;
    if (!isKnown(op) || op->getNumSuccessors() != 0)
      reason = op->getName().getStringRef().str();
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
      maps[op] = linalgOp.getIndexingMapsArray();
  });
}

//===----------------------------------------------------------------------===//
// Small things
//===----------------------------------------------------------------------===//

static int64_t count(ArrayRef<int64_t> shape) {
  int64_t result = 1;
  for (int64_t size : shape)
    result *= size;
  return result;
}

static std::shared_ptr<Datum> make(Type type, ArrayRef<int64_t> shape) {
  auto datum = std::make_shared<Datum>();
  datum->element = getElementTypeOrSelf(type);
  datum->shape = shape.vec();
  datum->bits.resize(count(shape));
  return datum;
}

static DatumRef makeScalar(Type type, Bits bits) {
  auto datum = make(type, {});
  datum->bits[0] = bits;
  return datum;
}

/// Calls `visit` with each position of `shape`, the last dimension first.
static void forEach(ArrayRef<int64_t> shape,
                    function_ref<void(ArrayRef<int64_t>)> visit) {
  SmallVector<int64_t> position(shape.size(), 0);
  for (int64_t left = count(shape); left > 0; --left) {
    visit(position);
    for (size_t dim = shape.size(); dim-- > 0;) {
      if (++position[dim] < shape[dim])
        break;
      position[dim] = 0;
    }
  }
}

static int64_t linearize(ArrayRef<int64_t> shape, ArrayRef<int64_t> position) {
  int64_t index = 0;
  for (auto [size, at] : llvm::zip_equal(shape, position))
    index = index * size + at;
  return index;
}

//===----------------------------------------------------------------------===//
// Functions and blocks
//===----------------------------------------------------------------------===//

Bits conorm::fuzz::loadElement(const unsigned char *at, uint32_t type) {
  Bits bits = 0;
  std::memcpy(&bits, at, conorm_type_bytes(type, 1));
  return type == CONORM_TYPE_I1 ? bits & 1 : bits;
}

std::vector<Buffer> Evaluator::call(const conorm_entry &entry,
                                    ArrayRef<Buffer> arguments) {
  func::FuncOp function = program.lookup(entry.name);
  Data inputs;
  for (auto [buffer, type] :
       llvm::zip_equal(arguments, function.getArgumentTypes())) {
    auto datum = make(type, buffer.shape);
    size_t width = conorm_type_bytes(buffer.type, 1);
    for (auto [i, bits] : llvm::enumerate(datum->bits))
      bits = loadElement(&buffer.bytes[i * width], buffer.type);
    inputs.push_back(datum);
  }
  std::vector<Buffer> results;
  for (auto [i, datum] : llvm::enumerate(call(function, inputs))) {
    Buffer &buffer = results.emplace_back();
    buffer.type = entry.results[i].element_type;
    buffer.shape = datum->shape;
    size_t width = conorm_type_bytes(buffer.type, 1);
    buffer.bytes.resize(width * datum->bits.size());
    for (auto [at, bits] : llvm::enumerate(datum->bits))
      std::memcpy(&buffer.bytes[at * width], &bits, width);
  }
  return results;
}

Data Evaluator::call(func::FuncOp function, ArrayRef<DatumRef> arguments) {
  Environment values;
  return run(function.getBody().front(), arguments, values);
}

static Data lookUp(ValueRange wanted,
                   const llvm::DenseMap<Value, DatumRef> &values) {
  Data result;
  for (Value value : wanted)
    result.push_back(values.find(value)->second);
  return result;
}

Data Evaluator::run(Block &block, ArrayRef<DatumRef> arguments,
                    Environment &values) {
  for (auto [argument, datum] :
       llvm::zip_equal(block.getArguments(), arguments))
    values[argument] = datum;
  for (Operation &op : block.without_terminator())
    for (auto [result, datum] :
         llvm::zip_equal(op.getResults(), run(&op, values)))
      values[result] = datum;
  return lookUp(block.getTerminator()->getOperands(), values);
}

Data Evaluator::run(Operation *op, Environment &values) {
  if (isElementwise(op))
    return {runElementwise(op, values)};
  if (isRuntimeOperation(op))
    return runRuntime(op, values);
  if (isa<linalg::LinalgOp>(op))
    return runLinalg(op, values);
  if (op->getDialect()->getNamespace() == "tensor" ||
      isa<arith::ConstantOp>(op))
    return {runTensor(op, values)};
  return runControlFlow(op, values);
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

Data Evaluator::runControlFlow(Operation *op, Environment &values) {
  if (auto callOp = dyn_cast<func::CallOp>(op))
    return call(program.lookup(callOp.getCallee()),
                lookUp(op->getOperands(), values));
  if (isa<scf::ForOp, scf::WhileOp>(op))
    return runLoop(op, values);
  Bits selector = values[op->getOperand(0)]->bits[0];
  if (auto branch = dyn_cast<scf::IfOp>(op)) {
    Region &region = selector ? branch.getThenRegion() : branch.getElseRegion();
    return region.empty() ? Data() : run(region.front(), {}, values);
  }
  auto choice = cast<scf::IndexSwitchOp>(op);
  for (auto [number, region] :
       llvm::zip_equal(choice.getCases(), choice.getCaseRegions()))
    if (static_cast<Bits>(number) == selector)
      return run(region.front(), {}, values);
  return run(choice.getDefaultBlock(), {}, values);
}

Data Evaluator::runLoop(Operation *op, Environment &values) {
  if (auto loop = dyn_cast<scf::WhileOp>(op)) {
    Data carried = lookUp(loop.getInits(), values);
    while (true) {
      Data forwarded = run(*loop.getBeforeBody(), carried, values);
      bool goesOn = forwarded[0]->bits[0];
      forwarded.erase(forwarded.begin());
      if (!goesOn)
        return forwarded;
      carried = run(*loop.getAfterBody(), forwarded, values);
    }
  }
  auto loop = cast<scf::ForOp>(op);
  Data carried = lookUp(loop.getInitArgs(), values);
  auto get = [&](Value value) {
    return static_cast<int64_t>(values[value]->bits[0]);
  };
  int64_t end = get(loop.getUpperBound()), step = get(loop.getStep());
  for (int64_t at = get(loop.getLowerBound()); at < end; at += step) {
    Data arguments = {makeScalar(loop.getInductionVar().getType(), at)};
    llvm::append_range(arguments, carried);
    carried = run(*loop.getBody(), arguments, values);
  }
  return carried;
}

//===----------------------------------------------------------------------===//
// Elements, one by one
//===----------------------------------------------------------------------===//

DatumRef Evaluator::runElementwise(Operation *op, Environment &values) {
  Data operands = lookUp(op->getOperands(), values);
  // The condition of a select may be one for all elements.
  auto result = make(op->getResult(0).getType(), operands.back()->shape);
  SmallVector<Bits> elements(operands.size());
  for (size_t i = 0; i < result->bits.size(); ++i) {
    for (auto [element, operand] : llvm::zip_equal(elements, operands))
      element = operand->bits[operand->shape.empty() ? 0 : i];
    result->bits[i] = computeElement(op, elements);
  }
  return result;
}

static int64_t evaluate(AffineExpr expr, ArrayRef<int64_t> dims) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t left = evaluate(binary.getLHS(), dims);
  int64_t right = evaluate(binary.getRHS(), dims);
  if (expr.getKind() == AffineExprKind::Add)
    return left + right;
  assert(expr.getKind() == AffineExprKind::Mul && "maps only add and multiply");
  return left * right;
}

/// The sizes of the loops, from the operands that have one alone.
static SmallVector<int64_t> getLoops(ArrayRef<AffineMap> maps,
                                     ArrayRef<DatumRef> operands) {
  SmallVector<int64_t> loops(maps[0].getNumDims(), 1);
  for (auto [map, operand] : llvm::zip_equal(maps, operands))
    for (auto [expr, size] : llvm::zip_equal(map.getResults(), operand->shape))
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        loops[dim.getPosition()] = size;
  return loops;
}

Data Evaluator::runLinalg(Operation *op, Environment &values) {
  auto linalgOp = cast<linalg::LinalgOp>(op);
  ArrayRef<AffineMap> maps = program.getMaps(op);
  Data operands = lookUp(op->getOperands(), values);
  SmallVector<std::shared_ptr<Datum>> outputs;
  unsigned numInputs = linalgOp.getNumDpsInputs();
  for (auto &operand : llvm::drop_begin(operands, numInputs)) {
    outputs.push_back(std::make_shared<Datum>(*operand));
    operand = outputs.back();
  }
  forEach(getLoops(maps, operands), [&](ArrayRef<int64_t> position) {
    SmallVector<int64_t> places;
    Data elements;
    for (auto [map, operand] : llvm::zip_equal(maps, operands)) {
      SmallVector<int64_t> at;
      for (AffineExpr expr : map.getResults())
        at.push_back(evaluate(expr, position));
      places.push_back(linearize(operand->shape, at));
      elements.push_back(
          makeScalar(operand->element, operand->bits[places.back()]));
    }
    Data made = run(*linalgOp.getBlock(), elements, values);
    for (auto [i, output] : llvm::enumerate(outputs))
      output->bits[places[numInputs + i]] = made[i]->bits[0];
  });
  return Data(outputs.begin(), outputs.end());
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

static DatumRef makeConstant(arith::ConstantOp op) {
  auto elements = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!elements)
    return makeScalar(op.getType(), getBits(op.getValue()));
  auto result = make(op.getType(), cast<ShapedType>(op.getType()).getShape());
  if (isa<FloatType>(result->element)) {
    for (auto [bits, number] :
         llvm::zip_equal(result->bits, elements.getValues<APFloat>()))
      bits = number.bitcastToAPInt().getZExtValue();
    return result;
  }
  for (auto [bits, number] :
       llvm::zip_equal(result->bits, elements.getValues<APInt>()))
    bits = number.getZExtValue();
  return result;
}

/// Numbers of which some are attributes and the others operands.
static SmallVector<int64_t>
getNumbers(ArrayRef<int64_t> fixed, ValueRange dynamic,
           const llvm::DenseMap<Value, DatumRef> &values) {
  SmallVector<int64_t> numbers = llvm::to_vector(fixed);
  for (int64_t &number : numbers)
    if (ShapedType::isDynamic(number)) {
      number = values.find(dynamic.front())->second->bits[0];
      dynamic = dynamic.drop_front();
    }
  return numbers;
}

/// A slice may lack dimensions of one element: the order of its elements is
/// that of the whole all the same.
static DatumRef runSlice(Operation *op,
                         const llvm::DenseMap<Value, DatumRef> &values) {
  auto slice = cast<OffsetSizeAndStrideOpInterface>(op);
  auto offsets =
      getNumbers(slice.getStaticOffsets(), slice.getOffsets(), values);
  auto strides =
      getNumbers(slice.getStaticStrides(), slice.getStrides(), values);
  auto sizes = getNumbers(slice.getStaticSizes(), slice.getSizes(), values);
  /// Where an element of the slice is in the whole.
  auto getPlace = [&](ArrayRef<int64_t> whole, ArrayRef<int64_t> position) {
    SmallVector<int64_t> place;
    for (auto [dim, at] : llvm::enumerate(position))
      place.push_back(offsets[dim] + at * strides[dim]);
    return linearize(whole, place);
  };
  DatumRef first = values.find(op->getOperand(0))->second;
  size_t next = 0;
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
    auto result =
        std::make_shared<Datum>(*values.find(insert.getDest())->second);
    forEach(sizes, [&](ArrayRef<int64_t> position) {
      result->bits[getPlace(result->shape, position)] = first->bits[next++];
    });
    return result;
  }
  // A size that is not known is of a dimension that the slice has.
  auto type = cast<ShapedType>(op->getResult(0).getType());
  auto result =
      make(type, getNumbers(type.getShape(), slice.getSizes(), values));
  forEach(sizes, [&](ArrayRef<int64_t> position) {
    result->bits[next++] = first->bits[getPlace(first->shape, position)];
  });
  return result;
}

/// The shape of what keeps the elements and their order.
static std::vector<int64_t>
getReshaped(Operation *op, const llvm::DenseMap<Value, DatumRef> &values) {
  std::vector<int64_t> shape;
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    auto numbers = getNumbers(expand.getStaticOutputShape(),
                              expand.getOutputShape(), values);
    shape.assign(numbers.begin(), numbers.end());
  } else if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op)) {
    const std::vector<int64_t> &source =
        values.find(collapse.getSrc())->second->shape;
    for (const ReassociationIndices &group :
         collapse.getReassociationIndices()) {
      int64_t size = 1;
      for (int64_t dim : group)
        size *= source[dim];
      shape.push_back(size);
    }
  } else {
    Value sizes = cast<tensor::ReshapeOp>(op).getShape();
    for (Bits size : values.find(sizes)->second->bits)
      shape.push_back(static_cast<int64_t>(size));
  }
  return shape;
}

DatumRef Evaluator::runTensor(Operation *op, Environment &values) {
  Type type = op->getResult(0).getType();
  return llvm::TypeSwitch<Operation *, DatumRef>(op)
      .Case([&](arith::ConstantOp op) { return makeConstant(op); })
      .Case([&](tensor::CastOp op) { return values[op.getSource()]; })
      .Case([&](tensor::DimOp op) {
        Bits dim = values[op.getIndex()]->bits[0];
        return makeScalar(type, values[op.getSource()]->shape[dim]);
      })
      .Case([&](tensor::EmptyOp op) -> DatumRef {
        return make(type, getNumbers(cast<ShapedType>(type).getShape(),
                                     op.getDynamicSizes(), values));
      })
      .Case<tensor::CollapseShapeOp, tensor::ExpandShapeOp, tensor::ReshapeOp>(
          [&](auto op) -> DatumRef {
            auto result = std::make_shared<Datum>(*values[op->getOperand(0)]);
            result->shape = getReshaped(op, values);
            return result;
          })
      .Case([&](tensor::FromElementsOp op) -> DatumRef {
        auto result = make(type, cast<ShapedType>(type).getShape());
        for (auto [bits, element] :
             llvm::zip_equal(result->bits, lookUp(op.getElements(), values)))
          bits = element->bits[0];
        return result;
      })
      .Case([&](tensor::SplatOp op) -> DatumRef {
        auto result = make(type, getNumbers(cast<ShapedType>(type).getShape(),
                                            op.getDynamicSizes(), values));
        llvm::fill(result->bits, values[op.getInput()]->bits[0]);
        return result;
      })
      .Case([&](tensor::ExtractOp op) {
        DatumRef source = values[op.getTensor()];
        SmallVector<int64_t> position;
        for (const DatumRef &index : lookUp(op.getIndices(), values))
          position.push_back(index->bits[0]);
        return makeScalar(type,
                          source->bits[linearize(source->shape, position)]);
      })
      .Default([&](Operation *op) { return runSlice(op, values); });
}
