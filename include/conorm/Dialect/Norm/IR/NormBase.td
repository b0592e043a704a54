//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The `norm` dialect, and the enums and attributes that `comm` shares.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_DIALECT_NORM_IR_NORMBASE_TD
#define CONORM_DIALECT_NORM_IR_NORMBASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Norm_Dialect : Dialect {
  let name = "norm";
  let cppNamespace = "::conorm::norm";
  let summary = "Row normalization and quantization with fixed rounding";
  let description = [{
    Root-mean-square normalization over the last dimension, and the quantization
    that follows it, with every rounding stated. The operations work on ranked
    tensors while patterns run, and on memrefs after bufferization. Operations
    refer to rules R1 to R6 of the rounding contract (docs/RoundingContract.md).

    Attributes that an operation does not define are kept and mean nothing. One
    without a dialect's prefix is probably misspelt, and gets a warning.
  }];
  let useDefaultAttributePrinterParser = 1;
}

/// A misspelt attribute gets a warning. Structural, so that the warning comes
/// before the error that the right one is missing.
def Norm_KnownAttributes
    : NativeOpTrait<"KnownAttributes">, StructuralOpTrait {
  let cppNamespace = "::conorm";
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// T of the rounding contract.
def Norm_Float : AnyTypeOf<[BF16, F16, F32], "bf16, f16 or f32">;
def Norm_QuantizedElement
    : AnyTypeOf<[F8E4M3FN, F8E5M2, I8], "f8E4M3FN, f8E5M2 or packed i8">;
def Norm_ScaleElement
    : AnyTypeOf<[F32, F8E4M3FN, F8E8M0FNU, I32], "f32, f8E4M3FN, f8E8M0FNU or packed i32">;

/// A buffer or value of rank 1 or more; the last dimension is a row.
class Norm_Shaped<Type element, string description>
    : Type<Or<[RankedTensorOf<[element]>.predicate,
               MemRefOf<[element]>.predicate]>,
           "ranked tensor or memref of " # description, "::mlir::ShapedType">;
def Norm_Data : Norm_Shaped<Norm_Float, "bf16, f16 or f32">;
def Norm_Weight : Norm_Shaped<Norm_Float, "bf16, f16 or f32">;
def Norm_StaticScale : Norm_Shaped<F32, "f32">;
def Norm_Quantized
    : Norm_Shaped<Norm_QuantizedElement, "f8E4M3FN, f8E5M2 or packed i8">;
def Norm_Scales
    : Norm_Shaped<Norm_ScaleElement, "f32, f8E4M3FN, f8E8M0FNU or packed i32">;

def Norm_DataTensor : RankedTensorOf<[Norm_Float]>;
def Norm_QuantizedTensor : RankedTensorOf<[Norm_QuantizedElement]>;
def Norm_ScalesTensor : RankedTensorOf<[Norm_ScaleElement]>;

//===----------------------------------------------------------------------===//
// Enums
//===----------------------------------------------------------------------===//

class Norm_Enum<string name, string description, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, description, cases> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::conorm::norm";
}

// The values of enums are those of the runtime's C ABI (types.h), whose
// conorm_rounding stands for a rounding and a weight_rounding.

def Norm_Rounding : Norm_Enum<"Rounding", "where a norm rounds to T (rule R4)", [
  I32EnumAttrCase<"ScaleThenRound", 0, "scale_then_round">,
  I32EnumAttrCase<"RoundThenScale", 1, "round_then_scale">
]>;
def Norm_RoundingAttr : EnumAttr<Norm_Dialect, Norm_Rounding, "rounding"> {
  let summary = "where a norm rounds to its element type";
  let assemblyFormat = "`<` $value `>`";
  let description = [{
    Rule R4 of the rounding contract. `scale_then_round` (Gemma, vLLM,
    FlashInfer): `T((f32(v) * r) * (weight_bias + f32(w)))`. `round_then_scale`
    (the Llama family in Hugging Face transformers):
    `T(f32(T(f32(v) * r)) * (weight_bias + f32(w)))`.
  }];
}

