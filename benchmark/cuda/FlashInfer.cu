//===- FlashInfer.cu - FlashInfer's kernels as contestants ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The all_reduce fusion of the PyPI package flashinfer-python, by the headers
// that it carries, with a workspace laid out as its Python code lays it out.
// Sums are taken in f32 and completion is triggered at the end of a kernel, as
// a serving stack that needs right results must ask for.
//
//===----------------------------------------------------------------------===//

#include "Bench.h"

#include <cuda_bf16.h>

#include <array>

/// FlashInfer sizes its grids by the multiprocessors of the device and keeps
/// the number. Ranks that share a device must share it.
static int multiprocessorsOfRank = 0;
static cudaError_t attributeOfRank(int *value, cudaDeviceAttr attribute,
                                   int device) {
  if (attribute == cudaDevAttrMultiProcessorCount && multiprocessorsOfRank) {
    *value = multiprocessorsOfRank;
    return cudaSuccess;
  }
  return cudaDeviceGetAttribute(value, attribute, device);
}
#define cudaDeviceGetAttribute attributeOfRank
#include <flashinfer/comm/trtllm_allreduce_fusion.cuh>
#include <flashinfer/norm.cuh>
#undef cudaDeviceGetAttribute

namespace fi = flashinfer::trtllm_allreduce_fusion;
using namespace bench;

namespace {

/// The buffers of a world: for each rank the data, the flags and the Lamport
/// buffers, then its counters.
class Workspace {
public:
  void make(int worldSize, int64_t bytes);
  ~Workspace() { release(); }
  void **of(int rank) const { return tables[size_t(rank)]; }
  /// A buffer of each rank, which lives as long.
  std::vector<void *> addBuffers(int worldSize, int64_t bytes);

private:
  void release();
  std::vector<void *> memory;
  std::vector<void **> tables;
};

struct Form {
  /// In one kernel; otherwise all_reduce, and the norm after it if asked for.
  bool fused, norm, oneShot, dependent;
};

class FlashInfer : public Contestant {
public:
  FlashInfer(std::string name, Form form)
      : Contestant(std::move(name)), form(form) {}
  bool supports(const Point &point) const override {
    // Its one-shot kernel is meant for so many rows. Where ranks share a
    // device, a dependent grid takes the room that a peer's grid needs: with
    // many rows the two-shot kernels then wait for each other without end.
    return form.oneShot ? point.rows <= 128
                        : !form.dependent || point.rows <= 128;
  }
  void prepare(const Point &point, int64_t worldSize) override {
    workspace.make(int(worldSize), point.bytes());
    sums = workspace.addBuffers(int(worldSize), point.bytes());
  }
  void enqueue(const Rank &rank, int set) override;
  std::string verify(const Rank &rank, int set) override;

private:
  Form form;
  Workspace workspace;
  /// A residual of each rank, since the norm alone adds into it.
  std::vector<void *> sums;
};

} // namespace

static void *allocate(std::vector<void *> &memory, size_t bytes) {
  void *at;
  check::cuda(cudaMalloc(&at, bytes), "cudaMalloc");
  check::cuda(cudaMemset(at, 0, bytes), "cudaMemset");
  memory.push_back(at);
  return at;
}

void Workspace::release() {
  for (void *at : memory)
    cudaFree(at);
  memory.clear();
  tables.clear();
}

void Workspace::make(int worldSize, int64_t bytes) {
  release();
  size_t lamport = size_t(bytes) * size_t(worldSize);
  std::vector<void *> table(size_t(worldSize) * 3 + 1);
  for (int rank = 0; rank < worldSize; ++rank) {
    check::useDeviceOf(rank);
    table[size_t(rank)] = allocate(memory, size_t(bytes) * 2);
    table[size_t(worldSize + rank)] = allocate(
        memory, size_t(fi::details::kBarrierFlagCount) * 4 * size_t(worldSize));
    void *buffers = allocate(memory, lamport * 3);
    // Minus zero marks what has not arrived.
    std::vector<uint16_t> marks(lamport * 3 / 2, 0x8000);
    check::cuda(
        cudaMemcpy(buffers, marks.data(), lamport * 3, cudaMemcpyHostToDevice),
        "marking the buffers");
    table[size_t(2 * worldSize + rank)] = buffers;
  }
  for (int rank = 0; rank < worldSize; ++rank) {
    check::useDeviceOf(rank);
    // Counter, flag of two-shot, flag of one-shot, bytes of a buffer, and what
    // the next call clears.
    int counters[5] = {0, 0, 0, int(lamport), 0};
    void *at = allocate(memory, sizeof(counters));
    check::cuda(
        cudaMemcpy(at, counters, sizeof(counters), cudaMemcpyHostToDevice),
        "counters");
    table.back() = at;
    void *onDevice = allocate(memory, table.size() * sizeof(void *));
    check::cuda(cudaMemcpy(onDevice, table.data(),
                           table.size() * sizeof(void *),
                           cudaMemcpyHostToDevice),
                "table");
    tables.push_back(static_cast<void **>(onDevice));
  }
  check::cuda(cudaDeviceSynchronize(), "workspace");
}

