//===- FaultsTest.cpp - What ranks say about one another's mistakes -------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The exact messages, with threads as ranks. Real processes that die and stop
// at random moments are conorm-faults' business (tools/conorm-faults).
//
//===----------------------------------------------------------------------===//

#include "RankRunner.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <atomic>
#include <chrono>
#include <thread>

using namespace conorm::test;
using testing::Each;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

constexpr uint32_t deadlineMs = 1000;

/// Calls of one rank, on its own buffers.
class Caller {
public:
  explicit Caller(const conorm_bootstrap &bootstrap)
      : context(bootstrap, deadlineMs), group(worldGroup()) {
    site.struct_size = sizeof(site);
    site.id = 17;
    site.label = "a.mlir:3:8";
    if (context)
      conorm_context_add_groups(context, &group, 1);
  }

  conorm_all_reduce_args allReduceArgs() {
    conorm_all_reduce_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.site = &site;
    args.group = &group;
    args.input = a;
    args.output = b;
    args.count = 64;
    return args;
  }
  conorm_scatter_gather_args gatherArgs() {
    conorm_scatter_gather_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.site = &site;
    args.group = &group;
    args.input = a;
    args.output = b;
    args.outer = 2;
    args.dim = 3;
    args.inner = 4;
    return args;
  }
  conorm_all_reduce_rms_norm_args fusedArgs() {
    conorm_all_reduce_rms_norm_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.site = &site;
    args.group = &group;
    args.input = a;
    args.residual = b;
    args.normed = c;
    args.rows = 8;
    args.cols = 8;
    args.norm.epsilon = 1e-6f;
    return args;
  }
  conorm_status allReduce() {
    conorm_all_reduce_args args = allReduceArgs();
    return conorm_all_reduce(context, &args);
  }
  std::string outcome() { return describe(context); }

  ScopedContext context;
  conorm_group group;
  conorm_site site = {};
  float a[256] = {}, b[1024] = {}, c[256] = {};
};

/// Three ranks of which rank 2 does something else in its second call. All make
/// new contexts afterwards, which must work.
using Deviation = std::function<conorm_status(Caller &)>;
std::vector<std::string> runDeviation(const Deviation &usual,
                                      const Deviation &other) {
  std::vector<std::string> results =
      runThreads(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
        std::string outcome;
        {
          Caller caller(bootstrap);
          caller.allReduce();
          (bootstrap.rank == 2 ? other : usual)(caller);
          outcome = caller.outcome();
        }
        Caller again(bootstrap);
        if (again.allReduce() != CONORM_OK)
          outcome += " then " + again.outcome();
        return outcome;
      });
  return results;
}

/// Ranks 0 and 1 say the same about rank 2, by themselves or by report.
void expectMismatch(const std::vector<std::string> &results,
                    const char *difference) {
  for (int rank : {0, 1}) {
    EXPECT_THAT(results[rank], HasSubstr("mismatch: "));
    EXPECT_THAT(results[rank], HasSubstr(difference));
    EXPECT_THAT(results[rank], Not(HasSubstr(" then ")));
  }
  EXPECT_THAT(results[2], StartsWith("mismatch: "));
  EXPECT_THAT(results[2], Not(HasSubstr(" then ")));
}

conorm_status allReduceWith(Caller &caller,
                            void (*change)(conorm_all_reduce_args &)) {
  conorm_all_reduce_args args = caller.allReduceArgs();
  change(args);
  return conorm_all_reduce(caller.context, &args);
}

conorm_status fusedWith(Caller &caller,
                        void (*change)(conorm_all_reduce_rms_norm_args &)) {
  conorm_all_reduce_rms_norm_args args = caller.fusedArgs();
  change(args);
  return conorm_all_reduce_rms_norm(caller.context, &args);
}

conorm_status usualAllReduce(Caller &caller) { return caller.allReduce(); }

