//===- CudaBackend.cpp - Devices, groups and errors of the CUDA backend ---===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CudaBackend.h"

#include "Images.h"

#include "bootstrap/Bootstrap.h"

#include <algorithm>
#include <cinttypes>
#include <cstdlib>
#include <cstring>
#include <iterator>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

namespace {
/// What each rank tells all others of its device.
struct DeviceRecord {
  cudaUUID_t uuid;
  int32_t device;
  uint32_t multiprocessors;
  uint32_t handles;
  /// Whether another rank is in the same process.
  uint32_t hasNeighbor;
  ClusterCounts clusters;
};
} // namespace

Error CudaBackend::readAttributes() {
  int major, minor;
  for (auto [attribute, value] :
       {std::pair(cudaDevAttrMultiProcessorCount, &multiprocessors),
        std::pair(cudaDevAttrComputeCapabilityMajor, &major),
        std::pair(cudaDevAttrComputeCapabilityMinor, &minor)})
    if (Error error = checkCuda(
            "cudaDeviceGetAttribute",
            cudaDeviceGetAttribute(value, attribute, settings.device)))
      return error;
  arch = uint32_t(major * 10 + minor);
  // A switch to measure what it gives, and to find faults without it.
  const char *wish = getenv("CONORM_CUDA_PDL");
  dependentLaunch = major >= 9 && !(wish && !strcmp(wish, "0"));
  return checkArch(settings.device, arch);
}

/// More cannot be meant.
Error CudaBackend::checkWorkspace() const {
  size_t unused, total;
  if (Error error =
          checkCuda("cudaMemGetInfo", cudaMemGetInfo(&unused, &total)))
    return error;
  if (settings.workspaceBytes > total)
    return makeError(CONORM_ERROR_RESOURCE,
                     "workspace_bytes is %" PRIu64 ", expected at most the "
                     "memory of device %d, %zu bytes, of which %zu are free",
                     settings.workspaceBytes, settings.device, total, unused);
  return success();
}

Error CudaBackend::prepareDevice(const conorm_context_options &options,
                                 int rank) {
  const Driver *driver;
  if (Error error = loadDriver(driver))
    return error;
  int devices;
  if (Error error =
          checkCuda("cudaGetDeviceCount", cudaGetDeviceCount(&devices)))
    return error;
  settings.device =
      options.device == CONORM_DEVICE_BY_RANK ? rank % devices : options.device;
  if (settings.device < 0 || settings.device >= devices)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "device is %d, expected 0 to %d, or %d", options.device,
                     devices - 1, CONORM_DEVICE_BY_RANK);
  stream = options.stream ? static_cast<cudaStream_t>(options.stream)
                          : cudaStreamPerThread;
  DeviceScope scope(settings.device);
  if (Error error = checkCuda("cudaSetDevice", cudaSetDevice(settings.device)))
    return error;
  if (Error error = readAttributes())
    return error;
  if (Error error = checkWorkspace())
    return error;
  if (Error error = chooseHandleKind(settings.device, settings.handles))
    return error;
  if (Error error = launcher.connect(stream))
    return error;
  if (Error error = kernels.load(arch))
    return error;
  void *rows;
  if (Error error =
          checkCuda("cudaMalloc",
                    cudaMalloc(&rows, scratchBlocks * maxCols * sizeof(float))))
    return error;
  scratch = static_cast<char *>(rows);
  return success();
}

