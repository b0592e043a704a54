//===- Module.cpp - Loading of compiled artifacts -------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Module.h"

#include "Processor.h"
#include "api/Context.h"
#include "support/Names.h"

#include <dlfcn.h>

#include <atomic>
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
            module.path + " is not a conorm artifact: expected the "
                          "symbol '" CONORM_MANIFEST_SYMBOL "', found none"};
  Error error = readManifest(data, module);
  if (!error && !module.isInspected)
    error = checkProcessor(module);
  if (error)
    error.message = module.path + ": " + error.message;
  return error;
}

} // namespace

conorm_module::~conorm_module() {
  if (handle)
    dlclose(handle);
}

Error conorm::rt::notOpen(const char *function, const conorm_module *module) {
  return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                   "%s: expected an open module, found %s", function,
                   module ? "one that was closed" : "a null pointer");
}

Error conorm::rt::checkRunnable(const conorm_module &module) {
  if (!module.isInspected)
    return {};
  return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                   "%s: expected a module from conorm_module_open, found one "
                   "from conorm_module_inspect, whose entries are not run",
                   module.path.c_str());
}

Error conorm::rt::checkBackend(const conorm_module &module, uint32_t backend) {
  if (module.manifest.backend == backend)
    return {};
  return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                   "%s: expected a context of the %s backend, found one of the "
                   "%s backend",
                   module.path.c_str(),
                   enumName<conorm_backend>(module.manifest.backend),
                   enumName<conorm_backend>(backend));
}

Error conorm::rt::checkProcessor(const conorm_module &module) {
  const conorm_manifest &manifest = module.manifest;
  if (!manifest.processor_features)
    return {};
  FeatureCheck check = checkFeatures(manifest.processor_features);
  if (check.missing.empty() && check.unknown.empty())
    return {};
  std::string message = "expected a processor that runs code for ";
  message += manifest.processor ? manifest.processor : "another processor";
  message += ", found " + processorName();
  if (!check.missing.empty())
    message += ", which lacks " + check.missing;
  if (!check.unknown.empty())
    message += (check.missing.empty() ? ", and " : "; ") +
               ("this runtime cannot look for " + check.unknown);
  return {CONORM_ERROR_UNSUPPORTED, message};
}

/// Makes a live module of what `fill` reads.
template <typename Fill>
static conorm_status make(conorm_module **out, char *message,
                          size_t messageSize, Fill fill) {
  *out = nullptr;
  copyMessage("", message, messageSize);
  try {
    static std::atomic<uint64_t> last{0};
    auto module = std::make_unique<conorm_module>();
    module->serial = ++last;
    Error error = fill(*module);
    if (!error)
      error =
          addHandle(Handle::Module, module.get(), destroyObject<conorm_module>);
    if (error) {
      copyMessage(error.message, message, messageSize);
      return error.code;
    }
    *out = module.release();
    return CONORM_OK;
  } catch (const std::bad_alloc &) {
    copyMessage("out of memory while loading an artifact", message,
                messageSize);
    return CONORM_ERROR_RESOURCE;
  }
}

static conorm_status refuse(const char *function, const char *expected,
                            char *message, size_t messageSize) {
  copyMessage(std::string(function) + ": expected " + expected +
                  " and a place for the module, found none",
              message, messageSize);
  return CONORM_ERROR_INVALID_ARGUMENT;
}

static conorm_status open(const char *function, const char *path, bool inspect,
                          conorm_module **out, char *message,
                          size_t messageSize) {
  if (!out || !path || !*path)
    return refuse(function, "a path", message, messageSize);
  return make(out, message, messageSize, [&](conorm_module &module) {
    module.isInspected = inspect;
    return load(path, module);
  });
}

extern "C" conorm_status conorm_module_open(const char *path,
                                            conorm_module **out, char *message,
                                            size_t messageSize) {
  return open("conorm_module_open", path, /*inspect=*/false, out, message,
              messageSize);
}

extern "C" conorm_status conorm_module_inspect(const char *path,
                                               conorm_module **out,
                                               char *message,
                                               size_t messageSize) {
  return open("conorm_module_inspect", path, /*inspect=*/true, out, message,
              messageSize);
}

extern "C" conorm_status
conorm_module_from_manifest(const conorm_manifest *manifest,
                            conorm_module **out, char *message,
                            size_t messageSize) {
  if (!out || !manifest)
    return refuse("conorm_module_from_manifest", "a manifest", message,
                  messageSize);
  return make(out, message, messageSize, [&](conorm_module &module) {
    module.path = "the manifest in memory";
    Error error = readManifest(manifest, module);
    return error ? error : checkProcessor(module);
  });
}

extern "C" void conorm_module_close(conorm_module *module) {
  removeHandle(Handle::Module, module);
}

extern "C" const conorm_manifest *
conorm_module_manifest(const conorm_module *module) {
  HandleUse use(Handle::Module, module);
  return use ? &module->manifest : nullptr;
}

extern "C" const conorm_entry *conorm_module_find(const conorm_module *module,
                                                  const char *name,
                                                  uint32_t variant) {
  HandleUse use(Handle::Module, module);
  if (!use)
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

/// Before the ranks meet for the groups: none of their calls waits for this one
/// then.
static Error loadProgram(const conorm_module &module, conorm_context &context) {
  if (!context.calls || !module.programKey)
    return success();
  Device &device = context.calls->device;
  Error error = device.load(module.programKey, module.serial, module.program);
  if (error)
    error.message = module.path + ": " + error.message;
  return error;
}

extern "C" conorm_status conorm_module_bind(const conorm_module *module,
                                            conorm_context *context) {
  ContextUse contextUse(context);
  HandleUse moduleUse(Handle::Module, module);
  if (!contextUse)
    return CONORM_ERROR_INVALID_ARGUMENT;
  if (!moduleUse) {
    failContext(context, notOpen("conorm_module_bind", module));
    return CONORM_ERROR_INVALID_ARGUMENT;
  }
  if (Error error = checkRunnable(*module))
    return failContext(context, error);
  if (Error error = checkBackend(*module, context->backendKind))
    return failContext(context, error);
  if (Error error = guarded([&] { return loadProgram(*module, *context); }))
    return failContext(context, error);
  if (module->groups.empty())
    return conorm_context_status(context);
  return conorm_context_add_groups(context, module->groups.data(),
                                   module->groups.size());
}
