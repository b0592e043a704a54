//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_CONVERSION_PASSES_TD
#define CONORM_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertConormToRuntime
    : Pass<"convert-conorm-to-runtime", "::mlir::ModuleOp"> {
  let summary = "Convert comm and norm operations on memrefs to runtime calls";
  let description = [{
    Each operation becomes a call of the function of the same name in the
    runtime's C ABI (runtime/include/conorm-runtime/ops.h), with its argument
    structure on the stack and its site and group in constants. Every function
    that leads to such a call, and every public function, takes the context as a
    new first argument.

    Before:

    ```mlir
    func.func @f(%x: memref<4x8xbf16>) {
      comm.all_reduce %x on @tp outs(%x : memref<4x8xbf16>) : memref<4x8xbf16>
      return
    }
    comm.group @tp
    ```

    After (shortened):

    ```
    func.func @f(%context: !llvm.ptr, %x: memref<4x8xbf16>) {
      %args = llvm.alloca %c1 x !llvm.struct<"conorm_all_reduce_args", (...)>
      ...
      %status = llvm.call @conorm_all_reduce(%context, %args)
      return
    }
    ```
  }];
  let statistics = [
    Statistic<"numCalls", "num-calls", "Number of runtime calls made">,
    Statistic<"numCopies", "num-copies",
              "Number of buffers copied because they are not contiguous">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::memref::MemRefDialect"
  ];
}

#endif // CONORM_CONVERSION_PASSES_TD
