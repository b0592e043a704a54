//===- Npy.cpp - NumPy's .npy files ---------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Npy.h"

#include "RunError.h"

#include "support/Limits.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

using conorm::rt::describeErrno;
using namespace conorm::run;

namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr size_t kMagicBytes = 6;
constexpr size_t kMaxHeaderBytes = 1 << 20;

/// Type strings for an element type; the first is the one that is written.
std::vector<std::string> descrsOf(uint32_t type) {
  switch (type) {
  case CONORM_TYPE_F32:
    return {"<f4"};
  case CONORM_TYPE_F16:
    return {"<f2"};
  case CONORM_TYPE_F64:
    return {"<f8"};
  case CONORM_TYPE_BF16:
    return {"<u2", "<V2", "|V2"};
  case CONORM_TYPE_F8E4M3FN:
  case CONORM_TYPE_F8E5M2:
  case CONORM_TYPE_F8E8M0FNU:
    return {"|u1", "<V1", "|V1", "<f1", "|f1"};
  case CONORM_TYPE_I1:
    return {"|b1"};
  case CONORM_TYPE_I8:
    return {"|i1", "|u1"};
  case CONORM_TYPE_I16:
    return {"<i2", "<u2"};
  case CONORM_TYPE_I32:
    return {"<i4", "<u4"};
  case CONORM_TYPE_I64:
  case CONORM_TYPE_INDEX:
    return {"<i8", "<u8"};
  default:
    return {};
  }
}

/// Reads the Python dictionary that is the header: three keys, in any order.
class HeaderParser {
public:
  HeaderParser(const std::string &path, const std::string &text)
      : path(path), text(text) {}

