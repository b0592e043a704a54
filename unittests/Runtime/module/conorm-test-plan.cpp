//===- conorm-test-plan.cpp - Plans entries without a device --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Runs the host code of an artifact for a device on a machine that has none:
// every operation succeeds and does nothing, and memory is addresses. Host code
// that touches a tensor's data ends here as it would beside a device.
//
//===----------------------------------------------------------------------===//

#include "../memory/HostDevice.h"

#include "api/Context.h"

#include "conorm-runtime/conorm.h"

#include <cstdio>
#include <cstdlib>

using namespace conorm::rt;

namespace {

class IdleBackend : public Backend {
public:
  bool supports(uint32_t) const override { return true; }
  Error connect(const conorm_context_options &,
                const conorm_bootstrap &) override {
    return success();
  }
  Error addGroups(const conorm_group *, size_t) override { return success(); }
  Error allReduce(const conorm_all_reduce_args &, const conorm_group &,
                  const Site &) override {
    return success();
  }
  Error reduceScatter(const conorm_scatter_gather_args &, const conorm_group &,
                      const Site &) override {
    return success();
  }
  Error allGather(const conorm_scatter_gather_args &, const conorm_group &,
                  const Site &) override {
    return success();
  }
  Error rmsNorm(const conorm_rms_norm_args &) override { return success(); }
  Error quantize(const conorm_quantize_args &) override { return success(); }
  Error allReduceRmsNorm(const conorm_all_reduce_rms_norm_args &,
                         const conorm_group &, const Site &) override {
    return success();
  }
  Error launch(const conorm_launch_kernel_args &) override { return success(); }
  Error copy(const conorm_copy_args &) override { return success(); }
  Error matmul(const conorm_matmul_args &) override { return success(); }
  Error groupSize(const conorm_group &, int64_t &size) override {
    size = 1;
    return success();
  }
  uint32_t defaultStrategy(int64_t, int64_t, bool) const override {
    return CONORM_STRATEGY_ONE_SHOT;
  }
  void setDeadline(uint32_t) override {}
  void publishFailure(const Error &) override {}
};

/// Memory that no processor follows, as a device's.
class FarDevice : public conorm::test::HostDevice {
public:
  FarDevice() : HostDevice(0) { limit = uint64_t(1) << 40; }
  char *baseOf(Region region) const override {
    return reinterpret_cast<char *>((uint64_t(region) + 1) << 60);
  }
  Error copy(void *, const void *, uint64_t) override {
    ++copies;
    return success();
  }
  Error global(const conorm_device_program *, uint32_t,
               const void *&out) override {
    out = reinterpret_cast<const void *>(uint64_t(3) << 60);
    return success();
  }
};

[[noreturn]] void die(const char *message) {
  std::fprintf(stderr, "conorm-test-plan: error: %s\n", message);
  std::exit(1);
}

} // namespace

static conorm_context *makeContext(conorm_bootstrap &bootstrap,
                                   FarDevice &device) {
  bootstrap.struct_size = sizeof(bootstrap);
  conorm_context_options options = {};
  options.struct_size = sizeof(options);
  options.bootstrap = &bootstrap;
  conorm_context *context;
  char message[512];
  if (conorm_bootstrap_threads(1, &bootstrap) ||
      conorm_context_create(&options, &context, message, sizeof(message)))
    die("no context");
  context->backend = std::make_unique<IdleBackend>();
  context->backendKind = CONORM_BACKEND_CUDA;
  context->calls = std::make_unique<memory::DeviceCalls>(device);
  return context;
}

/// A size for each dimension that is dynamic, and 1 as each scalar.
static void runEntry(const conorm_module *module, const conorm_entry &entry,
                     int64_t size) {
  FarDevice device;
  conorm_bootstrap bootstrap = {};
  conorm_context *context = makeContext(bootstrap, device);
  std::vector<conorm_buffer> args, results(entry.num_results);
  std::vector<std::vector<int64_t>> shapes(entry.num_args);
  uint64_t scalar = 1;
  for (uint32_t i = 0; i < entry.num_args; ++i) {
    const conorm_value_desc &desc = entry.args[i];
    shapes[i].assign(desc.shape, desc.shape + desc.rank);
    for (int64_t &one : shapes[i])
      one = one == CONORM_DYNAMIC ? size : one;
    conorm_buffer buffer = {};
    buffer.struct_size = sizeof(buffer);
    buffer.element_type = desc.element_type;
    buffer.rank = desc.rank;
    buffer.shape = shapes[i].data();
    bool isTensor = desc.kind == CONORM_VALUE_TENSOR;
    buffer.memory = isTensor ? CONORM_MEMORY_DEVICE : CONORM_MEMORY_HOST;
    buffer.data = isTensor ? reinterpret_cast<void *>((uint64_t(4) << 60) +
                                                      (uint64_t(i) << 44))
                           : &scalar;
    args.push_back(buffer);
  }
  for (conorm_buffer &result : results)
    result.struct_size = sizeof(result);
  if (conorm_module_bind(module, context) ||
      conorm_module_invoke(module, &entry, context, args.data(), args.size(),
                           results.data(), results.size()))
    die(conorm_context_message(context));
  conorm_memory_report report = {};
  report.struct_size = sizeof(report);
  conorm_context_memory(context, &report);
  std::printf(
      "%s (%s): plan of %llu bytes, results of %llu bytes, %d copies\n",
      entry.name, entry.variant == CONORM_VARIANT_FUSED ? "fused" : "unfused",
      static_cast<unsigned long long>(report.plan_bytes),
      static_cast<unsigned long long>(report.result_bytes), device.copies);
  for (conorm_buffer &result : results)
    conorm_buffer_release(&result);
  conorm_context_destroy(context);
  conorm_bootstrap_release(&bootstrap);
}

int main(int argc, char **argv) {
  if (argc != 3)
    die("expected an artifact and a size for dynamic dimensions");
  conorm_module *module;
  char message[1024];
  if (conorm_module_open(argv[1], &module, message, sizeof(message)))
    die(message);
  const conorm_manifest &manifest = *conorm_module_manifest(module);
  for (uint32_t i = 0; i < manifest.num_entries; ++i)
    runEntry(module, manifest.entries[i], std::atoll(argv[2]));
  conorm_module_close(module);
  return 0;
}
