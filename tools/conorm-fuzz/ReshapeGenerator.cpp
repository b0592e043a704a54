//===- ReshapeGenerator.cpp - Sites with reshapes in them -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An all_reduce, an addition, norms and a quantization with reshapes and slices
// between them. Most keep rows whole; the others are heads and cut columns.
//
//===----------------------------------------------------------------------===//

#include "FunctionGenerator.h"

#include <algorithm>

using namespace conorm::fuzz;

using Shape = std::vector<int64_t>;

static std::string shapeText(const Shape &shape) {
  std::string text;
  for (int64_t size : shape)
    text += (size < 0 ? "?" : std::to_string(size)) + "x";
  return text;
}

/// Numbers or names between brackets.
static std::string listOf(const std::vector<std::string> &items) {
  std::string text;
  for (const std::string &item : items)
    text += (text.empty() ? "[" : ", ") + item;
  return text + "]";
}

/// `[[0, 1], [2]]`: dimension `first` and the next one belong together.
static std::string groupsText(size_t rank, size_t first) {
  std::string text = "[";
  for (size_t dim = 0; dim < rank; ++dim) {
    text += (dim ? ", [" : "[") + std::to_string(dim);
    if (dim == first)
      text += ", " + std::to_string(++dim);
    text += "]";
  }
  return text + "]";
}

std::string FunctionGenerator::sizeOf(const Value &value, const Shape &shape,
                                      size_t dim) {
  if (shape[dim] >= 0)
    return std::to_string(shape[dim]);
  return writer
      .add("tensor.dim " + value.name + ", " + index(int64_t(dim)).name +
               " : " + value.type,
           "index")
      .name;
}

static std::string elementOf(const Value &value) {
  std::string element = value.type.substr(value.type.rfind('x') + 1);
  element.pop_back();
  return element;
}

/// Splits dimension `dim` in two.
Value FunctionGenerator::expandAt(Value value, Shape &shape, size_t dim,
                                  int64_t outer) {
  std::vector<std::string> sizes;
  for (size_t at = 0; at < shape.size(); ++at)
    sizes.push_back(sizeOf(value, shape, at));
  int64_t inner = shape[dim] < 0 ? -1 : shape[dim] / outer;
  std::string innerText = inner < 0 ? sizes[dim] : std::to_string(inner);
  sizes[dim] = std::to_string(outer);
  sizes.insert(sizes.begin() + long(dim) + 1, innerText);
  shape[dim] = outer;
  shape.insert(shape.begin() + long(dim) + 1, inner);
  std::string type = "tensor<" + shapeText(shape) + elementOf(value) + ">";
  return writer.add("tensor.expand_shape " + value.name + " " +
                        groupsText(shape.size(), dim) + " output_shape " +
                        listOf(sizes) + " : " + value.type + " into " + type,
                    type);
}

Value FunctionGenerator::collapseFirst(Value value, Shape &shape) {
  std::string groups = groupsText(shape.size(), 0);
  shape[1] = shape[0] < 0 || shape[1] < 0 ? -1 : shape[0] * shape[1];
  shape.erase(shape.begin());
  std::string type = "tensor<" + shapeText(shape) + elementOf(value) + ">";
  return writer.add("tensor.collapse_shape " + value.name + " " + groups +
                        " : " + value.type + " into " + type,
                    type);
}

/// The same with one more dimension, of one element, in front.
Value FunctionGenerator::reshapeByOperand(Value value, Shape &shape) {
  std::string sizes = index(1).name;
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    std::string size = sizeOf(value, shape, dim);
    sizes += ", " + (shape[dim] < 0 ? size : index(shape[dim]).name);
  }
  shape.insert(shape.begin(), 1);
  std::string shapeType = "tensor<" + std::to_string(shape.size()) + "xindex>";
  Value operand = writer.add(
      "tensor.from_elements " + sizes + " : " + shapeType, shapeType);
  std::string type = "tensor<" + shapeText(shape) + elementOf(value) + ">";
  return writer.add("tensor.reshape " + value.name + "(" + operand.name +
                        ") : (" + value.type + ", " + shapeType + ") -> " +
                        type,
                    type);
}

/// `count` elements of dimension `dim` from `first`; all of them where the size
/// is unknown.
Value FunctionGenerator::sliceAt(Value value, Shape &shape, size_t dim,
                                 int64_t first, int64_t count) {
  std::vector<std::string> offsets, sizes, strides;
  for (size_t at = 0; at < shape.size(); ++at) {
    bool isCut = at == dim && shape[at] >= 0;
    offsets.push_back(isCut ? std::to_string(first) : "0");
    sizes.push_back(isCut ? std::to_string(count) : sizeOf(value, shape, at));
    strides.push_back("1");
  }
  bool drops = dim + 1 < shape.size() && shape[dim] >= 0 && count == 1 &&
               shape.size() > 1;
  if (shape[dim] >= 0)
    shape[dim] = count;
  if (drops)
    shape.erase(shape.begin() + long(dim));
  std::string type = "tensor<" + shapeText(shape) + elementOf(value) + ">";
  return writer.add("tensor.extract_slice " + value.name + listOf(offsets) +
                        " " + listOf(sizes) + " " + listOf(strides) + " : " +
                        value.type + " to " + type,
                    type);
}

