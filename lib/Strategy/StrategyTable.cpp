//===- StrategyTable.cpp - Strategies of a target by size -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StrategyTable.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace conorm;
using comm::StrategyRangeAttr;

/// Sizes of groups that a table for any group lists; those between them take
/// what the next smaller one does. The runtime has at most 64 ranks, and 16 on
/// GPUs.
static ArrayRef<int64_t> getGroupSizes(comm::Backend backend) {
  static constexpr int64_t sizes[] = {2, 3, 4, 5, 6, 7, 8, 16, 32, 64};
  ArrayRef<int64_t> all(sizes);
  return backend == comm::Backend::CPU ? all : all.drop_back(2);
}

std::optional<StrategyTable>
StrategyTable::make(comm::TargetAttr target, const TuningFile::Entry *entry) {
  bool tuned = entry && !entry->thresholds.empty();
  if (!entry)
    entry = TuningFile::findMeasured(target);
  std::optional<CostConstants> constants =
      getCostConstants(target.getArch(), target.getLink());
  if (!constants && entry && entry->hasAllConstants())
    constants.emplace();
  std::optional<CostModel> model;
  if (constants) {
    if (entry)
      entry->apply(*constants);
    model.emplace(*constants, target.getLink(), target.getRanksPerDevice());
  }
  bool hasThresholds = entry && !entry->thresholds.empty();
  if (!model && !hasThresholds)
    return std::nullopt;
  return StrategyTable(target, hasThresholds ? entry : nullptr, tuned, model);
}

comm::DispatchAttr StrategyTable::get(int64_t members) {
  auto [position, isNew] = tables.try_emplace(members);
  if (isNew)
    position->second = make(members);
  return position->second;
}

/// Drops from `ranges` what begins at `begin` if the ranges of the size before
/// say the same.
static void dropIfRepeated(SmallVectorImpl<StrategyRangeAttr> &ranges,
                           size_t before, size_t begin) {
  auto isSame = [](StrategyRangeAttr a, StrategyRangeAttr b) {
    return a.getFromBytes() == b.getFromBytes() &&
           a.getStrategy() == b.getStrategy();
  };
  ArrayRef<StrategyRangeAttr> all(ranges);
  if (begin > before && llvm::equal(all.slice(before, begin - before),
                                    all.drop_front(begin), isSame))
    ranges.truncate(begin);
}

comm::DispatchAttr StrategyTable::make(int64_t members) const {
  MLIRContext *context = target.getContext();
  SmallVector<StrategyRangeAttr> ranges;
  if (entry) {
    // For one size of group, those that hold for it.
    int64_t listed = 0;
    for (const TuningFile::Entry::Range &range : entry->thresholds)
      if (range.groupSize <= members)
        listed = range.groupSize;
    for (const TuningFile::Entry::Range &range : entry->thresholds)
      if (!members || range.groupSize == listed)
        ranges.push_back(StrategyRangeAttr::get(
            context, range.groupSize, range.fromBytes, range.strategy));
  } else if (members > 1) {
    model->appendRanges(context, members, ranges);
  } else if (members == 0) {
    size_t before = 0;
    for (int64_t size : getGroupSizes(target.getBackend())) {
      if (target.getWorldSize() && size > target.getWorldSize())
        break;
      size_t begin = ranges.size();
      model->appendRanges(context, size, ranges);
      dropIfRepeated(ranges, before, begin);
      if (ranges.size() > begin)
        before = begin;
    }
  }
  if (ranges.empty())
    return nullptr;
  return comm::DispatchAttr::get(context, target.getBackend(), ranges);
}

std::string StrategyTable::explain(int64_t members, int64_t bytes) const {
  if (entry)
    return "measured thresholds";
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(model->getStrategies(), os, [&](auto strategy) {
    os << stringifyStrategy(strategy) << ' '
       << llvm::format("%.1f", model->getMicroseconds(strategy, members, bytes))
       << " us";
  });
  return text;
}

void StrategyTable::print(raw_ostream &os) {
  os << "select-strategy: " << target.getArch() << " over "
     << stringifyLink(target.getLink()) << ", " << target.getRanksPerDevice()
     << (target.getRanksPerDevice() == 1 ? " rank" : " ranks") << " a device\n";
  // Where thresholds decide, constants do not.
  if (!entry) {
    os << "  constants: ";
    llvm::interleaveComma(getCostConstantNames(), os, [&](auto constant) {
      os << constant.name << ' '
         << llvm::format("%.10g", model->getConstants().*constant.member);
    });
    os << '\n';
  }
  os << "  ranks  from bytes  strategy  there\n";
  comm::DispatchAttr table = get(0);
  if (!table)
    return;
  for (StrategyRangeAttr range : table.getRanges())
    os << llvm::format("  %5lld  %10lld  ",
                       static_cast<long long>(range.getGroupSize()),
                       static_cast<long long>(range.getFromBytes()))
       << llvm::left_justify(stringifyStrategy(range.getStrategy()), 8) << "  "
       << explain(range.getGroupSize(), range.getFromBytes()) << '\n';
}
