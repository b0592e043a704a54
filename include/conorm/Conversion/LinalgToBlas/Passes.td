//===- Passes.td - From linalg to blas ---------------------*- tablegen -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_CONVERSION_LINALGTOBLAS_PASSES_TD
#define CONORM_CONVERSION_LINALGTOBLAS_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertLinalgToBlas : Pass<"convert-linalg-to-blas"> {
  let summary = "Convert contractions of linalg on tensors to products of matrices";
  let description = [{
    Each contraction that accumulates in f32 becomes a `blas.matmul`: a named
    operation or a `linalg.generic` that multiplies two operands and adds the
    products. Its dimensions are those of the batch, of the rows of the left
    operand, of the columns of the right one, and those that are summed over;
    several of one kind are collapsed to one, and a kind that is missing is one
    of size 1.

    What stands next to it goes into the same operation:

    * Operands are multiplied as they are before they are extended to f32, in
      the contraction or before it.
    * An init that is filled with zeros is none.
    * A rounding of the result to another type, if that is its only use, is the
      rounding of the product.
    * Products of the result with scales, if these are its only uses and the
      operands are of 8 bits, are the scales of the product: scalars, one scale
      for each row, or one for each column, in f32, in any order, and broadcast
      in any way. Each operand takes one.

    The sum has another order than that of the loops, and products with scales
    are not rounded one after the other: the result is within the bound of a sum
    in f32 (docs/RoundingContract.md), but not equal bit for bit.

    A contraction that is no `blas.matmul` stays what it is, and a remark names
    the constraint:

    | constraint | the contraction |
    |---|---|
    | `Body` | does more than to multiply and to add |
    | `Accumulation` | does not accumulate in f32 |
    | `OperandTypes` | has operands of types that are not multiplied so |
    | `Dimensions` | has operands or a result whose dimensions of one kind are not next to each other and in one order, the batch first |
    | `F8Layout` | has operands of 8 bits that are not `[m, k]` and `[n, k]`, or n and k that are not known to be multiples of 16 |

    Before:

    ```mlir
    %init = linalg.fill ins(%zero : f32) outs(%e : tensor<16x384xf32>) -> tensor<16x384xf32>
    %sum = linalg.matmul ins(%x, %w : tensor<16x512xbf16>, tensor<512x384xbf16>)
             outs(%init : tensor<16x384xf32>) -> tensor<16x384xf32>
    %y = arith.truncf %sum : tensor<16x384xf32> to tensor<16x384xbf16>
    ```

    After:

    ```mlir
    %y = blas.matmul %x, %w
      : tensor<16x512xbf16>, tensor<512x384xbf16> -> tensor<16x384xbf16>
    ```
  }];
  let statistics = [
    Statistic<"numConverted", "num-converted",
              "Number of contractions converted">,
    Statistic<"numScales", "num-scales",
              "Number of scales that products have taken">,
    Statistic<"numLeft", "num-left", "Number of contractions left">
  ];
  let dependentDialects = [
    "::conorm::blas::BlasDialect", "::mlir::arith::ArithDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"
  ];
}

#endif // CONORM_CONVERSION_LINALGTOBLAS_PASSES_TD
