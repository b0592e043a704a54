//===- TuningFile.cpp - Measured constants and thresholds -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Strategy/TuningFile.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cmath>
#include <tuple>

using namespace llvm;
using namespace conorm;
using comm::Link;
using comm::Strategy;

using Entry = TuningFile::Entry;

static constexpr int64_t kVersion = 1;

static Error makeError(StringRef where, const Twine &message) {
  return createStringError(inconvertibleErrorCode(),
                           where + Twine(where.empty() ? "" : ": ") + message);
}

//===----------------------------------------------------------------------===//
// Values at their place in the document
//===----------------------------------------------------------------------===//

namespace {

/// A value and its path ("targets[0].link"). Reading it as something else than
/// it is gives an error that names the path and both.
class Node {
public:
  Node(const json::Value *value, std::string path)
      : value(value), path(std::move(path)) {}

  explicit operator bool() const { return value; }
  StringRef getPath() const { return path; }

  Error mismatch(const Twine &expected) const {
    std::string found = "nothing";
    if (value)
      found = formatv("{0}", *value).str();
    // A whole document would hide what is wrong with it.
    if (found.size() > 60)
      found = found.substr(0, 60) + "...";
    return makeError(path, "expected " + expected + ", found " + found);
  }

  /// The member `key` of an object; its value is null if there is none.
  Node get(StringRef key) const {
    std::string inner = path.empty() ? key.str() : path + "." + key.str();
    const json::Object *object = value ? value->getAsObject() : nullptr;
    return Node(object ? object->get(key) : nullptr, std::move(inner));
  }

  /// Refuses what is no object, and members that are none of `known`: a key
  /// that is misspelt would be ignored.
  Error expectObject(ArrayRef<StringRef> known) const {
    const json::Object *object = value ? value->getAsObject() : nullptr;
    if (!object)
      return mismatch("an object");
    for (const auto &[key, unused] : *object)
      if (!is_contained(known, StringRef(key)))
        return makeError(path, "expected only the keys " + join(known, ", ") +
                                   ", found '" + StringRef(key) + "'");
    return Error::success();
  }

  Expected<std::vector<Node>> getElements() const {
    const json::Array *array = value ? value->getAsArray() : nullptr;
    if (!array)
      return mismatch("an array");
    std::vector<Node> elements;
    for (auto [index, element] : enumerate(*array))
      elements.emplace_back(&element, path + "[" + std::to_string(index) + "]");
    return elements;
  }

  Expected<std::string> getString(const Twine &expected) const {
    std::optional<StringRef> text = value ? value->getAsString() : std::nullopt;
    if (!text)
      return mismatch(expected);
    return text->str();
  }

  Expected<int64_t> getInteger(int64_t least, int64_t limit,
                               const Twine &expected) const {
    std::optional<int64_t> number =
        value ? value->getAsInteger() : std::nullopt;
    if (!number || *number < least || *number >= limit)
      return mismatch(expected);
    return *number;
  }

  /// A finite number of at least 0.
  Expected<double> getNumber() const {
    std::optional<double> number = value ? value->getAsNumber() : std::nullopt;
    if (!number || !std::isfinite(*number) || *number < 0)
      return mismatch("a number of at least 0");
    return *number;
  }

private:
  const json::Value *value;
  std::string path;
};

} // namespace

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

static Error readConstants(const Node &node, Entry &entry) {
  SmallVector<StringRef> names;
  for (const CostConstantName &constant : getCostConstantNames())
    names.push_back(constant.name);
  if (Error error = node.expectObject(names))
    return error;
  for (const CostConstantName &constant : getCostConstantNames()) {
    Node member = node.get(constant.name);
    if (!member)
      continue;
    Expected<double> number = member.getNumber();
    if (!number)
      return number.takeError();
    // These are divided by.
    bool isDivisor = constant.member == &CostConstants::linkGBps ||
                     constant.member == &CostConstants::memoryGBps ||
                     constant.member == &CostConstants::chunkBytes;
    if (isDivisor && *number == 0)
      return member.mismatch("a number above 0");
    entry.constants.emplace_back(constant.member, *number);
  }
  return Error::success();
}