FunctionGenerator::Reshaping
FunctionGenerator::pickReshaping(const Shape &shape, bool mayCut) {
  size_t rank = shape.size();
  Reshaping reshaping;
  switch (random.below(mayCut ? 8 : 4)) {
  case 0:
    reshaping.kind = Reshaping::Expand;
    reshaping.outer = 1;
    break;
  case 1:
    reshaping.kind = Reshaping::Expand;
    reshaping.outer = rank > 1 && shape[0] > 0 && shape[0] % 2 == 0 ? 2 : 1;
    break;
  case 2:
    reshaping.kind = rank > 2 ? Reshaping::Collapse : Reshaping::Reshape;
    break;
  case 3:
    reshaping.kind = Reshaping::Reshape;
    break;
  case 4:
  case 5:
    reshaping.kind = rank > 1 ? Reshaping::Slice : Reshaping::Expand;
    reshaping.dim = rank > 1 ? random.below(rank - 1) : 0;
    break;
  case 6:
    reshaping.kind = Reshaping::Slice;
    reshaping.dim = rank - 1;
    break;
  default:
    // Heads.
    reshaping.kind =
        shape.back() > 0 && shape.back() % 2 == 0 && random.percent(40)
            ? Reshaping::Expand
            : Reshaping::Reshape;
    if (reshaping.kind == Reshaping::Expand) {
      reshaping.dim = rank - 1;
      reshaping.outer = 2;
    }
  }
  // An offset into nothing is out of bounds.
  if (reshaping.kind == Reshaping::Slice &&
      std::count(shape.begin(), shape.end(), 0) != 0)
    return Reshaping();
  if (reshaping.kind == Reshaping::Slice && shape[reshaping.dim] > 0) {
    int64_t size = shape[reshaping.dim];
    reshaping.count = random.percent(40) ? 1 : (size + 1) / 2;
    if (reshaping.dim == rank - 1)
      reshaping.count = (size + 1) / 2;
    reshaping.first = int64_t(random.below(size - reshaping.count + 1));
  }
  return reshaping;
}

Value FunctionGenerator::reshapeBy(const Reshaping &reshaping, Value value,
                                   Shape &shape) {
  switch (reshaping.kind) {
  case Reshaping::Expand:
    return expandAt(value, shape, reshaping.dim, reshaping.outer);
  case Reshaping::Collapse:
    return collapseFirst(value, shape);
  case Reshaping::Reshape:
    return reshapeByOperand(value, shape);
  case Reshaping::Slice:
    return sliceAt(value, shape, reshaping.dim, reshaping.first,
                   reshaping.count);
  }
  return value;
}

/// A norm in the shape that its input has.
Value FunctionGenerator::normOf(Value input, const Shape &shape) {
  std::string weight;
  if (shape.back() == sizes.back() && random.percent(60)) {
    Value gamma = random.pickFrom(weights);
    weight = " weight(" + gamma.name + " : " + gamma.type + ")";
  }
  return writer.add("norm.rms_norm " + input.name + weight + " " +
                        normAttributes(!weight.empty(), true) + " : " +
                        input.type,
                    input.type);
}

/// Reshapes `value` and, in the same way, another activation.
void FunctionGenerator::reshapeBoth(Value &value, Value &residual, Shape &shape,
                                    bool mayCut) {
  if (shape.size() > 4)
    return;
  Reshaping reshaping = pickReshaping(shape, mayCut);
  Shape other = shape;
  value = reshapeBy(reshaping, value, shape);
  residual = reshapeBy(reshaping, residual, other);
}

void FunctionGenerator::quantizeReshaped(Value normed, const Shape &shape) {
  std::string text = shapeText(shape),
              quantized = "tensor<" + text + "f8E4M3FN>";
  if (!scale.name.empty() && random.percent(50)) {
    outputs.push_back(writer.add(
        "norm.quantize " + normed.name + " scale(" + scale.name + " : " +
            scale.type + ") {scheme = #norm.scheme<per_tensor>} : " +
            normed.type + " -> " + quantized,
        quantized));
    return;
  }
  Shape rows = shape;
  rows.back() = 1;
  std::string scales = "tensor<" + shapeText(rows) + "f32>";
  Value codes{writer.fresh(), quantized}, factors{writer.fresh(), scales};
  writer.addRaw(codes.name + ", " + factors.name + " = norm.quantize " +
                normed.name + " {scheme = #norm.scheme<per_token>} : " +
                normed.type + " -> " + quantized + ", " + scales);
  outputs.push_back(codes);
  outputs.push_back(factors);
}

void FunctionGenerator::addReshapedSite() {
  Value reduced = reduce(pickActivation()), residual = pickActivation();
  Value value = reduced;
  Shape shape = sizes;
  if (random.percent(80))
    reshapeBoth(value, residual, shape, /*mayCut=*/true);
  if (random.percent(30))
    reshapeBoth(value, residual, shape, /*mayCut=*/true);
  if (module.features.sandwich && random.percent(25)) {
    value = normOf(value, shape);
    if (random.percent(60))
      reshapeBoth(value, residual, shape, /*mayCut=*/random.percent(50));
  }
  if (random.percent(65)) {
    if (random.percent(50))
      std::swap(value, residual);
    value = writer.add("arith.addf " + value.name + ", " + residual.name +
                           " : " + value.type,
                       value.type);
    if (random.percent(25))
      outputs.push_back(value);
    if (random.percent(50))
      reshapeBoth(value, residual, shape, /*mayCut=*/true);
  }
  value = normOf(value, shape);
  if (random.percent(50)) {
    Value ignored = value;
    reshapeBoth(value, ignored, shape, /*mayCut=*/true);
  }
  if (module.features.quantize && random.percent(45))
    quantizeReshaped(value, shape);
  if (random.percent(70))
    outputs.push_back(value);
  if (random.percent(25))
    outputs.push_back(reduced);
}
