//===- Inputs.cpp - Arguments of an entry ---------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inputs.h"

#include "Elements.h"
#include "Npy.h"
#include "RunError.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>

using namespace conorm::run;

namespace {

uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

/// Sum of four uniform numbers.
constexpr int64_t kLargestSum = 4 * 0xffff;
int64_t sumOf(uint64_t bits) {
  int64_t sum = 0;
  for (int i = 0; i < 4; ++i)
    sum += static_cast<int64_t>((bits >> (16 * i)) & 0xffff);
  return sum;
}

/// Such a sum with mean 0 and variance 1. No libm: the same everywhere.
double nearNormal(int64_t sum) {
  return static_cast<double>(sum - kLargestSum / 2) *
         (1.7320508075688772 / 0x10000);
}

/// A tensor of reals with more elements than there are sums: each sum is
/// rounded to the type once.
template <typename Code>
void fillFromTable(Tensor &tensor, uint64_t stream, double deviation) {
  std::vector<Code> codes(kLargestSum + 1);
  for (int64_t sum = 0; sum <= kLargestSum; ++sum)
    writeElement(tensor.type, codes.data(), sum, nearNormal(sum) * deviation);
  Code *data = reinterpret_cast<Code *>(tensor.data());
  for (int64_t i = 0, e = tensor.count(); i < e; ++i)
    data[i] = codes[sumOf(mix(stream + static_cast<uint64_t>(i)))];
}

/// Whether it was such a tensor, and is filled.
bool fillLarge(Tensor &tensor, uint64_t stream, double deviation) {
  if (!isFloat(tensor.type) || tensor.type == CONORM_TYPE_F8E8M0FNU ||
      tensor.count() <= kLargestSum)
    return false;
  switch (conorm_type_bytes(tensor.type, 1)) {
  case 1:
    fillFromTable<uint8_t>(tensor, stream, deviation);
    return true;
  case 2:
    fillFromTable<uint16_t>(tensor, stream, deviation);
    return true;
  case 4:
    fillFromTable<uint32_t>(tensor, stream, deviation);
    return true;
  default:
    return false;
  }
}

std::string argumentName(uint32_t index) {
  return "argument " + std::to_string(index);
}

/// Whether `path` names a file of each rank's own, which it then is.
bool insertRank(std::string &path, int rank) {
  bool isOfRank = false;
  const std::string placeholder = "{rank}";
  for (size_t at; (at = path.find(placeholder)) != std::string::npos;) {
    path.replace(at, placeholder.size(), std::to_string(rank));
    isOfRank = true;
  }
  return isOfRank;
}

/// The sizes of one argument, and where each that was dynamic came from.
class ArgumentReader {
public:
  ArgumentReader(const conorm_entry &entry, uint32_t index,
                 const Options &options, int rank, int worldSize)
      : desc(entry.args[index]), index(index), options(options), rank(rank),
        worldSize(worldSize), name(argumentName(index)) {}

  Tensor read();

private:
  bool isPerRank() const { return desc.flags & CONORM_VALUE_PER_RANK; }
  std::string expected() const {
    return describe(desc.element_type, desc.shape, desc.rank);
  }
  Tensor readFile(std::string path);
  std::vector<int64_t> sizes() const;

