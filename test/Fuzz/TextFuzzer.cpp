//===- TextFuzzer.cpp - Any text, through parser, verifiers and passes ----===//
//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The target of libFuzzer (https://llvm.org/docs/LibFuzzer.html): the text is
// parsed and verified as conorm-opt does; what is valid is printed and parsed
// again, and goes through one of our pipelines, chosen by a hash of the text so
// that a file always takes the same one. Nothing may crash; an error is fine.
//
// Compiled without libFuzzer it is a program that runs the files it is given
// through the same function (TextMain.cpp).
//
//===----------------------------------------------------------------------===//

#include "conorm/Conversion/Passes.h"
#include "conorm/InitAll.h"
#include "conorm/Pipelines/Passes.h"
#include "conorm/Transforms/Passes.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/Remarks.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/xxhash.h"

#include <array>
#include <memory>

using namespace mlir;
using namespace conorm;

namespace {

/// Takes every remark and drops it: the passes build their texts only where
/// somebody listens.
struct DroppedRemarks : remark::detail::MLIRRemarkStreamerBase {
  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    llvm::raw_null_ostream stream;
    remark.print(stream);
  }
};

/// A context and its pass managers, kept over many texts: making them costs
/// more than most texts do.
class Session {
public:
  Session();
  void run(StringRef text);
  bool isWornOut() const { return runs > 4096; }

private:
  static constexpr unsigned numPipelines = 8;

  void checkRoundTrip(ModuleOp module);
  PassManager &getPipeline(unsigned index);

  DialectRegistry registry;
  std::unique_ptr<MLIRContext> context;
  std::array<std::unique_ptr<PassManager>, numPipelines> pipelines;
  unsigned runs = 0;
};

} // namespace

Session::Session() {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  conorm::registerAllDialects(registry);
  context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->getDiagEngine().registerHandler([](Diagnostic &diagnostic) {
    // The text of a message is part of what must not crash.
    (void)diagnostic.str();
  });
  remark::RemarkCategories categories;
  categories.all = ".*";
  (void)remark::enableOptimizationRemarks(
      *context, std::make_unique<DroppedRemarks>(),
      std::make_unique<remark::RemarkEmittingPolicyAll>(), categories);
}

PassManager &Session::getPipeline(unsigned index) {
  std::unique_ptr<PassManager> &manager = pipelines[index];
  if (manager)
    return *manager;
  manager = std::make_unique<PassManager>(context.get());
  switch (index) {
  default:
    buildFusePipeline(*manager, {});
    break;
  case 3:
    buildFusePipeline(*manager, {});
    manager->addPass(createDecomposeFusedNorm());
    break;
  case 4:
    manager->addPass(createDecomposeFusedNorm());
    break;
  case 5:
    manager->addPass(createMarkReplicated());
    manager->addPass(createAssignDestinations());
    break;
  case 6:
    manager->addPass(createConvertConormToRuntime());
    break;
  case 7:
    buildToLLVMPipeline(*manager, {});
    break;
  }
  return *manager;
}

/// What is printed parses again and prints the same.
void Session::checkRoundTrip(ModuleOp module) {
  std::string first, second;
  llvm::raw_string_ostream(first) << module;
  ParserConfig config(context.get());
  OwningOpRef<ModuleOp> again = parseSourceString<ModuleOp>(first, config);
  if (again)
    llvm::raw_string_ostream(second) << *again;
  // Upstream operations need not round-trip; ours must.
  bool isOurs = true;
  module.walk([&](Operation *op) {
    StringRef dialect = op->getName().getDialectNamespace();
    isOurs &= llvm::is_contained({"builtin", "func", "comm", "norm", "arith"},
                                 dialect);
  });
  if (isOurs && first != second) {
    llvm::errs() << "printed, the module is another:\n"
                 << first << "\n-----\n"
                 << second << "\n";
    abort();
  }
}

