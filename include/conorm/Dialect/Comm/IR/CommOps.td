//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations of the `comm` dialect.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_DIALECT_COMM_IR_COMMOPS_TD
#define CONORM_DIALECT_COMM_IR_COMMOPS_TD

include "conorm/Dialect/Comm/IR/CommBase.td"
include "conorm/Dialect/Norm/IR/NormBase.td"
include "conorm/Interfaces/CollectiveOpInterface.td"
include "conorm/Interfaces/DestinationOpInterface.td"
include "conorm/Interfaces/NormOpInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Comm_GroupOp : Op<Comm_Dialect, "group",
                      [Norm_KnownAttributes, Symbol]> {
  let summary = "a communicator";
  let description = [{
    Names the ranks that communicate. Each row of `replica_groups` is one group
    of world ranks, and the order of the members in a row is the order of
    summation. Without `replica_groups`, the group is all ranks of the world, in
    order. `size` is the number of members and is enforced if it is given; a
    program without it runs on any number of ranks.

    Constraints:
    * (C1) `size` is positive.
    * (C2) `replica_groups` is a matrix with at least one row and one column.
    * (C3) ranks in `replica_groups` are not negative, and each occurs once.
    * (C4) if both are given, the rows of `replica_groups` have `size` members.

    Example:

    ```mlir
    comm.group @tp
    comm.group @pairs {size = 2 : i64,
                       replica_groups = dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>}
    ```
  }];
  let arguments = (ins
    SymbolNameAttr:$sym_name,
    OptionalAttr<I64Attr>:$size,
    OptionalAttr<I64ElementsAttr>:$replica_groups);
  let assemblyFormat = "custom<GroupName>($sym_name) attr-dict";
  let hasVerifier = 1;
  let builders = [
    OpBuilder<(ins "::llvm::StringRef":$sym_name,
      CArg<"std::optional<int64_t>", "std::nullopt">:$size)>,
    // Rows of equal length.
    OpBuilder<(ins "::llvm::StringRef":$sym_name,
      "::llvm::ArrayRef<::llvm::SmallVector<int64_t>>":$replica_groups)>
  ];
  let extraClassDeclaration = [{
    /// Number of members, if the program states it.
    std::optional<int64_t> getGroupSize();
  }];
}

/// All collectives. See the dialect's description for their effects.
class Comm_Collective<string mnemonic, list<Trait> traits = [],
                      list<string> collectiveMethods = [],
                      list<string> destinationMethods = []>
    : Op<Comm_Dialect, mnemonic, traits # [
        Norm_KnownAttributes,
        DeclareOpInterfaceMethods<DestinationOpInterface, destinationMethods>,
        DeclareOpInterfaceMethods<CollectiveOpInterface,
                                  collectiveMethods>,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
        DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
                                  ["reifyResultShapes"]>,
        DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
  let extraClassDefinition = [{
    void $cppClass::getEffects(
        ::llvm::SmallVectorImpl<::mlir::SideEffects::EffectInstance<
            ::mlir::MemoryEffects::Effect>> &effects) {
      ::conorm::comm::getCollectiveEffects(
          ::llvm::cast<::conorm::comm::CollectiveOpInterface>(getOperation()),
          effects);
    }
  }];
}

