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

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

//===----------------------------------------------------------------------===//
// Reading a document
//===----------------------------------------------------------------------===//

namespace {

/// Reads the parts of a document. Each returns false where one is wrong; the
/// path keeps the place then, and the reader what was expected and found.
class Reader {
public:
  bool readEntries(const json::Value &document, json::Path path,
                   std::vector<Entry> &entries);

  StringRef getMessage() const { return message; }

private:
  bool readEntry(const json::Value &value, json::Path path, Entry &entry);
  bool readLink(const json::Object &object, json::Path path, Entry &entry);
  bool readConstants(const json::Value &value, json::Path path, Entry &entry);
  bool readThresholds(const json::Value &value, json::Path path, Entry &entry);
  bool readRange(const json::Value &value, json::Path path, Entry &entry);
  bool readStrategy(const json::Object &object, json::Path path, bool isCPU,
                    Strategy &strategy);
  bool checkOrder(const json::Value &value, json::Path path, const Entry &entry,
                  const Entry::Range &range);

  const json::Object *getObject(const json::Value &value, json::Path path,
                                ArrayRef<StringRef> known);
  bool readInteger(const json::Object &object, StringRef key, json::Path path,
                   int64_t least, int64_t limit, const Twine &expected,
                   int64_t &number);

  bool fail(json::Path path, const Twine &expected, const Twine &found) {
    path.report("unexpected value");
    message = ("expected " + expected + ", found " + found).str();
    return false;
  }
  bool fail(json::Path path, const Twine &expected, const json::Value *value) {
    std::string text = value ? formatv("{0}", *value).str() : "nothing";
    // A whole document would hide what is wrong with it.
    if (text.size() > 60)
      text = text.substr(0, 60) + "...";
    return fail(path, expected, Twine(text));
  }

  std::string message;
};

} // namespace

/// Refuses what is no object, and members that are none of `known`: a key that
/// is misspelt would be ignored.
const json::Object *Reader::getObject(const json::Value &value, json::Path path,
                                      ArrayRef<StringRef> known) {
  const json::Object *object = value.getAsObject();
  if (!object) {
    fail(path, "an object", &value);
    return nullptr;
  }
  for (const auto &[key, unused] : *object)
    if (!is_contained(known, StringRef(key))) {
      fail(path, "only the keys " + join(known, ", "),
           "'" + StringRef(key) + "'");
      return nullptr;
    }
  return object;
}

bool Reader::readInteger(const json::Object &object, StringRef key,
                         json::Path path, int64_t least, int64_t limit,
                         const Twine &expected, int64_t &number) {
  std::optional<int64_t> value = object.getInteger(key);
  if (!value || *value < least || *value >= limit)
    return fail(path.field(key), expected, object.get(key));
  number = *value;
  return true;
}

bool Reader::readConstants(const json::Value &value, json::Path path,
                           Entry &entry) {
  SmallVector<StringRef> names;
  for (const CostConstantName &constant : getCostConstantNames())
    names.push_back(constant.name);
  const json::Object *object = getObject(value, path, names);
  if (!object)
    return false;
  for (const CostConstantName &constant : getCostConstantNames()) {
    const json::Value *member = object->get(constant.name);
    if (!member)
      continue;
    std::optional<double> number = member->getAsNumber();
    if (!number || !std::isfinite(*number) || *number < 0)
      return fail(path.field(constant.name), "a number of at least 0", member);
    // These are divided by.
    bool isDivisor = constant.member == &CostConstants::linkGBps ||
                     constant.member == &CostConstants::memoryGBps ||
                     constant.member == &CostConstants::chunkBytes;
    if (isDivisor && *number == 0)
      return fail(path.field(constant.name), "a number above 0", member);
    entry.constants.emplace_back(constant.member, *number);
  }
  return true;
}

bool Reader::readStrategy(const json::Object &object, json::Path path,
                          bool isCPU, Strategy &strategy) {
  std::optional<Strategy> named =
      comm::symbolizeStrategy(object.getString("strategy").value_or(""));
  bool isKnown = named && *named != Strategy::Auto &&
                 *named != Strategy::Multimem &&
                 // NCCL is for devices.
                 !(isCPU && *named == Strategy::NCCL);
  if (!isKnown)
    return fail(path.field("strategy"),
                isCPU ? "one_shot or two_shot" : "one_shot, two_shot or nccl",
                object.get("strategy"));
  strategy = *named;
  return true;
}

bool Reader::checkOrder(const json::Value &value, json::Path path,
                        const Entry &entry, const Entry::Range &range) {
  const Entry::Range *last =
      entry.thresholds.empty() ? nullptr : &entry.thresholds.back();
  if (last && std::tie(last->groupSize, last->fromBytes) >=
                  std::tie(range.groupSize, range.fromBytes))
    return fail(path,
                "a range above the one before, by group_size and then "
                "by from_bytes",
                &value);
  if ((!last || last->groupSize != range.groupSize) && range.fromBytes != 0)
    return fail(path.field("from_bytes"),
                "0 in the first range of each group_size",
                value.getAsObject()->get("from_bytes"));
  return true;
}

