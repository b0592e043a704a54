//===- AssignDestinations.cpp - Buffers for comm and norm operations ------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two phases, so that nothing is changed while uses are compared: first every
// result is given a tensor or none, then the destinations are filled in. Where
// a choice turns out to conflict with something that only bufferization sees,
// the result is one more allocation, never a wrong value and never a copy:
// destinations are written and not read.
//
//===----------------------------------------------------------------------===//

#include "conorm/Bufferization/Passes.h"

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
#include "llvm/ADT/TypeSwitch.h"

namespace conorm {
#define GEN_PASS_DEF_ASSIGNDESTINATIONS
#include "conorm/Bufferization/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;

//===----------------------------------------------------------------------===//
// What an operation may write where
//===----------------------------------------------------------------------===//

namespace {

/// A result and the operands whose buffers it may take, best first.
struct Candidate {
  Value result;
  SmallVector<Value, 2> operands;
};

} // namespace

/// Results that an operand's buffer can hold, in the order in which they
/// choose. `reduced` never takes the residual, which is still needed then.
static SmallVector<Candidate> getCandidates(Operation *op) {
  SmallVector<Candidate> candidates;
  auto add = [&](Value result, std::initializer_list<Value> operands) {
    if (!result)
      return;
    Candidate &candidate = candidates.emplace_back();
    candidate.result = result;
    llvm::copy_if(operands, std::back_inserter(candidate.operands),
                  [](Value operand) { return static_cast<bool>(operand); });
  };
  llvm::TypeSwitch<Operation *>(op)
      .Case<comm::AllReduceOp, norm::RMSNormOp>(
          [&](auto op) { add(op->getResult(0), {op.getInput()}); })
      .Case([&](norm::AddRMSNormOp op) {
        add(op.getResidualOut(), {op.getResidual(), op.getInput()});
        add(op.getNormed(), {op.getInput(), op.getResidual()});
      })
      .Case([&](comm::AllReduceRMSNormOp op) {
        add(op.getResidualOut(), {op.getResidual(), op.getInput()});
        add(op.getReduced(), {op.getInput()});
        add(op.getNormed(), {op.getInput(), op.getResidual()});
      });
  return candidates;
}

/// How often `value` is the input or the residual of `op`.
static unsigned countDataUses(Operation *op, Value value) {
  Value residual;
  if (auto add = dyn_cast<norm::AddRMSNormOp>(op))
    residual = add.getResidual();
  else if (auto fused = dyn_cast<comm::AllReduceRMSNormOp>(op))
    residual = fused.getResidual();
  return (op->getOperand(0) == value) + (residual == value);
}

/// Whether `op` is one of ours, on tensors, and without destinations.
static bool needsDestinations(Operation *op) {
  if (op->getNumResults() == 0)
    return false;
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<comm::AllReduceOp, comm::ReduceScatterOp, comm::AllGatherOp,
            norm::RMSNormOp>([](auto op) { return !op.getOuts(); })
      .Case<norm::AddRMSNormOp, norm::QuantizeOp>(
          [](auto op) { return op.getOuts().empty(); })
      .Case([](comm::AllReduceRMSNormOp op) {
        return llvm::none_of(op.getPartOuts(),
                             [](Value out) { return static_cast<bool>(out); });
      })
      .Default(false);
}

/// Writes the destinations, one for each result, into the operation.
static void setDestinations(Operation *op, ArrayRef<Value> destinations) {
  llvm::TypeSwitch<Operation *>(op)
      .Case<comm::AllReduceOp, comm::ReduceScatterOp, comm::AllGatherOp,
            norm::RMSNormOp, norm::AddRMSNormOp, norm::QuantizeOp>(
          [&](auto op) { op.getOutsMutable().assign(destinations); })
      .Case([&](comm::AllReduceRMSNormOp op) {
        unsigned next = 0;
        auto assign = [&](Value result, MutableOperandRange range) {
          if (result)
            range.assign(destinations[next++]);
        };
        assign(op.getReduced(), op.getOutReducedMutable());
        assign(op.getResidualOut(), op.getOutResidualOutMutable());
        assign(op.getNormed(), op.getOutNormedMutable());
        assign(op.getQuantized(), op.getOutQuantizedMutable());
        assign(op.getScales(), op.getOutScalesMutable());
      });
}

//===----------------------------------------------------------------------===//
// Last uses
//===----------------------------------------------------------------------===//

/// Whether results of `op` are tensors of their own whatever destinations it
/// has: neither views nor values that come from elsewhere.
static bool makesFreshTensors(Operation *op) {
  if (isa<arith::SelectOp>(op))
    return false;
  return isa<tensor::EmptyOp, tensor::GenerateOp, tensor::SplatOp,
             tensor::FromElementsOp, tensor::PadOp,
             bufferization::AllocTensorOp>(op) ||
         op->hasTrait<OpTrait::Elementwise>() || needsDestinations(op);
}

/// Whether results of `op` may be overwritten. What a destination held before
/// is the business of the operation that writes it first.
static bool makesOverwritableTensors(Operation *op) {
  if (makesFreshTensors(op))
    return true;
  return (isa<DestinationStyleOpInterface>(op) &&
          !isa<bufferization::MaterializeInDestinationOp>(op)) ||
         isa_and_nonnull<comm::CommDialect, norm::NormDialect>(
             op->getDialect());
}

/// Results that may share the buffer of `use`, conservatively.
static SmallVector<Value> getAliases(OpOperand &use) {
  Operation *op = use.getOwner();
  if (auto dps = dyn_cast<DestinationStyleOpInterface>(op)) {
    if (!dps.isDpsInit(&use) || op->getNumResults() == 0)
      return {};
    return {dps.getTiedOpResult(&use)};
  }
  if (makesFreshTensors(op))
    return {};
  return llvm::to_vector_of<Value>(op->getResults());
}

namespace {

/// Where a value is used last in its own block.
struct LastUse {
  Operation *user = nullptr;
  /// Number of operands of `user` that are the value itself.
  unsigned numOperands = 0;
  /// `user` sees the value through something else: a view, or its own region.
  bool indirect = false;

