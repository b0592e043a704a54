//===- ReshapedSites.cpp -  -----------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReshapedSites.h"

#include "../Raise/Elementwise.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;

// As in Elementwise.cpp: it bounds the cost, and ends the circles of graph
// regions.
static constexpr unsigned kMaxSteps = 16;

bool fusion::leadsToReduce(Value value) {
  SmallVector<Value> values = {value};
  for (size_t next = 0; next < values.size() && next < kMaxSteps; ++next) {
    SmallVector<Operation *> ignored;
    Value current = getReshaped(values[next], ignored);
    if (current.getDefiningOp<AllReduceOp>())
      return true;
    if (Value source = getUncast(current))
      values.push_back(source);
    else if (Value narrow = getWidened(current))
      values.push_back(narrow);
    else if (auto addends = getAddends(current))
      values.append({addends->first, addends->second});
    else if (auto norm = current.getDefiningOp<norm::RMSNormOp>())
      values.push_back(norm.getInput());
    else if (auto add = current.getDefiningOp<norm::AddRMSNormOp>())
      values.append({add.getInput(), add.getResidual()});
  }
  return false;
}

std::optional<Site> fusion::getReshapedSite(Operation *norm) {
  if (norm->getNumResults() == 0)
    return std::nullopt;
  Site site{{}, norm};
  Value value = getReshaped(norm->getOperand(0), site.reshapes);
  auto first = value.getDefiningOp<norm::RMSNormOp>();
  if (first && isa<norm::AddRMSNormOp>(norm)) {
    site.postNorm = first;
    site.postReshapes = std::move(site.reshapes);
    site.reshapes.clear();
    value = getReshaped(first.getInput(), site.reshapes);
  }
  site.reduce = value.getDefiningOp<AllReduceOp>();
  // Casts alone are looked through by other patterns.
  if (!site.reduce || (llvm::none_of(site.reshapes, changesShape) &&
                       llvm::none_of(site.postReshapes, changesShape)))
    return std::nullopt;
  return site;
}

std::optional<ReshapedSum> fusion::getReshapedSum(Operation *op) {
  auto norm = dyn_cast<norm::RMSNormOp>(op);
  if (!norm || !norm.getNormed() || norm.getOuts())
    return std::nullopt;
  ReshapedSum site{norm, {}, {}};
  site.sum = getReshaped(norm.getInput(), site.reshapes);
  if (llvm::none_of(site.reshapes, changesShape) || !getAddends(site.sum) ||
      !leadsToReduce(site.sum))
    return std::nullopt;
  return site;
}

std::optional<QuantizeSite>
fusion::getReshapedQuantize(norm::QuantizeOp quantize) {
  if (!quantize.getOuts().empty() || quantize->getNumResults() == 0)
    return std::nullopt;
  QuantizeSite site{{}, quantize};
  Value value = quantize.getInput();
  for (unsigned step = 0; step < kMaxSteps && !site.fused; ++step) {
    SmallVector<Operation *> reshapes;
    Value next = getReshaped(value, reshapes);
    site.reshapes.insert(site.reshapes.begin(), reshapes.begin(),
                         reshapes.end());
    site.fused = getFusedNorm(next);
    if (Value source = getUncast(next); source && !site.fused)
      next = source;
    else if (Value narrow = getWidened(next); narrow && !site.fused)
      next = narrow;
    if (next == value)
      break;
    value = next;
  }
  if (!site.fused || llvm::none_of(site.reshapes, changesShape))
    return std::nullopt;
  return site;
}
