//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A dialect outside Conorm's libraries, with norms of its own.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TEST_LIB_DIALECT_TEST_TESTOPS_TD
#define CONORM_TEST_LIB_DIALECT_TEST_TESTOPS_TD

include "conorm/Conversion/ConormToRuntime/RuntimeCallOpInterface.td"
include "conorm/Dialect/Comm/IR/CommBase.td"
include "conorm/Dialect/Norm/IR/NormBase.td"
include "conorm/Interfaces/CollectiveOpInterface.td"
include "conorm/Interfaces/DestinationOpInterface.td"
include "conorm/Interfaces/NormOpInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Test_Dialect : Dialect {
  let name = "test";
  let cppNamespace = "::conorm::test";
  let dependentDialects = ["::conorm::comm::CommDialect",
                           "::conorm::norm::NormDialect"];
}

/// A norm whose weight bias and rounding the operation itself says.
class Test_NormOp<string mnemonic, list<Trait> traits>
    : Op<Test_Dialect, mnemonic, traits # [
        AttrSizedOperandSegments,
        DeclareOpInterfaceMethods<NormOpInterface,
                                  ["getWeightBiasAttr", "getRounding"]>,
        DeclareOpInterfaceMethods<DestinationOpInterface,
                                  ["getReusableOperands", "isElementwise"]>,
        DeclareOpInterfaceMethods<RuntimeCallOpInterface,
                                  ["getRuntimeOperation"]>,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
        DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
                                  ["reifyResultShapes"]>]> {
  let results = (outs Optional<Norm_DataTensor>:$normed);
}

def Test_T5NormOp : Test_NormOp<"t5_norm", []> {
  let summary = "the norm of T5, which has a weight and no bias";
  let arguments = (ins
    Norm_Data:$input,
    Optional<Norm_Weight>:$weight,
    Optional<Norm_Data>:$outs,
    DefaultValuedAttr<Norm_F32Attr, "1.0e-6f">:$epsilon);
  let assemblyFormat = [{
    $input (`weight` `(` $weight^ `:` type($weight) `)`)?
    (`outs` `(` $outs^ `:` type($outs) `)`)? attr-dict
    `:` type($input) (`->` type($normed)^)?
  }];
}

def Test_AllReduceT5NormOp : Test_NormOp<"all_reduce_t5_norm", [
    DeclareOpInterfaceMethods<CollectiveOpInterface,
                              ["takesDispatch", "isReplicated"]>,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the norm of T5 of a sum over the members of a group";
  let arguments = (ins
    Norm_Data:$input,
    Optional<Norm_Weight>:$weight,
    Optional<Norm_Data>:$outs,
    FlatSymbolRefAttr:$group,
    DefaultValuedAttr<Norm_F32Attr, "1.0e-6f">:$epsilon,
    DefaultValuedAttr<Comm_StrategyAttr,
                      "::conorm::comm::Strategy::Auto">:$strategy,
    OptionalAttr<Comm_DispatchAttr>:$dispatch);
  let assemblyFormat = [{
    $input `on` $group (`strategy` `` $strategy^)?
    (`weight` `(` $weight^ `:` type($weight) `)`)?
    (`outs` `(` $outs^ `:` type($outs) `)`)? attr-dict
    `:` type($input) (`->` type($normed)^)?
  }];
}

#endif // CONORM_TEST_LIB_DIALECT_TEST_TESTOPS_TD
