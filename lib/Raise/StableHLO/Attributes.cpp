//===- Attributes.cpp - Attributes of StableHLO and Shardy ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attributes.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise::stablehlo;

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

AttributeText::AttributeText(Attribute attribute) {
  if (auto opaque = dyn_cast_or_null<OpaqueAttr>(attribute)) {
    text = opaque.getAttrData().str();
  } else if (attribute) {
    llvm::raw_string_ostream(text) << attribute;
    // `#dialect.name<...>`, or `#dialect<name ...>`.
    StringRef printed = text;
    if (printed.consume_front("#")) {
      size_t end = printed.find_first_of(".<");
      bool isNested = end != StringRef::npos && printed[end] == '<';
      printed = end == StringRef::npos ? "" : printed.drop_front(end + 1);
      if (isNested)
        printed.consume_back(">");
      text = printed.str();
    }
  }
  rest = text;
}

bool AttributeText::isAtEnd() {
  rest = rest.ltrim();
  return rest.empty();
}

bool AttributeText::consume(StringRef token) {
  rest = rest.ltrim();
  return rest.consume_front(token);
}

std::optional<StringRef> AttributeText::consumeName() {
  rest = rest.ltrim();
  StringRef name = rest.take_while(
      [](char letter) { return llvm::isAlnum(letter) || letter == '_'; });
  if (name.empty() || llvm::isDigit(name.front()))
    return std::nullopt;
  rest = rest.drop_front(name.size());
  return name;
}

std::optional<StringRef> AttributeText::consumeString() {
  StringRef before = rest;
  if (!consume("\""))
    return std::nullopt;
  size_t end = rest.find('"');
  if (end == StringRef::npos) {
    rest = before;
    return std::nullopt;
  }
  StringRef string = rest.take_front(end);
  rest = rest.drop_front(end + 1);
  return string;
}

std::optional<int64_t> AttributeText::consumeInteger() {
  rest = rest.ltrim();
  int64_t value;
  if (rest.consumeInteger(10, value))
    return std::nullopt;
  return value;
}

std::optional<SmallVector<int64_t>> AttributeText::consumeIntegers() {
  SmallVector<int64_t> integers;
  if (!consume("[")) {
    std::optional<int64_t> integer = consumeInteger();
    if (!integer)
      return std::nullopt;
    integers.push_back(*integer);
    return integers;
  }
  while (!consume("]")) {
    if (!integers.empty() && !consume(","))
      return std::nullopt;
    std::optional<int64_t> integer = consumeInteger();
    if (!integer)
      return std::nullopt;
    integers.push_back(*integer);
  }
  return integers;
}

bool AttributeText::skipPast(StringRef token) {
  size_t begin = rest.find(token);
  if (begin == StringRef::npos)
    return false;
  rest = rest.drop_front(begin + token.size());
  return true;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

std::optional<SmallVector<int64_t>>
raise::stablehlo::getIntegers(Operation *op, StringRef name) {
  Attribute attribute = op->getAttr(name);
  if (auto array = dyn_cast_or_null<DenseI64ArrayAttr>(attribute))
    return SmallVector<int64_t>(array.asArrayRef());
  auto dense = dyn_cast_or_null<DenseIntElementsAttr>(attribute);
  // A splat may stand for any number of elements.
  constexpr int64_t kMaxIntegers = 1024;
  if (!dense || !dense.getElementType().isInteger(64) ||
      dense.getNumElements() > kMaxIntegers)
    return std::nullopt;
  return llvm::to_vector(dense.getValues<int64_t>());
}

std::optional<int64_t> raise::stablehlo::getInteger(Operation *op,
                                                    StringRef name) {
  auto integer = op->getAttrOfType<IntegerAttr>(name);
  if (!integer || !integer.getType().isInteger(64))
    return std::nullopt;
  return integer.getInt();
}

std::string raise::stablehlo::getWord(Operation *op, StringRef name) {
  Attribute attribute = op->getAttr(name);
  if (!attribute)
    return "";
  AttributeText text(attribute);
  std::string word;
  while (std::optional<StringRef> next = text.consumeName())
    word = next->str();
  return text.isAtEnd() ? word : "";
}

std::optional<IntegerRecord>
raise::stablehlo::getIntegerRecord(Operation *op, StringRef name) {
  Attribute attribute = op->getAttr(name);
  if (!attribute)
    return std::nullopt;
  AttributeText text(attribute);
  IntegerRecord record;
  if (!text.consumeName() || !text.consume("<"))
    return std::nullopt;
  while (!text.consume(">")) {
    if (!record.empty() && !text.consume(","))
      return std::nullopt;
    std::optional<StringRef> field = text.consumeName();
    if (!field || !text.consume("="))
      return std::nullopt;
    std::optional<SmallVector<int64_t>> integers = text.consumeIntegers();
    if (!integers)
      return std::nullopt;
    record[*field] = *integers;
  }
  return text.isAtEnd() ? std::optional(record) : std::nullopt;
}
