//===- Json.cpp - JSON on one line ----------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Json.h"

#include <cmath>
#include <cstdio>

using namespace conorm::run;

std::string conorm::run::quoteJson(const std::string &text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof(code), "\\u%04x", c);
      quoted += code;
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string conorm::run::arrayJson(const std::vector<std::string> &values) {
  std::string list;
  for (const std::string &value : values)
    list += (list.empty() ? "" : ", ") + value;
  return "[" + list + "]";
}

void JsonObject::add(const std::string &key, double number) {
  char text[64];
  std::snprintf(text, sizeof(text), "%.9g", number);
  // JSON has no infinity.
  addRaw(key, std::isfinite(number) ? text : "null");
}
