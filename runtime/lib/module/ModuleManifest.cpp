//===- ModuleManifest.cpp - The manifest of a compiled artifact -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ManifestReader.h"

#include "support/Names.h"

#include <link.h>

#include <cinttypes>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>

using namespace conorm::rt;

constexpr uint32_t kMaxRank = CONORM_MAX_MANIFEST_RANK;
constexpr uint32_t kMaxValues = CONORM_MAX_MANIFEST_VALUES;

namespace {

Error checkShape(const conorm_value_desc &desc, const std::string &what) {
  if (desc.kind == CONORM_VALUE_SCALAR && desc.rank)
    return moduleError(what + ": expected rank 0 of a scalar, found " +
                       std::to_string(desc.rank));
  if (desc.rank > kMaxRank)
    return moduleError(what + ": expected a rank of at most " +
                       std::to_string(kMaxRank) + ", found " +
                       std::to_string(desc.rank));
  if (desc.rank && !desc.shape)
    return moduleError(what + ": expected " + std::to_string(desc.rank) +
                       " sizes, found a null pointer");
  int64_t shape[kMaxRank];
  if (!readMemory(desc.shape, shape, desc.rank * sizeof(int64_t)))
    return unreadable(what + ": sizes");
  for (uint32_t i = 0; i < desc.rank; ++i)
    if (shape[i] < 0 && shape[i] != CONORM_DYNAMIC)
      return moduleError(what + ": expected a size, found " +
                         std::to_string(shape[i]));
  return {};
}

Error checkValue(const conorm_value_desc &desc, const std::string &what) {
  if (desc.kind != CONORM_VALUE_TENSOR && desc.kind != CONORM_VALUE_SCALAR)
    return versionError(what +
                        ": expected kind tensor (0) or scalar (1), "
                        "found " +
                        std::to_string(desc.kind));
  // One i4 a byte is how a memref of f4E2M1FN lowers: not this runtime's
  // packing, so artifacts carry such data as i8.
  if (desc.element_type == CONORM_TYPE_F4E2M1FN)
    return {CONORM_ERROR_UNSUPPORTED,
            what + ": expected packed 4-bit data as i8, found f4E2M1FN"};
  if (desc.element_type == CONORM_TYPE_NONE ||
      conorm_type_bytes(desc.element_type, 1) <= 0)
    return {CONORM_ERROR_UNSUPPORTED,
            what +
                ": expected an element type that this runtime knows, "
                "found type " +
                std::to_string(desc.element_type)};
  constexpr uint32_t flags = CONORM_VALUE_PER_RANK | CONORM_VALUE_DONATED;
  if (desc.flags & ~flags)
    return versionError(what + ": expected flags of 0 to " +
                        std::to_string(flags) + ", found " +
                        std::to_string(desc.flags));
  if (Error error = checkText(desc.name, what + ": name"))
    return error;
  return checkShape(desc, what);
}

Error readValues(const conorm_value_desc *data, uint32_t count,
                 const std::string &what, std::vector<conorm_value_desc> &to) {
  if (Error error = readArray(data, count, what, to))
    return error;
  for (uint32_t i = 0; i < count; ++i)
    if (Error error = checkValue(to[i], what + " " + std::to_string(i)))
      return error;
  return {};
}

/// Whether an address is code of some library that is loaded.
bool isCode(const void *address) {
  auto visit = [](dl_phdr_info *info, size_t, void *wanted) -> int {
    auto at = reinterpret_cast<uintptr_t>(wanted);
    for (int i = 0; i < info->dlpi_phnum; ++i) {
      const ElfW(Phdr) &segment = info->dlpi_phdr[i];
      uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
      if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) &&
          at >= begin && at - begin < segment.p_memsz)
        return 1;
    }
    return 0;
  };
  return dl_iterate_phdr(visit, const_cast<void *>(address)) != 0;
}

/// Checks what identifies an entry, and puts it in `what`, for messages. Of
/// code that no library holds nothing can be said.
Error checkEntry(const conorm_entry &entry, bool isInLibrary,
                 std::string &what) {
  if (Error error = checkText(entry.name, what + ": name"))
    return error;
  if (!entry.name || !*entry.name)
    return moduleError(what + ": expected a name, found none");
  if (entry.variant > CONORM_VARIANT_UNFUSED)
    return versionError(what + " ('" + entry.name +
                        "'): expected variant fused (0) or unfused (1), "
                        "found " +
                        std::to_string(entry.variant));
  what = "entry '" + std::string(entry.name) + "' (" +
         enumName<conorm_variant>(entry.variant) + ")";
  if (!entry.function)
    return moduleError(what + ": expected a function, found none");
  if (isInLibrary && !isCode(reinterpret_cast<const void *>(entry.function)))
    return moduleError(what + ": expected a function, found an address that "
                              "is not code");
  return {};
}