  void add(Operation *other, bool isIndirect) {
    if (!other || (user && other->isBeforeInBlock(user)))
      return;
    if (user != other)
      *this = LastUse{other, 0, false};
    numOperands += !isIndirect;
    indirect |= isIndirect;
  }
};

/// Chooses a tensor for every result.
class DestinationPlanner {
public:
  explicit DestinationPlanner(ModuleOp module) : table(module) {}

  /// To be called for every block before `choose`, in any order.
  void findLastUses(Block &block);
  /// For an operation that needs destinations. To be called for those of a
  /// block from the bottom up, and before those of the blocks nested in it.
  void choose(Operation *op);

  /// The tensor that `result` takes, null for a new one.
  Value lookup(Value result) const { return choices.lookup(result); }

private:
  void findLastUse(Block &block, Value value);
  bool mayOverwrite(Value value, Operation *op, Value result);
  bool isYielded(Value result, scf::ForOp loop, unsigned index);
  bool returnsNewTensor(func::CallOp call, unsigned index);

  SymbolTable table;
  llvm::DenseMap<Value, LastUse> lastUses;
  llvm::DenseMap<Value, Value> choices;
  /// The inverse of `choices`.
  llvm::DenseMap<Value, Value> takenBy;
};

} // namespace

void DestinationPlanner::findLastUse(Block &block, Value value) {
  if (!isa<RankedTensorType>(value.getType()))
    return;
  LastUse last;
  for (OpOperand &use : value.getUses()) {
    // What is overwritten keeps its sizes.
    if (isa<tensor::DimOp>(use.getOwner()))
      continue;
    Operation *user = block.findAncestorOpInBlock(*use.getOwner());
    if (!user) {
      // Used in another block: it has to outlive this one.
      last.add(block.getTerminator(), /*isIndirect=*/true);
      continue;
    }
    bool isDirect = user == use.getOwner();
    last.add(user, !isDirect);
    // What a region uses may come out of it.
    SmallVector<Value> aliases =
        isDirect && user->getNumRegions() == 0
            ? getAliases(use)
            : llvm::to_vector_of<Value>(user->getResults());
    for (Value alias : aliases)
      last.add(lastUses.lookup(alias).user, /*isIndirect=*/true);
  }
  lastUses[value] = last;
}

/// From the bottom up: aliases of a value stand further down and are done when
/// the value is reached, so that the whole is linear.
void DestinationPlanner::findLastUses(Block &block) {
  for (Operation &op : llvm::reverse(block))
    for (Value result : op.getResults())
      findLastUse(block, result);
  for (Value argument : block.getArguments())
    findLastUse(block, argument);
}

/// Whether `result`, or what overwrites it in turn, is what the loop carries to
/// the next iteration as number `index`.
bool DestinationPlanner::isYielded(Value result, scf::ForOp loop,
                                   unsigned index) {
  Value yielded = loop.getYieldedValues()[index];
  while (result && result != yielded)
    result = takenBy.lookup(result);
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
  auto argument = cast<BlockArgument>(value);
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

void DestinationPlanner::choose(Operation *op) {
  for (auto &[result, operands] : getCandidates(op)) {
    for (Value operand : operands) {
      // An operand that is a weight too is read when rows are written already.
      if (operand.getType() == result.getType() && !takenBy.contains(operand) &&
          lastUses.lookup(operand).numOperands == countDataUses(op, operand) &&
          mayOverwrite(operand, op, result)) {
        choices[result] = operand;
        takenBy[operand] = result;
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
    NamedAttrList attributes(
        function.getArgAttrDict(argument.getArgNumber()));
    if (isa<TensorType>(argument.getType())) {
      bool isDonated = static_cast<bool>(attributes.get(comm::kDonatedAttrName));
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
    DestinationPlanner planner(getOperation());
    for (auto &[block, ops] : blocks)
      planner.findLastUses(*block);
    // From the bottom up, so that it is known where a result ends up in a loop.
    for (auto &[block, ops] : blocks)
      for (Operation *op : llvm::reverse(ops))
        planner.choose(op);
    for (func::FuncOp function : functions)
      markArguments(function);
    for (auto &[block, ops] : blocks)
      for (Operation *op : ops)
        if (failed(assign(op, planner)))
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
              blocks.emplace_back(&block, SmallVector<Operation *, 0>());
            }
          if (auto function = dyn_cast<func::FuncOp>(op))
            functions.push_back(function);
          if (needsDestinations(op))
            blocks[numbers.lookup(op->getBlock())].second.push_back(op);
          return checkOrder(op);
        });
    return failure(walked.wasInterrupted());
  }

  /// Where uses may come before definitions, a value may be its own operand,
  /// and bufferization would look for its buffer for ever.
  static WalkResult checkOrder(Operation *op) {
    if (op->getNumResults() == 0 ||
        !isa_and_nonnull<comm::CommDialect, norm::NormDialect>(
            op->getDialect()) ||
        mayHaveSSADominance(*op->getParentRegion()))
      return WalkResult::advance();
    op->emitOpError("expected a region in which definitions come before uses, "
                    "found a graph region of ")
        << op->getParentOp()->getName();
    return WalkResult::interrupt();
  }

  LogicalResult assign(Operation *op, const DestinationPlanner &planner) {
    SmallVector<Value> destinations;
    for (Value result : op->getResults()) {
      destinations.push_back(planner.lookup(result));
      ++(destinations.back() ? numReused : numNew);
    }
    OpBuilder builder(op);
    if (failed(makeDestinations(builder, op, destinations)))
      return failure();
    setDestinations(op, destinations);
    return success();
  }

  /// All blocks, each before those that are nested in it, with what needs
  /// destinations in them.
  SmallVector<std::pair<Block *, SmallVector<Operation *, 0>>> blocks;
  SmallVector<func::FuncOp> functions;
};

} // namespace
