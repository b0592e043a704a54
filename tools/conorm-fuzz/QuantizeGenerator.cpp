//===- QuantizeGenerator.cpp - Quantization of what a site made -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FunctionGenerator.h"

using namespace conorm::fuzz;

namespace {
/// A scheme as text, and what its types follow from.
struct Scheme {
  std::string text;
  std::string quantized = "f8E4M3FN";
  /// Empty where there are no scales.
  std::string scales;
  /// Columns that share a scale; 0 for a row.
  int64_t block = 0;
  enum { Linear, Swizzled, Packed } layout = Linear;
  bool needsScale = false;
};
} // namespace

static Scheme makeScheme(Random &random, bool hasScale) {
  Scheme scheme;
  switch (hasScale ? random.below(8) : random.pick({2, 3, 4, 5, 7})) {
  case 0:
  case 1:
    scheme.text = "per_tensor";
    if (random.percent(50))
      scheme.text += ", mode = divide";
    scheme.quantized = random.pick({"f8E4M3FN", "f8E4M3FN", "f8E5M2"});
    scheme.needsScale = true;
    return scheme;
  case 2:
    scheme.text = "per_token";
    scheme.scales = "f32";
    return scheme;
  case 3:
  case 4:
  case 5:
    scheme.block = random.pick<int64_t>({8, 16, 32, 32, 64, 128});
    scheme.text = "per_group, group_size = " + std::to_string(scheme.block);
    scheme.scales = random.pick({"f32", "f8E8M0FNU", "i32"});
    if (scheme.scales == "i32") {
      scheme.layout = Scheme::Packed;
      scheme.text += ", layout = packed_column_major";
    }
    return scheme;
  case 6:
    scheme.text = "nvfp4";
    scheme.quantized = "i8";
    scheme.scales = "f8E4M3FN";
    scheme.block = 16;
    scheme.needsScale = true;
    break;
  default:
    scheme.text = "mxfp8";
    scheme.scales = "f8E8M0FNU";
    scheme.block = 32;
  }
  if (random.percent(50)) {
    scheme.text += ", layout = swizzled_128x4";
    scheme.layout = Scheme::Swizzled;
  }
  return scheme;
}

static std::string sizeText(int64_t size) {
  return size < 0 ? "?x" : std::to_string(size) + "x";
}

static int64_t ceilDivide(int64_t size, int64_t by) {
  return size < 0 ? -1 : (size + by - 1) / by;
}

/// Sizes of the scales; negative where dynamic.
static std::string scalesSizes(const Scheme &scheme,
                               const std::vector<int64_t> &sizes) {
  std::string text;
  int64_t blocks = !scheme.block ? 1 : ceilDivide(sizes.back(), scheme.block);
  int64_t rows = 1;
  for (size_t dim = 0; dim + 1 < sizes.size(); ++dim) {
    text += sizeText(sizes[dim]);
    rows = rows < 0 || sizes[dim] < 0 ? -1 : rows * sizes[dim];
  }
  if (scheme.layout == Scheme::Linear)
    return text + sizeText(blocks);
  if (scheme.layout == Scheme::Packed) {
    int64_t stride = ceilDivide(rows, 4);
    return sizeText(ceilDivide(blocks, 4)) +
           sizeText(stride < 0 ? -1 : 4 * stride);
  }
  return sizeText(ceilDivide(rows, 128)) + sizeText(ceilDivide(blocks, 4)) +
         "32x4x4x";
}

/// The same numbers by way of an operation that changes none: `shape` is what
/// is known of the sizes behind it.
Value FunctionGenerator::disguise(Value value, std::vector<int64_t> &shape) {
  switch (random.below(4)) {
  case 0:
    return castAndBack(value);
  case 1: {
    Value out = empty(element);
    return writer.add("linalg.copy ins(" + value.name + " : " + value.type +
                          ") outs(" + out.name + " : " + out.type + ") -> " +
                          value.type,
                      value.type);
  }
  case 2:
    if (element == "f32")
      return value;
    return writer.add("arith.extf " + value.name + " : " + value.type + " to " +
                          actF32Type(),
                      actF32Type());
  default: {
    std::string type = "tensor<";
    for (int64_t &size : shape) {
      if (random.percent(60))
        size = -1;
      type += sizeText(size);
    }
    type += element + ">";
    if (type == value.type)
      return value;
    return writer.add(
        "tensor.cast " + value.name + " : " + value.type + " to " + type, type);
  }
  }
}

void FunctionGenerator::quantize(Value input) {
  Scheme scheme = makeScheme(random, !scale.name.empty());
  // A dynamic row has the real size at run time, and must be divisible too.
  if (scheme.block && realSizes.back() % scheme.block != 0)
    return;
  std::vector<int64_t> shape = sizes;
  if (random.percent(25))
    input = disguise(input, shape);
  std::string quantized;
  for (size_t dim = 0; dim < shape.size(); ++dim) {
    bool isHalf = scheme.quantized == "i8" && dim + 1 == shape.size();
    quantized += sizeText(isHalf ? ceilDivide(shape[dim], 2) : shape[dim]);
  }
  quantized = "tensor<" + quantized + scheme.quantized + ">";
  outputs.push_back({writer.fresh(), quantized});
  std::string names = outputs.back().name, types = quantized;
  if (!scheme.scales.empty()) {
    std::string scales =
        "tensor<" + scalesSizes(scheme, shape) + scheme.scales + ">";
    outputs.push_back({writer.fresh(), scales});
    names += ", " + outputs.back().name;
    types += ", " + scales;
  }
  writer.addRaw(names + " = norm.quantize " + input.name +
                (scheme.needsScale
                     ? " scale(" + scale.name + " : " + scale.type + ")"
                     : "") +
                " {scheme = #norm.scheme<" + scheme.text +
                ">} : " + input.type + " -> " + types);
}

