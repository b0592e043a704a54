//===- CostModel.cpp - What a collective costs under each strategy --------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Strategy/CostModel.h"

#include <algorithm>

using namespace mlir;
using namespace conorm;
using comm::Link;
using comm::Strategy;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

namespace {
struct KnownTarget {
  CostModelTarget target;
  CostConstants constants;
};
} // namespace

/// Half the default workspace: a slot.
static constexpr double kSlotBytes = 32 << 20;

/// docs/performance-model.md says where each is from. In order: callUs, stepUs,
/// peerUs, linkGBps, memoryGBps, chunkBytes, ncclUs, ncclGBps.
static constexpr KnownTarget kKnownTargets[] = {
    {{"cpu", Link::SharedMemory}, {1, 0.5, 0.1, 10, 10, 128 << 10, 0, 0}},
    {{"sm_80", Link::NVLink}, {4.4, 2.9, 0.25, 250, 1250, kSlotBytes, 37, 120}},
    {{"sm_80", Link::PCIe}, {4.4, 2.9, 0.25, 26, 1250, kSlotBytes, 37, 12}},
    {{"sm_80", Link::Network}, {0, 0, 0, 25, 1250, kSlotBytes, 37, 25}},
    {{"sm_90", Link::NVLink}, {4.4, 2.9, 0.25, 375, 3000, kSlotBytes, 37, 180}},
    {{"sm_90", Link::PCIe}, {4.4, 2.9, 0.25, 52, 3000, kSlotBytes, 37, 25}},
    {{"sm_90", Link::Network}, {0, 0, 0, 50, 3000, kSlotBytes, 37, 50}},
    {{"sm_100", Link::NVLink},
     {4.4, 2.9, 0.25, 750, 5000, kSlotBytes, 37, 360}},
    {{"sm_100", Link::PCIe}, {4.4, 2.9, 0.25, 52, 5000, kSlotBytes, 37, 25}},
    {{"sm_100", Link::Network}, {0, 0, 0, 50, 5000, kSlotBytes, 37, 50}},
};

ArrayRef<CostConstantName> conorm::getCostConstantNames() {
  static constexpr CostConstantName names[] = {
      {"call_us", &CostConstants::callUs},
      {"step_us", &CostConstants::stepUs},
      {"peer_us", &CostConstants::peerUs},
      {"link_gb_per_s", &CostConstants::linkGBps},
      {"memory_gb_per_s", &CostConstants::memoryGBps},
      {"chunk_bytes", &CostConstants::chunkBytes},
      {"nccl_us", &CostConstants::ncclUs},
      {"nccl_gb_per_s", &CostConstants::ncclGBps}};
  return names;
}

std::optional<CostConstants> conorm::getCostConstants(StringRef arch,
                                                      Link link) {
  for (const KnownTarget &known : kKnownTargets)
    if (known.target.arch == arch && known.target.link == link)
      return known.constants;
  return std::nullopt;
}

SmallVector<CostModelTarget> conorm::getCostModelTargets() {
  SmallVector<CostModelTarget> targets;
  for (const KnownTarget &known : kKnownTargets)
    targets.push_back(known.target);
  return targets;
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

ArrayRef<Strategy> CostModel::getStrategies() const {
  static constexpr Strategy all[] = {Strategy::OneShot, Strategy::TwoShot,
                                     Strategy::NCCL};
  ArrayRef<Strategy> strategies(all);
  // Without access to the memory of peers there is only NCCL.
  if (link == Link::Network)
    return strategies.take_back();
  // NCCL wants a device for each rank.
  bool hasNCCL = constants.ncclGBps > 0 && ranksPerDevice == 1;
  return hasNCCL ? strategies : strategies.drop_back();
}

namespace {
/// What a strategy does for each byte of the payload, on each rank.
struct Traffic {
  /// Bytes taken from other devices.
  double link;
  /// Bytes read and written in the memory of a device, for this rank and for
  /// the peers that read from it.
  double memory;
};
} // namespace

/// `members` is N, `together` the ranks of the group on one device.
static Traffic getTraffic(Strategy strategy, double members, double together) {
  double away = std::max(members - together, 0.0);
  // Reads the input, writes its slot, is read by N - 1 peers, writes the
  // result.
  if (strategy == Strategy::OneShot)
    return {away, members + 2};
  // Reads the input, writes the slices of others, is read by their owners,
  // writes its slice, is read by N - 1 peers, writes the result.
  return {2 * away / members, 5 - 2 / members};
}

double CostModel::getMicroseconds(Strategy strategy, int64_t members,
                                  int64_t bytes) const {
  double ranks = static_cast<double>(members);
  double payload = static_cast<double>(bytes);
  double together = static_cast<double>(std::min(ranksPerDevice, members));
  constexpr double kBytesPerUs = 1e3; // of 1 GB/s
  Traffic traffic = getTraffic(strategy, ranks, together);
  double memory = payload * traffic.memory * together /
                  (constants.memoryGBps * kBytesPerUs);
  double link = payload * traffic.link * together;
  if (strategy == Strategy::NCCL)
    return constants.ncclUs + link / (constants.ncclGBps * kBytesPerUs) +
           memory;
  double steps = strategy == Strategy::TwoShot ? 2 : 1;
  double chunks = std::max(payload / constants.chunkBytes, 1.0);
  double step = constants.stepUs + constants.peerUs * (ranks - 2);
  return constants.callUs + steps * chunks * step +
         link / (constants.linkGBps * kBytesPerUs) + memory;
}

Strategy CostModel::getFastest(int64_t members, int64_t bytes) const {
  ArrayRef<Strategy> strategies = getStrategies();
  return *llvm::min_element(strategies, [&](Strategy a, Strategy b) {
    return getMicroseconds(a, members, bytes) <
           getMicroseconds(b, members, bytes);
  });
}

void CostModel::appendRanges(
    MLIRContext *context, int64_t members,
    SmallVectorImpl<comm::StrategyRangeAttr> &out) const {
  constexpr int64_t kGrain = 1024, kLast = int64_t(1) << 24; // 16 GiB
  auto fastest = [&](int64_t grains) {
    return getFastest(members, grains * kGrain);
  };
  auto append = [&](int64_t grains, Strategy strategy) {
    out.push_back(comm::StrategyRangeAttr::get(context, members,
                                               grains * kGrain, strategy));
  };
  Strategy current = fastest(0);
  append(0, current);
  // Times are straight lines, broken once where a chunk is full: two cross at
  // most twice, and the steps of this walk are an eighth.
  for (int64_t low = 0; low < kLast;) {
    int64_t high = low + std::max<int64_t>(low / 8, 1);
    Strategy next = fastest(high);
    if (next != current) {
      int64_t before = low, after = high;
      while (after - before > 1) {
        int64_t middle = before + (after - before) / 2;
        (fastest(middle) == current ? before : after) = middle;
      }
      current = fastest(after);
      append(after, current);
      high = after;
    }
    low = high;
  }
}
