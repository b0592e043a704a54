//===- Processor.h - What this processor can run ----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MODULE_PROCESSOR_H
#define CONORM_RUNTIME_LIB_MODULE_PROCESSOR_H

#include <string>

namespace conorm::rt {

enum class Feature {
  /// The processor has it and the operating system keeps its registers.
  Present,
  Missing,
  /// No name that this runtime knows.
  Unknown
};

/// Looks for an extension of x86-64 by LLVM's name.
Feature findFeature(const std::string &name);

/// Names with commas between; "" if there is none.
struct FeatureCheck {
  std::string missing, unknown;
};

/// Looks for each of `features`, names with commas between.
FeatureCheck checkFeatures(const std::string &features);

/// The processor's own name, "unknown" if it has none.
std::string processorName();

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_MODULE_PROCESSOR_H
