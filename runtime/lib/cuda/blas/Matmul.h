//===- Matmul.h - Products of matrices by cuBLASLt --------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_CUDA_BLAS_MATMUL_H
#define CONORM_RUNTIME_LIB_CUDA_BLAS_MATMUL_H

#include "CublasLtApi.h"

#include "conorm-runtime/device.h"

#include <cstring>
#include <cuda_runtime_api.h>
#include <map>
#include <memory>
#include <type_traits>

namespace conorm::rt::cuda {

/// How the library takes the scales of both operands.
enum class MatmulScaleMode : int64_t { None, Scalars, Vectors };

/// All that an algorithm depends on, and nothing else. Compared byte by byte,
/// so without padding.
struct MatmulKey {
  int64_t batch, m, n, k;
  int64_t lhsBatch, rhsBatch, initBatch, outputBatch;
  int64_t lhsRow, rhsRow, initRow, outputRow;
  int64_t lhsType, rhsType, outputType;
  int64_t lhsTransposed, rhsTransposed, hasInit;
  MatmulScaleMode scales;
  /// Bytes that all matrices of an operand are aligned to, at most 256.
  int64_t lhsAlignment, rhsAlignment, initAlignment, outputAlignment;

  bool operator<(const MatmulKey &other) const {
    return memcmp(this, &other, sizeof(MatmulKey)) < 0;
  }
};
static_assert(std::has_unique_object_representations_v<MatmulKey>,
              "no padding");

/// The products of one context. Calls come one at a time, for the context's
/// device, which is current.
class Matmul {
public:
  Matmul();
  ~Matmul();
  Matmul(const Matmul &) = delete;
  Matmul &operator=(const Matmul &) = delete;

  /// Loads the library, and makes the workspace, which is all the memory that
  /// calls need. Once; later calls return what the first one did.
  Error load();

  /// Chooses the algorithm of a product and brings its code to the device, so
  /// that run() does neither. Pointers count by their alignment alone. Nothing
  /// may be captured meanwhile.
  Error prepare(const conorm_matmul_args &args);

  /// Enqueues a product. Nothing is allocated or waited for, so that it can be
  /// captured.
  Error run(const conorm_matmul_args &args, cudaStream_t stream);

private:
  using Key = MatmulKey;
  struct Product;

  Error makeWorkspace();
  Error find(const conorm_matmul_args &args, Product *&out);
  Error makeProduct(const Key &key, Product &product);
  Error chooseAlgorithm(const Key &key, Product &product);
  Error setScales(const conorm_matmul_args &args, Product &product,
                  cudaStream_t stream);
  Error check(const char *what, int status) const;

  bool isLoaded = false;
  Error outcome;
  const CublasLtApi *api = nullptr;
  LtHandle handle = nullptr;
  /// The library's, and behind it two vectors of scales.
  char *workspace = nullptr;
  std::map<Key, std::unique_ptr<Product>> products;
};

} // namespace conorm::rt::cuda

#endif // CONORM_RUNTIME_LIB_CUDA_BLAS_MATMUL_H
