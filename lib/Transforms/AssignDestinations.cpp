//===- AssignDestinations.cpp - Buffers for comm and norm operations ------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"

namespace conorm {
#define GEN_PASS_DEF_ASSIGNDESTINATIONS
#include "conorm/Transforms/Passes.h.inc"
} // namespace conorm

using namespace mlir;

namespace {
struct AssignDestinations
    : public conorm::impl::AssignDestinationsBase<AssignDestinations> {
  void runOnOperation() override {}
};
} // namespace
