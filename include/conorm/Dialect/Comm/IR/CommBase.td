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
    Collectives among the ranks of a group. Every rank must make the same calls
    in the same order, so no collective may be dropped, duplicated, moved across
    control flow or reordered against another one. To ensure this, all
    collectives read and write one resource, `CommResource`, whatever their
    group. Sums are in rank order with one rounding (rule R1 of
    docs/RoundingContract.md).

    Function arguments may carry two attributes of this dialect. `comm.per_rank`
    says that each rank passes its own data (a shard); without it, all ranks
    pass equal data. `comm.donated` says that the callee may overwrite the
    argument's buffer; without it, arguments are read-only.

    A module may carry `comm.target`, a `#comm.target` that says where the
    program is to run. `--select-strategy` uses it to choose strategies.

    Attributes that an operation does not define are kept and mean nothing. One
    without a dialect's prefix is probably misspelt, and gets a warning.
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
    `max` and `min` are IEEE 754-2019 maximum and minimum: a NaN operand gives
    NaN, and -0.0 is less than +0.0. Every reduction folds in rank order in f32
    and rounds once.
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

// Values are those of the runtime's C ABI (types.h).
def Comm_Backend : I32EnumAttr<"Backend", "back end of the runtime", [
  I32EnumAttrCase<"CPU", 0, "cpu">,
  I32EnumAttrCase<"CUDA", 1, "cuda">
]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::conorm::comm";
}

def Comm_Link : I32EnumAttr<"Link", "what connects the ranks of a target", [
  I32EnumAttrCase<"SharedMemory", 0, "shared_memory">,
  I32EnumAttrCase<"PCIe", 1, "pcie">,
  I32EnumAttrCase<"NVLink", 2, "nvlink">,
  I32EnumAttrCase<"Network", 3, "network">
]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::conorm::comm";
}

//===----------------------------------------------------------------------===//
// Where a program runs
//===----------------------------------------------------------------------===//

def Comm_TargetAttr : AttrDef<Comm_Dialect, "Target"> {
  let mnemonic = "target";
  let summary = "where a program is to run";
  let description = [{
    The attribute `comm.target` of a module. `arch` is `cpu`, or `sm_` and a
    number for a GPU. `link` is the slowest link between two ranks:
    `shared_memory` for `cpu`, otherwise `pcie`, `nvlink` (both with access to
    the memory of peers) or `network` (without). `world_size` is the number of
    ranks, or 0 if it is not known. `ranks_per_device` says how many ranks share
    a device and therefore that device's link and memory.

    Constraints:
    * (C1) `arch` is `cpu` or `sm_` and a number.
    * (C2) `link` is `shared_memory` with `cpu`, and only with it.
    * (C3) `world_size` is not negative, and below 2^31.
    * (C4) `ranks_per_device` is positive, and divides `world_size`.

    Example: `#comm.target<"sm_90" over nvlink, world_size = 8>`
  }];
  let parameters = (ins
    StringRefParameter<"architecture of the devices">:$arch,
    EnumParameter<Comm_Link>:$link,
    DefaultValuedParameter<"int64_t", "0">:$world_size,
    DefaultValuedParameter<"int64_t", "1">:$ranks_per_device);
  let assemblyFormat = [{
    `<` $arch `over` $link (`,` struct($world_size, $ranks_per_device)^)? `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The back end that runs on this target.
    Backend getBackend() const;
  }];
}

def Comm_StrategyRangeAttr : AttrDef<Comm_Dialect, "StrategyRange"> {
  let mnemonic = "strategy_range";
  let summary = "range of sizes that take one strategy";
  let description = [{
    Calls of at least `from_bytes` bytes of input, in groups of at least
    `group_size` ranks, take `strategy`.

    Constraints:
    * (C1) `group_size` is at least 2, and below 2^31.
    * (C2) `from_bytes` is not negative.
    * (C3) `strategy` is `one_shot`, `two_shot` or `nccl`.

    Example: `#comm.strategy_range<4 ranks from 131072 bytes: two_shot>`
  }];
  let parameters = (ins
    "int64_t":$group_size,
    "int64_t":$from_bytes,
    EnumParameter<Comm_Strategy>:$strategy);
  let assemblyFormat = [{
    `<` $group_size `ranks` `from` $from_bytes `bytes` `:` $strategy `>`
  }];
  let genVerifyDecl = 1;
}

def Comm_DispatchAttr : AttrDef<Comm_Dialect, "Dispatch"> {
  let mnemonic = "dispatch";
  let summary = "table of strategies by the size of a call, for the runtime";
  let description = [{
    The strategy that a collective with `auto` takes once the sizes are known.
    Lookup takes the ranges with the largest `group_size` that is not above the
    size of the group, and among them the one with the largest `from_bytes` that
    is not above the bytes of the input. The table is for one back end; any
    other back end chooses as it does without a table. Every rank has the same
    table, so all ranks take the same strategy without communicating.

    Constraints:
    * (C1) there is at least one range, and at most 4096.
    * (C2) ranges are in ascending order of `group_size`, then of `from_bytes`.
    * (C3) the first range of each `group_size` is from 0 bytes.

    Example:
    `#comm.dispatch<cpu, [<2 ranks from 0 bytes: one_shot>,
                          <4 ranks from 0 bytes: one_shot>,
                          <4 ranks from 131072 bytes: two_shot>]>`
  }];
  let parameters = (ins
    EnumParameter<Comm_Backend>:$backend,
    ArrayRefParameter<"StrategyRangeAttr">:$ranges);
  let assemblyFormat = "`<` $backend `,` `[` $ranges `]` `>`";
  // All operations of a module have the same few.
  let genMnemonicAlias = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// The strategy of a call of `bytes` among `groupSize` ranks, as the
    /// runtime finds it: `auto` if no range is for so few ranks.
    Strategy lookUp(int64_t groupSize, int64_t bytes) const;
  }];
}

#endif // CONORM_DIALECT_COMM_IR_COMMBASE_TD
