//===- ProgramRank.h - One rank of a compiled program -----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_CHECK_CUDA_PROGRAMRANK_H
#define CONORM_TOOLS_CONORM_CHECK_CUDA_PROGRAMRANK_H

#include "HandProgram.h"
#include "Harness.h"

#include <memory>
#include <set>

namespace check {

/// A module, from a file or by hand.
class Program {
public:
  explicit Program(const std::string &path);
  explicit Program(const Defects &defects = {},
                   const std::string &name = "by hand");
  ~Program() { conorm_module_close(module); }
  Program(const Program &) = delete;

  const conorm_module *get() const { return module; }
  const conorm_entry *find(const char *name, uint32_t variant) const {
    return conorm_module_find(module, name, variant);
  }
  /// To be called on each thread that calls entries.
  void use() const {
    if (hand)
      useHandProgram(hand->manifest().device_program);
  }
  const std::string &name() const { return title; }
  bool hasDynamicSizes() const;
  bool isByHand() const { return hand != nullptr; }

private:
  std::string title;
  std::unique_ptr<HandProgram> hand;
  conorm_module *module = nullptr;
};

/// Artifacts of a folder, and the program by hand.
std::vector<std::unique_ptr<Program>> findPrograms(const std::string &folder);

/// Results of a call, on the host.
using Values = std::vector<std::vector<char>>;

/// First difference, as text.
std::string compareValues(const conorm_entry &entry, const Values &expected,
                          const Values &found);

/// A rank's context on the GPU, and one on the CPU that does the same
/// operations on the same operands if it is there.
class ProgramRank {
public:
  ProgramRank(const Program &program, const conorm_bootstrap &gpu,
              const conorm_bootstrap *cpu, const ContextOptions &options);
  ~ProgramRank();
  ProgramRank(const ProgramRank &) = delete;

  conorm_context *context() const { return onGpu; }
  std::string message() const { return conorm_context_message(onGpu); }

  /// Makes arguments of an entry, `tokens` for each size that is dynamic, and
  /// selects them.
  void makeArguments(const conorm_entry &entry, int64_t tokens, uint64_t seed);
  /// The arguments of calls from now on, in the order they were made.
  void select(size_t index) { selected = index; }
  void releaseArguments();
  /// Enqueues a call. The results are to be released.
  conorm_status invoke(const conorm_entry &entry,
                       std::vector<conorm_buffer> &results);
  /// Restores donated arguments, calls and reads the results.
  conorm_status call(const conorm_entry &entry, Values &results);

  /// While set, each operation with bits that are promised is done again on the
  /// CPU.
  void observe(bool enabled);
  int sitesChecked() const { return checkedSites; }
  int operations() const { return allOperations; }
  /// Of the first operation that differs.
  const std::string &difference() const { return firstDifference; }

private:
  struct Argument {
    conorm_buffer buffer = {};
    std::vector<char> pristine;
    std::vector<int64_t> shape;
    bool isScalar = false;
    bool isDonated = false;
  };
  static void observer(void *self, conorm_context *context, uint32_t op,
                       uint32_t phase, const void *args);
  void before(uint32_t op, const void *args);
  void after();
  void write(Argument &argument);
  std::vector<char> read(const void *data, int64_t bytes);

  conorm_context *onGpu = nullptr, *onCpu = nullptr;
  const conorm_module *bound;
  int rank;
  std::vector<std::vector<Argument>> sets;
  size_t selected = 0;
  /// The operation that runs.
  bool pending = false;
  Cell cell;
  std::unique_ptr<HostBuffers> host;
  Buffers onDevice;
  int checkedSites = 0, allOperations = 0;
  std::string firstDifference;
};

} // namespace check

#endif // CONORM_TOOLS_CONORM_CHECK_CUDA_PROGRAMRANK_H
