//===- DeviceMemory.cpp - Memory that ranks map from one another ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceMemory.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <tuple>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

static constexpr uint64_t frameMagic = 0x314d454d44434e43; // "CNCDMEM1"

namespace {
/// Comes before a handle, or with it if it is a descriptor.
struct MemoryFrame {
  uint64_t magic;
  uint64_t generation;
  uint64_t number;
  uint64_t bytes;
  uint32_t kind;
  uint32_t reserved;
  cudaIpcMemHandle_t ipc;
};

/// What ranks of this process have exported to one another.
struct Registry {
  using Key = std::tuple<uint64_t, uint64_t, int>;
  std::mutex mutex;
  std::map<Key, std::weak_ptr<DeviceMemory>> memory;
};
} // namespace

static Registry &registry() {
  static Registry instance;
  return instance;
}

static const Driver &driver() {
  const Driver *functions;
  (void)loadDriver(functions);
  return *functions;
}

static CUmemAllocationProp propertiesOf(int device) {
  CUmemAllocationProp properties{};
  properties.type = CU_MEM_ALLOCATION_TYPE_PINNED;
  properties.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
  properties.location.id = device;
  properties.requestedHandleTypes = CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR;
  return properties;
}

Error conorm::rt::cuda::chooseHandleKind(int device, HandleKind &out) {
  const char *wish = getenv("CONORM_CUDA_HANDLES");
  if (wish && strcmp(wish, "fd") != 0 && strcmp(wish, "ipc") != 0)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "CONORM_CUDA_HANDLES is '%s', expected fd or ipc", wish);
  int mappable = 0, descriptors = 0;
  driver().getAttribute(&mappable,
                        CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED,
                        device);
  driver().getAttribute(
      &descriptors,
      CU_DEVICE_ATTRIBUTE_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR_SUPPORTED, device);
  bool possible = mappable && descriptors;
  if (wish && strcmp(wish, "fd") == 0 && !possible)
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "CONORM_CUDA_HANDLES is fd, but device %d has no POSIX "
                     "handles",
                     device);
  out = possible && !(wish && strcmp(wish, "ipc") == 0) ? HandleKind::Descriptor
                                                        : HandleKind::Ipc;
  return success();
}

Error conorm::rt::cuda::reachDevices(int device, const std::vector<int> &others,
                                     HandleKind kind) {
  DeviceScope scope(device);
  for (int other : others) {
    if (other == device)
      continue;
    int possible = 0;
    if (Error error =
            checkCuda("cudaDeviceCanAccessPeer",
                      cudaDeviceCanAccessPeer(&possible, device, other)))
      return error;
    if (!possible)
      return makeError(CONORM_ERROR_UNSUPPORTED,
                       "device %d cannot access the memory of device %d, "
                       "expected devices that can",
                       device, other);
    if (kind == HandleKind::Descriptor)
      continue;
    cudaError_t code = cudaDeviceEnablePeerAccess(other, 0);
    if (code != cudaSuccess && code != cudaErrorPeerAccessAlreadyEnabled)
      return cudaFailure("cudaDeviceEnablePeerAccess", code);
    cudaGetLastError();
  }
  return success();
}

DeviceMemory::~DeviceMemory() {
  DeviceScope scope(device);
  if (kind == HandleKind::Ipc) {
    if (opened)
      cudaIpcCloseMemHandle(base);
    else if (base)
      cudaFree(base);
    return;
  }
  CUdeviceptr address = reinterpret_cast<CUdeviceptr>(base);
  if (mapped)
    driver().unmap(address, reserved);
  if (reserved)
    driver().freeAddress(address, reserved);
  if (hasHandle)
    driver().release(handle);
}

