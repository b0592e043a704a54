//===- CanonicalizeSelectedTest.cpp - Names of faulty patterns ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Transforms/UpstreamFaults.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/InitAllDialects.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace conorm;

namespace {

/// The debug names of all canonicalization patterns that upstream has.
std::vector<std::string> getPatternNames() {
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  RewritePatternSet patterns(&context);
  for (Dialect *dialect : context.getLoadedDialects())
    dialect->getCanonicalizationPatterns(patterns);
  for (RegisteredOperationName op : context.getRegisteredOperations())
    op.getCanonicalizationPatterns(patterns, &context);
  std::vector<std::string> names;
  for (const auto &pattern : patterns.getNativePatterns())
    names.push_back(pattern->getDebugName().str());
  return names;
}

/// A name that is misspelt, or that upstream has changed, would disable
/// nothing.
TEST(CanonicalizeSelected, NamesAreThoseOfPatterns) {
  std::vector<std::string> names = getPatternNames();
  for (const FaultyPattern &fault : getFaultyPatterns())
    EXPECT_TRUE(llvm::any_of(names, [&](const std::string &name) {
      return llvm::StringRef(name).contains(fault.name);
    })) << fault.name.str();
}

TEST(CanonicalizeSelected, OtherPatternsStay) {
  std::vector<std::string> names = getPatternNames();
  // Those on slices that are put in are there twice: also in parallel.
  EXPECT_LE(llvm::count_if(names, isFaultyPattern),
            static_cast<long>(getFaultyPatterns().size() + 2));
  EXPECT_FALSE(isFaultyPattern("(anonymous namespace)::WhileUnusedResult"));
}

TEST(CanonicalizeSelected, NamesDoNotDependOnTheCompiler) {
  EXPECT_TRUE(isFaultyPattern("(anonymous namespace)::WhileMoveIfDown"));
  EXPECT_TRUE(isFaultyPattern("{anonymous}::WhileMoveIfDown"));
}

} // namespace
