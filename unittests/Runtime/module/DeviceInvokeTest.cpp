//===- DeviceInvokeTest.cpp - Calls of entries on a device ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceTestUtils.h"

using namespace conorm::test;
using testing::HasSubstr;

//===----------------------------------------------------------------------===//
// An artifact that is in this program
//===----------------------------------------------------------------------===//

namespace {
struct Memref {
  void *allocated, *aligned;
  int64_t offset, sizes[2], strides[2];
};

const conorm_group world = {sizeof(world), 0, 0, 0, "world", nullptr};
/// How often host code ran, and what it is to do wrong.
int runs = 0;
int mischief = 0;
} // namespace

static Memref allocate(conorm_context *context, const Memref &like) {
  Memref made = like;
  int64_t bytes = like.sizes[0] * like.sizes[1] * 4;
  made.allocated = made.aligned = conorm_allocate(context, bytes);
  made.offset = 0;
  return made;
}

/// A copy, among one rank.
static void copy(conorm_context *context, const Memref &from,
                 const Memref &to) {
  conorm_all_reduce_args args = {};
  args.struct_size = sizeof(args);
  args.element_type = CONORM_TYPE_F32;
  args.group = &world;
  args.input = from.aligned;
  args.output = to.aligned;
  args.count = from.sizes[0] * from.sizes[1];
  conorm_all_reduce(context, &args);
}

/// (x : ?x4xf32, y : ?x4xf32 donated, n : i64) -> (x by way of memory of the
/// call, y once x is in it, the number of rows and n)
static void relay(conorm_context *context, void *const *args, void *out) {
  struct Results {
    Memref made, same;
    int64_t sum;
  } &results = *static_cast<Results *>(out);
  const Memref &x = *static_cast<Memref *>(args[0]);
  const Memref &y = *static_cast<Memref *>(args[1]);
  ++runs;
  Memref between = allocate(context, x);
  copy(context, x, between);
  copy(context, x, y);
  if (mischief && runs % 2)
    conorm_free(context, conorm_allocate(context, mischief));
  results.made = allocate(context, x);
  copy(context, between, results.made);
  conorm_free(context, between.allocated);
  results.same = y;
  results.sum = x.sizes[0] + *static_cast<int64_t *>(args[2]);
}

/// (x : ?x4xf32, y, n) -> (one memory twice, n)
static void twins(conorm_context *context, void *const *args, void *out) {
  struct Results {
    Memref a, b;
    int64_t n;
  } &results = *static_cast<Results *>(out);
  const Memref &x = *static_cast<Memref *>(args[0]);
  results.a = results.b = allocate(context, x);
  copy(context, x, results.a);
  if (mischief)
    conorm_free(context, results.a.allocated);
  results.n = *static_cast<int64_t *>(args[2]);
}

static const int64_t rows[2] = {CONORM_DYNAMIC, 4};
static conorm_value_desc tensor(uint32_t flags) {
  return {sizeof(conorm_value_desc),
          CONORM_VALUE_TENSOR,
          CONORM_TYPE_F32,
          flags,
          2,
          0,
          rows,
          nullptr};
}
static const conorm_value_desc number = {sizeof(conorm_value_desc),
                                         CONORM_VALUE_SCALAR,
                                         CONORM_TYPE_I64,
                                         0,
                                         0,
                                         0,
                                         nullptr,
                                         nullptr};
static const conorm_value_desc arguments[] = {
    tensor(0), tensor(CONORM_VALUE_DONATED), number};
static const conorm_value_desc outcomes[] = {tensor(0), tensor(0), number};
static const conorm_entry entries[] = {
    {sizeof(conorm_entry), CONORM_VARIANT_FUSED, "relay", relay, 3, 3,
     arguments, outcomes},
    {sizeof(conorm_entry), CONORM_VARIANT_FUSED, "twins", twins, 3, 3,
     arguments, outcomes}};

