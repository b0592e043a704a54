//===- TextMain.cpp - The text fuzzer's target on given files -------------===//
//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace fs = std::filesystem;

static void run(const fs::path &path) {
  std::ifstream stream(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(stream), {});
  // Named before, so that a crash names its file.
  std::cerr << path.filename().string() << std::endl;
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(text.data()),
                         text.size());
}

int main(int argc, char **argv) {
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
      run(argument);
      ++count;
      continue;
    }
    for (const fs::directory_entry &entry : fs::directory_iterator(argument))
      if (entry.is_regular_file()) {
        run(entry.path());
        ++count;
      }
  }
  std::cout << count << " texts, no crash\n";
  return 0;
}
