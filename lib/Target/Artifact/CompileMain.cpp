//===- CompileMain.cpp - The program conorm-compile -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemarkOptions.h"
#include "conorm/Fusion/FusionSummary.h"
#include "conorm/Target/Compile.h"
#include "conorm/Tools/OutputFile.h"
#include "conorm/Tools/ToolMain.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/AsmParser/AsmParserState.h"
#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace conorm;
namespace cl = llvm::cl;

namespace {

/// For messages.
std::string getTargetNames() {
  return llvm::join(llvm::map_range(getTargets(),
                                    [](const Target *target) {
                                      return target->getName().str();
                                    }),
                    " or ");
}

enum class EmitKind { SharedObject, Object, LLVMIR, PTX, Manifest };

/// Made when the program starts, not when the library is loaded: other tools
/// have options of the same names.
struct Options {
  cl::OptionCategory category{"conorm-compile options"};
  cl::opt<std::string> input{cl::Positional, cl::desc("<input.mlir>"),
                             cl::init("-"), cl::cat(category)};
  cl::opt<std::string> output{"o", cl::desc("Output file"),
                              cl::value_desc("file"), cl::cat(category)};
  cl::list<Variant> variants{
      "variants", cl::CommaSeparated,
      cl::desc("Variants of each entry, in order (default: fused)"),
      cl::values(
          clEnumValN(Variant::Fused, "fused",
                     "all_reduce fused with the norms that read it"),
          clEnumValN(Variant::Unfused, "unfused", "every operation by itself")),
      cl::cat(category)};
  /// Options keep no copy of it.
  std::string targetHelp = "What to compile for: " + getTargetNames();
  cl::opt<std::string> target{"target", cl::desc(targetHelp),
                              cl::init(getTargets().front()->getName().str()),
                              cl::cat(category)};
  cl::list<std::string> cudaArchs{
      "cuda-arch", cl::CommaSeparated, cl::value_desc("sm_80,..."),
      cl::desc("GPUs to compile for: PTX for the oldest, machine code for each "
               "where ptxas is found (default: sm_80,sm_90,sm_100)"),
      cl::cat(category)};
  cl::opt<std::string> ptxas{
      "ptxas", cl::value_desc("file"),
      cl::desc("NVIDIA's assembler, or 'none' (default: as found in PATH, "
               "$CUDA_HOME/bin or /usr/local/cuda/bin)"),
      cl::cat(category)};
  cl::opt<std::string> cpu{
      "mcpu",
      cl::desc("Processor to compile for, or 'native' (default: x86-64-v3 "
               "where this machine has it, else the architecture's baseline)"),
      cl::value_desc("name"), cl::cat(category)};
  cl::opt<std::string> targetDescription{
      "target-description",
      cl::desc("Where the module runs, a #comm.target, by which strategies are "
               "chosen (default: the module's comm.target)"),
      cl::value_desc("attribute"), cl::cat(category)};
  cl::opt<std::string> tuningFile{
      "tuning-file",
      cl::desc("JSON file of constants and thresholds by which strategies are "
               "chosen"),
      cl::value_desc("file"), cl::cat(category)};
  cl::opt<BufferAnalysis> bufferization{
      "bufferization",
      cl::desc("What decides which buffers are overwritten (default: linear)"),
      cl::values(clEnumValN(BufferAnalysis::Linear, "linear",
                            "in time linear in the size of the module"),
                 clEnumValN(BufferAnalysis::OneShot, "one-shot",
                            "upstream's one-shot analysis, to compare with")),
      cl::init(BufferAnalysis::Linear), cl::cat(category)};
  cl::opt<Numerics> numerics{"numerics", cl::desc("Which bits to keep"),
                             cl::init(Numerics::Exact), getNumericsValues(),
                             cl::cat(category)};
  cl::opt<bool> checkBounds{
      "check-bounds",
      cl::desc("Check at run time that accesses to buffers are within bounds"),
      cl::init(false), cl::cat(category)};
  cl::opt<EmitKind> emit{
      "emit", cl::desc("What to write"),
      cl::values(
          clEnumValN(EmitKind::SharedObject, "so", "shared object"),
          clEnumValN(EmitKind::Object, "obj", "object"),
          clEnumValN(EmitKind::LLVMIR, "llvm-ir",
                     "optimized LLVM IR of the host"),
          clEnumValN(EmitKind::PTX, "ptx", "kernels for NVIDIA's GPUs"),
          clEnumValN(EmitKind::Manifest, "manifest", "the manifest, as JSON")),
      cl::init(EmitKind::SharedObject), cl::cat(category)};
  cl::list<std::string> entries{
      "entry", cl::CommaSeparated, cl::value_desc("names"),
      cl::desc("Functions to export (default: all public ones)"),
      cl::cat(category)};
  RemarkOptions remarks{category};
};

} // namespace

