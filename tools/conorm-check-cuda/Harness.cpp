//===- Harness.cpp - What the checks on a GPU share -----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

using namespace check;

void check::die(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  fputs("check-cuda: ", stderr);
  vfprintf(stderr, fmt, args);
  fputc('\n', stderr);
  va_end(args);
  fflush(nullptr);
  _Exit(1);
}

void check::cuda(cudaError_t code, const char *what) {
  if (code != cudaSuccess)
    die("%s: %s", what, cudaGetErrorString(code));
}

int64_t check::option(int argc, char **argv, const char *name,
                      int64_t otherwise) {
  for (int i = 0; i + 1 < argc; ++i)
    if (argv[i][0] == '-' && argv[i][1] == '-' && !strcmp(argv[i] + 2, name))
      return atoll(argv[i + 1]);
  return otherwise;
}

std::string check::textOption(int argc, char **argv, const char *name,
                              const char *otherwise) {
  for (int i = 0; i + 1 < argc; ++i)
    if (argv[i][0] == '-' && argv[i][1] == '-' && !strcmp(argv[i] + 2, name))
      return argv[i + 1];
  return otherwise;
}

static int mostDevices = 0;

void check::limitDevices(int most) { mostDevices = most; }

int check::devices() {
  int count = 0;
  cuda(cudaGetDeviceCount(&count), "cudaGetDeviceCount");
  return mostDevices > 0 && mostDevices < count ? mostDevices : count;
}

void check::useDeviceOf(int rank) {
  cuda(cudaSetDevice(rank % devices()), "cudaSetDevice");
}

void check::onRanks(int worldSize, const std::function<void(int)> &body) {
  std::vector<std::thread> threads;
  for (int rank = 0; rank < worldSize; ++rank)
    threads.emplace_back([&body, rank] {
      useDeviceOf(rank);
      body(rank);
    });
  for (std::thread &thread : threads)
    thread.join();
}

const conorm_group &check::worldGroup() {
  static const conorm_group group = {sizeof(group), 0, 0, 0, "world", nullptr};
  return group;
}

conorm_context *check::tryContext(const conorm_bootstrap &bootstrap,
                                  const ContextOptions &options,
                                  std::string &message) {
  conorm_context_options wanted = {};
  wanted.struct_size = sizeof(wanted);
  wanted.backend = options.backend;
  wanted.bootstrap = &bootstrap;
  wanted.deadline_ms = options.deadlineMs;
  wanted.workspace_bytes = options.workspaceBytes;
  wanted.stream = options.stream;
  wanted.strategy = options.strategy;
  // Without a driver the context says so.
  if (cudaGetDevice(&wanted.device) != cudaSuccess)
    wanted.device = 0;
  conorm_context *context = nullptr;
  char text[1024];
  if (conorm_context_create(&wanted, &context, text, sizeof(text))) {
    message = text;
    return nullptr;
  }
  if (conorm_context_add_groups(context, &worldGroup(), 1)) {
    message = conorm_context_message(context);
    conorm_context_destroy(context);
    return nullptr;
  }
  return context;
}

conorm_context *check::makeContext(const conorm_bootstrap &bootstrap,
                                   const ContextOptions &options) {
  std::string message;
  conorm_context *context = tryContext(bootstrap, options, message);
  if (!context)
    die("rank %d has no context: %s", bootstrap.rank, message.c_str());
  return context;
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

HostBuffers::HostBuffers(const Cell &cell, int rank) : memory(numSlots) {
  for (int i = 0; i < numSlots; ++i) {
    Slot slot = Slot(i);
    int64_t bytes = bytesOf(cell, slot);
    if (!isPresent(cell, slot))
      continue;
    if (homeOf(cell, slot) == slot) {
      memory[i].assign(size_t(bytes) + 16, 0);
      buffers.at[i] = memory[i].data();
      if (!isOutput(slot))
        fill(cell, slot, rank, buffers.at[i]);
    } else {
      buffers.at[i] = buffers.at[homeOf(cell, slot)];
    }
  }
}

static constexpr size_t guardBytes = 256;
static constexpr int poison = 0xa5;

static size_t roomFor(int64_t bytes) {
  return (size_t(bytes) + 255) / 256 * 256 + 2 * guardBytes;
}

size_t DeviceBuffers::needed(const Cell &cell) {
  size_t sum = 0;
  for (int i = 0; i < numSlots; ++i)
    sum += roomFor(bytesOf(cell, Slot(i)));
  return sum;
}

DeviceBuffers::DeviceBuffers(size_t bytes) : bytes(bytes) {
  void *memory;
  cuda(cudaMalloc(&memory, bytes), "cudaMalloc");
  base = static_cast<char *>(memory);
}

DeviceBuffers::~DeviceBuffers() { cudaFree(base); }

Buffers DeviceBuffers::place(const Cell &cell, int rank, cudaStream_t stream,
                             size_t offset) {
  Buffers result;
  size_t shift = cell.shifted ? size_t(conorm_type_bytes(cell.type, 1)) : 0;
  if (offset + needed(cell) > bytes)
    die("a cell needs %zu bytes, there are %zu", needed(cell), bytes);
  cuda(cudaMemsetAsync(base + offset, poison, needed(cell), stream),
       "cudaMemset");
  std::vector<char> data;
  for (int i = 0; i < numSlots; ++i) {
    Slot slot = Slot(i);
    int64_t size = bytesOf(cell, slot);
    char *at = base + offset + guardBytes;
    // What is not a tensor of T keeps its alignment.
    if (slot != slotScale && slot != slotScales && slot != slotWeight &&
        slot != slotPostWeight)
      at += shift;
    offset += roomFor(size);
    if (!isPresent(cell, slot))
      continue;
    if (homeOf(cell, slot) != slot) {
      result.at[i] = result.at[homeOf(cell, slot)];
      continue;
    }
    result.at[i] = at;
    if (isOutput(slot) || size == 0)
      continue;
    data.resize(size_t(size));
    fill(cell, slot, rank, data.data());
    cuda(cudaMemcpyAsync(at, data.data(), size_t(size), cudaMemcpyHostToDevice,
                         stream),
         "cudaMemcpy");
    cuda(cudaStreamSynchronize(stream), "copying inputs");
  }
  return result;
}

std::string DeviceBuffers::compare(const Cell &cell, const Buffers &device,
                                   const Buffers &host, cudaStream_t stream) {
  std::vector<unsigned char> data;
  for (int i = 0; i < numSlots; ++i) {
    Slot slot = Slot(i);
    int64_t size = bytesOf(cell, slot);
    if (!isOutput(slot) || size == 0)
      continue;
    constexpr size_t margin = 64;
    data.resize(size_t(size) + 2 * margin);
    cuda(cudaMemcpyAsync(data.data(),
                         static_cast<char *>(device.at[i]) - margin,
                         data.size(), cudaMemcpyDeviceToHost, stream),
         "cudaMemcpy");
    cuda(cudaStreamSynchronize(stream), "copying outputs");
    std::string difference =
        check::compare(cell, slot, host.at[i], data.data() + margin);
    if (!difference.empty())
      return difference;
    for (size_t k = 0; k < margin; ++k)
      if (data[k] != poison || data[margin + size_t(size) + k] != poison)
        return "slot " + std::to_string(i) + ": written beside the buffer";
  }
  return "";
}