Error CudaBackend::agreeOnDevices(const conorm_bootstrap &bootstrap,
                                  const Deadline &deadline) {
  World &world = control.world();
  DeviceRecord mine{};
  mine.device = settings.device;
  mine.multiprocessors = uint32_t(multiprocessors);
  mine.handles = uint32_t(settings.handles);
  for (int rank = 0; rank < world.size(); ++rank)
    mine.hasNeighbor |= rank != world.rank() && world.mesh().sameProcess(rank);
  mine.clusters = kernels.clusters();
  cudaDeviceProp properties;
  if (Error error =
          checkCuda("cudaGetDeviceProperties",
                    cudaGetDeviceProperties(&properties, settings.device)))
    return error;
  mine.uuid = properties.uuid;
  std::vector<DeviceRecord> all(CONORM_MAX_WORLD_SIZE);
  if (Error error =
          callAllgather(bootstrap, &mine, sizeof(mine), all.data(), deadline))
    return error;
  all.resize(world.size());
  settings.channels = maxChannels;
  bool hasNeighbors = false;
  settings.clusters = {{maxChannels, maxChannels, maxChannels}};
  for (int rank = 0; rank < world.size(); ++rank) {
    const DeviceRecord &other = all[rank];
    hasNeighbors |= other.hasNeighbor != 0;
    if (other.handles != mine.handles)
      return makeError(CONORM_ERROR_BOOTSTRAP,
                       "rank %d exports memory in another way than this rank",
                       rank);
    // Blocks of all ranks on a device are resident together, one on each
    // multiprocessor.
    int sharing = 0, first = world.size();
    for (int neighbour = world.size() - 1; neighbour >= 0; --neighbour)
      if (!memcmp(&all[neighbour].uuid, &other.uuid, sizeof(other.uuid))) {
        ++sharing;
        first = neighbour;
      }
    settings.firstOnDevice.push_back(first);
    int channels = int(other.multiprocessors) / sharing;
    settings.channels = std::max(1, std::min(settings.channels, channels));
    for (int i = 0; i < 3; ++i)
      settings.clusters.ofSize[i] =
          std::min(settings.clusters.ofSize[i],
                   other.clusters.ofSize[i] / uint32_t(sharing));
    if (rank == world.rank() || world.mesh().sameProcess(rank))
      if (std::find(settings.localDevices.begin(), settings.localDevices.end(),
                    other.device) == settings.localDevices.end())
        settings.localDevices.push_back(other.device);
  }
  deviceOfCalls = std::make_unique<CudaDevice>(
      CudaDevice::Settings{settings.device, arch, dependentLaunch, stream,
                           hasNeighbors},
      launcher, control, [this] { return poll(); },
      [this] { return synchronize(); });
  return reachDevices(settings.device, settings.localDevices, settings.handles);
}

CudaBackend::CudaBackend()
    : strategies{makeKernelStrategy(*this), makeNcclStrategy(*this)} {}

bool CudaBackend::supports(uint32_t strategy) const {
  return std::any_of(std::begin(strategies), std::end(strategies),
                     [strategy](const std::unique_ptr<CudaStrategy> &known) {
                       return known->supports(strategy);
                     });
}

/// What is left to choose when a group is made can only be the kernels.
CudaStrategy &CudaBackend::strategyFor(uint32_t strategy) const {
  for (const std::unique_ptr<CudaStrategy> &known : strategies)
    if (known->supports(strategy))
      return *known;
  return *strategies[0];
}

Error CudaBackend::connect(const conorm_context_options &options,
                           const conorm_bootstrap &bootstrap) {
  if (bootstrap.world_size > maxMembers)
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "world size is %d, the cuda backend has at most %d",
                     bootstrap.world_size, maxMembers);
  constexpr uint64_t least = 1 << 20;
  if (options.workspace_bytes < least)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "workspace_bytes is %" PRIu64 ", expected at least "
                     "%" PRIu64,
                     options.workspace_bytes, least);
  settings.workspaceBytes = options.workspace_bytes;
  if (const char *delays = getenv("CONORM_CUDA_DELAYS"))
    settings.delayNanoseconds = uint32_t(strtoul(delays, nullptr, 10));
  Error outcome = prepareDevice(options, bootstrap.rank);
  // Without a device nobody needs to be asked.
  if (outcome && outcome.code == CONORM_ERROR_UNSUPPORTED)
    return outcome;
  strategy = options.strategy;
  if (!outcome)
    outcome = strategyFor(strategy).load();
  Deadline deadline(options.deadline_ms);
  ControlSettings controlSettings;
  controlSettings.terms = {CONORM_BACKEND_CUDA, settings.workspaceBytes};
  controlSettings.deadlineMs = options.deadline_ms;
  if (Error error = control.connect(bootstrap, controlSettings))
    return error;
  DeviceScope scope(settings.device);
  void *page = &control.world().own();
  if (!outcome) {
    outcome = checkCuda(
        "cudaHostRegister",
        cudaHostRegister(page, 4096,
                         cudaHostRegisterMapped | cudaHostRegisterPortable));
    pageRegistered = !outcome;
  }
  void *onDevice = nullptr;
  if (!outcome)
    outcome = checkCuda("cudaHostGetDevicePointer",
                        cudaHostGetDevicePointer(&onDevice, page, 0));
  settings.controlPage = static_cast<char *>(onDevice);
  if (Error error = control.world().mesh().agree(bootstrap, outcome, deadline))
    return error;
  return agreeOnDevices(bootstrap, deadline);
}

/// Waits for the stream without blocking in CUDA.
bool CudaBackend::drain(uint32_t milliseconds) const {
  Deadline deadline(milliseconds);
  while (cudaStreamQuery(stream) == cudaErrorNotReady) {
    if (deadline.passed())
      return false;
    usleep(50);
  }
  cudaGetLastError();
  return true;
}

