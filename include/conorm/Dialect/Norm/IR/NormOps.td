//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations of the `norm` dialect.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_DIALECT_NORM_IR_NORMOPS_TD
#define CONORM_DIALECT_NORM_IR_NORMOPS_TD

include "conorm/Dialect/Norm/IR/NormBase.td"
include "conorm/Interfaces/DestinationOpInterface.td"
include "conorm/Interfaces/NormOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

/// All `norm` operations. On tensors they have no effects; on memrefs they read
/// and write their buffers. `outs` is empty, or has one destination for each
/// result; with memrefs there are no results.
class Norm_Op<string mnemonic, list<Trait> traits = [],
              list<string> destinationMethods = []>
    : Op<Norm_Dialect, mnemonic, traits # [
        Norm_KnownAttributes, AlwaysSpeculatable,
        DeclareOpInterfaceMethods<DestinationOpInterface, destinationMethods>,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
        DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
                                  ["reifyResultShapes"]>]> {
  let hasVerifier = 1;
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

def Norm_RMSNormOp : Norm_Op<"rms_norm", [
    AttrSizedOperandSegments, NormOpInterface,
    DeclareOpInterfaceMethods<InferTypeOpInterface>],
    ["getReusableOperands", "isElementwise"]> {
  let summary = "root-mean-square normalization of each row";
  let description = [{
    `y = v * (1 / sqrt(mean(v^2) + epsilon)) * (weight_bias + weight)` over the
    last dimension, with the summation order of rule R3 and the roundings of
    rule R4. Without a weight, the last factor is absent. The weight is one row
    and has the input's element type or f32.

    `weight_bias = 1.0` is the convention of Gemma, Qwen3-Next and Qwen3.5. With
    `weight_rounding = #norm.weight_rounding<element_type>`, which requires a
    weight, the sum of both is rounded to the input's element type before it
    multiplies. The canonicalizer removes it where that rounds nothing: with an
    f32 input, or with `weight_bias = 0.0` and a weight of the input's element
    type.

    Example:

    ```mlir
    %y = norm.rms_norm %x weight(%w : tensor<4096xbf16>)
           {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32}
           : tensor<?x4096xbf16>
    ```
  }];
  let hasCanonicalizeMethod = 1;
  let arguments = (ins
    Norm_Data:$input,
    Optional<Norm_Weight>:$weight,
    Optional<Norm_Data>:$outs,
    Norm_F32Attr:$epsilon,
    DefaultValuedAttr<Norm_F32Attr, "0.0f">:$weight_bias,
    DefaultValuedAttr<Norm_RoundingAttr,
                      "::conorm::norm::Rounding::ScaleThenRound">:$rounding,
    DefaultValuedAttr<Norm_WeightRoundingAttr,
                      "::conorm::norm::WeightRounding::None">:$weight_rounding);
  let results = (outs Optional<Norm_DataTensor>:$normed);
  let assemblyFormat = [{
    $input (`weight` `(` $weight^ `:` type($weight) `)`)?
    (`outs` `(` $outs^ `:` type($outs) `)`)? attr-dict
    `:` custom<InputType>(type($input))
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$input, "double":$epsilon,
      Norm_RoundingArg:$rounding), [{
      build($_builder, $_state, input, /*weight=*/{}, /*outs=*/{}, epsilon,
            /*weight_bias=*/0.0, rounding);
    }]>,
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$weight,
      "double":$epsilon, CArg<"double", "0.0">:$weight_bias,
      Norm_RoundingArg:$rounding, Norm_WeightRoundingArg:$weight_rounding), [{
      build($_builder, $_state, input, weight, /*outs=*/{}, epsilon,
            weight_bias, rounding, weight_rounding);
    }]>,
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$weight,
      "::mlir::Value":$outs, "double":$epsilon,
      CArg<"double", "0.0">:$weight_bias, Norm_RoundingArg:$rounding,
      Norm_WeightRoundingArg:$weight_rounding), [{
      build($_builder, $_state, input, weight, outs,
            getF32Attr($_builder, epsilon), getF32Attr($_builder, weight_bias),
            RoundingAttr::get($_builder.getContext(), rounding),
            WeightRoundingAttr::get($_builder.getContext(), weight_rounding));
    }]>
  ];
  // Bytecode of versions before `weight_rounding` can still be read.
  let useCustomPropertiesEncoding = 1;
}