static conorm_manifest makeManifest() {
  conorm_manifest manifest = {};
  manifest.magic = CONORM_MANIFEST_MAGIC;
  manifest.struct_size = sizeof(manifest);
  manifest.abi_major = CONORM_ABI_VERSION_MAJOR;
  manifest.abi_minor = CONORM_ABI_VERSION_MINOR;
  manifest.num_entries = 2;
  manifest.num_groups = 1;
  manifest.entries = entries;
  manifest.groups = &world;
  return manifest;
}

namespace {
class DeviceInvoke : public DeviceContext {
protected:
  void SetUp() override {
    DeviceContext::SetUp();
    runs = mischief = 0;
    char message[512];
    ASSERT_EQ(conorm_module_from_manifest(&manifest, &module, message,
                                          sizeof(message)),
              CONORM_OK)
        << message;
    ASSERT_EQ(conorm_module_bind(module, context), CONORM_OK)
        << this->message();
    x = make({2, 4}, 1);
    y = make({2, 4}, 100);
    results.assign(3, emptyBuffer());
  }
  void TearDown() override {
    for (conorm_buffer *buffer : {&x, &y})
      conorm_buffer_release(buffer);
    releaseResults();
    conorm_module_close(module);
    DeviceContext::TearDown();
  }
  void releaseResults() {
    for (conorm_buffer &buffer : results)
      conorm_buffer_release(&buffer);
  }
  std::vector<conorm_buffer> args() {
    conorm_buffer scalar = emptyBuffer();
    scalar.element_type = CONORM_TYPE_I64;
    scalar.data = &n;
    return {x, y, scalar};
  }
  conorm_status invoke(const char *name = "relay") {
    std::vector<conorm_buffer> all = args();
    return conorm_module_invoke(
        module, conorm_module_find(module, name, CONORM_VARIANT_FUSED), context,
        all.data(), all.size(), results.data(), results.size());
  }
  conorm_status invokeInto(std::vector<conorm_buffer> into,
                           const char *name = "relay") {
    std::vector<conorm_buffer> all = args();
    conorm_buffer scalar = emptyBuffer();
    scalar.element_type = CONORM_TYPE_I64;
    scalar.data = &sum;
    into.push_back(scalar);
    return conorm_module_invoke_into(
        module, conorm_module_find(module, name, CONORM_VARIANT_FUSED), context,
        all.data(), all.size(), into.data(), into.size());
  }

  conorm_manifest manifest = makeManifest();
  conorm_module *module = nullptr;
  conorm_buffer x = {}, y = {};
  int64_t n = 5, sum = 0;
  std::vector<conorm_buffer> results;
};
} // namespace

//===----------------------------------------------------------------------===//
// Plans
//===----------------------------------------------------------------------===//

TEST_F(DeviceInvoke, RunsHostCodeOnceMoreForAPlan) {
  ASSERT_EQ(invoke(), CONORM_OK) << message();
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(read(results[0]), valuesOf({2, 4}, 1));
  EXPECT_EQ(read(results[1]), valuesOf({2, 4}, 1));
  EXPECT_EQ(read(y), valuesOf({2, 4}, 1));
  EXPECT_EQ(*static_cast<int64_t *>(results[2].data), 7);
  EXPECT_EQ(results[0].memory, uint32_t(CONORM_MEMORY_DEVICE));
  EXPECT_EQ(results[2].memory, uint32_t(CONORM_MEMORY_HOST));
  // Before the plan and after it.
  EXPECT_EQ(device.settles, 2);
  releaseResults();
  ASSERT_EQ(invoke(), CONORM_OK);
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(device.settles, 2);
}

TEST_F(DeviceInvoke, PlansForSizesAndScalars) {
  ASSERT_EQ(invoke(), CONORM_OK);
  EXPECT_EQ(report().num_plans, 1u);
  EXPECT_EQ(report().plan_bytes, 256u);
  EXPECT_EQ(report().result_bytes, 64u);
  releaseResults();
  n = 6;
  ASSERT_EQ(invoke(), CONORM_OK);
  EXPECT_EQ(report().num_plans, 2u);
  EXPECT_EQ(*static_cast<int64_t *>(results[2].data), 8);
  releaseResults();
  conorm_buffer small = x;
  x = make({100, 4}, 3);
  conorm_buffer smallY = y;
  y = make({100, 4}, 0);
  ASSERT_EQ(invoke(), CONORM_OK) << message();
  EXPECT_EQ(report().num_plans, 3u);
  EXPECT_EQ(report().plan_bytes, 1792u);
  EXPECT_EQ(read(results[0]), valuesOf({100, 4}, 3));
  for (conorm_buffer *buffer : {&small, &smallY})
    conorm_buffer_release(buffer);
}

