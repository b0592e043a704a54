//===- OptionText.h - Options of passes that hold any text ------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Upstream prints an option of type std::string without braces where a quote or
// a brace stands before the first space, as in #comm.target<"sm_90" over pcie>.
// What it prints then does not parse (docs/UpstreamFaults.md).
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_SUPPORT_OPTIONTEXT_H
#define CONORM_SUPPORT_OPTIONTEXT_H

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace conorm {

/// The value of a pass option that is printed in braces.
class OptionText : public std::string {
public:
  using std::string::string;
  using std::string::operator=;
  OptionText() = default;
  OptionText(const std::string &text) : std::string(text) {}
};

inline llvm::raw_ostream &operator<<(llvm::raw_ostream &stream,
                                     const OptionText &text) {
  const std::string &plain = text;
  return text.empty() ? stream : stream << '{' << plain << '}';
}

} // namespace conorm

template <>
class llvm::cl::parser<conorm::OptionText>
    : public llvm::cl::parser<std::string> {
public:
  using parser<std::string>::parser;
};

#endif // CONORM_SUPPORT_OPTIONTEXT_H
