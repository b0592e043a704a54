//===- Describe.cpp - What an artifact says of itself ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Describe.h"

#include "Artifact.h"
#include "Compilation.h"
#include "Json.h"
#include "Report.h"
#include "RunError.h"

#include "support/Names.h"

#include <algorithm>
#include <cstdio>

using conorm::rt::enumName;
using namespace conorm::run;

namespace {

/// A module that is open for the time of a scope.
struct Module {
  ~Module() { conorm_module_close(module); }
  conorm_module *module = nullptr;
};

std::string typeOf(const conorm_value_desc &value) {
  std::string text;
  for (uint32_t i = 0; i < value.rank; ++i)
    text +=
        (value.shape[i] == CONORM_DYNAMIC ? std::string("?")
                                          : std::to_string(value.shape[i])) +
        "x";
  return text + conorm_type_name(value.element_type);
}

std::string abiOf(const conorm_manifest &manifest) {
  return std::to_string(manifest.abi_major) + "." +
         std::to_string(manifest.abi_minor);
}

std::vector<std::string> featuresOf(const conorm_manifest &manifest) {
  std::string text = manifest.processor_features;
  std::vector<std::string> features;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find(',', at), text.size());
    features.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return features;
}

//===----------------------------------------------------------------------===//
// As text
//===----------------------------------------------------------------------===//

std::string processorText(const conorm_manifest &manifest) {
  if (!manifest.processor && !manifest.processor_features)
    return "not recorded";
  std::string text = manifest.processor ? manifest.processor : "unknown";
  if (!manifest.processor_features)
    return text + ", what it needs is not recorded";
  std::string list;
  for (const std::string &feature : featuresOf(manifest))
    list += (list.empty() ? ", needs " : ", ") + feature;
  return text + list;
}

void printValues(const char *kind, const conorm_value_desc *values,
                 uint32_t count) {
  for (uint32_t i = 0; i < count; ++i) {
    const conorm_value_desc &value = values[i];
    std::printf("  %s %u%s%s: %s%s%s\n", kind, i, value.name ? " " : "",
                value.name ? value.name : "", typeOf(value).c_str(),
                value.flags & CONORM_VALUE_PER_RANK ? ", per rank" : "",
                value.flags & CONORM_VALUE_DONATED ? ", donated" : "");
  }
}

std::string ranksText(const conorm_group &group) {
  if (!group.num_groups)
    return group.group_size
               ? "all ranks, " + std::to_string(group.group_size) + " of them"
               : "all ranks";
  std::string text;
  for (uint32_t row = 0; row < group.num_groups; ++row) {
    text += row ? ", {" : "{";
    for (uint32_t i = 0; i < group.group_size; ++i)
      text += (i ? ", " : "") +
              std::to_string(group.ranks[size_t(row) * group.group_size + i]);
    text += "}";
  }
  return text;
}

/// "2 kernels, 1 constant; ptx for sm_80, cubin for sm_90".
std::string programText(const conorm_device_program &program) {
  auto count = [](uint32_t number, const std::string &what) {
    return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
  };
  std::string text = count(program.num_kernels, "kernel") + ", " +
                     count(program.num_globals, "constant");
  for (uint32_t i = 0; i < program.num_images; ++i)
    text += (i ? ", " : "; ") +
            std::string(enumName<conorm_image_kind>(program.images[i].kind)) +
            " for sm_" + std::to_string(program.images[i].arch);
  return text;
}

void printText(const std::string &name, const conorm_manifest &manifest,
               const std::string &refusal) {
  std::printf("%s: ABI version %s, backend %s, made by %s\n", name.c_str(),
              abiOf(manifest).c_str(),
              enumName<conorm_backend>(manifest.backend),
              *manifest.producer ? manifest.producer : "an unknown compiler");
  std::printf("numerics: %s\n", enumName<conorm_numerics>(manifest.numerics));
  std::printf("processor: %s\n", processorText(manifest).c_str());
  if (manifest.device_program)
    std::printf("device program: %s\n",
                programText(*manifest.device_program).c_str());
  std::printf("runs here: %s\n",
              refusal.empty() ? "yes" : ("no: " + refusal).c_str());
  for (uint32_t i = 0; i < manifest.num_entries; ++i) {
    const conorm_entry &entry = manifest.entries[i];
    std::printf("entry %s (%s)\n", entry.name,
                enumName<conorm_variant>(entry.variant));
    printValues("argument", entry.args, entry.num_args);
    printValues("result", entry.results, entry.num_results);
  }
  for (uint32_t i = 0; i < manifest.num_groups; ++i)
    std::printf("group %s: %s\n", manifest.groups[i].name,
                ranksText(manifest.groups[i]).c_str());
}

//===----------------------------------------------------------------------===//
// As JSON, with the keys of conorm-compile --emit=manifest
//===----------------------------------------------------------------------===//

