//===- LoopGenerator.cpp - Values that go round in control flow -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loops that rotate what they carry, conditions that forward a value twice,
// regions that yield a value twice. What canonicalizes them, and what makes
// buffers of their values, takes each for a special case.
//
//===----------------------------------------------------------------------===//

#include "FunctionGenerator.h"

using namespace conorm::fuzz;

static std::string join(const std::vector<std::string> &words) {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

static std::vector<std::string> namesOf(const std::vector<Value> &values) {
  std::vector<std::string> names;
  for (const Value &value : values)
    names.push_back(value.name);
  return names;
}

static std::vector<std::string> typesOf(const std::vector<Value> &values) {
  std::vector<std::string> types;
  for (const Value &value : values)
    types.push_back(value.type);
  return types;
}

/// Uses the results of an operation that has several.
void FunctionGenerator::useResults(const std::string &name,
                                   const std::vector<std::string> &types) {
  for (size_t i = 0; i < types.size(); ++i) {
    Value result{name + "#" + std::to_string(i), types[i]};
    if (types[i] != "index")
      activations.push_back(result);
    if (random.percent(types[i] == "index" ? 60 : 35))
      outputs.push_back(result);
  }
}

/// What stands in a region that sees `arguments`, and ends with `finish`, which
/// is called when everything else is there.
FunctionGenerator::Body
FunctionGenerator::makeRegion(const std::vector<Value> &arguments,
                              unsigned depth,
                              const std::function<std::string()> &finish) {
  std::vector<Value> outer = activations, outerOutputs = outputs;
  writer.openBlock();
  for (const Value &argument : arguments)
    if (argument.type != "index")
      activations.push_back(argument);
  if (random.percent(60))
    addNoise();
  if (random.percent(30))
    addSteps(1, depth);
  std::string end = finish();
  Body body{"", "", writer.isOrdered()};
  body.text = writer.closeBlock(2) + end;
  activations = outer;
  outputs = outerOutputs;
  return body;
}

/// `for`: each value becomes another one of those that the loop carries, its
/// own, or a new one. Numbers add up.
void FunctionGenerator::addRotation(unsigned depth) {
  std::string type = typeOf(element);
  std::vector<Value> starts, carried;
  for (unsigned i = 0, count = 2 + random.below(3); i < count; ++i)
    starts.push_back(pickActivation());
  if (random.percent(40))
    for (unsigned i = 0; i < 2; ++i)
      starts.push_back(index(random.below(3)));
  std::string arguments;
  for (const Value &start : starts) {
    carried.push_back({writer.fresh(), start.type});
    arguments += (arguments.empty() ? "" : ", ") + carried.back().name + " = " +
                 start.name;
  }
  Value begin = index(0), step = index(1), end = index(random.below(5));
  std::string iv = writer.fresh();
  Body body = makeRegion(carried, depth, [&] {
    std::vector<std::string> yielded;
    for (const Value &value : carried) {
      std::vector<Value> others;
      for (const Value &other : carried)
        if (other.type == value.type)
          others.push_back(other);
      Value next = random.pickFrom(others);
      if (value.type == "index" && random.percent(50))
        next = writer.add("arith.addi " + next.name + ", " + iv + " : index",
                          "index");
      else if (value.type != "index" && random.percent(25))
        next = activations.back();
      yielded.push_back(next.name);
    }
    return "  scf.yield " + join(yielded) + " : " + join(typesOf(carried)) +
           "\n";
  });
  std::string all = writer.fresh();
  writer.addRaw(all + ":" + std::to_string(starts.size()) + " = scf.for " + iv +
                    " = " + begin.name + " to " + end.name + " step " +
                    step.name + " iter_args(" + arguments + ") -> (" +
                    join(typesOf(carried)) + ") {\n" + body.text + "}",
                body.isOrdered);
  useResults(all, typesOf(carried));
}

/// The region of a `while` that comes first: a branch on the loop's condition,
/// of which the results are forwarded any number of times, with what the loop
/// carries among them. `progress` says which numbers have grown.
FunctionGenerator::Body
FunctionGenerator::makeCondition(const Value &state, const Value &carried,
                                 std::vector<std::string> &types,
                                 std::vector<bool> &progress, unsigned depth) {
  std::string type = carried.type, isLess = writer.fresh(),
              chosen = writer.fresh();
  Value limit = index(random.below(5)), step = index(1 + random.below(2)),
        large = index(20), other = pickActivation();
  Body grow = makeRegion({carried}, depth, [&] {
    Value next = writer.add(
        "arith.addi " + state.name + ", " + step.name + " : index", "index");
    return "  scf.yield " + next.name + ", " + activations.back().name +
           " : index, " + type + "\n";
  });
  std::vector<std::string> forwarded;
  for (bool isNumber : {true, false})
    for (unsigned i = 0, count = 1 + random.below(3); i < count; ++i) {
      bool isChosen = random.percent(65);
      forwarded.push_back(isChosen   ? chosen + (isNumber ? "#0" : "#1")
                          : isNumber ? state.name
                                     : carried.name);
      types.push_back(isNumber ? "index" : type);
      progress.push_back(isChosen);
    }
  Body body{"", "", grow.isOrdered};
  body.text = "  " + isLess + " = arith.cmpi slt, " + state.name + ", " +
              limit.name + " : index\n  " + chosen + ":2 = scf.if " + isLess +
              " -> (index, " + type + ") {\n" + grow.text +
              "  } else {\n    scf.yield " + large.name + ", " +
              random.pick({other.name, carried.name}) + " : index, " + type +
              "\n  }\n  scf.condition(" + isLess + ") " + join(forwarded) +
              " : " + join(types) + "\n";
  return body;
}

void FunctionGenerator::addForwarding(unsigned depth) {
  std::string type = typeOf(element), all = writer.fresh();
  Value begin = index(0), one = index(1), start = pickActivation();
  Value state{writer.fresh(), "index"}, carried{writer.fresh(), type};
  std::vector<std::string> types;
  std::vector<bool> progress;
  Body before = makeCondition(state, carried, types, progress, depth);
  std::vector<Value> arguments;
  std::string header;
  for (const std::string &argumentType : types) {
    arguments.push_back({writer.fresh(), argumentType});
    header += (header.empty() ? "" : ", ") + arguments.back().name + ": " +
              argumentType;
  }
  Body after = makeRegion(arguments, depth, [&] {
    size_t number, tensor;
    do
      number = random.below(types.size());
    while (types[number] != "index");
    do
      tensor = random.below(types.size());
    while (types[tensor] == "index");
    Value next = arguments[number], value = arguments[tensor];
    // What has not grown would go round for ever.
    if (!progress[number])
      next = writer.add(
          "arith.addi " + next.name + ", " + one.name + " : index", "index");
    if (random.percent(30))
      value = activations.back();
    return "  scf.yield " + next.name + ", " + value.name + " : index, " +
           type + "\n";
  });
  writer.addRaw(all + ":" + std::to_string(types.size()) + " = scf.while (" +
                    state.name + " = " + begin.name + ", " + carried.name +
                    " = " + start.name + ") : (index, " + type + ") -> (" +
                    join(types) + ") {\n" + before.text + "} do {\n^bb0(" +
                    header + "):\n" + after.text + "}",
                before.isOrdered || after.isOrdered);
  useResults(all, types);
}

/// A branch or a switch of which each region yields a few values any number of
/// times. All ranks take the same way: the condition is equal on them.
void FunctionGenerator::addChoice(unsigned depth) {
  std::vector<std::string> types(2 + random.below(2), typeOf(element));
  bool isOrdered = false, isSwitch = random.percent(60);
  auto makeSide = [&] {
    Value first = pickActivation();
    Body body = makeRegion({first}, depth, [&] {
      std::vector<Value> some = {first, activations.back()}, yielded;
      for (size_t i = 0; i < types.size(); ++i)
        yielded.push_back(random.pickFrom(some));
      return "  scf.yield " + join(namesOf(yielded)) + " : " + join(types) +
             "\n";
    });
    isOrdered |= body.isOrdered;
    return body.text;
  };
  std::string text;
  if (isSwitch) {
    Value left = index(random.below(3)), right = index(random.below(3));
    Value number = writer.add("arith.select " + condition.name + ", " +
                                  left.name + ", " + right.name + " : index",
                              "index");
    text = "scf.index_switch " + number.name + " -> " + join(types) + "\n";
    for (unsigned i = 0, count = random.below(3); i < count; ++i)
      text += "case " + std::to_string(i) + " {\n" + makeSide() + "}\n";
    text += "default {\n" + makeSide() + "}";
  } else {
    text = "scf.if " + condition.name + " -> (" + join(types) + ") {\n" +
           makeSide() + "} else {\n" + makeSide() + "}";
  }
  std::string all = writer.fresh();
  writer.addRaw(all + ":" + std::to_string(types.size()) + " = " + text,
                isOrdered);
  useResults(all, types);
}
