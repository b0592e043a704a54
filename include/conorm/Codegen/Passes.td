//===- Passes.td - Passes on loops and kernels -------------*- tablegen -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_CODEGEN_PASSES_TD
#define CONORM_CODEGEN_PASSES_TD

include "mlir/Pass/PassBase.td"

def DecomposeAggregates : Pass<"decompose-aggregates"> {
  let summary = "Split linalg operations that are not a single loop nest";
  let description = [{
    `linalg.softmax` and other aggregates become the operations that they stand
    for. Upstream does this only in transform scripts.

    Before:

    ```mlir
    func.func @f(%a: tensor<2x4xf32>, %b: tensor<2x4xf32>) -> tensor<2x4xf32> {
      %0 = linalg.softmax dimension(1) ins(%a : tensor<2x4xf32>)
             outs(%b : tensor<2x4xf32>) -> tensor<2x4xf32>
      return %0 : tensor<2x4xf32>
    }
    ```

    After (shortened): the maximum of each row, the exponentials of the
    differences, their sum, and the quotients, each a `linalg.generic`.
  }];
  let statistics = [
    Statistic<"numDecomposed", "num-decomposed", "Number of operations split">
  ];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::tensor::TensorDialect"
  ];
}

def InterchangeContractions : Pass<"interchange-contractions"> {
  let summary = "Make a contiguous dimension the innermost loop of contractions";
  let description = [{
    A matrix product whose innermost loop is the sum over k is a chain of
    dependent additions. This pass makes the last dimension of the output the
    innermost loop if every operand that uses it also has it last, so that the
    loop is vectorized. Each element is still summed in the same order, so no
    bit changes.

    Before:

    ```mlir
    func.func @f(%a: memref<4x8xf32>, %b: memref<8x16xf32>, %c: memref<4x16xf32>) {
      linalg.matmul ins(%a, %b : memref<4x8xf32>, memref<8x16xf32>)
                    outs(%c : memref<4x16xf32>)
      return
    }
    ```

    After (shortened): the loops are (m, k, n).

    ```
    linalg.generic {
      indexing_maps = [(d0, d1, d2) -> (d0, d1), (d0, d1, d2) -> (d1, d2),
                       (d0, d1, d2) -> (d0, d2)],
      iterator_types = ["parallel", "reduction", "parallel"]} ...
    ```
  }];
  let statistics = [
    Statistic<"numInterchanged", "num-interchanged",
              "Number of operations whose loops were reordered">
  ];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def ConvertShapeToView : Pass<"convert-shape-to-view"> {
  let summary = "Compute views that --expand-strided-metadata computes wrongly";
  let description = [{
    `--expand-strided-metadata` can split a dimension of a buffer into at most
    one of unknown size. `memref.expand_shape` states all sizes, so this pass
    computes the strides from them.

    Of a `memref.subview` with fewer dimensions than its source, it finds the
    missing ones by their strides. If those are unknown, it can take the wrong
    dimensions of one element; this pass finds them by the sizes.

    Before:

    ```mlir
    func.func @f(%a: memref<?x8xf32>, %n: index, %m: index) -> memref<?x?x8xf32> {
      %0 = memref.expand_shape %a [[0, 1], [2]] output_shape [%n, %m, 8]
             : memref<?x8xf32> into memref<?x?x8xf32>
      return %0 : memref<?x?x8xf32>
    }
    ```

    After (shortened):

    ```
    %stride = affine.apply affine_map<()[s0] -> (s0 * 8)>()[%m]
    %0 = memref.reinterpret_cast %base to offset: [0], sizes: [%n, %m, 8],
           strides: [%stride, 8, 1] : memref<f32> to memref<?x?x8xf32>
    ```
  }];
  let statistics = [
    Statistic<"numConverted", "num-converted", "Number of operations converted">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::memref::MemRefDialect"
  ];
}

def ConvertStridedCopyToLinalg : Pass<"convert-strided-copy-to-linalg"> {
  let summary = "Turn copies of buffers that are not contiguous into loops";
  let description = [{
    Upstream lowers such a `memref.copy` to a call of MLIR's own runtime
    library, which a compiled artifact does not have.

    Before:

    ```mlir
    func.func @f(%a: memref<4x8xf32, strided<[16, 1]>>, %b: memref<4x8xf32>) {
      memref.copy %a, %b : memref<4x8xf32, strided<[16, 1]>> to memref<4x8xf32>
      return
    }
    ```

    After (shortened):

    ```
    linalg.generic ... ins(%a) outs(%b) { linalg.yield %in }
    ```
  }];
  let statistics = [
    Statistic<"numConverted", "num-converted", "Number of copies converted">
  ];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def OutlineKernels : Pass<"outline-kernels", "::mlir::ModuleOp"> {
  let summary = "Outline each distinct linalg operation on buffers";
  let description = [{
    The layers of a model repeat the same loops. As separate functions, these
    loops are compiled once, and the rest of the model is a list of calls.
    Passes whose time is worse than linear in a function's size, here and in
    LLVM, then see small functions. Operations are the same if they differ only
    in their operands.

    Before:

    ```mlir
    func.func @f(%a: memref<4x8xf32>, %b: memref<4x8xf32>) {
      linalg.exp ins(%a : memref<4x8xf32>) outs(%b : memref<4x8xf32>)
      linalg.exp ins(%b : memref<4x8xf32>) outs(%a : memref<4x8xf32>)
      return
    }
    ```

    After:

    ```mlir
    func.func @f(%a: memref<4x8xf32>, %b: memref<4x8xf32>) {
      call @conorm.kernel(%a, %b) : (memref<4x8xf32>, memref<4x8xf32>) -> ()
      call @conorm.kernel(%b, %a) : (memref<4x8xf32>, memref<4x8xf32>) -> ()
      return
    }
    func.func private @conorm.kernel(%in: memref<4x8xf32>, %out: memref<4x8xf32>) {
      linalg.exp ins(%in : memref<4x8xf32>) outs(%out : memref<4x8xf32>)
      return
    }
    ```
  }];
  let statistics = [
    Statistic<"numOutlined", "num-outlined", "Number of operations outlined">,
    Statistic<"numKernels", "num-kernels", "Number of functions made">
  ];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def ExpandSmallFloats : Pass<"expand-small-floats"> {
  let summary = "Expand bf16, f16 and f8 arithmetic to f32 with one rounding each";
  let description = [{
    Each operation of the arith and math dialects on bf16, f16, f8E4M3FN or
    f8E5M2 widens its operands, computes in f32, and rounds its result to
    nearest even; any other rounding mode is an error. Rounding to bf16 and f8,
    and widening from them, is integer arithmetic. It keeps denormals and
    infinities. Every NaN becomes the quiet NaN, and so does a value that is too
    large for f8E4M3FN, which has no infinity. No fast-math flag is set, so no
    later pass removes a rounding; the similar upstream pass allows that.

    Scaled conversions become the steps that the arith dialect documents. Their
    scales have type f8E8M0FNU, or are rounded to it by taking the exponent, as
    upstream's `arith-expand` does: a fraction is cut off, a sign is lost, and a
    value that is not finite becomes NaN.

    Before:

    ```mlir
    func.func @f(%a: f16, %b: f16) -> f16 {
      %0 = arith.addf %a, %b : f16
      return %0 : f16
    }
    ```

    After:

    ```mlir
    func.func @f(%a: f16, %b: f16) -> f16 {
      %0 = arith.extf %a : f16 to f32
      %1 = arith.extf %b : f16 to f32
      %2 = arith.addf %0, %1 : f32
      %3 = arith.truncf %2 : f32 to f16
      return %3 : f16
    }
    ```
  }];
  let statistics = [
    Statistic<"numExpanded", "num-expanded", "Number of operations expanded">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def FinalizeToLLVM : Pass<"finalize-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Convert loop-free code on buffers to LLVM in one pass";
  let description = [{
    Upstream has a pass for each dialect: `arith`, `cf`, `func`, `index`,
    `memref` and `ub`. Each one walks over everything that the previous ones
    produced, which is large. This pass has the patterns of all of them. It
    allocates with `aligned_alloc` and frees with `free`. It also reconciles the
    casts that were in the module, as `--reconcile-unrealized-casts` does.
    A `cf.assert` with the message `conorm.return` makes the function return
    zeros where the condition does not hold.

    `arith.maximumf` and `arith.minimumf` become intrinsic functions of LLVM.
    The upstream pass `--arith-expand` gets the sign of zeros wrong
    (docs/UpstreamFaults.md).

    Before:

    ```mlir
    func.func @f(%a: memref<4xf32>, %i: index) -> f32 {
      %0 = memref.load %a[%i] : memref<4xf32>
      return %0 : f32
    }
    ```

    After (shortened):

    ```
    llvm.func @f(%a: !llvm.ptr, ..., %i: i64) -> f32 {
      %p = llvm.getelementptr %a[%i]
      %0 = llvm.load %p : !llvm.ptr -> f32
      llvm.return %0 : f32
    }
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def FuseElementwise : Pass<"fuse-elementwise"> {
  let summary = "Fuse elementwise linalg operations on tensors";
  let description = [{
    Each becomes part of what reads it, by upstream's patterns, so that one
    kernel reads the inputs and writes the results of a chain. Broadcasts, fills
    and operations on the other side of a reshape are part of chains.

    An operation that has several readers is fused with the first one, and both
    results are written, if the other readers come later and the points are the
    same. A reduction computes what it reads by itself, even if something else
    reads it too.

    Before:

    ```mlir
    func.func @f(%a: tensor<4x8xf32>, %b: tensor<4x8xf32>) -> tensor<4x8xf32> {
      %e = tensor.empty() : tensor<4x8xf32>
      %0 = linalg.mul ins(%a, %b : tensor<4x8xf32>, tensor<4x8xf32>)
             outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
      %1 = linalg.add ins(%0, %b : tensor<4x8xf32>, tensor<4x8xf32>)
             outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
      return %1 : tensor<4x8xf32>
    }
    ```

    After (shortened): one `linalg.generic` with a multiplication and an
    addition.
  }];
  let statistics = [
    Statistic<"numFused", "num-fused", "Number of operands fused">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def MapKernels : Pass<"map-kernels", "::mlir::ModuleOp"> {
  let summary = "Map each linalg operation on buffers to a kernel of a GPU";
  let description = [{
    Each kernel is a `gpu.func` of the module `conorm.device`, launched where the
    operation was, or where its function was called if `--outline-kernels` made
    it. A kernel takes a pointer for each buffer, and the sizes and strides that
    are not known. Its name says what it computes and ends in a hash of it, so
    that equal kernels are one, also of different modules.

    Operations without reductions run over their points in the order of memory,
    several next to each other to a thread, with accesses of 16 bytes where the
    addresses allow it. Of a reduction over the last loops that is associative,
    a warp or a block has one element of the output and combines its steps in a
    tree, which is the same each time. Of other operations a thread has one
    element of the output and takes the steps in their order.

    Before:

    ```mlir
    func.func @f(%a: memref<64x128xf32>, %b: memref<64x128xf32>) {
      linalg.exp ins(%a : memref<64x128xf32>) outs(%b : memref<64x128xf32>)
      return
    }
    ```

    After (shortened):

    ```
    func.func @f(%a: memref<64x128xf32>, %b: memref<64x128xf32>) {
      ...
      gpu.launch_func @conorm.device::@elementwise_exp_1c5f blocks in (%c8, %c1, %c1)
        threads in (%c256, %c1, %c1) args(%p : !llvm.ptr, %q : !llvm.ptr)
      return
    }
    gpu.module @conorm.device {
      gpu.func @elementwise_exp_1c5f(%p: !llvm.ptr, %q: !llvm.ptr) kernel { ... }
    }
    ```
  }];
  let options = [
    Option<"checkBounds", "check-bounds", "bool", /*default=*/"false",
           "Fail, since accesses of kernels are not checked">
  ];
  let statistics = [
    Statistic<"numLaunches", "num-launches", "Number of launches made">,
    Statistic<"numKernels", "num-kernels", "Number of kernels made">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::gpu::GPUDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"
  ];
}

def RefuseHostAccess : Pass<"refuse-host-access"> {
  let summary = "Refuse what reads or writes elements of tensors on the host";
  let description = [{
    Tensors of a program for a device are in the device's memory, which the host
    does not see: its control flow may depend on sizes and scalar arguments
    only. `tensor.extract`, `tensor.insert` and the like are errors outside the
    bodies of linalg operations. So are tensors of element types that kernels do
    not have.

    Before:

    ```mlir
    func.func @f(%a: tensor<4xf32>, %i: index) -> f32 {
      %0 = tensor.extract %a[%i] : tensor<4xf32>
      return %0 : f32
    }
    ```

    After:

    ```
    error: 'tensor.extract' op reads elements of a tensor on the host, but
    tensors are in the memory of the device
    ```
  }];
}

def CopyStridedResults : Pass<"copy-strided-results", "::mlir::ModuleOp"> {
  let summary = "Copy results that are not contiguous";
  let description = [{
    Public functions return contiguous buffers.

    Before:

    ```mlir
    func.func @f(%a: memref<4x8xf32, strided<[16, 1]>>) -> memref<4x8xf32, strided<[16, 1]>> {
      return %a : memref<4x8xf32, strided<[16, 1]>>
    }
    ```

    After:

    ```mlir
    func.func @f(%a: memref<4x8xf32, strided<[16, 1]>>) -> memref<4x8xf32> {
      %0 = memref.alloc() : memref<4x8xf32>
      memref.copy %a, %0 : memref<4x8xf32, strided<[16, 1]>> to memref<4x8xf32>
      return %0 : memref<4x8xf32>
    }
    ```
  }];
  let statistics = [
    Statistic<"numCopied", "num-copied", "Number of results copied">
  ];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def ExpandMath : Pass<"expand-math"> {
  let summary = "Expand functions of f32 to arithmetic on f64";
  let description = [{
    Exponentials, logarithms, powers, circular and hyperbolic functions and `erf`
    of scalars become polynomials in f64, with one rounding to f32 at the end.
    Each result is within 0.6 units in the last place of the exact one; sines and
    cosines are for arguments below 2^50. What LLVM has as exact instructions,
    such as `math.sqrt`, stays. Every other operation of the math dialect, and
    `arith.remf`, is an error.

    Before:

    ```mlir
    func.func @f(%a: f32) -> f32 {
      %0 = math.exp2 %a : f32
      return %0 : f32
    }
    ```

    After (shortened):

    ```
    func.func @f(%a: f32) -> f32 {
      %0 = arith.extf %a : f32 to f64
      ...
      %1 = arith.truncf %n : f64 to f32
      return %1 : f32
    }
    ```
  }];
  let statistics = [
    Statistic<"numExpanded", "num-expanded", "Number of operations expanded">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

def FinalizeKernels : Pass<"finalize-kernels", "::mlir::gpu::GPUModuleOp"> {
  let summary = "Convert loop-free kernels to the LLVM and NVVM dialects";
  let description = [{
    Converts everything in a `gpu.module` in one pass. Upstream's
    `convert-gpu-to-nvvm` calls NVIDIA's libdevice for functions of the math
    dialect, which a machine without the CUDA toolkit does not have; here, what
    is left of that dialect is an error.

    Before:

    ```mlir
    gpu.module @conorm.device {
      gpu.func @store(%p: !llvm.ptr) kernel {
        %0 = gpu.thread_id x
        %1 = arith.index_cast %0 : index to i64
        llvm.store %1, %p : i64, !llvm.ptr
        gpu.return
      }
    }
    ```

    After (shortened):

    ```
    gpu.module @conorm.device {
      llvm.func @store(%p: !llvm.ptr) attributes {gpu.kernel, nvvm.kernel} {
        %0 = nvvm.read.ptx.sreg.tid.x : i32
        ...
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::NVVM::NVVMDialect"];
}

#endif // CONORM_CODEGEN_PASSES_TD