/// The linker wants paths: the object, and what it writes, are files.
static LogicalResult link(llvm::Module &module, llvm::TargetMachine &machine,
                          StringRef path, std::string &error) {
  SmallString<128> object;
  int descriptor;
  if (std::error_code code = llvm::sys::fs::createTemporaryFile(
          "conorm", "o", descriptor, object)) {
    llvm::sys::path::system_temp_directory(/*ErasedOnReboot=*/true, object);
    error =
        ("cannot make a temporary file in " + object + ": " + code.message())
            .str();
    return failure();
  }
  llvm::sys::RemoveFileOnSignal(object);
  llvm::scope_exit removeObject([&] {
    llvm::sys::fs::remove(object);
    llvm::sys::DontRemoveFileOnSignal(object);
  });
  llvm::raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  LogicalResult emitted = emitObject(module, machine, stream, error);
  stream.close();
  if (stream.has_error()) {
    error = ("cannot write " + object + ": " + stream.error().message()).str();
    stream.clear_error();
    return failure();
  }
  return failed(emitted) ? failure() : linkSharedObject(object, path, error);
}

static LogicalResult emitBinary(llvm::Module &module,
                                llvm::TargetMachine &machine, bool isObject,
                                OutputFile &file, StringRef path,
                                std::string &error) {
  if (isObject)
    return emitObject(module, machine, file.getStream(), error);
  if (succeeded(link(module, machine, file.getTemporary(), error)))
    return success();
  // Nobody has heard of the temporary file.
  StringRef temporary = file.getTemporary();
  for (size_t at = 0; (at = error.find(temporary, at)) != std::string::npos;)
    error.replace(at, temporary.size(), path);
  return failure();
}

/// The code of all variants, if something of it is wanted; adds to the manifest
/// what only the code says.
static FailureOr<std::unique_ptr<llvm::Module>>
makeCode(ModuleOp module, Manifest &manifest, const Options &options,
         ArrayRef<Variant> variants, llvm::LLVMContext &llvmContext,
         llvm::TargetMachine &machine) {
  if (options.emit == EmitKind::Manifest && !manifest.target->hasDeviceCode())
    return std::unique_ptr<llvm::Module>();
  LoweringOptions lowering;
  lowering.targetDescription = options.targetDescription;
  lowering.tuningFile = options.tuningFile;
  lowering.bufferization = options.bufferization;
  lowering.checkBounds = options.checkBounds;
  lowering.device.archs.assign(options.cudaArchs.begin(),
                               options.cudaArchs.end());
  lowering.device.assembler = options.ptxas;
  std::unique_ptr<llvm::Module> code =
      compileToLLVM(module, manifest, variants, lowering, llvmContext, machine);
  if (!code)
    return failure();
  return code;
}

static void printText(const Manifest &manifest, const llvm::Module *code,
                      EmitKind kind, ArrayRef<Variant> variants,
                      llvm::raw_ostream &stream) {
  if (kind == EmitKind::LLVMIR)
    code->print(stream, nullptr);
  else if (kind == EmitKind::Manifest)
    printManifest(manifest, variants, stream);
  else
    stream << manifest.device->getText();
}

static bool isTextKind(EmitKind kind) {
  return kind == EmitKind::LLVMIR || kind == EmitKind::PTX ||
         kind == EmitKind::Manifest;
}

/// Everything after the input is read.
static int compile(ModuleOp module, const Options &options,
                   ArrayRef<Variant> variants) {
  std::vector<std::string> names(options.entries.begin(),
                                 options.entries.end());
  FailureOr<Manifest> manifest = buildManifest(module, names);
  if (failed(manifest))
    return EXIT_FAILURE;
  bool isText = isTextKind(options.emit);
  std::string path = options.output;
  if (path.empty() && isText)
    path = "-";
  if (path.empty() || (path == "-" && !isText))
    return reportToolError("expected an output file, as in '-o out.so'");

  std::string error;
  std::unique_ptr<llvm::TargetMachine> machine =
      createTargetMachine(options.cpu, error);
  if (!machine)
    return reportToolError(error);
  manifest->processor = describeProcessor(module, *machine);
  manifest->numerics = options.numerics;
  manifest->target = lookupTarget(options.target);
  llvm::LLVMContext llvmContext;
  FailureOr<std::unique_ptr<llvm::Module>> code =
      makeCode(module, *manifest, options, variants, llvmContext, *machine);
  if (failed(code))
    return EXIT_FAILURE;
  if (path == "-") {
    printText(*manifest, code->get(), options.emit, variants, llvm::outs());
    return EXIT_SUCCESS;
  }
  OutputFile file(path);
  if (failed(file.open(error)))
    return reportToolError(error);
  if (isText)
    printText(*manifest, code->get(), options.emit, variants, file.getStream());
  else if (failed(emitBinary(**code, *machine, options.emit == EmitKind::Object,
                             file, path, error)))
    return reportToolError(error);
  if (failed(file.commit(error, /*isExecutable=*/!isText)))
    return reportToolError(error);
  return EXIT_SUCCESS;
}

