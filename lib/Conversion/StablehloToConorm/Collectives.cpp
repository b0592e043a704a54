//===- Collectives.cpp - Collectives and their groups ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StablehloToConorm.h"

#include "../../Raise/Rewriting.h"
#include "../../Raise/StableHLO/Reader.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;
using namespace conorm::raise::stablehlo;

bool raise::stablehlo::isCollective(Operation *op) {
  return isNamed(op, "all_reduce") || isNamed(op, "reduce_scatter") ||
         isNamed(op, "all_gather");
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

const ReplicaGroups &
raise::stablehlo::CollectiveConverter::readGroups(Operation *op) {
  // All that they are read from.
  SmallVector<Attribute> key;
  for (StringRef name :
       {"replica_groups", "channel_handle", "use_global_device_ids"}) {
    Attribute attribute = op->getAttr(name);
    key.push_back(attribute ? attribute
                            : Attribute(UnitAttr::get(op->getContext())));
  }
  key.push_back(
      BoolAttr::get(op->getContext(), op->hasAttr("use_global_device_ids")));
  auto [it, isNew] = known.try_emplace(ArrayAttr::get(op->getContext(), key));
  if (isNew)
    it->second = getReplicaGroups(op);
  return it->second;
}

/// The symbol of the communicator with these groups.
StringRef
raise::stablehlo::CollectiveConverter::getGroup(const ReplicaGroups &groups) {
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  std::optional<int64_t> size;
  bool isWorld = groups.groups.size() <= 1;
  if (!groups.groups.empty()) {
    size = groups.groups.front().size();
    isWorld &= llvm::equal(groups.groups.front(), llvm::seq<int64_t>(0, *size));
  }
  SmallVector<int64_t> ranks;
  for (const auto &group : groups.groups)
    ranks.append(group);
  auto type = RankedTensorType::get(
      {static_cast<int64_t>(groups.groups.size()), size.value_or(0)},
      builder.getI64Type());
  StringAttr &name = names[DenseIntElementsAttr::get(type, ranks)];
  if (name)
    return name;
  StringRef wanted = groups.axes.empty() ? "ranks" : StringRef(groups.axes);
  auto group =
      isWorld ? comm::GroupOp::create(builder, module.getLoc(), wanted, size)
              : comm::GroupOp::create(builder, module.getLoc(), wanted,
                                      groups.groups);
  name = symbols.insert(group);
  return name;
}

//===----------------------------------------------------------------------===//
// Guards
//===----------------------------------------------------------------------===//

static std::optional<comm::Reduction> getReduction(Step step) {
  switch (step) {
  case Step::Add:
    return comm::Reduction::Sum;
  case Step::Maximum:
    return comm::Reduction::Max;
  case Step::Minimum:
    return comm::Reduction::Min;
  case Step::Multiply:
    return comm::Reduction::Prod;
  default:
    return std::nullopt;
  }
}

static Violation checkNearestSymbolTable(Operation *op) {
  Operation *table = SymbolTable::getNearestSymbolTable(op);
  if (table && table == op->getParentOfType<ModuleOp>() &&
      !table->getParentOp())
    return std::nullopt;
  return "an operation around it may be a symbol table, so that no group of "
         "the module can be named there";
}

static Violation checkRankedFloats(Operation *op) {
  if (op->getNumOperands() == 0 || op->getNumOperands() != op->getNumResults())
    return "expected one result for each operand";
  for (auto [operand, result] :
       llvm::zip(op->getOperandTypes(), op->getResultTypes()))
    for (Type type : {operand, result}) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      Type element = tensor ? tensor.getElementType() : Type();
      if (!tensor || tensor.getRank() == 0 || tensor.getEncoding() ||
          !isa<BFloat16Type, Float16Type, Float32Type>(element))
        return "expected tensors with rows of bf16, f16 or f32, found " +
               toString(type);
    }
  return std::nullopt;
}

static Violation checkOneElementType(Operation *op) {
  for (auto [operand, result] :
       llvm::zip(op->getOperandTypes(), op->getResultTypes())) {
    Type element = getElementTypeOrSelf(operand);
    if (getElementTypeOrSelf(result) != element)
      return "it takes " + toString(element) + " and gives " +
             toString(getElementTypeOrSelf(result));
    for (Region &region : op->getRegions())
      for (Type type : region.getArgumentTypes())
        if (getElementTypeOrSelf(type) != element)
          return "it takes " + toString(element) + " and reduces in " +
                 toString(getElementTypeOrSelf(type));
  }
  return std::nullopt;
}

static Violation checkReducesByOneStep(Operation *op) {
  if (isNamed(op, "all_gather"))
    return std::nullopt;
  if (op->getNumRegions() == 1 && getReduction(getCombiner(op->getRegion(0))))
    return std::nullopt;
  return "its region is no addition, multiplication, maximum or minimum of its "
         "two arguments";
}