def Comm_AllReduceOp : Comm_Collective<"all_reduce", [
    DeclareOpInterfaceMethods<InferTypeOpInterface>],
    ["takesDispatch", "isReplicated"],
    ["getReusableOperands", "isElementwise"]> {
  let summary = "reduction over the members of a group, result on all of them";
  let description = [{
    Computes `T(x_0 + x_1 + ... + x_{N-1})` for each element, in the group's
    rank order (rule R1), or the same with another `reduction`. The bits are
    equal on every member and under every strategy. `dispatch` states which
    strategy `auto` takes for each size of a call.

    Constraints:
    * (C1) `dispatch` is only allowed with the strategy `auto`.

    Example:

    ```mlir
    %1 = comm.all_reduce %0 on @tp : tensor<4x8xbf16>
    %2 = comm.all_reduce %0 on @tp reduction<max> : tensor<4x8xbf16>
    ```
  }];
  let arguments = (ins
    Norm_Data:$input,
    Optional<Norm_Data>:$outs,
    FlatSymbolRefAttr:$group,
    DefaultValuedAttr<Comm_ReductionAttr,
                      "::conorm::comm::Reduction::Sum">:$reduction,
    DefaultValuedAttr<Comm_StrategyAttr,
                      "::conorm::comm::Strategy::Auto">:$strategy,
    OptionalAttr<Comm_DispatchAttr>:$dispatch);
  let results = (outs Optional<Norm_DataTensor>:$reduced);
  let builders = [
    OpBuilder<(ins "::mlir::Value":$input, "::llvm::StringRef":$group,
      CArg<"::conorm::comm::Reduction",
           "::conorm::comm::Reduction::Sum">:$reduction,
      CArg<"::conorm::comm::Strategy",
           "::conorm::comm::Strategy::Auto">:$strategy), [{
      build($_builder, $_state, input, /*outs=*/::mlir::Value(), group,
            reduction, strategy);
    }]>,
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$outs,
      "::llvm::StringRef":$group,
      CArg<"::conorm::comm::Reduction",
           "::conorm::comm::Reduction::Sum">:$reduction,
      CArg<"::conorm::comm::Strategy",
           "::conorm::comm::Strategy::Auto">:$strategy), [{
      build($_builder, $_state, input, outs, group, reduction, strategy,
            DispatchAttr());
    }]>
  ];
  let assemblyFormat = [{
    $input `on` $group (`reduction` `` $reduction^)?
    (`strategy` `` $strategy^)?
    (`outs` `(` $outs^ `:` type($outs) `)`)? attr-dict
    `:` custom<InputType>(type($input))
  }];
}

def Comm_ReduceScatterOp : Comm_Collective<"reduce_scatter"> {
  let summary = "reduction over a group, one block of the result to each member";
  let description = [{
    Reduces as `comm.all_reduce` does, and gives member m of N block m of N
    along `dim`. If the group's size is known, `dim` of the input is N times
    that of the result.

    Example:

    ```mlir
    %1 = comm.reduce_scatter %0 on @pairs dim 0
           : tensor<8x16xf32> -> tensor<4x16xf32>
    ```
  }];
  let arguments = (ins
    Norm_Data:$input,
    Optional<Norm_Data>:$outs,
    FlatSymbolRefAttr:$group,
    ConfinedAttr<I64Attr, [IntNonNegative]>:$dim,
    DefaultValuedAttr<Comm_ReductionAttr,
                      "::conorm::comm::Reduction::Sum">:$reduction,
    DefaultValuedAttr<Comm_StrategyAttr,
                      "::conorm::comm::Strategy::Auto">:$strategy);
  let results = (outs Optional<Norm_DataTensor>:$scattered);
  let assemblyFormat = [{
    $input `on` $group `dim` $dim (`reduction` `` $reduction^)?
    (`strategy` `` $strategy^)?
    (`outs` `(` $outs^ `:` type($outs) `)`)? attr-dict
    `:` custom<InputType>(type($input)) `` custom<ResultType>(type($scattered))
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Type":$scattered, "::mlir::Value":$input,
      "::llvm::StringRef":$group, "int64_t":$dim,
      CArg<"::conorm::comm::Reduction",
           "::conorm::comm::Reduction::Sum">:$reduction,
      CArg<"::conorm::comm::Strategy",
           "::conorm::comm::Strategy::Auto">:$strategy), [{
      build($_builder, $_state, scattered, input, /*outs=*/::mlir::Value(),
            group, dim, reduction, strategy);
    }]>
  ];
}

