//===- Variants.h - A module compiled in memory, fused and not --*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_FUZZ_VARIANTS_H
#define CONORM_TOOLS_CONORM_FUZZ_VARIANTS_H

#include "conorm-runtime/module.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace conorm::fuzz {

class Program;

/// What the fusion made of a module, by kind.
using FusedKinds = std::map<std::string, uint64_t>;

/// The code of one way to lower a module, with the tables that the runtime
/// wants. The code lives as long as the compiler that made it.
struct CompiledModule {
  std::string name;
  std::vector<conorm_entry> entries;
};

/// All ways to lower one module.
struct Variants {
  std::vector<CompiledModule> modules;
  std::vector<conorm_group> groups;
  FusedKinds fused;
  /// The source, to be evaluated; null if it has operations that the evaluator
  /// does not know.
  const Program *program = nullptr;
  /// Arguments and results that the entries point to, and the text of names.
  struct Storage;
  std::shared_ptr<Storage> storage;
};

/// What is made of a module beside the fused and the unfused variant.
struct Selection {
  /// With checks of bounds.
  bool isChecked = false;
  /// With the buffers that upstream's one-shot analysis chooses.
  bool isOneShot = false;
  /// With fusion undone again.
  bool isDecomposed = false;
  /// All of them after LLVM's passes.
  bool isOptimized = false;
};

/// Compiles modules one after the other. What it costs to set up (contexts,
/// pattern sets, the code generator) is kept between them.
class Compiler {
public:
  Compiler();
  ~Compiler();

  /// Parses `text` and compiles it without fusion, with fusion, and as
  /// `selection` says. Returns false with the step and its diagnostics in
  /// `error`.
  bool compile(const std::string &text, const Selection &selection,
               Variants &variants, std::string &error);

private:
  struct Impl;
  std::unique_ptr<Impl> impl;
};

} // namespace conorm::fuzz

#endif // CONORM_TOOLS_CONORM_FUZZ_VARIANTS_H
