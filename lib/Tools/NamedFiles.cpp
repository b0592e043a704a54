//===- NamedFiles.cpp - Files on a command line ---------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Tools/NamedFiles.h"

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <unistd.h>

using namespace mlir;
using namespace conorm;
namespace fs = llvm::sys::fs;

/// Options of the tools, of LLVM and of passes whose value is a file to write.
static bool isOutputOption(StringRef name) {
  return llvm::is_contained<StringRef>(
      {"o", "filename", "info-output-file", "log-actions-to",
       "mlir-generate-reproducer", "mlir-pass-pipeline-crash-reproducer",
       "profile-actions-to", "remarks-output-file"},
      name);
}

/// Looks behind each '=' of an option, which may hold a textual pipeline. A
/// value may be a list.
static void findInOption(StringRef text, NamedFiles &files) {
  auto add = [&](StringRef key, StringRef path) {
    if (!path.empty())
      (isOutputOption(key) ? files.outputs : files.inputs)
          .push_back(path.str());
  };
  auto [key, value] = text.split('=');
  add(key, value);
  if (isOutputOption(key))
    return;
  while (!value.empty()) {
    StringRef words = value.ltrim("\"'").take_until(
        [](char c) { return StringRef("={}()\"' ").contains(c); });
    for (StringRef word : llvm::split(words, ','))
      add(key, word);
    std::tie(key, value) = value.split('=');
    key = key.substr(key.find_last_of(" ,{(\"'") + 1);
  }
}

NamedFiles conorm::findNamedFiles(ArrayRef<const char *> arguments) {
  NamedFiles files;
  files.inputs.push_back("-");
  bool hasOutput = false;
  for (size_t i = 1; i < arguments.size(); ++i) {
    StringRef argument = arguments[i], option = argument.ltrim('-');
    hasOutput |= option == "o" || option.starts_with("o=");
    if (argument == option || argument == "-")
      files.inputs.push_back(argument.str());
    else if (isOutputOption(option) && i + 1 < arguments.size())
      files.outputs.push_back(arguments[++i]);
    else
      findInOption(option, files);
  }
  if (!hasOutput)
    files.outputs.push_back("-");
  return files;
}

namespace {

/// What is known of a path. Devices and pipes may be read and written at once.
struct File {
  File(StringRef name, bool isOutput) {
    fs::file_status status;
    std::error_code error =
        name != "-"
            ? fs::status(name, status)
            : fs::status(isOutput ? STDOUT_FILENO : STDIN_FILENO, status);
    exists = !error && fs::exists(status);
    isRegular = !error && fs::is_regular_file(status);
    if (isRegular)
      id = status.getUniqueID();
    spelling = name != "-"
                   ? (isOutput ? "output '" : "input '") + name.str() + "'"
               : isOutput ? "standard output"
                          : "standard input";
    // Where it would be made.
    StringRef parent = llvm::sys::path::parent_path(name);
    if (!exists && !fs::real_path(parent.empty() ? "." : parent, place))
      llvm::sys::path::append(place, llvm::sys::path::filename(name));
  }

  bool isSameAs(const File &other) const {
    if (isRegular || other.isRegular)
      return isRegular && other.isRegular && id == other.id;
    return !exists && !other.exists && !place.empty() && place == other.place;
  }

  std::string spelling;
  bool exists, isRegular;
  fs::UniqueID id;
  SmallString<128> place;
};

} // namespace

std::string conorm::findOverwrittenFile(const NamedFiles &named) {
  SmallVector<File> files;
  for (const std::string &output : named.outputs)
    files.emplace_back(output, /*isOutput=*/true);
  for (const std::string &input : named.inputs)
    files.emplace_back(input, /*isOutput=*/false);
  for (size_t i = 0; i < named.outputs.size(); ++i)
    for (size_t k = i + 1; k < files.size(); ++k)
      if (files[i].isSameAs(files[k]))
        return "cannot write " + files[i].spelling +
               ": it is the same file as " + files[k].spelling;
  return "";
}