def Comm_AllGatherOp : Comm_Collective<"all_gather", [], ["isReplicated"]> {
  let summary = "concatenation of the members' blocks, result on all of them";
  let description = [{
    Member m's input is block m along `dim` of the result. There is no
    arithmetic, so the bits do not change.

    Example:

    ```mlir
    %1 = comm.all_gather %0 on @pairs dim 1
           : tensor<8x16xf32> -> tensor<8x32xf32>
    ```
  }];
  let arguments = (ins
    Norm_Data:$input,
    Optional<Norm_Data>:$outs,
    FlatSymbolRefAttr:$group,
    ConfinedAttr<I64Attr, [IntNonNegative]>:$dim,
    DefaultValuedAttr<Comm_StrategyAttr,
                      "::conorm::comm::Strategy::Auto">:$strategy);
  let results = (outs Optional<Norm_DataTensor>:$gathered);
  let assemblyFormat = [{
    $input `on` $group `dim` $dim (`strategy` `` $strategy^)?
    (`outs` `(` $outs^ `:` type($outs) `)`)? attr-dict
    `:` custom<InputType>(type($input)) `` custom<ResultType>(type($gathered))
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Type":$gathered, "::mlir::Value":$input,
      "::llvm::StringRef":$group, "int64_t":$dim,
      CArg<"::conorm::comm::Strategy",
           "::conorm::comm::Strategy::Auto">:$strategy), [{
      build($_builder, $_state, gathered, input, /*outs=*/::mlir::Value(),
            group, dim, strategy);
    }]>
  ];
}

