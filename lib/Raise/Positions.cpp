//===- Positions.cpp - Where broadcasts put elements ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Positions.h"

#include "Steps.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise;

// As in Elementwise.cpp: nothing real is longer.
static constexpr unsigned kMaxMoves = 16;

static RankedTensorType getType(Value value) {
  return dyn_cast<RankedTensorType>(value.getType());
}

bool raise::movesElements(Operation *op) {
  Step step = getStep(op);
  if (step != Step::Broadcast && step != Step::Reshape && step != Step::Copy)
    return false;
  if (op->getNumOperands() != 1 || op->getNumResults() != 1)
    return false;
  return getType(op->getOperand(0)) && getType(op->getResult(0));
}

Value raise::skipMoves(Value value, int64_t rank) {
  for (unsigned move = 0; move < kMaxMoves; ++move) {
    Operation *op = value.getDefiningOp();
    auto type = getType(value);
    if ((type && rank >= 0 && type.getRank() <= rank) || !movesElements(op))
      return value;
    value = op->getOperand(0);
  }
  return value;
}

/// Those of a reshape's result. Dimensions of more than one element stay in
/// their order.
static std::optional<Positions> reshape(const Positions &positions,
                                        Operation *op) {
  auto from = getType(op->getOperand(0)), to = getType(op->getResult(0));
  Positions reshaped(to.getRank(), -1);
  int64_t source = 0;
  auto skipOnes = [&] {
    while (source < from.getRank() && from.getDimSize(source) == 1)
      ++source;
  };
  for (int64_t dim = 0; dim < to.getRank(); ++dim) {
    if (to.getDimSize(dim) == 1)
      continue;
    skipOnes();
    if (source == from.getRank() ||
        from.getDimSize(source) != to.getDimSize(dim) || to.isDynamicDim(dim))
      return std::nullopt;
    reshaped[dim] = positions[source++];
  }
  skipOnes();
  return source == from.getRank() ? std::optional(reshaped) : std::nullopt;
}

static std::optional<Positions> broadcast(const Positions &positions,
                                          Operation *op) {
  auto dims = getBroadcastDims(op);
  auto from = getType(op->getOperand(0)), to = getType(op->getResult(0));
  if (!dims || dims->size() != positions.size())
    return std::nullopt;
  Positions result(to.getRank(), -1);
  for (auto [index, dim] : llvm::enumerate(*dims))
    // One element is spread over all; of one alone nothing is.
    if (from.getDimSize(index) == to.getDimSize(dim))
      result[dim] = positions[index];
    else if (positions[index] >= 0 && from.getDimSize(index) != 1)
      return std::nullopt;
  return result;
}

std::optional<Positions> raise::getPositions(Value source,
                                             ArrayRef<Operation *> through) {
  auto type = getType(source);
  if (!type)
    return std::nullopt;
  std::optional<Positions> positions =
      llvm::to_vector<6>(llvm::seq<int64_t>(0, type.getRank()));
  for (Operation *op : llvm::reverse(through)) {
    Step step = getStep(op);
    if (step == Step::Broadcast)
      positions = broadcast(*positions, op);
    else if (step == Step::Reshape)
      positions = reshape(*positions, op);
    if (!positions)
      return std::nullopt;
  }
  return positions;
}
