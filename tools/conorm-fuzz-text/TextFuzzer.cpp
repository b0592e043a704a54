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

#include "UpstreamFaults.h"

#include "conorm/Bufferization/Passes.h"
#include "conorm/Codegen/Passes.h"
#include "conorm/Conversion/ConormToRuntime/Passes.h"
#include "conorm/Fusion/Passes.h"
#include "conorm/InitAll.h"
#include "conorm/Pipelines/Passes.h"
#include "conorm/Strategy/Passes.h"
#include "conorm/Tools/ForeignDialects.h"
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
#include "llvm/Support/xxhash.h"

#include <array>
#include <memory>

using namespace mlir;
using namespace conorm;
using conorm::fuzz::hitsUpstreamFault;

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
  conorm::registerForeignDialects(registry);
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
    buildFusePipeline(*manager, FusePipelineOptions());
    break;
  case 3:
    buildFusePipeline(*manager, FusePipelineOptions());
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

void Session::run(StringRef text) {
  ++runs;
  ParserConfig config(context.get());
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, config);
  if (!module)
    return;
  uint64_t hash = llvm::xxh3_64bits(text);
  if (hash / numPipelines % 4 == 0)
    checkRoundTrip(*module);
  (void)getPipeline(hash % numPipelines).run(*module);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static std::unique_ptr<Session> session;
  // A copy that ends with a NUL, which libFuzzer's does not: MLIR's lexer reads
  // on without one, into whatever stands behind the text.
  std::string text(reinterpret_cast<const char *>(data), size);
  if (hitsUpstreamFault(text))
    return 0;
  if (!session || session->isWornOut()) {
    session.reset();
    session = std::make_unique<Session>();
  }
  session->run(text);
  return 0;
}