static std::optional<int64_t> getDim(Operation *op) {
  return isNamed(op, "all_gather") ? getInteger(op, "all_gather_dim")
                                   : getInteger(op, "scatter_dimension");
}

/// The operation of `comm` has one block of `dim` for each member.
static Violation checkSizes(Operation *op, int64_t members) {
  if (isNamed(op, "all_reduce")) {
    if (op->getOperandTypes() != op->getResultTypes())
      return "its results have other types than its operands";
    return std::nullopt;
  }
  std::optional<int64_t> dim = getDim(op);
  for (auto [operand, result] :
       llvm::zip(op->getOperandTypes(), op->getResultTypes())) {
    auto from = cast<RankedTensorType>(operand);
    auto to = cast<RankedTensorType>(result);
    if (isNamed(op, "reduce_scatter"))
      std::swap(from, to);
    if (!dim || *dim < 0 || *dim >= from.getRank() || members < 1)
      return "its dimension or the number of its members is not known";
    SmallVector<int64_t> shape(from.getShape());
    if (!from.hasStaticShape() || shape[*dim] > (int64_t(1) << 40))
      return "its sizes are not known";
    shape[*dim] *= members;
    if (ArrayRef<int64_t>(shape) != to.getShape())
      return "its result does not have one block for each of " +
             std::to_string(members) + " members";
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// The conversion
//===----------------------------------------------------------------------===//

static Value makeCollective(OpBuilder &builder, Operation *op, unsigned index,
                            StringRef group) {
  Value operand = op->getOperand(index);
  Type type = op->getResult(index).getType();
  if (isNamed(op, "all_gather"))
    return comm::AllGatherOp::create(builder, op->getLoc(), type, operand,
                                     group, *getDim(op))
        .getGathered();
  comm::Reduction reduction = *getReduction(getCombiner(op->getRegion(0)));
  if (isNamed(op, "reduce_scatter"))
    return comm::ReduceScatterOp::create(builder, op->getLoc(), type, operand,
                                         group, *getDim(op), reduction)
        .getScattered();
  return comm::AllReduceOp::create(builder, op->getLoc(), operand, group,
                                   reduction)
      .getReduced();
}

std::optional<Reason>
raise::stablehlo::CollectiveConverter::convert(RewriterBase &rewriter,
                                               Operation *op) {
  static constexpr Constraint<Operation *> constraints[] = {
      {"NearestSymbolTable", checkNearestSymbolTable},
      {"RankedFloats", checkRankedFloats},
      {"OneElementType", checkOneElementType},
      {"ReducesByOneStep", checkReducesByOneStep},
  };
  if (auto reason = findReason(ArrayRef(constraints), op))
    return reason;
  const ReplicaGroups &groups = readGroups(op);
  if (!groups.isKnown())
    return Reason{"EveryRankOnce", groups.problem};
  int64_t members = groups.groups.empty() ? 0 : groups.groups.front().size();
  if (Violation violation = checkSizes(op, members))
    return Reason{"SizesOfGroup", *violation};

  std::string group = getGroup(groups).str();
  rewriter.setInsertionPoint(op);
  SmallVector<Value> results;
  for (unsigned index = 0; index < op->getNumOperands(); ++index) {
    results.push_back(makeCollective(rewriter, op, index, group));
    keepAttributes(results.back().getDefiningOp(), op);
  }
  rewriter.replaceOp(op, results);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Arguments that differ
//===----------------------------------------------------------------------===//

void raise::stablehlo::CollectiveConverter::markPerRank(
    Operation *computation) {
  llvm::StringMap<std::optional<llvm::StringSet<>>> axesOfMesh;
  // Axes of all groups together: most programs communicate along one.
  auto getAxes = [&](StringRef mesh) -> std::optional<llvm::StringSet<>> & {
    auto [it, isNew] = axesOfMesh.try_emplace(mesh, llvm::StringSet<>());
    if (!isNew)
      return it->second;
    for (auto &[key, groups] : known) {
      if (!groups.isKnown())
        continue;
      auto axes = getAxesOfGroups(computation, mesh, groups);
      if (!axes)
        it->second.reset();
      else if (it->second)
        it->second->insert(axes->keys().begin(), axes->keys().end());
    }
    return it->second;
  };
  SmallVector<bool> perRank;
  for (const Sharding &sharding : getArgumentShardings(computation)) {
    bool differs = !sharding.isKnown;
    if (!sharding.axes.empty()) {
      std::optional<llvm::StringSet<>> &axes = getAxes(sharding.mesh);
      differs |= !axes || llvm::any_of(sharding.axes, [&](StringRef axis) {
        return axes->contains(axis);
      });
    }
    perRank.push_back(differs);
  }
  if (llvm::is_contained(perRank, true))
    computation->setDiscardableAttr(
        comm::kPerRankAttrName,
        DenseBoolArrayAttr::get(computation->getContext(), perRank));
}
