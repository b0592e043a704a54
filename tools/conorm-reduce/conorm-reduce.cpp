//===- conorm-reduce.cpp -  -----------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReduceValues.h"
#include "conorm/InitAll.h"
#include "conorm/Tools/ForeignDialects.h"
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
  conorm::registerForeignDialects(registry);
  conorm::registerAllPasses();
  conorm::registerReduceValuesPass();
  return conorm::reduceMain(argc, argv, registry);
}
