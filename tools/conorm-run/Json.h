//===- Json.h - JSON on one line --------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_JSON_H
#define CONORM_TOOLS_CONORM_RUN_JSON_H

#include <cstdint>
#include <string>
#include <vector>

namespace conorm::run {

std::string quoteJson(const std::string &text);

/// Values, which are JSON already, as an array.
std::string arrayJson(const std::vector<std::string> &values);

/// Builds one JSON object on one line.
class JsonObject {
public:
  void add(const std::string &key, const std::string &text) {
    addRaw(key, quoteJson(text));
  }
  void add(const std::string &key, uint64_t number) {
    addRaw(key, std::to_string(number));
  }
  void add(const std::string &key, double number);
  void addRaw(const std::string &key, const std::string &value) {
    body += (body.empty() ? "" : ", ") + quoteJson(key) + ": " + value;
  }
  std::string str() const { return "{" + body + "}"; }

private:
  std::string body;
};

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_JSON_H