void expectAllReduceMismatch(void (*change)(conorm_all_reduce_args &),
                             const char *difference) {
  expectMismatch(runDeviation(usualAllReduce,
                              [&](Caller &caller) {
                                return allReduceWith(caller, change);
                              }),
                 difference);
}

void expectFusedMismatch(void (*change)(conorm_all_reduce_rms_norm_args &),
                         const char *difference) {
  expectMismatch(
      runDeviation(
          [](Caller &caller) { return fusedWith(caller, [](auto &) {}); },
          [&](Caller &caller) { return fusedWith(caller, change); }),
      difference);
}

TEST(Mismatch, ofTheOperation) {
  std::vector<std::string> results =
      runDeviation(usualAllReduce, [](Caller &caller) {
        caller.site.label = "a.mlir:9:1";
        conorm_scatter_gather_args args = caller.gatherArgs();
        return conorm_all_gather(caller.context, &args);
      });
  expectMismatch(results, "call 2 (comm.all_reduce at a.mlir:3:8): rank 2 "
                          "called comm.all_gather at a.mlir:9:1 instead");
}

TEST(Mismatch, ofTypeAndShape) {
  expectAllReduceMismatch([](auto &a) { a.element_type = CONORM_TYPE_BF16; },
                          "rank 2 passed bf16 elements, this rank f32");
  expectAllReduceMismatch([](auto &a) { a.count = 63; },
                          "rank 2 passed 63 elements, this rank 64");
  expectFusedMismatch([](auto &a) { a.rows = 7; },
                      "rank 2 passed 7 x 8 elements, this rank 8 x 8");
  expectFusedMismatch([](auto &a) { a.rows = 0; },
                      "rank 2 passed 0 x 8 elements, this rank 8 x 8");
}

TEST(Mismatch, ofAttributes) {
  expectAllReduceMismatch([](auto &a) { a.reduction = CONORM_REDUCTION_MAX; },
                          "rank 2 passed reduction max, this rank sum");
  expectAllReduceMismatch([](auto &a) { a.numerics = 1; },
                          "rank 2 passed numerics relaxed, this rank exact");
  expectAllReduceMismatch(
      [](auto &a) { a.strategy = CONORM_STRATEGY_TWO_SHOT; },
      "rank 2 passed strategy two_shot, this rank one_shot");
  expectFusedMismatch([](auto &a) { a.norm.epsilon = 1e-5f; },
                      "rank 2 passed epsilon 1e-05, this rank 1e-06");
  expectFusedMismatch([](auto &a) { a.norm.weight_bias = 1; },
                      "rank 2 passed weight_bias 1, this rank 0");
  expectFusedMismatch([](auto &a) { a.norm.rounding = 1; },
                      "rank 2 passed rounding round_then_scale, this rank "
                      "scale_then_round");
  expectFusedMismatch([](auto &a) { a.norm.rounding = 2; },
                      "rank 2 passed rounding scale_then_round_rounded_weight, "
                      "this rank scale_then_round");
  expectFusedMismatch(
      [](auto &a) {
        a.norm.weight_type = CONORM_TYPE_F32;
        a.norm.weight = static_cast<const float *>(a.input) + 100;
      },
      "rank 2 passed weight type f32, this rank none");
  expectFusedMismatch([](auto &a) { a.residual = nullptr; },
                      "rank 2 passed operands and results {normed}, this rank "
                      "{residual, normed}");
  expectFusedMismatch([](auto &a) { a.has_post_norm = 1; },
                      "rank 2 passed a post norm, this rank none");
  expectFusedMismatch(
      [](auto &a) { a.replicated = 1; },
      "rank 2 passed operands that are replicated, this rank not");
}

