//===- CudaStrategy.h - How collectives move data on devices ----*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_CUDASTRATEGY_H
#define CONORM_RUNTIME_LIB_CUDA_CUDASTRATEGY_H

#include "CudaCommunicator.h"
#include "Task.h"

#include "control/Backend.h"
#include "control/CallAttributes.h"

namespace conorm::rt::cuda {

/// A call of a collective, with the strategy that was chosen.
struct CudaCall {
  CudaCommunicator &comm;
  CallAttributes attributes;
  Site site;
};

/// A way to carry out collectives. The backend asks each which strategies it
/// has, and gives it the calls that take one of them.
class CudaStrategy {
public:
  virtual ~CudaStrategy() = default;
  virtual bool supports(uint32_t strategy) const = 0;

  /// What a context that selects it needs of this machine.
  virtual Error load() { return success(); }
  /// Makes a group ready, so that its first call need not. Collective over the
  /// members, which make the call of `attributes`.
  virtual Error connect(CudaCommunicator &, const CallAttributes &,
                        const char *) {
    return success();
  }

  virtual Error allReduce(const CudaCall &call,
                          const conorm_all_reduce_args &args) = 0;
  virtual Error reduceScatter(const CudaCall &call,
                              const conorm_scatter_gather_args &args) = 0;
  virtual Error allGather(const CudaCall &call,
                          const conorm_scatter_gather_args &args) = 0;
  /// `task` says what becomes of the reduced rows.
  virtual Error allReduceRmsNorm(const CudaCall &call, const Task &task) = 0;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_CUDASTRATEGY_H
