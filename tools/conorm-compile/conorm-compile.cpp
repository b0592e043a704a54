//===- conorm-compile.cpp - Ahead-of-time compiler ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/InitAll.h"
#include "conorm/Target/Compile.h"
#include "conorm/Tools/ForeignDialects.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  conorm::registerAllDialects(registry);
  conorm::registerForeignDialects(registry);
  return conorm::compileMain(argc, argv, registry);
}
