//===- Emit.cpp - Objects and shared objects ------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Target/Compile.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

#include <cfenv>
#include <dlfcn.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <unistd.h>
#include <unwind.h>

using namespace llvm;

//===----------------------------------------------------------------------===//
// Processor
//===----------------------------------------------------------------------===//

/// What an artifact may use where nothing is said, so that it runs on more than
/// the machine that made it.
static std::string getBaseline(const Triple &triple) {
  if (triple.getArch() != Triple::x86_64)
    return "generic";
  StringMap<bool> features = sys::getHostCPUFeatures();
  for (StringRef feature : {"avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt",
                            "movbe", "popcnt", "sse4.2"})
    if (!features.lookup(feature))
      return "x86-64";
  return "x86-64-v3";
}

std::unique_ptr<TargetMachine> conorm::createTargetMachine(StringRef cpu,
                                                           std::string &error) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  Triple triple(sys::getDefaultTargetTriple());
  const llvm::Target *target = TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return nullptr;
  std::string name = cpu.str(), features;
  if (cpu.empty()) {
    name = getBaseline(triple);
  } else if (cpu == "native") {
    name = sys::getHostCPUName().str();
    for (const auto &feature : sys::getHostCPUFeatures())
      features += (features.empty() ? "" : ",") +
                  std::string(feature.second ? "+" : "-") +
                  feature.first().str();
  }
  std::unique_ptr<MCSubtargetInfo> known(
      target->createMCSubtargetInfo(triple, "", ""));
  if (!known->isCPUStringValid(name)) {
    error = "expected a processor of " + triple.str() +
            " or 'native', found '" + name + "'";
    return nullptr;
  }
  TargetOptions options;
  // No multiply and add may become one rounding.
  options.AllowFPOpFusion = FPOpFusion::Strict;
  return std::unique_ptr<TargetMachine>(
      target->createTargetMachine(triple, name, features, options, Reloc::PIC_,
                                  std::nullopt, CodeGenOptLevel::Default));
}

mlir::LogicalResult conorm::emitObject(Module &module, TargetMachine &machine,
                                       raw_pwrite_stream &stream,
                                       std::string &error) {
  legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr,
                                  CodeGenFileType::ObjectFile)) {
    error = "the target has no object files";
    return mlir::failure();
  }
  passes.run(module);
  stream.flush();
  return mlir::success();
}

//===----------------------------------------------------------------------===//
// Linking
//===----------------------------------------------------------------------===//

static constexpr const char *kRuntimeLibrary = "libConormRuntime.so.1";

/// Path of the library that holds `symbol`, as it is loaded here. Development
/// packages of the C library need not be installed.
static std::string findLibraryOf(const void *symbol) {
  Dl_info info;
  return dladdr(symbol, &info) && info.dli_fname ? info.dli_fname : "";
}

std::string conorm::findRuntimeLibrary(std::string &error) {
  static const char here = 0;
  SmallString<256> path(findLibraryOf(&here));
  sys::fs::make_absolute(path);
  sys::path::remove_filename(path);
  sys::path::append(path, kRuntimeLibrary);
  if (sys::fs::exists(path))
    return path.str().str();
  error = "expected the runtime library at " + path.str().str() +
          ", found no such file";
  return "";
}

static std::string findLinker() {
  for (const char *name : {"ld.lld", "mold", "ld"}) {
    if (ErrorOr<std::string> path = sys::findProgramByName(name))
      return *path;
    if (ErrorOr<std::string> path =
            sys::findProgramByName(name, {CONORM_LLVM_TOOLS_DIR}))
      return *path;
  }
  return "";
}

/// Runs a program; on failure its output is in `error`.
static mlir::LogicalResult runProgram(StringRef program,
                                      ArrayRef<std::string> arguments,
                                      std::string &error) {
  SmallString<128> log;
  if (std::error_code code =
          sys::fs::createTemporaryFile("conorm-link", "log", log)) {
    error = "cannot make a temporary file: " + code.message();
    return mlir::failure();
  }
  scope_exit removeLog([&] { sys::fs::remove(log); });
  SmallVector<StringRef> argv = {program};
  argv.append(arguments.begin(), arguments.end());
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(log),
                                          StringRef(log)};
  int status =
      sys::ExecuteAndWait(program, argv, std::nullopt, redirects, 0, 0, &error);
  if (status == 0)
    return mlir::success();
  std::string output;
  if (auto buffer = MemoryBuffer::getFile(log))
    output = (*buffer)->getBuffer().rtrim().str();
  // Of a crash, the reason says more than the linker's own state.
  output = StringRef(output).split("PLEASE submit a bug report").first.rtrim();
  error = "linker " + program.str() +
          " failed: " + (output.empty() ? error : output);
  return mlir::failure();
}

/// Why there is no room for a file of this size, if so. Linkers map what they
/// write, and many crash then.
static std::error_code findRoom(StringRef path, uint64_t bytes) {
  int file;
  if (std::error_code code =
          sys::fs::openFileForWrite(path, file, sys::fs::CD_OpenAlways))
    return code;
  int code = posix_fallocate(file, 0, static_cast<off_t>(bytes));
  close(file);
  return std::error_code(code, std::generic_category());
}

mlir::LogicalResult conorm::linkSharedObject(StringRef objectPath,
                                             StringRef outputPath,
                                             std::string &error) {
  std::string runtime = findRuntimeLibrary(error);
  if (runtime.empty())
    return mlir::failure();
  std::string linker = findLinker();
  if (linker.empty()) {
    error = "expected ld.lld, mold or ld in PATH, found none";
    return mlir::failure();
  }
  SmallVector<std::string> arguments = {"-shared",
                                        "-z",
                                        "defs",
                                        "-z",
                                        "noexecstack",
                                        "-z",
                                        "relro",
                                        "-z",
                                        "now",
                                        "--hash-style=gnu",
                                        "--build-id=none",
                                        "-o",
                                        outputPath.str(),
                                        objectPath.str(),
                                        "--no-as-needed",
                                        runtime,
                                        "--as-needed"};
  // Found through functions that sanitizers do not replace.
  for (const void *symbol :
       {reinterpret_cast<const void *>(&fegetround),
        reinterpret_cast<const void *>(&gnu_get_libc_version),
        reinterpret_cast<const void *>(&_Unwind_GetRegionStart)})
    if (std::string library = findLibraryOf(symbol); !library.empty())
      arguments.push_back(library);
  if (mlir::succeeded(runProgram(linker, arguments, error)))
    return mlir::success();
  // Headers, tables and padding are a few pages.
  uint64_t bytes = 0;
  sys::fs::file_size(objectPath, bytes);
  if (std::error_code code = findRoom(outputPath, bytes + (64 << 10)))
    error = "cannot write " + outputPath.str() + ": " + code.message();
  return mlir::failure();
}
