//===- CollectiveOpInterface.h - Operations that communicate ----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_INTERFACES_COLLECTIVEOPINTERFACE_H
#define CONORM_INTERFACES_COLLECTIVEOPINTERFACE_H

#include "conorm/Dialect/Comm/IR/CommAttrs.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace conorm::comm {

class CollectiveOpInterface;

/// What every collective reads and writes: the order of calls that all members
/// of a group share.
struct CommResource : public mlir::SideEffects::Resource::Base<CommResource> {
  llvm::StringRef getName() final { return "CommResource"; }
};

/// Reports a read and a write of `CommResource`, and those of memrefs if `op`
/// has destinations.
void getCollectiveEffects(
    CollectiveOpInterface op,
    llvm::SmallVectorImpl<
        mlir::SideEffects::EffectInstance<mlir::MemoryEffects::Effect>>
        &effects);

namespace detail {

/// Checks what every collective has.
llvm::LogicalResult verifyCollective(CollectiveOpInterface op);

} // namespace detail
} // namespace conorm::comm

#include "conorm/Interfaces/CollectiveOpInterface.h.inc"

#endif // CONORM_INTERFACES_COLLECTIVEOPINTERFACE_H