static Error readRange(const Node &node, Entry &entry) {
  if (Error error = node.expectObject({"group_size", "from_bytes", "strategy"}))
    return error;
  Entry::Range range;
  if (Error error = node.get("group_size")
                        .getInteger(2, comm::kRanksLimit,
                                    "a number of ranks of at least 2")
                        .moveInto(range.groupSize))
    return error;
  if (Error error = node.get("from_bytes")
                        .getInteger(0, std::numeric_limits<int64_t>::max(),
                                    "a number of bytes of at least 0")
                        .moveInto(range.fromBytes))
    return error;
  // NCCL is for devices.
  bool isCPU = entry.link == Link::SharedMemory;
  StringRef strategies =
      isCPU ? "one_shot or two_shot" : "one_shot, two_shot or nccl";
  Node strategyNode = node.get("strategy");
  std::string name;
  if (Error error = strategyNode.getString(strategies).moveInto(name))
    return error;
  std::optional<Strategy> strategy = comm::symbolizeStrategy(name);
  if (!strategy || *strategy == Strategy::Auto ||
      *strategy == Strategy::Multimem || (isCPU && *strategy == Strategy::NCCL))
    return strategyNode.mismatch(strategies);
  range.strategy = *strategy;

  const Entry::Range *last =
      entry.thresholds.empty() ? nullptr : &entry.thresholds.back();
  if (last && std::tie(last->groupSize, last->fromBytes) >=
                  std::tie(range.groupSize, range.fromBytes))
    return node.mismatch("a range above the one before, by group_size and then "
                         "by from_bytes");
  if ((!last || last->groupSize != range.groupSize) && range.fromBytes != 0)
    return node.get("from_bytes")
        .mismatch("0 in the first range of each group_size");
  entry.thresholds.push_back(range);
  return Error::success();
}

static Error readThresholds(const Node &node, Entry &entry) {
  Expected<std::vector<Node>> ranges = node.getElements();
  if (!ranges)
    return ranges.takeError();
  if (ranges->empty() || ranges->size() > 4096)
    return makeError(node.getPath(), "expected 1 to 4096 ranges, found " +
                                         Twine(ranges->size()));
  for (const Node &range : *ranges)
    if (Error error = readRange(range, entry))
      return error;
  return Error::success();
}

static Error readEntry(const Node &node, Entry &entry) {
  if (Error error = node.expectObject(
          {"arch", "link", "ranks_per_device", "constants", "thresholds"}))
    return error;
  if (Error error =
          node.get("arch").getString("an architecture").moveInto(entry.arch))
    return error;
  static constexpr StringLiteral kLinks =
      "shared_memory, pcie, nvlink or network";
  Node linkNode = node.get("link");
  std::string name;
  if (Error error = linkNode.getString(kLinks).moveInto(name))
    return error;
  std::optional<Link> link = comm::symbolizeLink(name);
  if (!link)
    return linkNode.mismatch(kLinks);
  entry.link = *link;
  bool isCPU = entry.arch == comm::kCPUArch;
  if (isCPU != (*link == Link::SharedMemory))
    return linkNode.mismatch(isCPU ? "shared_memory with the arch cpu"
                                   : "pcie, nvlink or network with the arch " +
                                         entry.arch);
  if (Node ranks = node.get("ranks_per_device"))
    if (Error error =
            ranks.getInteger(1, comm::kRanksLimit, "a positive number")
                .moveInto(entry.ranksPerDevice))
      return error;
  if (Node constants = node.get("constants"))
    if (Error error = readConstants(constants, entry))
      return error;
  if (Node thresholds = node.get("thresholds"))
    return readThresholds(thresholds, entry);
  return Error::success();
}

