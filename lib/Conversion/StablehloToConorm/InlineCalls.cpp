//===- InlineCalls.cpp - Calls between a norm and what it reads -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// JAX makes a private function of each function that is jitted by itself, and
// of many of its own. Upstream's inliner asks dialects that are not registered.
//
//===----------------------------------------------------------------------===//

#include "StablehloToConorm.h"

#include "../../Raise/NormChain.h"
#include "../../Raise/StableHLO/Reader.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

/// How many operations are made at most: calls may nest.
static constexpr size_t kMaxOps = 1 << 20;

namespace {

class Inliner {
public:
  explicit Inliner(ModuleOp module) : module(module) {
    for (auto function : module.getOps<func::FuncOp>())
      functions[function.getSymNameAttr()] = function;
  }

  unsigned run();

private:
  enum class State { Unseen, Open, Kept, Inlined };
  struct Entry {
    State state = State::Unseen;
    size_t numOps = 0;
  };

  func::FuncOp getCallee(Operation *op) const;
  bool isInlined(func::FuncOp function);
  bool takesPart(func::FuncOp function);
  void inlineCall(func::CallOp call, func::FuncOp callee);
  void eraseUnused();

  ModuleOp module;
  DenseMap<StringAttr, func::FuncOp> functions;
  DenseMap<Operation *, Entry> entries;
  SmallVector<Operation *> calls;
  size_t numMade = 0;
  unsigned numInlined = 0;
};

} // namespace

func::FuncOp Inliner::getCallee(Operation *op) const {
  auto call = dyn_cast<func::CallOp>(op);
  return call ? functions.lookup(call.getCalleeAttr().getAttr())
              : func::FuncOp();
}

/// What a norm, a collective or a quantization is made of.
static bool isPart(Operation *op) {
  if (raise::stablehlo::isCollective(op) ||
      (getStep(op) == Step::Rsqrt && mayBeNormRoot(op)))
    return true;
  return getStep(op) == Step::Round &&
         isa<Float8E4M3FNType, Float8E5M2Type>(
             getElementTypeOrSelf(op->getResult(0)));
}

bool Inliner::takesPart(func::FuncOp function) {
  bool hasPart = false, hasStepsAlone = true;
  size_t numOps = 0;
  function.walk([&](Operation *op) {
    if (op == function || isa<func::ReturnOp>(op))
      return;
    ++numOps;
    hasPart |= isPart(op);
    if (func::FuncOp callee = getCallee(op)) {
      bool inlined = isInlined(callee);
      hasPart |= inlined;
      hasStepsAlone &= inlined;
    } else {
      hasStepsAlone &= getStep(op) != Step::Unknown;
    }
  });
  entries[function].numOps = numOps;
  return hasPart || hasStepsAlone;
}

/// Whether calls of `function` are inlined. What calls itself is not: its entry
/// is open when it is asked for again.
bool Inliner::isInlined(func::FuncOp function) {
  Entry entry = entries.lookup(function);
  if (entry.state == State::Open)
    entries[function].state = State::Kept;
  if (entry.state != State::Unseen)
    return entry.state == State::Inlined;
  if (!function.isPrivate() || !function.getBody().hasOneBlock()) {
    entries[function].state = State::Kept;
    return false;
  }
  entries[function].state = State::Open;
  bool inlined = takesPart(function);
  State &state = entries[function].state;
  state = inlined && state == State::Open ? State::Inlined : State::Kept;
  return state == State::Inlined;
}

void Inliner::inlineCall(func::CallOp call, func::FuncOp callee) {
  OpBuilder builder(call);
  IRMapping mapping;
  mapping.map(callee.getArguments(), call.getOperands());
  for (Operation &op : callee.getBody().front().without_terminator()) {
    Operation *made = builder.clone(op, mapping);
    made->walk([&](func::CallOp inner) { calls.push_back(inner); });
  }
  Operation *end = callee.getBody().front().getTerminator();
  for (auto [result, value] : llvm::zip(call.getResults(), end->getOperands()))
    result.replaceAllUsesWith(mapping.lookupOrDefault(value));
  call.erase();
  numMade += entries[callee].numOps;
  ++numInlined;
}

/// Private functions whose calls are all gone, and those that only they call.
void Inliner::eraseUnused() {
  std::optional<SymbolTable::UseRange> uses =
      SymbolTable::getSymbolUses(&module.getBodyRegion());
  if (!uses)
    return;
  DenseMap<StringAttr, unsigned> numUses;
  for (SymbolTable::SymbolUse use : *uses)
    ++numUses[use.getSymbolRef().getRootReference()];
  SmallVector<func::FuncOp> unused;
  auto addIfUnused = [&](func::FuncOp function) {
    if (entries.lookup(function).state == State::Inlined &&
        numUses.lookup(function.getSymNameAttr()) == 0)
      unused.push_back(function);
  };
  for (auto function : module.getOps<func::FuncOp>())
    addIfUnused(function);
  while (!unused.empty()) {
    func::FuncOp function = unused.pop_back_val();
    function.walk([&](func::CallOp call) {
      --numUses[call.getCalleeAttr().getAttr()];
      if (func::FuncOp callee = getCallee(call))
        addIfUnused(callee);
    });
    function.erase();
  }
}

unsigned Inliner::run() {
  // Bodies that are inlined are not changed: their clones are.
  for (auto function : module.getOps<func::FuncOp>())
    if (!isInlined(function))
      function.walk([&](func::CallOp call) { calls.push_back(call); });
  while (!calls.empty()) {
    auto call = cast<func::CallOp>(calls.pop_back_val());
    func::FuncOp callee = getCallee(call);
    if (callee && isInlined(callee) &&
        numMade + entries[callee].numOps <= kMaxOps)
      inlineCall(call, callee);
  }
  if (numInlined)
    eraseUnused();
  return numInlined;
}

unsigned raise::stablehlo::inlineCalls(ModuleOp module) {
  return Inliner(module).run();
}
