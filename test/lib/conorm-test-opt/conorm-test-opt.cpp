//===- conorm-test-opt.cpp - conorm-opt with the test dialect -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dialect/Test/TestDialect.h"
#include "conorm/InitAll.h"
#include "conorm/Tools/ToolMain.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllPasses();
  conorm::registerAllDialects(registry);
  conorm::registerAllPasses();
  conorm::test::registerTestDialect(registry);
  return conorm::optMain(argc, argv, registry);
}
