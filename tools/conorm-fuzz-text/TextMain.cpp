//===- TextMain.cpp - The text fuzzer's target on given files -------------===//
//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Tools/Process.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace fs = std::filesystem;

/// Runs the texts of a file, which `// -----` separates. Returns their number.
static size_t run(const fs::path &path) {
  static const std::string separator = "\n// -----\n";
  std::ifstream stream(path, std::ios::binary);
  std::string all(std::istreambuf_iterator<char>(stream), {});
  size_t count = 0;
  for (size_t begin = 0; begin <= all.size();) {
    size_t end = std::min(all.find(separator, begin), all.size());
    std::string text = all.substr(begin, end - begin);
    // Named before, so that a crash names its text.
    std::cerr << path.filename().string() << ", text " << ++count << std::endl;
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(text.data()),
                           text.size());
    begin = end + separator.size();
  }
  return count;
}

int main(int argc, char **argv) {
  conorm::initProcess("conorm-fuzz-text");
  if (argc < 2) {
    std::cerr << "usage: conorm-fuzz-text FILE-OR-DIRECTORY...\n";
    return 2;
  }
  size_t count = 0;
  for (const std::string &argument :
       std::vector<std::string>(argv + 1, argv + argc)) {
    if (!fs::exists(argument)) {
      std::cerr << "conorm-fuzz-text: expected a file or directory, found no '"
                << argument << "'\n";
      return 1;
    }
    if (!fs::is_directory(argument)) {
      count += run(argument);
      continue;
    }
    for (const fs::directory_entry &entry : fs::directory_iterator(argument))
      if (entry.is_regular_file())
        count += run(entry.path());
  }
  std::cout << count << " texts, no crash\n";
  return 0;
}
