//===- ReplicaGroups.cpp - Which ranks communicate ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attributes.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::raise::stablehlo;

/// More ranks than any machine has: what a program may name without meaning it.
static constexpr int64_t kMaxRanks = 1 << 16;

static ReplicaGroups fail(const llvm::Twine &problem) {
  ReplicaGroups groups;
  groups.problem = problem.str();
  return groups;
}

//===----------------------------------------------------------------------===//
// Meshes
//===----------------------------------------------------------------------===//

/// The number of devices; nothing if that is none or too many.
static std::optional<int64_t> getSize(const Mesh &mesh) {
  int64_t size = 1;
  for (const auto &[name, extent] : mesh.axes)
    if (extent < 1 || llvm::MulOverflow(size, extent, size) || size > kMaxRanks)
      return std::nullopt;
  return size;
}

/// Devices that are not listed are numbered in order.
static std::optional<Mesh> finish(Mesh mesh) {
  std::optional<int64_t> size = getSize(mesh);
  if (!size)
    return std::nullopt;
  if (mesh.devices.empty())
    mesh.devices = llvm::to_vector(llvm::seq<int64_t>(0, *size));
  if (static_cast<int64_t>(mesh.devices.size()) != *size)
    return std::nullopt;
  return mesh;
}

/// `mesh<["dp"=2, "tp"=4], device_ids=[0, 1]>`, of Shardy.
static std::optional<Mesh> parseShardyMesh(Attribute attribute) {
  AttributeText text(attribute);
  Mesh mesh;
  if (!text.consume("mesh") || !text.consume("<") || !text.consume("["))
    return std::nullopt;
  while (!text.consume("]")) {
    if (!mesh.axes.empty() && !text.consume(","))
      return std::nullopt;
    auto name = text.consumeString();
    auto size = name && text.consume("=") ? text.consumeInteger()
                                          : std::optional<int64_t>();
    if (!size)
      return std::nullopt;
    mesh.axes.push_back({name->str(), *size});
  }
  if (text.consume(",")) {
    if (!text.consume("device_ids") || !text.consume("="))
      return std::nullopt;
    auto devices = text.consumeIntegers();
    if (!devices)
      return std::nullopt;
    mesh.devices = *devices;
  }
  return text.consume(">") ? finish(mesh) : std::nullopt;
}

/// `<axes=[<name = "dp", size = 2>]>`, behind the name of StableHLO's mesh.
static std::optional<Mesh> parseInlineMesh(AttributeText &text) {
  Mesh mesh;
  if (!text.consume("<") || !text.consume("axes") || !text.consume("=") ||
      !text.consume("["))
    return std::nullopt;
  while (!text.consume("]")) {
    if (!mesh.axes.empty() && !text.consume(","))
      return std::nullopt;
    text.consume("#stablehlo.mesh_axis");
    if (!text.consume("<") || !text.consume("name") || !text.consume("="))
      return std::nullopt;
    auto name = text.consumeString();
    if (!name || !text.consume(",") || !text.consume("size") ||
        !text.consume("="))
      return std::nullopt;
    auto size = text.consumeInteger();
    if (!size || !text.consume(">"))
      return std::nullopt;
    mesh.axes.push_back({name->str(), *size});
  }
  // With a list of devices it would go on.
  return text.consume(">") ? finish(mesh) : std::nullopt;
}

static std::optional<Mesh> lookUpMesh(Operation *from, StringRef name) {
  Operation *table = SymbolTable::getNearestSymbolTable(from);
  Operation *symbol =
      table ? SymbolTable::lookupSymbolIn(table, name) : nullptr;
  if (!symbol || symbol->getName().getStringRef() != "sdy.mesh")
    return std::nullopt;
  return parseShardyMesh(symbol->getAttr("mesh"));
}

//===----------------------------------------------------------------------===//
// Groups along axes
//===----------------------------------------------------------------------===//

