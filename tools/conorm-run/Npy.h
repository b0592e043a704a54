//===- Npy.h - NumPy's .npy files -------------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_RUN_NPY_H
#define CONORM_TOOLS_CONORM_RUN_NPY_H

#include "OutputFile.h"
#include "Tensor.h"

namespace conorm::run {

/// What the header of a .npy file says.
struct NpyHeader {
  /// NumPy's type string, "<f4".
  std::string descr;
  bool fortranOrder = false;
  std::vector<int64_t> shape;
  /// Where the data begin.
  size_t dataOffset = 0;
};

/// An open .npy file, format versions 1 to 3. All functions throw Error.
class NpyFile {
public:
  explicit NpyFile(const std::string &path);
  ~NpyFile();
  NpyFile(const NpyFile &) = delete;

  const NpyHeader &header() const { return info; }

  /// Throws unless the file can hold elements of `type` in C order.
  void expectType(uint32_t type) const;

  /// Reads tensor.bytes bytes that start `skip` bytes into the data.
  void read(Tensor &tensor, size_t skip) const;

private:
  void parse(const std::string &text);

  std::string path;
  int fd = -1;
  uint64_t fileBytes = 0;
  NpyHeader info;
};

/// Writes format version 1 to a file that is to appear at `path`. bf16 is
/// stored as <u2 and f8 as |u1, since NumPy has no such types:
/// `a.view(ml_dtypes.bfloat16)` brings them back.
void writeNpy(OutputFile &file, const std::string &path, const Tensor &tensor);

/// Writes the whole file.
void writeNpy(const std::string &path, const Tensor &tensor);

} // namespace conorm::run

#endif // CONORM_TOOLS_CONORM_RUN_NPY_H
