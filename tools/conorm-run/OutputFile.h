//===- OutputFile.h - Results that are whole or absent ----------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_OUTPUTFILE_H
#define CONORM_TOOLS_CONORM_RUN_OUTPUTFILE_H

#include <string>
#include <vector>

namespace conorm::run {

/// A file that appears under its name, or takes the place of one, when it is
/// committed. Until then it has no name where the file system can do that, so
/// that nothing is left if the process is killed. A device or a pipe is written
/// at once. All functions throw Error.
class OutputFile {
public:
  explicit OutputFile(const std::string &path);
  OutputFile(OutputFile &&other) noexcept;
  ~OutputFile();

  void write(const void *data, size_t bytes);
  void commit();

private:
  void openUnnamed();
  /// Of no other rank: the target is not.
  std::string temporaryName() const;
  [[noreturn]] void fail(int error) const;
  void link(const std::string &name) const;

  std::string path;
  /// What `path` leads to; what is replaced.
  std::string target;
  /// Where the bytes are, unless the file has no name.
  std::string temporary;
  bool isReplaceable = true;
  int fd = -1;
};

/// Throws unless each output is another file than every input and every other
/// output, by whatever path or link. Standard output is an output as well.
void expectSeparateFiles(const std::vector<std::string> &inputs,
                         const std::vector<std::string> &outputs);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_OUTPUTFILE_H