namespace {
/// A part of an axis: of its index i, `(i / inner) % size`.
struct AxisPart {
  unsigned axis;
  int64_t size, inner;
};
} // namespace

/// `axis_ref<name = "tp", sub_axis_info = (2)4>`
static std::optional<AxisPart> parseAxis(AttributeText &text,
                                         const Mesh &mesh) {
  text.consume("#stablehlo.axis_ref");
  if (!text.consume("<") || !text.consume("name") || !text.consume("="))
    return std::nullopt;
  auto name = text.consumeString();
  if (!name)
    return std::nullopt;
  const auto *axis = llvm::find_if(
      mesh.axes, [&](const auto &axis) { return axis.first == *name; });
  if (axis == mesh.axes.end())
    return std::nullopt;
  AxisPart part{static_cast<unsigned>(axis - mesh.axes.begin()), axis->second,
                1};
  if (text.consume(",")) {
    if (!text.consume("sub_axis_info") || !text.consume("=") ||
        !text.consume("("))
      return std::nullopt;
    auto before = text.consumeInteger();
    auto size = before && text.consume(")") ? text.consumeInteger()
                                            : std::optional<int64_t>();
    if (!size || *before < 1 || *size < 1 || *before > axis->second ||
        *size > axis->second || axis->second % (*before * *size) != 0)
      return std::nullopt;
    part.size = *size;
    part.inner = axis->second / (*before * *size);
  }
  if (!text.consume(">"))
    return std::nullopt;
  return part;
}

/// The members of each group differ in their indices along `parts` alone, and
/// come in the order of these indices.
static SmallVector<SmallVector<int64_t>> makeGroups(const Mesh &mesh,
                                                    ArrayRef<AxisPart> parts) {
  int64_t size = 1;
  for (const AxisPart &part : parts)
    size *= part.size;
  llvm::MapVector<int64_t, SmallVector<int64_t>> groups;
  for (auto [position, device] : llvm::enumerate(mesh.devices)) {
    SmallVector<int64_t> indices(mesh.axes.size());
    int64_t rest = position;
    for (unsigned axis = mesh.axes.size(); axis-- > 0;) {
      indices[axis] = rest % mesh.axes[axis].second;
      rest /= mesh.axes[axis].second;
    }
    int64_t member = 0, first = position;
    for (const AxisPart &part : parts) {
      int64_t stride = part.inner;
      for (unsigned axis = part.axis + 1; axis < mesh.axes.size(); ++axis)
        stride *= mesh.axes[axis].second;
      int64_t index = (indices[part.axis] / part.inner) % part.size;
      member = member * part.size + index;
      first -= index * stride;
    }
    auto &group = groups[first];
    group.resize(size, -1);
    if (first >= 0 && member < size)
      group[member] = device;
  }
  return llvm::to_vector(llvm::make_second_range(groups));
}

/// `replica_group_mesh_axes<mesh = @mesh, axes = [...]>`
static ReplicaGroups parseMeshAxes(Operation *op, Attribute attribute) {
  constexpr StringLiteral kProblem = "its replica_groups cannot be read";
  AttributeText text(attribute);
  if (!text.consume("replica_group_mesh_axes") || !text.consume("<") ||
      !text.consume("mesh") || !text.consume("="))
    return fail(kProblem);
  std::optional<Mesh> mesh;
  if (text.consume("@")) {
    auto name = text.consumeName();
    if (name)
      mesh = lookUpMesh(op, *name);
    if (!mesh)
      return fail("no sdy.mesh that can be read has the name of its groups'");
  } else if (text.consume("#stablehlo.mesh")) {
    mesh = parseInlineMesh(text);
  }
  if (!mesh || !text.consume(",") || !text.consume("axes") ||
      !text.consume("=") || !text.consume("["))
    return fail(kProblem);
  SmallVector<AxisPart> parts;
  ReplicaGroups result;
  while (!text.consume("]")) {
    if (!parts.empty() && !text.consume(","))
      return fail(kProblem);
    std::optional<AxisPart> part = parseAxis(text, *mesh);
    if (!part)
      return fail(kProblem);
    if (llvm::any_of(parts, [&](const AxisPart &other) {
          return other.axis == part->axis;
        }))
      return fail("its groups are along two parts of one axis");
    result.axes +=
        (result.axes.empty() ? "" : "_") + mesh->axes[part->axis].first;
    parts.push_back(*part);
  }
  if (!text.consume(">") || !text.isAtEnd())
    return fail(kProblem);
  result.groups = makeGroups(*mesh, parts);
  return result;
}

