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
    split(stage.bytes / 2);
  }

  /// The stage: what is gathered, and before it the members' parts.
  void split(int64_t gatheredBytes) {
    gathered = stage.bytes / 16 * 16 - roundUp(gatheredBytes, 16);
    slice = gathered / size / unit / leafElements * leafElements;
  }
  char *gatherBuffer() const { return stage.at + gathered; }
  int64_t gatherBytes() const { return stage.bytes / 16 * 16 - gathered; }

  Error reduce(const char *in, char *out, int64_t count);
  Error reduceScatter(const char *in, char *out, int64_t outer, int64_t block);
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
  Error reduceChunk(const char *in, char *out, int64_t count);
  Error exchange(const char *in, int64_t inStride, int64_t count);
  Error sum(int64_t stride, char *out, int64_t count);
  Error gather(char *out, int64_t part, int64_t count);
  Error scatterRelaxed(const char *in, char *out, int64_t count);
  Error scatterPiece(const char *in, int64_t inStride, char *out,
                     int64_t count);
  Error gatherWhole(const char *in, char *out, int64_t count);
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

  NcclCommunicator &nccl;
  Group group;
  uint32_t type, reduction;
  cudaStream_t stream;
  int blocks;
  int64_t unit;
  int size, self;
  NcclCommunicator::Stage stage;
  bool relaxed;
  /// Bytes of the members' parts, and elements of the largest one.
  int64_t gathered = 0, slice = 0;
};
} // namespace

/// Member m's piece of `in`, at m * inStride, goes to member m; this rank's
/// come from all members, `count` elements each. Unequal pieces have their own
/// way in reduceChunk().
Error NcclCall::exchange(const char *in, int64_t inStride, int64_t count) {
  int64_t stride = roundUp(count, leafElements) * unit;
  return nccl.transfer(
      "ncclSend and ncclRecv",
      [&](const NcclApi &api, NcclHandle comm, cudaStream_t lane) {
        int result = ncclDone;
        for (int peer = 0; peer < size && ncclGood(result); ++peer) {
          result = api.send(in + peer * inStride, size_t(count * unit),
                            ncclBytes, peer, comm, lane);
          if (ncclGood(result))
            result = api.recv(stage.at + peer * stride, size_t(count * unit),
                              ncclBytes, peer, comm, lane);
        }
        return result;
      });
}

