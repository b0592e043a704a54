//===- ToolMain.cpp - Programs that link LLVM -----------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Tools/ToolMain.h"

#include "conorm/Tools/NamedFiles.h"
#include "conorm/Tools/OutputFile.h"
#include "conorm/Tools/Process.h"

#include "conorm-runtime/version.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/StringSaver.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace conorm;
namespace cl = llvm::cl;

static const char *toolName = "conorm";
static ArrayRef<const char *> givenArguments;

static void printVersion(raw_ostream &stream) {
  stream << toolName << " " CONORM_VERSION "\nC ABI "
         << CONORM_ABI_VERSION_MAJOR << "." << CONORM_ABI_VERSION_MINOR
         << "\nLLVM " LLVM_VERSION_STRING "\n";
}

static void flushOutput() {
  llvm::raw_fd_ostream &stream = llvm::outs();
  stream.flush();
  if (!stream.has_error())
    return;
  std::string reason = stream.error().message();
  stream.clear_error();
  exitOnFailedOutput(reason);
}

void conorm::initTool(int &argc, char **&argv, const char *name) {
  initProcess(name);
  toolName = name;
  // LLVM installs its handlers once, here.
  llvm::sys::PrintStackTraceOnErrorSignal(argv[0]);
  reclaimSignals();
  cl::SetVersionPrinter(printVersion);
  // Made now, so that it is flushed before it is destroyed.
  llvm::outs();
  std::atexit(flushOutput);

  givenArguments = ArrayRef<const char *>(argv, argc);
  static llvm::BumpPtrAllocator allocator;
  static SmallVector<const char *> arguments(argv, argv + argc);
  llvm::StringSaver saver(allocator);
  cl::ExpandResponseFiles(saver, cl::TokenizeGNUCommandLine, arguments);
  argc = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  argv = const_cast<char **>(arguments.data());
}

int conorm::reportToolError(const llvm::Twine &message) {
  llvm::WithColor::error(llvm::errs(), toolName) << message << "\n";
  return EXIT_FAILURE;
}

LogicalResult conorm::checkNamedFiles(int argc, char **argv,
                                      ArrayRef<std::string> moreInputs) {
  NamedFiles files = findNamedFiles(ArrayRef<const char *>(argv, argc));
  llvm::append_range(files.inputs, moreInputs);
  for (StringRef argument : givenArguments.drop_front())
    if (argument.consume_front("@"))
      files.inputs.push_back(argument.str());
  std::string error = findOverwrittenFile(files);
  return success(error.empty() || !reportToolError(error));
}

int conorm::optMain(int argc, char **argv, DialectRegistry &registry) {
  initTool(argc, argv, "conorm-opt");
  llvm::InitLLVM init(argc, argv);
  auto [inputName, outputName] = registerAndParseCLIOptions(
      argc, argv, "Conorm optimizer driver\n", registry);
  auto config = MlirOptMainConfig::createFromCLOptions();
  if (failed(checkNamedFiles(argc, argv)))
    return EXIT_FAILURE;
  if (outputName == "-" || config.shouldShowDialects() ||
      config.shouldListPasses())
    return asMainReturnCode(
        MlirOptMain(argc, argv, inputName, outputName, registry));

  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> input = openInputFile(inputName, &error);
  if (!input)
    return reportToolError(error);
  OutputFile output(outputName);
  if (failed(output.open(error)))
    return reportToolError(error);
  if (failed(
          MlirOptMain(output.getStream(), std::move(input), registry, config)))
    return EXIT_FAILURE;
  return failed(output.commit(error)) ? reportToolError(error) : EXIT_SUCCESS;
}

/// The argument that holds the output's path, and where in it that begins.
static std::pair<int, size_t> findOutput(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    StringRef argument(argv[i]), option = argument.ltrim('-');
    if (argument.size() == option.size())
      continue;
    if (option == "o" && i + 1 < argc)
      return {i + 1, 0};
    if (option.starts_with("o="))
      return {i, argument.find('=') + 1};
  }
  return {0, 0};
}

int conorm::reduceMain(int argc, char **argv, DialectRegistry &registry) {
  initTool(argc, argv, "conorm-reduce");
  MLIRContext context(registry);
  if (failed(checkNamedFiles(argc, argv)))
    return EXIT_FAILURE;
  auto [index, begin] = findOutput(argc, argv);
  StringRef path = index ? StringRef(argv[index]).drop_front(begin) : "-";
  if (path.empty() || path == "-")
    return asMainReturnCode(mlirReduceMain(argc, argv, context));

  std::string error;
  OutputFile output(path);
  if (failed(output.open(error)))
    return reportToolError(error);
  std::string argument =
      (StringRef(argv[index]).take_front(begin) + output.getTemporary()).str();
  argv[index] = argument.data();
  if (failed(mlirReduceMain(argc, argv, context)))
    return EXIT_FAILURE;
  return failed(output.commit(error)) ? reportToolError(error) : EXIT_SUCCESS;
}

int conorm::lspServerMain(int argc, char **argv, DialectRegistry &registry) {
  initTool(argc, argv, "conorm-lsp-server");
  return asMainReturnCode(MlirLspServerMain(argc, argv, registry));
}