//===----------------------------------------------------------------------===//
// The same in arithmetic
//===----------------------------------------------------------------------===//

/// A scalar f32 at every position.
Value FunctionGenerator::splat(Value scalar) {
  std::string dynamic;
  for (unsigned dim = 0; dim < sizes.size(); ++dim)
    if (sizes[dim] < 0)
      dynamic += (dynamic.empty() ? "" : ", ") + dimOf(dim).name;
  if (!dynamic.empty())
    dynamic = "[" + dynamic + "]";
  return writer.add("tensor.splat " + scalar.name + dynamic + " : " +
                        actF32Type(),
                    actF32Type());
}

Value FunctionGenerator::splatConstant(const std::string &number) {
  bool isStatic = true;
  for (int64_t size : sizes)
    isStatic &= size >= 0;
  if (isStatic && random.percent(60))
    return writer.add("arith.constant dense<" + number + "> : " + actF32Type(),
                      actF32Type());
  return splat(writer.add("arith.constant " + number + " : f32", "f32"));
}

/// Divides or multiplies, clamps and narrows as per_tensor does; some forget
/// the clamp, or half of it.
void FunctionGenerator::quantizeByArithmetic(Value input) {
  std::string wide = actF32Type();
  auto apply = [&](const std::string &op, Value left, Value right) {
    if (op[6] == 'm' && random.percent(40))
      std::swap(left, right);
    return writer.add(op + " " + left.name + ", " + right.name + " : " + wide,
                      wide);
  };
  Value value = input;
  if (element != "f32")
    value = writer.add(
        "arith.extf " + input.name + " : " + input.type + " to " + wide, wide);
  unsigned kind = scale.name.empty() ? random.below(2) : random.below(5);
  if (kind < 2) {
    Value factor = splatConstant(random.pick({"0.25", "0.3", "8.0", "10.0"}));
    value = apply(kind ? "arith.mulf" : "arith.divf", value, factor);
  } else if (kind < 4) {
    Value scalar = writer.add("tensor.extract " + scale.name + "[" +
                                  index(0).name + "] : " + scale.type,
                              "f32");
    if (kind == 3) {
      Value one = writer.add("arith.constant 1.0 : f32", "f32");
      scalar = writer.add(
          "arith.divf " + one.name + ", " + scalar.name + " : f32", "f32");
    }
    value =
        apply(kind == 3 ? "arith.mulf" : "arith.divf", value, splat(scalar));
  }
  bool isE5M2 = random.percent(30);
  std::string bound = isE5M2 ? "57344.0" : "448.0";
  bool minimumFirst = random.percent(40);
  for (bool isMinimum : {minimumFirst, !minimumFirst})
    if (random.percent(92))
      value = apply(isMinimum ? "arith.minimumf" : "arith.maximumf", value,
                    splatConstant((isMinimum ? "" : "-") + bound));
  std::string narrow = typeOf(isE5M2 ? "f8E5M2" : "f8E4M3FN");
  outputs.push_back(writer.add(
      "arith.truncf " + value.name + " : " + wide + " to " + narrow, narrow));
}

/// The same in one body. The bounds of a scaled truncation are scaled as well.
void FunctionGenerator::quantizeInBody(Value input) {
  std::string body;
  auto emit = [&](const std::string &text) {
    std::string name = writer.fresh();
    body += "  " + name + " = " + text + "\n";
    return name;
  };
  auto constant = [&](double number, const std::string &type) {
    return emit("arith.constant " + std::to_string(number) + " : " + type);
  };
  std::string in = writer.fresh(), out = writer.fresh(), value = in;
  if (element != "f32")
    value = emit("arith.extf " + in + " : " + element + " to f32");
  bool isE5M2 = random.percent(30), isScaled = random.percent(40);
  double factor = random.pick({0.25, 0.25, 4.0, 0.3});
  if (!isScaled)
    value =
        emit("arith.divf " + value + ", " + constant(factor, "f32") + " : f32");
  double bound = (isE5M2 ? 57344.0 : 448.0) * (isScaled ? factor : 1.0);
  for (bool isMinimum : {true, false})
    if (random.percent(92))
      value =
          emit((isMinimum ? "arith.minimumf " : "arith.maximumf ") + value +
               ", " + constant(isMinimum ? bound : -bound, "f32") + " : f32");
  std::string narrow = isE5M2 ? "f8E5M2" : "f8E4M3FN";
  std::string type =
      factor == 0.3 ? "f32" : random.pick({"f8E8M0FNU", "f32", "bf16"});
  value = isScaled ? emit("arith.scaling_truncf " + value + ", " +
                          constant(factor, type) + " : f32, " + type + " to " +
                          narrow)
                   : emit("arith.truncf " + value + " : f32 to " + narrow);
  Value init = empty(narrow);
  outputs.push_back(writer.add(
      genericHead(2) + " ins(" + input.name + " : " + input.type + ") outs(" +
          init.name + " : " + init.type + ") {\n^bb0(" + in + ": " + element +
          ", " + out + ": " + narrow + "):\n" + body + "  linalg.yield " +
          value + " : " + narrow + "\n} -> " + init.type,
      init.type));
}
