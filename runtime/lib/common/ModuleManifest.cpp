//===- ModuleManifest.cpp - Checks of artefacts and manifests -------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Module.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstddef>
#include <cstdio>
#include <cstring>

using namespace conorm::rt;

namespace {

/// Larger ranks are taken for a damaged manifest.
constexpr uint32_t kMaxRank = 32;

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr uint16_t kMachine = EM_RISCV;
#else
constexpr uint16_t kMachine = EM_NONE;
#endif

Error moduleError(std::string message) {
  return {CONORM_ERROR_MODULE, std::move(message)};
}

Error versionError(std::string message) {
  return {CONORM_ERROR_VERSION, std::move(message)};
}

struct File {
  int fd;
  ~File() {
    if (fd >= 0)
      close(fd);
  }
  bool read(void *to, size_t bytes, uint64_t offset) const {
    return pread(fd, to, bytes, static_cast<off_t>(offset)) ==
           static_cast<ssize_t>(bytes);
  }
};

Error checkHeader(const std::string &path, const Elf64_Ehdr &header) {
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return moduleError(path + ": expected a shared object (ELF), found "
                              "another kind of file");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB)
    return moduleError(path + ": expected a 64-bit little-endian shared "
                              "object, found another ELF class");
  if (header.e_type != ET_DYN)
    return moduleError(path + ": expected a shared object (ELF type " +
                       std::to_string(ET_DYN) + "), found ELF type " +
                       std::to_string(header.e_type));
  if (kMachine != EM_NONE && header.e_machine != kMachine)
    return moduleError(path + ": expected ELF machine " +
                       std::to_string(kMachine) + " (this one), found " +
                       std::to_string(header.e_machine));
  return {};
}

/// A field of a structure that an older caller's copy lacks reads as zero;
/// bytes that this runtime does not know must be zero (version.h).
template <typename T>
Error readStruct(const void *data, size_t minimum, const std::string &what,
                 T &to) {
  const char *bytes = static_cast<const char *>(data);
  uint32_t size;
  std::memcpy(&size, bytes + offsetof(T, struct_size), sizeof(size));
  if (size < minimum || size > (1u << 16))
    return versionError(what + ": expected struct_size of at least " +
                        std::to_string(minimum) + ", found " +
                        std::to_string(size));
  for (size_t i = sizeof(T); i < size; ++i)
    if (bytes[i])
      return versionError(
          what +
          " uses fields that this runtime does not know: expected "
          "struct_size of at most " +
          std::to_string(sizeof(T)) + ", found " + std::to_string(size));
  std::memset(&to, 0, sizeof(T));
  std::memcpy(&to, bytes, size < sizeof(T) ? size : sizeof(T));
  to.struct_size = sizeof(T);
  return {};
}

/// Reads `count` structures that advance by their own struct_size.
template <typename T>
Error readArray(const T *data, uint32_t count, size_t minimum,
                const std::string &what, std::vector<T> &to) {
  if (count && !data)
    return moduleError(what + ": expected " + std::to_string(count) +
                       " structures, found a null pointer");
  const char *at = reinterpret_cast<const char *>(data);
  to.resize(count);
  for (uint32_t i = 0; i < count; ++i) {
    std::string item = what + " " + std::to_string(i);
    if (Error error = readStruct(at, minimum, item, to[i]))
      return error;
    uint32_t size;
    std::memcpy(&size, at + offsetof(T, struct_size), sizeof(size));
    at += size;
  }
  return {};
}

Error checkValue(const conorm_value_desc &desc, const std::string &what) {
  if (desc.kind != CONORM_VALUE_TENSOR && desc.kind != CONORM_VALUE_SCALAR)
    return versionError(what +
                        ": expected kind tensor (0) or scalar (1), "
                        "found " +
                        std::to_string(desc.kind));
  // One i4 a byte is how a memref of f4E2M1FN lowers: not this runtime's
  // packing, so artefacts carry such data as i8.
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
  for (uint32_t i = 0; i < desc.rank; ++i)
    if (desc.shape[i] < 0 && desc.shape[i] != CONORM_DYNAMIC)
      return moduleError(what + ": expected a size, found " +
                         std::to_string(desc.shape[i]));
  return {};
}

