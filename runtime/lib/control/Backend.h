//===- Backend.h - What a backend implements --------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The C entry points read, validate and announce the arguments; a backend gets
// structures of the current size that satisfy what ops.h documents.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CONTROL_BACKEND_H
#define CONORM_RUNTIME_LIB_CONTROL_BACKEND_H

#include "Device.h"
#include "Timer.h"

#include "support/Error.h"

#include "conorm-runtime/context.h"
#include "conorm-runtime/device.h"

namespace conorm::rt {

/// A call's place in the program, with no null text.
struct Site {
  uint64_t id = 0;
  const char *label = "unknown";
};

class Backend {
public:
  virtual ~Backend() = default;

  /// Whether it can carry out collectives so. AUTO is no strategy: it leaves
  /// the choice.
  virtual bool supports(uint32_t strategy) const = 0;

  /// Finds the device, and connects to the peers within the deadline. Nothing
  /// but supports() is called before, and nothing at all if it fails.
  virtual Error connect(const conorm_context_options &options,
                        const conorm_bootstrap &bootstrap) = 0;

  /// Structures of the current size.
  virtual Error addGroups(const conorm_group *groups, size_t count) = 0;

  virtual Error allReduce(const conorm_all_reduce_args &args,
                          const conorm_group &group, const Site &site) = 0;
  virtual Error reduceScatter(const conorm_scatter_gather_args &args,
                              const conorm_group &group, const Site &site) = 0;
  virtual Error allGather(const conorm_scatter_gather_args &args,
                          const conorm_group &group, const Site &site) = 0;
  virtual Error rmsNorm(const conorm_rms_norm_args &args) = 0;
  virtual Error quantize(const conorm_quantize_args &args) = 0;
  virtual Error allReduceRmsNorm(const conorm_all_reduce_rms_norm_args &args,
                                 const conorm_group &group,
                                 const Site &site) = 0;

  /// What compiled code calls on backends with memory of their own. By default
  /// all are noDevice().
  virtual Error launch(const conorm_launch_kernel_args &args);
  virtual Error copy(const conorm_copy_args &args);
  virtual Error matmul(const conorm_matmul_args &args);
  /// Makes ready for matmul(args), the addresses of which are made up, while
  /// nothing runs that waits for this rank.
  virtual Error prepare(const conorm_matmul_args &) { return success(); }
  /// Null if the backend's memory is the host's.
  virtual Device *device() { return nullptr; }

  /// Number of members of the group's row that holds this rank; an error if
  /// the group was not added or this rank is in none of its rows.
  virtual Error groupSize(const conorm_group &group, int64_t &size) = 0;

  /// What an all_reduce of `bytes` among `members` takes if neither the context
  /// nor the call says: a function of nothing else, so that all ranks agree.
  /// `sharesRows`: whether its members finish rows for each other under
  /// two_shot.
  virtual uint32_t defaultStrategy(int64_t bytes, int64_t members,
                                   bool sharesRows) const = 0;

  /// Whether the members finish rows for each other if the call is two_shot: a
  /// function of what is equal on all of them.
  virtual bool sharesRows(const conorm_all_reduce_rms_norm_args &,
                          const conorm_group &) const {
    return false;
  }

  virtual void setDeadline(uint32_t milliseconds) = 0;

  /// Tells the peers that this rank gave up. `error` has happened here. May be
  /// called from any thread.
  virtual void publishFailure(const Error &error) = 0;

  /// A failure that happened after a call returned, on backends whose calls do
  /// not wait for their completion. May be called from any thread.
  virtual Error poll() { return success(); }

  /// Waits until the calls so far are complete.
  virtual Error synchronize() { return success(); }

  /// A timer of what runs from now on, for a conorm_timing other than NONE.
  virtual Error makeTimer(uint32_t timing, std::unique_ptr<Timer> &out);
};

/// What is said where a device is needed and the backend has none.
Error noDevice();

/// What the library of the CUDA backend exports; null without memory. The
/// symbol's number changes with anything that the two libraries share.
using MakeCudaBackend = Backend *(*)();
constexpr const char *makeCudaBackendSymbol = "conorm_make_cuda_backend_7";

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_CONTROL_BACKEND_H
