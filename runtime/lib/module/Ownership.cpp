//===- Ownership.cpp - Whose memory a call moves --------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Ownership.h"

#include "support/Structs.h"

#include <algorithm>
#include <cstring>
#include <new>

using namespace conorm::rt;

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

/// The callee may overwrite a donated buffer while it still reads the others.
Error BorrowedArguments::checkDonated(const conorm_entry &entry) const {
  for (uint32_t i = 0; i < entry.num_args; ++i) {
    if (!(entry.args[i].flags & CONORM_VALUE_DONATED))
      continue;
    for (uint32_t j = 0; j < entry.num_args; ++j)
      if (i != j && overlap(buffers[i], buffers[j]))
        return argumentError("argument " + std::to_string(i) +
                             ": expected a donated buffer of its own, found "
                             "one that overlaps argument " +
                             std::to_string(j));
  }
  return {};
}

/// Contiguous, with offset 0.
static void describe(const conorm_buffer &buffer, MemrefDescriptor desc) {
  desc.setAllocated(buffer.data);
  desc.setAligned(buffer.data);
  int64_t stride = 1;
  for (uint32_t d = buffer.rank; d-- > 0;) {
    desc.sizes()[d] = buffer.shape[d];
    desc.strides()[d] = stride;
    // An empty tensor may have sizes whose product overflows elsewhere.
    if (__builtin_mul_overflow(stride, buffer.shape[d], &stride))
      stride = 0;
  }
}

Error BorrowedArguments::pack(const conorm_entry &entry,
                              const conorm_buffer *given, uint32_t memory) {
  if (Error error = readBuffers("argument", entry.args, entry.num_args, given,
                                memory, buffers))
    return error;
  if (Error error = checkDonated(entry))
    return error;
  size_t size = 0;
  for (const conorm_buffer &buffer : buffers)
    size += MemrefDescriptor::numWords(buffer.rank);
  words.resize(size);
  uint64_t *next = words.data();
  for (uint32_t i = 0; i < entry.num_args; ++i) {
    if (entry.args[i].kind == CONORM_VALUE_SCALAR) {
      places.push_back(buffers[i].data);
      continue;
    }
    describe(buffers[i], {next, buffers[i].rank});
    places.push_back(next);
    next += MemrefDescriptor::numWords(buffers[i].rank);
  }
  return success();
}

bool BorrowedArguments::own(const void *memory) const {
  const char *at = static_cast<const char *>(memory);
  return std::any_of(
      buffers.begin(), buffers.end(), [at](const conorm_buffer &buffer) {
        const char *begin = static_cast<const char *>(buffer.data);
        int64_t bytes =
            tensorBytes(buffer.shape, buffer.rank, buffer.element_type);
        return begin && at >= begin && at < begin + (bytes ? bytes : 1);
      });
}

//===----------------------------------------------------------------------===//
// Returned memory
//===----------------------------------------------------------------------===//

ReturnedMemory::Allocation *ReturnedMemory::find(const void *memory) {
  auto at = std::find_if(
      allocations.begin(), allocations.end(),
      [memory](const Allocation &known) { return known.address == memory; });
  return at == allocations.end() ? nullptr : &*at;
}

void ReturnedMemory::add(void *memory, bool isBorrowed) {
  if (!memory)
    return;
  if (Allocation *known = find(memory))
    ++known->users;
  else
    allocations.push_back(
        {OwnedMemory(isBorrowed ? nullptr : memory), memory, 1});
}

bool ReturnedMemory::isExclusive(const void *memory) {
  Allocation *known = find(memory);
  return known && known->memory && known->users == 1;
}