Error readEntries(conorm_module &module) {
  conorm_manifest &manifest = module.manifest;
  if (Error error = readArray(manifest.entries, manifest.num_entries, "entry",
                              module.entries))
    return error;
  module.values.resize(2 * module.entries.size());
  std::set<std::pair<uint32_t, std::string_view>> seen;
  size_t numValues = 0;
  for (size_t i = 0; i < module.entries.size(); ++i) {
    conorm_entry &entry = module.entries[i];
    std::string what = "entry " + std::to_string(i);
    if (Error error = checkEntry(entry, module.handle != nullptr, what))
      return error;
    if (!seen.emplace(entry.variant, entry.name).second)
      return moduleError(what + ": expected once, found twice");
    numValues += size_t(entry.num_args) + entry.num_results;
    if (numValues > kMaxValues)
      return moduleError("expected at most " + std::to_string(kMaxValues) +
                         " arguments and results of all entries, found more");
    if (Error error = readValues(entry.args, entry.num_args,
                                 what + ": argument", module.values[2 * i]))
      return error;
    if (Error error = readValues(entry.results, entry.num_results,
                                 what + ": result", module.values[2 * i + 1]))
      return error;
    entry.args = module.values[2 * i].data();
    entry.results = module.values[2 * i + 1].data();
  }
  manifest.entries = module.entries.data();
  return {};
}

Error checkRanks(const conorm_group &group, const std::string &what) {
  if (!group.num_groups)
    return {};
  std::string rows = std::to_string(group.num_groups) + " rows of " +
                     std::to_string(group.group_size) + " ranks";
  uint64_t count = uint64_t(group.num_groups) * group.group_size;
  if (!count || count > kMaxValues)
    return moduleError(what + ": expected 1 to " + std::to_string(kMaxValues) +
                       " ranks, found " + rows);
  if (!group.ranks)
    return moduleError(what + ": expected " + rows + ", found none");
  std::vector<int64_t> ranks(count);
  if (!readMemory(group.ranks, ranks.data(), count * sizeof(int64_t)))
    return unreadable(what + ": " + rows);
  return {};
}

Error readGroups(conorm_module &module) {
  conorm_manifest &manifest = module.manifest;
  if (Error error = readArray(manifest.groups, manifest.num_groups, "group",
                              module.groups))
    return error;
  for (size_t i = 0; i < module.groups.size(); ++i) {
    const conorm_group &group = module.groups[i];
    std::string what = "group " + std::to_string(i);
    if (!group.name)
      return moduleError(what + ": expected a name, found none");
    if (Error error = checkText(group.name, what + ": name"))
      return error;
    if (Error error = checkRanks(group, what))
      return error;
  }
  manifest.groups = module.groups.data();
  return {};
}

} // namespace

Error conorm::rt::readManifest(const void *data, conorm_module &module) {
  // The fields up to the version are at fixed places in every version.
  conorm_manifest head;
  constexpr size_t headSize = offsetof(conorm_manifest, backend);
  if (!readMemory(data, &head, headSize))
    return unreadable("manifest");
  if (head.magic != CONORM_MANIFEST_MAGIC) {
    char text[128];
    std::snprintf(text, sizeof(text),
                  "expected manifest magic 0x%016" PRIx64
                  ", found 0x%016" PRIx64,
                  uint64_t(CONORM_MANIFEST_MAGIC), head.magic);
    return moduleError(text);
  }
  if (head.abi_major != CONORM_ABI_VERSION_MAJOR ||
      head.abi_minor > CONORM_ABI_VERSION_MINOR)
    return versionError("expected an artifact of ABI version " +
                        std::to_string(CONORM_ABI_VERSION_MAJOR) + ".0 to " +
                        std::to_string(CONORM_ABI_VERSION_MAJOR) + "." +
                        std::to_string(CONORM_ABI_VERSION_MINOR) + ", found " +
                        std::to_string(head.abi_major) + "." +
                        std::to_string(head.abi_minor));
  conorm_manifest &manifest = module.manifest;
  uint32_t size;
  if (Error error = readStruct<copyManifest>(data, manifest, size, "manifest"))
    return error;
  if (manifest.backend > CONORM_BACKEND_CUDA)
    return versionError("manifest: expected backend 0 (cpu) or 1 (cuda), "
                        "found " +
                        std::to_string(manifest.backend));
  if (manifest.numerics > CONORM_NUMERICS_RELAXED)
    return versionError("manifest: expected numerics 0 (exact) or 1 (relaxed), "
                        "found " +
                        std::to_string(manifest.numerics));
  if (Error error = checkText(manifest.producer, "manifest: producer"))
    return error;
  if (Error error = checkText(manifest.processor, "manifest: processor"))
    return error;
  if (Error error = checkText(manifest.processor_features,
                              "manifest: processor_features"))
    return error;
  if (!manifest.producer)
    manifest.producer = "";
  if (Error error = readEntries(module))
    return error;
  if (Error error = readGroups(module))
    return error;
  return readProgram(module);
}

std::string conorm::rt::describeShape(const int64_t *shape, uint32_t rank,
                                      uint32_t type) {
  std::string text;
  for (uint32_t i = 0; i < rank; ++i)
    text += (shape[i] == CONORM_DYNAMIC ? "?" : std::to_string(shape[i])) + "x";
  return text + conorm_type_name(type);
}

std::string conorm::rt::describeValue(const conorm_value_desc &desc) {
  return describeShape(desc.shape, desc.rank, desc.element_type);
}
