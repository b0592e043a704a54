//===- BufferizeInPlace.cpp - Tensors to buffers, in linear time ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One-shot bufferization with another analysis: the decisions come from
// `analyzeInPlace`, the rewriting is upstream's. Upstream's own analysis
// decides where it is asked for, and where only it knows what to do.
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Bufferization/Passes.h"

#include "InPlaceAnalysis.h"
#include "SharedBuffers.h"
#include "mlir/Analysis/CallGraph.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferUtils.h"
#include "mlir/Dialect/Bufferization/Transforms/Bufferize.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/SCCIterator.h"

namespace conorm {
#define GEN_PASS_DEF_BUFFERIZEINPLACE
#include "conorm/Bufferization/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace mlir::bufferization;
using namespace conorm;

//===----------------------------------------------------------------------===//
// The order of functions
//===----------------------------------------------------------------------===//

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

namespace {

/// The functions of a module, callees first.
struct CallOrder {
  SmallVector<func::FuncOp> functions;
  /// Those that something in the module calls.
  llvm::DenseSet<func::FuncOp> called;
};

} // namespace

/// Adds what `function` calls; fails if that is anything but a function of the
/// module.
static LogicalResult addCallees(func::FuncOp function, SymbolTable &table,
                                llvm::DenseSet<func::FuncOp> &called) {
  WalkResult walked = function.walk([&](CallOpInterface op) {
    auto call = dyn_cast<func::CallOp>(op.getOperation());
    auto callee =
        call ? table.lookup<func::FuncOp>(call.getCallee()) : func::FuncOp();
    if (!callee)
      return WalkResult::interrupt();
    called.insert(callee);
    return WalkResult::advance();
  });
  return failure(walked.wasInterrupted());
}

/// Fails where only upstream knows what to do: calls in a cycle, calls of
/// something else than a function of the module, several returns.
static FailureOr<CallOrder> findCallOrder(ModuleOp module) {
  CallOrder order;
  SymbolTable table(module);
  for (auto function : module.getOps<func::FuncOp>()) {
    // The call graph has no declarations, and they call nothing.
    if (function.isExternal())
      order.functions.push_back(function);
    else if (!getOnlyReturn(function) ||
             failed(addCallees(function, table, order.called)))
      return failure();
  }
  const CallGraph graph(module);
  for (auto it = llvm::scc_begin(&graph); !it.isAtEnd(); ++it) {
    if (it.hasCycle())
      return failure();
    const CallGraphNode *node = it->front();
    if (node->isExternal())
      continue;
    auto function =
        dyn_cast<func::FuncOp>(node->getCallableRegion()->getParentOp());
    if (function && function->getParentOp() == module)
      order.functions.push_back(function);
  }
  return order;
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

/// Upstream makes the globals of constants function by function, in an order
/// that depends on addresses. Made before, in the order of the program, they
/// are the same whenever a module is compiled.
static LogicalResult makeGlobals(ModuleOp module,
                                 const OneShotBufferizationOptions &options,
                                 BufferizationState &buffers) {
  WalkResult made = module.walk([&](arith::ConstantOp op) {
    auto type = dyn_cast<RankedTensorType>(op.getType());
    if (!type || op->use_empty())
      return WalkResult::advance();
    std::optional<Attribute> space = options.defaultMemorySpaceFn(type);
    return WalkResult(success(
        space && succeeded(getGlobalFor(op, buffers.getSymbolTables(),
                                        options.bufferAlignment, *space))));
  });
  return failure(made.wasInterrupted());
}

/// Upstream casts a buffer that it gives to a function, or returns, to one that
/// lies densely. Where sizes are unknown that may be a slice with other
/// strides, which the cast does not check: a copy takes its place.
static void copyForCasts(ModuleOp module) {
  SmallVector<memref::CastOp> casts;
  module.walk([&](memref::CastOp cast) {
    auto from = dyn_cast<MemRefType>(cast.getSource().getType());
    auto to = dyn_cast<MemRefType>(cast.getType());
    if (from && to && !from.getLayout().isIdentity() &&
        to.getLayout().isIdentity())
      casts.push_back(cast);
  });
  for (memref::CastOp cast : casts) {
    ImplicitLocOpBuilder builder(cast.getLoc(), cast);
    auto type = llvm::cast<MemRefType>(cast.getType());
    Value source = cast.getSource();
    Value copy = memref::AllocOp::create(
        builder, memref::getMixedSizes(builder, cast.getLoc(), source),
        type.getElementType(), type.getMemorySpace());
    memref::CopyOp::create(builder, source, copy);
    if (copy.getType() != type)
      copy = memref::CastOp::create(builder, type, copy);
    cast.replaceAllUsesWith(copy);
    cast.erase();
  }
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

/// Decides for all operands of `order.functions`, callees first.
static LogicalResult analyze(const CallOrder &order, InPlaceOptions options,
                             OneShotAnalysisState &state,
                             const BufferizationState &buffers,
                             InPlaceStatistics &statistics) {
  auto &calls = state.addExtension<FuncAnalysisState>();
  for (func::FuncOp function : order.functions) {
    calls.startFunctionAnalysis(function);
    if (function.isExternal()) {
      describeExternal(function, calls);
    } else {
      if (failed(analyzeInPlace(function, state, options, statistics)) ||
          failed(unshareAnalyzed(function, order.called.contains(function),
                                 state, buffers)))
        return failure();
      describeResults(function, state, calls);
    }
    describeArguments(function, state, calls);
    calls.analyzedFuncOps[function] = func_ext::FuncOpAnalysisState::Analyzed;
  }
  return success();
}

namespace {

struct BufferizeInPlace
    : public conorm::impl::BufferizeInPlaceBase<BufferizeInPlace> {
  using BufferizeInPlaceBase::BufferizeInPlaceBase;

  void runOnOperation() override {
    options = makeOptions();
    BufferizationState buffers;
    if (failed(makeGlobals(getOperation(), options, buffers)) ||
        failed(bufferize(buffers)))
      return signalPassFailure();
    copyForCasts(getOperation());
  }

private:
  LogicalResult bufferize(BufferizationState &buffers) {
    if (analysis == BufferAnalysis::OneShot)
      return bufferizeOneShot(buffers);
    FailureOr<CallOrder> order = findCallOrder(getOperation());
    return succeeded(order) ? bufferizeLinear(*order, buffers)
                            : bufferizeOneShot(buffers);
  }

  LogicalResult bufferizeOneShot(BufferizationState &buffers) {
    if (failed(unshareUnanalyzed(getOperation(), options, buffers)))
      return failure();
    return runOneShotModuleBufferize(getOperation(), options, buffers);
  }

  LogicalResult bufferizeLinear(const CallOrder &order,
                                BufferizationState &buffers) {
    OneShotAnalysisState state(getOperation(), options);
    InPlaceStatistics statistics;
    if (failed(analyze(order, {analysisLimit}, state, buffers, statistics)))
      return failure();
    numUndecided += statistics.numUndecided;
    if (failed(insertTensorCopies(getOperation(), state, buffers)) ||
        (checkDecisions && failed(checkInPlace(getOperation(), options))))
      return failure();
    for (func::FuncOp function : order.functions)
      dropBufferizationAttributes(function);
    return bufferizeModuleOp(getOperation(), options, buffers);
  }

  OneShotBufferizationOptions options;
};

} // namespace