/// Each attribute of a quantization, against a call that differs in it alone.
void expectQuantMismatch(const conorm_quant &usual, const conorm_quant &other,
                         const char *difference) {
  auto quantizing = [](conorm_quant quant) {
    return [quant](Caller &caller) {
      conorm_all_reduce_rms_norm_args args = caller.fusedArgs();
      float scale = 1;
      char quantized[64], scales[512];
      args.quant = quant;
      args.quantized = quantized;
      if (quant.scheme == CONORM_QUANT_PER_TENSOR)
        args.scale = &scale;
      else
        args.scales = scales;
      return conorm_all_reduce_rms_norm(caller.context, &args);
    };
  };
  expectMismatch(runDeviation(quantizing(usual), quantizing(other)),
                 difference);
}

TEST(Mismatch, ofTheQuantization) {
  const uint32_t f32 = CONORM_TYPE_F32, e4m3 = CONORM_TYPE_F8E4M3FN,
                 e5m2 = CONORM_TYPE_F8E5M2, e8m0 = CONORM_TYPE_F8E8M0FNU;
  const uint32_t packed = CONORM_SCALE_LAYOUT_PACKED_COLUMN_MAJOR;
  const conorm_quant tensor = {CONORM_QUANT_PER_TENSOR, e4m3, f32, 0, 0, 0};
  const conorm_quant token = {CONORM_QUANT_PER_TOKEN, e4m3, f32, 0, 0, 0};
  const conorm_quant group = {CONORM_QUANT_PER_GROUP, e4m3, e8m0, 0, 0, 4};
  conorm_quant other = tensor;
  other.quantized_type = e5m2;
  expectQuantMismatch(tensor, other,
                      "rank 2 passed quantized type f8E5M2, this rank "
                      "f8E4M3FN");
  other = tensor;
  other.scale_mode = CONORM_SCALE_MODE_DIVIDE;
  expectQuantMismatch(tensor, other,
                      "rank 2 passed scale mode divide, this rank "
                      "multiply_reciprocal");
  expectQuantMismatch(token, group,
                      "rank 2 passed quantization scheme per_group, this rank "
                      "per_token");
  other = group;
  other.group_size = 8;
  expectQuantMismatch(group, other,
                      "rank 2 passed quantization group size 8, this rank 4");
  other = group;
  other.scale_type = f32;
  expectQuantMismatch(group, other,
                      "rank 2 passed scale type f32, this rank f8E8M0FNU");
  other = group;
  other.scale_layout = packed;
  expectQuantMismatch(group, other,
                      "rank 2 passed scale layout packed_column_major, this "
                      "rank linear");
  expectQuantMismatch(tensor, token,
                      "rank 2 passed operands and results {residual, normed, "
                      "quantized, scales}, this rank {residual, normed, "
                      "quantized}");
}

TEST(Mismatch, ofTheSite) {
  expectMismatch(runDeviation(usualAllReduce,
                              [](Caller &caller) {
                                caller.site.id = 18;
                                caller.site.label = "b.mlir:1:1";
                                return caller.allReduce();
                              }),
                 "rank 2 is at b.mlir:1:1 (site 0000000000000012), this rank "
                 "at a.mlir:3:8 (site 0000000000000011)");
}

TEST(Mismatch, ofTheGroups) {
  std::vector<int64_t> pair = {0, 1}, other = {1, 0};
  std::vector<std::string> results =
      runThreads(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
        ScopedContext context(bootstrap, deadlineMs);
        conorm_group group = rowsGroup(bootstrap.rank == 2 ? other : pair, 1);
        conorm_context_add_groups(context, &group, 1);
        return describe(context);
      });
  EXPECT_THAT(results[0], HasSubstr("call 1 (conorm_context_add_groups): rank "
                                    "2 passed other groups than this rank"));
}