static bool isSameTarget(const Entry &a, const Entry &b) {
  return std::tie(a.arch, a.link, a.ranksPerDevice) ==
         std::tie(b.arch, b.link, b.ranksPerDevice);
}

//===----------------------------------------------------------------------===//
// TuningFile
//===----------------------------------------------------------------------===//

/// LLVM's errors read "[3:5, byte=40]: Expected ...".
static Error locateSyntaxError(Error error) {
  std::string text = toString(std::move(error));
  StringRef rest = text;
  auto [line, afterLine] = rest.split(':');
  auto [column, afterColumn] = afterLine.split(',');
  StringRef message = afterColumn.split("]: ").second;
  if (!line.consume_front("[") || message.empty())
    return makeError("", text);
  std::string lower = message.str();
  lower[0] = toLower(lower[0]);
  return makeError(("line " + line + ", column " + column).str(), lower);
}

/// LLVM's parser recurses, and would run out of stack.
static Error checkDepth(StringRef text) {
  constexpr unsigned kMaxDepth = 64;
  unsigned depth = 0;
  bool inString = false;
  for (size_t index = 0; index < text.size(); ++index) {
    char c = text[index];
    if (c == '"')
      inString = !inString;
    else if (inString)
      index += c == '\\';
    else if (c == '[' || c == '{')
      ++depth;
    else if ((c == ']' || c == '}') && depth)
      --depth;
    if (depth > kMaxDepth)
      return makeError("", "expected at most " + Twine(kMaxDepth) +
                               " arrays and objects in each other");
  }
  return Error::success();
}

Expected<TuningFile> TuningFile::parse(StringRef text) {
  if (Error error = checkDepth(text))
    return error;
  Expected<json::Value> document = json::parse(text);
  if (!document)
    return locateSyntaxError(document.takeError());
  Node root(&*document, "");
  // The version first: another one may have other keys.
  int64_t version;
  Node versionNode = root.get("version");
  if (!document->getAsObject())
    return root.mismatch("an object");
  if (Error error =
          versionNode
              .getInteger(kVersion, kVersion + 1, "version " + Twine(kVersion))
              .moveInto(version))
    return error;
  if (Error error = root.expectObject({"version", "targets"}))
    return error;
  Expected<std::vector<Node>> targets = root.get("targets").getElements();
  if (!targets)
    return targets.takeError();
  TuningFile file;
  for (const Node &target : *targets) {
    Entry entry;
    if (Error error = readEntry(target, entry))
      return error;
    for (auto [index, earlier] : enumerate(file.entries))
      if (isSameTarget(earlier, entry))
        return makeError(target.getPath(),
                         "expected each target once, found that of targets[" +
                             Twine(index) + "] again");
    file.entries.push_back(std::move(entry));
  }
  return file;
}

Expected<TuningFile> TuningFile::load(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer =
      MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return makeError("", "cannot read it: " + buffer.getError().message());
  return parse((*buffer)->getBuffer());
}

const Entry *TuningFile::find(comm::TargetAttr target) const {
  for (const Entry &entry : entries)
    if (entry.arch == target.getArch() && entry.link == target.getLink() &&
        entry.ranksPerDevice == target.getRanksPerDevice())
      return &entry;
  return nullptr;
}

const Entry *TuningFile::findMeasured(comm::TargetAttr target) {
  // docs/performance-model.md has the measurements.
  static const Entry sharedCores = [] {
    Entry entry;
    entry.link = Link::SharedMemory;
    entry.thresholds = {{2, 0, Strategy::OneShot},
                        {3, 0, Strategy::OneShot},
                        {3, 256 << 10, Strategy::TwoShot}};
    return entry;
  }();
  bool sharesCores =
      target.getLink() == Link::SharedMemory && target.getRanksPerDevice() > 1;
  return sharesCores ? &sharedCores : nullptr;
}

void Entry::apply(CostConstants &values) const {
  for (auto [member, value] : constants)
    values.*member = value;
}

bool Entry::hasAllConstants() const {
  return constants.size() == getCostConstantNames().size();
}
