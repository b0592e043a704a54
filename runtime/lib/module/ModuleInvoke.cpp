//===- ModuleInvoke.cpp - Calls of compiled entries -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModuleInvoke.h"

#include "Module.h"
#include "api/Context.h"
#include "support/Structs.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

using namespace conorm::rt;

namespace {

/// A memref descriptor in place: {allocated, aligned, offset, sizes, strides},
/// all of them 64 bits wide.
struct Descriptor {
  uint64_t *words;
  uint32_t rank;

  static size_t numWords(uint32_t rank) { return 3 + 2 * size_t(rank); }
  void *allocated() const { return reinterpret_cast<void *>(words[0]); }
  void *aligned() const { return reinterpret_cast<void *>(words[1]); }
  int64_t offset() const { return static_cast<int64_t>(words[2]); }
  void setAllocated(void *to) { words[0] = reinterpret_cast<uint64_t>(to); }
  void setAligned(void *to) { words[1] = reinterpret_cast<uint64_t>(to); }
  int64_t *sizes() { return reinterpret_cast<int64_t *>(words + 3); }
  int64_t *strides() { return sizes() + rank; }
};

static_assert(sizeof(void *) == sizeof(uint64_t),
              "descriptors are laid out for 64-bit pointers");

/// One call: what is packed for it, and what came back.
class Invocation {
public:
  Invocation(const conorm_entry &entry) : entry(entry) {}

  Error packArguments(const conorm_buffer *buffers);
  Error checkResults(conorm_buffer *buffers);
  void call(conorm_context *context);
  /// Moves the results into the caller's buffers; none is left to free.
  Error takeResults();
  void dropResults();

private:
  Error checkDonated() const;
  Error takeTensor(uint32_t index, Descriptor from, conorm_buffer &to);
  Error takeScalar(const conorm_value_desc &desc, const char *from,
                   conorm_buffer &to);
  bool isOwnedByCaller(const void *data) const;
  void freeAllocated(uint32_t index);
  Descriptor resultDescriptor(uint32_t index) {
    return {reinterpret_cast<uint64_t *>(resultBytes() + offsets[index]),
            entry.results[index].rank};
  }
  char *resultBytes() { return reinterpret_cast<char *>(resultWords.data()); }

