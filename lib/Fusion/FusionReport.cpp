//===- FusionReport.cpp - What the fusion says of each site ---------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FusionReport.h"

#include "../Raise/Elementwise.h"
#include "../Raise/Norms.h"
#include "../Raise/QuantizeChain.h"
#include "../Raise/Rewriting.h"
#include "../Raise/WrittenOutNorm.h"
#include "../Support/RemarkLocation.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace conorm;
using namespace conorm::comm;
using namespace conorm::fusion;
using namespace conorm::raise;

using Arg = remark::detail::Remark::Arg;

static constexpr StringLiteral kSite = "AllReduceRMSNorm";

FusionReport::FusionReport(MLIRContext *context, bool printed)
    : wanted(printed || context->getRemarkEngine()) {}

//===----------------------------------------------------------------------===//
// Fused
//===----------------------------------------------------------------------===//

/// The parts of a fused operation, as the summary names its kind.
static std::string getKind(AllReduceRMSNormOp fused) {
  SmallVector<std::string> parts;
  if (fused.isSandwich())
    parts.push_back("post_norm");
  if (fused.getResidual())
    parts.push_back("residual");
  if (!fused.getWeightBias().isZero())
    parts.push_back("weight_bias");
  if (auto scheme = fused.getQuantization())
    parts.push_back(norm::stringifySchemeKind(scheme->getKind()).str());
  return parts.empty() ? "plain" : llvm::join(parts, " + ");
}

void FusionReport::addFused(AllReduceRMSNormOp fused) {
  ++numFused;
  ++fusedKinds[getKind(fused)];
  std::string results;
  for (auto [name, result] :
       llvm::zip(fused.getPartNames(), fused.getPartResults()))
    if (result)
      results += (results.empty() ? "" : " ") + name.str();
  StringRef scheme = "no";
  if (fused.getQuantization())
    scheme = norm::stringifySchemeKind(fused.getQuantization()->getKind());
  remark::passed(getRemarkLocation(fused), getRemarkOptions(fused, kSite))
      << "fused the all_reduce with the norm that reads it"
      << Arg("Residual", fused.getResidual() ? "yes" : "no")
      << Arg("WeightBias", fused.getWeightBias().convertToFloat())
      << Arg("Results", results)
      << Arg("PostNorm", fused.isSandwich() ? "yes" : "no")
      << Arg("Quantization", scheme);
}

//===----------------------------------------------------------------------===//
// Missed
//===----------------------------------------------------------------------===//

/// Whether a norm reads `use` as its rows, not as its weight.
static bool isRowsOf(norm::NormOpInterface norm, OpOperand &use) {
  return use.getOperandNumber() < norm.getRows().size();
}

/// Whether `op` gives a tensor of rank `rank`, and is no contraction or other
/// reduction: what it gives is, so to speak, the same activation.
static bool passesOn(Operation *op, int64_t rank) {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
      linalgOp && linalgOp.getNumReductionLoops() != 0)
    return false;
  auto type = op->getNumResults() == 1
                  ? dyn_cast<RankedTensorType>(op->getResult(0).getType())
                  : RankedTensorType();
  return type && (type.getRank() == rank || isReshape(op)) &&
         !isCollective(op) && !isa<RegionBranchOpInterface>(op);
}

/// A norm that reads `value` through a few operations, named from the last to
/// the first; empty if there is none.
static std::string findNormBehind(Value value) {
  constexpr size_t kMaxWays = 32;
  SmallVector<std::pair<Value, std::string>> ways = {{value, ""}};
  for (size_t next = 0; next < ways.size(); ++next) {
    auto [through, names] = ways[next];
    int64_t rank = cast<ShapedType>(through.getType()).getRank();
    for (OpOperand &use : through.getUses()) {
      Operation *op = use.getOwner();
      std::string name = toString(op->getName().getStringRef());
      if (isNorm(op)) {
        if (!names.empty() && isRowsOf(cast<norm::NormOpInterface>(op), use))
          return name + " behind " + names;
        continue;
      }
      if (ways.size() == kMaxWays)
        break;
      if (!passesOn(op, rank))
        continue;
      if (!isStrict(op))
        name += " (with fast-math flags or another rounding)";
      ways.push_back(
          {op->getResult(0), names.empty() ? name : name + ", " + names});
    }
  }
  return "";
}

/// Where the source has `op`; empty if that is not known.
static std::string getPlace(Operation *op) {
  auto place = dyn_cast<FileLineColLoc>(getRemarkLocation(op));
  if (!place)
    return "";
  return (" at " + place.getFilename().getValue() + ":" +
          Twine(place.getLine()) + ":" + Twine(place.getColumn()))
      .str();
}

/// `norm` and the reshapes before it, from the last to the first.
static std::string nameReshapes(Operation *norm,
                                ArrayRef<Operation *> reshapes) {
  std::string names;
  for (Operation *reshape : llvm::reverse(reshapes))
    names += (names.empty() ? "" : ", ") +
             toString(reshape->getName().getStringRef());
  return toString(norm->getName().getStringRef()) + getPlace(norm) +
         " behind " + names;
}

