//===- Manifest.cpp - What an artifact says of itself ---------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Names.h"
#include "conorm-runtime/module.h"
#include "conorm/Conversion/ConormToRuntime/RuntimeAbi.h"
#include "conorm/Dialect/Comm/IR/Comm.h"
#include "conorm/Target/Compile.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace conorm;

StringRef conorm::getVariantName(Variant variant) {
  return variant == Variant::Fused ? "fused" : "unfused";
}

/// Describes a type, or says at `loc` why the manifest cannot.
static FailureOr<ManifestValue> describe(Location loc, Type type,
                                         const Twine &what) {
  ManifestValue value;
  Type element = type;
  if (auto tensor = dyn_cast<RankedTensorType>(type)) {
    if (tensor.getEncoding())
      return emitError(loc)
             << "expected " << what << " without an encoding, found " << type;
    if (tensor.getRank() > CONORM_MAX_MANIFEST_RANK)
      return emitError(loc) << "expected " << what << " of a rank of at most "
                            << CONORM_MAX_MANIFEST_RANK << ", found " << type;
    value.isTensor = true;
    value.shape.assign(tensor.getShape().begin(), tensor.getShape().end());
    element = tensor.getElementType();
  } else if (!type.isIntOrIndexOrFloat()) {
    return emitError(loc) << "expected " << what
                          << " to be a ranked tensor or a scalar, found "
                          << type;
  }
  value.elementType = getRuntimeType(element);
  if (value.elementType == CONORM_TYPE_NONE)
    return emitError(loc) << "expected " << what
                          << " of an element type that an artifact can have, "
                             "found "
                          << element;
  return value;
}

static LogicalResult checkCount(func::FuncOp function, unsigned count,
                                const Twine &what) {
  if (count <= CONORM_MAX_MANIFEST_COUNT)
    return success();
  return function.emitError("expected at most ")
         << CONORM_MAX_MANIFEST_COUNT << " " << what << ", found " << count;
}

static FailureOr<ManifestEntry> describe(func::FuncOp function) {
  ManifestEntry entry;
  entry.name = function.getSymName().str();
  if (failed(checkName(function.getLoc(), "the entry", entry.name)) ||
      failed(checkCount(function, function.getNumArguments(), "arguments")) ||
      failed(checkCount(function, function.getNumResults(), "results")))
    return failure();
  for (unsigned index = 0; index < function.getNumArguments(); ++index) {
    BlockArgument argument = function.getArgument(index);
    FailureOr<ManifestValue> value =
        describe(argument.getLoc(), argument.getType(),
                 "argument " + Twine(index) + " of @" + entry.name);
    if (failed(value))
      return failure();
    if (auto name = dyn_cast<NameLoc>(argument.getLoc()))
      value->name = name.getName().str();
    if (!value->name.empty() &&
        failed(checkName(function.getLoc(),
                         "argument " + Twine(index) + " of @" + entry.name,
                         value->name)))
      return failure();
    if (function.getArgAttr(index, comm::kPerRankAttrName))
      value->flags |= CONORM_VALUE_PER_RANK;
    if (function.getArgAttr(index, comm::kDonatedAttrName))
      value->flags |= CONORM_VALUE_DONATED;
    entry.args.push_back(*value);
  }
  for (auto [index, type] : llvm::enumerate(function.getResultTypes())) {
    FailureOr<ManifestValue> value =
        describe(function.getLoc(), type,
                 "result " + Twine(index) + " of @" + entry.name);
    if (failed(value))
      return failure();
    entry.results.push_back(*value);
  }
  return entry;
}

static FailureOr<SmallVector<func::FuncOp>>
findEntries(ModuleOp module, ArrayRef<std::string> names) {
  SmallVector<func::FuncOp> functions;
  for (StringRef name : names) {
    auto function = module.lookupSymbol<func::FuncOp>(name);
    if (!function || function.isExternal())
      return module.emitError("expected a function @")
             << name << " with a body, found none";
    if (llvm::is_contained(functions, function))
      return module.emitError("expected entry @")
             << name << " once, found it twice";
    functions.push_back(function);
  }
  if (names.empty())
    for (auto function : module.getOps<func::FuncOp>())
      if (function.isPublic() && !function.isExternal())
        functions.push_back(function);
  if (functions.empty())
    return module.emitError(
        "expected at least one public function with a body, found none");
  return functions;
}

/// Groups that something uses, in the order of the module.
static std::vector<ManifestGroup> findGroups(ModuleOp module) {
  llvm::DenseSet<Attribute> used;
  module.walk([&](comm::CollectiveOpInterface op) {
    used.insert(op.getGroupAttr().getAttr());
  });
  std::vector<ManifestGroup> groups;
  for (auto op : module.getOps<comm::GroupOp>()) {
    if (!used.contains(op.getSymNameAttr()))
      continue;
    ManifestGroup &group = groups.emplace_back();
    group.name = op.getSymName().str();
    group.groupSize = op.getGroupSize().value_or(0);
    if (std::optional<DenseIntElementsAttr> ranks = op.getReplicaGroups()) {
      group.numGroups = ranks->getType().getDimSize(0);
      llvm::append_range(group.ranks, ranks->getValues<int64_t>());
    }
  }
  return groups;
}

