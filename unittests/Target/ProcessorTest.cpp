//===- ProcessorTest.cpp - What code needs, and what there is -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The compiler writes LLVM's names of extensions, and the runtime, which has no
// LLVM, looks for them: the two are held against each other here.
//
//===----------------------------------------------------------------------===//

#include "module/Processor.h"
#include "conorm/Target/Compile.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Builders.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"
#include "gtest/gtest.h"

using namespace conorm;

namespace {

class Processor : public testing::Test {
protected:
  void SetUp() override {
    if (llvm::Triple(llvm::sys::getDefaultTargetTriple()).getArch() !=
        llvm::Triple::x86_64)
      GTEST_SKIP() << "extensions are recorded on x86-64 alone";
    context.loadDialect<mlir::LLVM::LLVMDialect>();
    module = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  }
  void TearDown() override {
    if (module)
      module->erase();
  }
  std::vector<std::string> featuresOf(llvm::StringRef cpu) {
    std::string error;
    auto machine = createTargetMachine(cpu, error);
    EXPECT_TRUE(machine) << error;
    ManifestProcessor processor = describeProcessor(module, *machine);
    EXPECT_TRUE(processor.features.has_value());
    return *processor.features;
  }

  mlir::MLIRContext context;
  mlir::ModuleOp module;
};

/// The runtime can look for whatever code for any processor may need.
TEST_F(Processor, featuresAreKnownToTheRuntime) {
  llvm::SmallVector<llvm::StringRef> names;
  llvm::X86::fillValidCPUArchList(names, /*Only64Bit=*/true);
  EXPECT_GT(names.size(), 50u);
  // Also those that only programs with assembly need.
  mlir::OpBuilder builder(module.getBodyRegion());
  for (bool asks : {false, true}) {
    if (asks)
      mlir::LLVM::CallIntrinsicOp::create(
          builder, module.getLoc(), builder.getStringAttr("llvm.x86.rdrand"),
          mlir::ValueRange());
    for (llvm::StringRef name : names)
      for (const std::string &feature : featuresOf(name))
        EXPECT_NE(rt::findFeature(feature), rt::Feature::Unknown)
            << name.str() << ": " << feature;
  }
}

/// LLVM's and the runtime's reading of this processor agree.
TEST_F(Processor, isReadAsLlvmReadsIt) {
  unsigned compared = 0;
  for (const auto &feature : llvm::sys::getHostCPUFeatures()) {
    rt::Feature found = rt::findFeature(feature.first().str());
    if (found == rt::Feature::Unknown)
      continue;
    ++compared;
    EXPECT_EQ(found == rt::Feature::Present, feature.second)
        << feature.first().str();
  }
  EXPECT_GT(compared, 60u);
}

TEST_F(Processor, runsWhatIsForIt) {
  for (llvm::StringRef cpu : {"native", "", "x86-64"})
    for (const std::string &feature : featuresOf(cpu))
      EXPECT_EQ(rt::findFeature(feature), rt::Feature::Present) << feature;
}

TEST_F(Processor, recordsWhatCodeMayUse) {
  EXPECT_TRUE(featuresOf("x86-64").empty());
  std::vector<std::string> v3 = featuresOf("x86-64-v3");
  for (const char *feature : {"avx2", "bmi2", "f16c", "fma", "movbe"})
    EXPECT_NE(std::find(v3.begin(), v3.end(), feature), v3.end()) << feature;
  // A machine that hides what only operating systems use is no obstacle.
  std::vector<std::string> server = featuresOf("skylake-avx512");
  for (const char *feature : {"pku", "rdseed", "xsaves"})
    EXPECT_EQ(std::find(server.begin(), server.end(), feature), server.end())
        << feature;
}

TEST(Features, areNamedWhereMissing) {
  rt::FeatureCheck check = rt::checkFeatures("warp-drive,,tractor-beam");
  EXPECT_EQ(check.missing, "");
  EXPECT_EQ(check.unknown, "warp-drive, tractor-beam");
  EXPECT_EQ(rt::checkFeatures("").unknown, "");
}

} // namespace
