//===- Attributes.h - Attributes of StableHLO and Shardy --------*- C++ -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads attributes of dialects that may not be registered: from their text,
// which is the same where they are.
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_LIB_RAISE_STABLEHLO_ATTRIBUTES_H
#define CONORM_LIB_RAISE_STABLEHLO_ATTRIBUTES_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <optional>

namespace conorm::raise::stablehlo {

/// The text of an attribute, without its dialect's name, read from the left.
/// Spaces between tokens mean nothing.
class AttributeText {
public:
  explicit AttributeText(mlir::Attribute attribute);

  bool isAtEnd();
  /// Each takes what it names, if it comes next.
  bool consume(llvm::StringRef token);
  std::optional<llvm::StringRef> consumeName();
  std::optional<llvm::StringRef> consumeString();
  std::optional<int64_t> consumeInteger();
  /// Integers in brackets, or one without.
  std::optional<llvm::SmallVector<int64_t>> consumeIntegers();
  /// Skips to behind the next `token`; to nowhere if there is none.
  bool skipPast(llvm::StringRef token);

private:
  std::string text;
  llvm::StringRef rest;
};

/// The integers of an attribute `array<i64: 0, 1>` or `dense<[0, 1]>`.
std::optional<llvm::SmallVector<int64_t>> getIntegers(mlir::Operation *op,
                                                      llvm::StringRef name);

/// One integer: `1 : i64`.
std::optional<int64_t> getInteger(mlir::Operation *op, llvm::StringRef name);

/// The word of an enum: `LT` of `#stablehlo<comparison_direction LT>`. Empty if
/// there is no such attribute.
std::string getWord(mlir::Operation *op, llvm::StringRef name);

/// The lists of an attribute that is a record of integers, by their names:
/// `#stablehlo.dot<lhs_contracting_dimensions = [2]>`,
/// `#stablehlo.gather<...>`. A list that is not written is empty.
using IntegerRecord = llvm::StringMap<llvm::SmallVector<int64_t>>;
std::optional<IntegerRecord> getIntegerRecord(mlir::Operation *op,
                                              llvm::StringRef name);

/// The axes of a mesh, the first one outermost, and its devices in that order.
struct Mesh {
  llvm::SmallVector<std::pair<std::string, int64_t>> axes;
  llvm::SmallVector<int64_t> devices;
};

/// Ranks that communicate, or why they cannot be told.
struct ReplicaGroups {
  llvm::SmallVector<llvm::SmallVector<int64_t>> groups;
  /// The axes of the mesh that they are along, if they are written so.
  std::string axes;
  std::string problem;

  bool isKnown() const { return problem.empty(); }
};

/// The groups of a collective, as ranks of the world: each rank is in one
/// group, and all groups have one size. No group at all means all ranks.
ReplicaGroups getReplicaGroups(mlir::Operation *collective);

/// How an argument of a `sdy.manual_computation` is split over the devices.
struct Sharding {
  std::string mesh;
  /// The axes along which one of its dimensions is split.
  llvm::SmallVector<std::string> axes;
  bool isKnown = false;
};
llvm::SmallVector<Sharding> getArgumentShardings(mlir::Operation *computation);

/// The axes of the mesh `name`, a symbol near `from`, along which the members
/// of one of the groups differ; nothing if that cannot be told.
std::optional<llvm::StringSet<>> getAxesOfGroups(mlir::Operation *from,
                                                 llvm::StringRef name,
                                                 const ReplicaGroups &groups);

} // namespace conorm::raise::stablehlo

#endif // CONORM_LIB_RAISE_STABLEHLO_ATTRIBUTES_H