//===----------------------------------------------------------------------===//
// Groups in a list
//===----------------------------------------------------------------------===//

static int64_t getCount(Operation *op, StringRef name) {
  auto module = op->getParentOfType<ModuleOp>();
  auto count =
      module ? module->getAttrOfType<IntegerAttr>(name) : IntegerAttr();
  return count && count.getValue().isIntN(31) ? count.getInt() : 1;
}

/// The ranks of the program, if it states their number.
static int64_t getNumRanks(Operation *op) {
  int64_t ranks =
      getCount(op, "mhlo.num_replicas") * getCount(op, "mhlo.num_partitions");
  if (ranks > 1)
    return ranks;
  // The meshes of a program have one number of devices, if not one.
  auto module = op->getParentOfType<ModuleOp>();
  if (!module)
    return ranks;
  for (Operation &symbol : *module.getBody())
    if (symbol.getName().getStringRef() == "sdy.mesh")
      if (std::optional<Mesh> mesh = parseShardyMesh(symbol.getAttr("mesh")))
        ranks = std::max<int64_t>(ranks, mesh->devices.size());
  return ranks;
}

/// Why groups of replicas are not groups of ranks.
static std::string checkRanks(Operation *op) {
  if (op->hasAttr("use_global_device_ids"))
    return "";
  // With a channel of all partitions of each replica, without one of the same
  // partition of each: ranks only where there is one partition.
  if (getCount(op, "mhlo.num_partitions") == 1)
    return "";
  return "its groups are of replicas in a program with several partitions; "
         "expected use_global_device_ids";
}

static ReplicaGroups parseDense(Operation *op, DenseIntElementsAttr dense) {
  auto type = dyn_cast<RankedTensorType>(dense.getType());
  if (!type || type.getRank() != 2 || !type.getElementType().isInteger(64))
    return fail("its replica_groups are no matrix of ranks");
  ReplicaGroups result;
  if (std::string problem = checkRanks(op); !problem.empty())
    return fail(problem);
  int64_t ranks = getNumRanks(op);
  if (dense.getNumElements() > kMaxRanks || ranks > kMaxRanks)
    return fail("its groups have more than " + llvm::Twine(kMaxRanks) +
                " members");
  if (dense.getNumElements() == 0) {
    // Unless something says how many, the group of all ranks has any size.
    if (ranks > 1)
      result.groups.push_back(llvm::to_vector(llvm::seq<int64_t>(0, ranks)));
    return result;
  }
  auto values = dense.getValues<int64_t>();
  for (int64_t row = 0; row < type.getDimSize(0); ++row) {
    SmallVector<int64_t> &group = result.groups.emplace_back();
    for (int64_t column = 0; column < type.getDimSize(1); ++column)
      // Shorter groups are padded.
      if (int64_t rank = values[row * type.getDimSize(1) + column]; rank != -1)
        group.push_back(rank);
  }
  return result;
}