/// The norms that read `value` behind reshapes.
static SmallVector<Operation *> getNormsBehindReshapes(Value value) {
  constexpr size_t kMaxValues = 32;
  SmallVector<Operation *> norms;
  llvm::SetVector<Value> values;
  values.insert(value);
  for (size_t next = 0; next < values.size() && next < kMaxValues; ++next)
    for (OpOperand &use : values[next].getUses()) {
      Operation *user = use.getOwner();
      if (isReshape(user) && use.getOperandNumber() == 0)
        values.insert(user->getResult(0));
      else if (next > 0 && isNorm(user) &&
               isRowsOf(cast<norm::NormOpInterface>(user), use))
        norms.push_back(user);
    }
  return norms;
}

/// Why reshapes hide a norm from the reduced value.
static std::optional<Reason> explainReshapes(AllReduceOp reduce,
                                             RankEquality &ranks) {
  for (Operation *norm : getNormsBehindReshapes(reduce.getReduced())) {
    std::optional<Site> site = getReshapedSite(norm);
    if (!site || site->reduce != reduce)
      continue;
    if (auto reason = findReshapeReason(*site, ranks)) {
      SmallVector<Operation *> reshapes(site->reshapes);
      llvm::append_range(reshapes, site->postReshapes);
      return Reason{reason->constraint,
                    reason->text + "; " + nameReshapes(norm, reshapes)};
    }
  }
  return std::nullopt;
}

/// Why reshapes hide a norm from the sum that `add` makes.
static std::optional<Reason> explainReshapedSum(Operation *add,
                                                RankEquality &ranks) {
  for (Operation *norm : getNormsBehindReshapes(add->getResult(0))) {
    std::optional<ReshapedSum> site = getReshapedSum(norm);
    if (!site || site->sum.getDefiningOp() != add)
      continue;
    if (auto reason = findReshapeReason(*site, ranks))
      return Reason{reason->constraint,
                    reason->text + "; " + nameReshapes(norm, site->reshapes)};
  }
  return std::nullopt;
}

/// What looks like an RMS norm that begins with `sum`.
static std::string describeWrittenOut(Operation *sum) {
  return toString(sum->getName().getStringRef()) + getPlace(sum) +
         " sums squares for what looks like an RMS norm in other operations; "
         "write norm.rms_norm";
}

/// How the reduced value, or a sum of it, leaves a block that is no function's
/// unread; empty if it does not.
static std::string describeExit(Value reduced) {
  SmallVector<Value> values = {reduced};
  for (Operation *user : reduced.getUsers())
    if (user->getNumResults() == 1 && matchSum(user->getResult(0)))
      values.push_back(user->getResult(0));
  if (values.back().use_empty())
    return "";
  Operation *exit = *values.back().user_begin();
  Operation *parent = exit->getParentOp();
  bool leaves = values.back().hasOneUse() && exit->getNumResults() == 0 &&
                exit == &exit->getBlock()->back();
  if (!leaves || isa<FunctionOpInterface>(parent))
    return "";
  return "; " + toString(exit->getName().getStringRef()) + " hands it to " +
         toString(parent->getName().getStringRef()) +
         ", so that no norm of this block reads it";
}

static Reason explain(AllReduceOp reduce, RankEquality &ranks) {
  if (!reduce.getReduced())
    return {"NoDestinationsYet", "the all_reduce is on memrefs already"};
  for (Operation *user : reduce.getReduced().getUsers()) {
    if (isNorm(user))
      if (std::optional<Reason> reason =
              findReason(getConstraints(),
                         Site{reduce, cast<norm::NormOpInterface>(user)}))
        return *reason;
    if (user->getNumResults() != 1 || !matchSum(user->getResult(0)))
      continue;
    for (Operation *next : user->getResult(0).getUsers())
      if (auto norm = dyn_cast<norm::RMSNormOp>(next))
        if (Violation violation = checkAdditionPlaceable(user, norm))
          return {"AdditionPlaceable", *violation};
    if (std::optional<Reason> reason = explainReshapedSum(user, ranks))
      return *reason;
  }
  if (std::optional<Reason> reason = explainReshapes(reduce, ranks))
    return *reason;
  llvm::SmallSetVector<StringRef, 4> names;
  for (Operation *user : reduce.getReduced().getUsers())
    names.insert(user->getName().getStringRef());
  if (names.empty())
    return {"ReadByNorm", "nothing reads the reduced value"};
  std::string text =
      "no norm reads the reduced value, but " + llvm::join(names, ", ");
  if (std::string norm = findNormBehind(reduce.getReduced()); !norm.empty())
    text += "; " + norm;
  else if (Operation *sum = findWrittenOutNorm(reduce.getReduced()))
    return {"NormOperation", describeWrittenOut(sum)};
  else
    text += describeExit(reduce.getReduced());
  return {"ReadByNorm", text};
}

void FusionReport::addMissed(Operation *op, StringRef what, Reason reason,
                             Counts &counts) {
  ++counts[reason.constraint.str()];
  auto missed =
      remark::missed(getRemarkLocation(op), getRemarkOptions(op, what));
  shown |= static_cast<bool>(missed);
  missed << Arg("Constraint", reason.constraint) << Arg("Reason", reason.text);
}

