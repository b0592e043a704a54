//===- Processor.cpp - What this processor can run ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The places of CPUID's bits are in Intel's and AMD's manuals. An extension
// with registers of its own is there only if the operating system saves them.
//
//===----------------------------------------------------------------------===//

#include "Processor.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

using namespace conorm::rt;

#if defined(__x86_64__)

namespace {

enum Register : uint8_t { EAX, EBX, ECX, EDX };

/// Bits of XCR0: registers that the operating system saves.
enum State : uint32_t {
  noState = 0,
  ymm = 0x6,
  zmm = 0xe6,
  tiles = 0x60000,
  egpr = 0x80000
};

struct FeatureBit {
  const char *name;
  uint32_t leaf, subleaf;
  Register reg;
  uint8_t bit;
  State state = noState;
};

constexpr uint32_t extended = 0x80000001, extended8 = 0x80000008;

const FeatureBit featureBits[] = {{"x87", 1, 0, EDX, 0},
                                  {"cx8", 1, 0, EDX, 8},
                                  {"cmov", 1, 0, EDX, 15},
                                  {"mmx", 1, 0, EDX, 23},
                                  {"fxsr", 1, 0, EDX, 24},
                                  {"sse", 1, 0, EDX, 25},
                                  {"sse2", 1, 0, EDX, 26},
                                  {"sse3", 1, 0, ECX, 0},
                                  {"pclmul", 1, 0, ECX, 1},
                                  {"ssse3", 1, 0, ECX, 9},
                                  {"fma", 1, 0, ECX, 12, ymm},
                                  {"cx16", 1, 0, ECX, 13},
                                  {"sse4.1", 1, 0, ECX, 19},
                                  {"sse4.2", 1, 0, ECX, 20},
                                  {"crc32", 1, 0, ECX, 20},
                                  {"movbe", 1, 0, ECX, 22},
                                  {"popcnt", 1, 0, ECX, 23},
                                  {"aes", 1, 0, ECX, 25},
                                  {"xsave", 1, 0, ECX, 27},
                                  {"avx", 1, 0, ECX, 28, ymm},
                                  {"f16c", 1, 0, ECX, 29, ymm},
                                  {"rdrnd", 1, 0, ECX, 30},
                                  {"64bit", extended, 0, EDX, 29},
                                  {"sahf", extended, 0, ECX, 0},
                                  {"lzcnt", extended, 0, ECX, 5},
                                  {"sse4a", extended, 0, ECX, 6},
                                  {"prfchw", extended, 0, ECX, 8},
                                  {"xop", extended, 0, ECX, 11, ymm},
                                  {"lwp", extended, 0, ECX, 15},
                                  {"fma4", extended, 0, ECX, 16, ymm},
                                  {"tbm", extended, 0, ECX, 21},
                                  {"mwaitx", extended, 0, ECX, 29},
                                  {"clzero", extended8, 0, EBX, 0},
                                  {"rdpru", extended8, 0, EBX, 4},
                                  {"wbnoinvd", extended8, 0, EBX, 9},
                                  {"fsgsbase", 7, 0, EBX, 0},
                                  {"sgx", 7, 0, EBX, 2},
                                  {"bmi", 7, 0, EBX, 3},
                                  {"avx2", 7, 0, EBX, 5, ymm},
                                  {"bmi2", 7, 0, EBX, 8},
                                  {"invpcid", 7, 0, EBX, 10},
                                  {"rtm", 7, 0, EBX, 11},
                                  {"avx512f", 7, 0, EBX, 16, zmm},
                                  {"evex512", 7, 0, EBX, 16, zmm},
                                  {"avx512dq", 7, 0, EBX, 17, zmm},
                                  {"rdseed", 7, 0, EBX, 18},
                                  {"adx", 7, 0, EBX, 19},
                                  {"avx512ifma", 7, 0, EBX, 21, zmm},
                                  {"clflushopt", 7, 0, EBX, 23},
                                  {"clwb", 7, 0, EBX, 24},
                                  {"avx512cd", 7, 0, EBX, 28, zmm},
                                  {"sha", 7, 0, EBX, 29},
                                  {"avx512bw", 7, 0, EBX, 30, zmm},
                                  {"avx512vl", 7, 0, EBX, 31, zmm},
                                  {"avx512vbmi", 7, 0, ECX, 1, zmm},
                                  {"pku", 7, 0, ECX, 4},
                                  {"waitpkg", 7, 0, ECX, 5},
                                  {"avx512vbmi2", 7, 0, ECX, 6, zmm},
                                  {"shstk", 7, 0, ECX, 7},
                                  {"gfni", 7, 0, ECX, 8},
                                  {"vaes", 7, 0, ECX, 9, ymm},
                                  {"vpclmulqdq", 7, 0, ECX, 10, ymm},
                                  {"avx512vnni", 7, 0, ECX, 11, zmm},
                                  {"avx512bitalg", 7, 0, ECX, 12, zmm},
                                  {"avx512vpopcntdq", 7, 0, ECX, 14, zmm},
                                  {"rdpid", 7, 0, ECX, 22},
                                  {"kl", 7, 0, ECX, 23},
                                  {"cldemote", 7, 0, ECX, 25},
                                  {"movdiri", 7, 0, ECX, 27},
                                  {"movdir64b", 7, 0, ECX, 28},
                                  {"enqcmd", 7, 0, ECX, 29},
                                  {"uintr", 7, 0, EDX, 5},
                                  {"avx512vp2intersect", 7, 0, EDX, 8, zmm},
                                  {"serialize", 7, 0, EDX, 14},
                                  {"tsxldtrk", 7, 0, EDX, 16},
                                  {"pconfig", 7, 0, EDX, 18},
                                  {"amx-bf16", 7, 0, EDX, 22, tiles},
                                  {"avx512fp16", 7, 0, EDX, 23, zmm},
                                  {"amx-tile", 7, 0, EDX, 24, tiles},
                                  {"amx-int8", 7, 0, EDX, 25, tiles},
                                  {"sha512", 7, 1, EAX, 0, ymm},
                                  {"sm3", 7, 1, EAX, 1, ymm},
                                  {"sm4", 7, 1, EAX, 2, ymm},
                                  {"raoint", 7, 1, EAX, 3},
                                  {"avxvnni", 7, 1, EAX, 4, ymm},
                                  {"avx512bf16", 7, 1, EAX, 5, zmm},
                                  {"cmpccxadd", 7, 1, EAX, 7},
                                  {"amx-fp16", 7, 1, EAX, 21, tiles},
                                  {"hreset", 7, 1, EAX, 22},
                                  {"avxifma", 7, 1, EAX, 23, ymm},
                                  {"movrs", 7, 1, EAX, 31},
                                  {"avxvnniint8", 7, 1, EDX, 4, ymm},
                                  {"avxneconvert", 7, 1, EDX, 5, ymm},
                                  {"amx-complex", 7, 1, EDX, 8, tiles},
                                  {"avxvnniint16", 7, 1, EDX, 10, ymm},
                                  {"prefetchi", 7, 1, EDX, 14},
                                  {"usermsr", 7, 1, EDX, 15},
                                  {"egpr", 7, 1, EDX, 21, egpr},
                                  {"push2pop2", 7, 1, EDX, 21, egpr},
                                  {"ppx", 7, 1, EDX, 21, egpr},
                                  {"ndd", 7, 1, EDX, 21, egpr},
                                  {"ccmp", 7, 1, EDX, 21, egpr},
                                  {"nf", 7, 1, EDX, 21, egpr},
                                  {"cf", 7, 1, EDX, 21, egpr},
                                  {"zu", 7, 1, EDX, 21, egpr},
                                  {"jmpabs", 7, 1, EDX, 21, egpr},
                                  {"xsaveopt", 0xd, 1, EAX, 0},
                                  {"xsavec", 0xd, 1, EAX, 1},
                                  {"xsaves", 0xd, 1, EAX, 3},
                                  {"ptwrite", 0x14, 0, EBX, 4},
                                  {"widekl", 0x19, 0, EBX, 2},
                                  {"amx-fp8", 0x1e, 1, EAX, 4, tiles},
                                  {"amx-tf32", 0x1e, 1, EAX, 6, tiles},
                                  {"amx-avx512", 0x1e, 1, EAX, 7, tiles},
                                  {"amx-movrs", 0x1e, 1, EAX, 8, tiles}};

/// What CPUID says; zeros for a leaf that it does not have.
struct Leaf {
  uint32_t registers[4] = {};
  Leaf(uint32_t leaf, uint32_t subleaf) {
    __get_cpuid_count(leaf, subleaf, &registers[EAX], &registers[EBX],
                      &registers[ECX], &registers[EDX]);
  }
  bool has(Register reg, unsigned bit) const {
    return registers[reg] >> bit & 1;
  }
};

/// Registers that the operating system saves, as XCR0 has them.
uint32_t savedStates() {
  if (!Leaf(1, 0).has(ECX, 27))
    return 0;
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

bool isSaved(State state) { return (savedStates() & state) == state; }

/// AVX10 has a version number where others have bits.
bool hasAvx10(unsigned version) {
  return Leaf(7, 1).has(EDX, 19) && isSaved(zmm) &&
         (Leaf(0x24, 0).registers[EBX] & 0xff) >= version;
}

} // namespace

Feature conorm::rt::findFeature(const std::string &name) {
  auto answer = [](bool present) {
    return present ? Feature::Present : Feature::Missing;
  };
  // All of AVX10 has registers of 512 bits, whatever LLVM calls it.
  if (name.compare(0, 6, "avx10.") == 0 && name.size() > 6)
    return answer(hasAvx10(name[6] - '0'));
  for (const FeatureBit &feature : featureBits)
    if (name == feature.name)
      return answer(
          Leaf(feature.leaf, feature.subleaf).has(feature.reg, feature.bit) &&
          isSaved(feature.state));
  return Feature::Unknown;
}

std::string conorm::rt::processorName() {
  char name[49] = "";
  for (uint32_t i = 0; i < 3; ++i)
    std::memcpy(name + 16 * i, Leaf(0x80000002 + i, 0).registers, 16);
  std::string text = name;
  size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos)
    return "unknown";
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

#else

Feature conorm::rt::findFeature(const std::string &) {
  return Feature::Unknown;
}

std::string conorm::rt::processorName() { return "unknown"; }

#endif

FeatureCheck conorm::rt::checkFeatures(const std::string &features) {
  FeatureCheck check;
  for (size_t at = 0; at < features.size();) {
    size_t end = std::min(features.find(',', at), features.size());
    std::string name = features.substr(at, end - at);
    at = end + 1;
    Feature found = name.empty() ? Feature::Present : findFeature(name);
    if (found == Feature::Present)
      continue;
    std::string &list =
        found == Feature::Missing ? check.missing : check.unknown;
    list += (list.empty() ? "" : ", ") + name;
  }
  return check;
}
