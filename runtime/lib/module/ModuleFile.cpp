//===- ModuleFile.cpp - The file of a compiled artifact -------------------===//
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
#include <cstring>

using namespace conorm::rt;

namespace {

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr uint16_t kMachine = EM_RISCV;
#else
constexpr uint16_t kMachine = EM_NONE;
#endif

struct MachineName {
  uint16_t machine;
  const char *name;
};

constexpr MachineName machineNames[] = {
    {EM_386, "x86"},         {EM_X86_64, "x86-64"}, {EM_ARM, "arm"},
    {EM_AARCH64, "aarch64"}, {EM_RISCV, "riscv"},   {EM_PPC64, "ppc64"},
    {EM_S390, "s390"},       {EM_MIPS, "mips"},     {258, "loongarch"}};

/// "62 (x86-64)".
std::string describeMachine(uint16_t machine) {
  std::string text = std::to_string(machine);
  for (const MachineName &known : machineNames)
    if (known.machine == machine)
      return text + " (" + known.name + ")";
  return text;
}

Error moduleError(std::string message) {
  return {CONORM_ERROR_MODULE, std::move(message)};
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
                       describeMachine(kMachine) + ", found " +
                       describeMachine(header.e_machine));
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
