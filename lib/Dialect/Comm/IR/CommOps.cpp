//===- CommOps.cpp -  -----------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"

#include "../../Norm/IR/Assembly.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using norm::parseInputType, norm::printInputType;
using norm::parseResultType, norm::printResultType;

//===----------------------------------------------------------------------===//
// Assembly of groups
//===----------------------------------------------------------------------===//

/// What looks like an attribute that is not in braces.
static bool parsesValue(OpAsmParser &parser) {
  int64_t number;
  return succeeded(parser.parseOptionalEqual()) ||
         succeeded(parser.parseOptionalColon()) ||
         succeeded(parser.parseOptionalComma()) ||
         succeeded(parser.parseOptionalLParen()) ||
         succeeded(parser.parseOptionalLSquare()) ||
         succeeded(parser.parseOptionalLess()) ||
         succeeded(parser.parseOptionalKeyword("size")) ||
         succeeded(parser.parseOptionalKeyword("replica_groups")) ||
         parser.parseOptionalInteger(number).has_value();
}

/// A name, behind which nothing but attributes in braces may stand: the parser
/// would take anything else for the next operation.
static ParseResult parseGroupName(OpAsmParser &parser, StringAttr &name) {
  if (parser.parseSymbolName(name))
    return failure();
  SMLoc loc = parser.getCurrentLocation();
  if (parsesValue(parser))
    return parser.emitError(loc, "expected attributes in braces behind the "
                                 "name, as in '@")
           << name.getValue() << " {size = 4 : i64}'";
  return success();
}

static void printGroupName(OpAsmPrinter &printer, GroupOp, StringAttr name) {
  printer.printSymbolName(name);
}

//===----------------------------------------------------------------------===//
// Assembly of the fused operation's parts
//===----------------------------------------------------------------------===//

using OptionalOperand = std::optional<OpAsmParser::UnresolvedOperand>;

ArrayRef<StringLiteral> AllReduceRMSNormOp::getPartNames() {
  static constexpr StringLiteral names[kNumParts] = {
      "reduced", "residual_out", "normed", "quantized", "scales"};
  return names;
}

/// Parses `name` and finds its part; parts stand in order, each at most once.
static ParseResult parsePartName(OpAsmParser &parser, unsigned &next,
                                 unsigned &part) {
  ArrayRef<StringLiteral> names = AllReduceRMSNormOp::getPartNames();
  SMLoc loc = parser.getCurrentLocation();
  StringRef keyword;
  if (parser.parseKeyword(&keyword))
    return failure();
  const auto *it = llvm::find(names, keyword);
  if (it == names.end())
    return parser.emitError(loc, "unknown result '")
           << keyword << "', expected one of " << llvm::join(names, ", ");
  part = std::distance(names.begin(), it);
  if (part < next)
    return parser.emitError(loc, "expected each result once and in the order ")
           << llvm::join(names, ", ") << ", found '" << keyword << "'";
  next = part + 1;
  return success();
}

static ParseResult parseNamedDestinations(
    OpAsmParser &parser, OptionalOperand &reduced, Type &reducedType,
    OptionalOperand &residualOut, Type &residualOutType,
    OptionalOperand &normed, Type &normedType, OptionalOperand &quantized,
    Type &quantizedType, OptionalOperand &scales, Type &scalesType) {
  if (failed(parser.parseOptionalKeyword("outs")))
    return success();
  OptionalOperand *operands[] = {&reduced, &residualOut, &normed, &quantized,
                                 &scales};
  Type *types[] = {&reducedType, &residualOutType, &normedType, &quantizedType,
                   &scalesType};
  unsigned next = 0;
  return parser.parseCommaSeparatedList(
      OpAsmParser::Delimiter::Paren, [&]() -> ParseResult {
        unsigned part;
        OpAsmParser::UnresolvedOperand operand;
        if (parsePartName(parser, next, part) || parser.parseEqual() ||
            parser.parseOperand(operand) || parser.parseColonType(*types[part]))
          return failure();
        *operands[part] = operand;
        return success();
      });
}

static void printNamedDestinations(OpAsmPrinter &printer, AllReduceRMSNormOp op,
                                   Value, Type, Value, Type, Value, Type, Value,
                                   Type, Value, Type) {
  bool first = true;
  for (auto [name, out] : llvm::zip(op.getPartNames(), op.getPartOuts())) {
    if (!out)
      continue;
    printer << (first ? " outs(" : ", ") << name << " = " << out << " : "
            << out.getType();
    first = false;
  }
  if (!first)
    printer << ")";
}

