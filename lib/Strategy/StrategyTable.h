//===- StrategyTable.h - Strategies of a target by size ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_STRATEGY_STRATEGYTABLE_H
#define CONORM_LIB_STRATEGY_STRATEGYTABLE_H

#include "conorm/Strategy/TuningFile.h"
#include "llvm/ADT/DenseMap.h"

namespace conorm {

/// What the cost model and a tuning file say of one target.
class StrategyTable {
public:
  /// `entry` may be null; what was measured is then used where the model does
  /// not hold. Without constants for the target, and thresholds in
  /// `entry`, there is no table.
  static std::optional<StrategyTable> make(comm::TargetAttr target,
                                           const TuningFile::Entry *entry);

  /// Whether a tuning file has thresholds for the target.
  bool isTuned() const { return tuned; }

  /// Strategies of a group of `members` by size; for any group that the target
  /// may have if `members` is 0. Null if nothing is said of it.
  comm::DispatchAttr get(int64_t members);

  /// "one_shot 8.1 us, two_shot 12.0 us", or that thresholds were measured.
  std::string explain(int64_t members, int64_t bytes) const;

  /// Prints the table, a line for each range.
  void print(llvm::raw_ostream &os);

private:
  StrategyTable(comm::TargetAttr target, const TuningFile::Entry *entry,
                bool tuned, std::optional<CostModel> model)
      : target(target), entry(entry), tuned(tuned), model(model) {}

  comm::DispatchAttr make(int64_t members) const;

  comm::TargetAttr target;
  /// With thresholds, or null.
  const TuningFile::Entry *entry;
  bool tuned;
  std::optional<CostModel> model;
  llvm::DenseMap<int64_t, comm::DispatchAttr> tables;
};

} // namespace conorm

#endif // CONORM_LIB_STRATEGY_STRATEGYTABLE_H