def Norm_AddRMSNormOp : Norm_Op<"add_rms_norm", [
    AttrSizedOperandSegments, NormOpInterface,
    DeclareOpInterfaceMethods<InferTypeOpInterface>],
    ["getReusableOperands", "isElementwise"]> {
  let summary = "residual addition followed by RMS normalization";
  let description = [{
    Computes `residual_out = T(input + residual)` (rule R2), then
    `normed = rms_norm(residual_out)`. The results are `normed` and
    `residual_out`; destinations have the same order.

    Example:

    ```mlir
    %y, %r1 = norm.add_rms_norm %x, %r weight(%w : tensor<4096xf16>)
                {epsilon = 1.0e-5 : f32} : tensor<8x4096xf16>, tensor<8x4096xf16>
    ```
  }];
  let hasCanonicalizeMethod = 1;
  let arguments = (ins
    Norm_Data:$input,
    Norm_Data:$residual,
    Optional<Norm_Weight>:$weight,
    Variadic<Norm_Data>:$outs,
    Norm_F32Attr:$epsilon,
    DefaultValuedAttr<Norm_F32Attr, "0.0f">:$weight_bias,
    DefaultValuedAttr<Norm_RoundingAttr,
                      "::conorm::norm::Rounding::ScaleThenRound">:$rounding,
    DefaultValuedAttr<Norm_WeightRoundingAttr,
                      "::conorm::norm::WeightRounding::None">:$weight_rounding);
  let results = (outs Variadic<Norm_DataTensor>:$outputs);
  let assemblyFormat = [{
    $input `,` $residual (`weight` `(` $weight^ `:` type($weight) `)`)?
    (`outs` `(` $outs^ `:` type($outs) `)`)? attr-dict
    `:` custom<InputType>(type($input)) `,` custom<InputType>(type($residual))
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$residual,
      "double":$epsilon, Norm_RoundingArg:$rounding), [{
      build($_builder, $_state, input, residual, /*weight=*/{}, epsilon,
            /*weight_bias=*/0.0, rounding);
    }]>,
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$residual,
      "::mlir::Value":$weight, "double":$epsilon,
      CArg<"double", "0.0">:$weight_bias, Norm_RoundingArg:$rounding,
      Norm_WeightRoundingArg:$weight_rounding), [{
      build($_builder, $_state, input, residual, weight, /*outs=*/{},
            getF32Attr($_builder, epsilon), getF32Attr($_builder, weight_bias),
            RoundingAttr::get($_builder.getContext(), rounding),
            WeightRoundingAttr::get($_builder.getContext(), weight_rounding));
    }]>
  ];
  let extraClassDeclaration = [{
    /// The results on tensors; null on memrefs.
    ::mlir::Value getNormed() {
      return getNumResults() ? getResult(0) : ::mlir::Value();
    }
    ::mlir::Value getResidualOut() {
      return getNumResults() ? getResult(1) : ::mlir::Value();
    }
  }];
  // Bytecode of versions before `weight_rounding` can still be read.
  let useCustomPropertiesEncoding = 1;
}

def Norm_QuantizeOp : Norm_Op<"quantize", [AttrSizedOperandSegments],
    ["getOutputSizeExprs"]> {
  let summary = "quantization of a rounded norm";
  let description = [{
    Quantizes each row by `scheme` (rule R5). Values are rounded to nearest even
    and saturate; NaN stays NaN in fp8 and becomes +6 in e2m1. `scale` is one
    f32: the static scale of `per_tensor` or the global scale of `nvfp4`.
    Schemes that compute scales return them as a second result. Packed fp4 is
    `i8` with half as many columns, low nibble first.

    Example:

    ```mlir
    %q, %s = norm.quantize %y {scheme = #norm.scheme<per_group, group_size = 128>}
      : tensor<4x512xbf16> -> tensor<4x512xf8E4M3FN>, tensor<4x4xf32>
    %q8 = norm.quantize %y scale(%scale : tensor<1xf32>)
      {scheme = #norm.scheme<per_tensor, mode = divide>}
      : tensor<4x512xbf16> -> tensor<4x512xf8E5M2>
    ```
  }];
  let arguments = (ins
    Norm_Data:$input,
    Optional<Norm_StaticScale>:$scale,
    Variadic<AnyTypeOf<[Norm_Quantized, Norm_Scales]>>:$outs,
    Norm_SchemeAttr:$scheme);
  let results = (outs
    Variadic<AnyTypeOf<[Norm_QuantizedTensor, Norm_ScalesTensor]>>:$outputs);
  let assemblyFormat = [{
    $input (`scale` `(` $scale^ `:` type($scale) `)`)?
    (`outs` `(` $outs^ `:` type($outs) `)`)? attr-dict
    `:` custom<InputType>(type($input)) `` custom<ResultTypes>(type($outputs))
  }];
  let builders = [
    // The element types are those that the scheme has by default, f8E4M3FN and
    // f32 where it leaves a choice, or the given ones.
    OpBuilder<(ins "::mlir::Value":$input, "SchemeAttr":$scheme,
      CArg<"::mlir::Type", "{}">:$quantized_element,
      CArg<"::mlir::Type", "{}">:$scale_element), [{
      build($_builder, $_state, input, /*scale=*/{}, scheme, quantized_element,
            scale_element);
    }]>,
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$scale,
      "SchemeAttr":$scheme, CArg<"::mlir::Type", "{}">:$quantized_element,
      CArg<"::mlir::Type", "{}">:$scale_element), [{
      build($_builder, $_state,
            getQuantizeTypes(input.getType(), scheme, quantized_element,
                             scale_element),
            input, scale, /*outs=*/::mlir::ValueRange(), scheme);
    }]>
  ];
}

#endif // CONORM_DIALECT_NORM_IR_NORMOPS_TD
