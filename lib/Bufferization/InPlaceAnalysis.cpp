//===- InPlaceAnalysis.cpp - Which tensors are overwritten ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The rule. It has three steps, each a part of this file: facts about buffers,
// conflicts of a write with other uses, and the decision. Values that may share
// a buffer although nothing writes between them (a tensor, its slices, its
// reshaped forms) are a group. A group is simple if all its values are defined
// and used in one block. An operation may overwrite a value of a simple group
// if every value of the group may be written, and nothing reads or views a
// value of the group after it. What it makes starts another group, so that by
// induction nothing reads any older version either.
//
// What is not simple is left to one-shot analysis, which sees all decisions
// that were made here and makes none that conflicts with them.
//
//===----------------------------------------------------------------------===//

#include "InPlaceAnalysis.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SubsetOpInterface.h"
#include "llvm/ADT/IntEqClasses.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace conorm;

static bool isTensor(Value value) { return isa<TensorType>(value.getType()); }

static Operation *getLater(Operation *first, Operation *second) {
  if (!first || (second && first->isBeforeInBlock(second)))
    return second;
  return first;
}

//===----------------------------------------------------------------------===//
// Facts: who reads, writes and views which buffer
//===----------------------------------------------------------------------===//

namespace {

/// A tensor operand, and what its operation does with its buffer.
struct Access {
  OpOperand *operand;
  bool reads, writes, aliases;
};

/// Values that may share a buffer although nothing writes between them.
struct Group {
  /// Block of all its values and accesses.
  Block *block = nullptr;
  unsigned numValues = 0;
  bool isSimple = true;
  bool isWritable = true;
  /// The last operation that reads or views a value of the group.
  Operation *lastRead = nullptr;
  SmallVector<const Access *, 1> writes;
};

/// What a function does with its tensors.
class BufferFacts {
public:
  /// `ops`: everything in `function`, in the order of a walk.
  BufferFacts(func::FuncOp function, ArrayRef<Operation *> ops,
              OneShotAnalysisState &state)
      : state(state) {
    addValues(function, ops);
    addAccesses(ops);
    addToGroups();
  }

  ArrayRef<Access> getAccesses() const { return accesses; }
  ArrayRef<Group> getGroups() const { return groups; }
  unsigned getGroupNumber(Value value) const {
    return classes[ids.lookup(value)];
  }

  OneShotAnalysisState &state;

private:
  void addValues(func::FuncOp function, ArrayRef<Operation *> ops);
  void addAccesses(ArrayRef<Operation *> ops);
  void addAccess(OpOperand &operand, bool isKnown);
  void addToGroups();

  llvm::DenseMap<Value, unsigned> ids;
  SmallVector<Value> values;
  /// Values that cannot be in a simple group.
  llvm::BitVector complex;
  llvm::IntEqClasses classes;
  SmallVector<Access> accesses;
  SmallVector<Group> groups;
};

} // namespace

void BufferFacts::addValues(func::FuncOp function, ArrayRef<Operation *> ops) {
  auto add = [&](Value value, bool isComplex) {
    if (!isTensor(value))
      return;
    ids.try_emplace(value, values.size());
    values.push_back(value);
    complex.push_back(isComplex);
  };
  for (BlockArgument argument : function.getArguments())
    add(argument, /*isComplex=*/false);
  for (Operation *op : ops) {
    bool isComplex =
        !state.getOptions().dynCastBufferizableOp(op) ||
        (op->getNumRegions() != 0 && !isa<DestinationStyleOpInterface>(op));
    for (Value result : op->getResults())
      add(result, isComplex);
    for (Region &region : op->getRegions())
      for (BlockArgument argument : region.getArguments())
        add(argument, /*isComplex=*/true);
    for (Region &region : op->getRegions())
      for (Block &block : llvm::drop_begin(region, region.empty() ? 0 : 1))
        for (BlockArgument argument : block.getArguments())
          add(argument, /*isComplex=*/true);
  }
  for (Block &block : llvm::drop_begin(function.getBody()))
    for (BlockArgument argument : block.getArguments())
      add(argument, /*isComplex=*/true);
  classes.grow(values.size());
}

/// `isKnown`: the operation does with the operand no more than it says here,
/// and gives it to no other block.
void BufferFacts::addAccess(OpOperand &operand, bool isKnown) {
  AliasingValueList aliases = state.getAliasingValues(operand);
  Access access{&operand, state.bufferizesToMemoryRead(operand),
                state.bufferizesToMemoryWrite(operand),
                aliases.getNumAliases() != 0};
  unsigned id = ids.lookup(operand.get());
  for (AliasingValue alias : aliases) {
    auto it = ids.find(alias.value);
    if (it == ids.end() || alias.value.getDefiningOp() != operand.getOwner())
      isKnown = false;
    else if (!access.writes)
      classes.join(id, it->second);
  }
  if (operand.getOwner()->getBlock() != operand.get().getParentBlock())
    isKnown = false;
  if (!isKnown)
    complex.set(id);
  accesses.push_back(access);
}

