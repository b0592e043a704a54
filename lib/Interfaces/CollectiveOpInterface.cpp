//===- CollectiveOpInterface.cpp - Operations that communicate ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Interfaces/CollectiveOpInterface.h"

#include "conorm/Interfaces/DestinationOpInterface.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;

#include "conorm/Interfaces/CollectiveOpInterface.cpp.inc"

void conorm::comm::getCollectiveEffects(
    CollectiveOpInterface op,
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  effects.emplace_back(MemoryEffects::Read::get(), CommResource::get());
  effects.emplace_back(MemoryEffects::Write::get(), CommResource::get());
  if (auto destinations = dyn_cast<DestinationOpInterface>(*op))
    getDestinationEffects(destinations, effects);
}

LogicalResult conorm::comm::detail::verifyCollective(CollectiveOpInterface op) {
  if (!op.getDispatchAttr() || op.getStrategy() == Strategy::Auto)
    return success();
  return op->emitOpError("expected strategy auto with dispatch, found ")
         << stringifyStrategy(op.getStrategy());
}
