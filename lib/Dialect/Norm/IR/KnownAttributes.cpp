//===- KnownAttributes.cpp - Warnings of misspelt attributes --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Dialect/Norm/IR/KnownAttributes.h"

#include "AttributeWarnings.h"
#include "conorm/Dialect/Norm/IR/Norm.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace conorm;

/// The names that a program may write: all but those of segments, which the
/// assembly derives.
static SmallVector<StringRef> getKnownNames(Operation *op) {
  SmallVector<StringRef> names;
  for (StringAttr name : op->getName().getAttributeNames())
    if (!name.getValue().ends_with("SegmentSizes"))
      names.push_back(name);
  return names;
}

static bool isUnknown(Operation *op, StringRef name) {
  // Passes mark operations by names that begin with "__"; the visibility of a
  // symbol is an attribute that no symbol defines.
  return !name.contains('.') && !name.starts_with("__") &&
         !(name == SymbolTable::getVisibilityAttrName() &&
           op->hasTrait<SymbolOpInterface::Trait>());
}

/// The name that is closest to `name`; empty if none is close.
static StringRef findSimilar(StringRef name, ArrayRef<StringRef> names) {
  StringRef best;
  unsigned limit = std::max<size_t>(1, name.size() / 3);
  for (StringRef candidate : names) {
    unsigned distance = candidate.edit_distance_insensitive(
        name, /*AllowReplacements=*/true, /*MaxEditDistance=*/limit);
    if (distance > limit)
      continue;
    best = candidate;
    limit = distance;
  }
  return best;
}

void conorm::warnOfUnknownAttributes(Operation *op) {
  SmallVector<StringAttr> unknown;
  for (NamedAttribute attribute : op->getDiscardableAttrs())
    if (isUnknown(op, attribute.getName()))
      unknown.push_back(attribute.getName());
  if (unknown.empty())
    return;
  auto *dialect = op->getContext()->getLoadedDialect<norm::NormDialect>();
  auto *warnings =
      dialect ? dialect->getRegisteredInterface<AttributeWarnings>() : nullptr;
  llvm::erase_if(unknown, [&](StringAttr name) {
    return warnings && !warnings->insert(op, name);
  });
  if (unknown.empty())
    return;
  SmallVector<StringRef> known = getKnownNames(op);
  auto quote = [](StringRef name) { return ("'" + name + "'").str(); };
  InFlightDiagnostic warning = emitWarning(op->getLoc())
                               << "'" << op->getName() << "' op ignores ";
  llvm::interleaveComma(unknown, warning, [&](StringAttr name) {
    warning << quote(name);
    if (StringRef similar = findSimilar(name, known); !similar.empty())
      warning << " (did you mean " << quote(similar) << "?)";
  });
  warning << ", expected an attribute of the operation ("
          << llvm::join(llvm::map_range(known, quote), ", ")
          << ") or a name with the prefix of a dialect";
}

//===----------------------------------------------------------------------===//
// AttributeWarnings
//===----------------------------------------------------------------------===//

bool AttributeWarnings::insert(Operation *op, StringAttr name) const {
  // Passes verify again and again, copy operations, and put the attributes of
  // several on the one that replaces them: what stays is where they come from.
  SmallVector<const void *> sources;
  op->getLoc()->walk([&](Location loc) {
    if (isa<FileLineColRange, OpaqueLoc>(loc))
      sources.push_back(loc.getAsOpaquePointer());
    return WalkResult::advance();
  });
  if (sources.empty())
    sources.push_back(op);
  std::lock_guard<std::mutex> lock(mutex);
  bool isNew = llvm::none_of(sources, [&](const void *source) {
    return seen.contains({source, name});
  });
  for (const void *source : sources)
    seen.insert({source, name});
  return isNew;
}
