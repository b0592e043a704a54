//===- ProgramRank.cpp - One rank of a compiled program -------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramRank.h"

#include <algorithm>
#include <cstring>
#include <dirent.h>

using namespace check;

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

Program::Program(const std::string &path) {
  title = path.substr(path.rfind('/') + 1);
  char message[1024];
  if (conorm_module_open(path.c_str(), &module, message, sizeof(message)))
    die("%s", message);
}

Program::Program(const Defects &defects, const std::string &name)
    : title(name), hand(new HandProgram(defects)) {
  char message[1024];
  if (conorm_module_from_manifest(&hand->manifest(), &module, message,
                                  sizeof(message)))
    die("%s", message);
}

bool Program::hasDynamicSizes() const {
  const conorm_manifest &manifest = *conorm_module_manifest(module);
  for (uint32_t i = 0; i < manifest.entries[0].num_args; ++i) {
    const conorm_value_desc &desc = manifest.entries[0].args[i];
    if (std::count(desc.shape, desc.shape + desc.rank, CONORM_DYNAMIC))
      return true;
  }
  return false;
}

std::vector<std::unique_ptr<Program>>
check::findPrograms(const std::string &folder) {
  std::vector<std::unique_ptr<Program>> programs;
  programs.push_back(std::make_unique<Program>());
  int major;
  cuda(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0),
       "cudaDeviceGetAttribute");
  if (major >= 9) {
    Defects early;
    early.version = "7.8";
    early.target = "sm_90";
    early.arch = 90;
    early.flags = CONORM_IMAGE_AWAITS;
    early.prologue =
        "griddepcontrol.wait;\n  griddepcontrol.launch_dependents;";
    programs.push_back(
        std::make_unique<Program>(early, "by hand, launched early"));
  }
  std::vector<std::string> files;
  if (DIR *directory = folder.empty() ? nullptr : opendir(folder.c_str())) {
    while (const dirent *file = readdir(directory)) {
      std::string name = file->d_name;
      if (name.size() > 3 && name.substr(name.size() - 3) == ".so")
        files.push_back(folder + "/" + name);
    }
    closedir(directory);
  }
  std::sort(files.begin(), files.end());
  for (const std::string &file : files)
    programs.push_back(std::make_unique<Program>(file));
  return programs;
}