bool Reader::readRange(const json::Value &value, json::Path path,
                       Entry &entry) {
  const json::Object *object =
      getObject(value, path, {"group_size", "from_bytes", "strategy"});
  Entry::Range range;
  if (!object ||
      !readInteger(*object, "group_size", path, 2, comm::kRanksLimit,
                   "a number of ranks of at least 2", range.groupSize) ||
      !readInteger(*object, "from_bytes", path, 0,
                   std::numeric_limits<int64_t>::max(),
                   "a number of bytes of at least 0", range.fromBytes) ||
      !readStrategy(*object, path, entry.link == Link::SharedMemory,
                    range.strategy) ||
      !checkOrder(value, path, entry, range))
    return false;
  entry.thresholds.push_back(range);
  return true;
}

bool Reader::readThresholds(const json::Value &value, json::Path path,
                            Entry &entry) {
  const json::Array *ranges = value.getAsArray();
  if (!ranges)
    return fail(path, "an array", &value);
  if (ranges->empty() || ranges->size() > 4096)
    return fail(path, "1 to 4096 ranges", Twine(ranges->size()));
  for (auto [index, range] : enumerate(*ranges))
    if (!readRange(range, path.index(index), entry))
      return false;
  return true;
}

bool Reader::readLink(const json::Object &object, json::Path path,
                      Entry &entry) {
  const json::Value *value = object.get("link");
  std::optional<Link> link =
      comm::symbolizeLink(object.getString("link").value_or(""));
  if (!link)
    return fail(path, "shared_memory, pcie, nvlink or network", value);
  bool isCPU = entry.arch == comm::kCPUArch;
  if (isCPU != (*link == Link::SharedMemory))
    return fail(path,
                isCPU ? "shared_memory with the arch cpu"
                      : "pcie, nvlink or network with the arch " + entry.arch,
                value);
  entry.link = *link;
  return true;
}

bool Reader::readEntry(const json::Value &value, json::Path path,
                       Entry &entry) {
  const json::Object *object = getObject(
      value, path,
      {"arch", "link", "ranks_per_device", "constants", "thresholds"});
  if (!object)
    return false;
  std::optional<StringRef> arch = object->getString("arch");
  if (!arch)
    return fail(path.field("arch"), "an architecture", object->get("arch"));
  entry.arch = arch->str();
  if (!readLink(*object, path.field("link"), entry))
    return false;
  if (object->get("ranks_per_device") &&
      !readInteger(*object, "ranks_per_device", path, 1, comm::kRanksLimit,
                   "a positive number", entry.ranksPerDevice))
    return false;
  if (const json::Value *constants = object->get("constants"))
    if (!readConstants(*constants, path.field("constants"), entry))
      return false;
  const json::Value *thresholds = object->get("thresholds");
  return !thresholds ||
         readThresholds(*thresholds, path.field("thresholds"), entry);
}

static bool isSameTarget(const Entry &a, const Entry &b) {
  return std::tie(a.arch, a.link, a.ranksPerDevice) ==
         std::tie(b.arch, b.link, b.ranksPerDevice);
}

bool Reader::readEntries(const json::Value &document, json::Path path,
                         std::vector<Entry> &entries) {
  const json::Object *object = document.getAsObject();
  if (!object)
    return fail(path, "an object", &document);
  // The version first: another one may have other keys.
  if (object->getInteger("version") != kVersion)
    return fail(path.field("version"), "version " + Twine(kVersion),
                object->get("version"));
  if (!getObject(document, path, {"version", "targets"}))
    return false;
  const json::Value *value = object->get("targets");
  const json::Array *targets = value ? value->getAsArray() : nullptr;
  if (!targets)
    return fail(path.field("targets"), "an array", value);
  json::Path inner = path.field("targets");
  for (auto [index, target] : enumerate(*targets)) {
    Entry entry;
    if (!readEntry(target, inner.index(index), entry))
      return false;
    for (auto [other, earlier] : enumerate(entries))
      if (isSameTarget(earlier, entry))
        return fail(inner.index(index), "each target once",
                    "that of targets[" + Twine(other) + "] again");
    entries.push_back(std::move(entry));
  }
  return true;
}

//===----------------------------------------------------------------------===//
// TuningFile
//===----------------------------------------------------------------------===//

/// "targets[0].link", of an error that reads "... at (root).targets[0].link".
static std::string getPlace(const json::Path::Root &root) {
  std::string text = toString(root.getError());
  StringRef place = StringRef(text).split(" at (root)").second;
  place.consume_front(".");
  return place.str();
}

/// LLVM's errors read "[3:5, byte=40]: Expected ...".
static Error locateSyntaxError(Error error) {
  std::string text = toString(std::move(error));
  StringRef rest = text;
  auto [line, afterLine] = rest.split(':');
  auto [column, afterColumn] = afterLine.split(',');
  StringRef message = afterColumn.split("]: ").second;
  if (!line.consume_front("[") || message.empty())
    return makeError(text);
  std::string lower = message.str();
  lower[0] = toLower(lower[0]);
  return makeError("line " + line + ", column " + column + ": " + lower);
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
      return makeError("expected at most " + Twine(kMaxDepth) +
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
  TuningFile file;
  json::Path::Root root;
  Reader reader;
  if (reader.readEntries(*document, root, file.entries))
    return file;
  std::string place = getPlace(root);
  return makeError(place + (place.empty() ? "" : ": ") + reader.getMessage());
}

Expected<TuningFile> TuningFile::load(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer =
      MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return makeError("cannot read it: " + buffer.getError().message());
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
