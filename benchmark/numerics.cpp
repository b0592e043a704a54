//===- numerics.cpp - Speed of the CPU kernels alone ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Measures one row in the first-level cache: the cost of the kernels when
// nothing waits for memory. Bytes per second count every operand and result
// once.
//
//===----------------------------------------------------------------------===//

#include "numerics/Numerics.h"
#include "Harness.h"
#include "conorm/Tools/Process.h"

#include <benchmark/benchmark.h>

#include <cstring>
#include <string>
#include <vector>

using namespace conorm::rt;
using conorm::bench::Buffer;

namespace {

const struct {
  Isa isa;
  const char *name;
} isas[] = {{Isa::Base, "base"}, {Isa::AVX2, "avx2"}, {Isa::AVX512, "avx512"}};

const struct {
  uint32_t type;
  const char *name;
  size_t size;
} types[] = {{CONORM_TYPE_BF16, "bf16", 2},
             {CONORM_TYPE_F16, "f16", 2},
             {CONORM_TYPE_F32, "f32", 4}};

/// Numbers near one in every type.
Buffer row(uint32_t type, int64_t cols) {
  size_t size = type == CONORM_TYPE_F32 ? 4 : 2;
  Buffer bytes(size * cols);
  for (int64_t i = 0; i < cols; ++i) {
    float x = 1.0f + float(i % 61) / 64;
    uint32_t bits;
    std::memcpy(&bits, &x, sizeof(bits));
    if (type == CONORM_TYPE_BF16)
      bits >>= 16;
    if (type == CONORM_TYPE_F16)
      bits = 0x3c00 | (i % 61);
    std::memcpy(&bytes[size * i], &bits, size);
  }
  return bytes;
}

void normRow(benchmark::State &state, Isa isa, uint32_t type, size_t size,
             int64_t cols) {
  selectIsa(isa);
  Buffer in = row(type, cols), weight = in, out = in;
  conorm_norm norm = {1e-6f, 1.0f, CONORM_ROUNDING_SCALE_THEN_ROUND, type,
                      weight.data()};
  for (auto _ : state) {
    rmsNormRow(type, in.data(), out.data(), cols, norm);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(int64_t(state.iterations() * 3 * size * cols));
}

void reduceAddTwo(benchmark::State &state, Isa isa, uint32_t type, size_t size,
                  int64_t cols) {
  selectIsa(isa);
  Buffer a = row(type, cols), b = a, residual = a, out = a;
  const void *sources[] = {a.data(), b.data()};
  for (auto _ : state) {
    reduceAddOrdered(type, sources, 2, residual.data(), nullptr, out.data(),
                     cols);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(int64_t(state.iterations() * 4 * size * cols));
}

void reduceTwo(benchmark::State &state, Isa isa, uint32_t type, size_t size,
               int64_t cols) {
  selectIsa(isa);
  Buffer a = row(type, cols), b = a, out = a;
  const void *sources[] = {a.data(), b.data()};
  for (auto _ : state) {
    reduceOrdered(type, CONORM_REDUCTION_SUM, sources, 2, out.data(), cols);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(int64_t(state.iterations() * 3 * size * cols));
}

} // namespace

int main(int argc, char **argv) {
  conorm::initProcess("conorm-bench-numerics");
  for (auto &isa : isas) {
    if (!selectIsa(isa.isa))
      continue;
    for (auto &type : types)
      for (int64_t cols : {1024, 4096, 8192}) {
        std::string suffix = std::string("/") + type.name + "/" + isa.name +
                             "/" + std::to_string(cols);
        benchmark::RegisterBenchmark(("rmsNormRow" + suffix).c_str(), normRow,
                                     isa.isa, type.type, type.size, cols);
        benchmark::RegisterBenchmark(("reduce2" + suffix).c_str(), reduceTwo,
                                     isa.isa, type.type, type.size, cols);
        benchmark::RegisterBenchmark(("reduceAdd2" + suffix).c_str(),
                                     reduceAddTwo, isa.isa, type.type,
                                     type.size, cols);
      }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
