//===- FunctionGenerator.cpp - Random functions ---------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FunctionGenerator.h"

#include <algorithm>

using namespace conorm::fuzz;

FunctionGenerator::FunctionGenerator(ModuleState &module)
    : module(module), random(module.random), writer(module.random) {
  element = random.pick({"bf16", "bf16", "f16", "f32"});
  unsigned rank = random.percent(5) ? 1 : random.percent(75) ? 2 : 3;
  for (unsigned dim = rank; dim-- > 0;) {
    realSizes.push_back(module.setup.sizes[dim]);
    sizes.push_back(random.percent(30) ? -1 : realSizes.back());
  }
}

//===----------------------------------------------------------------------===//
// Types and small values
//===----------------------------------------------------------------------===//

std::string FunctionGenerator::sizesText() const {
  std::string text;
  for (int64_t size : sizes)
    text += (size < 0 ? "?" : std::to_string(size)) + "x";
  return text;
}

std::string FunctionGenerator::typeOf(const std::string &element) const {
  return "tensor<" + sizesText() + element + ">";
}

std::string FunctionGenerator::weightType(bool inF32) const {
  int64_t columns = sizes.back();
  return "tensor<" + (columns < 0 ? "?" : std::to_string(columns)) + "x" +
         (inF32 ? "f32" : element) + ">";
}

Value FunctionGenerator::index(int64_t value) {
  return writer.add("arith.constant " + std::to_string(value) + " : index",
                    "index");
}

/// The size of a dynamic dimension, taken from an argument.
Value FunctionGenerator::dimOf(unsigned dim) {
  return writer.add("tensor.dim " + firstArgument.name + ", " +
                        index(dim).name + " : " + firstArgument.type,
                    "index");
}

