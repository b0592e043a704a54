//===- UpstreamFaults.cpp - Texts that upstream crashes on ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "UpstreamFaults.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Regex.h"

#include <algorithm>
#include <functional>
#include <utility>

using llvm::SmallVector;
using llvm::StringRef;

/// Whether `list` does not hold somewhere behind `name`.
static bool lacksList(StringRef text, const llvm::Regex &name,
                      const llvm::Regex &list) {
  SmallVector<StringRef> found;
  while (name.match(text, &found)) {
    text = StringRef(found[0].end(), text.end() - found[0].end());
    if (!list.match(text))
      return true;
  }
  return false;
}

/// linalg.reduce, .broadcast and .transpose set `dimensions` or `permutation`
/// to null when it is no list of 64-bit integers, and go on
/// (parseDenseI64ArrayAttr).
static bool hasBrokenDimensions(StringRef text) {
  static const llvm::Regex name("(dimensions|permutation)[ \t\r\n]*=");
  static const llvm::Regex integers(
      "^[ \t\r\n]*\\[[ \t\r\n]*(-?[0-9]{1,18}[ \t\r\n]*"
      "(,[ \t\r\n]*-?[0-9]{1,18}[ \t\r\n]*)*)?\\]");
  return lacksList(text, name, integers);
}

/// linalg.generic takes what is in the list for strings without a look.
static bool hasBrokenIterators(StringRef text) {
  static const llvm::Regex name("iterator_types[ \t\r\n]*=[ \t\r\n]*\\[");
  static const llvm::Regex strings("^[ \t\r\n]*(\"[^\"\n]*\"[ \t\r\n]*"
                                   "(,[ \t\r\n]*\"[^\"\n]*\"[ \t\r\n]*)*)?\\]");
  return lacksList(text, name, strings);
}

namespace {

/// Follows the names of values through a text as upstream's parser does. It
/// takes a use before its definition for one of the next value of that name,
/// also where a region holds that value that is not around the use. If that
/// region is not parsed to its end, the value is freed before its use is
/// dropped, which then writes where the value was (mlir-opt does so, too).
class NameScan {
public:
  explicit NameScan(StringRef text) : rest(text) { scopes.emplace_back(); }

  /// Whether a use comes before a definition in a region not around it.
  bool findsForeignUse();

private:
  struct Scope {
    unsigned region = 0;
    /// What is defined in it so far.
    SmallVector<StringRef> names;
  };
  enum class List { None, Function, Block };

  void takeName(StringRef name);
  void takeBrace();
  void takeParenthesis(StringRef before);
  void define(StringRef name);
  void use(StringRef name);

  /// What is not read yet.
  StringRef rest;
  SmallVector<Scope> scopes;
  unsigned numRegions = 0;
  /// Names that belong to the region that begins next.
  SmallVector<StringRef> incoming;
  llvm::StringSet<> defined;
  /// Of each name used before its definition: the regions around all uses.
  llvm::StringMap<SmallVector<unsigned>> early;
  List list = List::None;
  /// Whether only white space and names stand between here and the last line's
  /// end or brace.
  bool atStart = true;
  bool isForeign = false;
};

} // namespace

void NameScan::define(StringRef name) {
  auto use = early.find(name);
  if (use != early.end()) {
    isForeign |= !llvm::is_contained(use->second, scopes.back().region);
    early.erase(use);
  }
  defined.insert(name);
  scopes.back().names.push_back(name);
}

void NameScan::use(StringRef name) {
  if (defined.contains(name))
    return;
  auto isAround = [&](unsigned region) {
    return llvm::any_of(
        scopes, [&](const Scope &scope) { return scope.region == region; });
  };
  auto [entry, isNew] = early.try_emplace(name);
  if (isNew)
    for (const Scope &scope : scopes)
      entry->second.push_back(scope.region);
  else
    llvm::erase_if(entry->second, std::not_fn(isAround));
}

/// The first character that is no white space, or 0.
static char peek(StringRef text) {
  text = text.ltrim();
  return text.empty() ? '\0' : text.front();
}

