//===- Writer.cpp - Text of a module, block by block ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Writer.h"

#include <cctype>
#include <map>
#include <set>

using namespace conorm::fuzz;

Value Writer::add(const std::string &text, const std::string &type,
                  bool isOrdered) {
  std::string name = fresh();
  addRaw(name + " = " + text, isOrdered);
  return {name, type};
}

void Writer::addRaw(const std::string &text, bool isOrdered) {
  blocks.back().push_back({text, isOrdered});
}

bool Writer::isOrdered() const {
  for (const Operation &operation : blocks.back())
    if (operation.isOrdered)
      return true;
  return false;
}

/// The names `%...` in a text, in order.
static std::vector<std::string> findNames(const std::string &text) {
  std::vector<std::string> names;
  for (size_t at = text.find('%'); at != std::string::npos;
       at = text.find('%', at + 1)) {
    size_t end = at + 1;
    while (end < text.size() &&
           std::isalnum(static_cast<unsigned char>(text[end])))
      ++end;
    names.push_back(text.substr(at, end - at));
  }
  return names;
}

/// Names before the first '=' of the text are what it defines; those of its
/// regions are seen by nobody else.
static std::vector<std::string> findDefinitions(const std::string &text) {
  size_t equals = text.find(" = ");
  if (text.empty() || text[0] != '%' || equals == std::string::npos)
    return {};
  return findNames(text.substr(0, equals));
}

std::vector<size_t> Writer::order(const std::vector<Operation> &operations) {
  std::map<std::string, size_t> definers;
  for (size_t i = 0; i < operations.size(); ++i)
    for (const std::string &name : findDefinitions(operations[i].text))
      definers[name] = i;
  std::vector<std::set<size_t>> before(operations.size());
  size_t lastOrdered = operations.size();
  for (size_t i = 0; i < operations.size(); ++i) {
    for (const std::string &name : findNames(operations[i].text))
      if (auto found = definers.find(name);
          found != definers.end() && found->second != i)
        before[i].insert(found->second);
    if (!operations[i].isOrdered)
      continue;
    if (lastOrdered != operations.size())
      before[i].insert(lastOrdered);
    lastOrdered = i;
  }
  // Some blocks keep the order in which they were made.
  unsigned disorder = random.pick({0, 15, 50, 100});
  std::vector<size_t> result;
  std::vector<bool> isDone(operations.size());
  while (result.size() < operations.size()) {
    std::vector<size_t> ready;
    for (size_t i = 0; i < operations.size(); ++i) {
      bool isReady = !isDone[i];
      for (size_t other : before[i])
        isReady &= isDone[other];
      if (isReady)
        ready.push_back(i);
    }
    size_t next = random.percent(disorder) ? random.pickFrom(ready) : ready[0];
    isDone[next] = true;
    result.push_back(next);
  }
  return result;
}

std::string Writer::closeBlock(unsigned indent) {
  std::vector<Operation> operations = std::move(blocks.back());
  blocks.pop_back();
  std::string text;
  for (size_t i : order(operations)) {
    std::string line = operations[i].text;
    for (size_t at = line.find('\n'); at != std::string::npos;
         at = line.find('\n', at + 1))
      line.insert(at + 1, indent, ' ');
    text += std::string(indent, ' ') + line + "\n";
  }
  return text;
}
