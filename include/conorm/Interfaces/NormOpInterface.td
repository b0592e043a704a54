//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations that normalize rows.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_INTERFACES_NORMOPINTERFACE_TD
#define CONORM_INTERFACES_NORMOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def NormOpInterface : OpInterface<"NormOpInterface"> {
  let cppNamespace = "::conorm::norm";
  let description = [{
    An operation that normalizes each row, the last dimension of its input, and
    scales it by a weight. The interface says where the parts of a norm are. It
    does not say by which formula: a pattern that depends on the formula has to
    match the operation itself.

    The verifier checks an input of rank 1 or more, a residual like it, a weight
    of one row, an epsilon that is finite and not negative, and no `weight_bias`
    or `weight_rounding` without a weight.
  }];
  let methods = [
    InterfaceMethod<[{
        The rows to normalize: operand 0.
      }],
      "::mlir::Value", "getInput">,
    InterfaceMethod<[{
        What is added to the input first; null if nothing is.
      }],
      "::mlir::Value", "getResidual", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/[{
        return {};
      }]>,
    InterfaceMethod<[{
        The factor of each column; null if there is none.
      }],
      "::mlir::Value", "getWeight">,
    InterfaceMethod<[{
        The operand that is the weight: none or one.
      }],
      "::mlir::MutableOperandRange", "getWeightMutable">,
    InterfaceMethod<[{
        What is added to the mean: an f32.
      }],
      "::mlir::FloatAttr", "getEpsilonAttr">,
    InterfaceMethod<[{
        What is added to the weight: an f32.
      }],
      "::mlir::FloatAttr", "getWeightBiasAttr">,
    InterfaceMethod<[{
        Where the norm rounds to the input's element type.
      }],
      "::conorm::norm::Rounding", "getRounding">,
    InterfaceMethod<[{
        Whether the norm rounds the sum of weight bias and weight, too.
      }],
      "::conorm::norm::WeightRounding", "getWeightRounding", (ins),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        return ::conorm::norm::WeightRounding::None;
      }]>,
    InterfaceMethod<[{
        The normalized rows; null on memrefs, and where they are no result.
      }],
      "::mlir::Value", "getNormed">,
  ];
  let extraSharedClassDeclaration = [{
    /// What has the rows of the norm: the input, and the residual if there is
    /// one.
    ::llvm::SmallVector<::mlir::Value, 2> getRows() {
      ::llvm::SmallVector<::mlir::Value, 2> rows = {$_op.getInput()};
      if (::mlir::Value residual = $_op.getResidual())
        rows.push_back(residual);
      return rows;
    }
  }];
  let verify = [{
    return ::conorm::norm::detail::verifyNormOp(
        ::llvm::cast<::conorm::norm::NormOpInterface>($_op));
  }];
}

#endif // CONORM_INTERFACES_NORMOPINTERFACE_TD