TEST(Waiting, endsAtTheDeadlineWithTheMissingRank) {
  auto begin = std::chrono::steady_clock::now();
  std::atomic<int> done{0};
  std::vector<std::string> results =
      runThreads(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
        Caller caller(bootstrap);
        caller.allReduce();
        if (bootstrap.rank == 2)
          while (done < 2)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        conorm_status status = caller.allReduce();
        ++done;
        EXPECT_NE(status, CONORM_OK);
        return caller.outcome();
      });
  for (int rank : {0, 1})
    EXPECT_THAT(results[rank],
                HasSubstr("call 2 (comm.all_reduce at a.mlir:3:8): rank 2 did "
                          "not arrive within 1000 ms; it last posted call 1"));
  // The late rank learns what the others think.
  EXPECT_THAT(results[2], HasSubstr("timeout: "));
  EXPECT_LT(std::chrono::steady_clock::now() - begin,
            std::chrono::milliseconds(deadlineMs + 1000));
}

TEST(Waiting, forAVictimNamesWhomItWaitsFor) {
  // Rank 0 waits for 1, which waits for 2 in another group; 2 stays away.
  std::vector<int64_t> left = {0, 1}, right = {1, 2};
  std::vector<std::string> results =
      runThreads(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
        Caller caller(bootstrap);
        conorm_group groups[] = {rowsGroup(left, 1), rowsGroup(right, 1)};
        conorm_context_add_groups(caller.context, groups, 2);
        conorm_all_reduce_args args = caller.allReduceArgs();
        args.group = &groups[bootstrap.rank];
        if (bootstrap.rank == 0) {
          conorm_all_reduce(caller.context, &args);
        } else if (bootstrap.rank == 1) {
          std::this_thread::sleep_for(std::chrono::milliseconds(200));
          conorm_all_reduce(caller.context, &args);
        } else {
          std::this_thread::sleep_for(std::chrono::milliseconds(1500));
        }
        return caller.outcome();
      });
  EXPECT_THAT(results[0],
              HasSubstr("rank 1 did not arrive within 1000 ms; it has posted "
                        "no call yet and waits for rank 2 in another group"));
}

TEST(Waiting, deadlineCanBeChanged) {
  auto begin = std::chrono::steady_clock::now();
  std::vector<std::string> results =
      runThreads(2, [&](const conorm_bootstrap &bootstrap) -> std::string {
        Caller caller(bootstrap);
        if (bootstrap.rank == 1) {
          std::this_thread::sleep_for(std::chrono::milliseconds(400));
          return "";
        }
        conorm_context_set_deadline(caller.context, 100);
        caller.allReduce();
        return caller.outcome();
      });
  EXPECT_THAT(results[0], HasSubstr("did not arrive within 100 ms; it has "
                                    "posted no call yet"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin,
            std::chrono::milliseconds(900));
}

TEST(Leaving, isNoticedAtOnce) {
  auto begin = std::chrono::steady_clock::now();
  std::vector<std::string> results =
      runThreads(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
        Caller caller(bootstrap);
        caller.allReduce();
        if (bootstrap.rank == 2)
          return "";
        caller.allReduce();
        return caller.outcome();
      });
  for (int rank : {0, 1})
    EXPECT_THAT(results[rank],
                HasSubstr("call 2 (comm.all_reduce at a.mlir:3:8): rank 2 left "
                          "(context destroyed) before call 2"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin,
            std::chrono::milliseconds(deadlineMs));
}

TEST(Leaving, isNotNoticedByThoseWhoNeedNothing) {
  std::vector<int64_t> pairs = {0, 1};
  std::vector<std::string> results =
      runThreads(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
        Caller caller(bootstrap);
        conorm_group pair = rowsGroup(pairs, 1);
        conorm_context_add_groups(caller.context, &pair, 1);
        conorm_all_reduce_args args = caller.allReduceArgs();
        args.group = &pair;
        for (int i = 0; i < 100 && bootstrap.rank != 2; ++i)
          conorm_all_reduce(caller.context, &args);
        return caller.outcome();
      });
  EXPECT_THAT(results, Each(""));
}

