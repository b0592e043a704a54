//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations of the `blas` dialect.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_DIALECT_BLAS_IR_BLASOPS_TD
#define CONORM_DIALECT_BLAS_IR_BLASOPS_TD

include "conorm/Dialect/Blas/IR/BlasBase.td"
include "conorm/Dialect/Norm/IR/NormBase.td"
include "conorm/Interfaces/DestinationOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Blas_MatmulOp : Op<Blas_Dialect, "matmul", [
    AttrSizedOperandSegments, Norm_KnownAttributes, AlwaysSpeculatable,
    DeclareOpInterfaceMethods<DestinationOpInterface,
                              ["getOutputSizeExprs", "getReusableOperands",
                               "isElementwise"]>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
                              ["reifyResultShapes"]>]> {
  let summary = "products of matrices, accumulated in f32";
  let description = [{
    ```
    output[b, i, j] = D(lhs_scale[i] * rhs_scale[j] *
                        sum over k of f32(lhs[b, i, k]) * f32(rhs[b, k, j])
                        + (init ? f32(init[b, i, j]) : 0))
    ```

    The sum is f32, in an order that the library chooses, and the f32 values are
    not rounded before the products. D is one rounding to the output's type.

    `lhs` is `[m, k]`, or `[k, m]` with `transpose_lhs`; `rhs` is `[k, n]`, or
    `[n, k]` with `transpose_rhs`. Each may have a batch dimension in front: if
    only one has, all products read the same other matrix. The output is
    `[m, n]`, with a batch dimension if any operand has one. `init`, which is
    added to, is of the output's type; that is f32 then if operands are of 8
    bits.

    | operands                  | output         | scales      |
    |---------------------------|----------------|-------------|
    | f32                       | f32            | none        |
    | f16                       | f16, f32       | none        |
    | bf16                      | bf16, f32      | none        |
    | f8E4M3FN                  | bf16, f16, f32 | each may be |
    | f8E4M3FN and f8E5M2       | bf16, f16, f32 | each may be |

    A scale is one f32 for all values (rank 0, or one element), or one for each
    row of `lhs` (`[m]`) or each column of `rhs` (`[n]`). Operands of 8 bits are
    `[m, k]` and `[n, k]`, with n and k multiples of 16.

    Example:

    ```mlir
    %c = blas.matmul %a, %b
      : tensor<16x512xbf16>, tensor<512x384xbf16> -> tensor<16x384xbf16>

    // The scales are those of a per-token quantization and of a weight's
    // channels.
    %y = blas.matmul %q, %w lhs_scale(%s : tensor<?xf32>)
           rhs_scale(%ws : tensor<384xf32>) {transpose_rhs}
      : tensor<?x512xf8E4M3FN>, tensor<384x512xf8E4M3FN> -> tensor<?x384xbf16>
    ```
  }];
  let arguments = (ins
    Blas_Matrix:$lhs,
    Blas_Matrix:$rhs,
    Optional<Blas_Scale>:$lhs_scale,
    Optional<Blas_Scale>:$rhs_scale,
    Optional<Blas_Product>:$init,
    Optional<Blas_Product>:$outs,
    UnitAttr:$transpose_lhs,
    UnitAttr:$transpose_rhs);
  let results = (outs Optional<Blas_ProductTensor>:$output);
  let assemblyFormat = [{
    $lhs `,` $rhs (`lhs_scale` `(` $lhs_scale^ `:` type($lhs_scale) `)`)?
    (`rhs_scale` `(` $rhs_scale^ `:` type($rhs_scale) `)`)?
    (`init` `(` $init^ `:` type($init) `)`)?
    (`outs` `(` $outs^ `:` type($outs) `)`)? attr-dict
    `:` type($lhs) `,` type($rhs) `` custom<ResultType>(type($output))
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The sizes of the products, of which some may be dynamic; `batch` is 1
    /// where no operand has one.
    struct Sizes {
      int64_t batch, m, n, k;
    };
    Sizes getSizes();

    /// Numbers of dimensions of lhs and rhs.
    unsigned getMDim() { return getLhsType().getRank() - (getTransposeLhs() ? 1 : 2); }
    unsigned getLhsKDim() { return getLhsType().getRank() - (getTransposeLhs() ? 2 : 1); }
    unsigned getNDim() { return getRhsType().getRank() - (getTransposeRhs() ? 2 : 1); }
    unsigned getRhsKDim() { return getRhsType().getRank() - (getTransposeRhs() ? 1 : 2); }
    bool isBatched() {
      return getLhsType().getRank() == 3 || getRhsType().getRank() == 3;
    }

    ::mlir::ShapedType getLhsType() {
      return ::llvm::cast<::mlir::ShapedType>(getLhs().getType());
    }
    ::mlir::ShapedType getRhsType() {
      return ::llvm::cast<::mlir::ShapedType>(getRhs().getType());
    }
    /// Of the result on tensors, of the destination on memrefs; null if the
    /// operation is not valid.
    ::mlir::ShapedType getOutputType();
  }];
  let extraClassDefinition = [{
    void $cppClass::getEffects(
        ::llvm::SmallVectorImpl<::mlir::SideEffects::EffectInstance<
            ::mlir::MemoryEffects::Effect>> &effects) {
      ::conorm::getDestinationEffects(
          ::llvm::cast<::conorm::DestinationOpInterface>(getOperation()),
          effects);
    }
  }];
}

#endif // CONORM_DIALECT_BLAS_IR_BLASOPS_TD
