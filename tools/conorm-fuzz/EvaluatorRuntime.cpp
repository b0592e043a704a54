//===- EvaluatorRuntime.cpp - Operations that the runtime has -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The arithmetic of comm and norm has tests of its own. Here the runtime says
// what it gives, one unfused operation at a time.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"

#include "conorm/Conversion/ConormToRuntime/RuntimeAbi.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/IR/TypeUtilities.h"

#include <cstring>

using namespace mlir;
using namespace conorm;
using namespace conorm::fuzz;

namespace {

/// A datum in memory.
struct Memory {
  explicit Memory(const Datum &datum)
      : type(getRuntimeType(datum.element)), bytes(sizeOf(datum.bits.size())) {
    size_t width = conorm_type_bytes(type, 1);
    for (auto [i, element] : llvm::enumerate(datum.bits))
      std::memcpy(&bytes[i * width], &element, width);
  }
  Memory(Type element, int64_t count)
      : type(getRuntimeType(element)), bytes(sizeOf(count)) {}

  DatumRef take(Type element, ArrayRef<int64_t> shape) const {
    auto datum = std::make_shared<Datum>();
    datum->element = element;
    datum->shape = shape.vec();
    size_t width = conorm_type_bytes(type, 1);
    // There is a byte too many, so that there is one.
    for (size_t at = 0; at + 1 < bytes.size(); at += width)
      datum->bits.push_back(loadElement(&bytes[at], type));
    return datum;
  }

  uint32_t type;
  std::vector<unsigned char> bytes;

private:
  size_t sizeOf(int64_t count) const {
    return conorm_type_bytes(type, count) + 1;
  }
};

/// The site of an operation: the same on all ranks.
struct Site {
  explicit Site(Operation *op) : label(op->getName().getStringRef().str()) {
    site.struct_size = sizeof(site);
    site.id = llvm::hash_value(label);
    site.label = label.c_str();
  }
  std::string label;
  conorm_site site = {};
};

} // namespace

bool conorm::fuzz::isRuntimeOperation(Operation *op) {
  return isa<comm::AllReduceOp, comm::ReduceScatterOp, comm::AllGatherOp,
             norm::RMSNormOp, norm::AddRMSNormOp, norm::QuantizeOp>(op) &&
         // Destinations are for later.
         op->getNumResults() != 0 && isa<TensorType>(op->getResultTypes()[0]);
}

static int64_t product(ArrayRef<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    result *= size;
  return result;
}

Data Evaluator::runRuntime(Operation *op, Environment &values) {
  const Datum &input = *values[op->getOperand(0)];
  if (isa<comm::AllReduceOp>(op))
    return {reduce(op, input)};
  if (comm::isCollective(op))
    return {scatterGather(op, input)};
  if (isa<norm::QuantizeOp>(op))
    return quantize(op, values);
  return norm(op, values);
}

//===----------------------------------------------------------------------===//
// Collectives
//===----------------------------------------------------------------------===//

const conorm_group &Evaluator::getGroup(Operation *op) {
  StringRef name = op->getAttrOfType<FlatSymbolRefAttr>("group").getValue();
  return *llvm::find_if(
      groups, [&](const conorm_group &group) { return name == group.name; });
}

DatumRef Evaluator::reduce(Operation *op, const Datum &input) {
  auto reduceOp = cast<comm::AllReduceOp>(op);
  Memory from(input), to(input.element, input.bits.size());
  Site site(op);
  conorm_all_reduce_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = from.type;
  args.site = &site.site;
  args.group = &getGroup(op);
  args.reduction = static_cast<uint32_t>(reduceOp.getReduction());
  args.strategy = static_cast<uint32_t>(reduceOp.getStrategy());
  args.input = from.bytes.data();
  args.output = to.bytes.data();
  args.count = input.bits.size();
  conorm_all_reduce(context, &args);
  return to.take(input.element, input.shape);
}

DatumRef Evaluator::scatterGather(Operation *op, const Datum &input) {
  auto scatter = dyn_cast<comm::ReduceScatterOp>(op);
  auto gather = dyn_cast<comm::AllGatherOp>(op);
  uint64_t dim = scatter ? scatter.getDim() : gather.getDim();
  const conorm_group &group = getGroup(op);
  int64_t ranks =
      group.group_size ? group.group_size : conorm_context_world_size(context);
  SmallVector<int64_t> shape = llvm::to_vector(ArrayRef(input.shape));
  shape[dim] = scatter ? shape[dim] / ranks : shape[dim] * ranks;
  Memory from(input), to(input.element, product(shape));
  Site site(op);
  conorm_scatter_gather_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = from.type;
  args.site = &site.site;
  args.group = &group;
  if (scatter)
    args.reduction = static_cast<uint32_t>(scatter.getReduction());
  args.strategy = static_cast<uint32_t>(scatter ? scatter.getStrategy()
                                                : gather.getStrategy());
  args.input = from.bytes.data();
  args.output = to.bytes.data();
  ArrayRef<int64_t> sizes = input.shape;
  args.outer = product(sizes.take_front(dim));
  args.dim = sizes[dim];
  args.inner = product(sizes.drop_front(dim + 1));
  (scatter ? conorm_reduce_scatter : conorm_all_gather)(context, &args);
  return to.take(input.element, shape);
}

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

