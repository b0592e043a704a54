//===- BufferizeInPlace.cpp - Tensors to buffers, in linear time ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One-shot bufferization with another analysis: the decisions come from
// `analyzeInPlace`, the rewriting is upstream's.
//
//===----------------------------------------------------------------------===//

#include "conorm/Transforms/Passes.h"

#include "InPlaceAnalysis.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/Bufferize.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/SetVector.h"

namespace conorm {
#define GEN_PASS_DEF_BUFFERIZEINPLACE
#include "conorm/Transforms/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace mlir::bufferization;
using namespace conorm;

//===----------------------------------------------------------------------===//
// The order of functions
//===----------------------------------------------------------------------===//

namespace {

/// The functions of a module, callees first.
class CallOrder {
public:
  explicit CallOrder(ModuleOp module) : table(module) {
    for (auto function : module.getOps<func::FuncOp>())
      isSupported = isSupported && visit(function);
  }

  /// Null where only upstream knows what to do: calls in a cycle, calls of
  /// something else than a function of the module, several returns.
  std::optional<ArrayRef<func::FuncOp>> get() const {
    if (!isSupported)
      return std::nullopt;
    return functions.getArrayRef();
  }

  /// Whether something in the module calls it, as far as `get` knows.
  bool isCalled(func::FuncOp function) const {
    return called.contains(function);
  }

private:
  bool visit(func::FuncOp root);
  bool findCallees(func::FuncOp function, SmallVectorImpl<func::FuncOp> &all);

