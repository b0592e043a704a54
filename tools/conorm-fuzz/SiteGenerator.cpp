//===- SiteGenerator.cpp - An all_reduce and what reads it ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Most sites are what the fusion is for; the others miss it by one thing.
//
//===----------------------------------------------------------------------===//

#include "FunctionGenerator.h"

using namespace conorm::fuzz;

Value FunctionGenerator::reduce(Value input) {
  std::string type = typeOf(element);
  std::string reduction =
      random.percent(94) ? ""
                         : random.pick({" reduction<max>", " reduction<min>",
                                        " reduction<prod>"});
  std::string strategy =
      random.percent(85)
          ? ""
          : random.pick({" strategy<one_shot>", " strategy<two_shot>"});
  return writer.add("comm.all_reduce " + input.name + " on " +
                        pickGroup().name + reduction + strategy + " : " + type,
                    type, true);
}

/// What may stand between an all_reduce and its norm.
Value FunctionGenerator::disturb(Value value) {
  switch (random.below(14)) {
  case 0:
    return castAndBack(value);
  case 1: {
    std::string type = value.type;
    return writer.add("arith.addf " + value.name + ", " +
                          pickActivation().name + " : " + type,
                      type);
  }
  case 2:
    // Another collective, which may or may not stay behind the norm.
    outputs.push_back(reduce(pickActivation()));
    return value;
  case 3:
    // Another reader.
    outputs.push_back(value);
    return value;
  case 4:
    activations.push_back(linalgOf("mul", value, pickActivation()));
    return value;
  default:
    return value;
  }
}

//===----------------------------------------------------------------------===//
// Additions
//===----------------------------------------------------------------------===//

/// An elementwise linalg.generic of tensors of the function's shape, up to its
/// operands.
std::string FunctionGenerator::genericHead(unsigned numOperands) const {
  std::string dims, kinds, maps;
  for (size_t dim = 0; dim < sizes.size(); ++dim) {
    dims += (dim ? ", d" : "d") + std::to_string(dim);
    kinds += dim ? ", \"parallel\"" : "\"parallel\"";
  }
  for (unsigned i = 0; i < numOperands; ++i)
    maps += (i ? ", " : "") + ("affine_map<(" + dims) + ") -> (" + dims + ")>";
  return "linalg.generic {indexing_maps = [" + maps + "], iterator_types = [" +
         kinds + "]}";
}

/// `op` (add, sub or mul) by its name, or in a body.
Value FunctionGenerator::linalgOf(const std::string &op, Value left,
                                  Value right) {
  Value out = empty(element);
  std::string operands = " ins(" + left.name + ", " + right.name + " : " +
                         left.type + ", " + right.type + ") outs(" + out.name +
                         " : " + out.type + ")";
  if (random.percent(60))
    return writer.add("linalg." + op + operands + " -> " + left.type,
                      left.type);
  std::string first = writer.fresh(), second = writer.fresh(),
              third = writer.fresh(), result = writer.fresh();
  return writer.add(genericHead(3) + operands + " {\n^bb0(" + first + ": " +
                        element + ", " + second + ": " + element + ", " +
                        third + ": " + element + "):\n  " + result +
                        " = arith." + op + "f " + first + ", " + second +
                        " : " + element + "\n  linalg.yield " + result + " : " +
                        element + "\n} -> " + left.type,
                    left.type);
}

/// The sum in f32, rounded once: the same bits as an addition in T.
Value FunctionGenerator::addInF32(Value left, Value right) {
  if (element == "f32")
    return writer.add("arith.addf " + left.name + ", " + right.name + " : " +
                          left.type,
                      left.type);
  std::string wide = actF32Type();
  auto extend = [&](Value value) {
    return writer
        .add("arith.extf " + value.name + " : " + value.type + " to " + wide,
             wide)
        .name;
  };
  std::string first = extend(left), second = extend(right);
  Value sum =
      writer.add("arith.addf " + first + ", " + second + " : " + wide, wide);
  return writer.add("arith.truncf " + sum.name + " : " + wide + " to " +
                        left.type,
                    left.type);
}