void *ReturnedMemory::release(const void *memory) {
  return find(memory)->memory.release();
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

static size_t roundUp(size_t value, size_t unit) {
  return (value + unit - 1) / unit * unit;
}

ResultStructure::ResultStructure(const conorm_entry &entry) : entry(entry) {
  size_t end = 0;
  for (uint32_t i = 0; i < entry.num_results; ++i) {
    const conorm_value_desc &desc = entry.results[i];
    bool isScalar = desc.kind == CONORM_VALUE_SCALAR;
    size_t unit =
        isScalar ? conorm_type_bytes(desc.element_type, 1) : sizeof(uint64_t);
    offsets.push_back(roundUp(end, unit));
    end = offsets.back() +
          (isScalar ? unit : unit * MemrefDescriptor::numWords(desc.rank));
  }
  words.assign(end / sizeof(uint64_t) + 1, 0);
}

void ReturnedResults::adopt(const BorrowedArguments &arguments) {
  for (uint32_t i = 0; i < entry.num_results; ++i)
    if (entry.results[i].kind == CONORM_VALUE_TENSOR) {
      void *allocated = structure.descriptorOf(i).allocated();
      memory.add(allocated, arguments.own(allocated));
    }
}

static void *allocate(size_t bytes) {
  void *memory = std::malloc(bytes ? bytes : 1);
  if (!memory)
    throw std::bad_alloc();
  return memory;
}

static void copyStrided(char *&to, const char *from, MemrefDescriptor &desc,
                        uint32_t dim, size_t elementBytes) {
  if (dim == desc.rank) {
    std::memcpy(to, from, elementBytes);
    to += elementBytes;
    return;
  }
  int64_t step = desc.strides()[dim] * static_cast<int64_t>(elementBytes);
  for (int64_t i = 0; i < desc.sizes()[dim]; ++i)
    copyStrided(to, from + i * step, desc, dim + 1, elementBytes);
}

bool conorm::rt::isContiguous(MemrefDescriptor &desc) {
  int64_t stride = 1;
  for (uint32_t d = desc.rank; d-- > 0;) {
    if (desc.sizes()[d] != 1 && desc.strides()[d] != stride)
      return false;
    stride *= desc.sizes()[d];
  }
  return true;
}

Error ResultStructure::measure(uint32_t index, int64_t &bytes) {
  const conorm_value_desc &desc = entry.results[index];
  MemrefDescriptor from = descriptorOf(index);
  bytes = tensorBytes(from.sizes(), desc.rank, desc.element_type);
  bool matches = bytes >= 0;
  for (uint32_t i = 0; matches && i < desc.rank; ++i)
    matches =
        desc.shape[i] == CONORM_DYNAMIC || desc.shape[i] == from.sizes()[i];
  if (matches)
    return success();
  return {CONORM_ERROR_MODULE,
          "result " + std::to_string(index) + ": expected " +
              describeValue(desc) + ", found " +
              describeShape(from.sizes(), desc.rank, desc.element_type)};
}

const int64_t *conorm::rt::copyShape(const int64_t *shape, uint32_t rank) {
  auto *copy = static_cast<int64_t *>(allocate(sizeof(int64_t) * rank));
  std::copy_n(shape, rank, copy);
  return copy;
}

Error ReturnedResults::takeTensor(uint32_t index, conorm_buffer &to) {
  const conorm_value_desc &desc = entry.results[index];
  int64_t bytes;
  if (Error error = structure.measure(index, bytes))
    return error;
  MemrefDescriptor from = structure.descriptorOf(index);
  to.shape = copyShape(from.sizes(), desc.rank);
  size_t elementBytes = conorm_type_bytes(desc.element_type, 1);
  char *data = static_cast<char *>(from.aligned());
  if (bytes)
    data += from.offset() * static_cast<int64_t>(elementBytes);
  if (memory.isExclusive(from.allocated()) &&
      (bytes == 0 || isContiguous(from))) {
    to.data = data;
    to.owner = memory.release(from.allocated());
    return success();
  }
  to.owner = to.data = allocate(bytes);
  char *at = static_cast<char *>(to.data);
  if (bytes)
    copyStrided(at, data, from, 0, elementBytes);
  return success();
}

void ResultStructure::takeScalar(uint32_t index, conorm_buffer &to) {
  size_t bytes = conorm_type_bytes(entry.results[index].element_type, 1);
  to.owner = to.data = allocate(bytes);
  std::memcpy(to.data, bytesOf(index), bytes);
}

Error ReturnedResults::take(uint32_t index, conorm_buffer &to) {
  const conorm_value_desc &desc = entry.results[index];
  to.element_type = desc.element_type;
  to.rank = desc.rank;
  to.memory = CONORM_MEMORY_HOST;
  if (desc.kind == CONORM_VALUE_TENSOR)
    return takeTensor(index, to);
  structure.takeScalar(index, to);
  return success();
}

//===----------------------------------------------------------------------===//
// The caller's
//===----------------------------------------------------------------------===//

CallersResults::~CallersResults() {
  for (conorm_buffer *buffer : buffers)
    conorm_buffer_release(buffer);
}

Error CallersResults::read(const conorm_entry &entry, conorm_buffer *results) {
  std::vector<conorm_buffer *> found;
  auto remember = [&](size_t, const conorm_buffer &, const char *at) -> Error {
    found.push_back(reinterpret_cast<conorm_buffer *>(const_cast<char *>(at)));
    return success();
  };
  if (Error error =
          forEachStruct(results, entry.num_results, "result", remember))
    return error;
  for (conorm_buffer *buffer : found) {
    buffer->data = buffer->owner = nullptr;
    buffer->shape = nullptr;
  }
  buffers = std::move(found);
  return success();
}
