//===- Writer.h - Text of a module, block by block --------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations are collected as text together with the values that they name. At
// the end of a block they are put into a random order that keeps definitions
// before uses and collectives as they were.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_FUZZ_WRITER_H
#define CONORM_TOOLS_CONORM_FUZZ_WRITER_H

#include "Random.h"

#include <string>
#include <vector>

namespace conorm::fuzz {

/// A value and its type.
struct Value {
  std::string name;
  std::string type;
};

class Writer {
public:
  explicit Writer(Random &random) : random(random) {}

  /// A name that no other value has.
  std::string fresh() { return "%v" + std::to_string(numNames++); }

  /// Adds `%new = text` to the innermost block. What takes part in the order of
  /// collectives says so.
  Value add(const std::string &text, const std::string &type,
            bool isOrdered = false);
  /// Adds an operation whose results are in `text` already.
  void addRaw(const std::string &text, bool isOrdered = false);

  void openBlock() { blocks.emplace_back(); }
  /// The innermost block's text in its final order, indented by `indent`.
  std::string closeBlock(unsigned indent);
  /// Whether the innermost block has something ordered in it.
  bool isOrdered() const;

private:
  struct Operation {
    std::string text;
    bool isOrdered;
  };
  std::vector<size_t> order(const std::vector<Operation> &operations);

  Random &random;
  unsigned numNames = 0;
  std::vector<std::vector<Operation>> blocks;
};

} // namespace conorm::fuzz

#endif // CONORM_TOOLS_CONORM_FUZZ_WRITER_H