void BufferFacts::addAccesses(ArrayRef<Operation *> ops) {
  for (Operation *op : ops) {
    auto bufferizable = state.getOptions().dynCastBufferizableOp(op);
    bool isKnown =
        bufferizable &&
        (op->getNumRegions() == 0 || isa<DestinationStyleOpInterface>(op)) &&
        (!op->hasTrait<OpTrait::IsTerminator>() || isa<func::ReturnOp>(op));
    for (OpOperand &operand : op->getOpOperands())
      if (isTensor(operand.get()))
        addAccess(operand, isKnown && !bufferizable.mustBufferizeInPlace(
                                          operand, state));
  }
}

void BufferFacts::addToGroups() {
  classes.compress();
  groups.resize(classes.getNumClasses());
  for (auto [id, value] : llvm::enumerate(values)) {
    Group &group = groups[classes[id]];
    Block *block = value.getParentBlock();
    group.isSimple &= !complex[id] && (!group.block || group.block == block);
    group.block = block;
    group.isWritable = group.isWritable && state.isWritable(value);
    ++group.numValues;
  }
  for (Access &access : accesses) {
    Group &group = groups[getGroupNumber(access.operand->get())];
    // Positions are comparable in one block only.
    if (!group.isSimple)
      continue;
    if (access.reads || (access.aliases && !access.writes))
      group.lastRead = getLater(group.lastRead, access.operand->getOwner());
    if (access.writes)
      group.writes.push_back(&access);
  }
}

//===----------------------------------------------------------------------===//
// Conflicts: why a write may not take the buffer
//===----------------------------------------------------------------------===//

namespace {

enum class Conflict {
  None,
  /// Something reads or views the buffer later.
  LaterRead,
  /// The same, perhaps of another part than is written.
  LaterReadOfPart,
  /// The buffer may not be written.
  ReadOnly,
  /// The operation itself does something else with the buffer.
  SameOperation,
};

} // namespace

/// Whether the operation of `write` bears that its other operands lie in the
/// buffer that it writes.
static bool bearsOtherOperands(const BufferFacts &facts, const Access &write) {
  Operation *op = write.operand->getOwner();
  OneShotAnalysisState &state = facts.state;
  unsigned group = facts.getGroupNumber(write.operand->get());
  for (OpOperand &other : op->getOpOperands()) {
    if (&other == write.operand || !isTensor(other.get()) ||
        facts.getGroupNumber(other.get()) != group)
      continue;
    if (other.get() != write.operand->get() ||
        state.bufferizesToMemoryWrite(other) ||
        state.getAliasingValues(other).getNumAliases() != 0)
      return false;
    if (state.bufferizesToMemoryRead(other) &&
        !state.getOptions()
             .dynCastBufferizableOp(op)
             .bufferizesToElementwiseAccess(state, {&other, write.operand}))
      return false;
  }
  return true;
}

/// The first conflict of `write`, which is of `group`, a simple one.
static Conflict findConflict(const BufferFacts &facts, const Group &group,
                             const Access &write) {
  Operation *op = write.operand->getOwner();
  Operation *last = group.lastRead;
  if (last && op->isBeforeInBlock(last))
    return isa<SubsetOpInterface>(last) || isa<SubsetOpInterface>(op)
               ? Conflict::LaterReadOfPart
               : Conflict::LaterRead;
  if (!group.isWritable)
    return Conflict::ReadOnly;
  return bearsOtherOperands(facts, write) ? Conflict::None
                                          : Conflict::SameOperation;
}

//===----------------------------------------------------------------------===//
// Decision: which write takes the buffer
//===----------------------------------------------------------------------===//

namespace {

struct Decision {
  /// The write that is in place; null if none is.
  const Access *overwrite = nullptr;
  /// All of the group is left to one-shot analysis.
  bool isUndecided = false;
};

} // namespace

/// Whether a write with this conflict is out of place, whatever else is
/// decided.
static bool isCertain(Conflict conflict) {
  return conflict == Conflict::LaterRead || conflict == Conflict::ReadOnly;
}

