//===- AssignDestinations.cpp - Buffers for comm and norm operations ------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Three steps, so that nothing is changed while uses are compared: find the
// last use of every value, plan which result takes which tensor, and fill in
// the destinations. Where a choice turns out to conflict with something that
// only bufferization sees, the result is one more allocation, never a wrong
// value and never a copy: destinations are written and not read.
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Bufferization/Passes.h"

#include "LastUses.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/RegionKindInterface.h"

namespace conorm {
#define GEN_PASS_DEF_ASSIGNDESTINATIONS
#include "conorm/Bufferization/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;

//===----------------------------------------------------------------------===//
// The plan
//===----------------------------------------------------------------------===//

namespace {

/// The tensors that results take as their destinations. A result that is not
/// in the plan takes a new one.
class DestinationPlan {
public:
  void take(OpResult result, Value operand) {
    destinations[result] = operand;
    takers[operand] = result;
  }
  /// The tensor that `result` takes, null for a new one.
  Value getDestination(Value result) const {
    return destinations.lookup(result);
  }
  /// The result that takes `value`, null if none does.
  Value getTaker(Value value) const { return takers.lookup(value); }

private:
  llvm::DenseMap<Value, Value> destinations;
  /// The inverse.
  llvm::DenseMap<Value, Value> takers;
};

/// Makes the plan.
class DestinationPlanner {
public:
  DestinationPlanner(ModuleOp module, const LastUses &lastUses)
      : table(module), lastUses(lastUses) {}

  /// Chooses for an operation that needs destinations. To be called for those
  /// of a block from the bottom up, and before those of the blocks nested in
  /// it, so that it is known where a result ends up in a loop.
  void choose(DestinationOpInterface op);

  DestinationPlan takePlan() { return std::move(plan); }

private:
  bool mayOverwrite(Value value, Operation *op, Value result);
  bool mayOverwriteArgument(BlockArgument argument, Value result);
  bool isYielded(Value result, scf::ForOp loop, unsigned index);
  bool returnsNewTensor(func::CallOp call, unsigned index);

