//===- Calls.cpp - The operations of the CUDA backend ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CudaBackend.h"

#include "numerics/Numerics.h"
#include "numerics/Quantize.h"

#include <cinttypes>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

//===----------------------------------------------------------------------===//
// What a kernel has to do
//===----------------------------------------------------------------------===//

static bool onSixteen(const void *pointer) {
  return reinterpret_cast<uintptr_t>(pointer) % 16 == 0;
}

static int64_t leavesOf(int64_t elements) {
  return (elements + leafElements - 1) / leafElements;
}

static NormTask taskOf(const conorm_norm &norm) {
  return {norm.weight_type == CONORM_TYPE_NONE ? nullptr : norm.weight,
          norm.epsilon,
          norm.weight_bias,
          roundsThenScales(norm),
          roundsWeight(norm),
          norm.weight_type == CONORM_TYPE_F32,
          0};
}

static QuantTask taskOf(const conorm_quant &quant, const void *scale,
                        void *quantized, void *scales, int64_t rows,
                        int64_t cols) {
  QuantTask task{};
  if (quant.scheme == CONORM_QUANT_NONE || (!quantized && !scales))
    return task;
  task.scheme = quant.scheme;
  task.layout = quant.scale_layout;
  task.divides = quant.scale_mode == CONORM_SCALE_MODE_DIVIDE;
  task.codeIsE5M2 = quant.quantized_type == CONORM_TYPE_F8E5M2;
  task.scaleIsF32 = quant.scale_type == CONORM_TYPE_F32;
  task.scaleIsE8M0 = quant.scale_type == CONORM_TYPE_F8E8M0FNU;
  task.scale = readsScale(quant) ? static_cast<const float *>(scale) : nullptr;
  task.quantized = static_cast<uint8_t *>(quantized);
  task.scales = scales;
  task.rows = rows;
  task.block = quantBlock(quant, cols);
  task.blocksPerRow = quant.scheme == CONORM_QUANT_PER_TOKEN ? 1
                      : task.block                           ? cols / task.block
                                                             : 0;
  task.scaleBytes = size_t(scalesBytes(quant, rows, cols));
  return task;
}

//===----------------------------------------------------------------------===//
// Launch and local operations
//===----------------------------------------------------------------------===//

Error CudaBackend::matmul(const conorm_matmul_args &args) {
  if (Error error = poll())
    return error;
  DeviceScope scope(settings.device);
  return products->run(args, stream);
}

Error CudaBackend::prepare(const conorm_matmul_args &args) {
  DeviceScope scope(settings.device);
  return products->prepare(args);
}

Plan CudaBackend::choosePlan(Kernel kernel, uint32_t type, const Group &group,
                             const Task &task) const {
  bool isLocal = group.size == 1;
  Plan plan =
      makePlan(kernel, task, isLocal ? multiprocessors : group.channels);
  if (isLocal)
    planLocal(kernel, task, multiprocessors, plan);
  else
    planPush(kernel, task, group, conorm_type_bytes(type, leafElements),
             settings.clusters, plan);
  return plan;
}

/// The group of a call without peers.
static Group alone() {
  Group group{};
  group.size = 1;
  return group;
}

Error CudaBackend::launch(Kernel kernel, uint32_t type,
                          const CudaCommunicator *comm,
                          const CallAttributes &attributes, const Site &site,
                          Task &task) {
  if (Error error = poll())
    return error;
  Group group = alone();
  if (comm && control.world().disturbed())
    if (Error error = control.world().checkPeers(""))
      return error;
  if (comm && comm->size() > 1)
    group = comm->describeCall(attributes, site.label);
  Plan plan = choosePlan(kernel, type, group, task);
  task.clusterSize = uint32_t(plan.clusterSize);
  Launcher::Scope scope(launcher);
  // What no row writes of the scales is zero.
  const QuantTask &quant = task.row.quant;
  bool clears = quant.scales && quant.layout != CONORM_SCALE_LAYOUT_LINEAR &&
                task.firstRow == 0;
  if (clears)
    if (Error error = checkCuda(
            "cudaMemsetAsync",
            cudaMemsetAsync(quant.scales, 0, quant.scaleBytes, stream)))
      return error;
  LaunchShape shape;
  shape.grid = dim3(unsigned(plan.blocks));
  shape.block = dim3(unsigned(plan.threads));
  shape.clusterSize = unsigned(plan.clusterSize);
  shape.sharedBytes = plan.sharedBytes;
  // Only a kernel in front can let this one begin before it is complete.
  shape.isDependent = dependentLaunch && !clears;
  void *arguments[] = {&group, &task};
  // What has no peers and no slots takes no group.
  return launcher.launch("cuLaunchKernelEx",
                         kernels.find(kernel, type, plan, group.size), shape,
                         arguments + int(plan.path == Path::Local));
}

