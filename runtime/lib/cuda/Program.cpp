//===- Program.cpp - A program on a device --------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Program.h"

#include "Images.h"

#include "support/Names.h"

#include <cinttypes>
#include <cstring>
#include <utility>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

/// What the driver says of code that it does not take.
static Error imageFailure(const conorm_device_image &image, int device,
                          uint32_t arch, cudaError_t code, const char *log) {
  std::string what =
      format("cannot load the %s for sm_%u on device %d (sm_%u)",
             enumName<conorm_image_kind>(image.kind), image.arch, device, arch);
  Error error = cudaFailure(what.c_str(), code);
  if (code == cudaErrorUnsupportedPtxVersion) {
    int version = 0;
    cudaDriverGetVersion(&version);
    error.code = CONORM_ERROR_UNSUPPORTED;
    error.message += format("; the driver compiles PTX of CUDA %d.%d and older",
                            version / 1000, version % 1000 / 10);
  } else if (code == cudaErrorNoKernelImageForDevice ||
             code == cudaErrorJitCompilerNotFound) {
    error.code = CONORM_ERROR_UNSUPPORTED;
  } else if (error.code == CONORM_ERROR_SYSTEM) {
    error.code = CONORM_ERROR_MODULE;
  }
  if (*log)
    error.message += std::string(": ") + log;
  // One line.
  for (char &c : error.message)
    if (c == '\n')
      c = ' ';
  while (error.message.back() == ' ')
    error.message.pop_back();
  return error;
}

/// The driver compiles PTX at once, but says what is wrong with it, other than
/// in the log, when it is asked for a kernel.
Error Program::loadImage(const conorm_device_image &image, int device,
                         uint32_t arch, const char *firstKernel) {
  char log[2048] = "";
  cudaJitOption options[] = {cudaJitErrorLogBuffer,
                             cudaJitErrorLogBufferSizeBytes};
  void *values[] = {log, reinterpret_cast<void *>(sizeof(log))};
  cudaError_t code = cudaLibraryLoadData(&library, image.data, options, values,
                                         2, nullptr, nullptr, 0);
  if (code != cudaSuccess)
    library = nullptr;
  cudaKernel_t ignored;
  if (code == cudaSuccess)
    code = cudaLibraryGetKernel(&ignored, library, firstKernel);
  if (code == cudaSuccess || code == cudaErrorSymbolNotFound) {
    cudaGetLastError();
    return success();
  }
  log[sizeof(log) - 1] = 0;
  return imageFailure(image, device, arch, code, log);
}

/// Asking for attributes loads a kernel; loading it later could wait for
/// another rank's kernel, which waits for this one's.
Error Program::loadKernel(const conorm_device_kernel &kernel,
                          uint32_t sharedBytes) {
  cudaKernel_t handle;
  cudaError_t code = cudaLibraryGetKernel(&handle, library, kernel.name);
  if (code != cudaSuccess) {
    cudaGetLastError();
    return makeError(CONORM_ERROR_MODULE,
                     "expected a kernel '%s' in the code, found none",
                     kernel.name);
  }
  const void *symbol = reinterpret_cast<const void *>(handle);
  cudaFuncAttributes attributes;
  if (Error error = checkCuda("cudaFuncGetAttributes",
                              cudaFuncGetAttributes(&attributes, symbol)))
    return error;
  size_t offset, bytes;
  uint32_t params = 0;
  while (cudaFuncGetParamInfo(symbol, params, &offset, &bytes) == cudaSuccess)
    ++params;
  cudaGetLastError();
  if (params != kernel.num_params)
    return makeError(CONORM_ERROR_MODULE,
                     "kernel '%s': expected %u parameters in the code, found "
                     "%u",
                     kernel.name, kernel.num_params, params);
  uint32_t dynamic = sharedBytes - uint32_t(attributes.sharedSizeBytes);
  if (Error error =
          checkCuda("cudaFuncSetAttribute",
                    cudaFuncSetAttribute(
                        symbol, cudaFuncAttributeMaxDynamicSharedMemorySize,
                        int(dynamic))))
    return error;
  const Driver *driver;
  if (Error error = loadDriver(driver))
    return error;
  CUfunction function;
  CUresult found =
      driver->getFunction(&function, reinterpret_cast<CUkernel>(handle));
  if (found != CUDA_SUCCESS)
    return driverFailure("cuKernelGetFunction", found);
  kernels.push_back({function, params, uint32_t(attributes.maxThreadsPerBlock),
                     dynamic, kernel.name});
  return success();
}

