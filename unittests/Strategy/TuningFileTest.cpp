//===- TuningFileTest.cpp - Measured constants and thresholds -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Strategy/TuningFile.h"

#include "gtest/gtest.h"

using namespace conorm;
using comm::Link;
using comm::Strategy;
using comm::TargetAttr;

namespace {

class TuningFileTest : public testing::Test {
protected:
  TuningFileTest() { context.loadDialect<comm::CommDialect>(); }

  static std::string getError(llvm::StringRef text) {
    llvm::Expected<TuningFile> file = TuningFile::parse(text);
    return file ? "none" : llvm::toString(file.takeError());
  }

  mlir::MLIRContext context;
};

TEST_F(TuningFileTest, OverridesWhatItNames) {
  llvm::Expected<TuningFile> file = TuningFile::parse(R"({
    "version": 1,
    "targets": [
      {"arch": "sm_90", "link": "nvlink", "constants": {"step_us": 2.5}},
      {"arch": "sm_90", "link": "nvlink", "ranks_per_device": 2,
       "thresholds": [
         {"group_size": 4, "from_bytes": 0, "strategy": "one_shot"},
         {"group_size": 4, "from_bytes": 4096, "strategy": "nccl"}]}]})");
  ASSERT_TRUE(bool(file)) << llvm::toString(file.takeError());
  auto *entry =
      file->find(TargetAttr::get(&context, "sm_90", Link::NVLink, 8, 1));
  ASSERT_TRUE(entry);
  CostConstants constants = *getCostConstants("sm_90", Link::NVLink);
  double link = constants.linkGBps;
  entry->apply(constants);
  EXPECT_EQ(constants.stepUs, 2.5);
  EXPECT_EQ(constants.linkGBps, link);
  EXPECT_FALSE(entry->hasAllConstants());
  EXPECT_TRUE(entry->thresholds.empty());

  entry = file->find(TargetAttr::get(&context, "sm_90", Link::NVLink, 8, 2));
  ASSERT_TRUE(entry);
  ASSERT_EQ(entry->thresholds.size(), 2u);
  EXPECT_EQ(entry->thresholds[1].groupSize, 4);
  EXPECT_EQ(entry->thresholds[1].fromBytes, 4096);
  EXPECT_EQ(entry->thresholds[1].strategy, Strategy::NCCL);

  EXPECT_FALSE(
      file->find(TargetAttr::get(&context, "sm_90", Link::PCIe, 8, 1)));
  EXPECT_FALSE(
      file->find(TargetAttr::get(&context, "sm_80", Link::NVLink, 8, 1)));
}

TEST_F(TuningFileTest, AllConstantsMakeATarget) {
  std::string constants;
  for (const CostConstantName &constant : getCostConstantNames())
    constants +=
        (constants.empty() ? "\"" : ", \"") + constant.name.str() + "\": 1";
  llvm::Expected<TuningFile> file = TuningFile::parse(
      R"({"version": 1, "targets": [{"arch": "sm_75", "link": "pcie",
          "constants": {)" +
      constants + "}}]}");
  ASSERT_TRUE(bool(file)) << llvm::toString(file.takeError());
  auto *entry =
      file->find(TargetAttr::get(&context, "sm_75", Link::PCIe, 0, 1));
  ASSERT_TRUE(entry);
  EXPECT_TRUE(entry->hasAllConstants());
}

TEST_F(TuningFileTest, NamesThePlaceOfAnError) {
  EXPECT_EQ(getError("{\n  \"version\": 1,,\n}"),
            "line 2, column 16: expected object key");
  EXPECT_EQ(getError(R"({"version": 1, "targets": [{"arch": 90}]})"),
            "targets[0].arch: expected an architecture, found 90");
}

} // namespace
