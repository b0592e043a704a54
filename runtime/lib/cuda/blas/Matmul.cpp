//===- Matmul.cpp - Products of matrices by cuBLASLt ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The library's matrices are column major: a matrix whose rows lie one after
// the other is its transposed one. So the library gets rhs as its left operand
// and lhs as its right one, and makes the output transposed, that is, row
// major.
//
//===----------------------------------------------------------------------===//

#include "Matmul.h"

#include "../Driver.h"
#include "MatmulKernels.h"

#include <algorithm>
#include <cinttypes>
#include <climits>
#include <cstring>

using namespace conorm::rt;
using namespace conorm::rt::cuda;

/// What the library recommends for the newest devices.
static constexpr size_t libraryBytes = 32 << 20;
/// Elements of each of the two vectors that a scalar is repeated in.
static constexpr int64_t maxRepeats = 1 << 18;
static constexpr size_t workspaceBytes =
    libraryBytes + 2 * maxRepeats * sizeof(float);

/// What the library needs for products of one key.
struct Matmul::Product {
  const CublasLtApi &api;
  LtDesc desc = nullptr;
  /// The library's A and B are rhs and lhs.
  LtLayout a = nullptr, b = nullptr, c = nullptr, d = nullptr;
  LtAlgorithm algorithm;
  size_t bytes = 0;
  /// Calls for the matrices of a batch, each of which is one of the library.
  int64_t calls = 1;
  bool isPrepared = false;

  explicit Product(const CublasLtApi &api) : api(api) {}
  ~Product() {
    for (LtLayout layout : {a, b, c, d})
      if (layout)
        api.layoutDestroy(layout);
    if (desc)
      api.descDestroy(desc);
  }
};

Matmul::Matmul() = default;

Matmul::~Matmul() {
  products.clear();
  if (handle)
    api->destroy(handle);
  if (workspace)
    cudaFree(workspace);
}

Error Matmul::check(const char *what, int status) const {
  if (status == ltSuccess)
    return success();
  return makeError(CONORM_ERROR_SYSTEM, "%s: %s", what,
                   api->getStatusString(status));
}

//===----------------------------------------------------------------------===//
// The library
//===----------------------------------------------------------------------===//

Error Matmul::makeWorkspace() {
  if (Error error = checkCuda("cudaFuncGetAttributes", loadMatmulKernels()))
    return error;
  if (Error error = check("cublasLtCreate", api->create(&handle)))
    return error;
  void *memory = nullptr;
  if (Error error =
          checkCuda("cudaMalloc", cudaMalloc(&memory, workspaceBytes)))
    return error;
  workspace = static_cast<char *>(memory);
  return success();
}

Error Matmul::load() {
  if (isLoaded)
    return outcome;
  isLoaded = true;
  outcome = loadCublasLt(api);
  if (!outcome)
    outcome = makeWorkspace();
  return outcome;
}

//===----------------------------------------------------------------------===//
// Keys
//===----------------------------------------------------------------------===//

static int64_t bytesOf(uint32_t type) {
  switch (type) {
  case CONORM_TYPE_F32:
    return 4;
  case CONORM_TYPE_F16:
  case CONORM_TYPE_BF16:
    return 2;
  default:
    return 1;
  }
}

/// What the matrices of a batch are all aligned to.
static int64_t alignmentOf(const void *first, int64_t stride, uint32_t type) {
  uint64_t bits = reinterpret_cast<uintptr_t>(first) |
                  uint64_t(stride * bytesOf(type)) | 256;
  return int64_t(bits & -bits);
}

/// Whether there is one scale for each of several.
static bool isVector(uint32_t kind, int64_t size) {
  return kind == CONORM_MATMUL_SCALE_VECTOR && size != 1;
}