/// Folders of upstream operations follow the circles of a graph region for
/// ever: `%1 = arith.negf %1` at module level never leaves the canonicalizer.
static bool hasUpstreamCircle(ModuleOp module) {
  return module
      ->walk([](Operation *op) {
        StringRef dialect = op->getName().getDialectNamespace();
        if (dialect == "comm" || dialect == "norm")
          return WalkResult::advance();
        for (Value operand : op->getOperands()) {
          Operation *definition = operand.getDefiningOp();
          if (definition && definition->getBlock() == op->getBlock() &&
              !definition->isBeforeInBlock(op))
            return WalkResult::interrupt();
        }
        return WalkResult::advance();
      })
      .wasInterrupted();
}

void Session::run(StringRef text) {
  ++runs;
  ParserConfig config(context.get());
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, config);
  if (!module)
    return;
  uint64_t hash = llvm::xxh3_64bits(text);
  if (hash / numPipelines % 4 == 0)
    checkRoundTrip(*module);
  if (!hasUpstreamCircle(*module))
    (void)getPipeline(hash % numPipelines).run(*module);
}

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

/// Where the names are that `text` defines: arguments of functions and blocks,
/// and what stands before `=`.
static llvm::DenseSet<const char *> findDefinitions(StringRef text) {
  static const llvm::Regex list("[@^][^ \t\r\n(@^]*[ \t\r\n]*\\(([^()]*)");
  static const llvm::Regex name("%[A-Za-z0-9_$.-]+");
  static const llvm::Regex results(
      "(%[A-Za-z0-9_$.:#-]+[ \t\r\n]*,[ \t\r\n]*)*%[A-Za-z0-9_$.:#-]+"
      "[ \t\r\n]*=");
  llvm::DenseSet<const char *> definitions;
  SmallVector<StringRef> found, names;
  auto addNames = [&](StringRef part) {
    while (name.match(part, &names)) {
      definitions.insert(names[0].data());
      part = StringRef(names[0].end(), part.end() - names[0].end());
    }
  };
  for (const llvm::Regex *form : {&list, &results})
    for (StringRef rest = text; form->match(rest, &found);) {
      addNames(found[0]);
      rest = StringRef(found[0].end(), text.end() - found[0].end());
    }
  return definitions;
}

/// A use before its definition is taken for one of an argument that a block
/// below has, also in a region that is not around the use. If that region is
/// not parsed to its end, the argument is freed before its use is dropped.
static bool usesArgumentAbove(StringRef text) {
  static const llvm::Regex block("\\^[^ \t\r\n(]*[ \t\r\n]*\\(([^()]*)");
  static const llvm::Regex name("%[A-Za-z0-9_$.-]+");
  llvm::DenseSet<const char *> definitions = findDefinitions(text);
  llvm::StringSet<> seen, early;
  SmallVector<StringRef> found;
  // The names whose first place is a use.
  for (StringRef rest = text; name.match(rest, &found);
       rest = StringRef(found[0].end(), text.end() - found[0].end()))
    if (seen.insert(found[0]).second && !definitions.contains(found[0].data()))
      early.insert(found[0]);
  for (StringRef rest = text; !early.empty() && block.match(rest, &found);) {
    StringRef arguments = found[1];
    rest = StringRef(found[0].end(), text.end() - found[0].end());
    for (SmallVector<StringRef> names; name.match(arguments, &names);
         arguments =
             StringRef(names[0].end(), arguments.end() - names[0].end()))
      if (early.contains(names[0]))
        return true;
  }
  return false;
}

/// Crashes of upstream code that this fuzzer found. Each rule is as narrow as
/// the fault, and names it.
static bool isKnownUpstreamCrash(StringRef text) {
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
         usesArgumentAbove(text);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static std::unique_ptr<Session> session;
  // A copy that ends with a NUL, which libFuzzer's does not: MLIR's lexer reads
  // on without one, into whatever stands behind the text.
  std::string text(reinterpret_cast<const char *>(data), size);
  if (isKnownUpstreamCrash(text))
    return 0;
  if (!session || session->isWornOut()) {
    session.reset();
    session = std::make_unique<Session>();
  }
  session->run(text);
  return 0;
}