TEST_F(DeviceInvoke, AllocatesNothingOnceAllIsPlanned) {
  for (int call = 0; call < 3; ++call) {
    ASSERT_EQ(invoke(), CONORM_OK);
    releaseResults();
  }
  int growths = device.growths;
  uint64_t bytes = report().buffer_bytes;
  for (int call = 0; call < 100; ++call) {
    ASSERT_EQ(invoke(), CONORM_OK);
    releaseResults();
  }
  EXPECT_EQ(device.growths, growths);
  EXPECT_EQ(report().buffer_bytes, bytes);
}

TEST_F(DeviceInvoke, NoticesHostCodeThatDependsOnData) {
  mischief = 64;
  EXPECT_EQ(invoke(), CONORM_ERROR_MODULE);
  EXPECT_THAT(message(), HasSubstr("allocation 1: expected 64 bytes as in the "
                                   "plan for these sizes and scalars, found 32 "
                                   "bytes"));
}

TEST_F(DeviceInvoke, SaysWhatThePlanTakes) {
  device.limit = 100;
  EXPECT_EQ(invoke(), CONORM_ERROR_RESOURCE);
  EXPECT_THAT(message(), HasSubstr("entry 'relay': the plan for these sizes "
                                   "takes 256 bytes: 100 bytes are free"));
}

TEST_F(DeviceInvoke, RefusesResultsThatWereFreed) {
  mischief = 1;
  EXPECT_EQ(invoke("twins"), CONORM_ERROR_MODULE);
  EXPECT_THAT(message(), HasSubstr("result 0: expected memory that is not "
                                   "freed"));
}

