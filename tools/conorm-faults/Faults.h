//===- Faults.h - Parts of the fault driver ---------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_FAULTS_FAULTS_H
#define CONORM_TOOLS_CONORM_FAULTS_FAULTS_H

#include "conorm-runtime/conorm.h"

#include <cstdint>
#include <string>

namespace conorm::faults {

enum class Kind { Kill, Stop, Shape, Order, World };
constexpr int numKinds = 5;
extern const char *const kindNames[numKinds];

/// One fault. All processes of a trial hold a copy.
struct Trial {
  Kind kind;
  int worldSize;
  int victim;
  uint32_t deadlineMs;
  uint64_t seed;
  /// Kill, stop: when, after the start of the processes, microseconds.
  int64_t moment;
  /// Shape, order, world: the call, or the context, at which it happens.
  int64_t faultyCall;
};

/// What a rank tells the driver: first about the failure, then about the run
/// that follows it in the same process.
struct Report {
  int32_t status;
  int32_t creating;
  int64_t time;
  /// Shape, order, world: when the victim began the wrong call.
  int64_t faultTime;
  int32_t leakedDescriptors;
  char message[1000];
};

int64_t now();

/// The body of a rank. `first` is the world in which the fault happens,
/// `second` the one of the run after it; a victim of a kill has none. Reports
/// go to `out`; between them a byte is read from `go`.
void runRank(const Trial &trial, const conorm_bootstrap &first,
             const conorm_bootstrap *second, int out, int go);

/// "" if the report is what the fault must lead to on that rank.
std::string checkReport(const Trial &trial, int rank, const Report &report,
                        int64_t faultTime);

} // namespace conorm::faults

#endif // CONORM_TOOLS_CONORM_FAULTS_FAULTS_H