TEST(GivingUp, tellsThePeersWhy) {
  std::vector<std::string> results =
      runDeviation(usualAllReduce, [](Caller &caller) {
        conorm_context_abort(caller.context, "the sampler ran out of memory");
        return CONORM_OK;
      });
  for (int rank : {0, 1})
    EXPECT_THAT(
        results[rank],
        HasSubstr("call 2 (comm.all_reduce at a.mlir:3:8): rank 2 gave up: "
                  "the sampler ran out of memory"));
  EXPECT_EQ(results[2], "aborted: the sampler ran out of memory");
}

TEST(GivingUp, fromAnotherThreadEndsAWait) {
  std::vector<std::string> results =
      runThreads(2, [&](const conorm_bootstrap &bootstrap) -> std::string {
        Caller caller(bootstrap);
        if (bootstrap.rank == 1) {
          std::this_thread::sleep_for(std::chrono::milliseconds(300));
          caller.allReduce();
          return caller.outcome();
        }
        std::thread watchdog([&] {
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
          conorm_context_abort(caller.context, "watchdog");
        });
        EXPECT_EQ(caller.allReduce(), CONORM_ERROR_ABORTED);
        watchdog.join();
        return caller.outcome();
      });
  EXPECT_EQ(results[0], "aborted: watchdog");
  EXPECT_THAT(results[1], HasSubstr("rank 0 gave up: watchdog"));
}

TEST(GivingUp, forABadArgumentTellsThePeers) {
  std::vector<std::string> results =
      runDeviation(usualAllReduce, [](Caller &caller) {
        return allReduceWith(caller, [](auto &a) { a.count = -4; });
      });
  for (int rank : {0, 1})
    EXPECT_THAT(results[rank],
                HasSubstr("rank 2 failed (invalid argument): comm.all_reduce "
                          "at a.mlir:3:8: count is -4, expected at least 0"));
  EXPECT_THAT(results[2], StartsWith("invalid argument: "));
}

TEST(Overlapping, callsFromTwoThreadsAreDetected) {
  std::vector<std::string> results =
      runThreads(2, [&](const conorm_bootstrap &bootstrap) -> std::string {
        Caller caller(bootstrap);
        if (bootstrap.rank == 1) {
          std::this_thread::sleep_for(std::chrono::milliseconds(300));
          caller.allReduce();
          return caller.outcome();
        }
        std::thread second([&] {
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
          float x = 0, y = 0;
          conorm_all_reduce_args args = caller.allReduceArgs();
          args.input = &x;
          args.output = &y;
          args.count = 1;
          EXPECT_EQ(conorm_all_reduce(caller.context, &args),
                    CONORM_ERROR_OVERLAP);
        });
        EXPECT_NE(caller.allReduce(), CONORM_OK);
        second.join();
        return caller.outcome();
      });
  EXPECT_THAT(results[0], StartsWith("overlap: "));
  EXPECT_THAT(results[1], HasSubstr("rank 0 failed (overlap): "));
}

TEST(Creating, needsEqualWorkspaces) {
  std::vector<std::string> results =
      runThreads(3, [&](const conorm_bootstrap &bootstrap) -> std::string {
        ScopedContext context(bootstrap, deadlineMs,
                              bootstrap.rank == 2 ? 32768 : 65536);
        EXPECT_EQ(context.status, CONORM_ERROR_BOOTSTRAP);
        return context.message;
      });
  EXPECT_EQ(results[0], "rank 2 has workspace_bytes 32768, this rank 65536");
  EXPECT_EQ(results[2], "rank 0 has workspace_bytes 65536, this rank 32768");
}

TEST(Repeating, leaksNothing) {
  int before = 0;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> results =
        runDeviation(usualAllReduce, [](Caller &caller) {
          return allReduceWith(caller, [](auto &a) { a.count = 7; });
        });
    EXPECT_THAT(results[0], HasSubstr("rank 2 passed 7 elements"));
    if (round == 0)
      before = countDescriptors();
  }
  EXPECT_EQ(countDescriptors(), before);
}

} // namespace
