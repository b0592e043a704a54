//===- ConormToStablehlo.cpp - The way back -------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Conversion/ConormToStablehlo/Passes.h"

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/Dialect/Norm/IR/Norm.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"

namespace conorm {
#define GEN_PASS_DEF_LOWERCONORMTOSTABLEHLO
#include "conorm/Conversion/ConormToStablehlo/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;

namespace {

/// Converts one operation at a time.
class Lowering {
public:
  explicit Lowering(MLIRContext *context) : rewriter(context) {}

  void convert(Operation *op);
  void erase(Operation *op) { rewriter.eraseOp(op); }

  unsigned numCalls = 0, numCollectives = 0;

private:
  LogicalResult convertCollective(Operation *op, StringRef name);
  void convertToCall(Operation *op);
  comm::GroupOp getGroup(Operation *op);

  IRRewriter rewriter;
  SymbolTableCollection tables;
};

struct LowerConormToStablehloPass
    : public conorm::impl::LowerConormToStablehloBase<
          LowerConormToStablehloPass> {
  void runOnOperation() override;
};

} // namespace

comm::GroupOp Lowering::getGroup(Operation *op) {
  auto collective = dyn_cast<comm::CollectiveOpInterface>(op);
  return collective ? tables.lookupNearestSymbolFrom<comm::GroupOp>(
                          op, collective.getGroupAttr())
                    : comm::GroupOp();
}

/// One with the attributes, operands, results and location of `op`.
static Operation *create(IRRewriter &rewriter, Operation *op, StringRef name,
                         ArrayRef<NamedAttribute> attributes,
                         unsigned numRegions = 0) {
  OperationState state(op->getLoc(), name);
  state.addOperands(op->getOperands());
  state.addTypes(op->getResultTypes());
  state.addAttributes(attributes);
  for (unsigned index = 0; index < numRegions; ++index)
    state.addRegion();
  return rewriter.create(state);
}

//===----------------------------------------------------------------------===//
// Collectives
//===----------------------------------------------------------------------===//

static StringRef getCombiner(comm::Reduction reduction) {
  switch (reduction) {
  case comm::Reduction::Sum:
    return "stablehlo.add";
  case comm::Reduction::Max:
    return "stablehlo.maximum";
  case comm::Reduction::Min:
    return "stablehlo.minimum";
  case comm::Reduction::Prod:
    return "stablehlo.multiply";
  }
  llvm_unreachable("unknown reduction");
}

/// The ranks of a group, a row for each; no row if they are all.
static DenseIntElementsAttr getRanks(comm::GroupOp group, Builder &builder) {
  if (auto ranks = group.getReplicaGroupsAttr())
    return cast<DenseIntElementsAttr>(ranks);
  int64_t size = group.getGroupSize().value_or(0);
  auto type = RankedTensorType::get({size ? 1 : 0, size}, builder.getI64Type());
  return DenseIntElementsAttr::get(
      type, llvm::to_vector(llvm::seq<int64_t>(0, size)));
}

static void addCombiner(IRRewriter &rewriter, Operation *op,
                        comm::Reduction reduction) {
  OpBuilder::InsertionGuard guard(rewriter);
  auto tensor = cast<RankedTensorType>(op->getResult(0).getType());
  Type type = RankedTensorType::get({}, tensor.getElementType());
  Block *block = rewriter.createBlock(&op->getRegion(0), {}, {type, type},
                                      {op->getLoc(), op->getLoc()});
  OperationState combiner(op->getLoc(), getCombiner(reduction));
  combiner.addOperands(block->getArguments());
  combiner.addTypes(type);
  OperationState end(op->getLoc(), "stablehlo.return");
  end.addOperands(rewriter.create(combiner)->getResults());
  rewriter.create(end);
}

LogicalResult Lowering::convertCollective(Operation *op, StringRef name) {
  comm::GroupOp group = getGroup(op);
  // Of whichever dialect it is, ours or the tool's.
  Attribute channel = parseAttribute(
      "#stablehlo.channel_handle<handle = 1, type = 1>", rewriter.getContext());
  if (!group || !channel)
    return failure();
  SmallVector<NamedAttribute> attributes = {
      rewriter.getNamedAttr("replica_groups", getRanks(group, rewriter)),
      rewriter.getNamedAttr("channel_handle", channel),
      rewriter.getNamedAttr("use_global_device_ids", rewriter.getUnitAttr())};
  std::optional<comm::Reduction> reduction;
  if (auto reduce = dyn_cast<comm::AllReduceOp>(op)) {
    reduction = reduce.getReduction();
  } else if (auto scatter = dyn_cast<comm::ReduceScatterOp>(op)) {
    reduction = scatter.getReduction();
    attributes.push_back(
        rewriter.getNamedAttr("scatter_dimension", scatter.getDimAttr()));
  } else {
    attributes.push_back(rewriter.getNamedAttr(
        "all_gather_dim", cast<comm::AllGatherOp>(op).getDimAttr()));
  }
  Operation *made = create(rewriter, op, name, attributes, reduction ? 1 : 0);
  if (reduction)
    addCombiner(rewriter, made, *reduction);
  rewriter.replaceOp(op, made);
  ++numCollectives;
  return success();
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// What a typed call takes: numbers, arrays and text. An enum is its word.
static Attribute toCallAttribute(Attribute attribute, Builder &builder) {
  if (isa<FloatAttr, IntegerAttr, StringAttr, DenseI32ArrayAttr,
          DenseI64ArrayAttr>(attribute))
    return attribute;
  std::string text;
  llvm::raw_string_ostream(text) << attribute;
  StringRef body = text;
  size_t begin = body.find('<');
  if (begin != StringRef::npos && body.ends_with(">"))
    body = body.slice(begin + 1, body.size() - 1);
  return builder.getStringAttr(body);
}

void Lowering::convertToCall(Operation *op) {
  NamedAttrList config;
  auto properties =
      dyn_cast_or_null<DictionaryAttr>(op->getPropertiesAsAttribute());
  for (NamedAttribute attribute :
       properties ? properties.getValue() : ArrayRef<NamedAttribute>())
    if (!isa<SymbolRefAttr>(attribute.getValue()))
      config.set(attribute.getName(),
                 toCallAttribute(attribute.getValue(), rewriter));
  if (comm::GroupOp group = getGroup(op)) {
    DenseIntElementsAttr ranks = getRanks(group, rewriter);
    config.set("group", rewriter.getStringAttr(group.getSymName()));
    config.set("group_size",
               rewriter.getI64IntegerAttr(
                   cast<RankedTensorType>(ranks.getType()).getDimSize(1)));
    config.set("replica_groups", rewriter.getDenseI64ArrayAttr(llvm::to_vector(
                                     ranks.getValues<int64_t>())));
  }
  Operation *call = create(
      rewriter, op, "stablehlo.custom_call",
      {rewriter.getNamedAttr("api_version", rewriter.getI32IntegerAttr(4)),
       rewriter.getNamedAttr("backend_config",
                             config.getDictionary(rewriter.getContext())),
       rewriter.getNamedAttr(
           "call_target_name",
           rewriter.getStringAttr(op->getName().getStringRef())),
       rewriter.getNamedAttr("has_side_effect",
                             rewriter.getBoolAttr(comm::isCollective(op)))});
  rewriter.replaceOp(op, call);
  ++numCalls;
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// What raising makes beside `comm` and `norm`, in one step of StableHLO.
static StringRef getStepName(Operation *op) {
  if (isa<arith::ExtFOp, arith::TruncFOp>(op))
    return "stablehlo.convert";
  if (isa<arith::ConstantOp>(op))
    return "stablehlo.constant";
  return isa<tensor::CastOp>(op) ? "stablehlo.reshape" : "";
}

void Lowering::convert(Operation *op) {
  rewriter.setInsertionPoint(op);
  // A scale, of one element in some shape.
  if (auto list = dyn_cast<tensor::FromElementsOp>(op)) {
    auto extract =
        list.getElements().size() == 1
            ? list.getElements()[0].getDefiningOp<tensor::ExtractOp>()
            : tensor::ExtractOp();
    if (!extract)
      return;
    OperationState state(op->getLoc(), "stablehlo.reshape");
    state.addOperands(extract.getTensor());
    state.addTypes(list.getType());
    rewriter.replaceOp(op, rewriter.create(state));
    if (extract->use_empty())
      rewriter.eraseOp(extract);
    return;
  }
  if (StringRef name = getStepName(op); !name.empty()) {
    if (!isa<RankedTensorType>(op->getResult(0).getType()))
      return;
    SmallVector<NamedAttribute> attributes;
    if (auto constant = dyn_cast<arith::ConstantOp>(op))
      attributes.push_back(rewriter.getNamedAttr("value", constant.getValue()));
    rewriter.replaceOp(op, create(rewriter, op, name, attributes));
    return;
  }
  StringRef name = isa<comm::AllReduceOp>(op)       ? "stablehlo.all_reduce"
                   : isa<comm::ReduceScatterOp>(op) ? "stablehlo.reduce_scatter"
                   : isa<comm::AllGatherOp>(op)     ? "stablehlo.all_gather"
                                                    : "";
  if (!name.empty() && succeeded(convertCollective(op, name)))
    return;
  convertToCall(op);
}

void LowerConormToStablehloPass::runOnOperation() {
  ModuleOp module = getOperation();
  SmallVector<Operation *> ops, groups;
  bool onTensors = true;
  module.walk([&](Operation *op) {
    if (isa<comm::GroupOp>(op))
      groups.push_back(op);
    else if (isa_and_present<comm::CommDialect, norm::NormDialect>(
                 op->getDialect()) ||
             isa<tensor::FromElementsOp>(op) || !getStepName(op).empty())
      ops.push_back(op);
    if (op->getName().getStringRef() == "sdy.manual_computation")
      op->removeAttr(comm::kPerRankAttrName);
    if (auto destination = dyn_cast<DestinationOpInterface>(op))
      onTensors &= destination.getNumDestinations() == 0;
  });
  if (groups.empty() && ops.empty())
    return;
  if (!onTensors) {
    module.emitError("expected operations on tensors without destinations; "
                     "lower to StableHLO before --assign-destinations");
    return signalPassFailure();
  }
  if (!getContext().getLoadedDialect("stablehlo")) {
    module.emitError("expected a module that was raised from StableHLO, found "
                     "none of its operations");
    return signalPassFailure();
  }
  Lowering lowering(&getContext());
  for (Operation *op : ops)
    lowering.convert(op);
  for (Operation *group : groups)
    lowering.erase(group);
  numCalls += lowering.numCalls;
  numCollectives += lowering.numCollectives;
}