/// Names the arguments of functions as the text does: the parser forgets what
/// stands behind a '%'.
static void nameArguments(const AsmParserState &state) {
  for (const AsmParserState::BlockDefinition &block : state.getBlockDefs()) {
    if (!block.block->isEntryBlock() ||
        !isa_and_nonnull<func::FuncOp>(block.block->getParentOp()))
      continue;
    for (auto [argument, definition] :
         llvm::zip(block.block->getArguments(), block.arguments)) {
      llvm::SMRange range = definition.loc;
      StringRef text(range.Start.getPointer(),
                     range.End.getPointer() - range.Start.getPointer());
      if (text.consume_front("%") && !isa<NameLoc>(argument.getLoc()))
        argument.setLoc(NameLoc::get(
            StringAttr::get(argument.getContext(), text), argument.getLoc()));
    }
  }
}

/// Reads text or bytecode.
static OwningOpRef<ModuleOp> parse(std::shared_ptr<llvm::SourceMgr> sources,
                                   MLIRContext &context) {
  ParserConfig config(&context);
  const llvm::MemoryBuffer *buffer =
      sources->getMemoryBuffer(sources->getMainFileID());
  if (isBytecode(buffer->getMemBufferRef()))
    return parseSourceFile<ModuleOp>(sources, config);
  auto location = FileLineColLoc::get(&context, buffer->getBufferIdentifier(),
                                      /*line=*/0, /*column=*/0);
  Block block;
  AsmParserState state;
  if (failed(parseAsmSourceFile(*sources, &block, config, &state)))
    return nullptr;
  nameArguments(state);
  return mlir::detail::constructContainerOpForParserIfNecessary<ModuleOp>(
      &block, &context, location);
}

int conorm::compileMain(int argc, char **argv, DialectRegistry &registry) {
  initTool(argc, argv, "conorm-compile");
  llvm::InitLLVM init(argc, argv);
  Options options;
  registerPassManagerCLOptions();
  cl::HideUnrelatedOptions(options.category);
  cl::ParseCommandLineOptions(argc, argv,
                              "Compiles a module on tensors ahead of time\n");
  std::string error;
  if (failed(checkNamedFiles(argc, argv, findRuntimeLibrary(error))))
    return EXIT_FAILURE;

  if (!lookupTarget(options.target))
    return reportToolError("expected --target=" + getTargetNames() +
                           ", found '" + options.target + "'");
  if (options.emit == EmitKind::PTX &&
      !lookupTarget(options.target)->hasDeviceCode())
    return reportToolError("expected a target with device code for --emit=ptx, "
                           "found --target=" +
                           options.target);
  SmallVector<Variant> variants;
  for (Variant variant : options.variants) {
    if (llvm::is_contained(variants, variant))
      return reportToolError("expected each variant once, found '" +
                             getVariantName(variant) + "' twice");
    variants.push_back(variant);
  }
  if (variants.empty())
    variants.push_back(Variant::Fused);

  auto sources = std::make_shared<llvm::SourceMgr>();
  std::unique_ptr<llvm::MemoryBuffer> buffer =
      openInputFile(options.input, &error);
  if (!buffer)
    return reportToolError(error);
  sources->AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  printFusionSummary(registry, "conorm-compile");
  MLIRContext context(registry);
  // An error about a module would print all of it.
  context.printOpOnDiagnostic(false);
  SourceMgrDiagnosticHandler diagnostics(*sources, &context);
  if (failed(options.remarks.enable(context)))
    return EXIT_FAILURE;
  OwningOpRef<ModuleOp> module = parse(sources, context);
  if (!module)
    return EXIT_FAILURE;
  return compile(*module, options, variants);
}
