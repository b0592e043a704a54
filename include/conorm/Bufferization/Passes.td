//===- Passes.td - From tensors to buffers -----------------*- tablegen -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_BUFFERIZATION_PASSES_TD
#define CONORM_BUFFERIZATION_PASSES_TD

include "mlir/Pass/PassBase.td"

def AllocatePoison : Pass<"allocate-poison"> {
  let summary = "Replace undefined tensors with empty ones";
  let description = [{
    Lifting branches to structured control flow leaves `ub.poison` on a path
    that does not have a value and does not need it. Bufferization does not
    support such tensors. Unknown sizes become 0, because nothing reads the
    tensor.

    Before:

    ```mlir
    func.func @f() -> tensor<?x4xf32> {
      %0 = ub.poison : tensor<?x4xf32>
      return %0 : tensor<?x4xf32>
    }
    ```

    After:

    ```mlir
    func.func @f() -> tensor<?x4xf32> {
      %c0 = arith.constant 0 : index
      %0 = tensor.empty(%c0) : tensor<?x4xf32>
      return %0 : tensor<?x4xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numAllocated", "num-allocated", "Number of tensors made">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"
  ];
}

def UnshareStarts : Pass<"unshare-starts"> {
  let summary = "Give each operation its own empty or filled tensor to start from";
  let description = [{
    Common subexpression elimination merges many `tensor.empty` into one, and
    the fills that several matrix products start from into one `linalg.fill`.
    Each product overwrites its start, so bufferization would compare all of
    them with each other at a quadratic cost, fill once, and copy for all but
    one. Filling again is cheaper.

    Before:

    ```mlir
    func.func @f(%a: tensor<4x4xf32>, %zero: f32) -> (tensor<4x4xf32>, tensor<4x4xf32>) {
      %e = tensor.empty() : tensor<4x4xf32>
      %c = linalg.fill ins(%zero : f32) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
      %0 = linalg.matmul ins(%a, %a : tensor<4x4xf32>, tensor<4x4xf32>)
                         outs(%c : tensor<4x4xf32>) -> tensor<4x4xf32>
      %1 = linalg.matmul ins(%a, %0 : tensor<4x4xf32>, tensor<4x4xf32>)
                         outs(%c : tensor<4x4xf32>) -> tensor<4x4xf32>
      return %0, %1 : tensor<4x4xf32>, tensor<4x4xf32>
    }
    ```

    After: each `linalg.matmul` has a `linalg.fill` of its own.
  }];
  let statistics = [
    Statistic<"numCloned", "num-cloned", "Number of starts made">
  ];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def UnshareYields : Pass<"unshare-yields"> {
  let summary = "Copy what scf.while and scf.index_switch yield";
  let description = [{
    One-shot analysis does not see that the second region of an `scf.while`
    passes the values that it yields to the first region, or that a result of
    `scf.index_switch` is a value that a region yields. An operation that
    overwrites such a value would overwrite a tensor that is read elsewhere. So
    the regions yield copies. Arguments of the second region that it yields
    itself are already copies.

    Before:

    ```mlir
    func.func @f(%n: index, %a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
      %0 = scf.index_switch %n -> tensor<4xf32>
      case 1 {
        scf.yield %a : tensor<4xf32>
      }
      default {
        scf.yield %b : tensor<4xf32>
      }
      return %0 : tensor<4xf32>
    }
    ```

    After:

    ```mlir
    func.func @f(%n: index, %a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
      %0 = scf.index_switch %n -> tensor<4xf32>
      case 1 {
        %1 = bufferization.alloc_tensor() copy(%a) : tensor<4xf32>
        scf.yield %1 : tensor<4xf32>
      }
      default {
        %1 = bufferization.alloc_tensor() copy(%b) : tensor<4xf32>
        scf.yield %1 : tensor<4xf32>
      }
      return %0 : tensor<4xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numCopied", "num-copied", "Number of tensors copied">
  ];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect"];
}

def AssignDestinations : Pass<"assign-destinations", "::mlir::ModuleOp"> {
  let summary = "Give comm and norm operations the buffers they may write";
  let description = [{
    Fills in the `outs` of every `comm` and `norm` operation on tensors, so that
    one-shot bufferization finds a place for each result without a copy. This is
    the residual or the input at its last use if it may be overwritten, and a
    `tensor.empty` otherwise. Arguments of functions are marked read-only for
    bufferization unless they carry `comm.donated`.

    Before:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16> {comm.donated}, %w: tensor<8xbf16>)
        -> tensor<4x8xbf16> {
      %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>)
        {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
      return %y : tensor<4x8xbf16>
    }
    comm.group @tp
    ```

    After:

    ```mlir
    func.func @site(
        %x: tensor<4x8xbf16> {bufferization.writable = true, comm.donated},
        %w: tensor<8xbf16> {bufferization.writable = false})
        -> tensor<4x8xbf16> {
      %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>)
        outs(normed = %x : tensor<4x8xbf16>)
        {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
      return %y : tensor<4x8xbf16>
    }
    comm.group @tp
    ```
  }];
  let statistics = [
    Statistic<"numReused", "num-reused",
              "Number of results that take an operand's buffer">,
    Statistic<"numNew", "num-new", "Number of results that take a new buffer">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::tensor::TensorDialect", "::mlir::affine::AffineDialect"
  ];
}

def BufferizeInPlace : Pass<"bufferize-in-place", "::mlir::ModuleOp"> {
  let summary = "Bufferize in time linear in the number of operations";
  let description = [{
    One-shot bufferization across function boundaries, with a different
    analysis. Upstream's analysis compares every version of a buffer with every
    other, so a residual that each layer overwrites makes it cubic in the number
    of layers. Here an operation overwrites a tensor if nothing reads the tensor
    or a view of it afterwards, all of them are in one block, and each may be
    written. This rule decides every operation of a decoder without control
    flow. One-shot analysis decides the rest: all of a function with at most
    `analysis-limit` operations, and only the undecided operations of a larger
    one, up to a fixed amount of work. Anything still undecided is copied.

    A function that is called returns each result in its own buffer: a result
    that may share a buffer with an earlier one is copied. One-shot analysis
    would let a caller overwrite one result and read another that is in the same
    buffer.

    Before:

    ```mlir
    func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
      %e = tensor.empty() : tensor<4xf32>
      %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
      %1 = linalg.log ins(%0 : tensor<4xf32>) outs(%0 : tensor<4xf32>) -> tensor<4xf32>
      return %1 : tensor<4xf32>
    }
    ```

    After:

    ```mlir
    func.func @f(%x: memref<4xf32>) -> memref<4xf32> {
      %0 = memref.alloc() {alignment = 64 : i64} : memref<4xf32>
      linalg.exp ins(%x : memref<4xf32>) outs(%0 : memref<4xf32>)
      linalg.log ins(%0 : memref<4xf32>) outs(%0 : memref<4xf32>)
      return %0 : memref<4xf32>
    }
    ```
  }];
  let options = [
    Option<"analysis", "analysis", "::conorm::BufferAnalysis",
           /*default=*/"::conorm::BufferAnalysis::Linear",
           "What decides which operands are overwritten",
           [{::llvm::cl::values(
             clEnumValN(::conorm::BufferAnalysis::Linear, "linear",
                        "The linear rule, and one-shot analysis for the rest"),
             clEnumValN(::conorm::BufferAnalysis::OneShot, "one-shot",
                        "Upstream's one-shot analysis, to compare with"))}]>,
    Option<"analysisLimit", "analysis-limit", "unsigned", /*default=*/"1000",
           "Leave a function with at most this many operations to one-shot "
           "analysis if the linear rule does not decide all of it">,
    Option<"checkDecisions", "check-decisions", "bool", /*default=*/"false",
           "Have one-shot analysis check every decision, at its cost">
  ];
  let statistics = [
    Statistic<"numUndecided", "num-undecided",
              "Number of operations that the linear rule does not decide">
  ];
  let dependentDialects = [
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::memref::MemRefDialect"
  ];
}

def DeallocateAtLastUse
    : Pass<"deallocate-at-last-use", "::mlir::func::FuncOp"> {
  let summary = "Free buffers that stay in their block after their last use";
  let description = [{
    Ownership-based deallocation frees all buffers of a block at its end, after
    comparing them with each other. Memory then grows with the number of layers,
    and the time is quadratic. This pass frees buffers that are not returned,
    yielded or passed to anything unknown right after their last use, and marks
    them `bufferization.manual_deallocation`. It leaves the others to
    ownership-based deallocation.

    Before:

    ```mlir
    func.func @f(%x: memref<4xf32>, %y: memref<4xf32>) {
      %0 = memref.alloc() : memref<4xf32>
      linalg.exp ins(%x : memref<4xf32>) outs(%0 : memref<4xf32>)
      linalg.log ins(%0 : memref<4xf32>) outs(%y : memref<4xf32>)
      linalg.exp ins(%y : memref<4xf32>) outs(%y : memref<4xf32>)
      return
    }
    ```

    After:

    ```mlir
    func.func @f(%x: memref<4xf32>, %y: memref<4xf32>) {
      %0 = memref.alloc() {bufferization.manual_deallocation} : memref<4xf32>
      linalg.exp ins(%x : memref<4xf32>) outs(%0 : memref<4xf32>)
      linalg.log ins(%0 : memref<4xf32>) outs(%y : memref<4xf32>)
      memref.dealloc %0 {bufferization.manual_deallocation} : memref<4xf32>
      linalg.exp ins(%y : memref<4xf32>) outs(%y : memref<4xf32>)
      return
    }
    ```
  }];
  let statistics = [
    Statistic<"numDeallocated", "num-deallocated",
              "Number of buffers freed at their last use">
  ];
  let dependentDialects = [
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::memref::MemRefDialect"
  ];
}

def UnshareResults : Pass<"unshare-results", "::mlir::func::FuncOp"> {
  let summary = "Give each returned buffer an allocation of its own";
  let description = [{
    The caller of a compiled function frees every buffer that it gets. If two
    results of a public function may be the same allocation, this pass compares
    them when the function returns, and copies the later one if they are the
    same.

    Before:

    ```mlir
    func.func @f(%a: memref<4xf32>) -> (memref<4xf32>, memref<4xf32>) {
      return %a, %a : memref<4xf32>, memref<4xf32>
    }
    ```

    After (shortened):

    ```
    func.func @f(%a: memref<4xf32>) -> (memref<4xf32>, memref<4xf32>) {
      %first = memref.extract_aligned_pointer_as_index %a
      %second = memref.extract_aligned_pointer_as_index %a
      %same = arith.cmpi eq, %first, %second : index
      %b = scf.if %same -> (memref<4xf32>) { /* a copy of %a */ }
                                      else { scf.yield %a }
      return %a, %b : memref<4xf32>, memref<4xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numCompared", "num-compared",
              "Number of results that are compared when a function returns">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect"
  ];
}

#endif // CONORM_BUFFERIZATION_PASSES_TD