void NameScan::takeName(StringRef name) {
  static const llvm::Regex results(
      "^(:[0-9]+)?([ \t\r\n]*,[ \t\r\n]*%[A-Za-z0-9_$.-]+(:[0-9]+)?)*"
      "[ \t\r\n]*=");
  char next = peek(rest);
  if (list == List::Block && next == ':')
    define(name);
  else if (list == List::Function && next == ':')
    incoming.push_back(name);
  else if (list == List::None && atStart && results.match(rest.take_front(128)))
    define(name);
  else if (next == '=')
    incoming.push_back(name);
  else
    use(name);
}

void NameScan::takeBrace() {
  // A dictionary of attributes leaves the arguments to the region behind it.
  static const llvm::Regex dictionary("^[ \t\r\n]*(([A-Za-z_][A-Za-z0-9_$.]*|"
                                      "\"[^\"]*\")[ \t\r\n]*[=,}]|})");
  scopes.push_back({++numRegions, {}});
  if (!dictionary.match(rest.take_front(64)))
    for (StringRef name : std::exchange(incoming, {}))
      define(name);
}

/// `before` ends where the parenthesis stands.
void NameScan::takeParenthesis(StringRef before) {
  static const llvm::Regex function("@[A-Za-z0-9_$.-]+[ \t\r\n]*$");
  static const llvm::Regex block("\\^[A-Za-z0-9_$.-]+[ \t\r\n]*$");
  static const llvm::Regex argument("^[ \t\r\n]*%[A-Za-z0-9_$.-]+[ \t\r\n]*:");
  bool followsSpace = before.ends_with(" ");
  before = before.take_back(64);
  if (block.match(before)) {
    StringRef close =
        rest.drop_front(std::min(rest.find_first_of("()"), rest.size()));
    bool isHeader = close.consume_front(")") && peek(close) == ':';
    list = isHeader ? List::Block : List::None;
  } else if (function.match(before) || // linalg.reduce: `] (%a: f32, ..) {`
             (followsSpace && argument.match(rest.take_front(64)))) {
    list = List::Function;
    incoming.clear();
  }
}

bool NameScan::findsForeignUse() {
  static const llvm::Regex token("%[A-Za-z0-9_$.-]+|[{}()\n]|\"[^\"\n]*\"|"
                                 "//[^\n]*|[^ \t\r%{}()\n\"/,:]+|/");
  SmallVector<StringRef> found;
  const char *begin = rest.data();
  while (!isForeign && token.match(rest, &found)) {
    StringRef word = found[0];
    StringRef before(begin, word.data() - begin);
    rest = StringRef(word.end(), rest.end() - word.end());
    char first = word.front();
    if (first == '%')
      takeName(word);
    else if (first == '{')
      takeBrace();
    else if (first == '}' && scopes.size() > 1)
      for (StringRef name : scopes.pop_back_val().names)
        defined.erase(name);
    else if (first == '(')
      takeParenthesis(before);
    else if (first == ')')
      list = List::None;
    atStart = StringRef("\n{}").contains(first) || (atStart && first == '%');
  }
  return isForeign;
}

bool conorm::fuzz::hitsUpstreamFault(StringRef text) {
  // Named linalg operations take `<attribute>` for their properties without a
  // look whether it is a dictionary (parseCommonStructuredOpParts).
  static const llvm::Regex linalgProperties(
      "linalg\\.[a-z0-9_]+[ \t\r\n]*<[ \t\r\n]*[^{ \t\r\n]");
  // `array<index: 1>`: the parser says what is wrong, and asks for the width of
  // the type all the same (parseDenseArrayAttr).
  static const llvm::Regex indexArray("array[ \t\r\n]*<[ \t\r\n]*index");
  // The verifier takes the context from the first index of each group, of which
  // one may be empty (getSymbolLessAffineMaps).
  static const llvm::Regex emptyGroup("expand_shape[^:]*\\[[ \t\r\n]*\\]");
  // --lower-affine refuses to divide by what is not a positive constant, and
  // goes on with the null that it has got (AffineExprExpander).
  static const llvm::Regex divisor(
      "[ \t\r\n)](floordiv|ceildiv|mod)[ \t\r\n]+[^1-9 \t\r\n]");
  return linalgProperties.match(text) || indexArray.match(text) ||
         emptyGroup.match(text) || divisor.match(text) ||
         hasBrokenDimensions(text) || hasBrokenIterators(text) ||
         NameScan(text).findsForeignUse();
}