static Decision decide(const BufferFacts &facts, const Group &group) {
  constexpr Decision kUndecided = {nullptr, true};
  if (!group.isSimple)
    return kUndecided;
  Decision decision;
  for (const Access *write : llvm::reverse(group.writes)) {
    Conflict conflict = findConflict(facts, group, *write);
    // Views of a value may be decided otherwise.
    if (isCertain(conflict) && group.numValues == 1)
      continue;
    if (conflict != Conflict::None || decision.overwrite)
      return kUndecided;
    decision.overwrite = write;
  }
  return decision;
}

/// Fills `inPlace` with the operands that are in place, and `undecided` with
/// the operations that are left to one-shot analysis.
static void decideAll(const BufferFacts &facts,
                      SmallVectorImpl<OpOperand *> &inPlace,
                      llvm::SetVector<Operation *> &undecided) {
  SmallVector<Decision> decisions;
  for (const Group &group : facts.getGroups())
    decisions.push_back(decide(facts, group));
  for (const Access &access : facts.getAccesses()) {
    const Decision &decision =
        decisions[facts.getGroupNumber(access.operand->get())];
    if (!access.writes && !access.aliases)
      inPlace.push_back(access.operand);
    else if (decision.isUndecided)
      undecided.insert(access.operand->getOwner());
    else if (!access.writes || decision.overwrite == &access)
      inPlace.push_back(access.operand);
  }
}

//===----------------------------------------------------------------------===//
// One-shot analysis for the rest
//===----------------------------------------------------------------------===//

/// Work that one-shot analysis may do for the operands that are left to it in
/// one function, in pairs of values. Those beyond are copied.
static constexpr uint64_t kMaxWork = uint64_t(1) << 26;

/// Number of pairs of values that one-shot analysis may look at for `op`.
static uint64_t estimateWork(Operation *op, OneShotAnalysisState &state) {
  uint64_t work = 0;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isTensor(operand.get()))
      continue;
    uint64_t numAliases = 0;
    auto count = [&](Value) { ++numAliases; };
    state.applyOnAliases(operand.get(), count);
    for (AliasingValue alias : state.getAliasingValues(operand))
      state.applyOnAliases(alias.value, count);
    work += numAliases * numAliases;
  }
  return work;
}

static LogicalResult analyzeUndecided(ArrayRef<Operation *> ops,
                                      func::FuncOp function,
                                      OneShotAnalysisState &state) {
  if (ops.empty())
    return success();
  DominanceInfo dominance(function);
  uint64_t work = 0;
  // From the bottom up, as it does by itself.
  for (Operation *op : llvm::reverse(ops)) {
    work += estimateWork(op, state);
    if (work > kMaxWork)
      break;
    if (failed(state.analyzeSingleOp(op, dominance)))
      return failure();
  }
  return success();
}

/// Values that certainly lie in one buffer: what callers learn about results.
static void findEquivalences(Operation *op, OneShotAnalysisState &state) {
  for (OpResult result : op->getOpResults()) {
    if (!isTensor(result))
      continue;
    for (AliasingOpOperand alias : state.getAliasingOpOperands(result))
      if (alias.isDefinite && alias.relation == BufferRelation::Equivalent &&
          state.isInPlace(*alias.opOperand)) {
        state.unionEquivalenceClasses(result, alias.opOperand->get());
        break;
      }
  }
}

LogicalResult conorm::analyzeInPlace(func::FuncOp function,
                                     OneShotAnalysisState &state,
                                     const InPlaceOptions &options,
                                     InPlaceStatistics &statistics) {
  // One walk: each waits for memory at every operation, a list does not.
  SmallVector<Operation *, 0> ops;
  function.getBody().walk([&](Operation *op) { ops.push_back(op); });
  // A buffer that something demands may conflict with what the function does:
  // an error that only the whole analysis finds.
  if (llvm::any_of(ops, llvm::IsaPred<MaterializeInDestinationOp>))
    return analyzeOp(function, state);
  SmallVector<OpOperand *> inPlace;
  llvm::SetVector<Operation *> undecided;
  decideAll(BufferFacts(function, ops, state), inPlace, undecided);
  statistics.numUndecided += undecided.size();
  if (!undecided.empty() && ops.size() <= options.analysisLimit)
    return analyzeOp(function, state);
  for (OpOperand *operand : inPlace)
    state.bufferizeInPlace(*operand);
  if (failed(analyzeUndecided(undecided.getArrayRef(), function, state)))
    return failure();
  for (Operation *op : ops)
    findEquivalences(op, state);
  state.gatherUndefinedTensorUses(function);
  ops.push_back(function);
  bool isValid = true;
  for (Operation *op : ops)
    if (auto bufferizable = dyn_cast<BufferizableOpInterface>(op))
      isValid &= succeeded(bufferizable.verifyAnalysis(state));
  return success(isValid);
}