/// Maps `handle` at a fresh address, readable and writable by `devices`.
Error DeviceMemory::mapHandle(const std::vector<int> &devices) {
  CUdeviceptr address;
  CUresult code = driver().reserve(&address, bytes, 0, 0, 0);
  if (code != CUDA_SUCCESS)
    return driverFailure("cuMemAddressReserve", code);
  base = reinterpret_cast<char *>(address);
  reserved = bytes;
  code = driver().map(address, bytes, 0, handle, 0);
  if (code != CUDA_SUCCESS)
    return driverFailure("cuMemMap", code);
  mapped = true;
  std::vector<CUmemAccessDesc> access;
  for (int user : devices) {
    CUmemAccessDesc one{};
    one.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
    one.location.id = user;
    one.flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
    access.push_back(one);
  }
  code = driver().setAccess(address, bytes, access.data(), access.size());
  if (code != CUDA_SUCCESS)
    return driverFailure("cuMemSetAccess", code);
  return success();
}

Error DeviceMemory::allocateMapped(const std::vector<int> &devices) {
  CUmemAllocationProp properties = propertiesOf(device);
  size_t unit;
  CUresult code = driver().getGranularity(&unit, &properties,
                                          CU_MEM_ALLOC_GRANULARITY_RECOMMENDED);
  if (code != CUDA_SUCCESS)
    return driverFailure("cuMemGetAllocationGranularity", code);
  bytes = (bytes + unit - 1) / unit * unit;
  code = driver().create(&handle, bytes, &properties, 0);
  if (code != CUDA_SUCCESS)
    return driverFailure("cuMemCreate", code);
  hasHandle = true;
  return mapHandle(devices);
}

Error DeviceMemory::allocate(size_t bytes, HandleKind kind,
                             const std::vector<int> &devices,
                             std::shared_ptr<DeviceMemory> &out) {
  std::shared_ptr<DeviceMemory> memory(new DeviceMemory);
  memory->kind = kind;
  // Whole granules: a cudaIpc handle exposes all of them.
  constexpr size_t granule = 2 << 20;
  memory->bytes = (bytes + granule - 1) / granule * granule;
  if (Error error = checkCuda("cudaGetDevice", cudaGetDevice(&memory->device)))
    return error;
  if (kind == HandleKind::Ipc) {
    void *base;
    if (Error error = checkCuda("cudaMalloc", cudaMalloc(&base, memory->bytes)))
      return error;
    memory->base = static_cast<char *>(base);
  } else if (Error error = memory->allocateMapped(devices)) {
    return error;
  }
  // Zeroed before anybody else may have it.
  Error error = memory->fill(0, 0, memory->bytes);
  out = std::move(memory);
  return error;
}

Error DeviceMemory::fill(size_t offset, uint8_t value, size_t count) {
  // Another stream may hold a kernel that waits.
  cudaStream_t stream;
  if (Error error =
          checkCuda("cudaStreamCreate",
                    cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking)))
    return error;
  cudaError_t code = cudaMemsetAsync(base + offset, value, count, stream);
  if (code == cudaSuccess)
    code = cudaStreamSynchronize(stream);
  cudaStreamDestroy(stream);
  return checkCuda("cudaMemset", code);
}

Error DeviceMemory::exportDescriptor(FileDescriptor &out) const {
  int fd = -1;
  CUresult code = driver().exportHandle(
      &fd, handle, CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR, 0);
  if (code != CUDA_SUCCESS)
    return driverFailure("cuMemExportToShareableHandle", code);
  out.reset(fd);
  return success();
}