Data Evaluator::norm(Operation *op, Environment &values) {
  auto plain = dyn_cast<norm::RMSNormOp>(op);
  auto added = dyn_cast<norm::AddRMSNormOp>(op);
  Value weight = plain ? plain.getWeight() : added.getWeight();
  const Datum &input = *values[op->getOperand(0)];
  Memory from(input), normed(input.element, input.bits.size());
  Site site(op);
  conorm_rms_norm_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = from.type;
  args.site = &site.site;
  args.input = from.bytes.data();
  args.normed = normed.bytes.data();
  args.cols = input.shape.back();
  args.rows = product(ArrayRef(input.shape).drop_back());
  args.norm.epsilon =
      (plain ? plain.getEpsilon() : added.getEpsilon()).convertToFloat();
  args.norm.weight_bias =
      (plain ? plain.getWeightBias() : added.getWeightBias()).convertToFloat();
  // Bit 0 and bit 1 of a conorm_rounding.
  auto norm = cast<norm::NormOpInterface>(op);
  args.norm.rounding = static_cast<uint32_t>(norm.getRounding()) |
                       static_cast<uint32_t>(norm.getWeightRounding()) << 1;
  std::optional<Memory> gamma, residual;
  if (weight) {
    gamma.emplace(*values[weight]);
    args.norm.weight_type = gamma->type;
    args.norm.weight = gamma->bytes.data();
  }
  Memory sum(input.element, input.bits.size());
  if (added) {
    residual.emplace(*values[added.getResidual()]);
    args.residual = residual->bytes.data();
    args.residual_out = sum.bytes.data();
  }
  conorm_rms_norm(context, &args);
  Data results = {normed.take(input.element, input.shape)};
  if (added)
    results.push_back(sum.take(input.element, input.shape));
  return results;
}

/// The shape of the scales.
static SmallVector<int64_t> getScalesShape(norm::SchemeAttr scheme,
                                           ArrayRef<int64_t> input) {
  int64_t block = scheme.getBlockSize(), cols = input.back();
  int64_t blocks = block ? (cols + block - 1) / block : 1;
  int64_t rows = product(input.drop_back());
  switch (scheme.getLayout()) {
  case norm::ScaleLayout::Linear: {
    SmallVector<int64_t> shape = llvm::to_vector(input);
    shape.back() = blocks;
    return shape;
  }
  case norm::ScaleLayout::Swizzled128x4:
    return {(rows + 127) / 128, (blocks + 3) / 4, 32, 4, 4};
  case norm::ScaleLayout::PackedColumnMajor:
    return {(blocks + 3) / 4, (rows + 3) / 4 * 4};
  }
  llvm_unreachable("a layout is one of these");
}

Data Evaluator::quantize(Operation *op, Environment &values) {
  auto quantizeOp = cast<norm::QuantizeOp>(op);
  norm::SchemeAttr scheme = quantizeOp.getScheme();
  bool isPacked = scheme.getKind() == norm::SchemeKind::NVFP4;
  const Datum &input = *values[op->getOperand(0)];
  SmallVector<int64_t> shape = llvm::to_vector(ArrayRef(input.shape));
  SmallVector<int64_t> scalesShape = getScalesShape(scheme, shape);
  shape.back() = isPacked ? (shape.back() + 1) / 2 : shape.back();
  Type element = getElementTypeOrSelf(op->getResult(0)), scaleElement;
  Memory from(input), quantized(element, product(shape));
  std::optional<Memory> scales, scale;
  Site site(op);
  conorm_quantize_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = from.type;
  args.site = &site.site;
  args.input = from.bytes.data();
  args.quantized = quantized.bytes.data();
  args.cols = input.shape.back();
  args.rows = product(ArrayRef(input.shape).drop_back());
  args.quant.scheme = static_cast<uint32_t>(scheme.getKind());
  args.quant.quantized_type =
      isPacked ? uint32_t(CONORM_TYPE_F4E2M1FN) : quantized.type;
  args.quant.scale_layout = static_cast<uint32_t>(scheme.getLayout());
  args.quant.scale_mode = static_cast<uint32_t>(scheme.getMode());
  args.quant.group_size = scheme.getBlockSize();
  if (op->getNumResults() > 1) {
    scaleElement = getElementTypeOrSelf(op->getResult(1));
    scales.emplace(scaleElement, product(scalesShape));
    args.scales = scales->bytes.data();
    args.quant.scale_type =
        scheme.getLayout() == norm::ScaleLayout::PackedColumnMajor
            ? uint32_t(CONORM_TYPE_F8E8M0FNU)
            : scales->type;
  }
  if (quantizeOp.getScale()) {
    scale.emplace(*values[quantizeOp.getScale()]);
    args.scale = scale->bytes.data();
  }
  conorm_quantize(context, &args);
  Data results = {quantized.take(element, shape)};
  if (scales)
    results.push_back(scales->take(scaleElement, scalesShape));
  return results;
}