static MatmulScaleMode scaleModeOf(const conorm_matmul_args &args) {
  if (isVector(args.lhs_scale_kind, args.m) ||
      isVector(args.rhs_scale_kind, args.n))
    return MatmulScaleMode::Vectors;
  if (args.lhs_scale_kind == CONORM_MATMUL_SCALE_NONE &&
      args.rhs_scale_kind == CONORM_MATMUL_SCALE_NONE)
    return MatmulScaleMode::None;
  return MatmulScaleMode::Scalars;
}

static int libraryTypeOf(int64_t type) {
  switch (type) {
  case CONORM_TYPE_F16:
    return ltF16;
  case CONORM_TYPE_BF16:
    return ltBF16;
  case CONORM_TYPE_F8E4M3FN:
    return ltE4M3;
  case CONORM_TYPE_F8E5M2:
    return ltE5M2;
  default:
    return ltF32;
  }
}

//===----------------------------------------------------------------------===//
// Products of one key
//===----------------------------------------------------------------------===//

Error Matmul::chooseAlgorithm(const Key &key, Product &product) {
  LtPreference preference;
  if (Error error = check("cublasLtMatmulPreferenceCreate",
                          api->preferenceCreate(&preference)))
    return error;
  size_t bytes = libraryBytes;
  int status =
      api->preferenceSet(preference, ltMaxWorkspace, &bytes, sizeof(bytes));
  // There is one rounding to the output's type.
  uint32_t schemes = ltReduceInF32;
  if (status == ltSuccess)
    status = api->preferenceSet(preference, ltReductionSchemes, &schemes,
                                sizeof(schemes));
  int attribute = ltMinAlignmentA;
  for (int64_t alignment : {key.rhsAlignment, key.lhsAlignment,
                            key.initAlignment, key.outputAlignment}) {
    uint32_t value = uint32_t(alignment);
    if (status == ltSuccess)
      status =
          api->preferenceSet(preference, attribute++, &value, sizeof(value));
  }
  LtHeuristic found{};
  int count = 0;
  if (status == ltSuccess)
    status =
        api->getHeuristic(handle, product.desc, product.a, product.b, product.c,
                          product.d, preference, 1, &found, &count);
  api->preferenceDestroy(preference);
  if (status == ltNotSupported || (status == ltSuccess && count == 0))
    return makeError(
        CONORM_ERROR_UNSUPPORTED,
        "cuBLASLt %s has no algorithm for [%" PRId64 ", %" PRId64
        "] times [%" PRId64 ", %" PRId64 "] of %s, %s and %s%s on this device",
        cublasLtVersionText(api->version).c_str(), key.m, key.k, key.k, key.n,
        conorm_type_name(uint32_t(key.lhsType)),
        conorm_type_name(uint32_t(key.rhsType)),
        conorm_type_name(uint32_t(key.outputType)),
        key.scales == MatmulScaleMode::Vectors ? " with vectors of scales"
                                               : "");
  if (Error error = check("cublasLtMatmulAlgoGetHeuristic", status))
    return error;
  product.algorithm = found.algorithm;
  product.bytes = found.workspaceBytes;
  return success();
}