std::string check::compareValues(const conorm_entry &entry,
                                 const Values &expected, const Values &found) {
  for (uint32_t i = 0; i < entry.num_results; ++i) {
    if (expected[i].size() != found[i].size())
      return text("result %u has another size", i);
    std::string difference = compareElements(
        entry.results[i].element_type, int64_t(expected[i].size()),
        expected[i].data(), found[i].data());
    if (!difference.empty())
      return text("result %u: ", i) + difference;
  }
  return "";
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

ProgramRank::ProgramRank(const Program &program, const conorm_bootstrap &gpu,
                         const conorm_bootstrap *cpu,
                         const ContextOptions &options)
    : bound(program.get()), rank(gpu.rank) {
  onGpu = makeContext(gpu, options);
  if (conorm_module_bind(program.get(), onGpu))
    die("%s: %s", program.name().c_str(), message().c_str());
  if (!cpu)
    return;
  ContextOptions onHost = options;
  onHost.backend = CONORM_BACKEND_CPU;
  onHost.stream = nullptr;
  onHost.strategy = CONORM_STRATEGY_AUTO;
  onCpu = makeContext(*cpu, onHost);
}

ProgramRank::~ProgramRank() {
  releaseArguments();
  conorm_context_destroy(onGpu);
  conorm_context_destroy(onCpu);
}

void ProgramRank::releaseArguments() {
  for (std::vector<Argument> &arguments : sets)
    for (Argument &argument : arguments)
      if (!argument.isScalar)
        conorm_buffer_release(&argument.buffer);
  sets.clear();
}

void ProgramRank::write(Argument &argument) {
  if (conorm_buffer_write(onGpu, &argument.buffer, argument.pristine.data(),
                          argument.pristine.size()))
    die("rank %d: %s", rank, message().c_str());
}

void ProgramRank::makeArguments(const conorm_entry &entry, int64_t tokens,
                                uint64_t seed) {
  selected = sets.size();
  std::vector<Argument> &arguments = sets.emplace_back(entry.num_args);
  for (uint32_t i = 0; i < entry.num_args; ++i) {
    const conorm_value_desc &desc = entry.args[i];
    Argument &argument = arguments[i];
    argument.isScalar = desc.kind == CONORM_VALUE_SCALAR;
    argument.isDonated = desc.flags & CONORM_VALUE_DONATED;
    argument.shape.assign(desc.shape, desc.shape + desc.rank);
    int64_t count = 1;
    for (int64_t &size : argument.shape) {
      size = size == CONORM_DYNAMIC ? tokens : size;
      count *= size;
    }
    argument.pristine.resize(
        size_t(conorm_type_bytes(desc.element_type, count)));
    int stream = desc.flags & CONORM_VALUE_PER_RANK ? rank + 1 : 0;
    // Scalars stay, for each value of one is a plan of its own.
    uint64_t base = argument.isScalar ? 5 : seed;
    fillElements(desc.element_type, count,
                 base * 8191 + i * 131 + uint64_t(stream),
                 argument.pristine.data());
    conorm_buffer &buffer = argument.buffer;
    buffer.struct_size = sizeof(buffer);
    if (argument.isScalar) {
      buffer.element_type = desc.element_type;
      buffer.data = argument.pristine.data();
      continue;
    }
    if (conorm_buffer_create(onGpu, desc.element_type, desc.rank,
                             argument.shape.data(), &buffer))
      die("rank %d: %s", rank, message().c_str());
    write(argument);
  }
}

conorm_status ProgramRank::invoke(const conorm_entry &entry,
                                  std::vector<conorm_buffer> &results) {
  std::vector<conorm_buffer> buffers;
  for (const Argument &argument : sets[selected])
    buffers.push_back(argument.buffer);
  results.assign(entry.num_results, conorm_buffer{});
  for (conorm_buffer &result : results)
    result.struct_size = sizeof(result);
  return conorm_module_invoke(bound, &entry, onGpu, buffers.data(),
                              buffers.size(), results.data(), results.size());
}

conorm_status ProgramRank::call(const conorm_entry &entry, Values &results) {
  for (Argument &argument : sets[selected])
    if (argument.isDonated)
      write(argument);
  std::vector<conorm_buffer> buffers;
  if (conorm_status status = invoke(entry, buffers))
    return status;
  results.resize(buffers.size());
  conorm_status status = CONORM_OK;
  for (size_t i = 0; i < buffers.size(); ++i) {
    conorm_buffer &buffer = buffers[i];
    int64_t count = 1;
    for (uint32_t d = 0; d < buffer.rank; ++d)
      count *= buffer.shape[d];
    results[i].resize(size_t(conorm_type_bytes(buffer.element_type, count)));
    if (buffer.memory == CONORM_MEMORY_HOST)
      memcpy(results[i].data(), buffer.data, results[i].size());
    else if (!status)
      status = conorm_buffer_read(onGpu, &buffer, results[i].data(),
                                  results[i].size());
    conorm_buffer_release(&buffer);
  }
  return status;
}

//===----------------------------------------------------------------------===//
// The same operations on the CPU
//===----------------------------------------------------------------------===//

void ProgramRank::observe(bool enabled) {
  conorm_context_set_observer(onGpu, enabled ? observer : nullptr, this);
}

void ProgramRank::observer(void *self, conorm_context *, uint32_t op,
                           uint32_t phase, const void *args) {
  ProgramRank &rank = *static_cast<ProgramRank *>(self);
  if (phase == 0)
    rank.before(op, args);
  else if (rank.pending)
    rank.after();
}

/// By bytes, whatever the type.
std::vector<char> ProgramRank::read(const void *data, int64_t bytes) {
  std::vector<char> host(static_cast<size_t>(bytes));
  conorm_buffer buffer = {};
  buffer.struct_size = sizeof(buffer);
  buffer.element_type = CONORM_TYPE_I8;
  buffer.rank = 1;
  buffer.memory = CONORM_MEMORY_DEVICE;
  buffer.data = const_cast<void *>(data);
  buffer.shape = &bytes;
  if (conorm_buffer_read(onGpu, &buffer, host.data(), host.size()))
    die("rank %d: %s", rank, message().c_str());
  return host;
}

template <typename Args>
static void describeScatterGather(const Args &args, Cell &cell, Buffers &at) {
  cell.reduction = args.reduction;
  cell.outer = args.outer;
  cell.dim = args.dim;
  cell.inner = args.inner;
  at.at[slotInput] = const_cast<void *>(args.input);
  at.at[slotOutput] = args.output;
}

static void describeFused(const conorm_all_reduce_rms_norm_args &args,
                          Cell &cell, Buffers &at) {
  cell.rows = args.rows;
  cell.cols = args.cols;
  cell.norm = args.norm;
  cell.quant = args.quant;
  cell.postNorm = args.has_post_norm;
  if (cell.postNorm)
    cell.post = args.post_norm;
  at.at[slotInput] = const_cast<void *>(args.input);
  at.at[slotResidual] = const_cast<void *>(args.residual);
  at.at[slotScale] = const_cast<void *>(args.scale);
  at.at[slotReduced] = args.reduced;
  at.at[slotResidualOut] = args.residual_out;
  at.at[slotNormed] = args.normed;
  at.at[slotQuantized] = args.quantized;
  at.at[slotScales] = args.scales;
}

/// False if the operation promises no bits.
static bool describeOperation(uint32_t op, const void *given, Cell &cell,
                              Buffers &at) {
  cell.op = op;
  cell.type = *(static_cast<const uint32_t *>(given) + 1);
  if (op == CONORM_OP_ALL_REDUCE) {
    const auto &args = *static_cast<const conorm_all_reduce_args *>(given);
    cell.reduction = args.reduction;
    cell.cols = args.count;
    at.at[slotInput] = const_cast<void *>(args.input);
    at.at[slotOutput] = args.output;
  } else if (op == CONORM_OP_REDUCE_SCATTER || op == CONORM_OP_ALL_GATHER) {
    describeScatterGather(
        *static_cast<const conorm_scatter_gather_args *>(given), cell, at);
  } else if (op == CONORM_OP_ALL_REDUCE_RMS_NORM) {
    describeFused(*static_cast<const conorm_all_reduce_rms_norm_args *>(given),
                  cell, at);
  } else if (op == CONORM_OP_RMS_NORM || op == CONORM_OP_ADD_RMS_NORM) {
    const auto &args = *static_cast<const conorm_rms_norm_args *>(given);
    cell.rows = args.rows;
    cell.cols = args.cols;
    cell.norm = args.norm;
    at.at[slotInput] = const_cast<void *>(args.input);
    at.at[slotResidual] = const_cast<void *>(args.residual);
    at.at[slotResidualOut] = args.residual_out;
    at.at[slotNormed] = args.normed;
  } else if (op == CONORM_OP_QUANTIZE) {
    const auto &args = *static_cast<const conorm_quantize_args *>(given);
    cell.rows = args.rows;
    cell.cols = args.cols;
    cell.quant = args.quant;
    at.at[slotInput] = const_cast<void *>(args.input);
    at.at[slotScale] = const_cast<void *>(args.scale);
    at.at[slotQuantized] = args.quantized;
    at.at[slotScales] = args.scales;
  } else {
    return false;
  }
  cell.residual = at.at[slotResidual];
  cell.reducedOut = at.at[slotReduced];
  cell.residualOut = at.at[slotResidualOut];
  cell.normedOut = at.at[slotNormed];
  at.at[slotWeight] = const_cast<void *>(cell.norm.weight);
  at.at[slotPostWeight] = const_cast<void *>(cell.post.weight);
  return true;
}

void ProgramRank::before(uint32_t op, const void *args) {
  ++allOperations;
  cell = Cell();
  onDevice = Buffers();
  cell.worldSize = conorm_context_world_size(onGpu);
  pending = onCpu && describeOperation(op, args, cell, onDevice);
  if (!pending)
    return;
  host = std::make_unique<HostBuffers>(cell, rank);
  for (int i = 0; i < numSlots; ++i) {
    Slot slot = Slot(i);
    int64_t bytes = bytesOf(cell, slot);
    if (isOutput(slot) || !onDevice.at[i] || !bytes)
      continue;
    std::vector<char> data = read(onDevice.at[i], bytes);
    memcpy(host->buffers.at[i], data.data(), data.size());
  }
}

void ProgramRank::after() {
  pending = false;
  ++checkedSites;
  std::string difference;
  if (::check::call(onCpu, cell, host->buffers))
    difference = conorm_context_message(onCpu);
  for (int i = 0; i < numSlots && difference.empty(); ++i) {
    Slot slot = Slot(i);
    int64_t bytes = bytesOf(cell, slot);
    if (!isOutput(slot) || !onDevice.at[i] || !bytes)
      continue;
    std::vector<char> found = read(onDevice.at[i], bytes);
    difference = compare(cell, slot, host->buffers.at[i], found.data());
  }
  if (firstDifference.empty() && !difference.empty())
    firstDifference = describe(cell) + ": " + difference;
}
