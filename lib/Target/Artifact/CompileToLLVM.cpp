//===- CompileToLLVM.cpp - Variants of a module in LLVM IR ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ManifestBuilder.h"
#include "Names.h"
#include "conorm-runtime/module.h"
#include "conorm/Conversion/ConormToRuntime/RuntimeAbi.h"
#include "conorm/Pipelines/Passes.h"
#include "conorm/Support/OptimizeLLVM.h"
#include "conorm/Target/Compile.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Passes/OptimizationLevel.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace conorm;

/// Entries get a C interface; everything else is private, so that it is given
/// a context only where it needs one, and can be inlined away.
static void markEntries(ModuleOp module, const Manifest &manifest) {
  llvm::StringSet<> names;
  for (const ManifestEntry &entry : manifest.entries)
    names.insert(entry.name);
  for (auto function : module.getOps<func::FuncOp>()) {
    bool isEntry = names.contains(function.getSymName());
    function.setVisibility(isEntry ? SymbolTable::Visibility::Public
                                   : SymbolTable::Visibility::Private);
    if (isEntry)
      function->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                        UnitAttr::get(module.getContext()));
    else
      function->removeAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName());
  }
}

/// An artifact is linked against the runtime and the C library alone.
static LogicalResult checkNoExternalFunctions(ModuleOp module) {
  for (auto function : module.getOps<func::FuncOp>())
    if (function.isExternal())
      return function.emitError("expected a body for @")
             << function.getSymName()
             << ", found a declaration that no artifact can resolve";
  return success();
}

static LogicalResult lower(ModuleOp module, Variant variant,
                           const Manifest &manifest,
                           const LoweringOptions &lowering) {
  PassManager manager(module.getContext());
  if (failed(applyPassManagerCLOptions(manager)))
    return failure();
  ToLLVMPipelineOptions options;
  options.fuse = variant == Variant::Fused;
  options.decompose = variant == Variant::Unfused;
  options.numerics = manifest.numerics;
  options.target = manifest.target;
  options.targetDescription = lowering.targetDescription;
  options.tuningFile = lowering.tuningFile;
  options.bufferization = lowering.bufferization;
  options.checkBounds = lowering.checkBounds;
  buildToLLVMPipeline(manager, options);
  return manager.run(module);
}

/// One variant as LLVM IR, everything but its wrappers internal.
static std::unique_ptr<llvm::Module>
compileVariant(ModuleOp module, const Manifest &manifest, Variant variant,
               const LoweringOptions &lowering, DeviceCode *device,
               llvm::LLVMContext &llvmContext, llvm::TargetMachine &machine) {
  OwningOpRef<ModuleOp> copy = module.clone();
  markEntries(*copy, manifest);
  renameReservedSymbols(*copy);
  if (failed(lower(*copy, variant, manifest, lowering)) ||
      (device && failed(device->take(*copy))))
    return nullptr;
  std::unique_ptr<llvm::Module> result =
      translateModuleToLLVMIR(*copy, llvmContext, getVariantName(variant));
  if (!result)
    return nullptr;
  result->setTargetTriple(machine.getTargetTriple());
  result->setDataLayout(machine.createDataLayout());
  llvm::StringSet<> wrappers;
  for (const ManifestEntry &entry : manifest.entries)
    wrappers.insert(addEntryWrapper(*result, entry, variant));
  // Kernels were outlined so that functions stay small.
  for (llvm::Function &function : *result)
    if (function.getName().starts_with("conorm.kernel"))
      function.addFnAttr(llvm::Attribute::NoInline);
  for (llvm::GlobalValue &value : result->global_values())
    if (!value.isDeclaration() && !wrappers.contains(value.getName()) &&
        !value.getName().starts_with(kDeviceDataPrefix))
      value.setLinkage(llvm::GlobalValue::InternalLinkage);
  return result;
}

/// -O2, with the order of all floating-point operations kept.
static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  for (llvm::Function &function : module)
    if (!function.isDeclaration()) {
      function.addFnAttr("target-cpu", machine.getTargetCPU());
      function.addFnAttr("target-features", machine.getTargetFeatureString());
    }
  optimizeLLVM(module, machine, llvm::OptimizationLevel::O2);
}

std::unique_ptr<llvm::Module> conorm::compileToLLVM(
    ModuleOp module, Manifest &manifest, ArrayRef<Variant> variants,
    const LoweringOptions &lowering, llvm::LLVMContext &llvmContext,
    llvm::TargetMachine &machine) {
  registerBuiltinDialectTranslation(*module.getContext());
  registerLLVMDialectTranslation(*module.getContext());
  if (failed(checkNoExternalFunctions(module)))
    return nullptr;
  FailureOr<std::unique_ptr<DeviceCode>> device =
      manifest.target->createDeviceCode(lowering.device, module.getLoc());
  if (failed(device))
    return nullptr;
  std::unique_ptr<llvm::Module> result;
  for (Variant variant : variants) {
    std::unique_ptr<llvm::Module> compiled =
        compileVariant(module, manifest, variant, lowering, device->get(),
                       llvmContext, machine);
    if (!compiled)
      return nullptr;
    if (!result) {
      result = std::move(compiled);
    } else if (llvm::Linker::linkModules(*result, std::move(compiled))) {
      module.emitError("cannot join the variants of the module");
      return nullptr;
    }
  }
  // No path of this machine gets into the artifact.
  result->setModuleIdentifier("conorm");
  result->setSourceFileName("conorm");
  if (*device) {
    FailureOr<DeviceProgram> program = (*device)->compile(module.getLoc());
    if (failed(program))
      return nullptr;
    manifest.device = std::move(*program);
  }
  addManifest(*result, manifest, variants);
  for (llvm::GlobalValue &value : result->global_values())
    if (!value.isDeclaration() && value.getName() != CONORM_MANIFEST_SYMBOL)
      value.setLinkage(llvm::GlobalValue::InternalLinkage);
  optimize(*result, machine);
  return result;
}
