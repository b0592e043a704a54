//===- ConormToRuntime.cpp - Calls of the runtime C ABI -------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"

namespace conorm {
#define GEN_PASS_DEF_CONVERTCONORMTORUNTIME
#include "conorm/Conversion/Passes.h.inc"
} // namespace conorm

using namespace mlir;

namespace {
struct ConvertConormToRuntime
    : public conorm::impl::ConvertConormToRuntimeBase<ConvertConormToRuntime> {
  void runOnOperation() override {}
};
} // namespace
