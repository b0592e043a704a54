//===- DeviceCode.cpp - Images of kernels ---------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceCode.h"

#include "Assembler.h"
#include "conorm-runtime/device.h"
#include "conorm/Codegen/Passes.h"
#include "conorm/Support/OptimizeLLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/GPU/GPUToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/OptimizationLevel.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace conorm;

namespace {

/// An architecture, and the oldest version of PTX that has it, which the oldest
/// drivers take.
struct Architecture {
  uint32_t number;
  unsigned ptxVersion;

  std::string getName() const { return "sm_" + std::to_string(number); }
};

} // namespace

static constexpr Architecture kArchitectures[] = {
    {80, 70},  {86, 71},  {87, 74},  {89, 78},  {90, 78},
    {100, 86}, {103, 88}, {110, 90}, {120, 87}, {121, 88}};

static FailureOr<SmallVector<Architecture>>
findArchitectures(ArrayRef<std::string> names, Location loc) {
  SmallVector<Architecture> found;
  for (StringRef name : names) {
    const auto *known =
        llvm::find_if(kArchitectures, [&](const Architecture &architecture) {
          return architecture.getName() == name;
        });
    if (known == std::end(kArchitectures)) {
      std::string all;
      for (const Architecture &architecture : kArchitectures)
        all += (all.empty() ? "" : ", ") + architecture.getName();
      return emitError(loc) << "expected architectures of " << all
                            << ", found '" << name << "'";
    }
    if (llvm::none_of(found, [&](const Architecture &other) {
          return other.number == known->number;
        }))
      found.push_back(*known);
  }
  llvm::sort(found, [](const Architecture &left, const Architecture &right) {
    return left.number < right.number;
  });
  return found;
}

static std::unique_ptr<llvm::TargetMachine>
createMachine(const Architecture &architecture, std::string &error) {
  LLVMInitializeNVPTXTarget();
  LLVMInitializeNVPTXTargetInfo();
  LLVMInitializeNVPTXTargetMC();
  LLVMInitializeNVPTXAsmPrinter();
  llvm::Triple triple("nvptx64-nvidia-cuda");
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  llvm::TargetOptions options;
  // No multiply and add may become one rounding.
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, architecture.getName(),
      "+ptx" + std::to_string(architecture.ptxVersion), options, std::nullopt,
      std::nullopt, llvm::CodeGenOptLevel::Aggressive));
}

/// From sm_90 on a kernel can wait for those in front of it.
static uint32_t flagsOf(const Architecture &architecture) {
  constexpr unsigned oldest = 90;
  return architecture.number >= oldest ? CONORM_IMAGE_AWAITS : 0;
}

/// Lets each kernel be launched before the one in front of it is complete, and
/// the next one before it is complete itself. It waits before it touches any
/// memory, and for nobody but those in front of it.
static void awaitPredecessors(llvm::Module &module) {
  auto *type = llvm::FunctionType::get(
      llvm::Type::getVoidTy(module.getContext()), /*isVarArg=*/false);
  // The intrinsics do not say that memory changes.
  auto *code = llvm::InlineAsm::get(
      type, "griddepcontrol.wait; griddepcontrol.launch_dependents;",
      "~{memory}", /*hasSideEffects=*/true);
  for (llvm::Function &function : module)
    if (function.getCallingConv() == llvm::CallingConv::PTX_Kernel &&
        !function.isDeclaration())
      llvm::CallInst::Create(
          type, code, "",
          function.getEntryBlock().getFirstNonPHIOrDbgOrAlloca());
}

namespace {

class CUDADeviceCode : public DeviceCode {
public:
  CUDADeviceCode(ArrayRef<Architecture> architectures, StringRef assembler,
                 Location loc)
      : architectures(architectures), assembler(assembler) {
    loc.getContext()->loadDialect<gpu::GPUDialect, LLVM::LLVMDialect>();
    OpBuilder builder(loc.getContext());
    module = ModuleOp::create(builder, loc);
    builder.setInsertionPointToStart(module->getBody());
    kernels = gpu::GPUModuleOp::create(builder, loc, kDeviceModuleName);
  }

  LogicalResult take(ModuleOp from) override;
  FailureOr<DeviceProgram> compile(Location loc) override;

private:
  FailureOr<std::string> makePTX(const Architecture &architecture,
                                 Location loc);
  LogicalResult addImages(DeviceProgram &program, Location loc);