Error Matmul::makeProduct(const Key &key, Product &product) {
  // Vectors of scales are those of one matrix.
  bool isBatch = key.batch > 1 && key.scales != MatmulScaleMode::Vectors;
  product.calls = isBatch ? 1 : key.batch;
  int status = api->descCreate(&product.desc, ltComputeF32, ltF32);
  auto set = [&](int attribute, int32_t value) {
    if (status == ltSuccess)
      status = api->descSet(product.desc, attribute, &value, sizeof(value));
  };
  set(ltTransA, key.rhsTransposed ? ltTransposed : ltAsIs);
  set(ltTransB, key.lhsTransposed ? ltTransposed : ltAsIs);
  if (key.scales == MatmulScaleMode::Vectors)
    for (int attribute : {ltScaleModeA, ltScaleModeB})
      set(attribute, ltScaleOuterVector);
  // What the library asks for the alignment of before there is a call.
  const void *anywhere = workspace;
  if (key.scales != MatmulScaleMode::None)
    for (int attribute : {ltScalePointerA, ltScalePointerB})
      if (status == ltSuccess)
        status =
            api->descSet(product.desc, attribute, &anywhere, sizeof(anywhere));
  auto add = [&](LtLayout &layout, int64_t type, int64_t rows, int64_t cols,
                 int64_t ld, int64_t stride) {
    if (status == ltSuccess)
      status = api->layoutCreate(&layout, libraryTypeOf(type), uint64_t(rows),
                                 uint64_t(cols), ld);
    if (!isBatch)
      return;
    int32_t count = int32_t(key.batch);
    if (status == ltSuccess)
      status = api->layoutSet(layout, ltBatchCount, &count, sizeof(count));
    if (status == ltSuccess)
      status = api->layoutSet(layout, ltBatchStride, &stride, sizeof(stride));
  };
  add(product.a, key.rhsType, key.rhsTransposed ? key.k : key.n,
      key.rhsTransposed ? key.n : key.k, key.rhsRow, key.rhsBatch);
  add(product.b, key.lhsType, key.lhsTransposed ? key.m : key.k,
      key.lhsTransposed ? key.k : key.m, key.lhsRow, key.lhsBatch);
  add(product.c, key.outputType, key.n, key.m, key.initRow, key.initBatch);
  add(product.d, key.outputType, key.n, key.m, key.outputRow, key.outputBatch);
  if (Error error = check("cublasLtMatmulDescCreate", status))
    return error;
  return chooseAlgorithm(key, product);
}

Error Matmul::find(const conorm_matmul_args &args, Product *&out) {
  if (Error error = load())
    return error;
  if (args.batch > INT32_MAX)
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "batch is %" PRId64 ", expected at most %d", args.batch,
                     INT32_MAX);
  // Without an init the library still gets one, and does not read it.
  bool hasInit = args.init != nullptr;
  Key key{};
  key.batch = args.batch;
  key.m = args.m;
  key.n = args.n;
  key.k = args.k;
  key.lhsBatch = args.lhs_batch_stride;
  key.rhsBatch = args.rhs_batch_stride;
  key.outputBatch = args.output_batch_stride;
  key.initBatch = hasInit ? args.init_batch_stride : key.outputBatch;
  key.lhsRow = args.lhs_row_stride;
  key.rhsRow = args.rhs_row_stride;
  key.outputRow = args.output_row_stride;
  key.initRow = hasInit ? args.init_row_stride : key.outputRow;
  key.lhsType = args.lhs_type;
  key.rhsType = args.rhs_type;
  key.outputType = args.output_type;
  key.lhsTransposed = args.lhs_transposed;
  key.rhsTransposed = args.rhs_transposed;
  key.hasInit = hasInit;
  key.scales = scaleModeOf(args);
  key.lhsAlignment = alignmentOf(args.lhs, key.lhsBatch, args.lhs_type);
  key.rhsAlignment = alignmentOf(args.rhs, key.rhsBatch, args.rhs_type);
  key.outputAlignment =
      alignmentOf(args.output, key.outputBatch, args.output_type);
  key.initAlignment =
      hasInit ? alignmentOf(args.init, key.initBatch, args.output_type)
              : key.outputAlignment;
  auto found = products.find(key);
  if (found == products.end()) {
    auto product = std::make_unique<Product>(*api);
    if (Error error = makeProduct(key, *product))
      return error;
    found = products.emplace(key, std::move(product)).first;
  }
  out = found->second.get();
  return success();
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// A scale as a vector of `size`: itself, or one value repeated in `space`.
static Error makeVector(const char *name, uint32_t kind, const void *&scale,
                        int64_t size, float *space, cudaStream_t stream) {
  if (kind == CONORM_MATMUL_SCALE_VECTOR ||
      (kind == CONORM_MATMUL_SCALE_SCALAR && size == 1))
    return success();
  if (size > maxRepeats)
    return makeError(CONORM_ERROR_UNSUPPORTED,
                     "%s is one value for %" PRId64 ", expected at most "
                     "%" PRId64 " beside a vector of scales",
                     name, size, maxRepeats);
  const void *scalar = kind == CONORM_MATMUL_SCALE_SCALAR ? scale : nullptr;
  scale = space;
  return checkCuda(
      "cudaLaunchKernel",
      fillScales(static_cast<const float *>(scalar), space, size, stream));
}

