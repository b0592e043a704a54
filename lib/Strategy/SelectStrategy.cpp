//===- SelectStrategy.cpp - How each all_reduce is carried out ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Strategy/Passes.h"

#include "../Support/RemarkLocation.h"
#include "StrategyTable.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/raw_ostream.h"

namespace conorm {
#define GEN_PASS_DEF_SELECTSTRATEGY
#include "conorm/Strategy/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;
using comm::CollectiveOpInterface;
using comm::Strategy;
using Arg = remark::detail::Remark::Arg;

static constexpr StringLiteral kStated = "the program states it";

static remark::RemarkOpts getRemarkOptions(Operation *op) {
  StringRef function;
  if (auto parent = op->getParentOfType<FunctionOpInterface>())
    function = parent.getName();
  return remark::RemarkOpts::name("Strategy")
      .category("select-strategy")
      .function(function);
}

static void explain(Operation *op, Strategy strategy, const Twine &reason) {
  remark::analysis(getRemarkLocation(op), getRemarkOptions(op))
      << Arg("Strategy", stringifyStrategy(strategy))
      << Arg("Reason", reason.str());
}

/// "2 ranks: one_shot; 4 ranks: one_shot, two_shot from 131072 bytes".
static std::string describe(comm::DispatchAttr table) {
  std::string text;
  llvm::raw_string_ostream os(text);
  int64_t members = 0;
  for (comm::StrategyRangeAttr range : table.getRanges()) {
    if (range.getGroupSize() != members)
      os << (members ? "; " : "") << range.getGroupSize() << " ranks: ";
    else
      os << ", ";
    members = range.getGroupSize();
    os << stringifyStrategy(range.getStrategy());
    if (range.getFromBytes())
      os << " from " << range.getFromBytes() << " bytes";
  }
  return text;
}

/// Bytes of a value; none if that is not known or does not fit.
static std::optional<int64_t> getBytes(Value value) {
  auto type = cast<ShapedType>(value.getType());
  int64_t bytes = type.getElementTypeBitWidth() / 8;
  for (int64_t size : type.getShape())
    if (ShapedType::isDynamic(size) || llvm::MulOverflow(bytes, size, bytes))
      return std::nullopt;
  return bytes;
}

/// Number of ranks in the group of `op`, 0 if it is not known: a group without
/// a size or rows is all ranks of the world.
static int64_t getMembers(CollectiveOpInterface op, comm::TargetAttr target,
                          SymbolTableCollection &tables) {
  auto group =
      tables.lookupNearestSymbolFrom<comm::GroupOp>(op, op.getGroupAttr());
  if (!group)
    return 0;
  return group.getGroupSize().value_or(target.getWorldSize());
}

/// Calls `visit` with every operation that has a strategy to choose.
static void forEachSite(ModuleOp module,
                        function_ref<void(CollectiveOpInterface)> visit) {
  module.walk([&](CollectiveOpInterface op) {
    if (op.takesDispatch())
      visit(op);
  });
}

namespace {

struct SelectStrategyPass
    : public conorm::impl::SelectStrategyBase<SelectStrategyPass> {
  using SelectStrategyBase::SelectStrategyBase;

  void runOnOperation() override;

private:
  FailureOr<comm::TargetAttr> findTarget();
  LogicalResult checkBackend(comm::TargetAttr target);
  FailureOr<TuningFile> loadTuning();
  void leaveAll(const Twine &reason);
  void selectAll(comm::TargetAttr target, StrategyTable &table);
};

} // namespace

FailureOr<comm::TargetAttr> SelectStrategyPass::findTarget() {
  if (targetDescription.empty())
    return comm::getTarget(getOperation());
  auto target = dyn_cast_or_null<comm::TargetAttr>(
      parseAttribute(targetDescription, &getContext()));
  if (!target)
    return emitError(getOperation().getLoc(),
                     "expected target-description to be a #comm.target, "
                     "found '")
           << StringRef(targetDescription) << "'";
  return target;
}

/// A program runs where its strategies were chosen for.
LogicalResult SelectStrategyPass::checkBackend(comm::TargetAttr target) {
  if (backend.empty() || !target)
    return success();
  StringRef found = stringifyBackend(target.getBackend());
  if (found == StringRef(backend))
    return success();
  return emitError(getOperation().getLoc(), "expected a #comm.target of ")
         << StringRef(backend) << ", which the module is compiled for, found "
         << target << ", which is of " << found;
}

FailureOr<TuningFile> SelectStrategyPass::loadTuning() {
  if (tuningFile.empty())
    return TuningFile();
  llvm::Expected<TuningFile> file = TuningFile::load(tuningFile);
  if (!file)
    return emitError(getOperation().getLoc(), "tuning file '")
           << StringRef(tuningFile)
           << "': " << llvm::toString(file.takeError());
  return std::move(*file);
}

/// Without a table: says so of each operation.
void SelectStrategyPass::leaveAll(const Twine &reason) {
  forEachSite(getOperation(), [&](CollectiveOpInterface op) {
    bool isOpen = op.getStrategy() == Strategy::Auto && !op.getDispatchAttr();
    ++(isOpen ? numLeft : numKept);
    explain(op, op.getStrategy(), isOpen ? reason : kStated);
  });
}

namespace {

/// What became of an operation.
enum class Outcome { Kept, Left, Dispatched, Chosen };

} // namespace

static Outcome select(CollectiveOpInterface op, comm::TargetAttr target,
                      StrategyTable &table, SymbolTableCollection &symbols) {
  if (op.getStrategy() != Strategy::Auto || op.getDispatchAttr()) {
    explain(op, op.getStrategy(), kStated);
    return Outcome::Kept;
  }
  int64_t members = getMembers(op, target, symbols);
  // The model leaves out what decides then: it counts bytes.
  if (!table.isTuned() && target.getLink() == comm::Link::SharedMemory &&
      op.mayShareRows(members)) {
    explain(op, Strategy::Auto, "members share its rows");
    return Outcome::Left;
  }
  comm::DispatchAttr ranges = table.get(members);
  if (!ranges) {
    explain(op, Strategy::Auto,
            members == 1 ? Twine("the group has one rank")
                         : "no thresholds for " + Twine(members) + " ranks");
    return Outcome::Left;
  }
  std::optional<int64_t> bytes = getBytes(op.getInput());
  if (!members || !bytes) {
    op.setDispatchAttr(ranges);
    StringRef unknown = bytes     ? "the number of ranks is"
                        : members ? "the sizes are"
                                  : "sizes and the number of ranks are";
    explain(op, Strategy::Auto,
            unknown + " known at run time; " + describe(ranges));
    return Outcome::Dispatched;
  }
  Strategy strategy = ranges.lookUp(members, *bytes);
  // One backend has NCCL. A table names it, and leaves the choice to others.
  if (strategy == Strategy::NCCL)
    op.setDispatchAttr(ranges);
  else
    op.setStrategy(strategy);
  explain(op, strategy,
          Twine(members) + " ranks, " + Twine(*bytes) +
              " bytes: " + table.explain(members, *bytes));
  return Outcome::Chosen;
}

void SelectStrategyPass::selectAll(comm::TargetAttr target,
                                   StrategyTable &table) {
  SymbolTableCollection symbols;
  forEachSite(getOperation(), [&](CollectiveOpInterface op) {
    switch (select(op, target, table, symbols)) {
    case Outcome::Kept:
      ++numKept;
      break;
    case Outcome::Left:
      ++numLeft;
      break;
    case Outcome::Dispatched:
      ++numDispatched;
      break;
    case Outcome::Chosen:
      ++numChosen;
      break;
    }
  });
}

void SelectStrategyPass::runOnOperation() {
  FailureOr<comm::TargetAttr> target = findTarget();
  FailureOr<TuningFile> tuning = loadTuning();
  if (failed(target) || failed(tuning) || failed(checkBackend(*target)))
    return signalPassFailure();
  if (!*target)
    return leaveAll("the module has no target");
  std::optional<StrategyTable> table =
      StrategyTable::make(*target, tuning->find(*target));
  if (!table) {
    std::string name =
        ((*target).getArch() + " over " + stringifyLink((*target).getLink()))
            .str();
    emitWarning(getOperation().getLoc(), "the cost model has no constants for ")
        << name << ", and no tuning file has all of them or thresholds; "
        << "the runtime chooses strategies";
    return leaveAll("no constants for " + name);
  }
  if (report) {
    // At once: the pass may run on several modules at a time.
    std::string text;
    llvm::raw_string_ostream os(text);
    table->print(os);
    llvm::errs() << text;
  }
  selectAll(*target, *table);
}
