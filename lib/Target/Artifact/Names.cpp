//===- Names.cpp - Names of programs and names of symbols -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A program may name its functions as it likes: callers find them through the
// manifest, not through the linker. In the code they share one space of names
// with the runtime, the C library, LLVM's intrinsics and what lowering makes,
// so a function whose name could be one of theirs gets another there.
//
//===----------------------------------------------------------------------===//

#include "Names.h"

#include "conorm-runtime/module.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/RuntimeLibcalls.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace conorm;

/// Functions that LLVM takes for the C library's, by name.
static bool isLibraryFunction(StringRef name) {
  static const llvm::StringSet<> helpers = [] {
    llvm::StringSet<> names = {"main", "memrefCopy"};
    for (llvm::RTLIB::LibcallImpl helper : llvm::RTLIB::libcall_impls())
      names.insert(
          llvm::RTLIB::RuntimeLibcallsInfo::getLibcallImplName(helper));
    return names;
  }();
  static const llvm::TargetLibraryInfoImpl library{llvm::Triple()};
  llvm::LibFunc function;
  return helpers.contains(name) || library.getLibFunc(name, function);
}

bool conorm::isReservedName(StringRef name) {
  for (StringRef prefix : {"conorm_", "conorm.", "llvm.", "_"})
    if (name.starts_with(prefix))
      return true;
  return isLibraryFunction(name);
}

static bool isPlain(char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; }

std::string conorm::escapeName(StringRef name) {
  std::string escaped;
  for (char c : name)
    if (isPlain(c))
      escaped += c;
    else
      escaped += "$" + llvm::toHex(StringRef(&c, 1));
  return escaped;
}

std::string conorm::getSymbolName(StringRef name) {
  if (!isReservedName(name) && llvm::all_of(name, isPlain) &&
      !name.starts_with("."))
    return name.str();
  return "conorm.symbol." + escapeName(name);
}

void conorm::renameReservedSymbols(ModuleOp module) {
  SmallVector<SymbolOpInterface> symbols;
  for (auto symbol : module.getOps<SymbolOpInterface>())
    if (!isa<comm::GroupOp>(symbol) && !symbol.isDeclaration())
      symbols.push_back(symbol);
  // A symbol may be called what another one becomes. It is longer, and becomes
  // something else before.
  llvm::stable_sort(symbols, [](SymbolOpInterface a, SymbolOpInterface b) {
    return a.getName().size() > b.getName().size();
  });
  for (SymbolOpInterface symbol : symbols) {
    StringRef name = symbol.getName();
    std::string other = getSymbolName(name);
    if (other == name)
      continue;
    auto attribute = StringAttr::get(module.getContext(), other);
    // Fails only where an operation with regions is unknown.
    if (succeeded(SymbolTable::replaceAllSymbolUses(symbol, attribute, module)))
      symbol.setName(attribute);
  }
}

/// Checks that a C program can be told the name, and told it apart.
LogicalResult conorm::checkName(Location loc, const Twine &what,
                                StringRef name) {
  if (name.empty())
    return emitError(loc) << "expected " << what << " to have a name, found ''";
  if (size_t at = name.find('\0'); at != StringRef::npos)
    return emitError(loc) << "expected " << what
                          << " to have a name that C can have, found a zero "
                             "byte at "
                          << at;
  size_t at;
  if (!llvm::json::isUTF8(name, &at))
    return emitError(loc) << "expected " << what
                          << " to have a name in UTF-8, found another byte at "
                          << at;
  if (name.size() >= CONORM_MAX_MANIFEST_TEXT)
    return emitError(loc) << "expected " << what
                          << " to have a name of less than "
                          << CONORM_MAX_MANIFEST_TEXT << " bytes, found "
                          << name.size();
  return success();
}

LogicalResult conorm::checkGroupNames(ModuleOp module) {
  for (auto group : module.getOps<comm::GroupOp>()) {
    StringRef name = group.getSymName();
    if (failed(checkName(group.getLoc(), "the group", name)))
      return failure();
    if (isReservedName(name))
      return group.emitOpError("expected a name that is not reserved for the "
                               "runtime, the C library or LLVM, found @")
             << name;
  }
  return success();
}
