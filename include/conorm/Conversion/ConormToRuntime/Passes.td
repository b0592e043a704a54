//===- Passes.td - To calls of the runtime -----------------*- tablegen -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_CONVERSION_CONORMTORUNTIME_PASSES_TD
#define CONORM_CONVERSION_CONORMTORUNTIME_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertConormToRuntime
    : Pass<"convert-conorm-to-runtime", "::mlir::ModuleOp"> {
  let summary = "Convert operations on memrefs to calls of the runtime";
  let description = [{
    Each operation becomes a call of the function of the same name in the
    runtime's C ABI (docs/RuntimeABI.md), with its argument structure on the
    stack and its site and group in constants. So do operations of other
    dialects that implement `RuntimeCallOpInterface`. Every function that leads
    to such a call, and every public function, takes the context as a new first
    argument.

    Buffers of the calls are contiguous. A norm of buffers of which only the
    rows are contiguous is called in a loop over the outer dimensions. Any other
    buffer is copied to a contiguous one, and back if it is an output.

    A call takes the sizes of its input. If the sizes of another operand are not
    known to agree with these, a call of `conorm_expect_size` comes first. If
    the sizes differ, it fails the context with the operation, its site and both
    sizes, and the operation does nothing. Sizes are known to agree if both are
    static or come from one value through allocations, views and affine
    expressions. Later calls rely on what an earlier call has checked. A linalg
    operation whose operands are not known to agree runs in a branch, after such
    a check has passed.

    With `numerics=relaxed`, every collective says so to the runtime, which may
    then take the sum in another order (docs/RoundingContract.md); a remark says
    where.

    With `check-bounds`, a call of `conorm_expect_bounds` stands before each
    access to a buffer, view, cast, reshape, copy and allocation that is not
    known to be within bounds. Where that fails, the function returns, and so do
    its callers.

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
  let options = [
    Option<"checkBounds", "check-bounds", "bool", /*default=*/"false",
           "Check at run time that accesses to buffers are within bounds">,
    Option<"numerics", "numerics", "::conorm::Numerics",
           /*default=*/"::conorm::Numerics::Exact", "Which bits to keep", [{
             ::conorm::getNumericsValues()
           }]>,
    Option<"contextEverywhere", "context-everywhere", "bool",
           /*default=*/"false",
           "Give the context to all functions with a body">
  ];
  let statistics = [
    Statistic<"numCalls", "num-calls", "Number of runtime calls made">,
    Statistic<"numCopies", "num-copies",
              "Number of buffers copied because they are not contiguous">,
    Statistic<"numChecks", "num-checks",
              "Number of sizes and bounds that are checked at run time">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::cf::ControlFlowDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect"
  ];
}

def ConvertDeviceToRuntime
    : Pass<"convert-device-to-runtime", "::mlir::ModuleOp"> {
  let summary = "Convert launches, copies and memory to calls of the runtime";
  let description = [{
    All buffers are in the memory of a device. Launches of kernels, copies of
    contiguous buffers, allocations, deallocations and addresses of constants
    become calls of the runtime's C ABI (docs/RuntimeABI.md). They stand in
    functions whose first argument is the context.

    Kernels and constants are named by their index in the program. The indices
    and the program are constants of the code that are declared here and defined
    when the artifact is made, when all variants are known.

    Before:

    ```mlir
    func.func @f(%context: !llvm.ptr, %a: memref<4x8xf32>) -> memref<4x8xf32> {
      %0 = memref.alloc() : memref<4x8xf32>
      memref.copy %a, %0 : memref<4x8xf32> to memref<4x8xf32>
      return %0 : memref<4x8xf32>
    }
    ```

    After (shortened):

    ```
    func.func @f(%context: !llvm.ptr, %a: memref<4x8xf32>) -> memref<4x8xf32> {
      %p = llvm.call @conorm_allocate(%context, %c128)
      ...
      llvm.call @conorm_copy(%context, %args)
      return %0 : memref<4x8xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numCalls", "num-calls", "Number of runtime calls made">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect"
  ];
}

#endif // CONORM_CONVERSION_CONORMTORUNTIME_PASSES_TD