Error CudaBackend::launch(const conorm_launch_kernel_args &args) {
  if (Error error = poll())
    return error;
  return deviceOfCalls->launch(args);
}

Error CudaBackend::copy(const conorm_copy_args &args) {
  if (Error error = poll())
    return error;
  return args.bytes ? deviceOfCalls->copy(args.output, args.input,
                                          uint64_t(args.bytes))
                    : success();
}

/// Where the kernel keeps a row between its stages.
void CudaBackend::placeRow(uint32_t type, Task &task) const {
  RowTask &row = task.row;
  row.rowBytes = task.leavesPerRow * conorm_type_bytes(type, leafElements);
  row.rowInShared = row.rowBytes <= sharedRowBytes;
  row.scratch = scratch;
}

static Error checkCols(int64_t cols) {
  if (cols <= maxCols)
    return success();
  return makeError(CONORM_ERROR_UNSUPPORTED,
                   "cols is %" PRId64 ", the cuda backend has at most %" PRId64,
                   cols, maxCols);
}

uint32_t CudaBackend::defaultStrategy(int64_t bytes, int64_t members,
                                      bool) const {
  return cuda::chooseStrategy(bytes, members);
}

Error CudaBackend::rmsNorm(const conorm_rms_norm_args &args) {
  if (Error error = checkCols(args.cols))
    return error;
  if (args.rows == 0 || args.cols == 0)
    return poll();
  Task task{};
  task.input = args.input;
  task.rows = args.rows;
  task.cols = args.cols;
  task.leavesPerRow = leavesOf(args.cols);
  task.inputGroupRows = args.input_group_rows;
  task.inputGroupStride = args.input_group_stride;
  task.aligned = args.cols % leafElements == 0 && onSixteen(args.input) &&
                 args.input_group_stride % leafElements == 0 &&
                 onSixteen(args.residual) && onSixteen(args.residual_out) &&
                 onSixteen(args.normed);
  task.row.residual = args.residual;
  task.row.residualOut = args.residual_out;
  task.row.normed = args.normed;
  task.row.norm = taskOf(args.norm);
  task.row.hasNorm = true;
  placeRow(args.element_type, task);
  // Only that kernel knows groups of rows.
  if (args.input_group_rows &&
      choosePlan(kernelRow, args.element_type, alone(), task).path !=
          Path::Local)
    return normGroups(args);
  return launch(kernelRow, args.element_type, nullptr, CallAttributes(), Site(),
                task);
}

/// Rows that are too long for the kernel that knows groups of them.
Error CudaBackend::normGroups(const conorm_rms_norm_args &args) {
  int64_t bytes = conorm_type_bytes(args.element_type, 1);
  for (int64_t row = 0; row < args.rows; row += args.input_group_rows) {
    conorm_rms_norm_args group = args;
    group.rows = args.input_group_rows;
    group.input_group_rows = group.input_group_stride = 0;
    group.input =
        static_cast<const char *>(args.input) + inputRow(args, row) * bytes;
    int64_t offset = row * args.cols * bytes;
    if (args.residual)
      group.residual = static_cast<const char *>(args.residual) + offset;
    if (args.residual_out)
      group.residual_out = static_cast<char *>(args.residual_out) + offset;
    group.normed = static_cast<char *>(args.normed) + offset;
    if (Error error = rmsNorm(group))
      return error;
  }
  return success();
}

Error CudaBackend::quantize(const conorm_quantize_args &args) {
  if (Error error = checkCols(args.cols))
    return error;
  Task task{};
  task.input = args.input;
  task.rows = args.cols ? args.rows : 0;
  task.cols = args.cols;
  task.leavesPerRow = leavesOf(args.cols);
  task.aligned = args.cols % leafElements == 0 && onSixteen(args.input);
  task.row.quant = taskOf(args.quant, args.scale, args.quantized, args.scales,
                          args.rows, args.cols);
  placeRow(args.element_type, task);
  return launch(kernelRow, args.element_type, nullptr, CallAttributes(), Site(),
                task);
}

//===----------------------------------------------------------------------===//
// Collectives
//===----------------------------------------------------------------------===//

Error CudaBackend::findCall(const conorm_group &group,
                            const CallAttributes &attributes, const Site &site,
                            std::optional<CudaCall> &out) {
  CudaCommunicator *comm;
  if (Error error = find(group, comm))
    return error;
  out.emplace(CudaCall{*comm, attributes, site});
  return success();
}

Error CudaBackend::allReduce(const conorm_all_reduce_args &args,
                             const conorm_group &group, const Site &site) {
  std::optional<CudaCall> call;
  if (Error error = findCall(group, describeArgs(args, site), site, call))
    return error;
  return strategyFor(call->attributes.strategy).allReduce(*call, args);
}