  SymbolTable table;
  bool isSupported = true;
  llvm::SetVector<func::FuncOp> functions;
  llvm::DenseSet<func::FuncOp> called;
};

} // namespace

static func::ReturnOp getOnlyReturn(func::FuncOp function) {
  func::ReturnOp found;
  for (Block &block : function.getBody())
    if (auto op = dyn_cast<func::ReturnOp>(block.getTerminator())) {
      if (found)
        return nullptr;
      found = op;
    }
  return found;
}

bool CallOrder::findCallees(func::FuncOp function,
                            SmallVectorImpl<func::FuncOp> &all) {
  if (!function.isExternal() && !getOnlyReturn(function))
    return false;
  return !function
              .walk([&](CallOpInterface op) {
                auto call = dyn_cast<func::CallOp>(op.getOperation());
                auto callee = call
                                  ? table.lookup<func::FuncOp>(call.getCallee())
                                  : nullptr;
                if (!callee)
                  return WalkResult::interrupt();
                called.insert(callee);
                if (!functions.contains(callee))
                  all.push_back(callee);
                return WalkResult::advance();
              })
              .wasInterrupted();
}

/// Depth first, without recursion: a chain of calls may be long.
bool CallOrder::visit(func::FuncOp root) {
  if (functions.contains(root))
    return true;
  struct Frame {
    func::FuncOp function;
    SmallVector<func::FuncOp> callees;
  };
  SmallVector<Frame> stack;
  llvm::DenseSet<func::FuncOp> active;
  auto push = [&](func::FuncOp function) {
    stack.push_back({function, {}});
    return active.insert(function).second &&
           findCallees(function, stack.back().callees);
  };
  if (!push(root))
    return false;
  while (!stack.empty()) {
    Frame &top = stack.back();
    if (top.callees.empty()) {
      functions.insert(top.function);
      active.erase(top.function);
      stack.pop_back();
      continue;
    }
    func::FuncOp callee = top.callees.pop_back_val();
    if (!functions.contains(callee) && !push(callee))
      return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Results that share a buffer
//===----------------------------------------------------------------------===//

// Callers overwrite a result that they read last, and one-shot analysis has no
// way to tell them that another result lies in the same buffer. So of the
// results of a function that is called each gets a buffer of its own.

/// Returns a copy of what `returned` returns.
static FailureOr<Value> returnCopy(OpOperand &returned,
                                   const OneShotBufferizationOptions &options,
                                   const BufferizationState &buffers) {
  OpBuilder builder(returned.getOwner());
  FailureOr<Value> copy = allocateTensorForShapedValue(
      builder, returned.getOwner()->getLoc(), returned.get(), options, buffers);
  if (succeeded(copy))
    returned.set(*copy);
  return copy;
}

/// After the analysis of `function`: copies what may share a buffer with a
/// result before it.
static LogicalResult unshareResults(func::FuncOp function,
                                    OneShotAnalysisState &state,
                                    const BufferizationState &buffers) {
  SmallVector<Value> kept;
  for (OpOperand &returned : getOnlyReturn(function)->getOpOperands()) {
    if (!isa<TensorType>(returned.get().getType()))
      continue;
    if (llvm::none_of(kept, [&](Value other) {
          return state.areAliasingBufferizedValues(returned.get(), other);
        })) {
      kept.push_back(returned.get());
      continue;
    }
    FailureOr<Value> copy = returnCopy(returned, state.getOptions(), buffers);
    if (failed(copy))
      return failure();
    state.createAliasInfoEntry(*copy);
    for (OpOperand &operand : copy->getDefiningOp()->getOpOperands())
      if (isa<TensorType>(operand.get().getType()))
        state.bufferizeInPlace(operand);
  }
  return success();
}

/// Before an analysis that cannot be asked: copies all but the first result.
static LogicalResult
unshareAllResults(ModuleOp module, const OneShotBufferizationOptions &options,
                  const BufferizationState &buffers) {
  llvm::DenseSet<Attribute> used;
  if (auto uses = SymbolTable::getSymbolUses(&module.getBodyRegion()))
    for (SymbolTable::SymbolUse use : *uses)
      used.insert(use.getSymbolRef().getRootReference());
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!used.contains(function.getSymNameAttr()))
      continue;
    for (auto op : function.getOps<func::ReturnOp>()) {
      bool isFirst = true;
      for (OpOperand &returned : op->getOpOperands()) {
        if (!isa<TensorType>(returned.get().getType()))
          continue;
        if (!isFirst && failed(returnCopy(returned, options, buffers)))
          return failure();
        isFirst = false;
      }
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// What callers need to know
//===----------------------------------------------------------------------===//

using func_ext::FuncAnalysisState;

static void describeResults(func::FuncOp function, OneShotAnalysisState &state,
                            FuncAnalysisState &calls) {
  for (OpOperand &returned : getOnlyReturn(function)->getOpOperands()) {
    if (!isa<RankedTensorType>(returned.get().getType()))
      continue;
    for (BlockArgument argument : function.getArguments()) {
      if (!isa<RankedTensorType>(argument.getType()))
        continue;
      if (state.areEquivalentBufferizedValues(returned.get(), argument))
        calls.equivalentFuncArgs[function][returned.getOperandNumber()] =
            argument.getArgNumber();
      if (state.areAliasingBufferizedValues(returned.get(), argument))
        calls.aliasingReturnVals[function][argument.getArgNumber()].push_back(
            returned.getOperandNumber());
    }
  }
}

/// Nothing is known of a function without a body, but what its arguments'
/// attributes say, and that no two of its results share a buffer.
static void describeExternal(func::FuncOp function, FuncAnalysisState &calls) {
  for (auto [index, input] : llvm::enumerate(function.getArgumentTypes()))
    for (auto [number, result] : llvm::enumerate(function.getResultTypes()))
      if (isa<TensorType>(input) && isa<TensorType>(result))
        calls.aliasingReturnVals[function][index].push_back(number);
}

static void describeArguments(func::FuncOp function,
                              OneShotAnalysisState &state,
                              FuncAnalysisState &calls) {
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes())) {
    if (!isa<TensorType>(type))
      continue;
    bool isRead = true, isWritten = true;
    if (auto access = function.getArgAttrOfType<StringAttr>(
            index, BufferizationDialect::kBufferAccessAttrName)) {
      isRead = access == "read" || access == "read-write";
      isWritten = access == "write" || access == "read-write";
    } else if (!function.isExternal()) {
      isRead = state.isValueRead(function.getArgument(index));
      isWritten = state.isValueWritten(function.getArgument(index));
    }
    if (isRead)
      calls.readBbArgs[function].insert(index);
    if (isWritten)
      calls.writtenBbArgs[function].insert(index);
  }
}

/// Once the analysis is done, in one step: upstream removes attributes one by
/// one, which is quadratic in the number of arguments.
static void dropBufferizationAttributes(func::FuncOp function) {
  if (!function.getAllArgAttrs())
    return;
  SmallVector<DictionaryAttr> all;
  for (unsigned index = 0; index < function.getNumArguments(); ++index) {
    NamedAttrList attributes(function.getArgAttrDict(index));
    attributes.erase(BufferizationDialect::kBufferLayoutAttrName);
    attributes.erase(BufferizationDialect::kWritableAttrName);
    all.push_back(attributes.getDictionary(function.getContext()));
  }
  function.setAllArgAttrs(all);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

static OneShotBufferizationOptions makeOptions() {
  OneShotBufferizationOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.setFunctionBoundaryTypeConversion(LayoutMapOption::IdentityLayoutMap);
  options.allowReturnAllocsFromLoops = true;
  return options;
}

/// One-shot analysis of the module with its copies made: it finds a conflict if
/// an operand was decided to be in place that may not be.
static LogicalResult checkInPlace(ModuleOp module,
                                  const OneShotBufferizationOptions &options) {
  OneShotAnalysisState state(module, options);
  if (failed(analyzeModuleOp(module, state)))
    return failure();
  WalkResult checked = module.walk([&](BufferizableOpInterface op) {
    for (OpOperand &operand : op->getOpOperands())
      if (isa<TensorType>(operand.get().getType()) && !state.isInPlace(operand))
        return WalkResult(op->emitOpError("expected operand #")
                          << operand.getOperandNumber()
                          << " to be in place, found that one-shot analysis "
                             "would copy it");
    return WalkResult::advance();
  });
  return failure(checked.wasInterrupted());
}

namespace {

struct BufferizeInPlace
    : public conorm::impl::BufferizeInPlaceBase<BufferizeInPlace> {
  using BufferizeInPlaceBase::BufferizeInPlaceBase;

  void runOnOperation() override {
    OneShotBufferizationOptions options = makeOptions();
    BufferizationState buffers;
    CallOrder order(getOperation());
    if (!order.get()) {
      if (failed(unshareAllResults(getOperation(), options, buffers)) ||
          failed(runOneShotModuleBufferize(getOperation(), options, buffers)))
        signalPassFailure();
      return;
    }
    OneShotAnalysisState state(getOperation(), options);
    if (failed(analyze(order, state, buffers)))
      return signalPassFailure();
    if (failed(insertTensorCopies(getOperation(), state, buffers)) ||
        (checkDecisions && failed(checkInPlace(getOperation(), options))))
      return signalPassFailure();
    for (func::FuncOp function : *order.get())
      dropBufferizationAttributes(function);
    if (failed(bufferizeModuleOp(getOperation(), options, buffers)))
      signalPassFailure();
  }

  LogicalResult analyze(const CallOrder &order, OneShotAnalysisState &state,
                        const BufferizationState &buffers) {
    auto &calls = state.addExtension<FuncAnalysisState>();
    InPlaceOptions options{analysisLimit};
    InPlaceStatistics statistics;
    for (func::FuncOp function : *order.get()) {
      calls.startFunctionAnalysis(function);
      if (function.isExternal()) {
        describeExternal(function, calls);
      } else {
        if (failed(analyzeInPlace(function, state, options, statistics)) ||
            (order.isCalled(function) &&
             failed(unshareResults(function, state, buffers))))
          return failure();
        describeResults(function, state, calls);
      }
      describeArguments(function, state, calls);
      calls.analyzedFuncOps[function] = func_ext::FuncOpAnalysisState::Analyzed;
    }
    numUndecided += statistics.numUndecided;
    return success();
  }
};

} // namespace
