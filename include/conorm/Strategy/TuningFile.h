//===- TuningFile.h - Measured constants and thresholds ---------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A JSON file that overrides the cost model where somebody has measured:
//
//   {"version": 1,
//    "targets": [
//      {"arch": "sm_90", "link": "nvlink", "ranks_per_device": 1,
//       "constants": {"step_us": 2.5},
//       "thresholds": [
//         {"group_size": 4, "from_bytes": 0, "strategy": "one_shot"},
//         {"group_size": 4, "from_bytes": 524288, "strategy": "two_shot"}]}]}
//
// docs/performance-model.md describes it.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_STRATEGY_TUNINGFILE_H
#define CONORM_STRATEGY_TUNINGFILE_H

#include "conorm/Strategy/CostModel.h"
#include "llvm/Support/Error.h"

#include <string>
#include <utility>
#include <vector>

namespace conorm {

class TuningFile {
public:
  /// What the file says of a target.
  struct Entry {
    struct Range {
      int64_t groupSize, fromBytes;
      comm::Strategy strategy;
    };

    /// Replaces constants that the file names.
    void apply(CostConstants &constants) const;
    /// Whether it names them all, so that the model needs none of its own.
    bool hasAllConstants() const;

    std::string arch;
    comm::Link link;
    int64_t ranksPerDevice = 1;
    std::vector<std::pair<double CostConstants::*, double>> constants;
    /// In the order that a #comm.dispatch wants. Empty: by the model.
    std::vector<Range> thresholds;
  };

  /// Reads and checks `text`. An error says where: "line 3, column 5: ..." or
  /// "targets[0].constants.step_us: ...".
  static llvm::Expected<TuningFile> parse(llvm::StringRef text);
  /// The same of a file.
  static llvm::Expected<TuningFile> load(llvm::StringRef path);

  /// What the file says of `target`, null if nothing.
  const Entry *find(comm::TargetAttr target) const;

  /// What was measured of `target` where the cost model does not hold: ranks
  /// that wait for a processor core. Null elsewhere.
  static const Entry *findMeasured(comm::TargetAttr target);

private:
  std::vector<Entry> entries;
};

} // namespace conorm

#endif // CONORM_STRATEGY_TUNINGFILE_H