  const conorm_entry &entry;
  std::vector<conorm_buffer> args;
  std::vector<uint64_t> argWords;
  std::vector<void *> argPointers;
  std::vector<uint64_t> resultWords;
  std::vector<size_t> offsets;
  std::vector<conorm_buffer *> results;
};

Error Invocation::packArguments(const conorm_buffer *buffers) {
  if (Error error =
          readBuffers("argument", entry.args, entry.num_args, buffers, args))
    return error;
  size_t words = 0;
  for (const conorm_buffer &arg : args)
    words += Descriptor::numWords(arg.rank);
  if (Error error = checkDonated())
    return error;
  argWords.resize(words);
  argPointers.resize(entry.num_args);
  words = 0;
  for (uint32_t i = 0; i < entry.num_args; ++i) {
    if (entry.args[i].kind == CONORM_VALUE_SCALAR) {
      argPointers[i] = args[i].data;
      continue;
    }
    Descriptor desc{argWords.data() + words, args[i].rank};
    words += Descriptor::numWords(args[i].rank);
    desc.setAllocated(args[i].data);
    desc.setAligned(args[i].data);
    int64_t stride = 1;
    for (uint32_t d = args[i].rank; d-- > 0;) {
      desc.sizes()[d] = args[i].shape[d];
      desc.strides()[d] = stride;
      // An empty tensor may have sizes whose product overflows elsewhere.
      if (__builtin_mul_overflow(stride, args[i].shape[d], &stride))
        stride = 0;
    }
    argPointers[i] = desc.words;
  }
  return {};
}

/// The callee may overwrite a donated buffer while it still reads the others.
Error Invocation::checkDonated() const {
  for (uint32_t i = 0; i < entry.num_args; ++i) {
    if (!(entry.args[i].flags & CONORM_VALUE_DONATED))
      continue;
    for (uint32_t j = 0; j < entry.num_args; ++j)
      if (i != j && overlap(args[i], args[j]))
        return argumentError("argument " + std::to_string(i) +
                             ": expected a donated buffer of its own, found "
                             "one that overlaps argument " +
                             std::to_string(j));
  }
  return {};
}

Error Invocation::checkResults(conorm_buffer *buffers) {
  auto remember = [&](size_t, const conorm_buffer &, const char *at) -> Error {
    results.push_back(const_cast<conorm_buffer *>(
        reinterpret_cast<const conorm_buffer *>(at)));
    return success();
  };
  if (Error error =
          forEachStruct(buffers, entry.num_results, "result", remember))
    return error;
  size_t offset = 0;
  for (uint32_t i = 0; i < entry.num_results; ++i) {
    const conorm_value_desc &desc = entry.results[i];
    bool scalar = desc.kind == CONORM_VALUE_SCALAR;
    size_t alignment = scalar ? conorm_type_bytes(desc.element_type, 1) : 8;
    offset = (offset + alignment - 1) / alignment * alignment;
    offsets.push_back(offset);
    offset += scalar ? alignment : 8 * Descriptor::numWords(desc.rank);
  }
  resultWords.assign(offset / 8 + 1, 0);
  for (conorm_buffer *result : results) {
    result->data = result->owner = nullptr;
    result->shape = nullptr;
  }
  return {};
}

void Invocation::call(conorm_context *context) {
  entry.function(context, argPointers.data(), resultWords.data());
}

bool Invocation::isOwnedByCaller(const void *data) const {
  const char *at = static_cast<const char *>(data);
  for (const conorm_buffer &arg : args) {
    const char *begin = static_cast<const char *>(arg.data);
    int64_t bytes = tensorBytes(arg.shape, arg.rank, arg.element_type);
    if (begin && at >= begin && at < begin + (bytes ? bytes : 1))
      return true;
  }
  return false;
}

/// Frees what result `index` brought, unless the caller owns it (the entry
/// returned an argument) or an earlier result brought the same.
void Invocation::freeAllocated(uint32_t index) {
  if (entry.results[index].kind == CONORM_VALUE_SCALAR)
    return;
  void *allocated = resultDescriptor(index).allocated();
  if (!allocated || isOwnedByCaller(allocated))
    return;
  for (uint32_t i = 0; i < entry.num_results; ++i)
    if (i != index && entry.results[i].kind == CONORM_VALUE_TENSOR &&
        resultDescriptor(i).allocated() == allocated)
      resultDescriptor(i).setAllocated(nullptr);
  resultDescriptor(index).setAllocated(nullptr);
  std::free(allocated);
}

void Invocation::dropResults() {
  for (uint32_t i = 0; i < entry.num_results; ++i)
    freeAllocated(i);
}

void copyStrided(char *&to, const char *from, Descriptor &desc, uint32_t dim,
                 size_t elementBytes) {
  if (dim == desc.rank) {
    std::memcpy(to, from, elementBytes);
    to += elementBytes;
    return;
  }
  int64_t step = desc.strides()[dim] * static_cast<int64_t>(elementBytes);
  for (int64_t i = 0; i < desc.sizes()[dim]; ++i)
    copyStrided(to, from + i * step, desc, dim + 1, elementBytes);
}

bool isContiguous(Descriptor &desc) {
  int64_t stride = 1;
  for (uint32_t d = desc.rank; d-- > 0;) {
    if (desc.sizes()[d] != 1 && desc.strides()[d] != stride)
      return false;
    stride *= desc.sizes()[d];
  }
  return true;
}

Error Invocation::takeTensor(uint32_t index, Descriptor from,
                             conorm_buffer &to) {
  const conorm_value_desc &desc = entry.results[index];
  int64_t bytes = tensorBytes(from.sizes(), desc.rank, desc.element_type);
  bool matches = bytes >= 0;
  for (uint32_t i = 0; matches && i < desc.rank; ++i)
    matches =
        desc.shape[i] == CONORM_DYNAMIC || desc.shape[i] == from.sizes()[i];
  if (!matches)
    return {CONORM_ERROR_MODULE,
            "result " + std::to_string(index) + ": expected " +
                describeValue(desc) + ", found " +
                describeShape(from.sizes(), desc.rank, desc.element_type)};
  auto *shape =
      static_cast<int64_t *>(std::malloc(sizeof(int64_t) * (desc.rank + 1)));
  if (!shape)
    throw std::bad_alloc();
  std::copy_n(from.sizes(), desc.rank, shape);
  to.shape = shape;
  size_t elementBytes = conorm_type_bytes(desc.element_type, 1);
  char *data = static_cast<char *>(from.aligned());
  if (bytes)
    data += from.offset() * static_cast<int64_t>(elementBytes);
  bool shared = !from.allocated() || isOwnedByCaller(from.allocated());
  for (uint32_t i = 0; i < entry.num_results; ++i)
    shared |= i != index && entry.results[i].kind == CONORM_VALUE_TENSOR &&
              resultDescriptor(i).allocated() == from.allocated();
  if (!shared && (bytes == 0 || isContiguous(from))) {
    to.data = data;
    to.owner = from.allocated();
    from.setAllocated(nullptr);
    return {};
  }
  to.owner = to.data = std::malloc(bytes ? bytes : 1);
  if (!to.data)
    throw std::bad_alloc();
  char *at = static_cast<char *>(to.data);
  if (bytes)
    copyStrided(at, data, from, 0, elementBytes);
  return {};
}

Error Invocation::takeScalar(const conorm_value_desc &desc, const char *from,
                             conorm_buffer &to) {
  size_t bytes = conorm_type_bytes(desc.element_type, 1);
  to.owner = to.data = std::malloc(bytes);
  if (!to.data)
    throw std::bad_alloc();
  std::memcpy(to.data, from, bytes);
  return {};
}

Error Invocation::takeResults() {
  for (uint32_t i = 0; i < entry.num_results; ++i) {
    const conorm_value_desc &desc = entry.results[i];
    conorm_buffer &to = *results[i];
    to.element_type = desc.element_type;
    to.rank = desc.rank;
    Error error = desc.kind == CONORM_VALUE_SCALAR
                      ? takeScalar(desc, resultBytes() + offsets[i], to)
                      : takeTensor(i, resultDescriptor(i), to);
    if (error)
      return error;
  }
  // What was copied, and what several results shared.
  dropResults();
  return {};
}

} // namespace

