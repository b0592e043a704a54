//===- CpuBackend.h - The CPU backend ---------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CPU_CPUBACKEND_H
#define CONORM_RUNTIME_LIB_CPU_CPUBACKEND_H

#include "control/Backend.h"
#include "control/CallAttributes.h"
#include "control/ControlPlane.h"

#include <vector>

namespace conorm::rt {

class CpuBackend : public Backend {
public:
  bool supports(uint32_t strategy) const override;
  Error connect(const conorm_context_options &options,
                const conorm_bootstrap &bootstrap) override;

  Error addGroups(const conorm_group *groups, size_t count) override {
    return control.addGroups(groups, count);
  }
  Error groupSize(const conorm_group &group, int64_t &size) override {
    return control.groupSize(group, size);
  }
  uint32_t defaultStrategy(int64_t bytes, int64_t members,
                           bool sharesRows) const override;
  bool sharesRows(const conorm_all_reduce_rms_norm_args &args,
                  const conorm_group &group) const override;

  Error allReduce(const conorm_all_reduce_args &args, const conorm_group &group,
                  const Site &site) override;
  Error reduceScatter(const conorm_scatter_gather_args &args,
                      const conorm_group &group, const Site &site) override;
  Error allGather(const conorm_scatter_gather_args &args,
                  const conorm_group &group, const Site &site) override;
  Error rmsNorm(const conorm_rms_norm_args &args) override;
  Error quantize(const conorm_quantize_args &args) override;
  Error allReduceRmsNorm(const conorm_all_reduce_rms_norm_args &args,
                         const conorm_group &group, const Site &site) override;

  void setDeadline(uint32_t milliseconds) override {
    control.setDeadline(milliseconds);
  }
  void publishFailure(const Error &error) override {
    control.publishFailure(error);
  }

private:
  ControlPlane control;
  /// Rows that no output can hold.
  std::vector<char> scratch;
};

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CPU_CPUBACKEND_H
