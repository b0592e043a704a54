//===- RuntimeConstants.cpp - Sites, groups and tables --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeConstants.h"

#include "RuntimeEnums.h"
#include "conorm-runtime/ops.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace conorm;

RuntimeConstants::RuntimeConstants(SymbolTable &table,
                                   const RuntimeAbiTypes &types)
    : table(table), types(types), builder(table.getOp()->getContext()) {}

LLVM::GlobalOp RuntimeConstants::insert(LLVM::GlobalOp global) {
  global.setUnnamedAddr(LLVM::UnnamedAddr::Global);
  table.insert(global);
  return global;
}

LLVM::GlobalOp RuntimeConstants::makeString(Location loc, StringRef name,
                                            StringRef text) {
  std::string terminated = text.str();
  terminated.push_back('\0');
  auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), terminated.size());
  builder.clearInsertionPoint();
  return insert(LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true,
                                       LLVM::Linkage::Internal, name,
                                       builder.getStringAttr(terminated)));
}

LLVM::GlobalOp RuntimeConstants::makeStruct(Location loc, StringRef name,
                                            const AbiStruct &structure,
                                            ArrayRef<Field> values) {
  LLVM::LLVMStructType type = types.get(structure);
  builder.clearInsertionPoint();
  auto global =
      LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true,
                             LLVM::Linkage::Internal, name, Attribute());
  builder.createBlock(&global.getInitializerRegion());
  SmallVector<Field> ordered(structure.fields.size());
  ordered[structure.getIndex("struct_size")].number = structure.size;
  for (const Field &value : values)
    ordered[structure.getIndex(value.name)] = value;
  Value result = LLVM::UndefOp::create(builder, loc, type);
  for (auto [index, value, field] :
       llvm::enumerate(ordered, structure.fields)) {
    Type fieldType = types.get(field);
    Value element;
    if (value.target)
      element = LLVM::AddressOfOp::create(builder, loc, value.target);
    else if (field.kind == AbiField::Pointer)
      element = LLVM::ZeroOp::create(builder, loc, fieldType);
    else
      element = LLVM::ConstantOp::create(builder, loc, fieldType, value.number);
    result = LLVM::InsertValueOp::create(builder, loc, result, element, index);
  }
  LLVM::ReturnOp::create(builder, loc, result);
  return insert(global);
}

/// The first place in a file that `loc` names.
static FileLineColLoc findFileLoc(Location loc) {
  FileLineColLoc found;
  loc->walk([&](Location part) {
    found = dyn_cast<FileLineColLoc>(part);
    return found ? WalkResult::interrupt() : WalkResult::advance();
  });
  return found;
}

/// Text of a site in messages. The file's directory is of no interest to those
/// who read it, and would make artifacts differ from one machine to another.
static std::string getLabel(Operation *op, StringRef function) {
  std::string label;
  llvm::raw_string_ostream stream(label);
  if (FileLineColLoc loc = findFileLoc(op->getLoc()))
    stream << llvm::sys::path::filename(loc.getFilename().getValue()) << ':'
           << loc.getLine() << ':' << loc.getColumn();
  else
    stream << '@' << function;
  return label;
}

/// A number that is equal on all ranks that run the same program, however it
/// came to them: nothing of the file or the process enters.
static uint64_t getSiteId(Operation *op, StringRef function, unsigned index) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << function << '\0' << op->getName() << '\0' << index << '\0';
  for (Type type : op->getOperandTypes())
    stream << type << '\0';
  stream << op->getAttrDictionary();
  return llvm::xxh3_64bits(text);
}

LLVM::GlobalOp RuntimeConstants::makeSite(Operation *op, StringRef function,
                                          unsigned index) {
  Location loc = op->getLoc();
  std::string name = ("conorm.site." + function + "." + Twine(index)).str();
  LLVM::GlobalOp label =
      makeString(loc, name + ".label", getLabel(op, function));
  uint64_t id = getSiteId(op, function, index);
  return makeStruct(loc, name, getAbiStruct<conorm_site>(),
                    {{"id", static_cast<int64_t>(id)}, {"label", label}});
}

LLVM::GlobalOp RuntimeConstants::makeRanks(comm::GroupOp group) {
  std::optional<DenseIntElementsAttr> groups = group.getReplicaGroups();
  if (!groups)
    return nullptr;
  auto type =
      LLVM::LLVMArrayType::get(types.i64, groups->getType().getNumElements());
  SmallVector<int64_t> ranks(groups->getValues<int64_t>());
  builder.clearInsertionPoint();
  return insert(LLVM::GlobalOp::create(
      builder, group.getLoc(), type, /*isConstant=*/true,
      LLVM::Linkage::Internal,
      ("conorm.group." + group.getSymName() + ".ranks").str(),
      builder.getI64TensorAttr(ranks)));
}