  SmallVector<Architecture> architectures;
  /// The path of ptxas, or nothing.
  std::string assembler;
  OwningOpRef<ModuleOp> module;
  gpu::GPUModuleOp kernels;
};

} // namespace

LogicalResult CUDADeviceCode::take(ModuleOp from) {
  auto taken = from.lookupSymbol<gpu::GPUModuleOp>(kDeviceModuleName);
  if (!taken)
    return success();
  SymbolTable table(kernels);
  for (Operation &op : llvm::make_early_inc_range(*taken.getBody())) {
    auto symbol = dyn_cast<SymbolOpInterface>(op);
    // Names end in a hash of what they name.
    if (!symbol || table.lookup(symbol.getName()))
      continue;
    op.remove();
    table.insert(&op);
  }
  taken.erase();
  return success();
}

FailureOr<std::string> CUDADeviceCode::makePTX(const Architecture &architecture,
                                               Location loc) {
  std::string error;
  std::unique_ptr<llvm::TargetMachine> machine =
      createMachine(architecture, error);
  if (!machine)
    return emitError(loc, "no code generator for PTX: ") << error;
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code =
      translateModuleToLLVMIR(kernels, context, "conorm");
  if (!code)
    return failure();
  code->setTargetTriple(machine->getTargetTriple());
  code->setDataLayout(machine->createDataLayout());
  if (flagsOf(architecture) & CONORM_IMAGE_AWAITS)
    awaitPredecessors(*code);
  optimizeLLVM(*code, *machine, llvm::OptimizationLevel::O3);
  SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, stream, nullptr,
                                   llvm::CodeGenFileType::AssemblyFile))
    return emitError(loc, "the code generator for PTX makes no text");
  passes.run(*code);
  return text.str().str();
}

LogicalResult CUDADeviceCode::addImages(DeviceProgram &program, Location loc) {
  FailureOr<std::string> ptx = makePTX(architectures.front(), loc);
  if (failed(ptx))
    return failure();
  // Its length counts the NUL at the end.
  const Architecture &oldest = architectures.front();
  program.images.push_back({CONORM_IMAGE_PTX, oldest.number, flagsOf(oldest),
                            *ptx + std::string(1, '\0')});
  if (assembler.empty()) {
    emitRemark(loc, "only PTX for ")
        << architectures.front().getName()
        << " is embedded: no ptxas is to be run, or none is in PATH, "
           "$CUDA_HOME/bin or /usr/local/cuda/bin";
    return success();
  }
  for (const Architecture &architecture : architectures) {
    FailureOr<std::string> own =
        architecture.number == architectures.front().number
            ? ptx
            : makePTX(architecture, loc);
    if (failed(own))
      return failure();
    std::string error;
    FailureOr<std::string> image =
        assemble(assembler, *own, architecture.getName(), error);
    if (failed(image))
      return emitError(loc) << error;
    program.images.push_back({CONORM_IMAGE_CUBIN, architecture.number,
                              flagsOf(architecture), std::move(*image)});
  }
  return success();
}

FailureOr<DeviceProgram> CUDADeviceCode::compile(Location loc) {
  MLIRContext &context = *loc.getContext();
  registerBuiltinDialectTranslation(context);
  registerLLVMDialectTranslation(context);
  registerGPUDialectTranslation(context);
  registerNVVMDialectTranslation(context);
  DeviceProgram program;
  for (auto kernel : kernels.getOps<LLVM::LLVMFuncOp>())
    if (kernel->hasAttr(gpu::GPUDialect::getKernelFuncAttrName()))
      program.kernels.push_back(
          {kernel.getName().str(), kernel.getNumArguments()});
  // A program may have nothing but calls of the runtime.
  if (!program.kernels.empty() && failed(addImages(program, loc)))
    return failure();
  return program;
}

FailureOr<std::unique_ptr<DeviceCode>>
conorm::createCUDADeviceCode(const DeviceOptions &options, Location loc) {
  std::vector<std::string> names = options.archs;
  if (names.empty())
    names = {"sm_80", "sm_90", "sm_100"};
  FailureOr<SmallVector<Architecture>> architectures =
      findArchitectures(names, loc);
  if (failed(architectures))
    return failure();
  return std::unique_ptr<DeviceCode>(std::make_unique<CUDADeviceCode>(
      *architectures, findAssembler(options.assembler), loc));
}
