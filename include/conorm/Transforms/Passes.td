//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TRANSFORMS_PASSES_TD
#define CONORM_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def FuseAllReduceNorm : Pass<"fuse-all-reduce-norm"> {
  let summary = "Fuse comm.all_reduce with the normalization that reads it";
  let description = [{
    Works in stages, each to a fixpoint.

    1. *Normalize*: a norm over an f32 `1 + weight` takes the raw weight and
       `weight_bias = 1.0`; an addition that a norm reads becomes
       `norm.add_rms_norm`; casts and copies that change nothing are looked
       through.
    2. *Fuse*: `comm.all_reduce` and the `norm.rms_norm` or `norm.add_rms_norm`
       that reads it become `comm.all_reduce_rms_norm`; so do an all_reduce, a
       norm, the addition of the residual and a second norm (the sandwich of
       Gemma 2 and 3). Other users of the reduced value or of the sum read
       results of the fused operation.
    3. *Quantize*: a fused operation takes in the `norm.quantize` that reads its
       norm, be it through casts, copies or a widening. The norm stays a result
       where something else reads it. Before that, elementwise arithmetic that
       quantizes a norm (a scale, a clamp and a truncation to f8) becomes
       `norm.quantize` where it is the scheme `per_tensor` bit by bit.

    No bit of any result changes, unless `numerics=relaxed`: then a norm over
    `1 + weight` becomes one with `weight_bias = 1.0` also where the program
    rounds the sum to bf16 or f16, and a remark names each such place.

    Every `comm.all_reduce`, sandwich and quantization is explained by a remark
    (category `fuse-all-reduce-norm`): passed with what it took, or missed with
    the name of the constraint that failed and what it saw.
    docs/MissedRemarks.md says for each constraint what to change. `report`
    prints a summary of them to the standard error.

    Before:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>,
                    %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
      %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
      %1 = arith.addf %0, %r : tensor<4x8xbf16>
      %2 = norm.rms_norm %1 weight(%w : tensor<8xbf16>)
             {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
      return %2, %1 : tensor<4x8xbf16>, tensor<4x8xbf16>
    }
    comm.group @tp
    ```

    After:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>,
                    %w: tensor<8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
      %sum, %y = comm.all_reduce_rms_norm %x on @tp
        weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>)
        {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
        -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
      return %y, %sum : tensor<4x8xbf16>, tensor<4x8xbf16>
    }
    comm.group @tp
    ```
  }];
  let options = [
    Option<"weightBias", "weight-bias", "bool", /*default=*/"true",
           "Turn norms over an f32 1 + weight into weight_bias = 1.0">,
    Option<"numerics", "numerics", "::conorm::Numerics",
           /*default=*/"::conorm::Numerics::Exact", "Which bits are kept", [{
             ::llvm::cl::values(
               clEnumValN(::conorm::Numerics::Exact, "exact", "All of them"),
               clEnumValN(::conorm::Numerics::Relaxed, "relaxed",
                          "Fold a 1 + weight that is rounded to bf16 or f16"))
           }]>,
    Option<"report", "report", "bool", /*default=*/"false",
           "Print how many sites were fused, by kind, and missed, by reason">
  ];
  let statistics = [
    Statistic<"numSites", "num-all-reduces", "Number of comm.all_reduce seen">,
    Statistic<"numFused", "num-fused", "Number of fused operations made">,
    Statistic<"numWithResidual", "num-fused-residual",
              "Number of fused operations with a residual">,
    Statistic<"numWithWeightBias", "num-fused-weight-bias",
              "Number of fused operations with a weight_bias">,
    Statistic<"numWithPostNorm", "num-fused-post-norm",
              "Number of fused operations with two norms">,
    Statistic<"numWithQuantization", "num-fused-quantization",
              "Number of fused operations that quantize">,
    Statistic<"numMissed", "num-missed",
              "Number of comm.all_reduce left as they were">
  ];
  let dependentDialects = [
    "::conorm::comm::CommDialect", "::conorm::norm::NormDialect",
    "::mlir::arith::ArithDialect", "::mlir::pdl::PDLDialect",
    "::mlir::pdl_interp::PDLInterpDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def DecomposeFusedNorm : Pass<"decompose-fused-norm"> {
  let summary = "Split comm.all_reduce_rms_norm into its parts";
  let description = [{
    The inverse of `--fuse-all-reduce-norm` and the fallback where a target has
    no fused kernel: the result is the normal form that the fusion's first stage
    makes, and its bits are the same.

    Before:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
      %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>)
        {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
      return %y : tensor<4x8xbf16>
    }
    comm.group @tp
    ```

    After:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
      %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
      %y = norm.rms_norm %0 weight(%w : tensor<8xbf16>)
             {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
      return %y : tensor<4x8xbf16>
    }
    comm.group @tp
    ```
  }];
  let statistics = [
    Statistic<"numDecomposed", "num-decomposed",
              "Number of fused operations taken apart">
  ];
  let dependentDialects = [
    "::conorm::comm::CommDialect", "::conorm::norm::NormDialect"
  ];
}

