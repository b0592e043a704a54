//===- Compile.h - Ahead-of-time compilation --------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From a module on tensors to an object, a shared object or LLVM IR. It is part
// of libConorm.so: all of LLVM that it needs is in the one libLLVM.so that the
// dialects load anyway, so that it costs their users nothing.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TARGET_COMPILE_H
#define CONORM_TARGET_COMPILE_H

#include "conorm/Bufferization/Passes.h"
#include "conorm/Support/Numerics.h"
#include "conorm/Target/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <optional>
#include <string>
#include <vector>

namespace llvm {
class LLVMContext;
class Module;
class TargetMachine;
class raw_ostream;
class raw_pwrite_stream;
} // namespace llvm

namespace conorm {

/// One argument or result of an entry.
struct ManifestValue {
  bool isTensor = false;
  /// A conorm_type.
  uint32_t elementType = 0;
  /// conorm_value_flags.
  uint32_t flags = 0;
  /// ShapedType::kDynamic where unknown.
  std::vector<int64_t> shape;
  /// Of an argument, as its location (a NameLoc) has it; empty if it has none.
  std::string name;
};

/// A function that callers of the artifact may call.
struct ManifestEntry {
  std::string name;
  std::vector<ManifestValue> args;
  std::vector<ManifestValue> results;
};

/// A comm.group that the module uses.
struct ManifestGroup {
  std::string name;
  uint32_t groupSize = 0;
  /// Rows of replica_groups; 0 where there is none.
  uint32_t numGroups = 0;
  std::vector<int64_t> ranks;
};

/// What the code needs of the processor that runs it.
struct ManifestProcessor {
  /// As LLVM names it.
  std::string name;
  /// LLVM's names of extensions; none where nothing is recorded.
  std::optional<std::vector<std::string>> features;
};

/// What the manifest says of a module.
struct Manifest {
  std::vector<ManifestEntry> entries;
  std::vector<ManifestGroup> groups;
  ManifestProcessor processor;
  /// Which bits the calls of the code keep.
  Numerics numerics = Numerics::Exact;
  /// What the code is for.
  const Target *target = getTargets().front();
  /// What of it lies on devices, if anything does.
  std::optional<DeviceProgram> device;
};

/// A conorm_variant with its name on the command line.
enum class Variant : uint32_t { Fused = 0, Unfused = 1 };
llvm::StringRef getVariantName(Variant variant);

/// Reads the manifest off a module on tensors. `names` are the entries; if
/// empty, every public function with a body is one. Emits located errors for
/// what the manifest cannot say.
mlir::FailureOr<Manifest> buildManifest(mlir::ModuleOp module,
                                        llvm::ArrayRef<std::string> names);

/// What code for `module` from `machine` may need: on x86-64 the extensions
/// that the code generator makes use of, beyond those that all processors of
/// the architecture have.
ManifestProcessor describeProcessor(mlir::ModuleOp module,
                                    const llvm::TargetMachine &machine);

/// Prints the manifest, as it will be for `variants`, as JSON.
void printManifest(const Manifest &manifest, llvm::ArrayRef<Variant> variants,
                   llvm::raw_ostream &stream);

/// How a module is lowered; the pipeline `conorm-to-llvm` has the same options.
struct LoweringOptions {
  /// By what the strategies of collectives are chosen.
  std::string targetDescription;
  std::string tuningFile;
  /// What decides which buffers are overwritten.
  BufferAnalysis bufferization = BufferAnalysis::Linear;
  /// Makes an access out of bounds an error of the context.
  bool checkBounds = false;
  DeviceOptions device;
};

/// Lowers a copy of `module` once for each variant and joins the results to one
/// optimized LLVM module that exports `conorm_manifest` alone. The manifest
/// says which bits are kept and for which target; device code is added to it.
std::unique_ptr<llvm::Module>
compileToLLVM(mlir::ModuleOp module, Manifest &manifest,
              llvm::ArrayRef<Variant> variants, const LoweringOptions &lowering,
              llvm::LLVMContext &llvmContext, llvm::TargetMachine &machine);

/// Code generator for `cpu` on this machine's architecture. An empty name means
/// the portable baseline: x86-64-v3 where this machine has that much, else
/// x86-64; elsewhere `generic`. "native" is exactly this machine. Null, with a
/// message in `error`, if there is no such processor.
std::unique_ptr<llvm::TargetMachine> createTargetMachine(llvm::StringRef cpu,
                                                         std::string &error);

/// Writes an object. Whether the stream could be written is the caller's to
/// check.
mlir::LogicalResult emitObject(llvm::Module &module,
                               llvm::TargetMachine &machine,
                               llvm::raw_pwrite_stream &stream,
                               std::string &error);

/// The runtime library, which artifacts are linked against: it lies beside the
/// library that this code is in. Empty, with a message, if it is not there.
std::string findRuntimeLibrary(std::string &error);

/// Links an object into a shared object that needs the runtime library.
mlir::LogicalResult linkSharedObject(llvm::StringRef objectPath,
                                     llvm::StringRef outputPath,
                                     std::string &error);

/// The program conorm-compile. The registry holds all dialects that the input
/// may use.
int compileMain(int argc, char **argv, mlir::DialectRegistry &registry);

} // namespace conorm

#endif // CONORM_TARGET_COMPILE_H