CudaBackend::~CudaBackend() {
  if (!scratch)
    return;
  DeviceScope scope(settings.device);
  bool idle = true;
  if (gate)
    gate->open();
  if (!drain(0)) {
    // Calls that are still queued are abandoned: kernels that wait see the bit.
    RankControl &own = control.world().own();
    own.aborted.fetch_or(uint64_t(1) << control.world().rank(),
                         std::memory_order_seq_cst);
    constexpr uint32_t patience = 2000;
    idle = drain(patience);
  }
  // To free memory may wait until nothing runs on the device, and a peer's
  // kernel there may wait for this rank.
  control.world().leave();
  if (!idle) {
    // Something else holds the stream. Memory that kernels may still touch is
    // better lost than reused.
    for (const std::unique_ptr<CudaCommunicator> &communicator : communicators)
      communicator->leak();
    (void)deviceOfCalls.release();
    (void)gate.release();
    (void)products.release();
    return;
  }
  deviceOfCalls.reset();
  for (const std::unique_ptr<CudaCommunicator> &communicator : communicators)
    communicator->nccl().retire();
  communicators.clear();
  products.reset();
  if (pageRegistered)
    cudaHostUnregister(&control.world().own());
  cudaFree(scratch);
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

Error CudaBackend::find(const conorm_group &group, CudaCommunicator *&out) {
  Communicator *members = nullptr;
  if (Error error = control.find(group, members))
    return error;
  for (const std::unique_ptr<CudaCommunicator> &communicator : communicators)
    if (&communicator->group() == members) {
      out = communicator.get();
      return success();
    }
  return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                   "group @%s has no memory on the devices", nameOf(group));
}

/// Memory is exported before a step on the world's channel and imported after
/// it, when it is certain to be there.
Error CudaBackend::connectGroups(size_t first, uint64_t tag) {
  Deadline deadline(control.world().deadlineMs());
  for (size_t i = first; i < communicators.size(); ++i)
    if (Error error = communicators[i]->exportMemory(deadline))
      return error;
  CallAttributes attributes;
  attributes.op = opAddGroups;
  attributes.groups = tag;
  attributes.numSizes = 1;
  attributes.sizes[0] = int64_t(tag);
  if (Error error = control.meet(attributes))
    return error;
  for (size_t i = first; i < communicators.size(); ++i)
    if (Error error = communicators[i]->importMemory(deadline))
      return error;
  for (size_t i = first; i < communicators.size(); ++i)
    if (Error error =
            strategyFor(strategy).connect(*communicators[i], attributes, ""))
      return error;
  return success();
}

Error CudaBackend::addGroups(const conorm_group *groups, size_t count) {
  if (Error error = control.addGroups(groups, count))
    return error;
  DeviceScope scope(settings.device);
  size_t first = communicators.size();
  for (size_t i = 0; i < count; ++i) {
    Communicator *members = nullptr;
    CudaCommunicator *known = nullptr;
    // The groups are valid; the only error left is not to be a member.
    if (control.find(groups[i], members) || !find(groups[i], known))
      continue;
    communicators.push_back(std::make_unique<CudaCommunicator>(
        control.world(), *members, settings, communicators.size() + 1,
        [this](const Error &error) { publishFailure(error); }));
  }
  return connectGroups(first, count);
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

Error CudaBackend::poll() {
  for (const std::unique_ptr<CudaCommunicator> &communicator : communicators)
    if (Error error = communicator->poll())
      return error;
  return success();
}

Error CudaBackend::makeTimer(uint32_t timing, std::unique_ptr<Timer> &out) {
  DeviceScope scope(settings.device);
  bool hasGate = timing == CONORM_TIMING_OPERATIONS;
  if (hasGate && !gate)
    if (Error error = StreamGate::make(gate))
      return error;
  return CudaTimer::make(settings.device, stream,
                         hasGate ? gate.get() : nullptr, out);
}

Error CudaBackend::synchronize() {
  DeviceScope scope(settings.device);
  if (gate)
    gate->open();
  for (int64_t polls = 0;; ++polls) {
    cudaError_t code = cudaStreamQuery(stream);
    if (code == cudaSuccess)
      return poll();
    if (code != cudaErrorNotReady)
      return cudaFailure("cudaStreamQuery", code);
    cudaGetLastError();
    // Waits in kernels have deadlines; this one needs none of its own.
    if (polls > 1000)
      usleep(20);
  }
}