/// What keeps groups from being a communicator's; empty if nothing does.
static std::string checkGroups(Operation *op, const ReplicaGroups &groups) {
  llvm::SmallDenseSet<int64_t> ranks;
  int64_t highest = -1;
  for (const auto &group : groups.groups) {
    if (group.size() != groups.groups.front().size())
      return "its groups have " + std::to_string(groups.groups.front().size()) +
             " and " + std::to_string(group.size()) +
             " members, expected one size";
    for (int64_t rank : group) {
      if (rank < 0 || rank >= kMaxRanks)
        return "its groups hold the rank " + std::to_string(rank);
      if (!ranks.insert(rank).second)
        return "its groups hold the rank " + std::to_string(rank) + " twice";
      highest = std::max(highest, rank);
    }
  }
  int64_t expected = std::max(getNumRanks(op), highest + 1);
  if (!groups.groups.empty() && static_cast<int64_t>(ranks.size()) != expected)
    return "its groups hold " + std::to_string(ranks.size()) + " of " +
           std::to_string(expected) + " ranks, expected each once";
  return "";
}

ReplicaGroups raise::stablehlo::getReplicaGroups(Operation *collective) {
  Attribute attribute = collective->getAttr("replica_groups");
  if (!attribute)
    return fail("it has no replica_groups");
  auto dense = dyn_cast<DenseIntElementsAttr>(attribute);
  ReplicaGroups result = dense ? parseDense(collective, dense)
                               : parseMeshAxes(collective, attribute);
  if (result.isKnown())
    result.problem = checkGroups(collective, result);
  return result;
}

//===----------------------------------------------------------------------===//
// Arguments that are split
//===----------------------------------------------------------------------===//

/// `<@mesh, [{"tp", "dp":(1)2}, {?}]`
static Sharding parseSharding(AttributeText &text) {
  Sharding sharding;
  if (!text.skipPast("<@"))
    return sharding;
  std::optional<StringRef> mesh = text.consumeName();
  if (!mesh || !text.consume(",") || !text.consume("["))
    return sharding;
  sharding.mesh = mesh->str();
  for (bool isFirst = true; !text.consume("]"); isFirst = false) {
    if ((!isFirst && !text.consume(",")) || !text.consume("{"))
      return sharding;
    while (std::optional<StringRef> axis = text.consumeString()) {
      sharding.axes.push_back(axis->str());
      if (text.consume(":(") && (!text.consumeInteger() || !text.consume(")") ||
                                 !text.consumeInteger()))
        return sharding;
      if (!text.consume(","))
        break;
    }
    text.consume("?");
    if (!text.consume("}"))
      return sharding;
  }
  sharding.isKnown = true;
  return sharding;
}

SmallVector<Sharding>
raise::stablehlo::getArgumentShardings(Operation *computation) {
  AttributeText text(computation->getAttr("in_shardings"));
  SmallVector<Sharding> shardings;
  for (unsigned index = 0; index < computation->getNumOperands(); ++index)
    shardings.push_back(parseSharding(text));
  return shardings;
}

std::optional<llvm::StringSet<>>
raise::stablehlo::getAxesOfGroups(Operation *from, StringRef name,
                                  const ReplicaGroups &groups) {
  std::optional<Mesh> mesh = lookUpMesh(from, name);
  if (!mesh || !groups.isKnown() || groups.groups.empty())
    return std::nullopt;
  DenseMap<int64_t, int64_t> positions;
  for (auto [position, device] : llvm::enumerate(mesh->devices))
    positions[device] = position;
  llvm::StringSet<> axes;
  // All groups have the form of the first one if they are along axes; of those
  // that are not, each may differ along others.
  for (const auto &group : groups.groups) {
    int64_t stride = 1;
    for (const auto &[axis, extent] : llvm::reverse(mesh->axes)) {
      auto getIndex = [&](int64_t device) {
        return positions.lookup(device) / stride % extent;
      };
      for (int64_t device : group) {
        if (!positions.contains(device))
          return std::nullopt;
        if (getIndex(device) != getIndex(group.front()))
          axes.insert(axis);
      }
      stride *= extent;
    }
  }
  return axes;
}
