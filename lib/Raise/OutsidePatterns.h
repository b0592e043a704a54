//===- OutsidePatterns.h - Patterns from outside ----------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How raising and fusion keep the patterns that other compilers register.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_OUTSIDEPATTERNS_H
#define CONORM_LIB_RAISE_OUTSIDEPATTERNS_H

#include "mlir/IR/DialectInterface.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/DenseSet.h"

namespace conorm::raise {

/// The operations at which patterns from outside are rooted.
class OutsideRoots {
public:
  /// Adds those of `patterns`.
  void add(mlir::RewritePatternSet &patterns);

  bool isEmpty() const { return !any && kinds.empty(); }
  bool contains(mlir::Operation *op) const {
    return any || kinds.contains(op->getName());
  }

private:
  /// A pattern may be rooted at an operation of any kind.
  bool any = false;
  llvm::DenseSet<mlir::OperationName> kinds;
};

/// Adds the patterns that were registered for raising to `patterns`, and
/// returns their roots.
OutsideRoots populateOutsideRaisePatterns(mlir::RewritePatternSet &patterns);

/// Moves `added` to `patterns`, and their roots to `roots`.
void addOutsidePatterns(mlir::RewritePatternSet &patterns,
                        mlir::RewritePatternSet added, OutsideRoots &roots);

/// The functions of type `PopulateT` that were registered for a context;
/// `DialectT` keeps them.
template <typename DialectT, typename PopulateT>
class OutsidePatterns : public mlir::DialectInterface::Base<
                            OutsidePatterns<DialectT, PopulateT>> {
public:
  OutsidePatterns(mlir::Dialect *dialect)
      : mlir::DialectInterface::Base<OutsidePatterns>(dialect) {}

  static void registerIn(mlir::DialectRegistry &registry, PopulateT populate) {
    // A function that is registered twice is one extension.
    registry.addExtension(mlir::TypeID::getFromOpaquePointer(
                              reinterpret_cast<const void *>(populate)),
                          std::make_unique<Extension>(populate));
  }

  static llvm::ArrayRef<PopulateT> get(mlir::MLIRContext *context) {
    auto *dialect = context->getLoadedDialect<DialectT>();
    auto *outside =
        dialect ? dialect->template getRegisteredInterface<OutsidePatterns>()
                : nullptr;
    return outside ? llvm::ArrayRef<PopulateT>(outside->populate)
                   : llvm::ArrayRef<PopulateT>();
  }

private:
  /// Puts one function there when the dialect is loaded.
  class Extension : public mlir::DialectExtension<Extension, DialectT> {
  public:
    Extension(PopulateT populate) : populate(populate) {}

    void apply(mlir::MLIRContext *, DialectT *dialect) const override {
      if (!dialect->template getRegisteredInterface<OutsidePatterns>())
        dialect->template addInterfaces<OutsidePatterns>();
      dialect->template getRegisteredInterface<OutsidePatterns>()
          ->populate.push_back(populate);
    }

  private:
    PopulateT populate;
  };

  llvm::SmallVector<PopulateT, 1> populate;
};

} // namespace conorm::raise

#endif // CONORM_LIB_RAISE_OUTSIDEPATTERNS_H
