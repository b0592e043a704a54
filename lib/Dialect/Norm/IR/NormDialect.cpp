//===- NormDialect.cpp --------------------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Norm/IR/Norm.h"

#include "../../BytecodeVersion.h"
#include "AttributeWarnings.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace conorm::norm;

#include "conorm/Dialect/Norm/IR/NormDialect.cpp.inc"
#include "conorm/Dialect/Norm/IR/NormEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "conorm/Dialect/Norm/IR/NormAttrs.cpp.inc"

void NormDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "conorm/Dialect/Norm/IR/NormAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "conorm/Dialect/Norm/IR/NormOps.cpp.inc"
      >();
  addInterfaces<conorm::AttributeWarnings, conorm::BytecodeVersionInterface>();
}

//===----------------------------------------------------------------------===//
// SchemeAttr
//===----------------------------------------------------------------------===//

int64_t SchemeAttr::getBlockSize() const {
  switch (getKind()) {
  case SchemeKind::PerTensor:
  case SchemeKind::PerToken:
    return 0;
  case SchemeKind::PerGroup:
    return getGroupSize();
  case SchemeKind::NVFP4:
    return 16;
  case SchemeKind::MXFP8:
    return 32;
  }
  llvm_unreachable("unknown scheme");
}

LogicalResult
SchemeAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                   SchemeKind kind, int64_t groupSize, ScaleLayout layout,
                   ScaleMode mode) {
  if (kind == SchemeKind::PerGroup && groupSize <= 0)
    return emitError() << "expected a positive group_size with per_group, "
                          "found "
                       << groupSize;
  if (groupSize >= (int64_t(1) << 31))
    return emitError() << "expected a group_size below 2^31, found "
                       << groupSize;
  if (kind != SchemeKind::PerGroup && groupSize != 0)
    return emitError() << "expected no group_size with "
                       << stringifySchemeKind(kind) << ", found " << groupSize;
  if (layout == ScaleLayout::Swizzled128x4 && kind != SchemeKind::NVFP4 &&
      kind != SchemeKind::MXFP8)
    return emitError() << "expected nvfp4 or mxfp8 with layout "
                          "swizzled_128x4, found "
                       << stringifySchemeKind(kind);
  if (layout == ScaleLayout::PackedColumnMajor && kind != SchemeKind::PerGroup)
    return emitError() << "expected per_group with layout "
                          "packed_column_major, found "
                       << stringifySchemeKind(kind);
  if (mode == ScaleMode::Divide && kind != SchemeKind::PerTensor)
    return emitError() << "expected per_tensor with mode divide, found "
                       << stringifySchemeKind(kind);
  return success();
}
