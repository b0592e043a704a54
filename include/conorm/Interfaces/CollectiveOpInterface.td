//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations that communicate among the ranks of a group.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_INTERFACES_COLLECTIVEOPINTERFACE_TD
#define CONORM_INTERFACES_COLLECTIVEOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def CollectiveOpInterface : OpInterface<"CollectiveOpInterface"> {
  let cppNamespace = "::conorm::comm";
  let description = [{
    An operation that every member of a group must call, in the same order. No
    pass may drop, duplicate or reorder it, which its effects ensure:
    `getCollectiveEffects` gives them.

    The verifier checks that a `dispatch` stands with the strategy `auto` only:
    a table is for run time, and a strategy that is given leaves nothing to
    choose. Operations check their group with `verifyGroup`.
  }];
  let methods = [
    InterfaceMethod<[{
        The name of the `comm.group` whose members communicate.
      }],
      "::mlir::FlatSymbolRefAttr", "getGroupAttr">,
    InterfaceMethod<[{
        What each member sends: operand 0.
      }],
      "::mlir::Value", "getInput">,
    InterfaceMethod<[{
        How the collective is carried out.
      }],
      "::conorm::comm::Strategy", "getStrategy">,
    InterfaceMethod<[{
        Says how the collective is carried out.
      }],
      "void", "setStrategy", (ins "::conorm::comm::Strategy":$strategy)>,
    InterfaceMethod<[{
        Whether the strategy may be left to a table, `dispatch`. Strategies are
        selected for such operations only.
      }],
      "bool", "takesDispatch", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/[{
        return false;
      }]>,
    InterfaceMethod<[{
        Which strategy `auto` takes for each size of a call; null if that is not
        stated.
      }],
      "::conorm::comm::DispatchAttr", "getDispatchAttr", (ins),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        return {};
      }]>,
    InterfaceMethod<[{
        States it, if the operation takes a table.
      }],
      "void", "setDispatchAttr", (ins "::conorm::comm::DispatchAttr":$dispatch),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        (void)dispatch;
        assert(!dispatch && "the operation takes no table");
      }]>,
    InterfaceMethod<[{
        Whether members may finish rows for each other, in a group of `members`
        ranks, 0 if that is not known. The arithmetic that they save then
        matters as much as the bytes that move.
      }],
      "bool", "mayShareRows", (ins "int64_t":$members), /*methodBody=*/"",
      /*defaultImplementation=*/[{
        (void)members;
        return false;
      }]>,
    InterfaceMethod<[{
        Whether all members get equal data in `result`, whatever they send.
        `isReplicated` says so of operands that are not sent.
      }],
      "bool", "isReplicated",
      (ins "::mlir::OpResult":$result,
           "::llvm::function_ref<bool(::mlir::Value)>":$isReplicated),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        (void)result;
        (void)isReplicated;
        return false;
      }]>,
    InterfaceMethod<[{
        Whether the operation gains from a note that all operands that are not
        sent hold equal data on all members, and has none yet.
      }],
      "bool", "canMarkReplicated", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/[{
        return false;
      }]>,
    InterfaceMethod<[{
        Makes that note if `isReplicated` says so of all these operands. Returns
        whether it did.
      }],
      "bool", "markReplicated",
      (ins "::llvm::function_ref<bool(::mlir::Value)>":$isReplicated),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        (void)isReplicated;
        return false;
      }]>,
  ];
  let verify = [{
    return ::conorm::comm::detail::verifyCollective(
        ::llvm::cast<::conorm::comm::CollectiveOpInterface>($_op));
  }];
}

#endif // CONORM_INTERFACES_COLLECTIVEOPINTERFACE_TD
