//===- Module.cpp - Loading of compiled artefacts -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Module.h"

#include <dlfcn.h>

#include <cstring>
#include <memory>
#include <new>

using namespace conorm::rt;

namespace {

Error load(const char *path, conorm_module &module) {
  module.path = path;
  if (Error error = checkSharedObject(module.path))
    return error;
  // A name without a slash would be searched for in the library path.
  std::string file = std::strchr(path, '/') ? module.path : "./" + module.path;
  module.handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!module.handle) {
    const char *why = dlerror();
    return {CONORM_ERROR_MODULE,
            "cannot load " + module.path + ": " + (why ? why : "no reason")};
  }
  const void *data = dlsym(module.handle, CONORM_MANIFEST_SYMBOL);
  if (!data)
    return {CONORM_ERROR_MODULE,
            module.path + " is not a conorm artefact: expected the "
                          "symbol '" CONORM_MANIFEST_SYMBOL "', found none"};
  Error error = readManifest(data, module);
  if (error)
    error.message = module.path + ": " + error.message;
  return error;
}

} // namespace

extern "C" conorm_status conorm_module_open(const char *path,
                                            conorm_module **out, char *message,
                                            size_t messageSize) {
  if (!out || !path || !*path) {
    copyMessage("conorm_module_open: expected a path and a place for the "
                "module, found none",
                message, messageSize);
    return CONORM_ERROR_INVALID_ARGUMENT;
  }
  *out = nullptr;
  copyMessage("", message, messageSize);
  try {
    auto module = std::make_unique<conorm_module>();
    Error error = load(path, *module);
    if (error) {
      copyMessage(error.message, message, messageSize);
      conorm_module_close(module.release());
      return error.code;
    }
    *out = module.release();
    return CONORM_OK;
  } catch (const std::bad_alloc &) {
    copyMessage("out of memory while loading an artefact", message,
                messageSize);
    return CONORM_ERROR_RESOURCE;
  }
}

extern "C" void conorm_module_close(conorm_module *module) {
  if (!module)
    return;
  if (module->handle)
    dlclose(module->handle);
  delete module;
}

extern "C" const conorm_manifest *
conorm_module_manifest(const conorm_module *module) {
  return module ? &module->manifest : nullptr;
}

extern "C" const conorm_entry *conorm_module_find(const conorm_module *module,
                                                  const char *name,
                                                  uint32_t variant) {
  if (!module)
    return nullptr;
  const conorm_entry *found = nullptr;
  for (const conorm_entry &entry : module->entries) {
    if (entry.variant != variant ||
        (name && std::strcmp(entry.name, name) != 0))
      continue;
    if (found)
      return nullptr;
    found = &entry;
  }
  return found;
}

extern "C" conorm_status conorm_module_bind(const conorm_module *module,
                                            conorm_context *context) {
  if (!module || !context)
    return CONORM_ERROR_INVALID_ARGUMENT;
  if (module->groups.empty())
    return conorm_context_status(context);
  return conorm_context_add_groups(context, module->groups.data(),
                                   module->groups.size());
}