Error conorm::rt::checkCounts(const conorm_module &module,
                              const conorm_entry &entry,
                              const conorm_buffer *args, size_t numArgs,
                              const conorm_buffer *results, size_t numResults) {
  if (&entry < module.entries.data() ||
      &entry >= module.entries.data() + module.entries.size())
    return argumentError("expected an entry of this module, found another");
  if (numArgs != entry.num_args || (numArgs && !args))
    return argumentError("expected " + std::to_string(entry.num_args) +
                         " arguments, found " +
                         std::to_string(args ? numArgs : 0));
  if (numResults != entry.num_results || (numResults && !results))
    return argumentError(
        "expected room for " + std::to_string(entry.num_results) +
        " results, found " + std::to_string(results ? numResults : 0));
  return {};
}

Error conorm::rt::invokeEntry(const conorm_entry &entry,
                              conorm_context *context,
                              const conorm_buffer *args,
                              conorm_buffer *results) {
  Invocation invocation(entry);
  if (Error error = invocation.packArguments(args))
    return error;
  if (Error error = invocation.checkResults(results))
    return error;
  invocation.call(context);
  Error error;
  try {
    if (conorm_context_status(context) == CONORM_OK)
      error = invocation.takeResults();
  } catch (const std::bad_alloc &) {
    error = {CONORM_ERROR_RESOURCE, "out of memory for the results"};
  }
  if (error || conorm_context_status(context) != CONORM_OK) {
    // The contents are undefined after a failure: hand out none.
    char *at = reinterpret_cast<char *>(results);
    for (uint32_t i = 0; i < entry.num_results; ++i) {
      auto *buffer = reinterpret_cast<conorm_buffer *>(at);
      conorm_buffer_release(buffer);
      at += buffer->struct_size;
    }
    invocation.dropResults();
  }
  return error;
}

conorm_status conorm::rt::performInvoke(const char *function,
                                        const conorm_module *module,
                                        const conorm_entry *entry,
                                        conorm_context *context,
                                        const std::function<Error()> &body) {
  ContextUse contextUse(context);
  HandleUse moduleUse(Handle::Module, module);
  if (!contextUse)
    return CONORM_ERROR_INVALID_ARGUMENT;
  if (!moduleUse) {
    failContext(context, notOpen(function, module));
    return CONORM_ERROR_INVALID_ARGUMENT;
  }
  if (Error error = checkRunnable(*module))
    return failContext(context, error);
  if (!entry)
    return failContext(context,
                       argumentError(std::string(function) +
                                     ": expected an entry, found a null "
                                     "pointer"));
  // A failed context does not run the entry: its outputs would be undefined.
  conorm_status before = conorm_context_status(context);
  if (before != CONORM_OK)
    return before;
  Error error;
  try {
    error = body();
    if (error)
      error.message =
          "entry '" + std::string(entry->name) + "': " + error.message;
  } catch (const std::bad_alloc &) {
    error = {CONORM_ERROR_RESOURCE, "out of memory for an entry's arguments"};
  }
  if (!error)
    return conorm_context_status(context);
  return failContext(context, error);
}

extern "C" conorm_status
conorm_module_invoke(const conorm_module *module, const conorm_entry *entry,
                     conorm_context *context, const conorm_buffer *args,
                     size_t numArgs, conorm_buffer *results,
                     size_t numResults) {
  auto body = [&]() -> Error {
    if (Error error =
            checkCounts(*module, *entry, args, numArgs, results, numResults))
      return error;
    return invokeEntry(*entry, context, args, results);
  };
  return performInvoke("conorm_module_invoke", module, entry, context, body);
}

extern "C" void conorm_buffer_release(conorm_buffer *buffer) {
  if (!buffer)
    return;
  std::free(buffer->owner);
  std::free(const_cast<int64_t *>(buffer->shape));
  buffer->data = buffer->owner = nullptr;
  buffer->shape = nullptr;
}
