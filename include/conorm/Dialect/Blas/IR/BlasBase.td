//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The `blas` dialect: what libraries of linear algebra do.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_DIALECT_BLAS_IR_BLASBASE_TD
#define CONORM_DIALECT_BLAS_IR_BLASBASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Blas_Dialect : Dialect {
  let name = "blas";
  let cppNamespace = "::conorm::blas";
  let summary = "Products of matrices by the library of a target";
  let description = [{
    What the library of linear algebra of a target does in one call, with the
    accumulation and the one rounding of that call. `--convert-linalg-to-blas`
    makes its operations from contractions of linalg, and
    `--convert-conorm-to-runtime` makes calls of the runtime from them. They
    work on ranked tensors, and on memrefs after bufferization.

    The order of a sum is the library's: results are within a bound of the exact
    ones, and equal from run to run on one device, but are no part of the
    rounding contract.

    Attributes that an operation does not define are kept and mean nothing. One
    without a dialect's prefix is probably misspelt, and gets a warning.
  }];
  let dependentDialects = ["::conorm::norm::NormDialect"];
}

/// What is multiplied, and what comes of it.
def Blas_Operand : AnyTypeOf<[F32, F16, BF16, F8E4M3FN, F8E5M2],
                             "f32, f16, bf16, f8E4M3FN or f8E5M2">;
def Blas_Result : AnyTypeOf<[F32, F16, BF16], "f32, f16 or bf16">;

class Blas_Shaped<Type element, list<int> ranks, string description>
    : Type<Or<[TensorRankOf<[element], ranks>.predicate,
               MemRefRankOf<[element], ranks>.predicate]>,
           description, "::mlir::ShapedType">;
def Blas_Matrix
    : Blas_Shaped<Blas_Operand, [2, 3],
                  "2D or 3D tensor or memref of f32, f16, bf16, f8E4M3FN or "
                  "f8E5M2">;
def Blas_Product
    : Blas_Shaped<Blas_Result, [2, 3],
                  "2D or 3D tensor or memref of f32, f16 or bf16">;
def Blas_Scale
    : Blas_Shaped<F32, [0, 1], "0D or 1D tensor or memref of f32">;
def Blas_ProductTensor : TensorRankOf<[Blas_Result], [2, 3]>;

#endif // CONORM_DIALECT_BLAS_IR_BLASBASE_TD