Error Matmul::setScales(const conorm_matmul_args &args, Product &product,
                        cudaStream_t stream) {
  MatmulScaleMode mode = scaleModeOf(args);
  if (mode == MatmulScaleMode::None)
    return success();
  const void *lhs = args.lhs_scale, *rhs = args.rhs_scale;
  if (mode == MatmulScaleMode::Vectors) {
    float *space = reinterpret_cast<float *>(workspace + libraryBytes);
    if (Error error = makeVector("lhs_scale", args.lhs_scale_kind, lhs, args.m,
                                 space, stream))
      return error;
    if (Error error = makeVector("rhs_scale", args.rhs_scale_kind, rhs, args.n,
                                 space + maxRepeats, stream))
      return error;
  }
  for (auto [attribute, scale] :
       {std::pair(ltScalePointerA, rhs), {ltScalePointerB, lhs}})
    if (Error error =
            check("cublasLtMatmulDescSetAttribute",
                  api->descSet(product.desc, attribute, &scale, sizeof(scale))))
      return error;
  return success();
}

/// Matrix `index` of a batch.
static const void *matrixOf(const void *first, int64_t index, int64_t stride,
                            uint32_t type) {
  return static_cast<const char *>(first) + index * stride * bytesOf(type);
}

Error Matmul::run(const conorm_matmul_args &args, cudaStream_t stream) {
  if (args.batch == 0 || args.m == 0 || args.n == 0)
    return success();
  if (args.k == 0)
    return checkCuda("cudaLaunchKernel", matmulOfNothing(args, stream));
  Product *product;
  if (Error error = find(args, product))
    return error;
  if (Error error = setScales(args, *product, stream))
    return error;
  const float alpha = 1.0f, beta = args.init ? 1.0f : 0.0f;
  for (int64_t i = 0; i < product->calls; ++i) {
    void *output = const_cast<void *>(
        matrixOf(args.output, i, args.output_batch_stride, args.output_type));
    const void *init =
        args.init
            ? matrixOf(args.init, i, args.init_batch_stride, args.output_type)
            : output;
    int status = api->matmul(
        handle, product->desc, &alpha,
        matrixOf(args.rhs, i, args.rhs_batch_stride, args.rhs_type), product->a,
        matrixOf(args.lhs, i, args.lhs_batch_stride, args.lhs_type), product->b,
        &beta, init, product->c, output, product->d, &product->algorithm,
        workspace, product->bytes, stream);
    if (Error error = check("cublasLtMatmul", status))
      return error;
  }
  return success();
}

Error Matmul::prepare(const conorm_matmul_args &args) {
  if (args.batch == 0 || args.m == 0 || args.n == 0 || args.k == 0)
    return load();
  Product *product;
  if (Error error = find(args, product))
    return error;
  if (product->isPrepared)
    return success();
  // A graph that is made and never launched has its kernels loaded.
  cudaStream_t stream;
  if (Error error =
          checkCuda("cudaStreamCreate",
                    cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking)))
    return error;
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  Error error = checkCuda(
      "cudaStreamBeginCapture",
      cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  if (!error) {
    error = run(args, stream);
    Error ended =
        checkCuda("cudaStreamEndCapture", cudaStreamEndCapture(stream, &graph));
    if (!error)
      error = ended;
  }
  if (!error)
    error = checkCuda("cudaGraphInstantiate",
                      cudaGraphInstantiate(&executable, graph, 0));
  if (executable)
    cudaGraphExecDestroy(executable);
  if (graph)
    cudaGraphDestroy(graph);
  cudaStreamDestroy(stream);
  product->isPrepared = !error;
  return error;
}
