//===- FusionSummary.cpp - What became of the collectives -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FusionSummary.h"

#include "conorm/Dialect/Comm/IR/Comm.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace conorm;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// Whether a name is that of a collective, however its words are joined.
static bool namesCollective(StringRef name) {
  std::string letters;
  for (char letter : name)
    if (llvm::isAlpha(letter))
      letters.push_back(llvm::toLower(letter));
  StringRef text = letters;
  // The second halves of asynchronous ones.
  if (text.ends_with("done") || text.ends_with("wait"))
    return false;
  constexpr StringLiteral words[] = {"allreduce", "reducescatter", "allgather",
                                     "alltoall", "collective"};
  return llvm::any_of(words,
                      [&](StringRef word) { return text.contains(word); });
}

/// What a call of a library calls; empty if `op` is none.
static StringRef getCallTarget(Operation *op) {
  StringRef name = op->getName().stripDialect();
  if (name == "operator")
    if (auto target = op->getAttrOfType<StringAttr>("name"))
      return target.getValue();
  if (name == "custom_call")
    if (auto target = op->getAttrOfType<StringAttr>("call_target_name"))
      return target.getValue();
  return "";
}

StringRef conorm::getCollectiveName(Operation *op) {
  OperationName name = op->getName();
  if (isa_and_present<comm::CommDialect>(op->getDialect()))
    return comm::isCollective(op) ? name.getStringRef() : "";
  // Those of the GPU dialect are among the threads of one block.
  if (name.getDialectNamespace() == "gpu")
    return "";
  if (StringRef target = getCallTarget(op); namesCollective(target))
    return target;
  return namesCollective(name.stripDialect()) ? name.getStringRef() : "";
}

FusionCounts fusion::countCollectives(Operation *root) {
  FusionCounts counts;
  // Looking into a name costs more than looking it up.
  DenseMap<OperationName, bool> isOther;
  root->walk([&](Operation *op) {
    if (isa<comm::AllReduceRMSNormOp>(op))
      return;
    auto [it, isNew] = isOther.try_emplace(op->getName(), false);
    if (!isNew && it->second)
      return;
    StringRef name = getCollectiveName(op);
    StringRef kind = op->getName().stripDialect();
    it->second = name.empty() && kind != "operator" && kind != "custom_call";
    if (!name.empty())
      ++counts.seen[name.str()];
  });
  return counts;
}

//===----------------------------------------------------------------------===//
// Counts
//===----------------------------------------------------------------------===//

unsigned FusionCounts::getNumSeen() const {
  unsigned sum = 0;
  for (const auto &[name, count] : seen)
    sum += count;
  return sum;
}

void fusion::FusionSummary::add(Operation *root, const FusionCounts &counts,
                                bool explained) {
  std::lock_guard<std::mutex> lock(mutex);
  isExplained |= explained;
  auto [it, isNew] = runs.insert({root, counts});
  if (!isNew)
    it->second.numFused = std::min(it->second.numFused + counts.numFused,
                                   it->second.getNumSeen());
}

FusionCounts fusion::FusionSummary::get() const {
  std::lock_guard<std::mutex> lock(mutex);
  FusionCounts sum;
  for (const auto &[root, counts] : runs) {
    for (const auto &[name, count] : counts.seen)
      sum.seen[name] += count;
    sum.numFused += counts.numFused;
  }
  return sum;
}

fusion::FusionSummary::~FusionSummary() {
  FusionCounts counts = get();
  if (counts.seen.empty())
    return;
  // In one piece: contexts may end at the same time.
  std::string text;
  llvm::raw_string_ostream os(text);
  unsigned numSeen = counts.getNumSeen();
  os << tool << ": fusion saw " << numSeen
     << (numSeen == 1 ? " collective (" : " collectives (");
  llvm::interleaveComma(counts.seen, os, [&](const auto &entry) {
    os << entry.second << " " << entry.first;
  });
  os << "), fused " << counts.numFused << " and missed "
     << counts.getNumMissed();
  if (counts.getNumMissed() != 0 && !isExplained)
    os << "; to see why: " << tool << " --remarks-filter=fuse-all-reduce-norm";
  os << "\n";
  // Behind the tool's output where both go to one place, not inside it.
  llvm::outs().flush();
  llvm::errs() << text;
}

namespace {
/// Adds a summary when the dialect is loaded.
class SummaryExtension
    : public DialectExtension<SummaryExtension, comm::CommDialect> {
public:
  SummaryExtension(StringRef tool) : tool(tool) {}

  void apply(MLIRContext *, comm::CommDialect *dialect) const override {
    dialect->addInterface<fusion::FusionSummary>(tool);
  }

private:
  std::string tool;
};
} // namespace

void conorm::printFusionSummary(DialectRegistry &registry, StringRef tool) {
  registry.addExtension(TypeID::get<SummaryExtension>(),
                        std::make_unique<SummaryExtension>(tool));
}

fusion::FusionSummary *fusion::getFusionSummary(MLIRContext *context) {
  auto *dialect = context->getLoadedDialect<comm::CommDialect>();
  return dialect ? dialect->getRegisteredInterface<FusionSummary>() : nullptr;
}

FusionCounts conorm::getFusionCounts(MLIRContext &context) {
  fusion::FusionSummary *summary = fusion::getFusionSummary(&context);
  return summary ? summary->get() : FusionCounts();
}
