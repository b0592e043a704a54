//===- GrowingMemory.cpp - Device memory that grows in place --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GrowingMemory.h"

#include <cinttypes>
#include <utility>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

static CUmemAllocationProp propertiesOf(int device) {
  CUmemAllocationProp properties{};
  properties.type = CU_MEM_ALLOCATION_TYPE_PINNED;
  properties.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
  properties.location.id = device;
  return properties;
}

GrowingMemory::~GrowingMemory() {
  uint64_t at = 0;
  for (const Chunk &chunk : chunks) {
    driver->unmap(address + at, chunk.bytes);
    driver->release(chunk.handle);
    at += chunk.bytes;
  }
  if (reserved)
    driver->freeAddress(address, reserved);
}

Error GrowingMemory::reserve(int device) {
  if (Error error = loadDriver(driver))
    return error;
  int mappable = 0;
  driver->getAttribute(&mappable,
                       CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED,
                       device);
  if (!mappable)
    return makeError(
        CONORM_ERROR_UNSUPPORTED,
        "device %d cannot map memory at chosen addresses, expected "
        "one that can",
        device);
  CUmemAllocationProp properties = propertiesOf(device);
  size_t granularity;
  CUresult code = driver->getGranularity(&granularity, &properties,
                                         CU_MEM_ALLOC_GRANULARITY_RECOMMENDED);
  if (code != CUDA_SUCCESS)
    return driverFailure("cuMemGetAllocationGranularity", code);
  unit = granularity;
  size_t unused, total;
  if (Error error =
          checkCuda("cudaMemGetInfo", cudaMemGetInfo(&unused, &total)))
    return error;
  uint64_t most = (total + unit - 1) / unit * unit;
  code = driver->reserve(&address, most, 0, 0, 0);
  if (code != CUDA_SUCCESS)
    return driverFailure("cuMemAddressReserve", code);
  reserved = most;
  return success();
}

Error GrowingMemory::addChunk(int device, uint64_t bytes) {
  CUmemAllocationProp properties = propertiesOf(device);
  Chunk chunk{0, bytes};
  CUresult code = driver->create(&chunk.handle, bytes, &properties, 0);
  if (code != CUDA_SUCCESS)
    return driverFailure("cuMemCreate", code);
  code = driver->map(address + mapped, bytes, 0, chunk.handle, 0);
  if (code != CUDA_SUCCESS) {
    driver->release(chunk.handle);
    return driverFailure("cuMemMap", code);
  }
  CUmemAccessDesc access{};
  access.location = properties.location;
  access.flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
  code = driver->setAccess(address + mapped, bytes, &access, 1);
  if (code != CUDA_SUCCESS) {
    driver->unmap(address + mapped, bytes);
    driver->release(chunk.handle);
    return driverFailure("cuMemSetAccess", code);
  }
  chunks.push_back(chunk);
  mapped += bytes;
  return success();
}

Error GrowingMemory::grow(int device, uint64_t bytes) {
  if (bytes <= mapped)
    return success();
  if (!reserved)
    if (Error error = reserve(device))
      return error;
  size_t unused = 0, total = 0;
  cudaMemGetInfo(&unused, &total);
  uint64_t more = (bytes - mapped + unit - 1) / unit * unit;
  // A size near the top of 64 bits would wrap.
  Error error = bytes > reserved || mapped + more > reserved
                    ? Error{CONORM_ERROR_RESOURCE, "out of memory"}
                    : addChunk(device, more);
  if (error)
    error.message = format("device %d has %zu bytes free of %zu, expected "
                           "%" PRIu64 " bytes more (",
                           device, unused, total, bytes - mapped) +
                    error.message + ")";
  return error;
}
