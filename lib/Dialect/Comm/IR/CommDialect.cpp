//===- CommDialect.cpp -  -------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"

#include "../../BytecodeVersion.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace conorm::comm;

#include "conorm/Dialect/Comm/IR/CommDialect.cpp.inc"
#include "conorm/Dialect/Comm/IR/CommEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "conorm/Dialect/Comm/IR/CommAttrs.cpp.inc"

void CommDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "conorm/Dialect/Comm/IR/CommAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "conorm/Dialect/Comm/IR/CommOps.cpp.inc"
      >();
  addInterfaces<conorm::BytecodeVersionInterface>();
}

LogicalResult CommDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                    unsigned,
                                                    NamedAttribute attribute) {
  if (attribute.getName() != kPerRankAttrName &&
      attribute.getName() != kDonatedAttrName)
    return op->emitError("unknown argument attribute '")
           << attribute.getName().getValue() << "', expected '"
           << kPerRankAttrName << "' or '" << kDonatedAttrName << "'";
  if (!isa<UnitAttr>(attribute.getValue()))
    return op->emitError("expected '")
           << attribute.getName().getValue() << "' to be a unit attribute, "
           << "found " << attribute.getValue();
  return success();
}

LogicalResult CommDialect::verifyOperationAttribute(Operation *op,
                                                    NamedAttribute attribute) {
  if (attribute.getName() == kTargetAttrName) {
    if (!isa<TargetAttr>(attribute.getValue()))
      return op->emitError("expected '")
             << kTargetAttrName << "' to be a #comm.target, found "
             << attribute.getValue();
    if (!isa<ModuleOp>(op))
      return op->emitError("expected '") << kTargetAttrName << "' on a module";
    return success();
  }
  // One for each argument of the computation's block.
  if (attribute.getName() == kPerRankAttrName && !op->isRegistered() &&
      isa<DenseBoolArrayAttr>(attribute.getValue()))
    return success();
  return op->emitError("unknown attribute '")
         << attribute.getName().getValue() << "' of dialect 'comm'";
}

TargetAttr conorm::comm::getTarget(Operation *op) {
  for (; op; op = op->getParentOp())
    if (auto target = op->getAttrOfType<TargetAttr>(kTargetAttrName))
      return target;
  return nullptr;
}

bool conorm::comm::isCollective(Operation *op) {
  return isa<CollectiveOpInterface>(op);
}

GroupOp conorm::comm::lookupGroup(Operation *op, FlatSymbolRefAttr group) {
  return SymbolTable::lookupNearestSymbolFrom<GroupOp>(op, group);
}