  NpyHeader parse() {
    NpyHeader header;
    bool haveDescr = false, haveOrder = false, haveShape = false;
    expect('{');
    while (!accept('}')) {
      std::string key = parseString();
      expect(':');
      if (key == "descr" && !haveDescr) {
        header.descr = parseDescr();
        haveDescr = true;
      } else if (key == "fortran_order" && !haveOrder) {
        header.fortranOrder = parseBool();
        haveOrder = true;
      } else if (key == "shape" && !haveShape) {
        header.shape = parseShape();
        haveShape = true;
      } else {
        fail("expected the keys descr, fortran_order and shape, found '" + key +
             "'");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (!haveDescr || !haveOrder || !haveShape)
      fail("expected the keys descr, fortran_order and shape, found fewer");
    return header;
  }

private:
  [[noreturn]] void fail(const std::string &what) {
    throw RunError(path + ": malformed .npy header: " + what);
  }
  void skipSpace() {
    while (at < text.size() && std::strchr(" \n\t", text[at]))
      ++at;
  }
  bool accept(char c) {
    skipSpace();
    if (at == text.size() || text[at] != c)
      return false;
    ++at;
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      fail(std::string("expected '") + c + "', found " +
           (at < text.size() ? "'" + text.substr(at, 1) + "'" : "the end"));
  }
  std::string parseString() {
    char quote = accept('"') ? '"' : '\'';
    if (quote == '\'')
      expect('\'');
    size_t end = text.find(quote, at);
    if (end == std::string::npos)
      fail("expected a closing quote, found the end");
    std::string value = text.substr(at, end - at);
    at = end + 1;
    return value;
  }
  std::string parseDescr() {
    skipSpace();
    if (at < text.size() && text[at] == '[')
      fail("expected a plain type, found a structured one");
    return parseString();
  }
  bool parseBool() {
    skipSpace();
    for (bool value : {false, true}) {
      const char *word = value ? "True" : "False";
      if (text.compare(at, std::strlen(word), word) == 0) {
        at += std::strlen(word);
        return value;
      }
    }
    fail("expected True or False for fortran_order");
  }
  std::vector<int64_t> parseShape() {
    std::vector<int64_t> shape;
    expect('(');
    while (!accept(')')) {
      skipSpace();
      errno = 0;
      char *end = nullptr;
      const char *begin = text.c_str() + at;
      long long size = std::strtoll(begin, &end, 10);
      if (end == begin || errno || size < 0 || *begin == '+')
        fail("expected a size in the shape");
      at += end - begin;
      shape.push_back(size);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  const std::string &path;
  const std::string &text;
  size_t at = 0;
};

bool readAt(int fd, void *to, size_t bytes, uint64_t offset) {
  char *at = static_cast<char *>(to);
  while (bytes) {
    ssize_t count = pread(fd, at, bytes, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    at += count;
    offset += count;
    bytes -= count;
  }
  return true;
}

} // namespace

NpyFile::NpyFile(const std::string &name) : path(name) {
  fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0)
    throw RunError("cannot open " + path + ": " + describeErrno(errno));
  try {
    if (!S_ISREG(status.st_mode))
      throw RunError(path +
                     ": expected a .npy file, found something not a file");
    fileBytes = status.st_size;
    unsigned char start[12];
    if (!readAt(fd, start, 10, 0) ||
        std::memcmp(start, kMagic, kMagicBytes) != 0)
      throw RunError(path +
                     ": expected a .npy file, found another kind of file");
    unsigned major = start[6];
    if (major < 1 || major > 3)
      throw RunError(path + ": expected .npy format version 1 to 3, found " +
                     std::to_string(major));
    size_t lengthBytes = major == 1 ? 2 : 4;
    size_t begin = 8 + lengthBytes;
    size_t length = start[8] | start[9] << 8;
    if (lengthBytes == 4 && readAt(fd, start, 12, 0))
      length |= size_t(start[10]) << 16 | size_t(start[11]) << 24;
    if (length > kMaxHeaderBytes || begin + length > fileBytes)
      throw RunError(path + " is truncated: expected a header of " +
                     std::to_string(length) + " bytes, found a file of " +
                     std::to_string(fileBytes) + " bytes");
    std::string text(length, '\0');
    if (!readAt(fd, &text[0], length, begin))
      throw RunError("cannot read " + path + ": " + describeErrno(errno));
    info = HeaderParser(path, text).parse();
    info.dataOffset = begin + length;
  } catch (...) {
    close(fd);
    throw;
  }
}

NpyFile::~NpyFile() { close(fd); }

void NpyFile::expectType(uint32_t type) const {
  std::string expected;
  bool matches = false;
  for (const std::string &descr : descrsOf(type)) {
    expected += (expected.empty() ? "" : " or ") + descr;
    // A one-byte type has no byte order, however it is spelt.
    matches |= descr == info.descr ||
               (descr[0] == '|' && info.descr == "<" + descr.substr(1));
  }
  if (!matches)
    throw RunError(path + ": expected type " + expected + " for " +
                   conorm_type_name(type) + ", found " + info.descr);
  if (info.fortranOrder)
    throw RunError(path + ": expected C order, found Fortran order");
}

void NpyFile::read(Tensor &tensor, size_t skip) const {
  uint64_t offset = info.dataOffset + skip;
  if (fileBytes < offset || fileBytes - offset < tensor.bytes)
    throw RunError(path + " is truncated: expected at least " +
                   std::to_string(offset + tensor.bytes) + " bytes, found " +
                   std::to_string(fileBytes));
  if (!readAt(fd, tensor.data(), tensor.bytes, offset))
    throw RunError("cannot read " + path + ": " + describeErrno(errno));
}

void conorm::run::writeNpy(OutputFile &file, const std::string &path,
                           const Tensor &tensor) {
  std::vector<std::string> descrs = descrsOf(tensor.type);
  if (descrs.empty())
    throw RunError(path + ": expected a type that .npy can hold, found " +
                   conorm_type_name(tensor.type));
  std::string text =
      "{'descr': '" + descrs[0] + "', 'fortran_order': False, 'shape': (";
  for (size_t i = 0; i < tensor.shape.size(); ++i)
    text += (i ? ", " : "") + std::to_string(tensor.shape[i]);
  text += tensor.shape.size() == 1 ? ",), }" : "), }";
  // The data are to start at a multiple of 64 bytes.
  while ((kMagicBytes + 4 + text.size() + 1) % 64)
    text += ' ';
  text += '\n';
  std::string head(kMagic, kMagicBytes);
  head += {'\1', '\0', static_cast<char>(text.size() & 0xff),
           static_cast<char>(text.size() >> 8)};
  head += text;
  file.write(head.data(), head.size());
  file.write(tensor.data(), tensor.bytes);
}

void conorm::run::writeNpy(const std::string &path, const Tensor &tensor) {
  OutputFile file(path);
  writeNpy(file, path, tensor);
  file.commit();
}
