//===- ManifestBuilder.h - The manifest in LLVM IR --------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_TARGET_MANIFESTBUILDER_H
#define CONORM_LIB_TARGET_MANIFESTBUILDER_H

#include "conorm/Target/Compile.h"

namespace conorm {

/// Adds `void(conorm_context *, void *const *args, void *results)` around the
/// C interface of an entry. It stays internal: only the manifest names it.
/// Returns its name, which differs from one variant to another.
std::string addEntryWrapper(llvm::Module &module, const ManifestEntry &entry,
                            Variant variant);

/// Adds the constant `conorm_manifest`. All wrappers are in the module.
void addManifest(llvm::Module &module, const Manifest &manifest,
                 llvm::ArrayRef<Variant> variants);

} // namespace conorm

#endif // CONORM_LIB_TARGET_MANIFESTBUILDER_H
