//===- RuntimeCallOpInterface.h - Operations that become calls --*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMECALLOPINTERFACE_H
#define CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMECALLOPINTERFACE_H

#include "conorm/Conversion/ConormToRuntime/RuntimeCall.h"
#include "mlir/IR/OpDefinition.h"

#include "conorm/Conversion/ConormToRuntime/RuntimeCallOpInterface.h.inc"

namespace conorm {

/// Describes the call of a norm, which the runtime's RMS norm computes, for
/// operations that implement `NormOpInterface` and `DestinationOpInterface`,
/// and of one after a sum over a group for those that implement
/// `CollectiveOpInterface` as well.
void describeNorm(norm::NormOpInterface op, RuntimeCall &call);

/// Lets operations of the `comm` and `norm` dialects describe their calls. The
/// pass that makes them does that for itself.
void registerRuntimeCallModels(mlir::DialectRegistry &registry);

} // namespace conorm

#endif // CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMECALLOPINTERFACE_H
