//===- FunctionGenerator.h - Random functions -------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_FUZZ_FUNCTIONGENERATOR_H
#define CONORM_TOOLS_CONORM_FUZZ_FUNCTIONGENERATOR_H

#include "Generator.h"
#include "Writer.h"

#include <functional>
#include <optional>

namespace conorm::fuzz {

/// A comm.group, the number of its members, and whether the module says it.
struct Group {
  std::string name;
  int size;
  bool isSized;
};

/// What the functions of a module share.
struct ModuleState {
  Random &random;
  Features features;
  Setup setup;
  std::vector<Group> groups;
  /// Private functions (T, T, weight) -> T of the function that comes next.
  std::string helpers;
  unsigned numHelpers = 0;
};

/// Makes one function. Every value in its pools is there: what is made inside
/// a region leaves the pools with it.
class FunctionGenerator {
public:
  explicit FunctionGenerator(ModuleState &module);
  std::string generate(const std::string &name);

private:
  // FunctionGenerator.cpp: the function, control flow, other operations.
  std::string makeArguments();
  void addSteps(unsigned count, unsigned depth);
  void addStep(unsigned depth);
  void addBranch(unsigned depth);
  /// A block's operations, the value that they end with, and whether they take
  /// part in the order of collectives.
  struct Body {
    std::string text, result;
    bool isOrdered;
  };
  Body makeLoopBody(const Value &carried, unsigned depth);
  void addLoop(unsigned depth);
  void addWhile(unsigned depth);
  void addCall();
  void addNoise();
  void addCollective();
  void addScatterGather();
  Value castAndBack(Value value);
  Value viewOf(Value value);

  // LoopGenerator.cpp: values that go round.
  Body makeRegion(const std::vector<Value> &arguments, unsigned depth,
                  const std::function<std::string()> &finish);
  Body makeCondition(const Value &state, const Value &carried,
                     std::vector<std::string> &types,
                     std::vector<bool> &progress, unsigned depth);
  void useResults(const std::string &name,
                  const std::vector<std::string> &types);
  void addRotation(unsigned depth);
  void addForwarding(unsigned depth);
  void addChoice(unsigned depth);

  // SiteGenerator.cpp: an all_reduce and what reads it.
  void addSite();
  Value reduce(Value input);
  Value disturb(Value value);
  Value addTo(Value left, Value right);
  Value addInF32(Value left, Value right);
  Value linalgOf(const std::string &op, Value left, Value right);
  std::string genericHead(unsigned numOperands) const;
  std::optional<Value> makeWeight(bool &hasBias);
  Value addWeights(Value left, Value right);
  Value makeOne(const std::string &type);
  std::string normAttributes(bool hasWeight, bool mayHaveBias);
  Value norm(Value input);
  Value normInF32(Value input);
  std::pair<Value, Value> addNorm(Value input, Value residual);

  // ReshapeGenerator.cpp
  /// How a value is given another shape.
  struct Reshaping {
    enum { Expand, Collapse, Reshape, Slice } kind = Expand;
    size_t dim = 0;
    int64_t outer = 1, first = 0, count = 1;
  };
  void addReshapedSite();
  std::string sizeOf(const Value &value, const std::vector<int64_t> &shape,
                     size_t dim);
  Value expandAt(Value value, std::vector<int64_t> &shape, size_t dim,
                 int64_t outer);
  Value collapseFirst(Value value, std::vector<int64_t> &shape);
  Value reshapeByOperand(Value value, std::vector<int64_t> &shape);
  Value sliceAt(Value value, std::vector<int64_t> &shape, size_t dim,
                int64_t first, int64_t count);
  Reshaping pickReshaping(const std::vector<int64_t> &shape, bool mayCut);
  Value reshapeBy(const Reshaping &reshaping, Value value,
                  std::vector<int64_t> &shape);
  void reshapeBoth(Value &value, Value &residual, std::vector<int64_t> &shape,
                   bool mayCut);
  Value normOf(Value input, const std::vector<int64_t> &shape);
  void quantizeReshaped(Value normed, const std::vector<int64_t> &shape);

  // QuantizeGenerator.cpp
  Value disguise(Value value, std::vector<int64_t> &shape);
  void quantize(Value input);
  void quantizeByArithmetic(Value input);
  void quantizeInBody(Value input);
  Value splat(Value scalar);
  Value splatConstant(const std::string &number);

  /// The innermost sizes, as text ("4x?x8x").
  std::string sizesText() const;
  std::string weightType(bool inF32) const;
  std::string actF32Type() const { return typeOf("f32"); }
  std::string typeOf(const std::string &element) const;
  Value empty(const std::string &element);
  Value dimOf(unsigned dim);
  Value index(int64_t value);
  Value pickActivation() { return random.pickFrom(activations); }
  const Group &pickGroup() { return random.pickFrom(module.groups); }

  ModuleState &module;
  Random &random;
  Writer writer;
  std::string element;
  /// Negative where dynamic; the real sizes follow from the setup.
  std::vector<int64_t> sizes;
  std::vector<int64_t> realSizes;
  /// All of the function's type; the first one is an argument.
  std::vector<Value> activations;
  std::vector<Value> weights, weightsF32;
  /// Values of any type to be returned.
  std::vector<Value> outputs;
  Value condition, scale, firstArgument;
};

} // namespace conorm::fuzz

#endif // CONORM_TOOLS_CONORM_FUZZ_FUNCTIONGENERATOR_H
