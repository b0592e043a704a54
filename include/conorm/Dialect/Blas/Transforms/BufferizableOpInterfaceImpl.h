//===- BufferizableOpInterfaceImpl.h -  -------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_DIALECT_BLAS_TRANSFORMS_BUFFERIZABLEOPINTERFACEIMPL_H
#define CONORM_DIALECT_BLAS_TRANSFORMS_BUFFERIZABLEOPINTERFACEIMPL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace conorm::blas {

/// Registers how `blas` operations bufferize: each result takes its
/// destination.
void registerBufferizableOpInterfaceExternalModels(
    mlir::DialectRegistry &registry);

} // namespace conorm::blas

#endif // CONORM_DIALECT_BLAS_TRANSFORMS_BUFFERIZABLEOPINTERFACEIMPL_H
