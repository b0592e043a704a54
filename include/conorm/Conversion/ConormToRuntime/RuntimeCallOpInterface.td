//===----------------------------------------------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations that become calls of the runtime.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMECALLOPINTERFACE_TD
#define CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMECALLOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def RuntimeCallOpInterface : OpInterface<"RuntimeCallOpInterface"> {
  let cppNamespace = "::conorm";
  let description = [{
    An operation that `--convert-conorm-to-runtime` replaces by a call of the
    runtime. All its operands are memrefs, the first of which is the input, and
    it has no results. It says which operation of the runtime it is, and what
    the fields of that operation's arguments hold; the conversion does the rest.
  }];
  let methods = [
    InterfaceMethod<[{
        The name of the runtime's operation (`conorm_op_name`). By default it is
        the name of this operation.
      }],
      "::llvm::StringRef", "getRuntimeOperation", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/[{
        return $_op->getName().getStringRef();
      }]>,
    InterfaceMethod<[{
        Sets the fields of the arguments, and says which sizes must agree.
        Nothing may be made or changed in the IR.
      }],
      "void", "describeRuntimeCall", (ins "::conorm::RuntimeCall &":$call)>,
  ];
}

#endif // CONORM_CONVERSION_CONORMTORUNTIME_RUNTIMECALLOPINTERFACE_TD