def Comm_AllReduceRMSNormOp : Comm_Collective<"all_reduce_rms_norm", [
    AttrSizedOperandSegments, AttrSizedResultSegments, NormOpInterface],
    ["takesDispatch", "mayShareRows", "isReplicated", "canMarkReplicated",
     "markReplicated"],
    ["getOutputSizeExprs", "getNumDestinations", "setDestinations",
     "getReusableOperands", "isElementwise", "verifyDestinations"]> {
  let summary = "all_reduce, residual, RMS norm and quantization in one call";
  let description = [{
    The fused operation. It performs these steps in order, each only if it is
    requested:

    1. `reduced = all_reduce(input)` with `sum` (rule R1);
    2. with `post_norm_epsilon` (the sandwich of Gemma 2 and 3):
       `p = rms_norm(reduced)` with `post_norm_weight`, `post_norm_epsilon`,
       `post_norm_weight_bias`, `post_norm_rounding` and
       `post_norm_weight_rounding`; otherwise `p = reduced`;
    3. with `residual`: `residual_out = T(p + residual)` (rule R2);
    4. `normed = rms_norm(residual_out)`, or of `p` without a residual (rules R3
       and R4);
    5. with `quantization`: `quantized` and `scales` of `normed` (rule R5).

    Each result is present only if something needs it, and the assembly names
    the results that are present. At least one is present. The bits of every
    result are those of the separate operations.

    `replicated` says that the weights, the residual and the scale, if present,
    hold equal data on all members of the group. Then one member may finish a
    row for all of them, which under `two_shot` saves every member most of its
    arithmetic. If the data are equal, `replicated` changes no bit of any
    result; otherwise the results are undefined. `--mark-replicated` sets the
    attribute where the data are known to be equal.

    Constraints:
    * (C1) there is at least one result on tensors, or one destination on
      memrefs.
    * (C2) `residual_out` is only allowed with `residual`.
    * (C3) `quantized` and `scales` are only allowed with `quantization`, and
      `quantization` requires `quantized`.
    * (C4) `post_norm_*` is only allowed with `post_norm_epsilon`, which
      requires a `residual`.
    * (C5) destinations, if there are any, are for the same results.
    * (C6) `weight` has the input's element type. A program with an f32 weight
      over a bf16 input stays unfused.
    * (C7) `dispatch` is only allowed with the strategy `auto`.

    Example:

    ```mlir
    %r1, %y = comm.all_reduce_rms_norm %x on @tp
      weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>)
      {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32}
      : tensor<4x8xbf16>
      -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
    ```
  }];
  let arguments = (ins
    Norm_Data:$input,
    Optional<Norm_Weight>:$weight,
    Optional<Norm_Data>:$residual,
    Optional<Norm_StaticScale>:$scale,
    Optional<Norm_Weight>:$post_norm_weight,
    Optional<Norm_Data>:$out_reduced,
    Optional<Norm_Data>:$out_residual_out,
    Optional<Norm_Data>:$out_normed,
    Optional<Norm_Quantized>:$out_quantized,
    Optional<Norm_Scales>:$out_scales,
    FlatSymbolRefAttr:$group,
    Norm_F32Attr:$epsilon,
    DefaultValuedAttr<Norm_F32Attr, "0.0f">:$weight_bias,
    DefaultValuedAttr<Norm_RoundingAttr,
                      "::conorm::norm::Rounding::ScaleThenRound">:$rounding,
    DefaultValuedAttr<Norm_WeightRoundingAttr,
                      "::conorm::norm::WeightRounding::None">:$weight_rounding,
    OptionalAttr<Norm_SchemeAttr>:$quantization,
    OptionalAttr<Norm_F32Attr>:$post_norm_epsilon,
    DefaultValuedAttr<Norm_F32Attr, "0.0f">:$post_norm_weight_bias,
    DefaultValuedAttr<Norm_RoundingAttr,
                      "::conorm::norm::Rounding::ScaleThenRound">:$post_norm_rounding,
    DefaultValuedAttr<Norm_WeightRoundingAttr,
                      "::conorm::norm::WeightRounding::None">:$post_norm_weight_rounding,
    DefaultValuedAttr<Comm_StrategyAttr,
                      "::conorm::comm::Strategy::Auto">:$strategy,
    OptionalAttr<Comm_DispatchAttr>:$dispatch,
    UnitAttr:$replicated);
  let results = (outs
    Optional<Norm_DataTensor>:$reduced,
    Optional<Norm_DataTensor>:$residual_out,
    Optional<Norm_DataTensor>:$normed,
    Optional<Norm_QuantizedTensor>:$quantized,
    Optional<Norm_ScalesTensor>:$scales);
  let assemblyFormat = [{
    $input `on` $group (`strategy` `` $strategy^)?
    (`weight` `(` $weight^ `:` type($weight) `)`)?
    (`residual` `(` $residual^ `:` type($residual) `)`)?
    (`scale` `(` $scale^ `:` type($scale) `)`)?
    (`post_norm_weight` `(` $post_norm_weight^ `:` type($post_norm_weight) `)`)?
    `` custom<NamedDestinations>($out_reduced, type($out_reduced),
      $out_residual_out, type($out_residual_out), $out_normed,
      type($out_normed), $out_quantized, type($out_quantized), $out_scales,
      type($out_scales))
    attr-dict `:` custom<InputType>(type($input))
    `` custom<NamedResults>(type($reduced), type($residual_out), type($normed),
      type($quantized), type($scales))
  }];
  let extraClassDeclaration = [{
    /// What the operation may make, in the order of results and destinations.
    enum Part : unsigned { Reduced, ResidualOut, Normed, Quantized, Scales };
    static constexpr unsigned kNumParts = 5;
    /// Names of the results and destinations, in operand and result order.
    static llvm::ArrayRef<llvm::StringLiteral> getPartNames();
    /// Results by part; null where absent.
    std::array<::mlir::Value, kNumParts> getPartResults();
    /// Destinations by part; null where absent.
    std::array<::mlir::Value, kNumParts> getPartOuts();
    bool isSandwich() { return getPostNormEpsilonAttr() != nullptr; }
  }];
  let builders = [
    OpBuilder<(ins "std::array<::mlir::Type, 5>":$partTypes,
      "::mlir::ValueRange":$inputs, "::mlir::ValueRange":$partOuts,
      "const Properties &":$properties)>,
    // `normed` alone.
    OpBuilder<(ins "::mlir::Value":$input, "::llvm::StringRef":$group,
      "double":$epsilon, Norm_RoundingArg:$rounding)>,
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$weight,
      "::llvm::StringRef":$group, "double":$epsilon,
      CArg<"double", "0.0">:$weight_bias, Norm_RoundingArg:$rounding,
      Norm_WeightRoundingArg:$weight_rounding)>,
    // `residual_out` and `normed`.
    OpBuilder<(ins "::mlir::Value":$input, "::mlir::Value":$weight,
      "::mlir::Value":$residual, "::llvm::StringRef":$group, "double":$epsilon,
      CArg<"double", "0.0">:$weight_bias, Norm_RoundingArg:$rounding,
      Norm_WeightRoundingArg:$weight_rounding)>
  ];
  // Bytecode of older versions can still be read.
  let useCustomPropertiesEncoding = 1;
}

#endif // CONORM_DIALECT_COMM_IR_COMMOPS_TD