std::vector<void *> Workspace::addBuffers(int worldSize, int64_t bytes) {
  std::vector<void *> buffers;
  for (int rank = 0; rank < worldSize; ++rank) {
    check::useDeviceOf(rank);
    buffers.push_back(allocate(memory, size_t(bytes)));
  }
  return buffers;
}

void FlashInfer::enqueue(const Rank &rank, int set) {
  const check::Buffers &at = rank.sets[set];
  fi::AllReduceFusionParams<nv_bfloat16> params = {};
  params.nranks = rank.point.worldSize;
  params.rank = rank.rank;
  params.size = int(rank.point.rows * rank.point.cols);
  params.hidden_dim = int(rank.point.cols);
  params.workspace = workspace.of(rank.rank);
  params.allreduce_in = at.at[check::slotInput];
  params.use_oneshot = form.oneShot;
  params.stream = rank.stream;
  params.trigger_completion_at_end = true;
  params.rms_eps = rank.cell.norm.epsilon;
  params.weight_bias = rank.cell.norm.weight_bias;
  if (form.fused) {
    params.pattern = fi::AllReduceFusionPattern::kARResidualRMSNorm;
    params.residual_in = at.at[check::slotResidual];
    params.residual_out = at.at[check::slotResidualOut];
    params.norm_out = at.at[check::slotNormed];
    params.rms_gamma = at.at[check::slotWeight];
    check::cuda(fi::allreduce_fusion_op(params, form.dependent, true),
                "FlashInfer");
    return;
  }
  params.pattern = fi::AllReduceFusionPattern::kAllReduce;
  params.allreduce_out = at.at[check::slotNormed];
  check::cuda(fi::allreduce_fusion_op(params, form.dependent, true),
              "FlashInfer");
  if (form.norm)
    check::cuda(flashinfer::norm::GemmaFusedAddRMSNorm(
                    static_cast<nv_bfloat16 *>(at.at[check::slotNormed]),
                    static_cast<nv_bfloat16 *>(sums[size_t(rank.rank)]),
                    static_cast<nv_bfloat16 *>(at.at[check::slotWeight]),
                    uint32_t(rank.point.rows), uint32_t(rank.point.cols),
                    uint32_t(rank.point.cols), uint32_t(rank.point.cols),
                    rank.cell.norm.epsilon, form.dependent, rank.stream),
                "FlashInfer");
}

std::string FlashInfer::verify(const Rank &rank, int set) {
  const check::Buffers &at = rank.sets[set];
  if (!form.fused && !form.norm)
    return "";
  if (!form.fused) {
    // One more call, from the residual that it began with.
    check::cuda(cudaMemcpyAsync(sums[size_t(rank.rank)],
                                at.at[check::slotResidual],
                                size_t(rank.point.bytes()),
                                cudaMemcpyDeviceToDevice, rank.stream),
                "residual");
    enqueue(rank, set);
    check::cuda(cudaStreamSynchronize(rank.stream), "FlashInfer");
  }
  return compareRows(rank, at.at[check::slotNormed],
                     rank.expected[set].at[check::slotNormed], 4);
}

void bench::addFlashInfer(Contestants &to, const Point &point) {
  multiprocessorsOfRank = multiprocessorsFor(point.worldSize);
  static const struct {
    const char *name;
    bool fused, norm;
  } kinds[] = {{"fused", true, true},
               {"unfused", false, true},
               {"all_reduce", false, false}};
  for (const auto &kind : kinds)
    for (bool oneShot : {true, false})
      for (bool dependent : {true, false})
        to.push_back(std::make_unique<FlashInfer>(
            std::string("flashinfer/") + kind.name +
                (oneShot ? "/one_shot" : "/two_shot") +
                (dependent ? "/pdl" : ""),
            Form{kind.fused, kind.norm, oneShot, dependent}));
}
