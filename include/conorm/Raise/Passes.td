//===- Passes.td - Passes that raise -----------------------*- tablegen -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RAISE_PASSES_TD
#define CONORM_RAISE_PASSES_TD

include "mlir/Pass/PassBase.td"

def RaiseQuantize : Pass<"raise-quantize"> {
  let summary = "Raise elementwise arithmetic that quantizes a norm";
  let description = [{
    A scale, a clamp and a truncation to f8 of a norm become `norm.quantize`, if
    they equal the scheme `per_tensor` bit for bit. They may be operations on
    tensors or stand in the bodies of linalg operations, with casts, copies and
    reshapes between them. Run it before `--fuse-all-reduce-norm`, which takes
    the quantization in; `--conorm-fuse` runs both.

    A norm in f32 between two casts hides that a norm of its input's type is
    quantized. If arithmetic that may quantize reads such a norm, the casts are
    removed first, as the fusion does.

    The scale is placed before the all_reduce that the norm is computed from, if
    the value that it is made from is there, so that the fusion finds it there.
    The quantization has the fused location and all discardable attributes of
    the operations that it replaces.

    The pass emits no remarks of what it leaves; those of
    `--fuse-all-reduce-norm` name the constraint that failed
    (docs/MissedRemarks.md). Other compilers can add patterns that raise norms
    and quantizations of their own (`conorm/Raise/RaisePatterns.h`).

    Before:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
      %scale = arith.constant dense<0.25> : tensor<4x8xf32>
      %low = arith.constant dense<-448.0> : tensor<4x8xf32>
      %high = arith.constant dense<448.0> : tensor<4x8xf32>
      %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
      %0 = arith.extf %y : tensor<4x8xbf16> to tensor<4x8xf32>
      %1 = arith.divf %0, %scale : tensor<4x8xf32>
      %2 = arith.maximumf %1, %low : tensor<4x8xf32>
      %3 = arith.minimumf %2, %high : tensor<4x8xf32>
      %q = arith.truncf %3 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
      return %q : tensor<4x8xf8E4M3FN>
    }
    ```

    After:

    ```mlir
    func.func @site(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
      %scale = arith.constant dense<0.25> : tensor<1xf32>
      %y = norm.rms_norm %x {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
      %q = norm.quantize %y scale(%scale : tensor<1xf32>)
             {scheme = #norm.scheme<per_tensor, mode = divide>}
             : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>
      return %q : tensor<4x8xf8E4M3FN>
    }
    ```
  }];
  let statistics = [
    Statistic<"numRaised", "num-raised", "Number of norm.quantize made">
  ];
  let dependentDialects = [
    "::conorm::norm::NormDialect", "::mlir::arith::ArithDialect",
    "::mlir::pdl::PDLDialect", "::mlir::pdl_interp::PDLInterpDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

#endif // CONORM_RAISE_PASSES_TD