Value FunctionGenerator::empty(const std::string &element) {
  std::string operands;
  for (unsigned dim = 0; dim < sizes.size(); ++dim)
    if (sizes[dim] < 0)
      operands += (operands.empty() ? "" : ", ") + dimOf(dim).name;
  return writer.add("tensor.empty(" + operands + ") : " + typeOf(element),
                    typeOf(element));
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

std::string FunctionGenerator::makeArguments() {
  std::string text;
  auto argument = [&](const std::string &type, bool mayBePerRank,
                      bool mayBeDonated) {
    Value value{
        "%a" + std::to_string(std::count(text.begin(), text.end(), '%')), type};
    bool perRank = mayBePerRank && random.percent(75);
    bool donated = mayBeDonated && random.percent(25);
    text += (text.empty() ? "" : ", ") + value.name + ": " + type;
    if (perRank || donated)
      text += std::string(" {") + (perRank ? "comm.per_rank" : "") +
              (perRank && donated ? ", " : "") +
              (donated ? "comm.donated" : "") + "}";
    return value;
  };
  for (unsigned i = 0, count = 1 + random.below(4); i < count; ++i)
    activations.push_back(argument(typeOf(element), true, true));
  firstArgument = activations.front();
  weights.push_back(argument(weightType(false), random.percent(5), false));
  if (random.percent(30))
    weights.push_back(argument(weightType(false), false, random.percent(20)));
  weightsF32.push_back(argument(weightType(true), random.percent(5), false));
  condition = argument("i1", false, false);
  scale = argument("tensor<1xf32>", false, false);
  return text;
}

std::string FunctionGenerator::generate(const std::string &name) {
  std::string arguments = makeArguments();
  writer.openBlock();
  addSteps(1 + random.below(4), 0);
  // Much of what was made is seen outside, but not all of it.
  for (const Value &value : activations)
    if (random.percent(15))
      outputs.push_back(value);
  outputs.push_back(activations.back());
  while (outputs.size() > 8)
    outputs.erase(outputs.begin() + random.below(outputs.size()));
  std::string names, types;
  for (const Value &value : outputs) {
    names += (names.empty() ? "" : ", ") + value.name;
    types += (types.empty() ? "" : ", ") + value.type;
  }
  return "func.func " + name + "(" + arguments + ")\n    -> (" + types +
         ") {\n" + writer.closeBlock(2) + "  return " + names + " : " + types +
         "\n}\n";
}

void FunctionGenerator::addSteps(unsigned count, unsigned depth) {
  for (unsigned i = 0; i < count; ++i) {
    if (random.percent(35))
      addNoise();
    addStep(depth);
  }
}

void FunctionGenerator::addStep(unsigned depth) {
  unsigned kind = random.below(100);
  if (kind < 9 && depth < 2)
    return addBranch(depth + 1);
  if (kind < 13 && depth < 2)
    return addLoop(depth + 1);
  if (kind < 15 && depth < 2)
    return addWhile(depth + 1);
  if (kind < 19 && depth < 2)
    return addRotation(depth + 1);
  if (kind < 23 && depth < 2)
    return addForwarding(depth + 1);
  if (kind < 26 && depth < 2)
    return addChoice(depth + 1);
  if (kind < 33)
    return addCall();
  if (kind < 38)
    return addCollective();
  if (kind < 43)
    return addScatterGather();
  if (kind < 55)
    return addReshapedSite();
  addSite();
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

/// All ranks take the same side: the condition is equal on them.
void FunctionGenerator::addBranch(unsigned depth) {
  std::string type = typeOf(element);
  bool isOrdered = false;
  auto makeSide = [&](unsigned steps) {
    std::vector<Value> outer = activations, outerOutputs = outputs;
    writer.openBlock();
    addSteps(steps, depth);
    isOrdered |= writer.isOrdered();
    std::string result = activations.back().name;
    std::string body = writer.closeBlock(2);
    activations = outer;
    outputs = outerOutputs;
    return body + "  scf.yield " + result + " : " + type + "\n";
  };
  std::string text = "scf.if " + condition.name + " -> (" + type + ") {\n";
  text += makeSide(1 + random.below(2)) + "} else {\n";
  text += makeSide(random.below(2)) + "}";
  activations.push_back(writer.add(text, type, isOrdered));
}

/// What a loop does with the value that it carries. What is made in it is not
/// seen outside.
FunctionGenerator::Body FunctionGenerator::makeLoopBody(const Value &carried,
                                                        unsigned depth) {
  std::vector<Value> outer = activations, outerOutputs = outputs;
  writer.openBlock();
  activations.push_back(carried);
  addSteps(1 + random.below(2), depth);
  Body body{"", activations.back().name, writer.isOrdered()};
  body.text = writer.closeBlock(2);
  activations = outer;
  outputs = outerOutputs;
  return body;
}

void FunctionGenerator::addLoop(unsigned depth) {
  std::string type = typeOf(element);
  Value begin = index(0), step = index(1), end = index(random.below(4));
  Value start = pickActivation();
  Value carried{writer.fresh(), type};
  std::string iv = writer.fresh();
  Body body = makeLoopBody(carried, depth);
  activations.push_back(writer.add(
      "scf.for " + iv + " = " + begin.name + " to " + end.name + " step " +
          step.name + " iter_args(" + carried.name + " = " + start.name +
          ") -> (" + type + ") {\n" + body.text + "  scf.yield " + body.result +
          " : " + type + "\n}",
      type, body.isOrdered));
}

/// A loop whose condition counts. Collectives stand in its body.
void FunctionGenerator::addWhile(unsigned depth) {
  std::string type = typeOf(element), types = "(index, " + type + ")";
  Value begin = index(0), step = index(1), end = index(random.below(4));
  Value start = pickActivation();
  std::string count = writer.fresh(), before = writer.fresh(),
              after = writer.fresh(), isLess = writer.fresh(),
              next = writer.fresh();
  Value carried{writer.fresh(), type};
  Body body = makeLoopBody(carried, depth);
  Value all{writer.fresh(), type};
  writer.addRaw(all.name + ":2 = scf.while (" + before + " = " + begin.name +
                    ", " + after + " = " + start.name + ") : " + types +
                    " -> " + types + " {\n  " + isLess + " = arith.cmpi ult, " +
                    before + ", " + end.name + " : index\n  scf.condition(" +
                    isLess + ") " + before + ", " + after + " : index, " +
                    type + "\n} do {\n^bb0(" + count + ": index, " +
                    carried.name + ": " + type + "):\n" + body.text + "  " +
                    next + " = arith.addi " + count + ", " + step.name +
                    " : index\n  scf.yield " + next + ", " + body.result +
                    " : index, " + type + "\n}",
                body.isOrdered);
  activations.push_back({all.name + "#1", type});
}

/// A private function that adds, norms, or reduces too, of one or two results.
void FunctionGenerator::addCall() {
  std::string type = typeOf(element), weight = weightType(false);
  std::string name = "@h" + std::to_string(module.numHelpers++);
  Value left = pickActivation(), right = pickActivation();
  Value gamma = random.pickFrom(weights);

  std::vector<Value> outer = activations, outerOutputs = outputs;
  std::vector<Value> outerWeights = weights, outerF32 = weightsF32;
  Value outerFirst = firstArgument, outerScale = scale;
  scale = {};
  firstArgument = {writer.fresh(), type};
  activations = {firstArgument, {writer.fresh(), type}};
  weights = {{writer.fresh(), weight}};
  std::string arguments = activations[0].name + ": " + type + ", " +
                          activations[1].name + ": " + type + ", " +
                          weights[0].name + ": " + weight;
  writer.openBlock();
  bool isOrdered = random.percent(50);
  weightsF32.clear();
  if (isOrdered)
    addSite();
  else if (random.percent(50))
    activations.push_back(addTo(pickActivation(), pickActivation()));
  else
    activations.push_back(norm(pickActivation()));
  std::string result = activations.back().name, results = type;
  // Two results may be one value, an argument or a view of the other.
  bool hasTwo = random.percent(40);
  if (hasTwo) {
    result += ", " + pickActivation().name;
    results = type + ", " + type;
  }
  module.helpers += "func.func private " + name + "(" + arguments + ") -> (" +
                    results + ") {\n" + writer.closeBlock(2) + "  return " +
                    result + " : " + results + "\n}\n";
  activations = outer;
  outputs = outerOutputs;
  weights = outerWeights;
  weightsF32 = outerF32;
  firstArgument = outerFirst;
  scale = outerScale;
  Value all{writer.fresh(), type};
  writer.addRaw(all.name + (hasTwo ? ":2" : "") + " = func.call " + name + "(" +
                    left.name + ", " + right.name + ", " + gamma.name +
                    ") : (" + type + ", " + type + ", " + weight + ") -> (" +
                    results + ")",
                isOrdered);
  if (hasTwo)
    activations.push_back({all.name + "#1", type});
  activations.push_back({hasTwo ? all.name + "#0" : all.name, type});
}

//===----------------------------------------------------------------------===//
// Everything else
//===----------------------------------------------------------------------===//

/// A cast to another type of the same value, and back.
Value FunctionGenerator::castAndBack(Value value) {
  std::string other = "tensor<";
  for (size_t dim = 0; dim < sizes.size(); ++dim)
    other += sizes[dim] < 0 || random.percent(60)
                 ? "?x"
                 : std::to_string(sizes[dim]) + "x";
  other += element + ">";
  if (element != "f32" && random.percent(50)) {
    Value wide = writer.add("arith.extf " + value.name + " : " + value.type +
                                " to " + actF32Type(),
                            actF32Type());
    return writer.add("arith.truncf " + wide.name + " : " + wide.type + " to " +
                          value.type,
                      value.type);
  }
  if (other == value.type)
    return value;
  Value cast = writer.add(
      "tensor.cast " + value.name + " : " + value.type + " to " + other, other);
  return writer.add("tensor.cast " + cast.name + " : " + other + " to " +
                        value.type,
                    value.type);
}

/// The first rows of a value written over those of another: views, and writes
/// into the middle of a buffer.
Value FunctionGenerator::viewOf(Value value) {
  int64_t rows = sizes[0];
  if (sizes.size() < 2 || rows < 2 || sizes.back() < 0)
    return value;
  std::string offsets = "[0", taken = "[" + std::to_string(rows / 2),
              steps = "[1", type = "tensor<" + std::to_string(rows / 2) + "x";
  for (size_t dim = 1; dim < sizes.size(); ++dim) {
    if (sizes[dim] <= 0)
      return value;
    offsets += ", 0";
    taken += ", " + std::to_string(sizes[dim]);
    steps += ", 1";
    type += std::to_string(sizes[dim]) + "x";
  }
  type += element + ">";
  std::string place = offsets + "] " + taken + "] " + steps + "] : ";
  Value slice = writer.add("tensor.extract_slice " + value.name + place +
                               value.type + " to " + type,
                           type);
  if (random.percent(50)) {
    slice = writer.add("norm.rms_norm " + slice.name +
                           " {epsilon = 1.0e-5 : f32} : " + type,
                       type);
  }
  return writer.add("tensor.insert_slice " + slice.name + " into " +
                        pickActivation().name + place + type + " into " +
                        value.type,
                    value.type);
}

void FunctionGenerator::addNoise() {
  Value value = pickActivation();
  std::string type = value.type;
  switch (random.below(9)) {
  case 0:
    value = writer.add("arith.mulf " + value.name + ", " +
                           pickActivation().name + " : " + type,
                       type);
    break;
  case 1:
    value = writer.add("arith.subf " + value.name + ", " +
                           pickActivation().name + " : " + type,
                       type);
    break;
  case 2:
    value = writer.add("arith.maximumf " + value.name + ", " +
                           pickActivation().name + " : " + type,
                       type);
    break;
  case 3:
    value = writer.add("arith.negf " + value.name + " : " + type, type);
    break;
  case 4:
    value = castAndBack(value);
    break;
  case 5:
    value = linalgOf(random.pick({"mul", "sub"}), value, pickActivation());
    break;
  case 6:
    value = viewOf(value);
    break;
  case 7:
    value = norm(value);
    break;
  default:
    value = addTo(value, pickActivation());
  }
  activations.push_back(value);
}

/// A collective that no norm reads, or not directly.
void FunctionGenerator::addCollective() {
  Value input = pickActivation();
  std::string type = typeOf(element);
  Value result = writer.add(
      "comm.all_reduce " + input.name + " on " + pickGroup().name +
          random.pick(
              {"", " reduction<max>", " reduction<min>", " reduction<prod>"}) +
          random.pick({"", " strategy<one_shot>", " strategy<two_shot>"}) +
          " : " + type,
      type, true);
  if (random.percent(60))
    outputs.push_back(result);
  activations.push_back(result);
}

/// all_gather, something on the larger value, reduce_scatter: the type is the
/// function's again.
void FunctionGenerator::addScatterGather() {
  const Group &group = pickGroup();
  unsigned dim = random.below(sizes.size());
  // Dynamic sizes of results follow from the group's size.
  if (sizes[dim] < 0 && !group.isSized)
    return addNoise();
  std::vector<int64_t> small = sizes;
  if (sizes[dim] > 0)
    sizes[dim] *= group.size;
  std::string large = typeOf(element);
  sizes = small;
  std::string place = " on " + group.name + " dim " + std::to_string(dim) + " ";
  std::string both = " : " + typeOf(element) + " -> " + large;
  std::string back = " : " + large + " -> " + typeOf(element);
  Value wide = writer.add(
      "comm.all_gather " + pickActivation().name + place + both, large, true);
  if (random.percent(30))
    outputs.push_back(wide);
  if (random.percent(40))
    wide = writer.add("norm.rms_norm " + wide.name +
                          " {epsilon = 1.0e-5 : f32} : " + large,
                      large);
  else if (random.percent(30))
    wide = writer.add("comm.all_reduce " + wide.name + " on " + group.name +
                          " : " + large,
                      large, true);
  activations.push_back(writer.add("comm.reduce_scatter " + wide.name + place +
                                       random.pick({"", "reduction<max>"}) +
                                       back,
                                   typeOf(element), true));
}
