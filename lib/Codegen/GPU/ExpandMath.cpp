//===- ExpandMath.cpp - Functions that devices lack -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/StatisticABI.h"

#include "conorm/Codegen/Passes.h"

#include "MathFunctions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

namespace conorm {
#define GEN_PASS_DEF_EXPANDMATH
#include "conorm/Codegen/Passes.h.inc"
} // namespace conorm

using namespace mlir;
using namespace conorm;

/// Whether LLVM has exact instructions for `op` on every device.
static bool isExact(Operation *op) {
  return isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::CopySignOp,
             math::CountLeadingZerosOp, math::CountTrailingZerosOp,
             math::CtPopOp, math::FloorOp, math::FmaOp, math::RoundEvenOp,
             math::RsqrtOp, math::SqrtOp, math::TruncOp>(op);
}

using Unary = Value (MathFunctions::*)(Value);

/// The function that computes `op`, null if there is none.
static Unary findUnary(Operation *op) {
  static const std::pair<StringLiteral, Unary> functions[] = {
      {"math.cos", &MathFunctions::cos},
      {"math.cosh", &MathFunctions::cosh},
      {"math.erf", &MathFunctions::erf},
      {"math.exp", &MathFunctions::exp},
      {"math.exp2", &MathFunctions::exp2},
      {"math.expm1", &MathFunctions::expm1},
      {"math.log", &MathFunctions::log},
      {"math.log10", &MathFunctions::log10},
      {"math.log1p", &MathFunctions::log1p},
      {"math.log2", &MathFunctions::log2},
      {"math.sin", &MathFunctions::sin},
      {"math.sinh", &MathFunctions::sinh},
      {"math.tanh", &MathFunctions::tanh}};
  for (auto [name, function] : functions)
    if (op->getName().getStringRef() == name)
      return function;
  return nullptr;
}

namespace {

/// The number of the two where one is NaN. LLVM's instruction would be a call of
/// a library that is not there.
struct ExpandNumber {
  template <typename Maximum>
  static void expand(Operation *op) {
    ImplicitLocOpBuilder builder(op->getLoc(), op);
    Value a = op->getOperand(0), b = op->getOperand(1);
    auto isNaN = [&](Value x) {
      return arith::CmpFOp::create(builder, arith::CmpFPredicate::UNO, x, x);
    };
    Value both = Maximum::create(builder, a, b);
    Value orA = arith::SelectOp::create(builder, isNaN(b), a, both);
    Value result = arith::SelectOp::create(builder, isNaN(a), b, orA);
    op->replaceAllUsesWith(ValueRange(result));
    op->erase();
  }
};

struct ExpandMath : public conorm::impl::ExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    SmallVector<Operation *> ops, numbers;
    WalkResult checked = getOperation()->walk([&](Operation *op) {
      if (isa<arith::RemFOp>(op) ||
          (isa_and_nonnull<math::MathDialect>(op->getDialect()) &&
           !isExact(op))) {
        if (failed(checkFunction(op)))
          return WalkResult::interrupt();
        ops.push_back(op);
      } else if (isa<arith::MaxNumFOp, arith::MinNumFOp>(op)) {
        numbers.push_back(op);
      }
      return WalkResult::advance();
    });
    if (checked.wasInterrupted())
      return signalPassFailure();
    for (Operation *op : ops)
      expand(op);
    for (Operation *op : numbers)
      if (isa<arith::MaxNumFOp>(op))
        ExpandNumber::expand<arith::MaximumFOp>(op);
      else
        ExpandNumber::expand<arith::MinimumFOp>(op);
    numExpanded += ops.size() + numbers.size();
    if (ops.empty() && numbers.empty())
      markAllAnalysesPreserved();
  }

private:
  static bool isFunction(Operation *op) {
    return findUnary(op) || isa<math::PowFOp>(op);
  }

  static LogicalResult checkFunction(Operation *op) {
    if (!isFunction(op))
      return op->emitOpError("cannot run on the device, which has no such "
                             "function");
    Type type = op->getResult(0).getType();
    if (isa<Float32Type>(type))
      return success();
    return op->emitOpError("expected floats of at most 32 bits, found ")
           << type;
  }

  static void expand(Operation *op) {
    ImplicitLocOpBuilder builder(op->getLoc(), op);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(
          arith::ExtFOp::create(builder, builder.getF64Type(), operand));
    MathFunctions functions(builder);
    Value result;
    if (Unary unary = findUnary(op))
      result = (functions.*unary)(operands[0]);
    else
      result = functions.pow(operands[0], operands[1]);
    result = arith::TruncFOp::create(builder, builder.getF32Type(), result);
    op->replaceAllUsesWith(ValueRange(result));
    op->erase();
  }
};

} // namespace