  SymbolTable table;
  const LastUses &lastUses;
  DestinationPlan plan;
};

} // namespace

/// Whether `result`, or what overwrites it in turn, is what the loop carries to
/// the next iteration as number `index`.
bool DestinationPlanner::isYielded(Value result, scf::ForOp loop,
                                   unsigned index) {
  Value yielded = loop.getYieldedValues()[index];
  while (result && result != yielded)
    result = plan.getTaker(result);
  return static_cast<bool>(result);
}

/// Whether result `index` of a call is a tensor that the callee makes, and that
/// shares no buffer with another result.
bool DestinationPlanner::returnsNewTensor(func::CallOp call, unsigned index) {
  auto callee = table.lookup<func::FuncOp>(call.getCallee());
  if (!callee || !callee.getBody().hasOneBlock())
    return false;
  Operation *terminator = callee.front().getTerminator();
  Value returned = terminator->getOperand(index);
  LastUse last = lastUses.lookup(returned);
  Operation *definition = returned.getDefiningOp();
  return definition && makesOverwritableTensors(definition) &&
         last.user == terminator && last.numOperands == 1 && !last.indirect;
}

bool DestinationPlanner::mayOverwriteArgument(BlockArgument argument,
                                              Value result) {
  Operation *parent = argument.getOwner()->getParentOp();
  if (auto function = dyn_cast<func::FuncOp>(parent))
    return argument.getOwner()->isEntryBlock() &&
           function.getArgAttr(argument.getArgNumber(), comm::kDonatedAttrName);
  auto loop = dyn_cast<scf::ForOp>(parent);
  if (!loop || argument == loop.getInductionVar())
    return false;
  // Bufferization takes every start of a loop as overwritten, so that it is
  // copied where it may not be, whatever is chosen here. Overwriting what the
  // loop carries pays if the next iteration reads it there.
  return isYielded(result, loop, argument.getArgNumber() - 1);
}

bool DestinationPlanner::mayOverwrite(Value value, Operation *op,
                                      Value result) {
  LastUse last = lastUses.lookup(value);
  if (value.getParentBlock() != op->getBlock() || last.user != op ||
      last.indirect)
    return false;
  if (auto call = value.getDefiningOp<func::CallOp>())
    return returnsNewTensor(call, cast<OpResult>(value).getResultNumber());
  if (Operation *definition = value.getDefiningOp())
    return makesOverwritableTensors(definition);
  return mayOverwriteArgument(cast<BlockArgument>(value), result);
}

/// How often `op` reads `value` element by element.
static unsigned countElementwiseUses(DestinationOpInterface op, Value value) {
  return llvm::count_if(op->getOpOperands(), [&](OpOperand &operand) {
    return operand.get() == value && op.isElementwise(operand);
  });
}

void DestinationPlanner::choose(DestinationOpInterface op) {
  for (auto &[result, operands] : op.getReusableOperands()) {
    for (OpOperand *operand : operands) {
      Value value = operand->get();
      // An operand that is a weight too is read when rows are written already.
      if (value.getType() == result.getType() && !plan.getTaker(value) &&
          lastUses.lookup(value).numOperands ==
              countElementwiseUses(op, value) &&
          mayOverwrite(value, op, result)) {
        plan.take(result, value);
        break;
      }
    }
  }
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Fills what is null in `destinations` with new tensors of the sizes that the
/// operation reifies.
static LogicalResult makeDestinations(OpBuilder &builder, Operation *op,
                                      MutableArrayRef<Value> destinations) {
  ReifiedRankedShapedTypeDims shapes;
  for (auto [index, destination] : llvm::enumerate(destinations)) {
    if (destination)
      continue;
    auto type = cast<RankedTensorType>(op->getResult(index).getType());
    SmallVector<Value> sizes;
    if (!type.hasStaticShape()) {
      if (shapes.empty() &&
          (failed(reifyResultShapes(builder, op, shapes)) || shapes.empty()))
        return op->emitOpError("expected results whose sizes follow from the "
                               "operands and the group's size, found ")
               << type;
      for (unsigned dim = 0; dim < type.getRank(); ++dim)
        if (type.isDynamicDim(dim))
          sizes.push_back(getValueOrCreateConstantIndexOp(builder, op->getLoc(),
                                                          shapes[index][dim]));
    }
    destination = tensor::EmptyOp::create(builder, op->getLoc(), type, sizes);
  }
  return success();
}

/// Says to bufferization which arguments are read-only. Those of private
/// functions are too: writing over one would save an allocation at best, and
/// cost a copy in every caller that reads it again.
static void markArguments(func::FuncOp function) {
  if (function.isExternal())
    return;
  // All at once: setting one attribute makes a new list of all.
  Builder builder(function.getContext());
  SmallVector<DictionaryAttr> all;
  for (BlockArgument argument : function.getArguments()) {
    NamedAttrList attributes(function.getArgAttrDict(argument.getArgNumber()));
    if (isa<TensorType>(argument.getType())) {
      bool isDonated =
          static_cast<bool>(attributes.get(comm::kDonatedAttrName));
      attributes.set(bufferization::BufferizationDialect::kWritableAttrName,
                     builder.getBoolAttr(isDonated));
    }
    all.push_back(attributes.getDictionary(builder.getContext()));
  }
  function.setAllArgAttrs(all);
}

namespace {

struct AssignDestinations
    : public conorm::impl::AssignDestinationsBase<AssignDestinations> {
  void runOnOperation() override {
    if (failed(collect()))
      return signalPassFailure();
    DestinationPlan plan = makePlan();
    for (func::FuncOp function : functions)
      markArguments(function);
    for (auto &[block, ops] : blocks)
      for (DestinationOpInterface op : ops)
        if (failed(assign(op, plan)))
          return signalPassFailure();
  }

  /// In one walk, since each waits for memory at every operation.
  LogicalResult collect() {
    blocks.clear();
    functions.clear();
    llvm::DenseMap<Block *, unsigned> numbers;
    WalkResult walked =
        getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
          for (Region &region : op->getRegions())
            for (Block &block : region) {
              numbers[&block] = blocks.size();
              blocks.emplace_back(&block,
                                  SmallVector<DestinationOpInterface, 0>());
            }
          if (auto function = dyn_cast<func::FuncOp>(op))
            functions.push_back(function);
          if (needsDestinations(op))
            blocks[numbers.lookup(op->getBlock())].second.push_back(
                cast<DestinationOpInterface>(op));
          return checkOrder(op);
        });
    return failure(walked.wasInterrupted());
  }

  /// Where uses may come before definitions, a value may be its own operand,
  /// and bufferization would look for its buffer for ever.
  static WalkResult checkOrder(Operation *op) {
    if (op->getNumResults() == 0 || !isa<DestinationOpInterface>(op) ||
        mayHaveSSADominance(*op->getParentRegion()))
      return WalkResult::advance();
    op->emitOpError("expected a region in which definitions come before uses, "
                    "found a graph region of ")
        << op->getParentOp()->getName();
    return WalkResult::interrupt();
  }

  DestinationPlan makePlan() {
    LastUses lastUses;
    for (auto &[block, ops] : blocks)
      lastUses.find(*block);
    DestinationPlanner planner(getOperation(), lastUses);
    for (auto &[block, ops] : blocks)
      for (DestinationOpInterface op : llvm::reverse(ops))
        planner.choose(op);
    return planner.takePlan();
  }

  LogicalResult assign(DestinationOpInterface op, const DestinationPlan &plan) {
    SmallVector<Value> destinations;
    for (Value result : op->getResults()) {
      destinations.push_back(plan.getDestination(result));
      ++(destinations.back() ? numReused : numNew);
    }
    OpBuilder builder(op);
    if (failed(makeDestinations(builder, op, destinations)))
      return failure();
    op.setDestinations(destinations);
    return success();
  }

  /// All blocks, each before those that are nested in it, with what needs
  /// destinations in them.
  SmallVector<std::pair<Block *, SmallVector<DestinationOpInterface, 0>>>
      blocks;
  SmallVector<func::FuncOp> functions;
};

} // namespace
