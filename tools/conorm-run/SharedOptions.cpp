//===- SharedOptions.cpp - Options that all ranks must share --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SharedOptions.h"

#include "RunError.h"

#include "support/Names.h"

#include <cstdio>
#include <cstring>

using conorm::rt::enumName;
using namespace conorm::run;

namespace {

constexpr const char *kNames[] = {
    "FILE",      "--entry",    "--variant",
    "--compare", "--repeat",   "--compare-strategies",
    "--seed",    "--strategy", "--backend",
    "--graph",   "--profile",
};
constexpr size_t kCount = sizeof(kNames) / sizeof(kNames[0]);

/// What one rank was given, in the order of the names.
struct Values {
  char texts[kCount][120];
};

std::string namesOf(const std::vector<uint32_t> &strategies) {
  std::string names;
  for (uint32_t strategy : strategies)
    names += (names.empty() ? "" : ",") +
             std::string(enumName<conorm_strategy>(strategy));
  return names.empty() ? "none" : names;
}

Values describe(const Options &options) {
  const std::string texts[kCount] = {
      options.isSource() ? "a source" : "a shared object",
      options.entry.empty() ? "none" : "'" + options.entry + "'",
      enumName<conorm_variant>(options.variant),
      options.compare ? "given" : "not given",
      std::to_string(options.repeat),
      namesOf(options.comparedStrategies),
      std::to_string(options.seed),
      enumName<conorm_strategy>(options.strategy),
      enumName<conorm_backend>(options.backend),
      options.graph ? "given" : "not given",
      options.profile ? "given" : "not given",
  };
  Values values = {};
  for (size_t i = 0; i < kCount; ++i)
    std::snprintf(values.texts[i], sizeof(values.texts[i]), "%s",
                  texts[i].c_str());
  return values;
}

} // namespace

void conorm::run::expectSharedOptions(const Options &options,
                                      RankExchange &world) {
  std::vector<Values> all = world.gather(describe(options));
  for (size_t i = 0; i < kCount; ++i)
    for (size_t rank = 1; rank < all.size(); ++rank)
      if (std::strcmp(all[rank].texts[i], all[0].texts[i]) != 0)
        throw AgreedError(std::string(kNames[i]) +
                          ": expected the same on all ranks, found " +
                          all[0].texts[i] + " on rank 0 and " +
                          all[rank].texts[i] + " on rank " +
                          std::to_string(rank));
}
