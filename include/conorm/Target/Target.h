//===- Target.h - What programs are compiled for ----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// What differs between the kinds of devices that programs run on. Each has a
// folder in lib/Target that implements the one interface; pipelines and
// programs find it by its name and ask nothing else.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TARGET_TARGET_H
#define CONORM_TARGET_TARGET_H

#include "conorm/Dialect/Comm/IR/CommAttrs.h"
#include "conorm/Support/Numerics.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

#include <memory>
#include <string>
#include <vector>

namespace conorm {

/// What of a program lies on its devices, as `conorm_device_program` has it.
/// Kernels and globals are named by index in the code through constants, whose
/// symbols are here.
struct DeviceProgram {
  struct Image {
    /// A conorm_image_kind.
    uint32_t kind = 0;
    /// Ten times the compute capability.
    uint32_t arch = 0;
    /// conorm_image_flags, combined.
    uint32_t flags = 0;
    std::string data;
  };
  struct Kernel {
    std::string name;
    uint32_t numParams = 0;
  };

  std::vector<Image> images;
  std::vector<Kernel> kernels;
  /// The image that is text; empty if there is none.
  llvm::StringRef getText() const;
};

/// How device code is made.
struct DeviceOptions {
  /// The architectures that it is for; the target's default if empty.
  std::vector<std::string> archs;
  /// The program that makes machine code; searched for if empty, and not run if
  /// "none".
  std::string assembler;
};

/// The device code of a program while its variants are compiled.
class DeviceCode {
public:
  virtual ~DeviceCode() = default;

  /// Moves what runs on devices here from a module in the LLVM dialect.
  virtual mlir::LogicalResult take(mlir::ModuleOp module) = 0;

  /// Compiles everything that was taken. Emits errors and notes at `loc`.
  virtual mlir::FailureOr<DeviceProgram> compile(mlir::Location loc) = 0;
};

/// How buffers become code.
struct CodegenSettings {
  /// Makes an access out of bounds an error of the context.
  bool checkBounds = false;
  Numerics numerics = Numerics::Exact;
};

class Target {
public:
  virtual ~Target() = default;

  /// The back end of the runtime that programs run on.
  virtual comm::Backend getBackend() const = 0;
  virtual llvm::StringRef getDescription() const = 0;
  llvm::StringRef getName() const {
    return comm::stringifyBackend(getBackend());
  }

  /// Says at the operation why a fused module on tensors cannot be compiled,
  /// if so, and prepares it for bufferization.
  virtual void addTensorPasses(mlir::OpPassManager &manager) const = 0;

  /// From `comm`, `norm` and linalg operations on buffers to code that is
  /// converted operation by operation.
  virtual void addBufferPasses(mlir::OpPassManager &manager,
                               const CodegenSettings &settings) const = 0;

  /// Whether what a call allocates and does not free is taken back when it
  /// ends. Then only what is freed by one operation is freed at all.
  virtual bool freesAtEnd() const { return false; }

  virtual bool hasDeviceCode() const { return false; }
  /// Collects device code. Null, without an error, if the target has none.
  virtual mlir::FailureOr<std::unique_ptr<DeviceCode>>
  createDeviceCode(const DeviceOptions &options, mlir::Location loc) const = 0;
};

/// All targets; the first is the default.
llvm::ArrayRef<const Target *> getTargets();

/// The target of that name, null if there is none.
const Target *lookupTarget(llvm::StringRef name);

/// Makes the names of all targets values of an option, as `llvm::cl::values`
/// does.
struct TargetValues {
  template <typename Opt>
  void apply(Opt &option) const {
    for (const Target *target : getTargets())
      option.getParser().addLiteralOption(target->getName(), target,
                                          target->getDescription());
  }
};

} // namespace conorm

#endif // CONORM_TARGET_TARGET_H
