//===- ReshapedSites.cpp - Sites with reshapes in them --------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReshapedSites.h"

#include "../Raise/Elementwise.h"
#include "../Raise/Norms.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;
using namespace conorm::raise;

// As in Elementwise.cpp: it bounds the cost, and ends the circles of graph
// regions.
static constexpr unsigned kMaxSteps = 16;

std::optional<Site> fusion::getReshapedSite(Operation *norm) {
  if (norm->getNumResults() == 0)
    return std::nullopt;
  Site site{{}, cast<norm::NormOpInterface>(norm)};
  Value value = getReshaped(site.norm.getInput(), site.reshapes);
  auto first = value.getDefiningOp<norm::RMSNormOp>();
  if (first && site.norm.getResidual()) {
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
  if (llvm::none_of(site.reshapes, changesShape) || !matchSum(site.sum) ||
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
  for (unsigned step = 0; step < kMaxSteps; ++step) {
    SmallVector<Operation *> reshapes;
    Value next = getReshaped(value, reshapes);
    site.reshapes.insert(site.reshapes.begin(), reshapes.begin(),
                         reshapes.end());
    site.fused = getFusedNorm(next);
    if (site.fused)
      break;
    if (auto copy = matchCopy(next))
      next = copy->source;
    else if (auto widening = matchWidening(next))
      next = widening->narrow;
    if (next == value)
      break;
    value = next;
  }
  if (!site.fused || llvm::none_of(site.reshapes, changesShape))
    return std::nullopt;
  return site;
}
