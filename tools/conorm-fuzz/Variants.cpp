//===- Variants.cpp - A module compiled in memory, fused and not ----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Variants.h"

#include "Evaluator.h"
#include "ManifestBuilder.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/Fusion/Passes.h"
#include "conorm/InitAll.h"
#include "conorm/Pipelines/Passes.h"
#include "conorm/Support/OptimizeLLVM.h"
#include "conorm/Target/Compile.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/OptimizationLevel.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::fuzz;

struct Variants::Storage {
  Manifest manifest;
  OwningOpRef<ModuleOp> source;
  std::unique_ptr<Program> program;
  /// Arguments and results of entry i at 2 * i and 2 * i + 1.
  std::vector<std::vector<conorm_value_desc>> values;
  llvm::orc::JITDylibSP library;
  llvm::orc::ExecutionSession *session = nullptr;

  ~Storage() {
    if (library)
      llvm::cantFail(session->removeJITDylib(*library));
  }
};

namespace {
/// A context wears out: types and attributes are never freed.
struct Session {
  Session();
  DialectRegistry registry;
  std::unique_ptr<MLIRContext> context;
  PassManager fuse, decompose, lower, lowerChecked, lowerOneShot;
  std::string diagnostics;
  unsigned uses = 0;
};
} // namespace

static std::unique_ptr<MLIRContext> makeContext(DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  conorm::registerAllDialects(registry);
  auto context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->printOpOnDiagnostic(false);
  registerBuiltinDialectTranslation(*context);
  registerLLVMDialectTranslation(*context);
  return context;
}

Session::Session()
    : context(makeContext(registry)), fuse(context.get()),
      decompose(context.get()), lower(context.get()),
      lowerChecked(context.get()), lowerOneShot(context.get()) {
  context->getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
    diagnostics += diagnostic.str() + "\n";
  });
  buildFusePipeline(fuse, FusePipelineOptions());
  decompose.addPass(createDecomposeFusedNorm());
  ToLLVMPipelineOptions options;
  options.fuse = false;
  buildToLLVMPipeline(lower, options);
  options.checkBounds = true;
  buildToLLVMPipeline(lowerChecked, options);
  options.checkBounds = false;
  options.bufferization = BufferAnalysis::OneShot;
  buildToLLVMPipeline(lowerOneShot, options);
  // What they make is run: that says more than a verifier after every pass.
  for (PassManager *manager : {&lower, &lowerChecked, &lowerOneShot})
    manager->enableVerifier(false);
}

struct Compiler::Impl {
  Impl();
  bool lowerInto(ModuleOp module, PassManager &lower,
                 const std::string &variant, bool optimize, Variants &variants,
                 std::string &error);
  bool compileVariants(ModuleOp module, const Selection &selection,
                       Variants &variants, std::string &error);

  std::unique_ptr<Session> session;
  std::unique_ptr<llvm::TargetMachine> machine;
  std::unique_ptr<llvm::orc::LLJIT> jit;
  unsigned numModules = 0;
};

Compiler::Impl::Impl() {
  std::string error;
  machine = createTargetMachine("", error);
  if (!machine)
    llvm::report_fatal_error(llvm::StringRef(error));
  llvm::orc::JITTargetMachineBuilder builder(machine->getTargetTriple());
  builder.setCPU(machine->getTargetCPU().str());
  builder.setOptions(machine->Options);
  builder.setRelocationModel(llvm::Reloc::PIC_);
  builder.setCodeGenOptLevel(llvm::CodeGenOptLevel::None);
  jit = llvm::cantFail(llvm::orc::LLJITBuilder()
                           .setJITTargetMachineBuilder(std::move(builder))
                           .create());
}

Compiler::Compiler() : impl(std::make_unique<Impl>()) {}
Compiler::~Compiler() = default;

//===----------------------------------------------------------------------===//
// What was fused
//===----------------------------------------------------------------------===//