LLVM::GlobalOp RuntimeConstants::getGroup(comm::GroupOp group) {
  LLVM::GlobalOp &global = groups[group];
  if (global)
    return global;
  std::string name = ("conorm.group." + group.getSymName()).str();
  LLVM::GlobalOp label =
      makeString(group.getLoc(), name + ".name", group.getSymName());
  LLVM::GlobalOp ranks = makeRanks(group);
  int64_t numGroups =
      ranks ? group.getReplicaGroups()->getType().getDimSize(0) : 0;
  int64_t groupSize = group.getGroupSize().value_or(0);
  global = makeStruct(group.getLoc(), name, getAbiStruct<conorm_group>(),
                      {{"num_groups", numGroups},
                       {"group_size", groupSize},
                       {"name", label},
                       {"ranks", ranks}});
  return global;
}

/// The array that a `conorm_dispatch` points to.
LLVM::GlobalOp RuntimeConstants::makeRanges(Location loc,
                                            comm::DispatchAttr table) {
  ArrayRef<comm::StrategyRangeAttr> ranges = table.getRanges();
  const AbiStruct &element = getAbiStruct<conorm_strategy_range>();
  auto type = LLVM::LLVMArrayType::get(types.get(element), ranges.size());
  builder.clearInsertionPoint();
  auto global = LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true,
                                       LLVM::Linkage::Internal,
                                       "conorm.dispatch.ranges", Attribute());
  builder.createBlock(&global.getInitializerRegion());
  Value array = LLVM::UndefOp::create(builder, loc, type);
  for (auto [index, range] : llvm::enumerate(ranges)) {
    int64_t position = static_cast<int64_t>(index);
    auto set = [&](StringRef name, int64_t number) {
      int64_t field = element.getIndex(name);
      Value value = LLVM::ConstantOp::create(
          builder, loc, types.get(element.fields[field]), number);
      array = LLVM::InsertValueOp::create(builder, loc, array, value,
                                          ArrayRef<int64_t>{position, field});
    };
    set("group_size", range.getGroupSize());
    set("strategy", toRuntime(range.getStrategy()));
    set("from_bytes", range.getFromBytes());
  }
  LLVM::ReturnOp::create(builder, loc, array);
  return insert(global);
}

LLVM::GlobalOp RuntimeConstants::getDispatch(Location loc,
                                             comm::DispatchAttr table) {
  if (!table)
    return nullptr;
  LLVM::GlobalOp &global = dispatches[table];
  if (global)
    return global;
  LLVM::GlobalOp ranges = makeRanges(loc, table);
  int64_t numRanges = table.getRanges().size();
  global = makeStruct(loc, "conorm.dispatch", getAbiStruct<conorm_dispatch>(),
                      {{"backend", toRuntime(table.getBackend())},
                       {"num_ranges", numRanges},
                       {"ranges", ranges}});
  return global;
}

LLVM::GlobalOp RuntimeConstants::getOperandName(Location loc, StringRef name) {
  LLVM::GlobalOp &global = operandNames[name];
  if (!global)
    global = makeString(loc, ("conorm.operand." + name).str(), name);
  return global;
}

LLVM::GlobalOp RuntimeConstants::makeBoundsCheck(Operation *op,
                                                 StringRef function,
                                                 LLVM::GlobalOp site,
                                                 const BoundsRule &rule) {
  return makeStruct(op->getLoc(), ("conorm.bounds." + function).str(),
                    getAbiStruct<conorm_bounds_check>(),
                    {{"kind", rule.kind},
                     {"site", site},
                     {"access", getOperandName(op->getLoc(), rule.access)},
                     {"dim", rule.dim}});
}

LLVM::GlobalOp
RuntimeConstants::makeSizeCheck(Operation *op, StringRef function,
                                uint32_t runtimeOp, LLVM::GlobalOp site,
                                comm::GroupOp group, const SizeRule &rule) {
  LLVM::GlobalOp name = getOperandName(op->getLoc(), rule.name);
  bool needsGroup = rule.relation != CONORM_SIZE_EQUAL;
  return makeStruct(op->getLoc(), ("conorm.check." + function).str(),
                    getAbiStruct<conorm_size_check>(),
                    {{"op", runtimeOp},
                     {"site", site},
                     {"group", needsGroup ? getGroup(group) : nullptr},
                     {"operand", name},
                     {"dim", rule.dim},
                     {"relation", rule.relation}});
}
