//===- CudaDevice.cpp - Memory, programs and graphs of a device -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CudaDevice.h"

#include "GraphWork.h"

#include "support/Hash.h"

#include <utility>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

Error CudaDevice::load(const conorm_device_program *key, uint64_t serial,
                       const conorm_device_program &program) {
  // What went before may be in use; what is loaded may wait for the device.
  if (Error error = synchronize())
    return error;
  DeviceScope scope(settings.device);
  for (auto at = programs.begin(); at != programs.end(); ++at)
    if (at->key == key) {
      if (at->serial == serial)
        return success();
      programs.erase(at);
      break;
    }
  std::unique_ptr<Program> made;
  if (Error error =
          Program::load(program, settings.device, settings.arch,
                        settings.dependentLaunch, settings.stream, made))
    return error;
  programs.push_back({key, serial, std::move(made)});
  return success();
}

Error CudaDevice::find(const conorm_device_program *key,
                       const Program *&out) const {
  for (const Loaded &loaded : programs)
    if (loaded.key == key) {
      out = loaded.program.get();
      return success();
    }
  return {CONORM_ERROR_INVALID_ARGUMENT,
          "expected a program that conorm_module_bind has brought to the "
          "device, found another"};
}

Error CudaDevice::global(const conorm_device_program *key, uint32_t index,
                         const void *&out) {
  const Program *program;
  if (Error error = find(key, program))
    return error;
  return program->global(index, out);
}

Error CudaDevice::launch(const conorm_launch_kernel_args &args) {
  const Program *program;
  if (Error error = find(args.program, program))
    return error;
  return program->launch(args, launcher);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Error CudaDevice::grow(Region region, uint64_t bytes) {
  DeviceScope scope(settings.device);
  return regions[uint32_t(region)].grow(settings.device, bytes);
}

/// On an idle stream, so that the driver waits for nobody in the copy.
Error CudaDevice::transfer(void *to, const void *from, uint64_t bytes,
                           cudaMemcpyKind kind) {
  if (Error error = synchronize())
    return error;
  DeviceScope scope(settings.device);
  if (Error error =
          checkCuda("cudaMemcpyAsync",
                    cudaMemcpyAsync(to, from, bytes, kind, settings.stream)))
    return error;
  return synchronize();
}

Error CudaDevice::write(void *to, const void *from, uint64_t bytes) {
  return transfer(to, from, bytes, cudaMemcpyHostToDevice);
}

Error CudaDevice::read(void *to, const void *from, uint64_t bytes) {
  return transfer(to, from, bytes, cudaMemcpyDeviceToHost);
}

Error CudaDevice::copy(void *to, const void *from, uint64_t bytes) {
  DeviceScope scope(settings.device);
  return checkCuda("cudaMemcpyAsync",
                   cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice,
                                   settings.stream));
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

Error CudaDevice::settle(const char *entry) {
  if (Error error = synchronize())
    return error;
  if (!settings.hasNeighbors)
    return success();
  CallAttributes attributes;
  attributes.op = opInvoke;
  attributes.site = hashText(entry);
  return control.meet(attributes, entry);
}

namespace {
class CudaGraph : public CapturedCall {
public:
  ~CudaGraph() override {
    if (executable)
      cudaGraphExecDestroy(executable);
    if (graph)
      cudaGraphDestroy(graph);
  }
  /// Takes over what was captured, in place if it has the same operations.
  Error take(cudaGraph_t captured, cudaStream_t stream);
  Error visit(const SeeWork &see) const override {
    return visitGraph(graph, see);
  }

  cudaGraphExec_t executable = nullptr;

private:
  cudaGraph_t graph = nullptr;
};
} // namespace

Error CudaGraph::take(cudaGraph_t captured, cudaStream_t stream) {
  if (graph)
    cudaGraphDestroy(graph);
  graph = captured;
  if (executable) {
    cudaGraphExecUpdateResultInfo ignored;
    if (cudaGraphExecUpdate(executable, graph, &ignored) == cudaSuccess)
      return success();
    cudaGetLastError();
    cudaGraphExecDestroy(executable);
    executable = nullptr;
  }
  if (Error error = checkCuda("cudaGraphInstantiate",
                              cudaGraphInstantiate(&executable, graph, 0)))
    return error;
  return checkCuda("cudaGraphUpload", cudaGraphUpload(executable, stream));
}

/// Other threads may do what they like meanwhile: ranks share no capture.
Error CudaDevice::capture(const std::function<Error()> &enqueue,
                          std::unique_ptr<CapturedCall> &call) {
  DeviceScope scope(settings.device);
  cudaStream_t stream = settings.stream;
  if (Error error = checkCuda(
          "cudaStreamBeginCapture",
          cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal)))
    return error;
  Error outcome = enqueue();
  cudaGraph_t graph = nullptr;
  cudaError_t code = cudaStreamEndCapture(stream, &graph);
  if (!outcome)
    outcome = checkCuda("cudaStreamEndCapture", code);
  if (!outcome) {
    auto made = call ? std::move(call) : std::make_unique<CudaGraph>();
    outcome = static_cast<CudaGraph &>(*made).take(graph, stream);
    if (!outcome)
      call = std::move(made);
  } else if (graph) {
    cudaGraphDestroy(graph);
  }
  cudaGetLastError();
  return outcome;
}

Error CudaDevice::replay(CapturedCall &call) {
  if (Error error = poll())
    return error;
  if (control.world().disturbed())
    if (Error error = control.world().checkPeers(""))
      return error;
  DeviceScope scope(settings.device);
  return checkCuda("cudaGraphLaunch",
                   cudaGraphLaunch(static_cast<CudaGraph &>(call).executable,
                                   settings.stream));
}
