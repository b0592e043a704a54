//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations that write their results into destinations.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_INTERFACES_DESTINATIONOPINTERFACE_TD
#define CONORM_INTERFACES_DESTINATIONOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def DestinationOpInterface : OpInterface<"DestinationOpInterface"> {
  let cppNamespace = "::conorm";
  let description = [{
    An operation on ranked tensors or memrefs that may be told where to write.
    Operand 0 is its input. Its outputs stand in one order, which results and
    destinations share; destinations are the last operands.

    On tensors each output is a result. There is no destination, or one of the
    same type for each result: it is written and not read, and bufferization
    gives its buffer to the result. On memrefs there are no results, and each
    output is a destination.

    Upstream's `DestinationStyleOpInterface` has a destination for every result
    from the start. Here patterns run without, and `--assign-destinations` adds
    all of them before bufferization.

    What follows from the interface:
    * the verifier checks the rules above;
    * `getDestinationEffects` gives the effects: memrefs are read, and
      destinations are written;
    * `attachDestinationModels` makes the operation bufferize.
  }];
  let methods = [
    InterfaceMethod<[{
        The name of each output, in order, for diagnostics and for lowerings. On
        memrefs these say how many destinations there must be.
      }],
      "::llvm::SmallVector<::llvm::StringRef>", "getOutputNames">,
    InterfaceMethod<[{
        The sizes of an output as expressions in the sizes of the operands, one
        operand after the other, which are the symbols; those of the input come
        first. By default they are those of the input.
      }],
      "::llvm::SmallVector<::mlir::AffineExpr>", "getOutputSizeExprs",
      (ins "unsigned":$output), /*methodBody=*/"", /*defaultImplementation=*/[{
        (void)output;
        return ::conorm::getInputSizeExprs($_op.getOperation());
      }]>,
    InterfaceMethod<[{
        How many destinations there are.
      }],
      "unsigned", "getNumDestinations", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/[{
        return $_op.getOutsMutable().size();
      }]>,
    InterfaceMethod<[{
        Replaces the destinations by `destinations`, one for each result. For
        operations on tensors.
      }],
      "void", "setDestinations", (ins "::mlir::ValueRange":$destinations),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        $_op.getOutsMutable().assign(destinations);
      }]>,
    InterfaceMethod<[{
        The results that may take the buffer of an operand, in the order in
        which they choose, each with these operands, best first.
      }],
      "::llvm::SmallVector<::conorm::ReusableOperands>", "getReusableOperands",
      (ins), /*methodBody=*/"", /*defaultImplementation=*/[{
        return {};
      }]>,
    InterfaceMethod<[{
        Whether element i of an output depends on no other element of `operand`
        once it is written, so that both may be one buffer.
      }],
      "bool", "isElementwise", (ins "::mlir::OpOperand &":$operand),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        (void)operand;
        return false;
      }]>,
    InterfaceMethod<[{
        Checks the operands' kinds and the destinations.
      }],
      "::llvm::LogicalResult", "verifyDestinations", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/[{
        return ::conorm::detail::verifyDestinations(
            ::llvm::cast<::conorm::DestinationOpInterface>(
                $_op.getOperation()));
      }]>,
  ];
  let extraSharedClassDeclaration = [{
    /// The destinations: none, or one for each output.
    ::mlir::OperandRange getDestinations() {
      return $_op->getOperands().take_back($_op.getNumDestinations());
    }
    /// The output that `operand` is the destination of, if it is one.
    std::optional<unsigned> getOutputOf(::mlir::OpOperand &operand) {
      unsigned first = $_op->getNumOperands() - $_op.getNumDestinations();
      if (operand.getOperandNumber() < first)
        return std::nullopt;
      return operand.getOperandNumber() - first;
    }
  }];
  let extraClassDeclaration = [{
    /// The destination of the output `name`, null if there is none.
    ::mlir::Value getDestination(::llvm::StringRef name);
  }];
  let verify = [{
    return ::llvm::cast<::conorm::DestinationOpInterface>($_op)
        .verifyDestinations();
  }];
}

#endif // CONORM_INTERFACES_DESTINATIONOPINTERFACE_TD
