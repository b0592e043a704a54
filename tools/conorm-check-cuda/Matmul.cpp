//===- Matmul.cpp - Products of matrices against float64 ------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Random products of every row of conorm_matmul_args' table against sums in
// float64. With S the sum of the absolute values of all that is added, a result
// must be within
//
//   (k + 4) * 2^-23 * S                       operands of 16 and 32 bits
//   (min(k, 128) + 4) * 2^-13 * S
//     + (k + 4) * 2^-23 * S                   operands of 8 bits
//
// of the exact one, and half a unit in the last place of the output's type.
// The first is a sum in f32 whose additions cut off (the matrix units do); the
// matrix units sum products of 8 bits with 13 bits behind the point of the
// largest, and the library adds what comes of at most 128 of them in f32. In
// every second cell all values are small integers: every sum is exact, and so
// must the result be. Runs are repeated, and replayed from a graph, with equal
// bits; outputs and what lies between their rows are poisoned.
//
//===----------------------------------------------------------------------===//

#include "Products.h"

#include <cstdio>

using namespace check;

namespace {

/// Memory for one cell at a time.
class Space {
public:
  explicit Space(size_t bytes) : bytes(bytes) {
    cuda(cudaMalloc(reinterpret_cast<void **>(&base), bytes), "cudaMalloc");
  }
  ~Space() { cudaFree(base); }
  void reset() { used = 0; }
  char *take(size_t size) {
    char *place = base + used;
    used += (size + 255) / 256 * 256;
    if (used > bytes)
      die("a cell of more than %zu bytes", bytes);
    return place;
  }

private:
  char *base = nullptr;
  size_t bytes, used = 0;
};

void upload(Space &space, Operand &operand, cudaStream_t stream) {
  operand.device = space.take(operand.host.size());
  cuda(cudaMemcpyAsync(operand.device, operand.host.data(), operand.host.size(),
                       cudaMemcpyHostToDevice, stream),
       "upload");
}

const void *upload(Space &space, const std::vector<float> &scales,
                   cudaStream_t stream) {
  if (scales.empty())
    return nullptr;
  size_t bytes = scales.size() * sizeof(float);
  char *place = space.take(bytes);
  cuda(cudaMemcpyAsync(place, scales.data(), bytes, cudaMemcpyHostToDevice,
                       stream),
       "upload");
  return place;
}

conorm_matmul_args argsOf(const Product &p, const void *lhsScale,
                          const void *rhsScale) {
  conorm_matmul_args args{};
  args.struct_size = sizeof(args);
  args.lhs_type = p.lhs.type;
  args.rhs_type = p.rhs.type;
  args.output_type = p.output.type;
  args.lhs = p.lhs.first();
  args.rhs = p.rhs.first();
  args.output = p.output.first();
  args.batch = p.batch;
  args.m = p.m;
  args.n = p.n;
  args.k = p.k;
  args.lhs_batch_stride = p.lhs.batchStride;
  args.rhs_batch_stride = p.rhs.batchStride;
  args.output_batch_stride = p.output.batchStride;
  args.lhs_row_stride = p.lhs.rowStride;
  args.rhs_row_stride = p.rhs.rowStride;
  args.output_row_stride = p.output.rowStride;
  if (p.hasInit) {
    args.init = p.inPlace ? p.output.first() : p.init.first();
    args.init_batch_stride = p.init.batchStride;
    args.init_row_stride = p.init.rowStride;
  }
  args.lhs_transposed = p.lhsTransposed;
  args.rhs_transposed = p.rhsTransposed;
  args.lhs_scale_kind = p.lhsScaleKind;
  args.rhs_scale_kind = p.rhsScaleKind;
  args.lhs_scale = lhsScale;
  args.rhs_scale = rhsScale;
  return args;
}

/// Poisons the output, or fills it with the init that it replaces.
void prepareOutput(const Product &p, cudaStream_t stream) {
  size_t bytes = size_t(p.output.elements()) * formatOf(p.output.type).bytes();
  cuda(cudaMemsetAsync(p.output.device, poison, bytes, stream), "poison");
  if (!p.hasInit || !p.inPlace)
    return;
  int size = formatOf(p.output.type).bytes();
  for (int64_t b = 0; b < p.batch; ++b)
    cuda(cudaMemcpy2DAsync(p.output.device + p.output.at(b, 0, 0) * size,
                           size_t(p.output.rowStride * size),
                           p.init.host.data() + p.init.at(b, 0, 0) * size,
                           size_t(p.init.rowStride * size), size_t(p.n * size),
                           size_t(p.m), cudaMemcpyHostToDevice, stream),
         "init");
}

std::vector<char> download(const Product &p, cudaStream_t stream) {
  std::vector<char> found(size_t(p.output.elements()) *
                          formatOf(p.output.type).bytes());
  cuda(cudaMemcpyAsync(found.data(), p.output.device, found.size(),
                       cudaMemcpyDeviceToHost, stream),
       "download");
  cuda(cudaStreamSynchronize(stream), "a product");
  return found;
}

/// The same call from a graph.
conorm_status replay(conorm_context *context, const conorm_matmul_args &args,
                     cudaStream_t stream) {
  cudaGraph_t graph;
  cudaGraphExec_t executable;
  cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
       "capture");
  conorm_status status = conorm_matmul(context, &args);
  cuda(cudaStreamEndCapture(stream, &graph), "end of capture");
  cuda(cudaGraphInstantiate(&executable, graph, 0), "instantiate");
  cuda(cudaGraphLaunch(executable, stream), "replay");
  cuda(cudaStreamSynchronize(stream), "replay");
  cuda(cudaGraphExecDestroy(executable), "cudaGraphExecDestroy");
  cuda(cudaGraphDestroy(graph), "cudaGraphDestroy");
  return status;
}