Error Program::loadGlobals(const conorm_device_program &program,
                           cudaStream_t stream) {
  constexpr uint64_t alignment = 256;
  uint64_t total = 0;
  std::vector<uint64_t> offsets;
  for (uint32_t i = 0; i < program.num_globals; ++i) {
    offsets.push_back(total);
    total += (program.globals[i].bytes + alignment) / alignment * alignment;
  }
  if (!total)
    return success();
  void *memory;
  if (Error error = checkCuda("cudaMalloc", cudaMalloc(&memory, total)))
    return explain(std::move(error),
                   format("cannot make %" PRIu64 " bytes for the program's "
                          "constants",
                          total));
  constants = static_cast<char *>(memory);
  for (uint32_t i = 0; i < program.num_globals; ++i) {
    globals.push_back(constants + offsets[i]);
    if (Error error = checkCuda(
            "cudaMemcpyAsync",
            cudaMemcpyAsync(constants + offsets[i], program.globals[i].data,
                            program.globals[i].bytes, cudaMemcpyHostToDevice,
                            stream)))
      return error;
  }
  return checkCuda("cudaStreamSynchronize", cudaStreamSynchronize(stream));
}

Error Program::load(const conorm_device_program &program, int device,
                    uint32_t arch, bool dependentLaunch, cudaStream_t stream,
                    std::unique_ptr<Program> &out) {
  std::unique_ptr<Program> made(new Program);
  if (program.num_kernels) {
    const conorm_device_image *image;
    if (Error error = chooseImage(program, arch, image))
      return error;
    made->isDependent = dependentLaunch && (image->flags & CONORM_IMAGE_AWAITS);
    if (Error error =
            made->loadImage(*image, device, arch, program.kernels[0].name))
      return error;
  }
  int sharedBytes;
  if (Error error = checkCuda(
          "cudaDeviceGetAttribute",
          cudaDeviceGetAttribute(
              &sharedBytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device)))
    return error;
  for (uint32_t i = 0; i < program.num_kernels; ++i)
    if (Error error =
            made->loadKernel(program.kernels[i], uint32_t(sharedBytes)))
      return error;
  if (Error error = made->loadGlobals(program, stream))
    return error;
  out = std::move(made);
  return success();
}

Program::~Program() {
  if (constants)
    cudaFree(constants);
  if (library)
    cudaLibraryUnload(library);
}

//===----------------------------------------------------------------------===//
// Use
//===----------------------------------------------------------------------===//

Error Program::launch(const conorm_launch_kernel_args &args,
                      const Launcher &launcher) const {
  if (args.kernel >= kernels.size())
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "kernel is %u, expected one of the program's %zu",
                     args.kernel, kernels.size());
  const KernelRecord &kernel = kernels[args.kernel];
  if (kernel.numParams && !args.params)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "params is null, expected %u parameters of kernel '%s'",
                     kernel.numParams, kernel.name.c_str());
  uint64_t threads = uint64_t(args.block_x) * args.block_y * args.block_z;
  if (args.grid_x > INT32_MAX || args.grid_y > UINT16_MAX ||
      args.grid_z > UINT16_MAX || threads > kernel.maxThreads ||
      args.shared_bytes > kernel.maxSharedBytes)
    return makeError(
        CONORM_ERROR_UNSUPPORTED,
        "kernel '%s': expected a grid of at most 2147483647 x 65535 x 65535 "
        "blocks of at most %u threads and %u bytes, found %" PRId64
        " x %" PRId64 " x %" PRId64 " of %" PRIu64 " and %u",
        kernel.name.c_str(), kernel.maxThreads, kernel.maxSharedBytes,
        args.grid_x, args.grid_y, args.grid_z, threads, args.shared_bytes);
  if (args.grid_x == 0 || args.grid_y == 0 || args.grid_z == 0)
    return success();
  LaunchShape shape;
  shape.grid =
      dim3(unsigned(args.grid_x), unsigned(args.grid_y), unsigned(args.grid_z));
  shape.block = dim3(args.block_x, args.block_y, args.block_z);
  shape.sharedBytes = args.shared_bytes;
  shape.isDependent = isDependent;
  Launcher::Scope scope(launcher);
  return launcher.launch(kernel.name.c_str(), kernel.function, shape,
                         const_cast<void **>(args.params));
}

Error Program::global(uint32_t index, const void *&out) const {
  if (index >= globals.size())
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "constant is %u, expected one of the program's %zu", index,
                     globals.size());
  out = globals[index];
  return success();
}