/// "add_norm + bias -> nvfp4 swizzled": what the operation does, not what it
/// keeps.
static std::string describe(comm::AllReduceRMSNormOp op) {
  std::string text = op.isSandwich()    ? "norm_add_norm"
                     : op.getResidual() ? "add_norm"
                                        : "norm";
  if (!op.getWeightBias().isZero() || !op.getPostNormWeightBias().isZero())
    text += " + bias";
  if (op.getWeightRounding() != norm::WeightRounding::None ||
      op.getPostNormWeightRounding() != norm::WeightRounding::None)
    text += " rounded";
  if (auto scheme = op.getQuantization()) {
    text += " -> " + norm::stringifySchemeKind(scheme->getKind()).str();
    Value scales = op.getScales();
    if (scheme->getKind() == norm::SchemeKind::PerGroup && scales &&
        isa<Float8E8M0FNUType>(getElementTypeOrSelf(scales)))
      text += " e8m0";
    if (scheme->getLayout() != norm::ScaleLayout::Linear)
      text += " " + norm::stringifyScaleLayout(scheme->getLayout()).str();
    if (scheme->getMode() == norm::ScaleMode::Divide)
      text += " divide";
  }
  return text;
}

static void count(ModuleOp module, FusedKinds &kinds) {
  module.walk([&](comm::AllReduceRMSNormOp op) {
    ++kinds[describe(op)];
    std::string kept;
    for (auto [name, result] :
         llvm::zip(op.getPartNames(), op.getPartResults()))
      if (result)
        kept += (kept.empty() ? "" : " ") + name.str();
    ++kinds["results: " + kept];
    std::string element;
    llvm::raw_string_ostream(element) << getElementTypeOrSelf(op.getInput());
    ++kinds["element type: " + element];
    bool isTop = isa<func::FuncOp>(op->getParentOp());
    ++kinds[isTop ? "in: function" : "in: branch or loop"];
    ++kinds["all"];
  });
  module.walk([&](comm::AllReduceOp) { ++kinds["all_reduce left"]; });
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

/// As conorm-compile does: what is public has a C interface, the rest is
/// private.
static void markEntries(ModuleOp module) {
  for (auto function : module.getOps<func::FuncOp>())
    if (function.isPublic())
      function->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                        UnitAttr::get(module.getContext()));
}