  const conorm_value_desc &desc;
  uint32_t index;
  const Options &options;
  int rank;
  int worldSize;
  std::string name;
};

Tensor ArgumentReader::read() {
  auto file = options.inputs.find(index);
  if (file != options.inputs.end())
    return readFile(file->second);
  Tensor tensor(desc.element_type, sizes());
  fillSeeded(tensor, options.seed, index, isPerRank() ? rank : kSharedByRanks);
  return tensor;
}

std::vector<int64_t> ArgumentReader::sizes() const {
  std::vector<int64_t> shape(desc.shape, desc.shape + desc.rank);
  for (uint32_t i = 0; i < desc.rank; ++i) {
    if (shape[i] != CONORM_DYNAMIC)
      continue;
    auto given = options.dims.find({index, i});
    shape[i] = given != options.dims.end() ? given->second : options.otherDims;
    if (shape[i] < 0)
      throw RunError(name + ": expected the size of dynamic dimension " +
                     std::to_string(i) + " of " + expected() + " (--dim " +
                     std::to_string(index) + "." + std::to_string(i) +
                     "=SIZE), found none");
  }
  return shape;
}

Tensor ArgumentReader::readFile(std::string path) {
  bool fileOfRank = insertRank(path, rank);
  if (fileOfRank && !isPerRank())
    throw RunError(name +
                   ": expected one file for all ranks, since its data are "
                   "the same on all, found {rank} in the name");
  NpyFile file(path);
  file.expectType(desc.element_type);
  std::vector<int64_t> shape = file.header().shape;
  bool sliced = isPerRank() && !fileOfRank;
  std::string wanted =
      sliced ? std::to_string(worldSize) + "x" + expected() : expected();
  size_t lead = sliced ? 1 : 0;
  bool matches =
      shape.size() == desc.rank + lead && (!sliced || shape[0] == worldSize);
  for (uint32_t i = 0; matches && i < desc.rank; ++i)
    matches =
        desc.shape[i] == CONORM_DYNAMIC || desc.shape[i] == shape[i + lead];
  if (!matches)
    throw RunError(path + ": expected " + wanted + " for " + name +
                   (sliced ? " (a leading dimension of ranks)" : "") +
                   ", found " + describe(desc.element_type, shape));
  Tensor tensor(desc.element_type,
                std::vector<int64_t>(shape.begin() + lead, shape.end()));
  for (uint32_t i = 0; i < desc.rank; ++i) {
    auto given = options.dims.find({index, i});
    if (given != options.dims.end() && given->second != tensor.shape[i])
      throw RunError(path + ": expected size " + std::to_string(given->second) +
                     " in dimension " + std::to_string(i) + " (--dim), found " +
                     std::to_string(tensor.shape[i]));
  }
  file.read(tensor, sliced ? rank * tensor.bytes : 0);
  return tensor;
}

/// The argument that is called `name`; `arg3` may stand for argument 3.
uint32_t findArgument(const conorm_entry &entry, const std::string &name,
                      const char *flag) {
  std::string names;
  for (uint32_t i = 0; i < entry.num_args; ++i) {
    if (!entry.args[i].name)
      continue;
    if (name == entry.args[i].name)
      return i;
    names += (names.empty() ? "" : ", ") + std::string(entry.args[i].name);
  }
  if (name.compare(0, 3, "arg") == 0 && name.size() > 3 && name.size() < 10 &&
      name.find_first_not_of("0123456789", 3) == std::string::npos)
    return std::strtoul(name.c_str() + 3, nullptr, 10);
  throw RunError(std::string(flag) + ": expected an argument's number" +
                 (names.empty() ? "" : " or name (" + names + ")") +
                 ", found '" + name + "'");
}

/// Numbers in the place of names.
Options resolveNames(const conorm_entry &entry, Options options) {
  for (const auto &input : options.namedInputs) {
    uint32_t index = findArgument(entry, input.first, "--input");
    if (!options.inputs.emplace(index, input.second).second)
      throw RunError("--input: expected one file for argument " +
                     std::to_string(index) + " ('" + input.first +
                     "'), found two");
  }
  for (const auto &dim : options.namedDims) {
    auto [name, dimension] = dim.first;
    uint32_t index = findArgument(entry, name, "--dim");
    if (!options.dims.insert({{index, dimension}, dim.second}).second)
      throw RunError("--dim: expected one size for dimension " +
                     std::to_string(dimension) + " of argument " +
                     std::to_string(index) + " ('" + name + "'), found two");
  }
  return options;
}

/// An option that names what the entry does not have is a mistake to report.
void checkOptions(const conorm_entry &entry, const Options &options) {
  for (const auto &input : options.inputs)
    if (input.first >= entry.num_args)
      throw RunError("--input: expected an argument below " +
                     std::to_string(entry.num_args) + ", found " +
                     std::to_string(input.first));
  for (const auto &dim : options.dims) {
    auto [argument, dimension] = dim.first;
    if (argument >= entry.num_args || dimension >= entry.args[argument].rank)
      throw RunError("--dim: expected a dimension of an argument, found " +
                     std::to_string(argument) + "." +
                     std::to_string(dimension));
    int64_t size = entry.args[argument].shape[dimension];
    if (size != CONORM_DYNAMIC && size != dim.second)
      throw RunError("--dim " + std::to_string(argument) + "." +
                     std::to_string(dimension) + ": expected size " +
                     std::to_string(size) + ", found " +
                     std::to_string(dim.second));
  }
}

} // namespace

void conorm::run::fillSeeded(Tensor &tensor, uint64_t seed, uint32_t argument,
                             int rank) {
  uint64_t stream = mix(seed);
  stream = mix(stream ^ (uint64_t(argument) << 32 | uint32_t(rank + 1)));
  double deviation = 1;
  size_t dims = tensor.shape.size();
  if (dims >= 2)
    deviation =
        1 / std::sqrt(double(std::max<int64_t>(1, tensor.shape[dims - 2])));
  if (fillLarge(tensor, stream, deviation))
    return;
  bool isReal = isFloat(tensor.type);
  int64_t range = tensor.type == CONORM_TYPE_I1 ? 2 : 8;
  for (int64_t i = 0, e = tensor.count(); i < e; ++i) {
    uint64_t bits = mix(stream + static_cast<uint64_t>(i));
    double value =
        isReal ? nearNormal(sumOf(bits)) * deviation : double(bits % range);
    if (tensor.type == CONORM_TYPE_F8E8M0FNU)
      value = std::ldexp(1.0, static_cast<int>(bits % 7) - 3);
    writeElement(tensor.type, tensor.data(), i, value);
  }
}

std::vector<Tensor> conorm::run::makeInputs(const conorm_entry &entry,
                                            const Options &given, int rank,
                                            int worldSize) {
  Options options = resolveNames(entry, given);
  checkOptions(entry, options);
  std::vector<Tensor> inputs;
  for (uint32_t i = 0; i < entry.num_args; ++i)
    inputs.push_back(ArgumentReader(entry, i, options, rank, worldSize).read());
  return inputs;
}

std::vector<std::string> conorm::run::inputFiles(const Options &options,
                                                 int worldSize) {
  std::vector<std::string> files = {options.input};
  auto add = [&](std::string path) {
    std::string first = path;
    int count = insertRank(first, 0) ? worldSize : 1;
    for (int rank = 0; rank < count; ++rank) {
      files.push_back(path);
      insertRank(files.back(), rank);
    }
  };
  for (const auto &input : options.inputs)
    add(input.second);
  for (const auto &input : options.namedInputs)
    add(input.second);
  return files;
}
