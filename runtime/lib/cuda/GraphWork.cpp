//===- GraphWork.cpp - What a captured call holds -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphWork.h"

#include "conorm-runtime/profile.h"

#include <vector>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

/// The driver is asked, since libraries launch kernels that CUDA's runtime does
/// not know.
static const char *nameOf(const Driver &driver, CUgraphNode node) {
  static const char *const unknown = "unknown kernel";
  CUDA_KERNEL_NODE_PARAMS params{};
  const char *name = nullptr;
  if (driver.getKernelNode(node, &params) != CUDA_SUCCESS)
    return unknown;
  CUresult code = CUDA_ERROR_NOT_FOUND;
  if (params.func && driver.getFunctionName)
    code = driver.getFunctionName(&name, params.func);
  else if (params.kern && driver.getKernelName)
    code = driver.getKernelName(&name, params.kern);
  return code == CUDA_SUCCESS && name ? name : unknown;
}

static uint32_t kindOf(cudaGraphNodeType type) {
  switch (type) {
  case cudaGraphNodeTypeKernel:
    return CONORM_WORK_KERNEL;
  case cudaGraphNodeTypeMemcpy:
    return CONORM_WORK_COPY;
  case cudaGraphNodeTypeMemset:
    return CONORM_WORK_FILL;
  default:
    return CONORM_WORK_OTHER;
  }
}

Error conorm::rt::cuda::visitGraph(cudaGraph_t graph, const SeeWork &see) {
  const Driver *driver;
  if (Error error = loadDriver(driver))
    return error;
  size_t count = 0;
  if (Error error = checkCuda("cudaGraphGetNodes",
                              cudaGraphGetNodes(graph, nullptr, &count)))
    return error;
  std::vector<cudaGraphNode_t> nodes(count);
  if (Error error = checkCuda("cudaGraphGetNodes",
                              cudaGraphGetNodes(graph, nodes.data(), &count)))
    return error;
  nodes.resize(count);
  for (cudaGraphNode_t node : nodes) {
    cudaGraphNodeType type;
    if (Error error = checkCuda("cudaGraphNodeGetType",
                                cudaGraphNodeGetType(node, &type)))
      return error;
    // It only says what comes before what.
    if (type == cudaGraphNodeTypeEmpty)
      continue;
    if (type == cudaGraphNodeTypeGraph) {
      cudaGraph_t child;
      if (Error error =
              checkCuda("cudaGraphChildGraphNodeGetGraph",
                        cudaGraphChildGraphNodeGetGraph(node, &child)))
        return error;
      if (Error error = visitGraph(child, see))
        return error;
      continue;
    }
    uint32_t kind = kindOf(type);
    see(kind, kind == CONORM_WORK_KERNEL ? nameOf(*driver, node) : "");
  }
  return success();
}
