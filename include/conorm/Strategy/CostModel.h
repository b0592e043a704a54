//===- CostModel.h - What a collective costs under each strategy *- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Latency plus bytes over bandwidth. docs/performance-model.md derives it, says
// where each constant is from, and sets its results beside published ones.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_STRATEGY_COSTMODEL_H
#define CONORM_STRATEGY_COSTMODEL_H

#include "conorm/Dialect/Comm/IR/Comm.h"

#include <optional>

namespace conorm {

/// What the model knows of an architecture and a link.
struct CostConstants {
  /// A call, before its first step.
  double callUs;
  /// A step of the protocol between two ranks: write, post, await.
  double stepUs;
  /// What each further rank adds to a step.
  double peerUs;
  /// Bytes that a device takes from others, and gives to them, at a time.
  double linkGBps;
  /// Bytes that a device reads and writes in its own memory.
  double memoryGBps;
  /// Largest payload of a step; a call of more takes more steps.
  double chunkBytes;
  /// A call of NCCL, and what it moves over the link. Zero bandwidth: none.
  double ncclUs;
  double ncclGBps;
};

/// A name of a constant in tuning files, and its place.
struct CostConstantName {
  llvm::StringLiteral name;
  double CostConstants::*member;
};
llvm::ArrayRef<CostConstantName> getCostConstantNames();

/// The constants for a target; none if the model has none for it.
std::optional<CostConstants> getCostConstants(llvm::StringRef arch,
                                              comm::Link link);

/// A target for which the model has constants.
struct CostModelTarget {
  llvm::StringLiteral arch;
  comm::Link link;
};
llvm::SmallVector<CostModelTarget> getCostModelTargets();

class CostModel {
public:
  CostModel(const CostConstants &constants, comm::Link link,
            int64_t ranksPerDevice)
      : constants(constants), link(link), ranksPerDevice(ranksPerDevice) {}

  const CostConstants &getConstants() const { return constants; }

  /// The strategies that there are over this link, the simplest first.
  llvm::ArrayRef<comm::Strategy> getStrategies() const;

  /// Time of an all_reduce of `bytes` among `members`. What follows the
  /// reduction (residual, norm, quantization) is the same work under every
  /// strategy, and left out.
  double getMicroseconds(comm::Strategy strategy, int64_t members,
                         int64_t bytes) const;

  /// Appends the fastest strategies of a group of `members`, by payload, as
  /// ranges that begin on multiples of 1 KiB.
  void appendRanges(mlir::MLIRContext *context, int64_t members,
                    llvm::SmallVectorImpl<comm::StrategyRangeAttr> &out) const;

private:
  comm::Strategy getFastest(int64_t members, int64_t bytes) const;

  CostConstants constants;
  comm::Link link;
  int64_t ranksPerDevice;
};

} // namespace conorm

#endif // CONORM_STRATEGY_COSTMODEL_H
