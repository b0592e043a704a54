//===- ConormToRuntime.cpp - Calls of the runtime C ABI -------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Conversion/ConormToRuntime/Passes.h"

#include "RuntimeCalls.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SetVector.h"

namespace conorm {
#define GEN_PASS_DEF_CONVERTCONORMTORUNTIME
#include "conorm/Conversion/ConormToRuntime/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;

/// Says why `op` cannot become a call, if so.
static LogicalResult checkOp(Operation *op, bool inModule) {
  if (!inModule)
    return op->emitOpError("expected to stand in a func.func of the module "
                           "that is converted");
  if (op->getNumOperands() == 0)
    return op->emitOpError("expected an input, found no operands");
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<MemRefType>(operand.getType());
    if (!type)
      return op->emitOpError("expected memrefs, found ")
             << operand.getType() << "; run bufferization first";
    if (type.getMemorySpace())
      return op->emitOpError("expected buffers in the default memory space, "
                             "found ")
             << type;
    if (!type.isStrided())
      return op->emitOpError("expected buffers with a strided layout, found ")
             << type;
  }
  return success();
}

namespace {

/// Gives functions the context as their first argument.
class ContextThreader {
public:
  /// Other functions need it too, if `isForAll`.
  ContextThreader(ModuleOp module, SymbolTable &table, bool isForAll)
      : module(module), table(table), isForAll(isForAll) {}

  /// `roots` contain calls of the runtime.
  LogicalResult run(ArrayRef<func::FuncOp> roots);

  /// Calls that pass the context on.
  SmallVector<func::CallOp> getCalls() const;

private:
  void findFunctions(ArrayRef<func::FuncOp> roots);
  LogicalResult checkUses();
  void addArgument(func::FuncOp function);

  ModuleOp module;
  SymbolTable &table;
  bool isForAll;
  llvm::SetVector<func::FuncOp> functions;
  llvm::DenseMap<Operation *, SmallVector<func::CallOp>> calls;
};

} // namespace

/// All public functions, the roots, and everything that calls one of these.
void ContextThreader::findFunctions(ArrayRef<func::FuncOp> roots) {
  functions.insert(roots.begin(), roots.end());
  for (auto function : module.getOps<func::FuncOp>())
    if ((isForAll || function.isPublic()) && !function.isExternal())
      functions.insert(function);
  module.walk([&](func::CallOp call) {
    if (auto callee = table.lookup<func::FuncOp>(call.getCallee()))
      calls[callee].push_back(call);
  });
  for (unsigned next = 0; next < functions.size(); ++next)
    for (func::CallOp call : calls.lookup(functions[next]))
      if (auto caller = call->getParentOfType<func::FuncOp>())
        functions.insert(caller);
}

LogicalResult ContextThreader::checkUses() {
  std::optional<SymbolTable::UseRange> uses =
      SymbolTable::getSymbolUses(&module.getBodyRegion());
  if (!uses)
    return success();
  for (const SymbolTable::SymbolUse &use : *uses) {
    auto function =
        table.lookup<func::FuncOp>(use.getSymbolRef().getRootReference());
    if (!function || !functions.contains(function) ||
        isa<func::CallOp>(use.getUser()))
      continue;
    InFlightDiagnostic diagnostic =
        use.getUser()->emitError("expected @")
        << function.getSymName()
        << " to be used by func.call alone, since it takes the context; found "
        << use.getUser()->getName();
    diagnostic.attachNote(function.getLoc()) << "defined here";
    return diagnostic;
  }
  return success();
}

void ContextThreader::addArgument(func::FuncOp function) {
  auto type = LLVM::LLVMPointerType::get(module.getContext());
  LogicalResult added =
      function.insertArgument(0, type, DictionaryAttr(), function.getLoc());
  assert(succeeded(added) && "a func.func takes any argument");
  (void)added;
}

LogicalResult ContextThreader::run(ArrayRef<func::FuncOp> roots) {
  findFunctions(roots);
  if (failed(checkUses()))
    return failure();
  for (func::FuncOp function : functions)
    addArgument(function);
  for (func::FuncOp function : functions)
    for (func::CallOp call : calls.lookup(function)) {
      auto caller = call->getParentOfType<func::FuncOp>();
      call->insertOperands(0, caller.getArgument(0));
    }
  return success();
}