std::string checkProduct(conorm_context *context, Product &p, Space &space,
                         cudaStream_t stream, Random &random, Worst &worst) {
  space.reset();
  for (Operand *operand : {&p.lhs, &p.rhs, &p.init})
    upload(space, *operand, stream);
  p.output.device =
      space.take(size_t(p.output.elements()) * formatOf(p.output.type).bytes());
  conorm_matmul_args args = argsOf(p, upload(space, p.lhsScale, stream),
                                   upload(space, p.rhsScale, stream));
  prepareOutput(p, stream);
  if (conorm_matmul(context, &args))
    return conorm_context_message(context);
  std::vector<char> first = download(p, stream);
  std::string difference = compareOutput(p, first, random, worst);
  if (!difference.empty())
    return difference;
  for (bool isReplay : {false, true}) {
    prepareOutput(p, stream);
    if (isReplay ? replay(context, args, stream)
                 : conorm_matmul(context, &args))
      return conorm_context_message(context);
    if (download(p, stream) != first)
      return isReplay ? "the replay differs" : "the second run differs";
  }
  return "";
}

/// k = 0, and sizes of 0, in the order of the names.
std::string checkEmpty(conorm_context *context, Space &space,
                       cudaStream_t stream) {
  Random random(3);
  for (const TypeRow &types : typeRows)
    for (bool hasInit : {false, true}) {
      Product p = drawProduct(random, int(&types - typeRows));
      p.hasInit = hasInit && !(isF8(types.lhs) && types.output != f32);
      p.k = 0;
      p.integers = true;
      Worst worst;
      std::string difference =
          checkProduct(context, p, space, stream, random, worst);
      if (!difference.empty())
        return "k = 0, " + describe(p) + ": " + difference;
      for (int64_t Product::*size :
           {&Product::batch, &Product::m, &Product::n}) {
        Product none = p;
        none.*size = 0;
        conorm_matmul_args args = argsOf(none, nullptr, nullptr);
        args.lhs_scale_kind = args.rhs_scale_kind = CONORM_MATMUL_SCALE_NONE;
        prepareOutput(p, stream);
        std::vector<char> before = download(p, stream);
        if (conorm_matmul(context, &args))
          return conorm_context_message(context);
        if (download(p, stream) != before)
          return "a product of no elements has written";
      }
    }
  return "";
}

} // namespace

int check::matmul(int argc, char **argv) {
  int64_t cells = option(argc, argv, "cells", 330);
  uint64_t seed = uint64_t(option(argc, argv, "seed", 1));
  useDeviceOf(0);
  cudaStream_t stream;
  cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream");
  conorm_bootstrap bootstrap = CONORM_BOOTSTRAP_INIT;
  if (conorm_bootstrap_threads(1, &bootstrap))
    die("no bootstrap");
  ContextOptions options;
  options.stream = stream;
  conorm_context *context = makeContext(bootstrap, options);
  Space space(256 << 20);
  Worst worst[numTypeRows];
  int failures = 0;
  for (int64_t i = 0; i < cells && failures < 10; ++i) {
    Random random(seed * 1000003 + uint64_t(i));
    Product p = drawProduct(random, int(i));
    std::string difference =
        checkProduct(context, p, space, stream, random, worst[i % numTypeRows]);
    if (difference.empty())
      continue;
    printf("cell %lld: %s: %s\n", (long long)i, describe(p).c_str(),
           difference.c_str());
    ++failures;
    if (conorm_context_status(context)) {
      conorm_context_destroy(context);
      context = makeContext(bootstrap, options);
    }
  }
  std::string difference = checkEmpty(context, space, stream);
  if (!difference.empty()) {
    printf("%s\n", difference.c_str());
    ++failures;
  }
  printf("operands             output  error/bound  error/sum  of\n");
  for (int i = 0; i < numTypeRows; ++i)
    printf("%-9s %-9s  %-6s  %11.3g  %9.3g  %s\n",
           conorm_type_name(typeRows[i].lhs), conorm_type_name(typeRows[i].rhs),
           conorm_type_name(typeRows[i].output), worst[i].ofBound,
           worst[i].ofSum, worst[i].product.c_str());
  printf("%lld products, %d failures\n", (long long)cells, failures);
  conorm_context_destroy(context);
  conorm_bootstrap_release(&bootstrap);
  cuda(cudaStreamDestroy(stream), "cudaStreamDestroy");
  return failures != 0;
}
