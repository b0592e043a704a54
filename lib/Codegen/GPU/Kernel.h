//===- Kernel.h - One operation as a kernel ---------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A linalg operation on buffers while a kernel is made of it. The kernel takes
// a pointer for each buffer, and those sizes and strides that are not known
// when it is compiled. Its accesses are to pointers, so that they may be of
// several elements at once.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_CODEGEN_GPU_KERNEL_H
#define CONORM_LIB_CODEGEN_GPU_KERNEL_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace conorm {

/// Threads of a block.
constexpr int64_t kBlockSize = 256;

/// A buffer in a kernel.
struct KernelBuffer {
  mlir::MemRefType type;
  mlir::Value pointer;
  /// In elements, one for each dimension.
  llvm::SmallVector<mlir::OpFoldResult> strides;
};

/// Loops that run over memory in one go wherever they are used, and so are one.
struct KernelAxis {
  unsigned firstLoop = 0;
  unsigned numLoops = 1;
  mlir::OpFoldResult size;
};

/// The type that `element` has in memory; null if kernels have none for it.
/// Everything that LLVM has no type for, or that it converts by itself where
/// that is not meant, is an integer.
mlir::Type getStoredType(mlir::Type element);

/// Says at `op` why no kernel can be made of it, if so.
mlir::LogicalResult checkKernel(mlir::linalg::LinalgOp op);

/// The kernel of one operation and its launch. Schedules write its body.
class Kernel {
public:
  /// Makes a kernel without a body, in no module yet, and before `op` what its
  /// arguments are computed from.
  explicit Kernel(mlir::linalg::LinalgOp op);

  mlir::linalg::LinalgOp getOp() const { return op; }
  mlir::gpu::GPUFuncOp getFunction() const { return function; }
  /// Where the body is written, and where the launch is.
  mlir::ImplicitLocOpBuilder &getBody() { return body; }
  mlir::ImplicitLocOpBuilder &getHost() { return host; }

  /// The axes of the loops `first` up to `last`.
  llvm::SmallVector<KernelAxis> makeAxes(unsigned first, unsigned last);
  /// The number of points of some axes, in the kernel or on the host.
  mlir::OpFoldResult countPoints(llvm::ArrayRef<KernelAxis> axes);
  mlir::OpFoldResult countPointsOnHost(llvm::ArrayRef<KernelAxis> axes);

  /// Sets the values of all loops of `axes` to those of point `linear`.
  void setPoint(llvm::ArrayRef<KernelAxis> axes, mlir::Value linear);
  /// Sets the value of the loops of one axis.
  void setAxis(const KernelAxis &axis, mlir::Value value);
  mlir::Value getAxis(const KernelAxis &axis) const {
    return loops[axis.firstLoop + axis.numLoops - 1];
  }

  /// The address of an operand's element at the point that is set.
  mlir::Value getAddress(mlir::OpOperand &operand);
  /// The stride of an operand along an axis: 0 where it does not use it, none
  /// if it is not known or is not one number.
  std::optional<int64_t> getStride(mlir::OpOperand &operand,
                                   const KernelAxis &axis);
  const KernelBuffer *getBuffer(mlir::OpOperand &operand) const;

  mlir::Value load(mlir::Value address, mlir::Type element);
  void store(mlir::Value value, mlir::Value address);
  /// A value as it is in memory, and back.
  mlir::Value toStored(mlir::ImplicitLocOpBuilder &builder, mlir::Value value);
  mlir::Value fromStored(mlir::Value stored, mlir::Type element);

  /// The operand's element at the point that is set; an operand that is no
  /// buffer is itself.
  mlir::Value read(mlir::OpOperand &operand);
  /// A copy of the operation's body for the values of its operands. Returns
  /// what it yields.
  llvm::SmallVector<mlir::Value> cloneBody(mlir::ValueRange operands);

  mlir::Value getIndex(mlir::OpFoldResult number);
  mlir::Value constant(int64_t number);

  /// The number of this thread in the grid.
  mlir::Value getThread();

  /// `size` elements that the threads of a block share.
  mlir::Value addSharedSpace(mlir::Type element, int64_t size);

  /// Launches a block of threads for every `numPoints` points of `axes` in
  /// place of the operation. `kind` says what the kernel does.
  mlir::gpu::LaunchFuncOp launch(mlir::gpu::GPUModuleOp module,
                                 llvm::StringRef kind,
                                 llvm::ArrayRef<KernelAxis> axes,
                                 int64_t numPoints);

private:
  mlir::Value addParameter(mlir::Value value);
  mlir::OpFoldResult addNumber(mlir::OpFoldResult number);
  void addScalar(mlir::Value value);
  void addBuffer(mlir::Value value);
  bool areOneAxis(unsigned loop);
  static mlir::OpFoldResult
  multiply(mlir::ImplicitLocOpBuilder &builder,
           llvm::ArrayRef<mlir::OpFoldResult> numbers);
  mlir::Value getOffset(const KernelBuffer &buffer, mlir::ValueRange indices);
  mlir::Value getElement(const KernelBuffer &buffer, mlir::ValueRange indices);
  mlir::Value replaceAccess(mlir::Operation *inner, mlir::IRMapping &mapping);
  std::string makeName(llvm::StringRef kind);

  mlir::linalg::LinalgOp op;
  mlir::ImplicitLocOpBuilder host, body;
  mlir::gpu::GPUFuncOp function;
  /// The arguments of the launch; those of the kernel stand in the same order.
  llvm::SmallVector<mlir::Value> arguments;
  /// Buffers of operands, and of what the body reads by itself.
  llvm::MapVector<mlir::Value, KernelBuffer> buffers;
  llvm::SmallVector<mlir::OpFoldResult> hostSizes, sizes;
  /// What stands in the kernel for values of the host.
  mlir::IRMapping captured;
  /// The values of the loops at the point that is set.
  llvm::SmallVector<mlir::Value> loops;
};

} // namespace conorm

#endif // CONORM_LIB_CODEGEN_GPU_KERNEL_H