Value FunctionGenerator::addTo(Value left, Value right) {
  if (random.percent(50))
    std::swap(left, right);
  unsigned kind = random.below(10);
  if (kind < 2)
    return linalgOf("add", left, right);
  if (kind < 4)
    return addInF32(left, right);
  return writer.add("arith.addf " + left.name + ", " + right.name + " : " +
                        left.type,
                    left.type);
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// 1.0 in every element of a weight, or nearly.
Value FunctionGenerator::makeOne(const std::string &type) {
  std::string text = random.percent(90) ? "1.0" : random.pick({"2.0", "0.5"});
  std::string scalarType = type.substr(type.rfind('x') + 1);
  scalarType.pop_back();
  bool isDynamic = sizes.back() < 0;
  if (!isDynamic && random.percent(60))
    return writer.add("arith.constant dense<" + text + "> : " + type, type);
  Value scalar =
      writer.add("arith.constant " + text + " : " + scalarType, scalarType);
  std::string size = isDynamic ? dimOf(sizes.size() - 1).name : "";
  if (random.percent(50))
    return writer.add("tensor.splat " + scalar.name +
                          (isDynamic ? "[" + size + "]" : "") + " : " + type,
                      type);
  Value out = writer.add("tensor.empty(" + size + ") : " + type, type);
  if (random.percent(50))
    return writer.add("linalg.fill ins(" + scalar.name + " : " + scalarType +
                          ") outs(" + out.name + " : " + type + ") -> " + type,
                      type);
  std::string pointType = "tensor<" + scalarType + ">";
  Value point = writer.add("arith.constant dense<" + text + "> : " + pointType,
                           pointType);
  return writer.add("linalg.broadcast ins(" + point.name + " : " + pointType +
                        ") outs(" + out.name + " : " + type +
                        ") dimensions = [0]",
                    type);
}

std::optional<Value> FunctionGenerator::makeWeight(bool &hasBias) {
  hasBias = false;
  Value weight = random.pickFrom(weights);
  bool isF32 = element == "f32";
  unsigned kind = random.below(100);
  if (kind < 10)
    return std::nullopt;
  if (kind < 40)
    return weight;
  if (kind < 46 && !weightsF32.empty())
    return random.pickFrom(weightsF32);
  if (kind < 54) {
    Value product = writer.add("arith.mulf " + weight.name + ", " +
                                   weight.name + " : " + weight.type,
                               weight.type);
    return product;
  }
  // Everything else starts from an f32 weight, or adds in T, perhaps by way of
  // f32.
  bool inT = isF32 || kind >= 92;
  bool isRounded = !isF32 && kind >= 84 && kind < 92;
  Value wide = weight;
  if (!inT) {
    std::string type = weightType(true);
    wide = writer.add("arith.extf " + weight.name + " : " + weight.type +
                          " to " + type,
                      type);
  }
  if (kind < 60)
    return wide;
  hasBias = true;
  Value one = makeOne(wide.type);
  if (random.percent(50))
    std::swap(one, wide);
  Value sum = addWeights(one, wide);
  if (!isRounded)
    return sum;
  return writer.add("arith.truncf " + sum.name + " : " + sum.type + " to " +
                        weight.type,
                    weight.type);
}

Value FunctionGenerator::addWeights(Value left, Value right) {
  const std::string &type = left.type;
  if (!random.percent(20))
    return writer.add(
        "arith.addf " + left.name + ", " + right.name + " : " + type, type);
  std::string size =
      sizes.back() < 0 ? dimOf(sizes.size() - 1).name : std::string();
  Value out = writer.add("tensor.empty(" + size + ") : " + type, type);
  return writer.add("linalg.add ins(" + left.name + ", " + right.name + " : " +
                        type + ", " + type + ") outs(" + out.name + " : " +
                        type + ") -> " + type,
                    type);
}

//===----------------------------------------------------------------------===//
// Norms
//===----------------------------------------------------------------------===//

std::string FunctionGenerator::normAttributes(bool hasWeight,
                                              bool mayHaveBias) {
  std::string text = std::string("{epsilon = ") +
                     random.pick({"1.0e-6", "1.0e-5", "1.0e-3", "0.0", "1.0"}) +
                     " : f32";
  if (hasWeight && mayHaveBias && random.percent(25))
    text += std::string(", weight_bias = ") +
            random.pick({"1.0", "1.0", "0.5", "-1.0"}) + " : f32";
  if (random.percent(30))
    text += ", rounding = #norm.rounding<round_then_scale>";
  if (hasWeight && random.percent(20))
    text += ", weight_rounding = #norm.weight_rounding<element_type>";
  return text + "}";
}

static std::string weightText(const std::optional<Value> &weight) {
  return weight ? " weight(" + weight->name + " : " + weight->type + ")" : "";
}

/// A norm of f32 between two casts, as some producers write it.
Value FunctionGenerator::normInF32(Value input) {
  std::string wide = actF32Type(), weight;
  auto extend = [&](Value value, const std::string &type) {
    return writer.add(
        "arith.extf " + value.name + " : " + value.type + " to " + type, type);
  };
  if (random.percent(60)) {
    bool isWide = !weightsF32.empty() && random.percent(30);
    Value gamma = isWide ? random.pickFrom(weightsF32)
                         : extend(random.pickFrom(weights), weightType(true));
    weight = " weight(" + gamma.name + " : " + gamma.type + ")";
  }
  Value normed =
      writer.add("norm.rms_norm " + extend(input, wide).name + weight + " " +
                     normAttributes(!weight.empty(), true) + " : " + wide,
                 wide);
  auto narrow = [&] {
    return writer.add("arith.truncf " + normed.name + " : " + wide + " to " +
                          input.type,
                      input.type);
  };
  if (random.percent(25))
    outputs.push_back(random.percent(70) ? narrow() : normed);
  return narrow();
}

Value FunctionGenerator::norm(Value input) {
  if (element != "f32" && random.percent(10))
    return normInF32(input);
  bool hasBias;
  std::optional<Value> weight = makeWeight(hasBias);
  return writer.add(
      "norm.rms_norm " + input.name + weightText(weight) + " " +
          normAttributes(bool(weight), !hasBias || random.percent(10)) + " : " +
          input.type,
      input.type);
}

/// The norm and the sum.
std::pair<Value, Value> FunctionGenerator::addNorm(Value input,
                                                   Value residual) {
  if (random.percent(60)) {
    Value sum = addTo(input, residual);
    return {norm(sum), sum};
  }
  if (random.percent(40))
    std::swap(input, residual);
  bool hasBias;
  std::optional<Value> weight = makeWeight(hasBias);
  Value normed{writer.fresh(), input.type}, sum{writer.fresh(), input.type};
  writer.addRaw(normed.name + ", " + sum.name + " = norm.add_rms_norm " +
                input.name + ", " + residual.name + weightText(weight) + " " +
                normAttributes(bool(weight), !hasBias) + " : " + input.type +
                ", " + input.type);
  return {normed, sum};
}

//===----------------------------------------------------------------------===//
// Sites
//===----------------------------------------------------------------------===//

void FunctionGenerator::addSite() {
  Value reduced = reduce(pickActivation());
  Value value = random.percent(30) ? disturb(reduced) : reduced;
  bool isSandwich = module.features.sandwich && random.percent(18);
  if (isSandwich) {
    value = norm(value);
    if (random.percent(20))
      outputs.push_back(value);
    if (random.percent(10))
      value = disturb(value);
  }
  Value normed = value;
  if (isSandwich || random.percent(65)) {
    Value residual = random.percent(95) ? pickActivation() : value;
    auto [result, sum] = addNorm(value, residual);
    normed = result;
    activations.push_back(sum);
    if (random.percent(25))
      outputs.push_back(sum);
  } else {
    normed = norm(value);
  }
  if (random.percent(12))
    outputs.push_back(norm(value));
  if (module.features.quantize && random.percent(45)) {
    unsigned kind = random.below(100);
    if (kind < 72)
      quantize(normed);
    else if (kind < 90)
      quantizeByArithmetic(normed);
    else
      quantizeInBody(normed);
  }
  if (random.percent(30))
    activations.push_back(reduced);
  if (random.percent(80))
    activations.push_back(normed);
  else if (random.percent(50))
    outputs.push_back(normed);
}
