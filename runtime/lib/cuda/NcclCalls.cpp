//===- NcclCalls.cpp - The operations of the strategy nccl ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// A call is agreed on as any other, by a step of channel 0 without data; then
// NCCL carries the data. Exact: every member sends each other one its slice,
// folds the slices that it got in rank order, and all gather the rounded
// slices. Relaxed: NCCL's own reduction.
//
//===----------------------------------------------------------------------===//

#include "CudaBackend.h"

#include <algorithm>
#include <cstdint>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

static int64_t roundUp(int64_t value, int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

//===----------------------------------------------------------------------===//
// Traffic of one call
//===----------------------------------------------------------------------===//

namespace {
/// Sizes are in elements, places in bytes.
///
/// NCCL receives into the stage alone, never into a caller's buffer: where it
/// reaches a peer's memory directly and the peer makes another call, it may
/// write more than was expected. The stage has two halves, `parts` and
/// `landing`, and is larger than either by what any call sends.
class NcclCall {
public:
  NcclCall(CudaCommunicator &comm, const CallAttributes &attributes,
           const Site &site, cudaStream_t stream, int blocks)
      : nccl(comm.nccl()), group(comm.describeCall(attributes, site.label)),
        type(attributes.type), reduction(attributes.reduction), stream(stream),
        blocks(blocks), unit(conorm_type_bytes(attributes.type, 1)),
        size(comm.size()), self(group.self), stage(comm.stage()) {
    // NCCL has its own idea of the maximum of a NaN, and nothing to gain there.
    bool rounds =
        reduction == CONORM_REDUCTION_SUM || reduction == CONORM_REDUCTION_PROD;
    relaxed = attributes.numerics == CONORM_NUMERICS_RELAXED && rounds;
    keepAside(0);
  }

  /// Takes bytes from the end of the stage for something else.
  char *keepAside(int64_t bytes) {
    int64_t rest = stage.bytes / 16 * 16 - roundUp(bytes, 16);
    int64_t half = rest / 2 / 16 * 16;
    landing = stage.at + half;
    slice = half / size / unit / leafElements * leafElements;
    return stage.at + rest;
  }
  /// What lands at once, at most.
  int64_t chunk() const { return slice * size; }
  char *landed() const { return landing; }

  /// all_reduce. Without an output the result, one chunk, stays where it
  /// landed.
  Error reduce(const char *in, char *out, int64_t count);
  /// `in` is [outer, size, block], `out` [outer, block].
  Error reduceScatter(const char *in, char *out, int64_t outer, int64_t block);
  /// `in` is [outer, block], `out` [outer, size, block].
  Error allGather(const char *in, char *out, int64_t outer, int64_t block);

private:
  template <typename Body>
  Error between(Body &&body) {
    if (Error error = nccl.enter(stream, group))
      return error;
    if (Error error = body())
      return error;
    return nccl.leave(stream);
  }
  template <typename Piece>
  Error forPieces(int64_t outer, int64_t block, Piece &&piece);
  Error reduceChunk(const char *in, int64_t count);
  Error exchange(const char *in, int64_t part, int64_t count);
  Error sum(int64_t stride, char *out, int64_t count);
  Error gather(int64_t part);
  Error scatter(const char *in, int64_t pitch, int64_t width, int64_t rows,
                char *out);
  Error move(char *to, int64_t toPitch, const char *from, int64_t fromPitch,
             int64_t width, int64_t rows);
  int ncclType() const {
    return type == CONORM_TYPE_F32   ? ncclFloats
           : type == CONORM_TYPE_F16 ? ncclHalves
                                     : ncclBfloats;
  }
  int ncclOp() const {
    return reduction == CONORM_REDUCTION_PROD ? ncclOpProd : ncclOpSum;
  }

  NcclSession &nccl;
  Group group;
  uint32_t type, reduction;
  cudaStream_t stream;
  int blocks;
  int64_t unit;
  int size, self;
  NcclSession::Stage stage;
  bool relaxed;
  char *landing = nullptr;
  /// Elements of the largest part.
  int64_t slice = 0;
};
} // namespace

/// Member m's part of `count` elements begins at m * part; the last ones may be
/// short or empty. Each member sends it to m, which has all of them in the
/// stage then, `part` elements apart.
Error NcclCall::exchange(const char *in, int64_t part, int64_t count) {
  auto bytes = [&](int member) {
    return size_t(std::clamp<int64_t>(count - member * part, 0, part) * unit);
  };
  return nccl.transfer(
      "ncclSend and ncclRecv",
      [&](const NcclApi &api, NcclHandle comm, cudaStream_t lane) {
        int result = ncclDone;
        int64_t mine = roundUp(part, leafElements) * unit;
        for (int peer = 0; peer < size && ncclGood(result); ++peer) {
          if (bytes(peer))
            result = api.send(in + peer * part * unit, bytes(peer), ncclBytes,
                              peer, comm, lane);
          if (ncclGood(result) && bytes(self))
            result = api.recv(stage.at + peer * mine, bytes(self), ncclBytes,
                              peer, comm, lane);
        }
        return result;
      });
}

Error NcclCall::sum(int64_t stride, char *out, int64_t count) {
  if (count <= 0)
    return success();
  OrderedSum task{};
  task.parts = stage.at;
  task.stride = stride;
  task.output = out;
  task.count = count;
  task.reduction = reduction;
  task.members = size;
  task.aligned = reinterpret_cast<uintptr_t>(out) % 16 == 0;
  int64_t leaves = (count + leafElements - 1) / leafElements;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(unsigned(
      std::clamp<int64_t>((leaves + maxThreads - 1) / maxThreads, 1, blocks)));
  config.blockDim = dim3(maxThreads);
  config.stream = nccl.lane();
  void *arguments[] = {&task};
  return checkCuda(
      "cudaLaunchKernel",
      cudaLaunchKernelExC(&config, orderedSumKernel(type), arguments));
}

/// Every member's part has landed on that member; afterwards all on all. Parts
/// are whole in the stage, also where the tensor ends earlier.
Error NcclCall::gather(int64_t part) {
  return nccl.transfer("ncclAllGather", [&](const NcclApi &api, NcclHandle comm,
                                            cudaStream_t lane) {
    return api.allGather(landing + self * part * unit, landing,
                         size_t(part * unit), ncclBytes, comm, lane);
  });
}

Error NcclCall::move(char *to, int64_t toPitch, const char *from,
                     int64_t fromPitch, int64_t width, int64_t rows) {
  if (rows == 1)
    return checkCuda("cudaMemcpyAsync",
                     cudaMemcpyAsync(to, from, size_t(width * unit),
                                     cudaMemcpyDeviceToDevice, nccl.lane()));
  // Rows of which several fit a part are far below the longest pitch.
  return checkCuda("cudaMemcpy2DAsync",
                   cudaMemcpy2DAsync(to, size_t(toPitch * unit), from,
                                     size_t(fromPitch * unit),
                                     size_t(width * unit), size_t(rows),
                                     cudaMemcpyDeviceToDevice, nccl.lane()));
}

Error NcclCall::reduceChunk(const char *in, int64_t count) {
  if (relaxed)
    return nccl.transfer(
        "ncclAllReduce",
        [&](const NcclApi &api, NcclHandle comm, cudaStream_t lane) {
          return api.allReduce(in, landing, size_t(count), ncclType(), ncclOp(),
                               comm, lane);
        });
  int64_t part = roundUp((count + size - 1) / size, leafElements);
  if (Error error = exchange(in, part, count))
    return error;
  if (Error error = sum(part * unit, landing + self * part * unit,
                        std::min(part, count - self * part)))
    return error;
  return gather(part);
}

/// `out` may be `in`, a chunk of which is sent before it is overwritten.
Error NcclCall::reduce(const char *in, char *out, int64_t count) {
  for (int64_t at = 0; at < count; at += chunk()) {
    int64_t taken = std::min(chunk(), count - at);
    if (Error error = between([&]() -> Error {
          if (Error error = reduceChunk(in + at * unit, taken))
            return error;
          return out ? move(out + at * unit, taken, landing, taken, taken, 1)
                     : success();
        }))
      return error;
  }
  return success();
}

/// Pieces of [outer, block] that fit a part: whole rows, or a piece of one.
template <typename Piece>
Error NcclCall::forPieces(int64_t outer, int64_t block, Piece &&piece) {
  if (block == 0)
    return success();
  int64_t rows = std::min(outer, std::max<int64_t>(slice / block, 1));
  int64_t width = std::min(block, slice);
  for (int64_t row = 0; row < outer; row += rows)
    for (int64_t at = 0; at < block; at += width)
      if (Error error = between([&] {
            return piece(row, std::min(rows, outer - row), at,
                         std::min(width, block - at));
          }))
        return error;
  return success();
}

/// Members' pieces of `in`, `pitch` elements apart, rows of `width`.
Error NcclCall::scatter(const char *in, int64_t pitch, int64_t width,
                        int64_t rows, char *out) {
  int64_t count = width * rows;
  char *packed = relaxed ? stage.at : landing;
  for (int member = 0; member < size; ++member)
    if (Error error =
            move(packed + member * count * unit, width,
                 in + member * pitch * unit, pitch * size, width, rows))
      return error;
  if (!relaxed) {
    if (Error error = exchange(packed, count, count * size))
      return error;
    return sum(roundUp(count, leafElements) * unit, out, count);
  }
  if (Error error = nccl.transfer(
          "ncclReduceScatter",
          [&](const NcclApi &api, NcclHandle comm, cudaStream_t lane) {
            return api.reduceScatter(packed, landing, size_t(count), ncclType(),
                                     ncclOp(), comm, lane);
          }))
    return error;
  return move(out, count, landing, count, count, 1);
}

Error NcclCall::reduceScatter(const char *in, char *out, int64_t outer,
                              int64_t block) {
  return forPieces(
      outer, block, [&](int64_t row, int64_t rows, int64_t at, int64_t width) {
        return scatter(in + (row * size * block + at) * unit, block, width,
                       rows, out + (row * block + at) * unit);
      });
}

Error NcclCall::allGather(const char *in, char *out, int64_t outer,
                          int64_t block) {
  return forPieces(
      outer, block,
      [&](int64_t row, int64_t rows, int64_t at, int64_t width) -> Error {
        int64_t count = rows * width;
        if (Error error = nccl.transfer(
                "ncclAllGather",
                [&](const NcclApi &api, NcclHandle comm, cudaStream_t lane) {
                  return api.allGather(in + (row * block + at) * unit, landing,
                                       size_t(count * unit), ncclBytes, comm,
                                       lane);
                }))
          return error;
        for (int member = 0; member < size; ++member)
          if (Error error =
                  move(out + ((row * size + member) * block + at) * unit,
                       block * size, landing + member * count * unit, width,
                       width, rows))
            return error;
        return success();
      });
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// NCCL refuses two ranks on a device, or makes them wait for one another.
static Error checkDevices(const Communicator &group,
                          const std::vector<int> &firstOnDevice) {
  for (int member = 0; member < group.size(); ++member)
    for (int other = 0; other < member; ++other)
      if (firstOnDevice[group.rankOf(member)] ==
          firstOnDevice[group.rankOf(other)])
        return makeError(CONORM_ERROR_UNSUPPORTED,
                         "ranks %d and %d are on one device, expected a device "
                         "for each rank with the strategy nccl",
                         group.rankOf(other), group.rankOf(member));
  return success();
}

class CudaBackend::NcclStrategy : public CudaStrategy {
public:
  explicit NcclStrategy(CudaBackend &backend) : backend(backend) {}
  bool supports(uint32_t strategy) const override {
    return strategy == CONORM_STRATEGY_NCCL;
  }
  Error load() override {
    const NcclApi *api;
    return loadNccl(api);
  }
  Error connect(CudaCommunicator &comm, const CallAttributes &attributes,
                const char *label) override;

  Error allReduce(const CudaCall &call,
                  const conorm_all_reduce_args &args) override;
  Error reduceScatter(const CudaCall &call,
                      const conorm_scatter_gather_args &args) override;
  Error allGather(const CudaCall &call,
                  const conorm_scatter_gather_args &args) override;
  Error allReduceRmsNorm(const CudaCall &call, const Task &task) override;

private:
  /// Agrees on the call, and connects if this is the group's first one.
  Error begin(const CudaCall &call);
  Error connectInCall(const CudaCall &call);
  Error normRows(const CudaCall &call, Task &part);
  NcclCall trafficOf(const CudaCall &call) const {
    return NcclCall(call.comm, call.attributes, call.site, backend.stream,
                    backend.multiprocessors);
  }

  CudaBackend &backend;
};

std::unique_ptr<CudaStrategy>
CudaBackend::makeNcclStrategy(CudaBackend &backend) {
  return std::make_unique<NcclStrategy>(backend);
}

Error CudaBackend::NcclStrategy::connect(CudaCommunicator &comm,
                                         const CallAttributes &attributes,
                                         const char *label) {
  // The same on all members.
  if (Error error = checkDevices(comm.group(), backend.settings.firstOnDevice))
    return error;
  const NcclApi *api;
  Error loaded = loadNccl(api);
  return comm.nccl().connect(*api, loaded, attributes, label, comm.stage());
}

Error CudaBackend::NcclStrategy::connectInCall(const CudaCall &call) {
  cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
  if (Error error = checkCuda("cudaStreamIsCapturing",
                              cudaStreamIsCapturing(backend.stream, &capture)))
    return error;
  if (capture != cudaStreamCaptureStatusNone)
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "the group's first call with the strategy nccl is being "
                     "captured, expected one before, or the strategy in the "
                     "context's options");
  // All members make this very call, or this fails.
  if (Error error = backend.synchronize())
    return error;
  return connect(call.comm, call.attributes, call.site.label);
}

Error CudaBackend::NcclStrategy::begin(const CudaCall &call) {
  DeviceScope scope(backend.settings.device);
  if (call.comm.size() == 1) {
    if (Error error = backend.poll())
      return error;
  } else {
    Task nothing{};
    nothing.rows = 1;
    if (Error error =
            backend.launch(kernelAllReduce, call.attributes.type, &call.comm,
                           call.attributes, call.site, nothing))
      return error;
  }
  return call.comm.nccl().wasUsed() ? success() : connectInCall(call);
}

Error CudaBackend::NcclStrategy::allReduce(const CudaCall &call,
                                           const conorm_all_reduce_args &args) {
  if (Error error = begin(call))
    return error;
  DeviceScope scope(backend.settings.device);
  return trafficOf(call).reduce(static_cast<const char *>(args.input),
                                static_cast<char *>(args.output), args.count);
}

Error CudaBackend::NcclStrategy::reduceScatter(
    const CudaCall &call, const conorm_scatter_gather_args &args) {
  if (Error error = begin(call))
    return error;
  DeviceScope scope(backend.settings.device);
  return trafficOf(call).reduceScatter(
      static_cast<const char *>(args.input), static_cast<char *>(args.output),
      args.outer, args.dim / call.comm.size() * args.inner);
}

Error CudaBackend::NcclStrategy::allGather(
    const CudaCall &call, const conorm_scatter_gather_args &args) {
  if (Error error = begin(call))
    return error;
  DeviceScope scope(backend.settings.device);
  return trafficOf(call).allGather(static_cast<const char *>(args.input),
                                   static_cast<char *>(args.output), args.outer,
                                   args.dim * args.inner);
}

/// A kernel on this rank alone.
Error CudaBackend::NcclStrategy::normRows(const CudaCall &call, Task &part) {
  return backend.launch(kernelRow, call.attributes.type, nullptr,
                        call.attributes, call.site, part);
}

/// Rows are reduced into the stage, as many as fit, and normed from there.
Error CudaBackend::NcclStrategy::allReduceRmsNorm(const CudaCall &call,
                                                  const Task &task) {
  if (Error error = begin(call))
    return error;
  DeviceScope scope(backend.settings.device);
  Task part = task;
  if (task.rows == 0)
    return normRows(call, part);
  NcclCall traffic = trafficOf(call);
  int64_t rowBytes = conorm_type_bytes(call.attributes.type, task.cols);
  // A row that does not land at once is put together beside.
  char *aside =
      traffic.chunk() < task.cols ? traffic.keepAside(rowBytes) : nullptr;
  int64_t rows = aside ? 1 : traffic.chunk() / task.cols;
  const char *reduced = aside ? aside : traffic.landed();
  for (int64_t row = 0; row < task.rows; row += rows) {
    part.firstRow = row;
    part.rows = std::min(rows, task.rows - row);
    if (Error error = traffic.reduce(static_cast<const char *>(task.input) +
                                         row * rowBytes,
                                     aside, part.rows * task.cols))
      return error;
    // The kernel counts rows from the first of all.
    part.input = reduced - row * rowBytes;
    if (Error error = normRows(call, part))
      return error;
  }
  return success();
}