def MarkReplicated : Pass<"mark-replicated", "::mlir::ModuleOp"> {
  let summary = "Mark the fused operations whose rows one rank may finish for all";
  let description = [{
    Sets `replicated` on every `comm.all_reduce_rms_norm` whose weights,
    residual and scale are known to hold equal data on all members of its group.
    Known to be equal are:

    * arguments without `comm.per_rank` of a public function that nothing in the
      module refers to;
    * results of `comm.all_reduce` and `comm.all_gather` on the same group, or
      on one without `replica_groups`, which has all ranks;
    * of a fused operation on such a group, `reduced`; and the other results
      where its weights, residual and scale are equal, or it is marked already;
    * results of operations of `arith`, `index`, `linalg`, `math`, `norm` and
      `tensor` that have no effects, read nothing but equal values, and hold
      nothing of other dialects.

    Everything else may differ: results of calls and of control flow, arguments
    of blocks inside a function, what other dialects compute (the index of a
    process, for one). The time is linear in the number of operations, for each
    group that a fused operation names. What is marked already stays so.

    Before:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16> {comm.per_rank}, %r: tensor<4x8xbf16>,
                    %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
      %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>)
        residual(%r : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32}
        : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
      return %y : tensor<4x8xbf16>
    }
    comm.group @tp
    ```

    After:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16> {comm.per_rank}, %r: tensor<4x8xbf16>,
                    %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
      %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>)
        residual(%r : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32, replicated}
        : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
      return %y : tensor<4x8xbf16>
    }
    comm.group @tp
    ```
  }];
  let statistics = [
    Statistic<"numMarked", "num-marked", "Number of operations marked">
  ];
}

def RefuseCircles : Pass<"refuse-circles"> {
  let summary = "Fail where an operation reads its own result";
  let description = [{
    In a graph region, such as the body of a module, an operation may read its
    own result, be it by way of others. Folders of upstream operations follow
    such a circle for ever: `%0 = arith.negf %0` never leaves the canonicalizer.
    The pipelines begin with this pass, which fails with an error at an operation
    of a circle.
  }];
}