std::string valuesJson(const conorm_value_desc *values, uint32_t count) {
  std::vector<std::string> list;
  for (uint32_t i = 0; i < count; ++i) {
    const conorm_value_desc &value = values[i];
    JsonObject item;
    if (value.name)
      item.add("name", std::string(value.name));
    bool isTensor = value.kind == CONORM_VALUE_TENSOR;
    item.add("kind", std::string(isTensor ? "tensor" : "scalar"));
    item.add("element_type", std::string(conorm_type_name(value.element_type)));
    std::vector<std::string> shape;
    for (uint32_t d = 0; d < value.rank; ++d)
      shape.push_back(value.shape[d] == CONORM_DYNAMIC
                          ? quoteJson("?")
                          : std::to_string(value.shape[d]));
    if (isTensor)
      item.addRaw("shape", arrayJson(shape));
    item.addRaw("per_rank",
                value.flags & CONORM_VALUE_PER_RANK ? "true" : "false");
    item.addRaw("donated",
                value.flags & CONORM_VALUE_DONATED ? "true" : "false");
    list.push_back(item.str());
  }
  return arrayJson(list);
}

std::string entryJson(const conorm_entry &entry) {
  JsonObject item;
  item.add("name", std::string(entry.name));
  item.add("variant", std::string(enumName<conorm_variant>(entry.variant)));
  item.addRaw("args", valuesJson(entry.args, entry.num_args));
  item.addRaw("results", valuesJson(entry.results, entry.num_results));
  return item.str();
}

std::string groupJson(const conorm_group &group) {
  JsonObject item;
  item.add("name", std::string(group.name));
  item.add("num_groups", uint64_t(group.num_groups));
  item.add("group_size", uint64_t(group.group_size));
  std::vector<std::string> ranks;
  for (size_t i = 0; i < size_t(group.num_groups) * group.group_size; ++i)
    ranks.push_back(std::to_string(group.ranks[i]));
  item.addRaw("ranks", arrayJson(ranks));
  return item.str();
}

std::string programJson(const conorm_device_program &program) {
  std::vector<std::string> images, kernels;
  for (uint32_t i = 0; i < program.num_images; ++i) {
    const conorm_device_image &image = program.images[i];
    JsonObject item;
    item.add("kind", std::string(enumName<conorm_image_kind>(image.kind)));
    item.add("arch", "sm_" + std::to_string(image.arch));
    item.add("bytes", image.bytes);
    images.push_back(item.str());
  }
  for (uint32_t i = 0; i < program.num_kernels; ++i) {
    JsonObject item;
    item.add("name", std::string(program.kernels[i].name));
    item.add("num_params", uint64_t(program.kernels[i].num_params));
    kernels.push_back(item.str());
  }
  JsonObject object;
  object.addRaw("images", arrayJson(images));
  object.addRaw("kernels", arrayJson(kernels));
  return object.str();
}

void printJson(const conorm_manifest &manifest, const std::string &refusal) {
  JsonObject object;
  object.add("abi_major", uint64_t(manifest.abi_major));
  object.add("abi_minor", uint64_t(manifest.abi_minor));
  object.add("backend",
             std::string(enumName<conorm_backend>(manifest.backend)));
  object.add("producer", std::string(manifest.producer));
  object.add("numerics",
             std::string(enumName<conorm_numerics>(manifest.numerics)));
  if (manifest.processor)
    object.add("processor", std::string(manifest.processor));
  if (manifest.processor_features) {
    std::vector<std::string> features;
    for (const std::string &feature : featuresOf(manifest))
      features.push_back(quoteJson(feature));
    object.addRaw("processor_features", arrayJson(features));
  }
  if (manifest.device_program)
    object.addRaw("device_program", programJson(*manifest.device_program));
  object.addRaw("runs_here", refusal.empty() ? "true" : "false");
  if (!refusal.empty())
    object.add("reason", refusal);
  std::vector<std::string> entries, groups;
  for (uint32_t i = 0; i < manifest.num_entries; ++i)
    entries.push_back(entryJson(manifest.entries[i]));
  for (uint32_t i = 0; i < manifest.num_groups; ++i)
    groups.push_back(groupJson(manifest.groups[i]));
  object.addRaw("entries", arrayJson(entries));
  object.addRaw("groups", arrayJson(groups));
  std::printf("%s\n", object.str().c_str());
}

void describeFile(const std::string &path, const Options &options) {
  Module inspected, opened;
  char message[1024];
  if (conorm_module_inspect(path.c_str(), &inspected.module, message,
                            sizeof(message)) != CONORM_OK)
    throw RunError(message);
  std::string refusal;
  if (conorm_module_open(path.c_str(), &opened.module, message,
                         sizeof(message)) != CONORM_OK)
    refusal = message;
  // The reader knows which file it is.
  if (refusal.compare(0, path.size() + 2, path + ": ") == 0)
    refusal = refusal.substr(path.size() + 2);
  const conorm_manifest &manifest = *conorm_module_manifest(inspected.module);
  if (options.json)
    printJson(manifest, refusal);
  else
    printText(options.input, manifest, refusal);
  finishOutput("the description");
}

std::vector<char> compileSource(const Options &options) {
  constexpr uint32_t stepMs = 500;
  Compilation compilation(options);
  while (!compilation.wait(stepMs))
    ;
  return compilation.readObject();
}

} // namespace

int conorm::run::describeArtifact(const Options &options) {
  if (!options.isSource()) {
    describeFile(options.input, options);
    return kExitOk;
  }
  MemoryFile file(compileSource(options));
  describeFile(file.path(), options);
  return kExitOk;
}