bool Compiler::Impl::lowerInto(ModuleOp module, PassManager &lower,
                               const std::string &variant, bool optimize,
                               Variants &variants, std::string &error) {
  session->diagnostics.clear();
  if (failed(lower.run(module))) {
    error = "lowering (" + variant + "): " + session->diagnostics;
    return false;
  }
  auto llvmContext = std::make_unique<llvm::LLVMContext>();
  std::unique_ptr<llvm::Module> code =
      translateModuleToLLVMIR(module, *llvmContext, variant);
  if (!code) {
    error = "translation (" + variant + "): " + session->diagnostics;
    return false;
  }
  code->setTargetTriple(machine->getTargetTriple());
  code->setDataLayout(machine->createDataLayout());
  Variants::Storage &storage = *variants.storage;
  std::vector<std::string> wrappers;
  // The names of wrappers tell variants apart, but there are two names only.
  for (const ManifestEntry &entry : storage.manifest.entries) {
    wrappers.push_back(variant + "." + entry.name);
    code->getFunction(addEntryWrapper(*code, entry, Variant::Unfused))
        ->setName(wrappers.back());
  }
  for (llvm::Function &function : *code)
    if (!function.isDeclaration() &&
        !llvm::is_contained(wrappers, function.getName()))
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
  for (llvm::GlobalVariable &variable : code->globals())
    if (!variable.isDeclaration())
      variable.setLinkage(llvm::GlobalValue::InternalLinkage);
  if (optimize)
    optimizeLLVM(*code, *machine, llvm::OptimizationLevel::O2);
  llvm::cantFail(jit->addIRModule(
      *storage.library,
      llvm::orc::ThreadSafeModule(std::move(code), std::move(llvmContext))));
  CompiledModule compiled{variant, {}};
  for (auto [index, entry] : llvm::enumerate(storage.manifest.entries)) {
    auto address =
        llvm::cantFail(jit->lookup(*storage.library, wrappers[index]));
    const auto &args = storage.values[2 * index];
    const auto &results = storage.values[2 * index + 1];
    compiled.entries.push_back({sizeof(conorm_entry), 0, entry.name.c_str(),
                                address.toPtr<conorm_entry_fn>(),
                                uint32_t(args.size()), uint32_t(results.size()),
                                args.data(), results.data()});
  }
  variants.modules.push_back(std::move(compiled));
  return true;
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

static std::vector<conorm_value_desc>
describe(std::vector<ManifestValue> &values) {
  static_assert(CONORM_DYNAMIC == ShapedType::kDynamic,
                "shapes can be used as they are");
  std::vector<conorm_value_desc> result;
  for (ManifestValue &value : values) {
    conorm_value_desc &desc = result.emplace_back();
    desc.struct_size = sizeof(desc);
    desc.kind = value.isTensor ? CONORM_VALUE_TENSOR : CONORM_VALUE_SCALAR;
    desc.element_type = value.elementType;
    desc.flags = value.flags;
    desc.rank = uint32_t(value.shape.size());
    desc.shape = value.shape.data();
  }
  return result;
}

static void makeTables(Variants &variants) {
  Manifest &manifest = variants.storage->manifest;
  for (ManifestEntry &entry : manifest.entries) {
    variants.storage->values.push_back(describe(entry.args));
    variants.storage->values.push_back(describe(entry.results));
  }
  for (const ManifestGroup &group : manifest.groups)
    variants.groups.push_back(
        {sizeof(conorm_group), group.numGroups, group.groupSize, 0,
         group.name.c_str(),
         group.ranks.empty() ? nullptr : group.ranks.data()});
}

/// Keeps the module as it was parsed. What no pass has touched is what it
/// means.
static void keepSource(ModuleOp module, Variants &variants) {
  Variants::Storage &storage = *variants.storage;
  storage.source = module.clone();
  storage.program = std::make_unique<Program>(*storage.source);
  if (storage.program->getReason().empty())
    variants.program = storage.program.get();
  ++variants.fused[variants.program ? "evaluated" : "not evaluated"];
}

bool Compiler::Impl::compileVariants(ModuleOp module,
                                     const Selection &selection,
                                     Variants &variants, std::string &error) {
  auto lowerCopy = [&](ModuleOp module, PassManager &lower,
                       const std::string &name) {
    OwningOpRef<ModuleOp> copy = module.clone();
    return lowerInto(*copy, lower, name, selection.isOptimized, variants,
                     error);
  };
  if (!lowerCopy(module, session->lower, "unfused") ||
      (selection.isChecked &&
       !lowerCopy(module, session->lowerChecked, "checked")) ||
      (selection.isOneShot &&
       !lowerCopy(module, session->lowerOneShot, "one-shot")))
    return false;
  session->diagnostics.clear();
  if (failed(session->fuse.run(module))) {
    error = "fusion: " + session->diagnostics;
    return false;
  }
  count(module, variants.fused);
  if (selection.isOneShot)
    ++variants.fused["one-shot"];
  if (!lowerCopy(module, session->lower, "fused") ||
      (selection.isOneShot &&
       !lowerCopy(module, session->lowerOneShot, "fused one-shot")))
    return false;
  if (!selection.isDecomposed)
    return true;
  if (failed(session->decompose.run(module))) {
    error = "decomposition: " + session->diagnostics;
    return false;
  }
  return lowerCopy(module, session->lower, "decomposed");
}

bool Compiler::compile(const std::string &text, const Selection &selection,
                       Variants &variants, std::string &error) {
  // The old context goes first: two of them would be large.
  if (!impl->session || ++impl->session->uses > 1000) {
    impl->session.reset();
    impl->session = std::make_unique<Session>();
  }
  Session &session = *impl->session;
  session.diagnostics.clear();
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(text, session.context.get());
  if (!module) {
    error = "parsing: " + session.diagnostics;
    return false;
  }
  variants.storage = std::make_shared<Variants::Storage>();
  FailureOr<Manifest> manifest = buildManifest(*module, {});
  if (failed(manifest)) {
    error = "manifest: " + session.diagnostics;
    return false;
  }
  variants.storage->manifest = std::move(*manifest);
  makeTables(variants);
  auto &executor = impl->jit->getExecutionSession();
  variants.storage->session = &executor;
  variants.storage->library = &llvm::cantFail(
      impl->jit->createJITDylib("module" + std::to_string(impl->numModules++)));
  variants.storage->library->addGenerator(llvm::cantFail(
      llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
          impl->jit->getDataLayout().getGlobalPrefix())));
  keepSource(*module, variants);
  markEntries(*module);
  return impl->compileVariants(*module, selection, variants, error);
}
