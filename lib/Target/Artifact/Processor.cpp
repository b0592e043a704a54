//===- Processor.cpp - What code needs of a processor ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Target/Compile.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace conorm;

/// Extensions, as opposed to what tunes the code generator. LLVM's list has
/// some of the latter, too.
static bool isExtension(StringRef name) {
  static const llvm::StringSet<> names = {
#define X86_FEATURE(ENUM, STR) STR,
#include "llvm/TargetParser/X86TargetParser.def"
  };
  return names.contains(name) && name != "vzeroupper" &&
         !name.starts_with("retpoline") && !name.starts_with("lvi-");
}

/// Whether instructions come only from an intrinsic or from assembly, which
/// programs on tensors have none of. Most are for operating systems, and
/// virtual machines hide them from processors that have them.
static bool isByRequestOnly(StringRef extension) {
  static const llvm::StringSet<> names = {"adx",      "aes",
                                          "cldemote", "clflushopt",
                                          "clwb",     "clzero",
                                          "crc32",    "enqcmd",
                                          "fsgsbase", "hreset",
                                          "invpcid",  "kl",
                                          "lwp",      "movdir64b",
                                          "movdiri",  "movrs",
                                          "mwaitx",   "pconfig",
                                          "pku",      "prefetchi",
                                          "prfchw",   "ptwrite",
                                          "rdpid",    "rdpru",
                                          "rdrnd",    "rdseed",
                                          "rtm",      "serialize",
                                          "sgx",      "sha",
                                          "sha512",   "shstk",
                                          "sm3",      "sm4",
                                          "tsxldtrk", "uintr",
                                          "usermsr",  "vaes",
                                          "waitpkg",  "wbnoinvd",
                                          "widekl",   "xsave",
                                          "xsavec",   "xsaveopt",
                                          "xsaves",   "avx512vp2intersect"};
  return names.contains(extension) || extension.starts_with("amx-");
}

/// Whether a program asks for instructions itself.
static bool asksForInstructions(ModuleOp module) {
  WalkResult result = module.walk([](Operation *op) {
    StringRef dialect = op->getName().getDialectNamespace();
    bool asks = isa<LLVM::InlineAsmOp, LLVM::CallIntrinsicOp>(op) ||
                dialect.starts_with("x86") || dialect == "amx";
    return asks ? WalkResult::interrupt() : WalkResult::advance();
  });
  return result.wasInterrupted();
}

ManifestProcessor
conorm::describeProcessor(ModuleOp module, const llvm::TargetMachine &machine) {
  ManifestProcessor processor;
  processor.name = machine.getTargetCPU().str();
  if (machine.getTargetTriple().getArch() != llvm::Triple::x86_64)
    return processor;
  // Of the architecture, not of an artifact.
  std::unique_ptr<llvm::MCSubtargetInfo> baseline(
      machine.getTarget().createMCSubtargetInfo(machine.getTargetTriple(),
                                                "x86-64", ""));
  bool asks = asksForInstructions(module);
  std::vector<std::string> &features = processor.features.emplace();
  for (const llvm::SubtargetFeatureKV &feature :
       machine.getMCSubtargetInfo()->getEnabledProcessorFeatures()) {
    StringRef name = feature.Key;
    if (isExtension(name) && !baseline->checkFeatures(("+" + name).str()) &&
        (asks || !isByRequestOnly(name)))
      features.push_back(name.str());
  }
  llvm::sort(features);
  return processor;
}