static ParseResult parseNamedResults(OpAsmParser &parser, Type &reduced,
                                     Type &residualOut, Type &normed,
                                     Type &quantized, Type &scales) {
  bool hasArrow;
  if (norm::parseResultArrow(parser, hasArrow))
    return failure();
  if (!hasArrow)
    return success();
  Type *types[] = {&reduced, &residualOut, &normed, &quantized, &scales};
  unsigned next = 0;
  return parser.parseCommaSeparatedList(
      OpAsmParser::Delimiter::Paren, [&]() -> ParseResult {
        unsigned part;
        if (parsePartName(parser, next, part))
          return failure();
        return parser.parseColonType(*types[part]);
      });
}

static void printNamedResults(OpAsmPrinter &printer, AllReduceRMSNormOp op,
                              Type, Type, Type, Type, Type) {
  bool first = true;
  for (auto [name, result] :
       llvm::zip(op.getPartNames(), op.getPartResults())) {
    if (!result)
      continue;
    printer << (first ? " -> (" : ", ") << name << ": " << result.getType();
    first = false;
  }
  if (!first)
    printer << ")";
}

#define GET_OP_CLASSES
#include "conorm/Dialect/Comm/IR/CommOps.cpp.inc"

std::array<Value, AllReduceRMSNormOp::kNumParts>
AllReduceRMSNormOp::getPartResults() {
  return {getReduced(), getResidualOut(), getNormed(), getQuantized(),
          getScales()};
}

std::array<Value, AllReduceRMSNormOp::kNumParts>
AllReduceRMSNormOp::getPartOuts() {
  return {getOutReduced(), getOutResidualOut(), getOutNormed(),
          getOutQuantized(), getOutScales()};
}

void AllReduceRMSNormOp::build(OpBuilder &, OperationState &state,
                               std::array<Type, 5> partTypes, ValueRange inputs,
                               ValueRange partOuts,
                               const Properties &properties) {
  assert(inputs.size() == 5 && "input, weight, residual, scale, post weight");
  assert((partOuts.empty() || partOuts.size() == kNumParts) &&
         "one destination a part, null where absent");
  Properties &copy = state.getOrAddProperties<Properties>();
  copy = properties;
  copy.operandSegmentSizes.fill(0);
  copy.resultSegmentSizes.fill(0);
  unsigned segment = 0;
  for (ValueRange values : {inputs, partOuts})
    for (Value value : values) {
      if (value)
        state.addOperands(value);
      copy.operandSegmentSizes[segment++] = value ? 1 : 0;
    }
  for (auto [index, type] : llvm::enumerate(partTypes)) {
    if (type)
      state.addTypes(type);
    copy.resultSegmentSizes[index] = type ? 1 : 0;
  }
}

void AllReduceRMSNormOp::build(OpBuilder &builder, OperationState &state,
                               Value input, Value weight, Value residual,
                               StringRef group, double epsilon,
                               double weightBias, norm::Rounding rounding,
                               norm::WeightRounding weightRounding) {
  Properties properties;
  properties.group = FlatSymbolRefAttr::get(builder.getContext(), group);
  properties.epsilon = norm::getF32Attr(builder, epsilon);
  properties.weight_bias = norm::getF32Attr(builder, weightBias);
  properties.rounding = norm::RoundingAttr::get(builder.getContext(), rounding);
  properties.weight_rounding =
      norm::WeightRoundingAttr::get(builder.getContext(), weightRounding);
  Type type = input.getType();
  build(builder, state,
        {Type(), residual ? type : Type(), type, Type(), Type()},
        {input, weight, residual, Value(), Value()}, ValueRange(), properties);
}

void AllReduceRMSNormOp::build(OpBuilder &builder, OperationState &state,
                               Value input, Value weight, StringRef group,
                               double epsilon, double weightBias,
                               norm::Rounding rounding,
                               norm::WeightRounding weightRounding) {
  build(builder, state, input, weight, /*residual=*/Value(), group, epsilon,
        weightBias, rounding, weightRounding);
}

void AllReduceRMSNormOp::build(OpBuilder &builder, OperationState &state,
                               Value input, StringRef group, double epsilon,
                               norm::Rounding rounding) {
  build(builder, state, input, /*weight=*/Value(), group, epsilon,
        /*weightBias=*/0.0, rounding);
}

void GroupOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                    std::optional<int64_t> size) {
  build(builder, state, name,
        size ? builder.getI64IntegerAttr(*size) : IntegerAttr(),
        DenseIntElementsAttr());
}

void GroupOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                    ArrayRef<SmallVector<int64_t>> replicaGroups) {
  SmallVector<int64_t> ranks;
  for (ArrayRef<int64_t> row : replicaGroups) {
    assert(row.size() == replicaGroups.front().size() &&
           "rows of equal length");
    llvm::append_range(ranks, row);
  }
  int64_t rows = replicaGroups.size();
  int64_t size = rows ? replicaGroups.front().size() : 0;
  auto type = RankedTensorType::get({rows, size}, builder.getI64Type());
  build(builder, state, name, IntegerAttr(),
        DenseIntElementsAttr::get(type, ranks));
}

//===----------------------------------------------------------------------===//
// Type inference and shape reification
//===----------------------------------------------------------------------===//

LogicalResult AllReduceOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location>,
                                            ValueRange operands, DictionaryAttr,
                                            OpaqueProperties, RegionRange,
                                            SmallVectorImpl<Type> &types) {
  if (isa<RankedTensorType>(operands.front().getType()))
    types.push_back(operands.front().getType());
  return success();
}

LogicalResult
AllReduceOp::reifyResultShapes(OpBuilder &builder,
                               ReifiedRankedShapedTypeDims &shapes) {
  if (getReduced())
    shapes.push_back(norm::getMixedSizes(builder, getLoc(), getInput()));
  return success();
}

/// Shape of a scattered or gathered result: the input's but for `dim`, whose
/// size is `size(d0)` of the input's and needs the group's size.
static LogicalResult reifyAlongDim(OpBuilder &builder, Operation *op,
                                   Value input, int64_t dim,
                                   FlatSymbolRefAttr groupName, bool gathers,
                                   ReifiedRankedShapedTypeDims &shapes) {
  if (op->getNumResults() == 0)
    return success();
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  GroupOp group = lookupGroup(op, groupName);
  int64_t size = group ? group.getGroupSize().value_or(0) : 0;
  // Fail before anything is created: callers try again after every change.
  if (type.isDynamicDim(dim) && size == 0)
    return failure();
  SmallVector<OpFoldResult> shape =
      norm::getMixedSizes(builder, op->getLoc(), input);
  if (!type.isDynamicDim(dim)) {
    shape[dim] = builder.getIndexAttr(type.getDimSize(dim));
  } else {
    AffineExpr d0 = builder.getAffineDimExpr(0);
    shape[dim] = affine::makeComposedFoldedAffineApply(
        builder, op->getLoc(), gathers ? d0 * size : d0.floorDiv(size),
        {shape[dim]});
  }
  shapes.push_back(std::move(shape));
  return success();
}

LogicalResult
ReduceScatterOp::reifyResultShapes(OpBuilder &builder,
                                   ReifiedRankedShapedTypeDims &shapes) {
  return reifyAlongDim(builder, *this, getInput(), getDim(), getGroupAttr(),
                       /*gathers=*/false, shapes);
}

LogicalResult
AllGatherOp::reifyResultShapes(OpBuilder &builder,
                               ReifiedRankedShapedTypeDims &shapes) {
  return reifyAlongDim(builder, *this, getInput(), getDim(), getGroupAttr(),
                       /*gathers=*/true, shapes);
}

LogicalResult
AllReduceRMSNormOp::reifyResultShapes(OpBuilder &builder,
                                      ReifiedRankedShapedTypeDims &shapes) {
  SmallVector<OpFoldResult> input =
      norm::getMixedSizes(builder, getLoc(), getInput());
  for (OpResult result : getOperation()->getResults())
    shapes.push_back(norm::reifySizes(
        builder, getLoc(), getOutputSizeExprs(result.getResultNumber()), input,
        cast<ShapedType>(result.getType())));
  return success();
}

std::optional<int64_t> GroupOp::getGroupSize() {
  if (std::optional<DenseIntElementsAttr> groups = getReplicaGroups())
    return groups->getType().getShape().back();
  if (std::optional<uint64_t> size = getSize())
    return static_cast<int64_t>(*size);
  return std::nullopt;
}