Error DeviceMemory::exportTo(Mesh &mesh, int peer, uint64_t number,
                             const std::shared_ptr<DeviceMemory> &memory,
                             const Deadline &deadline) {
  if (mesh.sameProcess(peer)) {
    std::lock_guard<std::mutex> lock(registry().mutex);
    auto &all = registry().memory;
    for (auto at = all.begin(); at != all.end();)
      at = at->second.expired() ? all.erase(at) : std::next(at);
    all[{mesh.generation(), number, mesh.rank()}] = memory;
    return success();
  }
  MemoryFrame frame{};
  frame.magic = frameMagic;
  frame.generation = mesh.generation();
  frame.number = number;
  frame.bytes = memory->bytes;
  frame.kind = uint32_t(memory->kind);
  Transfer outcome;
  if (memory->kind == HandleKind::Ipc) {
    if (Error error = checkCuda("cudaIpcGetMemHandle",
                                cudaIpcGetMemHandle(&frame.ipc, memory->base)))
      return error;
    outcome = sendAll(mesh.socketTo(peer), &frame, sizeof(frame), deadline);
  } else {
    FileDescriptor fd;
    if (Error error = memory->exportDescriptor(fd))
      return error;
    outcome = sendDescriptor(mesh.socketTo(peer), &frame, sizeof(frame),
                             fd.get(), deadline);
  }
  if (outcome == Transfer::TimedOut)
    return makeError(CONORM_ERROR_TIMEOUT,
                     "rank %d did not take a workspace within %u ms", peer,
                     deadline.milliseconds);
  if (outcome == Transfer::Failed)
    return systemError(format("sending a workspace to rank %d", peer));
  if (outcome != Transfer::Done)
    return makeError(CONORM_ERROR_PEER_LOST, "rank %d died (connection closed)",
                     peer);
  return success();
}

Error DeviceMemory::openIpc(const cudaIpcMemHandle_t &from) {
  void *memory;
  if (Error error = checkCuda(
          "cudaIpcOpenMemHandle",
          cudaIpcOpenMemHandle(&memory, from, cudaIpcMemLazyEnablePeerAccess)))
    return error;
  base = static_cast<char *>(memory);
  opened = true;
  return success();
}

Error DeviceMemory::importFrom(Mesh &mesh, int peer, uint64_t number,
                               size_t bytes, HandleKind kind,
                               const Deadline &deadline,
                               std::shared_ptr<DeviceMemory> &out) {
  if (mesh.sameProcess(peer)) {
    std::lock_guard<std::mutex> lock(registry().mutex);
    auto at = registry().memory.find({mesh.generation(), number, peer});
    if (at != registry().memory.end())
      out = at->second.lock();
    return out ? success()
               : makeError(CONORM_ERROR_PEER_LOST,
                           "rank %d left (context destroyed)", peer);
  }
  MemoryFrame frame;
  FileDescriptor fd;
  int socket = mesh.socketTo(peer);
  Transfer outcome =
      kind == HandleKind::Ipc
          ? receiveAll(socket, &frame, sizeof(frame), deadline)
          : receiveDescriptor(socket, &frame, sizeof(frame), fd, deadline);
  if (outcome == Transfer::TimedOut)
    return makeError(CONORM_ERROR_TIMEOUT,
                     "rank %d did not send its workspace within %u ms", peer,
                     deadline.milliseconds);
  if (outcome == Transfer::Closed)
    return makeError(CONORM_ERROR_PEER_LOST, "rank %d died (connection closed)",
                     peer);
  if (outcome == Transfer::NoRoom)
    return systemError(format("taking the workspace of rank %d", peer));
  if (outcome != Transfer::Done || frame.magic != frameMagic ||
      frame.generation != mesh.generation() || frame.number != number ||
      frame.kind != uint32_t(kind) || frame.bytes < bytes)
    return makeError(CONORM_ERROR_BOOTSTRAP,
                     "rank %d sent something else than its workspace", peer);
  std::shared_ptr<DeviceMemory> memory(new DeviceMemory);
  memory->kind = kind;
  memory->bytes = frame.bytes;
  if (Error error = checkCuda("cudaGetDevice", cudaGetDevice(&memory->device)))
    return error;
  out = memory;
  if (kind == HandleKind::Ipc)
    return memory->openIpc(frame.ipc);
  CUresult code = driver().importHandle(
      &memory->handle,
      reinterpret_cast<void *>(static_cast<uintptr_t>(fd.get())),
      CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR);
  if (code != CUDA_SUCCESS)
    return driverFailure("cuMemImportFromShareableHandle", code);
  memory->hasHandle = true;
  // A size that the sender got wrong does not map.
  return memory->mapHandle({memory->device});
}
