//===- Evaluator.h - What a program means -----------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Evaluates the source of a module, operation by operation, as it was parsed.
// No pass, pattern or folder has a part in it, so that it finds what is wrong
// in all compiled variants alike. Operations of comm and norm call the runtime.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_TOOLS_CONORM_FUZZ_EVALUATOR_H
#define CONORM_TOOLS_CONORM_FUZZ_EVALUATOR_H

#include "Data.h"
#include "Scalars.h"

#include "conorm-runtime/conorm.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

namespace conorm::fuzz {

/// A tensor, or a scalar, which has no dimensions.
struct Datum {
  mlir::Type element;
  std::vector<int64_t> shape;
  std::vector<Bits> bits;
};
/// Values are never changed, so that many names may have one.
using DatumRef = std::shared_ptr<const Datum>;
using Data = llvm::SmallVector<DatumRef>;

/// A module as the evaluator reads it. Several ranks may do that at once: what
/// would make attributes of the context is made in advance.
class Program {
public:
  explicit Program(mlir::ModuleOp module);

  /// Why the module cannot be evaluated; empty if it can.
  const std::string &getReason() const { return reason; }

  mlir::func::FuncOp lookup(llvm::StringRef name) const {
    return functions.lookup(name);
  }
  /// The maps of a linalg operation.
  llvm::ArrayRef<mlir::AffineMap> getMaps(mlir::Operation *op) const {
    return maps.find(op)->second;
  }

private:
  llvm::StringMap<mlir::func::FuncOp> functions;
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::AffineMap>> maps;
  std::string reason;
};

/// Evaluates functions on one rank.
class Evaluator {
public:
  Evaluator(const Program &program, llvm::ArrayRef<conorm_group> groups,
            conorm_context *context)
      : program(program), groups(groups), context(context) {}

  /// Calls an entry. Argument and result descriptions are the manifest's.
  std::vector<Buffer> call(const conorm_entry &entry,
                           llvm::ArrayRef<Buffer> arguments);

private:
  using Environment = llvm::DenseMap<mlir::Value, DatumRef>;

  Data call(mlir::func::FuncOp function, llvm::ArrayRef<DatumRef> arguments);
  /// Runs a block; returns what its terminator takes.
  Data run(mlir::Block &block, llvm::ArrayRef<DatumRef> arguments,
           Environment &values);
  Data run(mlir::Operation *op, Environment &values);
  Data runControlFlow(mlir::Operation *op, Environment &values);
  Data runLoop(mlir::Operation *op, Environment &values);
  DatumRef runTensor(mlir::Operation *op, Environment &values);
  DatumRef runElementwise(mlir::Operation *op, Environment &values);
  Data runLinalg(mlir::Operation *op, Environment &values);

  // EvaluatorRuntime.cpp
  Data runRuntime(mlir::Operation *op, Environment &values);
  DatumRef reduce(mlir::Operation *op, const Datum &input);
  DatumRef scatterGather(mlir::Operation *op, const Datum &input);
  Data norm(mlir::Operation *op, Environment &values);
  Data quantize(mlir::Operation *op, Environment &values);
  const conorm_group &getGroup(mlir::Operation *op);

  const Program &program;
  llvm::ArrayRef<conorm_group> groups;
  conorm_context *context;
};

/// Whether `runRuntime` knows the operation.
bool isRuntimeOperation(mlir::Operation *op);

/// An element in memory, as the runtime has it.
Bits loadElement(const unsigned char *at, uint32_t type);

} // namespace conorm::fuzz

#endif // CONORM_TOOLS_CONORM_FUZZ_EVALUATOR_H
