//===- NpyTest.cpp - Tests of .npy files ----------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Npy.h"

#include "RunError.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

using namespace conorm::run;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

class Npy : public testing::Test {
protected:
  void TearDown() override { std::remove(path.c_str()); }

  void write(const std::string &bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }
  /// A file of format version 1 with the given header and data.
  void writeParts(const std::string &header, const std::string &data,
                  char major = 1) {
    std::string bytes = "\x93NUMPY";
    bytes +=
        {major, '\0', char(header.size() & 0xff), char(header.size() >> 8)};
    if (major > 1)
      bytes += {'\0', '\0'};
    write(bytes + header + data);
  }
  std::string errorOf(uint32_t type, std::vector<int64_t> shape = {2}) {
    try {
      NpyFile file(path);
      file.expectType(type);
      Tensor tensor(type, shape);
      file.read(tensor, 0);
    } catch (const RunError &error) {
      return error.what();
    }
    return "no error";
  }
  std::string whole() {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string path =
      testing::TempDir() + "conorm-npy-" + std::to_string(getpid()) + ".npy";
};

TEST_F(Npy, RoundTripsEachType) {
  for (uint32_t type = CONORM_TYPE_F32; type <= CONORM_TYPE_INDEX; ++type) {
    if (type == CONORM_TYPE_F4E2M1FN)
      continue;
    Tensor tensor(type, {3, 2});
    for (size_t i = 0; i < tensor.bytes; ++i)
      tensor.data()[i] = static_cast<char>(3 * i + 1);
    writeNpy(path, tensor);
    NpyFile file(path);
    file.expectType(type);
    EXPECT_THAT(file.header().shape, ElementsAre(3, 2));
    EXPECT_EQ(file.header().dataOffset % 64, 0u);
    Tensor read(type, {3, 2});
    file.read(read, 0);
    EXPECT_EQ(std::memcmp(read.data(), tensor.data(), tensor.bytes), 0)
        << conorm_type_name(type);
  }
}

TEST_F(Npy, RoundTripsShapes) {
  for (std::vector<int64_t> shape :
       {std::vector<int64_t>{}, {0}, {5}, {4, 0, 3}, {1, 2, 3, 4}}) {
    writeNpy(path, Tensor(CONORM_TYPE_F32, shape));
    EXPECT_EQ(NpyFile(path).header().shape, shape);
  }
}

/// The very bytes that NumPy 1.26 writes for np.array([1, 2], '<f4').
TEST_F(Npy, WritesWhatNumPyWrites) {
  Tensor tensor(CONORM_TYPE_F32, {2});
  const float values[] = {1, 2};
  std::memcpy(tensor.data(), values, sizeof(values));
  writeNpy(path, tensor);
  std::string header =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  std::string expected = std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header;
  expected += std::string(127 - expected.size(), ' ') + "\n";
  expected += std::string("\0\0\x80\x3f\0\0\0\x40", 8);
  EXPECT_EQ(whole(), expected);
}

TEST_F(Npy, ReadsOtherVersionsAndSpellings) {
  for (char major : {1, 2, 3}) {
    writeParts("{\"shape\":(2,),'fortran_order':False,'descr':'<V2'}\n", "abcd",
               major);
    EXPECT_EQ(errorOf(CONORM_TYPE_BF16), "no error") << int(major);
  }
  writeParts("{'descr': '|V1', 'fortran_order': False, 'shape': (2,)}", "ab");
  EXPECT_EQ(errorOf(CONORM_TYPE_F8E4M3FN), "no error");
}

TEST_F(Npy, RefusesTypes) {
  const char *rest = ", 'fortran_order': False, 'shape': (2,), }\n";
  writeParts(std::string("{'descr': '>f4'") + rest, "abcdefgh");
  EXPECT_EQ(errorOf(CONORM_TYPE_F32),
            path + ": expected type <f4 for f32, found >f4");
  EXPECT_EQ(errorOf(CONORM_TYPE_BF16),
            path + ": expected type <u2 or <V2 or |V2 for bf16, found >f4");
  writeParts(std::string("{'descr': [('a', '<f4')]") + rest, "abcdefgh");
  EXPECT_THAT(errorOf(CONORM_TYPE_F32),
              HasSubstr("expected a plain type, found a structured one"));
}

TEST_F(Npy, RefusesFortranOrder) {
  writeParts("{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }\n",
             "abcdefgh");
  EXPECT_EQ(errorOf(CONORM_TYPE_F32),
            path + ": expected C order, found Fortran order");
}

TEST_F(Npy, RefusesOtherFiles) {
  EXPECT_EQ(errorOf(CONORM_TYPE_F32),
            "cannot open " + path + ": No such file or directory");
  write("PK\x03\x04 an archive");
  EXPECT_EQ(errorOf(CONORM_TYPE_F32),
            path + ": expected a .npy file, found another kind of file");
  writeParts("{}", "", 9);
  EXPECT_THAT(errorOf(CONORM_TYPE_F32),
              HasSubstr("expected .npy format version 1 to 3, found 9"));
  path = "/";
  EXPECT_THAT(errorOf(CONORM_TYPE_F32),
              HasSubstr("found something not a file"));
  path = "";
}

/// At whatever byte a file ends, reading it is an error that says so.
TEST_F(Npy, RefusesTruncation) {
  writeNpy(path, Tensor(CONORM_TYPE_F32, {2}));
  std::string bytes = whole();
  for (size_t length = 0; length < bytes.size(); ++length) {
    write(bytes.substr(0, length));
    std::string error = errorOf(CONORM_TYPE_F32);
    EXPECT_THAT(error, HasSubstr("expected")) << length;
    if (length >= 10) {
      EXPECT_THAT(error, HasSubstr("is truncated")) << length;
    }
  }
}

TEST_F(Npy, RefusesMalformedHeaders) {
  for (const char *header :
       {"", "{", "{}", "nonsense", "{'descr': '<f4'", "{'descr': '<f4'}",
        "{'descr': '<f4', 'fortran_order': maybe, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 2}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': "
        "(99999999999999999999,)}",
        "{'descr': '<f4', 'descr': '<f4', 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}"}) {
    writeParts(header, "abcdefgh");
    EXPECT_THAT(errorOf(CONORM_TYPE_F32), HasSubstr("malformed .npy header"))
        << header;
  }
}

TEST_F(Npy, ReportsWhatCannotBeWritten) {
  path = "/nonexistent/directory/a.npy";
  try {
    writeNpy(path, Tensor(CONORM_TYPE_F32, {2}));
    FAIL() << "expected an error";
  } catch (const RunError &error) {
    EXPECT_EQ(std::string(error.what()),
              "cannot write " + path + ": No such file or directory");
  }
}

} // namespace
