//===- Profile.h - Where the time of a call goes ----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_PROFILE_H
#define CONORM_TOOLS_CONORM_RUN_PROFILE_H

#include "RankExchange.h"

#include "conorm-runtime/conorm.h"

#include <string>
#include <vector>

namespace conorm::run {

/// What operations are summed up by.
enum class ProfileKind {
  Contraction,
  FusedSite,
  Collective,
  Norm,
  Quantization,
  Elementwise,
  Copy,
  /// Between operations: compiled loops on the CPU, nothing on a device.
  Between
};
constexpr int kProfileKinds = int(ProfileKind::Between) + 1;

/// One call, of all that were profiled that of median length.
struct CallProfile {
  struct Operation {
    ProfileKind kind;
    /// A kernel's name, or what an operation is called.
    std::string name;
    std::string site;
  };
  /// Seconds since the call began.
  struct Span {
    double begin, end;
    double length() const { return end - begin; }
  };
  /// All that a device does of one kind and name.
  struct Work {
    /// A conorm_work_kind.
    uint32_t kind;
    std::string name;
    uint64_t count;
  };

  uint32_t variant = CONORM_VARIANT_FUSED;
  uint32_t backend = CONORM_BACKEND_CPU;
  int calls = 0;
  /// Of rank 0.
  std::vector<Operation> operations;
  /// By rank; empty for a rank whose operations are not those of rank 0.
  std::vector<std::vector<Span>> spans;
  /// By rank: the call's length, seconds.
  std::vector<double> lengths;
  /// Of rank 0; empty on the CPU.
  std::vector<Work> work;

  /// Of rank 0, seconds. Sums of kinds are the length.
  double length() const { return lengths[0]; }
  const std::vector<Span> &mine() const { return spans[0]; }
};

/// "fused site"; the last one depends on where the call ran.
const char *nameOf(ProfileKind kind, uint32_t backend);

/// Watches the calls of one rank on a context, from begin() to finish().
class Profiler {
public:
  Profiler(RankExchange &world, conorm_context *context)
      : world(world), context(context) {}
  ~Profiler() { conorm_context_set_observer(context, nullptr, nullptr); }
  Profiler(const Profiler &) = delete;

  /// Installs itself as the context's observer.
  void begin();
  /// After each call.
  void countCall() { ++calls; }
  /// Collective. Throws RankError or RunError.
  CallProfile finish();

private:
  static void observe(void *profiler, conorm_context *context, uint32_t op,
                      uint32_t phase, const void *args);
  /// The spans of each call, which begin with the call's own.
  std::vector<std::vector<CallProfile::Span>> readTimes();
  void gather(const std::vector<CallProfile::Span> &call, CallProfile &profile);

  RankExchange &world;
  conorm_context *context;
  int calls = 0;
  std::vector<CallProfile::Operation> operations;
};

/// What the last call, which was a replay, holds.
std::vector<CallProfile::Work> listWork(conorm_context *context);

/// Sums for reports, of rank 0.
struct ProfileSum {
  ProfileKind kind;
  std::string name, site;
  double seconds = 0;
  uint64_t operations = 0;
};
std::vector<ProfileSum> sumByKind(const CallProfile &profile);
/// By kind, name and site, in the order of the call.
std::vector<ProfileSum> sumBySite(const CallProfile &profile);

/// A table on stdout.
void printProfile(const CallProfile &profile);
std::string profileJson(const CallProfile &profile);
/// In the trace event format of Chrome and Perfetto: a process for each
/// variant, a thread for each rank.
std::string traceJson(const std::string &entry,
                      const std::vector<CallProfile> &profiles);
/// SVG: a lane for each variant, on one scale.
std::string drawProfiles(const std::string &entry,
                         const std::vector<CallProfile> &profiles);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_PROFILE_H