Error NcclCall::sum(int64_t stride, char *out, int64_t count) {
  if (count == 0)
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

/// Every member has its part of `out`, at member * part; the last ones may be
/// short or empty.
Error NcclCall::gather(char *out, int64_t part, int64_t count) {
  auto length = [&](int member) {
    return std::clamp<int64_t>(count - member * part, 0, part) * unit;
  };
  auto at = [&](int member) { return out + member * part * unit; };
  if (part * size == count)
    return nccl.transfer(
        "ncclAllGather",
        [&](const NcclApi &api, NcclHandle comm, cudaStream_t lane) {
          return api.allGather(at(self), out, size_t(part * unit), ncclBytes,
                               comm, lane);
        });
  return nccl.transfer(
      "ncclSend and ncclRecv",
      [&](const NcclApi &api, NcclHandle comm, cudaStream_t lane) {
        int result = ncclDone;
        for (int peer = 0; peer < size && ncclGood(result); ++peer) {
          if (peer == self)
            continue;
          if (length(self))
            result = api.send(at(self), size_t(length(self)), ncclBytes, peer,
                              comm, lane);
          if (ncclGood(result) && length(peer))
            result = api.recv(at(peer), size_t(length(peer)), ncclBytes, peer,
                              comm, lane);
        }
        return result;
      });
}

Error NcclCall::reduceChunk(const char *in, char *out, int64_t count) {
  int64_t part = roundUp((count + size - 1) / size, leafElements);
  auto length = [&](int member) {
    return std::clamp<int64_t>(count - member * part, 0, part);
  };
  if (Error error = nccl.transfer(
          "ncclSend and ncclRecv",
          [&](const NcclApi &api, NcclHandle comm, cudaStream_t lane) {
            int result = ncclDone;
            for (int peer = 0; peer < size && ncclGood(result); ++peer) {
              int64_t place = peer * part * unit;
              if (length(peer))
                result = api.send(in + place, size_t(length(peer) * unit),
                                  ncclBytes, peer, comm, lane);
              if (ncclGood(result) && length(self))
                result = api.recv(stage.at + place, size_t(length(self) * unit),
                                  ncclBytes, peer, comm, lane);
            }
            return result;
          }))
    return error;
  if (Error error = sum(part * unit, out + self * part * unit, length(self)))
    return error;
  return gather(out, part, count);
}

/// all_reduce; `out` may be `in`, whose slices are sent before they are
/// overwritten.
Error NcclCall::reduce(const char *in, char *out, int64_t count) {
  if (count == 0)
    return success();
  if (relaxed)
    return between([&] {
      return nccl.transfer(
          "ncclAllReduce",
          [&](const NcclApi &api, NcclHandle comm, cudaStream_t lane) {
            return api.allReduce(in, out, size_t(count), ncclType(), ncclOp(),
                                 comm, lane);
          });
    });
  int64_t chunk = slice * size;
  for (int64_t at = 0; at < count; at += chunk)
    if (Error error = between([&] {
          return reduceChunk(in + at * unit, out + at * unit,
                             std::min(chunk, count - at));
        }))
      return error;
  return success();
}

Error NcclCall::move(char *to, int64_t toPitch, const char *from,
                     int64_t fromPitch, int64_t width, int64_t rows) {
  return checkCuda("cudaMemcpy2DAsync",
                   cudaMemcpy2DAsync(to, size_t(toPitch * unit), from,
                                     size_t(fromPitch * unit),
                                     size_t(width * unit), size_t(rows),
                                     cudaMemcpyDeviceToDevice, nccl.lane()));
}

Error NcclCall::scatterRelaxed(const char *in, char *out, int64_t count) {
  return nccl.transfer(
      "ncclReduceScatter",
      [&](const NcclApi &api, NcclHandle comm, cudaStream_t lane) {
        return api.reduceScatter(in, out, size_t(count), ncclType(), ncclOp(),
                                 comm, lane);
      });
}

Error NcclCall::scatterPiece(const char *in, int64_t inStride, char *out,
                             int64_t count) {
  if (Error error = exchange(in, inStride * unit, count))
    return error;
  return sum(roundUp(count, leafElements) * unit, out, count);
}

/// `in` is [outer, size, block], `out` [outer, block].
Error NcclCall::reduceScatter(const char *in, char *out, int64_t outer,
                              int64_t block) {
  if (outer == 0 || block == 0)
    return success();
  auto from = [&](int64_t row, int member) {
    return in + (row * size + member) * block * unit;
  };
  // Short blocks are packed, for each member those of several rows.
  int64_t most = std::min(slice, gatherBytes() / size / unit);
  int64_t rows = std::min(outer, std::max<int64_t>(most / block, 1));
  for (int64_t row = 0; row < outer; row += rows) {
    int64_t taken = std::min(rows, outer - row);
    int64_t count = taken * block;
    char *to = out + row * block * unit;
    if (taken > 1) {
      if (Error error = between([&]() -> Error {
            char *packed = gatherBuffer();
            for (int member = 0; member < size; ++member)
              if (Error error =
                      move(packed + member * count * unit, block,
                           from(row, member), block * size, block, taken))
                return error;
            return relaxed ? scatterRelaxed(packed, to, count)
                           : scatterPiece(packed, count, to, count);
          }))
        return error;
      continue;
    }
    if (relaxed) {
      if (Error error =
              between([&] { return scatterRelaxed(from(row, 0), to, block); }))
        return error;
      continue;
    }
    for (int64_t at = 0; at < block; at += slice)
      if (Error error = between([&] {
            return scatterPiece(from(row, 0) + at * unit, block, to + at * unit,
                                std::min(slice, block - at));
          }))
        return error;
  }
  return success();
}

Error NcclCall::gatherWhole(const char *in, char *out, int64_t count) {
  return nccl.transfer("ncclAllGather", [&](const NcclApi &api, NcclHandle comm,
                                            cudaStream_t lane) {
    return api.allGather(in, out, size_t(count * unit), ncclBytes, comm, lane);
  });
}

/// `in` is [outer, block], `out` [outer, size, block].
Error NcclCall::allGather(const char *in, char *out, int64_t outer,
                          int64_t block) {
  if (outer == 0 || block == 0)
    return success();
  auto to = [&](int64_t row, int member) {
    return out + (row * size + member) * block * unit;
  };
  int64_t most = stage.bytes / size / unit;
  int64_t rows = std::min(outer, std::max<int64_t>(most / block, 1));
  for (int64_t row = 0; row < outer; row += rows) {
    int64_t taken = std::min(rows, outer - row);
    int64_t count = taken * block;
    const char *from = in + row * block * unit;
    if (Error error = between([&]() -> Error {
          if (taken == 1)
            return gatherWhole(from, to(row, 0), block);
          if (Error error = gatherWhole(from, stage.at, count))
            return error;
          for (int member = 0; member < size; ++member)
            if (Error error =
                    move(to(row, member), block * size,
                         stage.at + member * count * unit, block, block, taken))
              return error;
          return success();
        }))
      return error;
  }
  return success();
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

Error CudaBackend::connectNccl(CudaCommunicator &comm,
                               const CallAttributes &attributes,
                               const char *label) {
  // The same on all members.
  if (Error error = checkDevices(comm.group(), settings.firstOnDevice))
    return error;
  const NcclApi *api;
  Error loaded = loadNccl(api);
  return comm.nccl().connect(*api, loaded, attributes, label, comm.stage());
}

/// Agrees on the call, and connects if this is the first one.
Error CudaBackend::beginNccl(CudaCommunicator &comm,
                             const CallAttributes &attributes,
                             const Site &site) {
  DeviceScope scope(settings.device);
  if (comm.size() == 1) {
    if (Error error = poll())
      return error;
  } else {
    Task nothing{};
    nothing.rows = 1;
    if (Error error = launch(kernelAllReduce, attributes.type, &comm,
                             attributes, site, nothing))
      return error;
  }
  if (comm.nccl().connected())
    return success();
  cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
  if (Error error = checkCuda("cudaStreamIsCapturing",
                              cudaStreamIsCapturing(stream, &capture)))
    return error;
  if (capture != cudaStreamCaptureStatusNone)
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "the group's first call with the strategy nccl is being "
                     "captured, expected one before, or the strategy in the "
                     "context's options");
  // All members make this very call, or this fails.
  if (Error error = synchronize())
    return error;
  return connectNccl(comm, attributes, site.label);
}

Error CudaBackend::ncclAllReduce(CudaCommunicator &comm,
                                 const CallAttributes &attributes,
                                 const Site &site,
                                 const conorm_all_reduce_args &args) {
  if (Error error = beginNccl(comm, attributes, site))
    return error;
  DeviceScope scope(settings.device);
  NcclCall call(comm, attributes, site, stream, multiprocessors);
  return call.reduce(static_cast<const char *>(args.input),
                     static_cast<char *>(args.output), args.count);
}

Error CudaBackend::ncclReduceScatter(CudaCommunicator &comm,
                                     const CallAttributes &attributes,
                                     const Site &site,
                                     const conorm_scatter_gather_args &args) {
  if (Error error = beginNccl(comm, attributes, site))
    return error;
  DeviceScope scope(settings.device);
  NcclCall call(comm, attributes, site, stream, multiprocessors);
  return call.reduceScatter(static_cast<const char *>(args.input),
                            static_cast<char *>(args.output), args.outer,
                            args.dim / comm.size() * args.inner);
}

Error CudaBackend::ncclAllGather(CudaCommunicator &comm,
                                 const CallAttributes &attributes,
                                 const Site &site,
                                 const conorm_scatter_gather_args &args) {
  if (Error error = beginNccl(comm, attributes, site))
    return error;
  DeviceScope scope(settings.device);
  NcclCall call(comm, attributes, site, stream, multiprocessors);
  return call.allGather(static_cast<const char *>(args.input),
                        static_cast<char *>(args.output), args.outer,
                        args.dim * args.inner);
}

/// Rows are reduced into the stage, as many as fit, and normed from there.
Error CudaBackend::ncclAllReduceRmsNorm(CudaCommunicator &comm,
                                        const CallAttributes &attributes,
                                        const Site &site, const Task &task) {
  if (Error error = beginNccl(comm, attributes, site))
    return error;
  DeviceScope scope(settings.device);
  Task part = task;
  if (task.rows == 0)
    return launch(kernelRow, attributes.type, nullptr, attributes, site, part);
  NcclCall call(comm, attributes, site, stream, multiprocessors);
  int64_t rowBytes = conorm_type_bytes(attributes.type, task.cols);
  call.split(std::max(comm.stage().bytes / 2, rowBytes));
  int64_t rows = call.gatherBytes() / rowBytes;
  char *reduced = call.gatherBuffer();
  part.aligned = task.aligned && task.cols % leafElements == 0;
  for (int64_t row = 0; row < task.rows; row += rows) {
    part.firstRow = row;
    part.rows = std::min(rows, task.rows - row);
    if (Error error =
            call.reduce(static_cast<const char *>(task.input) + row * rowBytes,
                        reduced, part.rows * task.cols))
      return error;
    // The kernel counts rows from the first of all.
    part.input = reduced - row * rowBytes;
    if (Error error =
            launch(kernelRow, attributes.type, nullptr, attributes, site, part))
      return error;
  }
  return success();
}