def SelectStrategy : Pass<"select-strategy", "::mlir::ModuleOp"> {
  let summary = "Choose how each all_reduce is carried out";
  let description = [{
    Chooses the strategy of every `comm.all_reduce` and
    `comm.all_reduce_rms_norm` that leaves it open (`auto`), by a cost model of
    the target: where the module runs, as its attribute `comm.target` or
    `target-description` says. docs/performance-model.md derives the model.

    Where the sizes and the number of ranks are known, the operation gets the
    fastest strategy. Otherwise it gets a table (`dispatch`) by which the
    runtime chooses once it knows them: one program serves every size. All
    ranks have the same table, and so take the same strategy. A strategy that
    the program states stays. Without a target nothing changes, and the runtime
    chooses by itself; so it does for a fused operation on a CPU whose rows the
    ranks may share (`replicated`, with scales in rows, and not known to have
    fewer rows than ranks), unless a tuning file has thresholds.

    A remark for each operation (category `select-strategy`) says what was
    chosen, and by which numbers. `tuning-file` names a JSON file of measured
    constants and thresholds that replace the model's.

    Before:

    ```mlir
    module attributes {comm.target = #comm.target<"sm_90" over nvlink,
                                                  world_size = 8>} {
      func.func @site(%x: tensor<512x8192xbf16>, %y: tensor<?x8192xbf16>)
          -> (tensor<512x8192xbf16>, tensor<?x8192xbf16>) {
        %0 = comm.all_reduce %x on @tp : tensor<512x8192xbf16>
        %1 = comm.all_reduce %y on @tp : tensor<?x8192xbf16>
        return %0, %1 : tensor<512x8192xbf16>, tensor<?x8192xbf16>
      }
      comm.group @tp
    }
    ```

    After:

    ```mlir
    #by_size = #comm.dispatch<cuda, [<8 ranks from 0 bytes: one_shot>,
                                     <8 ranks from 279552 bytes: two_shot>]>
    module attributes {comm.target = #comm.target<"sm_90" over nvlink,
                                                  world_size = 8>} {
      func.func @site(%x: tensor<512x8192xbf16>, %y: tensor<?x8192xbf16>)
          -> (tensor<512x8192xbf16>, tensor<?x8192xbf16>) {
        %0 = comm.all_reduce %x on @tp strategy<two_shot> : tensor<512x8192xbf16>
        %1 = comm.all_reduce %y on @tp {dispatch = #by_size} : tensor<?x8192xbf16>
        return %0, %1 : tensor<512x8192xbf16>, tensor<?x8192xbf16>
      }
      comm.group @tp
    }
    ```
  }];
  let options = [
    Option<"targetDescription", "target-description", "std::string",
           /*default=*/"", "Where the module runs, a #comm.target, instead of "
           "what its attribute comm.target says">,
    Option<"tuningFile", "tuning-file", "std::string", /*default=*/"",
           "JSON file of constants and thresholds that replace the model's">,
    Option<"report", "report", "bool", /*default=*/"false",
           "Print the sizes from which each strategy is chosen, and the times "
           "that the model predicts there">
  ];
  let statistics = [
    Statistic<"numChosen", "num-chosen",
              "Number of operations given a strategy">,
    Statistic<"numDispatched", "num-dispatched",
              "Number of operations given a table for run time">,
    Statistic<"numKept", "num-kept",
              "Number of operations that state a strategy">,
    Statistic<"numLeft", "num-left",
              "Number of operations left to the runtime">
  ];
  let dependentDialects = ["::conorm::comm::CommDialect"];
}

def AssignDestinations : Pass<"assign-destinations", "::mlir::ModuleOp"> {
  let summary = "Give comm and norm operations the buffers they may write";
  let description = [{
    Fills the `outs` of every `comm` and `norm` operation on tensors, so that
    one-shot bufferization finds a place for each result without a copy: the
    residual or the input at its last use where it may be overwritten, a
    `tensor.empty` elsewhere. Arguments of functions are marked read-only for
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
  let summary = "Take tensors to buffers, in a time linear in the operations";
  let description = [{
    One-shot bufferization over function boundaries, with another analysis.
    Upstream's compares every version of a buffer with every other: a residual
    that each layer overwrites makes it cubic in the number of layers. Here an
    operation overwrites a tensor if nothing reads the tensor or a view of it
    afterwards, all of them live in one block, and each may be written. That
    decides all of a decoder without control flow. Where it does not decide,
    one-shot analysis does: as a whole in a function with at most
    `analysis-limit` operations, for the operations in question in a larger one,
    up to a fixed amount of work. What is left then is copied.

    A function that is called returns each result in a buffer of its own: what may
    share one with a result before it is copied. One-shot analysis lets a caller
    overwrite one result and read another that lies in the same buffer.

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
    Option<"analysisLimit", "analysis-limit", "unsigned", /*default=*/"1000",
           "Leave a function with at most so many operations to one-shot "
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
    comparing them with each other: memory that grows with the number of layers,
    and a quadratic time. This pass frees those that are not returned, yielded
    or given to anything unknown where they are used last, and marks them
    `bufferization.manual_deallocation`. The others are left to it.

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

#endif // CONORM_TRANSFORMS_PASSES_TD
