//===- ForeignDialects.cpp - Dialects that only tools read ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Without them MLIR refuses the text: an operation of an unknown dialect that
// has one region may be a symbol table, so that no call inside it is known to
// be of a function of the module.
//
//===----------------------------------------------------------------------===//

#include "conorm/Tools/ForeignDialects.h"

#include "mlir/Bytecode/BytecodeImplementation.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/DialectRegistry.h"

using namespace mlir;

static constexpr StringLiteral kAdvice =
    "expected generic text, which 'stablehlo_to_generic.py FILE' writes (it "
    "needs jaxlib)";

/// The parser puts the operation's name before the message.
static ParseResult refuseShortForm(OpAsmParser &parser, OperationState &) {
  return parser.emitError(parser.getNameLoc())
         << "is in short form, " << kAdvice;
}

namespace {

/// Bytecode stores what such a dialect defines in a form of its own.
struct ForeignBytecode : public BytecodeDialectInterface {
  explicit ForeignBytecode(Dialect *dialect)
      : BytecodeDialectInterface(dialect) {}

  Attribute readAttribute(DialectBytecodeReader &reader) const override {
    emitError(reader);
    return {};
  }
  Type readType(DialectBytecodeReader &reader) const override {
    emitError(reader);
    return {};
  }
  std::unique_ptr<DialectVersion>
  readVersion(DialectBytecodeReader &reader) const override {
    emitError(reader);
    return nullptr;
  }

private:
  void emitError(DialectBytecodeReader &reader) const {
    reader.emitError() << kAdvice << ", found bytecode of the dialect '"
                       << getDialect()->getNamespace() << "'";
  }
};

class ForeignDialect : public Dialect {
public:
  Attribute parseAttribute(DialectAsmParser &parser, Type type) const override {
    return OpaqueAttr::getChecked(
        [&] { return parser.emitError(parser.getNameLoc()); },
        StringAttr::get(getContext(), getNamespace()),
        parser.getFullSymbolSpec(), type ? type : NoneType::get(getContext()));
  }

  Type parseType(DialectAsmParser &parser) const override {
    return OpaqueType::getChecked(
        [&] { return parser.emitError(parser.getNameLoc()); },
        StringAttr::get(getContext(), getNamespace()),
        parser.getFullSymbolSpec());
  }

  /// Called for what is not in quotes. The hook is a reference to a function.
  std::optional<ParseOpHook> getParseOperationHook(StringRef) const override {
    return ParseOpHook(refuseShortForm);
  }

protected:
  ForeignDialect(StringRef name, MLIRContext *context, TypeID id)
      : Dialect(name, context, id) {
    allowUnknownOperations();
    allowUnknownTypes();
    addInterfaces<ForeignBytecode>();
  }
};

#define FOREIGN_DIALECT(CLASS, NAME)                                           \
  class CLASS : public ForeignDialect {                                        \
  public:                                                                      \
    MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CLASS)                        \
    explicit CLASS(MLIRContext *context)                                       \
        : ForeignDialect(NAME, context, TypeID::get<CLASS>()) {}               \
    static constexpr StringLiteral getDialectNamespace() { return NAME; }      \
  };

FOREIGN_DIALECT(ForeignCHLO, "chlo")
FOREIGN_DIALECT(ForeignMHLO, "mhlo")
FOREIGN_DIALECT(ForeignShardy, "sdy")
FOREIGN_DIALECT(ForeignStableHLO, "stablehlo")
FOREIGN_DIALECT(ForeignVHLO, "vhlo")

} // namespace

void conorm::registerForeignDialects(DialectRegistry &registry) {
  registry.insert<ForeignCHLO, ForeignMHLO, ForeignShardy, ForeignStableHLO,
                  ForeignVHLO>();
}