def Norm_WeightRounding
    : Norm_Enum<"WeightRounding",
                "how the sum of weight_bias and weight is rounded (rule R4)", [
  I32EnumAttrCase<"None", 0, "none">,
  I32EnumAttrCase<"ElementType", 1, "element_type">
]>;
def Norm_WeightRoundingAttr
    : EnumAttr<Norm_Dialect, Norm_WeightRounding, "weight_rounding"> {
  let summary = "how a norm rounds the sum of weight_bias and weight";
  let assemblyFormat = "`<` $value `>`";
  let description = [{
    Rule R4 of the rounding contract. `none`: the factor of a column is the f32
    sum, `weight_bias + f32(w)`. `element_type`: it is that sum rounded to the
    input's element type, `f32(T(weight_bias + f32(w)))`, as in programs that
    add 1 to a weight in bf16 or f16.
  }];
}

def Norm_SchemeKind : Norm_Enum<"SchemeKind", "quantization scheme", [
  I32EnumAttrCase<"PerTensor", 1, "per_tensor">,
  I32EnumAttrCase<"PerToken", 2, "per_token">,
  I32EnumAttrCase<"PerGroup", 3, "per_group">,
  I32EnumAttrCase<"NVFP4", 4, "nvfp4">,
  I32EnumAttrCase<"MXFP8", 5, "mxfp8">
]>;

def Norm_ScaleLayout : Norm_Enum<"ScaleLayout", "memory layout of scales", [
  I32EnumAttrCase<"Linear", 0, "linear">,
  I32EnumAttrCase<"Swizzled128x4", 1, "swizzled_128x4">,
  I32EnumAttrCase<"PackedColumnMajor", 2, "packed_column_major">
]>;

def Norm_ScaleMode : Norm_Enum<"ScaleMode", "how a static scale is applied", [
  I32EnumAttrCase<"MultiplyReciprocal", 0, "multiply_reciprocal">,
  I32EnumAttrCase<"Divide", 1, "divide">
]>;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

def Norm_SchemeAttr : AttrDef<Norm_Dialect, "Scheme"> {
  let mnemonic = "scheme";
  let summary = "a quantization scheme (rule R5)";
  let description = [{
    How a rounded norm is quantized: the kind, the group size of `per_group`
    (16 for `nvfp4` and 32 for `mxfp8` are implied), the layout of the scales,
    and whether a static scale divides or its reciprocal multiplies. The
    formulas are in docs/RoundingContract.md.

    Example: `#norm.scheme<per_group, group_size = 128>`
  }];
  let parameters = (ins
    EnumParameter<Norm_SchemeKind>:$kind,
    DefaultValuedParameter<"int64_t", "0">:$group_size,
    DefaultValuedParameter<"ScaleLayout", "ScaleLayout::Linear">:$layout,
    DefaultValuedParameter<"ScaleMode",
                           "ScaleMode::MultiplyReciprocal">:$mode);
  let assemblyFormat = [{
    `<` $kind (`,` struct($group_size, $layout, $mode)^)? `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Elements that share a scale; 0 where a whole row or tensor does.
    int64_t getBlockSize() const;
    /// Whether the scale is an operand instead of a result.
    bool hasStaticScale() const { return getKind() == SchemeKind::PerTensor; }
  }];
}

/// Builders convert what they get to f32. MLIR does not, and where assertions
/// are off it takes a value of another format too: hence the check.
def Norm_F32Attr
    : TypedAttrBase<F32, "FloatAttr",
                    And<[F32Attr.predicate,
                         CPred<"::conorm::norm::isF32("
                               "::llvm::cast<::mlir::FloatAttr>($_self))">]>,
                    "32-bit float attribute whose value is in f32"> {
  let returnType = "::llvm::APFloat";
  let constBuilderCall = "::conorm::norm::getF32Attr($_builder, $0)";
}

/// The last arguments of builders of norms.
defvar Norm_RoundingArg = CArg<"::conorm::norm::Rounding",
                               "::conorm::norm::Rounding::ScaleThenRound">;
defvar Norm_WeightRoundingArg = CArg<"::conorm::norm::WeightRounding",
                                     "::conorm::norm::WeightRounding::None">;

#endif // CONORM_DIALECT_NORM_IR_NORMBASE_TD