Error CudaBackend::allReduceRmsNorm(const conorm_all_reduce_rms_norm_args &args,
                                    const conorm_group &group,
                                    const Site &site) {
  std::optional<CudaCall> call;
  if (Error error = findCall(group, describeArgs(args, site), site, call))
    return error;
  if (Error error = checkCols(args.cols))
    return error;
  Task task{};
  task.input = args.input;
  task.rows = args.cols ? args.rows : 0;
  task.cols = args.cols;
  task.leavesPerRow = leavesOf(args.cols);
  task.twoShot = call->attributes.strategy == CONORM_STRATEGY_TWO_SHOT;
  task.aligned = args.cols % leafElements == 0 && onSixteen(args.input) &&
                 onSixteen(args.residual) && onSixteen(args.reduced) &&
                 onSixteen(args.residual_out) && onSixteen(args.normed);
  task.row.residual = args.residual;
  task.row.reduced = args.reduced;
  task.row.residualOut = args.residual_out;
  task.row.normed = args.normed;
  task.row.norm = taskOf(args.norm);
  task.row.postNorm = taskOf(args.post_norm);
  task.row.hasPostNorm = args.has_post_norm != 0;
  task.row.hasNorm = true;
  task.row.quant = taskOf(args.quant, args.scale, args.quantized, args.scales,
                          args.rows, args.cols);
  placeRow(args.element_type, task);
  return strategyFor(call->attributes.strategy).allReduceRmsNorm(*call, task);
}

Error CudaBackend::reduceScatter(const conorm_scatter_gather_args &args,
                                 const conorm_group &group, const Site &site) {
  std::optional<CudaCall> call;
  if (Error error =
          findCall(group, describeArgs(CONORM_OP_REDUCE_SCATTER, args, site),
                   site, call))
    return error;
  return strategyFor(call->attributes.strategy).reduceScatter(*call, args);
}

Error CudaBackend::allGather(const conorm_scatter_gather_args &args,
                             const conorm_group &group, const Site &site) {
  std::optional<CudaCall> call;
  if (Error error = findCall(
          group, describeArgs(CONORM_OP_ALL_GATHER, args, site), site, call))
    return error;
  return strategyFor(call->attributes.strategy).allGather(*call, args);
}

//===----------------------------------------------------------------------===//
// one_shot and two_shot: one kernel for each call
//===----------------------------------------------------------------------===//

class CudaBackend::KernelStrategy : public CudaStrategy {
public:
  explicit KernelStrategy(CudaBackend &backend) : backend(backend) {}
  bool supports(uint32_t strategy) const override {
    return strategy == CONORM_STRATEGY_ONE_SHOT ||
           strategy == CONORM_STRATEGY_TWO_SHOT;
  }

  Error allReduce(const CudaCall &call,
                  const conorm_all_reduce_args &args) override;
  Error reduceScatter(const CudaCall &call,
                      const conorm_scatter_gather_args &args) override {
    return scatterGather(kernelReduceScatter, call, args,
                         args.dim / call.comm.size() * args.inner);
  }
  Error allGather(const CudaCall &call,
                  const conorm_scatter_gather_args &args) override {
    return scatterGather(kernelAllGather, call, args, args.dim * args.inner);
  }
  Error allReduceRmsNorm(const CudaCall &call, const Task &task) override {
    return launch(kernelRow, call, task);
  }

private:
  Error launch(Kernel kernel, const CudaCall &call, Task task) {
    return backend.launch(kernel, call.attributes.type, &call.comm,
                          call.attributes, call.site, task);
  }
  /// `block`: elements of a member that are contiguous in the larger tensor.
  Error scatterGather(Kernel kernel, const CudaCall &call,
                      const conorm_scatter_gather_args &args, int64_t block);

  CudaBackend &backend;
};

std::unique_ptr<CudaStrategy>
CudaBackend::makeKernelStrategy(CudaBackend &backend) {
  return std::make_unique<KernelStrategy>(backend);
}

Error CudaBackend::KernelStrategy::allReduce(
    const CudaCall &call, const conorm_all_reduce_args &args) {
  Task task{};
  task.input = args.input;
  task.output = args.output;
  task.rows = 1;
  task.cols = args.count;
  task.leavesPerRow = leavesOf(args.count);
  task.reduction = args.reduction;
  task.twoShot = call.attributes.strategy == CONORM_STRATEGY_TWO_SHOT;
  task.aligned = onSixteen(args.input) && onSixteen(args.output);
  return launch(kernelAllReduce, call, task);
}

Error CudaBackend::KernelStrategy::scatterGather(
    Kernel kernel, const CudaCall &call, const conorm_scatter_gather_args &args,
    int64_t block) {
  Task task{};
  task.input = args.input;
  task.output = args.output;
  task.rows = 1;
  task.block = block;
  task.cols = args.outer * block;
  task.leavesPerRow = leavesOf(task.cols);
  task.reduction = args.reduction;
  task.aligned = block % leafElements == 0 && onSixteen(args.input) &&
                 onSixteen(args.output);
  return launch(kernel, call, task);
}