FailureOr<Manifest> conorm::buildManifest(ModuleOp module,
                                          ArrayRef<std::string> names) {
  FailureOr<SmallVector<func::FuncOp>> functions = findEntries(module, names);
  if (failed(functions))
    return failure();
  if (failed(checkGroupNames(module)))
    return failure();
  // Each variant has all of them.
  unsigned maxEntries = CONORM_MAX_MANIFEST_COUNT / 2;
  if (functions->size() > maxEntries)
    return module.emitError("expected at most ")
           << maxEntries << " entries, found " << functions->size();
  Manifest manifest;
  size_t numValues = 0;
  for (func::FuncOp function : *functions) {
    FailureOr<ManifestEntry> entry = describe(function);
    if (failed(entry))
      return failure();
    numValues += entry->args.size() + entry->results.size();
    manifest.entries.push_back(std::move(*entry));
  }
  if (numValues > CONORM_MAX_MANIFEST_VALUES / 2)
    return module.emitError("expected at most ")
           << CONORM_MAX_MANIFEST_VALUES / 2
           << " arguments and results of all entries, found " << numValues;
  manifest.groups = findGroups(module);
  return manifest;
}

//===----------------------------------------------------------------------===//
// As text
//===----------------------------------------------------------------------===//

static void printValue(llvm::json::OStream &json, const ManifestValue &value) {
  json.object([&] {
    if (!value.name.empty())
      json.attribute("name", value.name);
    json.attribute("kind", value.isTensor ? "tensor" : "scalar");
    json.attribute("element_type", getRuntimeTypeName(value.elementType));
    if (value.isTensor)
      json.attributeArray("shape", [&] {
        for (int64_t size : value.shape)
          ShapedType::isDynamic(size) ? json.value("?") : json.value(size);
      });
    json.attribute("per_rank", (value.flags & CONORM_VALUE_PER_RANK) != 0);
    json.attribute("donated", (value.flags & CONORM_VALUE_DONATED) != 0);
  });
}

static void printEntry(llvm::json::OStream &json, const ManifestEntry &entry,
                       Variant variant) {
  json.object([&] {
    json.attribute("name", entry.name);
    json.attribute("variant", getVariantName(variant));
    json.attributeArray("args", [&] {
      for (const ManifestValue &value : entry.args)
        printValue(json, value);
    });
    json.attributeArray("results", [&] {
      for (const ManifestValue &value : entry.results)
        printValue(json, value);
    });
  });
}

static void printGroup(llvm::json::OStream &json, const ManifestGroup &group) {
  json.object([&] {
    json.attribute("name", group.name);
    json.attribute("num_groups", group.numGroups);
    json.attribute("group_size", group.groupSize);
    json.attributeArray("ranks", [&] {
      for (int64_t rank : group.ranks)
        json.value(rank);
    });
  });
}

static void printDevice(llvm::json::OStream &json,
                        const DeviceProgram &program) {
  json.object([&] {
    json.attributeArray("images", [&] {
      for (const DeviceProgram::Image &image : program.images)
        json.object([&] {
          json.attribute("kind", getRuntimeImageName(image.kind));
          json.attribute("arch", "sm_" + std::to_string(image.arch));
          json.attribute("bytes", static_cast<int64_t>(image.data.size()));
        });
    });
    json.attributeArray("kernels", [&] {
      for (const DeviceProgram::Kernel &kernel : program.kernels)
        json.object([&] {
          json.attribute("name", kernel.name);
          json.attribute("num_params", kernel.numParams);
        });
    });
  });
}

void conorm::printManifest(const Manifest &manifest, ArrayRef<Variant> variants,
                           llvm::raw_ostream &stream) {
  llvm::json::OStream json(stream, /*IndentSize=*/2);
  json.object([&] {
    json.attribute("abi_major", CONORM_ABI_VERSION_MAJOR);
    json.attribute("abi_minor", CONORM_ABI_VERSION_MINOR);
    json.attribute("backend", manifest.target->getName());
    json.attribute("producer", "conorm " CONORM_VERSION);
    json.attribute("numerics", stringifyEnum(manifest.numerics));
    json.attribute("processor", manifest.processor.name);
    if (manifest.processor.features)
      json.attributeArray("processor_features", [&] {
        for (const std::string &feature : *manifest.processor.features)
          json.value(feature);
      });
    if (manifest.device) {
      json.attributeBegin("device_program");
      printDevice(json, *manifest.device);
      json.attributeEnd();
    }
    json.attributeArray("entries", [&] {
      for (Variant variant : variants)
        for (const ManifestEntry &entry : manifest.entries)
          printEntry(json, entry, variant);
    });
    json.attributeArray("groups", [&] {
      for (const ManifestGroup &group : manifest.groups)
        printGroup(json, group);
    });
  });
  stream << "\n";
}
