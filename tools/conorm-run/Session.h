//===- Session.h - One rank's context and arguments -------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_SESSION_H
#define CONORM_TOOLS_CONORM_RUN_SESSION_H

#include "NormCheck.h"
#include "Options.h"
#include "Profile.h"
#include "RankExchange.h"
#include "Tensor.h"

#include <array>

namespace conorm::run {

/// Results of one call, on the host.
class Results {
public:
  explicit Results(size_t count);
  ~Results();
  Results(Results &&) = default;

  /// Brings them from the context's device, if they are there.
  void fetch(conorm_context *context);

  conorm_buffer &operator[](size_t index) { return buffers[index]; }
  const conorm_buffer &operator[](size_t index) const { return buffers[index]; }
  size_t size() const { return buffers.size(); }
  conorm_buffer *data() { return buffers.data(); }

private:
  std::vector<conorm_buffer> buffers;
};

/// Bytes of a result.
size_t bytesOf(const conorm_buffer &buffer);
int64_t countOf(const conorm_buffer &buffer);

/// An argument where the context's backend has it.
class Argument {
public:
  /// Throws RankError.
  Argument(conorm_context *context, const conorm_value_desc &desc,
           Tensor &pristine);
  ~Argument() { conorm_buffer_release(&made); }
  Argument(Argument &&other) noexcept;
  Argument(const Argument &) = delete;

  const conorm_buffer &asBuffer() const { return buffer; }
  /// Makes its data as new.
  void restore();
  bool isUntouched() const;

private:
  conorm_context *context;
  Tensor &pristine;
  /// A scalar is the host's.
  conorm_buffer made = {};
  conorm_buffer buffer = {};
};

/// A context with the artifact's groups, and the arguments of its entry.
class Session {
public:
  Session(const Options &options, RankExchange &world,
          const conorm_bootstrap &bootstrap, const conorm_module *module,
          std::vector<Tensor> inputs);
  ~Session();
  Session(const Session &) = delete;

  /// Seconds of a call on the host.
  struct CallTime {
    /// Until it is enqueued, and until it is complete.
    double enqueued = 0, complete = 0;
  };

  /// One call on arguments as new. With `time` the results stay where they are.
  /// Throws RankError if it fails.
  Results call(const conorm_entry &entry, CallTime *time = nullptr);

  /// The same under observation: counts calls and checks norms.
  Results checkedCall(const conorm_entry &entry, NormStats &stats);

  /// Number of all_reduces, fused or not, that took each conorm_strategy in
  /// the calls so far.
  using StrategyCounts = std::array<uint64_t, CONORM_STRATEGY_MULTIMEM + 1>;
  const StrategyCounts &strategiesTaken() const { return taken; }

  /// Times the calls from now on where they run; on a device alone.
  void timeCalls();
  /// Seconds of each call since.
  std::vector<double> deviceTimes();

  /// Operations of `count` calls, and all that a call has a device do.
  CallProfile profile(const conorm_entry &entry, int count, bool usesGraphs);

  /// Whether calls from now on are replayed graphs.
  void useGraphs(bool enabled);
  /// Of the context, after the last call.
  conorm_memory_report memory() const;

  /// Makes peers fail now, not at their deadline.
  void abort(const std::string &reason);

private:
  void expect(conorm_status status) const;
  /// Copies the arguments to the context's backend. Made for the first call.
  void placeArguments(const conorm_entry &entry);
  void expectUntouched(const conorm_entry &entry);
  void watch();
  static void observe(void *session, conorm_context *context, uint32_t op,
                      uint32_t phase, const void *args);

  RankExchange &world;
  const conorm_module *module;
  conorm_context *context = nullptr;
  std::vector<Tensor> pristine;
  std::vector<Argument> arguments;
  bool isOnDevice;
  StrategyCounts taken = {};
};

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_SESSION_H