TEST_F(DeviceInvoke, RefusesMemoryOfTheHost) {
  x.memory = CONORM_MEMORY_HOST;
  EXPECT_EQ(invoke(), CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_THAT(message(), HasSubstr("argument 0: expected data in device "
                                   "memory, found data in host memory"));
  x.memory = CONORM_MEMORY_DEVICE;
}

TEST_F(DeviceInvoke, RefusesAScalarOnTheDevice) {
  std::vector<conorm_buffer> all = args();
  all[2].memory = CONORM_MEMORY_DEVICE;
  EXPECT_EQ(conorm_module_invoke(
                module,
                conorm_module_find(module, "relay", CONORM_VARIANT_FUSED),
                context, all.data(), 3, results.data(), 3),
            CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_THAT(message(), HasSubstr("argument 2: expected data in host memory, "
                                   "found data in device memory"));
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

TEST_F(DeviceInvoke, GivesTwoResultsMemoryOfTheirOwn) {
  ASSERT_EQ(invoke("twins"), CONORM_OK) << message();
  EXPECT_NE(results[0].data, results[1].data);
  EXPECT_EQ(read(results[0]), valuesOf({2, 4}, 1));
  EXPECT_EQ(read(results[1]), valuesOf({2, 4}, 1));
}

TEST_F(DeviceInvoke, WritesIntoTheCallersBuffers) {
  conorm_buffer into = make({2, 4});
  ASSERT_EQ(invokeInto({into, y}), CONORM_OK) << message();
  EXPECT_EQ(read(into), valuesOf({2, 4}, 1));
  EXPECT_EQ(read(y), valuesOf({2, 4}, 1));
  EXPECT_EQ(sum, 7);
  EXPECT_EQ(device.copies, 0);
  conorm_buffer_release(&into);
}

TEST_F(DeviceInvoke, WritesToADonatedBufferWhenItHasBeenRead) {
  conorm_buffer other = make({2, 4});
  // The first result in place of the argument that is the second one.
  ASSERT_EQ(invokeInto({y, other}), CONORM_OK) << message();
  EXPECT_EQ(read(y), valuesOf({2, 4}, 1));
  EXPECT_EQ(read(other), valuesOf({2, 4}, 1));
  EXPECT_EQ(device.copies, 2);
  conorm_buffer_release(&other);
}

TEST_F(DeviceInvoke, RefusesBuffersOfAnotherShapeBeforeItRuns) {
  conorm_buffer into = make({3, 4});
  EXPECT_EQ(invokeInto({into, y}), CONORM_ERROR_INVALID_ARGUMENT);
  EXPECT_THAT(message(),
              HasSubstr("result 0: expected a buffer of 2x4xf32, "
                        "which the entry made, found one of 3x4xf32"));
  EXPECT_EQ(runs, 1);
  conorm_buffer_release(&into);
}

TEST_F(DeviceInvoke, LeavesResultsThatOutliveTheContextHarmless) {
  ASSERT_EQ(invoke(), CONORM_OK);
  conorm_context_destroy(context);
  conorm_buffer_release(&results[0]);
  EXPECT_EQ(results[0].shape, nullptr);
  // The rest follows in TearDown.
}

//===----------------------------------------------------------------------===//
// Graphs
//===----------------------------------------------------------------------===//

TEST_F(DeviceInvoke, CapturesOnceAndReplays) {
  ASSERT_EQ(conorm_context_set_graphs(context, 1), CONORM_OK);
  ASSERT_EQ(invoke(), CONORM_OK) << message();
  void *first = results[0].data;
  EXPECT_EQ(read(results[0]), valuesOf({2, 4}, 1));
  for (int call = 0; call < 5; ++call) {
    releaseResults();
    ASSERT_EQ(invoke(), CONORM_OK);
    // The graph's buffer.
    EXPECT_EQ(results[0].data, first);
    EXPECT_EQ(*static_cast<int64_t *>(results[2].data), 7);
  }
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(device.captures, 1);
  EXPECT_EQ(device.replays, 6);
  EXPECT_EQ(report().num_graphs, 1u);
}

TEST_F(DeviceInvoke, CapturesAgainForOtherAddresses) {
  ASSERT_EQ(conorm_context_set_graphs(context, 1), CONORM_OK);
  ASSERT_EQ(invoke(), CONORM_OK);
  void *first = results[0].data;
  releaseResults();
  conorm_buffer before = x;
  x = make({2, 4}, 50);
  ASSERT_EQ(invoke(), CONORM_OK);
  EXPECT_EQ(device.captures, 2);
  EXPECT_EQ(results[0].data, first);
  EXPECT_EQ(read(results[0]), valuesOf({2, 4}, 50));
  EXPECT_EQ(report().num_graphs, 1u);
  conorm_buffer into = make({2, 4});
  ASSERT_EQ(invokeInto({into, y}), CONORM_OK);
  ASSERT_EQ(invokeInto({into, y}), CONORM_OK);
  EXPECT_EQ(device.captures, 3);
  EXPECT_EQ(read(into), valuesOf({2, 4}, 50));
  conorm_buffer_release(&into);
  conorm_buffer_release(&before);
}

TEST_F(DeviceInvoke, CapturesAgainForAnotherDeadline) {
  ASSERT_EQ(conorm_context_set_graphs(context, 1), CONORM_OK);
  ASSERT_EQ(invoke(), CONORM_OK);
  conorm_context_set_deadline(context, 77);
  for (int call = 0; call < 3; ++call) {
    releaseResults();
    ASSERT_EQ(invoke(), CONORM_OK);
  }
  EXPECT_EQ(device.captures, 2);
}

TEST_F(DeviceInvoke, KeepsResultsOfAGraphThatIsDropped) {
  ASSERT_EQ(conorm_context_set_graphs(context, 1), CONORM_OK);
  ASSERT_EQ(invoke(), CONORM_OK);
  conorm_buffer kept = results[0];
  results[0] = emptyBuffer();
  releaseResults();
  for (n = 1000;
       n < 1000 + int64_t(2 * conorm::rt::memory::DeviceCalls::mostPlans);
       ++n) {
    ASSERT_EQ(invoke(), CONORM_OK) << message();
    EXPECT_NE(results[0].data, kept.data);
    releaseResults();
  }
  EXPECT_EQ(report().num_plans, conorm::rt::memory::DeviceCalls::mostPlans);
  EXPECT_EQ(read(kept), valuesOf({2, 4}, 1));
  conorm_buffer_release(&kept);
}

TEST_F(DeviceInvoke, RefusesACallInACall) {
  context->calls->isRunning = true;
  EXPECT_EQ(invoke(), CONORM_ERROR_OVERLAP);
  EXPECT_THAT(message(), HasSubstr("another call runs on the same context"));
}

//===----------------------------------------------------------------------===//
// Times and listings
//===----------------------------------------------------------------------===//

/// conorm_ops, NONE for a call.
static std::vector<uint32_t> timedOps(conorm_context *context) {
  size_t count = 0;
  EXPECT_EQ(conorm_context_times(context, nullptr, 0, &count), CONORM_OK);
  std::vector<conorm_time> times(count);
  for (conorm_time &time : times)
    time.struct_size = sizeof(time);
  EXPECT_EQ(conorm_context_times(context, times.data(), count, &count),
            CONORM_OK);
  std::vector<uint32_t> ops;
  for (const conorm_time &time : times) {
    EXPECT_GE(time.end_ns, time.begin_ns);
    // Operations lie in their call.
    EXPECT_GE(time.begin_ns, times[0].begin_ns);
    ops.push_back(time.op);
  }
  return ops;
}

TEST_F(DeviceInvoke, TimesACallAndItsOperationsButNotItsPlan) {
  ASSERT_EQ(conorm_context_set_timing(context, CONORM_TIMING_OPERATIONS),
            CONORM_OK);
  // Before and after something is made.
  EXPECT_EQ(device.settles, 2);
  ASSERT_EQ(invoke(), CONORM_OK);
  const uint32_t reduce = CONORM_OP_ALL_REDUCE;
  EXPECT_THAT(timedOps(context),
              testing::ElementsAre(CONORM_OP_NONE, reduce, reduce, reduce));
}

TEST_F(DeviceInvoke, TimesReplaysAsCallsAlone) {
  ASSERT_EQ(conorm_context_set_graphs(context, 1), CONORM_OK);
  ASSERT_EQ(conorm_context_set_timing(context, CONORM_TIMING_OPERATIONS),
            CONORM_OK);
  for (int call = 0; call < 2; ++call) {
    ASSERT_EQ(invoke(), CONORM_OK);
    releaseResults();
  }
  const uint32_t none = CONORM_OP_NONE;
  EXPECT_THAT(timedOps(context), testing::ElementsAre(none, none));
}

TEST_F(DeviceInvoke, ListsWhatTheLastGraphHolds) {
  std::vector<std::string> seen;
  auto see = [](void *user, uint32_t kind, const char *name) {
    static_cast<std::vector<std::string> *>(user)->push_back(
        std::to_string(kind) + " " + name);
  };
  ASSERT_EQ(conorm_context_set_graphs(context, 1), CONORM_OK);
  ASSERT_EQ(invoke(), CONORM_OK);
  ASSERT_EQ(conorm_context_visit_graph(context, see, &seen), CONORM_OK);
  EXPECT_THAT(seen, testing::ElementsAre("0 host", "1 "));
}

TEST_F(DeviceInvoke, RefusesToListACallWithoutAGraph) {
  auto see = [](void *, uint32_t, const char *) {};
  ASSERT_EQ(invoke(), CONORM_OK);
  EXPECT_EQ(conorm_context_visit_graph(context, see, nullptr),
            CONORM_ERROR_UNSUPPORTED);
  EXPECT_EQ(message(), "conorm_context_visit_graph: expected a last call that "
                       "was captured in a graph, found none");
}
