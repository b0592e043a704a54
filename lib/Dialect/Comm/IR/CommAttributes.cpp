//===- CommAttributes.cpp - Where a program runs, and how -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Comm/IR/Comm.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace conorm::comm;

//===----------------------------------------------------------------------===//
// TargetAttr
//===----------------------------------------------------------------------===//

LogicalResult TargetAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 StringRef arch, Link link, int64_t worldSize,
                                 int64_t ranksPerDevice) {
  StringRef number = arch;
  bool isGPU = number.consume_front("sm_") && !number.empty() &&
               number.size() <= 4 && llvm::all_of(number, llvm::isDigit);
  if (arch != kCPUArch && !isGPU)
    return emitError() << "expected arch 'cpu' or 'sm_' and a number, found '"
                       << arch << "'";
  if (isGPU == (link == Link::SharedMemory))
    return emitError() << "expected link "
                       << (isGPU ? "pcie, nvlink or network" : "shared_memory")
                       << " with arch '" << arch << "', found "
                       << stringifyLink(link);
  if (worldSize < 0 || worldSize >= kRanksLimit)
    return emitError() << "expected world_size from 0 to 2^31 - 1, found "
                       << worldSize;
  if (ranksPerDevice <= 0)
    return emitError() << "expected a positive ranks_per_device, found "
                       << ranksPerDevice;
  if (worldSize % ranksPerDevice != 0)
    return emitError() << "expected ranks_per_device to divide world_size "
                       << worldSize << ", found " << ranksPerDevice;
  return success();
}

Backend TargetAttr::getBackend() const {
  return getArch() == kCPUArch ? Backend::CPU : Backend::CUDA;
}

//===----------------------------------------------------------------------===//
// StrategyRangeAttr and DispatchAttr
//===----------------------------------------------------------------------===//

LogicalResult
StrategyRangeAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                          int64_t groupSize, int64_t fromBytes,
                          Strategy strategy) {
  if (groupSize < 2 || groupSize >= kRanksLimit)
    return emitError() << "expected a range for 2 to 2^31 - 1 ranks, found "
                       << groupSize;
  if (fromBytes < 0)
    return emitError() << "expected a range from 0 bytes or more, found "
                       << fromBytes;
  if (strategy == Strategy::Auto || strategy == Strategy::Multimem)
    return emitError() << "expected one_shot, two_shot or nccl in a range, "
                          "found "
                       << stringifyStrategy(strategy);
  return success();
}

LogicalResult DispatchAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   Backend,
                                   ArrayRef<StrategyRangeAttr> ranges) {
  if (ranges.empty() || ranges.size() > 4096)
    return emitError() << "expected 1 to 4096 ranges, found " << ranges.size();
  StrategyRangeAttr last;
  for (StrategyRangeAttr range : ranges) {
    bool isFirst = !last || last.getGroupSize() != range.getGroupSize();
    if (last && (isFirst ? range.getGroupSize() < last.getGroupSize()
                         : range.getFromBytes() <= last.getFromBytes()))
      return emitError() << "expected ranges in ascending order, found "
                         << range << " after " << last;
    if (isFirst && range.getFromBytes() != 0)
      return emitError() << "expected the first range for "
                         << range.getGroupSize()
                         << " ranks to be from 0 bytes, found "
                         << range.getFromBytes();
    last = range;
  }
  return success();
}

Strategy DispatchAttr::lookUp(int64_t groupSize, int64_t bytes) const {
  Strategy strategy = Strategy::Auto;
  for (StrategyRangeAttr range : getRanges()) {
    if (range.getGroupSize() > groupSize)
      break;
    // The first range of each size is from 0 bytes, so that none of a smaller
    // size is left over.
    if (range.getFromBytes() <= bytes)
      strategy = range.getStrategy();
  }
  return strategy;
}