Error readValues(const conorm_value_desc *data, uint32_t count,
                 const std::string &what, std::vector<conorm_value_desc> &to) {
  // Version 1.0 ends before the name.
  if (Error error =
          readArray(data, count, offsetof(conorm_value_desc, name), what, to))
    return error;
  for (uint32_t i = 0; i < count; ++i)
    if (Error error = checkValue(to[i], what + " " + std::to_string(i)))
      return error;
  return {};
}

const char *variantName(uint32_t variant) {
  return variant == CONORM_VARIANT_FUSED     ? "fused"
         : variant == CONORM_VARIANT_UNFUSED ? "unfused"
                                             : "unknown";
}

Error readEntries(conorm_module &module) {
  conorm_manifest &manifest = module.manifest;
  if (Error error = readArray(manifest.entries, manifest.num_entries,
                              sizeof(conorm_entry), "entry", module.entries))
    return error;
  module.values.resize(2 * module.entries.size());
  for (size_t i = 0; i < module.entries.size(); ++i) {
    conorm_entry &entry = module.entries[i];
    std::string what = "entry " + std::to_string(i);
    if (!entry.name || !*entry.name)
      return moduleError(what + ": expected a name, found none");
    what = "entry '" + std::string(entry.name) + "' (" +
           variantName(entry.variant) + ")";
    if (!entry.function)
      return moduleError(what + ": expected a function, found none");
    for (size_t j = 0; j < i; ++j)
      if (module.entries[j].variant == entry.variant &&
          std::strcmp(module.entries[j].name, entry.name) == 0)
        return moduleError(what + ": expected once, found twice");
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

Error readGroups(conorm_module &module) {
  conorm_manifest &manifest = module.manifest;
  if (Error error = readArray(manifest.groups, manifest.num_groups,
                              sizeof(conorm_group), "group", module.groups))
    return error;
  for (size_t i = 0; i < module.groups.size(); ++i) {
    const conorm_group &group = module.groups[i];
    std::string what = "group " + std::to_string(i);
    if (!group.name)
      return moduleError(what + ": expected a name, found none");
    if (group.num_groups && !group.ranks)
      return moduleError(what + ": expected " +
                         std::to_string(group.num_groups) +
                         " rows of ranks, found none");
  }
  manifest.groups = module.groups.data();
  return {};
}

} // namespace

Error conorm::rt::checkSharedObject(const std::string &path) {
  File file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat info;
  if (file.fd < 0 || fstat(file.fd, &info) != 0)
    return moduleError("cannot open " + path + ": " + std::strerror(errno));
  if (!S_ISREG(info.st_mode))
    return moduleError(
        path + ": expected a shared object, found " +
        (S_ISDIR(info.st_mode) ? "a directory" : "something not a file"));
  Elf64_Ehdr header;
  if (!file.read(&header, sizeof(header), 0))
    return moduleError(path +
                       ": expected a shared object (ELF), found a file "
                       "of " +
                       std::to_string(info.st_size) + " bytes");
  if (Error error = checkHeader(path, header))
    return error;
  uint64_t size = static_cast<uint64_t>(info.st_size);
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    bool whole = file.read(&segment, sizeof(segment),
                           header.e_phoff + uint64_t(i) * header.e_phentsize);
    uint64_t end = whole ? segment.p_offset + segment.p_filesz : 0;
    if (!whole ||
        (segment.p_type == PT_LOAD && (end < segment.p_offset || end > size)))
      return moduleError(path + " is truncated: expected segment " +
                         std::to_string(i) + " to lie inside the file, found " +
                         std::to_string(size) + " bytes");
  }
  return {};
}

Error conorm::rt::readManifest(const void *data, conorm_module &module) {
  // The fields up to the version are at fixed places in every version.
  conorm_manifest head;
  constexpr size_t headSize = offsetof(conorm_manifest, backend);
  std::memcpy(static_cast<void *>(&head), data, headSize);
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
    return versionError("expected an artefact of ABI version " +
                        std::to_string(CONORM_ABI_VERSION_MAJOR) + ".0 to " +
                        std::to_string(CONORM_ABI_VERSION_MAJOR) + "." +
                        std::to_string(CONORM_ABI_VERSION_MINOR) + ", found " +
                        std::to_string(head.abi_major) + "." +
                        std::to_string(head.abi_minor));
  if (Error error = readStruct(data, sizeof(conorm_manifest), "manifest",
                               module.manifest))
    return error;
  if (!module.manifest.producer)
    module.manifest.producer = "";
  if (Error error = readEntries(module))
    return error;
  return readGroups(module);
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
