//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The `comm` dialect.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_DIALECT_COMM_IR_COMMBASE_TD
#define CONORM_DIALECT_COMM_IR_COMMBASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Comm_Dialect : Dialect {
  let name = "comm";
  let cppNamespace = "::conorm::comm";
  let summary = "Collective communication with a fixed order of summation";
  let description = [{
    Collectives among the ranks of a group. They read and write one resource,
    `CommResource`, whatever their group: no collective may be dropped,
    duplicated, moved across control flow or reordered against another one,
    since every rank must make the same calls in the same order. Sums are in
    rank order with one rounding (rule R1 of docs/RoundingContract.md).

    Function arguments may carry two attributes of this dialect. `comm.per_rank`
    says that each rank passes its own data (a shard); without it all ranks
    pass equal data. `comm.donated` says that the callee may overwrite the
    argument's buffer; without it arguments are read-only.
  }];
  let dependentDialects = ["::conorm::norm::NormDialect"];
  let hasRegionArgAttrVerify = 1;
  let hasOperationAttrVerify = 1;
  let useDefaultAttributePrinterParser = 1;
}

// Values are those of the runtime's C ABI (types.h).
def Comm_Reduction : I32EnumAttr<"Reduction", "reduction of a collective", [
  I32EnumAttrCase<"Sum", 0, "sum">,
  I32EnumAttrCase<"Max", 1, "max">,
  I32EnumAttrCase<"Min", 2, "min">,
  I32EnumAttrCase<"Prod", 3, "prod">
]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::conorm::comm";
}
def Comm_ReductionAttr : EnumAttr<Comm_Dialect, Comm_Reduction, "reduction"> {
  let summary = "reduction of a collective";
  let assemblyFormat = "`<` $value `>`";
  let description = [{
    `max` and `min` are IEEE 754-2019 maximum and minimum: NaN wins, and -0.0 is
    less than +0.0. Every reduction folds in rank order in f32 and rounds once.
  }];
}

def Comm_Strategy : I32EnumAttr<"Strategy", "how a collective is carried out", [
  I32EnumAttrCase<"Auto", 0, "auto">,
  I32EnumAttrCase<"OneShot", 1, "one_shot">,
  I32EnumAttrCase<"TwoShot", 2, "two_shot">,
  I32EnumAttrCase<"NCCL", 3, "nccl">,
  I32EnumAttrCase<"Multimem", 4, "multimem">
]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::conorm::comm";
}
def Comm_StrategyAttr : EnumAttr<Comm_Dialect, Comm_Strategy, "strategy"> {
  let summary = "how a collective is carried out";
  let assemblyFormat = "`<` $value `>`";
  let description = [{
    Under exact numerics every strategy gives the same bits. `multimem` is
    reserved. `auto` leaves the choice to the runtime.
  }];
}

#endif // CONORM_DIALECT_COMM_IR_COMMBASE_TD