void FusionReport::addMissed(AllReduceOp reduce, RankEquality &ranks) {
  ++numMissed;
  addMissed(reduce, kSite, explain(reduce, ranks), missedSites);
}

void FusionReport::addMissedCollective(Operation *op, StringRef name) {
  ++numMissed;
  ++numOthers;
  bool isOurs = isa_and_present<CommDialect>(op->getDialect());
  std::string text =
      name.str() + (isOurs ? " is no all_reduce" : " is of another dialect");
  for (Value result : op->getResults()) {
    if (!isa<ShapedType>(result.getType()))
      continue;
    if (llvm::any_of(result.getUsers(),
                     [](Operation *user) { return isNorm(user); }))
      text += "; a norm reads it";
    else if (Operation *sum = findWrittenOutNorm(result))
      text += "; " + describeWrittenOut(sum);
  }
  Reason reason = {"CommAllReduce", text};
  addMissed(op, kSite, reason, missedSites);
}

/// Why `norm` ends no sandwich, though the addition `op` may be meant for one.
static std::optional<Reason> explainSum(Operation *op, Operation *norm) {
  if (!isStrict(op))
    return Reason{"StrictArithmetic",
                  toString(op->getName().getStringRef()) +
                      " has fast-math flags or another rounding"};
  Value sum = norm->getOperand(0);
  if (op == norm || !matchSum(sum))
    return Reason{"ReadByNorm", "the second norm does not read the sum of the "
                                "first and a residual, rounded once to their "
                                "type"};
  if (Violation violation = checkAdditionPlaceable(
          sum.getDefiningOp(), cast<norm::NormOpInterface>(norm)))
    return Reason{"AdditionPlaceable", *violation};
  return std::nullopt;
}

void FusionReport::addMissedSandwich(Operation *norm) {
  if (!wanted)
    return;
  std::optional<Reason> reason;
  if (std::optional<Site> site = getSandwich(norm))
    reason = findReason(getConstraints(), *site);
  else if (Operation *sum = getSumOfSandwich(norm))
    reason = explainSum(sum, norm);
  if (reason)
    addMissed(norm, "Sandwich", *reason, missedSandwiches);
}

void FusionReport::addMissedQuantize(norm::QuantizeOp quantize) {
  Value input = quantize.getInput();
  AllReduceRMSNormOp fused = getFusedNorm(input);
  if (auto copy = matchCopy(input); copy && !fused)
    fused = getFusedNorm(copy->source);
  if (auto widening = matchWidening(input); widening && !fused)
    fused = getFusedNorm(widening->narrow);
  std::optional<QuantizeSite> site;
  if (fused)
    site = QuantizeSite{fused, quantize};
  else
    site = getReshapedQuantize(quantize);
  if (!site)
    return;
  if (auto reason = findReason(getQuantizeConstraints(), *site))
    addMissed(quantize, "Quantize", *reason, missedQuantizations);
  else if (Violation violation = checkQuantizedRowsKept(quantize))
    addMissed(quantize, "Quantize",
              {"RowsKept",
               *violation + "; " + nameReshapes(quantize, site->reshapes)},
              missedQuantizations);
}

void FusionReport::addMissedChain(Operation *root) {
  if (root->use_empty())
    return;
  std::optional<Reason> reason;
  if (std::optional<Chain> chain = getQuantizeChain(root)) {
    reason = findReason(getChainConstraints(), *chain);
    if (!reason)
      reason = {"QuantizeOperation",
                "it equals the scheme per_tensor, but nothing raised it; run "
                "--raise-quantize first"};
  } else if (Violation violation = checkKnownSteps(root)) {
    reason = {"KnownSteps", *violation};
  }
  if (reason)
    addMissed(root, "RaiseQuantize", *reason, missedQuantizations);
}

//===----------------------------------------------------------------------===//
// Summary
//===----------------------------------------------------------------------===//

void FusionReport::remarkSummary(Operation *root) const {
  unsigned numCollectives = numFused + numMissed;
  remark::analysis(
      getSummaryLocation(root),
      remark::RemarkOpts::name("Summary").category("fuse-all-reduce-norm"))
      << Arg("AllReduces", numCollectives - numOthers)
      << Arg("Collectives", numCollectives) << Arg("Fused", numFused)
      << Arg("Missed", numMissed);
}

void FusionReport::print(raw_ostream &os) const {
  os << "fuse-all-reduce-norm: " << numFused + numMissed << " sites, "
     << numFused << " fused, " << numMissed << " missed\n";
  for (auto [title, counts] :
       {std::pair("fused:", &fusedKinds), std::pair("missed:", &missedSites),
        std::pair("sandwiches missed:", &missedSandwiches),
        std::pair("quantizations missed:", &missedQuantizations)})
    if (!counts->empty()) {
      os << "  " << title << "\n";
      for (const auto &[name, count] : *counts)
        os << llvm::format("%8u  ", count) << name << "\n";
    }
}