SmallVector<func::CallOp> ContextThreader::getCalls() const {
  SmallVector<func::CallOp> all;
  for (func::FuncOp function : functions)
    llvm::append_range(all, calls.lookup(function));
  return all;
}

/// Removes what says how arguments are passed: the manifest was read already,
/// and the translation to LLVM IR knows nothing of it.
static void dropArgumentAttributes(func::FuncOp function) {
  if (!function.getAllArgAttrs())
    return;
  SmallVector<DictionaryAttr> all;
  for (unsigned index = 0; index < function.getNumArguments(); ++index) {
    NamedAttrList attributes(function.getArgAttrDict(index));
    attributes.erase(comm::kPerRankAttrName);
    attributes.erase(comm::kDonatedAttrName);
    all.push_back(attributes.getDictionary(function.getContext()));
  }
  function.setAllArgAttrs(all);
}

namespace {

struct ConvertConormToRuntime
    : public conorm::impl::ConvertConormToRuntimeBase<ConvertConormToRuntime> {
  using ConvertConormToRuntimeBase::ConvertConormToRuntimeBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    ConvertConormToRuntimeBase::getDependentDialects(registry);
    registerRuntimeCallModels(registry);
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(collect(module)))
      return signalPassFailure();
    SymbolTable table(module);
    SmallVector<func::FuncOp> roots =
        llvm::to_vector(llvm::make_first_range(counts));
    ContextThreader threader(module, table, contextEverywhere);
    if (failed(threader.run(roots)))
      return signalPassFailure();
    RuntimeAbiTypes types(&getContext());
    RuntimeCallBuilder calls(table, types, numerics);
    for (auto [op, function, index] : ops)
      if (auto call = dyn_cast<RuntimeCallOpInterface>(op);
          failed(call ? calls.replace(call, function, index)
                      : calls.guardLoops(op, function, index)))
        return signalPassFailure();
    for (auto [op, function] : accesses)
      if (failed(calls.checkBounds(op, function, counts[function]++)))
        return signalPassFailure();
    // What a function returns after it has failed is nothing to go on with.
    if (checkBounds)
      for (func::CallOp call : threader.getCalls())
        if (failed(
                calls.checkCall(call, call->getParentOfType<func::FuncOp>())))
          return signalPassFailure();
    cleanUp(module, table);
    numCalls += calls.getNumCalls();
    numCopies += calls.getNumCopies();
    numChecks += calls.getNumChecks();
  }

private:
  /// Finds what this pass has to do with.
  LogicalResult collect(ModuleOp module) {
    ops.clear();
    accesses.clear();
    counts.clear();
    SizeRules sizes;
    return failure(module
                       .walk([&](Operation *op) {
                         auto function = op->getParentOfType<func::FuncOp>();
                         bool inModule =
                             function && function->getParentOp() == module;
                         if (checkBounds && inModule && mayLeaveBounds(op)) {
                           accesses.emplace_back(op, function);
                           counts.insert({function, 0});
                         }
                         bool isCall = isa<RuntimeCallOpInterface>(op);
                         if (!isCall && (!inModule ||
                                         sizes.findForLoops(op).rules.empty()))
                           return WalkResult::advance();
                         if (isCall && failed(checkOp(op, inModule)))
                           return WalkResult::interrupt();
                         ops.emplace_back(op, function, counts[function]++);
                         return WalkResult::advance();
                       })
                       .wasInterrupted());
  }

  static void cleanUp(ModuleOp module, SymbolTable &table) {
    for (auto function : module.getOps<func::FuncOp>())
      dropArgumentAttributes(function);
    for (auto group :
         llvm::make_early_inc_range(module.getOps<comm::GroupOp>()))
      table.erase(group);
    module->removeDiscardableAttr(comm::kTargetAttrName);
  }

  /// Calls, and loops that need a check: each with its function, and its number
  /// in it.
  SmallVector<std::tuple<Operation *, func::FuncOp, unsigned>> ops;
  /// Accesses that may need one. They are numbered last, so that the numbers of
  /// calls do not depend on them.
  SmallVector<std::pair<Operation *, func::FuncOp>> accesses;
  llvm::MapVector<func::FuncOp, unsigned> counts;
};

} // namespace
