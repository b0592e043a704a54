//===- CudaBackend.h - The CUDA backend -------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Calls are enqueued on the context's stream and return; what goes wrong on the
// device is found by poll() and synchronize().
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_CUDABACKEND_H
#define CONORM_RUNTIME_LIB_CUDA_CUDABACKEND_H

#include "CudaDevice.h"
#include "CudaStrategy.h"
#include "CudaTimer.h"
#include "Launcher.h"
#include "LoadedKernels.h"
#include "blas/Matmul.h"

#include "control/ControlPlane.h"

#include <optional>

namespace conorm::rt::cuda {

class CudaBackend : public Backend {
public:
  CudaBackend();
  ~CudaBackend() override;
  bool supports(uint32_t strategy) const override;
  Error connect(const conorm_context_options &options,
                const conorm_bootstrap &bootstrap) override;

  Error addGroups(const conorm_group *groups, size_t count) override;
  Error groupSize(const conorm_group &group, int64_t &size) override {
    return control.groupSize(group, size);
  }
  uint32_t defaultStrategy(int64_t bytes, int64_t members,
                           bool sharesRows) const override;

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
  Error matmul(const conorm_matmul_args &args) override;
  Error prepare(const conorm_matmul_args &args) override;

  void setDeadline(uint32_t milliseconds) override {
    control.setDeadline(milliseconds);
  }
  void publishFailure(const Error &error) override {
    control.publishFailure(error);
  }
  Error launch(const conorm_launch_kernel_args &args) override;
  Error copy(const conorm_copy_args &args) override;
  Device *device() override { return deviceOfCalls.get(); }
  Error poll() override;
  Error synchronize() override;
  Error makeTimer(uint32_t timing, std::unique_ptr<Timer> &out) override;

private:
  /// one_shot and two_shot, in Calls.cpp.
  class KernelStrategy;
  static std::unique_ptr<CudaStrategy> makeKernelStrategy(CudaBackend &);
  /// nccl, in NcclCalls.cpp.
  class NcclStrategy;
  static std::unique_ptr<CudaStrategy> makeNcclStrategy(CudaBackend &);

  Error readAttributes();
  Error checkWorkspace() const;
  Error prepareDevice(const conorm_context_options &options, int rank);
  Error agreeOnDevices(const conorm_bootstrap &bootstrap,
                       const Deadline &deadline);
  Error connectGroups(size_t first, uint64_t tag);
  Error find(const conorm_group &group, CudaCommunicator *&out);
  /// A call's kernel: on `comm`, or on this rank alone if that is null.
  Error launch(Kernel kernel, uint32_t type, const CudaCommunicator *comm,
               const CallAttributes &attributes, const Site &site, Task &task);
  /// How a call is launched.
  Plan choosePlan(Kernel kernel, uint32_t type, const Group &group,
                  const Task &task) const;
  void placeRow(uint32_t type, Task &task) const;
  Error normGroups(const conorm_rms_norm_args &args);
  /// The one that supports a strategy.
  CudaStrategy &strategyFor(uint32_t strategy) const;
  /// The communicator of a call.
  Error findCall(const conorm_group &group, const CallAttributes &attributes,
                 const Site &site, std::optional<CudaCall> &out);
  bool drain(uint32_t milliseconds) const;

  ControlPlane control;
  std::unique_ptr<CudaStrategy> strategies[2];
  DeviceSettings settings;
  cudaStream_t stream = nullptr;
  /// For compiled code.
  std::unique_ptr<CudaDevice> deviceOfCalls;
  /// Once operations have been timed.
  std::unique_ptr<StreamGate> gate;
  int multiprocessors = 0;
  /// Ten times the compute capability.
  uint32_t arch = 0;
  /// Whether kernels may become resident early (DependentLaunch.cuh).
  bool dependentLaunch = false;
  Launcher launcher;
  LoadedKernels kernels;
  /// Rows that do not fit shared memory.
  char *scratch = nullptr;
  std::unique_ptr<Matmul> products = std::make_unique<Matmul>();
  bool pageRegistered = false;
  /// A conorm_strategy: the context's.
  uint32_t strategy = CONORM_STRATEGY_AUTO;
  std::vector<std::unique_ptr<CudaCommunicator>> communicators;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_CUDABACKEND_H
