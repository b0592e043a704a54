//===- Module.h - A loaded artifact -----------------------------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_LIB_MODULE_MODULE_H
#define CONORM_RUNTIME_LIB_MODULE_MODULE_H

#include "support/Error.h"

#include "conorm-runtime/module.h"

#include <string>
#include <vector>

/// The manifest is copied into structures of this runtime's size, so that the
/// fields which an older artifact lacks read as zero for every later reader.
struct conorm_module {
  conorm_module() = default;
  ~conorm_module();
  conorm_module(const conorm_module &) = delete;
  conorm_module &operator=(const conorm_module &) = delete;

  /// Of the dynamic linker.
  void *handle = nullptr;
  std::string path;
  /// Opened to be read, not run.
  bool isInspected = false;
  conorm_manifest manifest = {};
  std::vector<conorm_entry> entries;
  std::vector<conorm_group> groups;
  /// Arguments and results of entry i at 2 * i and 2 * i + 1.
  std::vector<std::vector<conorm_value_desc>> values;
  /// A number that no other module has had.
  uint64_t serial = 0;
  /// What code names its program by: the artifact's own. The manifest's is a
  /// copy.
  const conorm_device_program *programKey = nullptr;
  conorm_device_program program = {};
  std::vector<conorm_device_image> images;
  std::vector<conorm_device_kernel> kernels;
  std::vector<conorm_device_global> globals;
};

namespace conorm::rt {

/// Checks, without mapping it, that `path` is a shared object that the dynamic
/// linker can load here: its own messages do not say what was expected, and a
/// truncated file makes it fault.
Error checkSharedObject(const std::string &path);

/// What a function says that was given a module which is not live.
Error notOpen(const char *function, const conorm_module *module);

/// Fills `module` from the manifest at `data`.
Error readManifest(const void *data, conorm_module &module);

/// The part of it that is for a device.
Error readProgram(conorm_module &module);

/// Checks that this processor runs the module's code.
Error checkProcessor(const conorm_module &module);

/// Checks that a module is for contexts of a conorm_backend.
Error checkBackend(const conorm_module &module, uint32_t backend);

/// Checks that a module's entries may be called.
Error checkRunnable(const conorm_module &module);

/// "2x?x8xbf16", or the type alone for a scalar.
std::string describeValue(const conorm_value_desc &desc);

/// The same for sizes found at run time.
std::string describeShape(const int64_t *shape, uint32_t rank, uint32_t type);

} // namespace conorm::rt

#endif // CONORM_RUNTIME_LIB_MODULE_MODULE_H
