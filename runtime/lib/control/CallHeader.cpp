//===- CallHeader.cpp - Describing calls and how they differ --------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CallHeader.h"

#include "support/Names.h"

#include "conorm-runtime/ops.h"

#include <cstring>

using namespace conorm::rt;

static const char *opName(uint32_t op) {
  return op == opAddGroups ? "conorm_context_add_groups"
         : op == opInvoke  ? "conorm_module_invoke"
                           : conorm_op_name(op);
}

/// A peer's label, which need not end.
static std::string labelOf(const CallHeader &header) {
  return std::string(header.label, strnlen(header.label, sizeof(header.label)));
}

std::string conorm::rt::describeCall(const CallHeader &header) {
  std::string label = labelOf(header);
  std::string name = opName(header.attributes.op);
  return label.empty() ? name : name + " at " + label;
}

static std::string sizesOf(const CallAttributes &attributes) {
  std::string text;
  for (uint32_t i = 0; i < attributes.numSizes && i < 3; ++i)
    text += format("%s%lld", i ? " x " : "",
                   static_cast<long long>(attributes.sizes[i]));
  return text;
}

static float floatOf(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof(value));
  return value;
}

static std::string partsOf(uint32_t parts) {
  static const char *const names[] = {"residual", "reduced",   "residual_out",
                                      "normed",   "quantized", "scales"};
  std::string text;
  for (int i = 0; i < 6; ++i)
    if (parts >> i & 1)
      text += (text.empty() ? "" : ", ") + std::string(names[i]);
  return text.empty() ? "none" : text;
}

/// The first attribute of a norm that differs, "" if none does.
static std::string normDifference(const char *which, const NormAttributes &mine,
                                  const NormAttributes &other) {
  if (other.epsilon != mine.epsilon)
    return format("%sepsilon %g, this rank %g", which, floatOf(other.epsilon),
                  floatOf(mine.epsilon));
  if (other.weightBias != mine.weightBias)
    return format("%sweight_bias %g, this rank %g", which,
                  floatOf(other.weightBias), floatOf(mine.weightBias));
  if (other.rounding != mine.rounding)
    return format("%srounding %s, this rank %s", which,
                  enumName<conorm_rounding>(other.rounding),
                  enumName<conorm_rounding>(mine.rounding));
  if (other.weightType != mine.weightType)
    return format("%sweight type %s, this rank %s", which,
                  conorm_type_name(other.weightType),
                  conorm_type_name(mine.weightType));
  return "";
}

/// The same for a quantization.
static std::string quantDifference(const QuantAttributes &mine,
                                   const QuantAttributes &other) {
  auto differs = [](const char *what, const char *other, const char *mine) {
    return format("%s %s, this rank %s", what, other, mine);
  };
  if (other.scheme != mine.scheme)
    return differs("quantization scheme",
                   enumName<conorm_quant_scheme>(other.scheme),
                   enumName<conorm_quant_scheme>(mine.scheme));
  if (other.groupSize != mine.groupSize)
    return format("quantization group size %u, this rank %u", other.groupSize,
                  mine.groupSize);
  if (other.quantizedType != mine.quantizedType)
    return differs("quantized type", conorm_type_name(other.quantizedType),
                   conorm_type_name(mine.quantizedType));
  if (other.scaleType != mine.scaleType)
    return differs("scale type", conorm_type_name(other.scaleType),
                   conorm_type_name(mine.scaleType));
  if (other.scaleLayout != mine.scaleLayout)
    return differs("scale layout",
                   enumName<conorm_scale_layout>(other.scaleLayout),
                   enumName<conorm_scale_layout>(mine.scaleLayout));
  if (other.scaleMode != mine.scaleMode)
    return differs("scale mode", enumName<conorm_scale_mode>(other.scaleMode),
                   enumName<conorm_scale_mode>(mine.scaleMode));
  return "";
}

/// The first differing attribute; "" if the difference is elsewhere.
static std::string attributeDifference(const CallAttributes &mine,
                                       const CallAttributes &other) {
  if (other.reduction != mine.reduction)
    return format("reduction %s, this rank %s",
                  enumName<conorm_reduction>(other.reduction),
                  enumName<conorm_reduction>(mine.reduction));
  if (other.numerics != mine.numerics)
    return format("numerics %s, this rank %s",
                  enumName<conorm_numerics>(other.numerics),
                  enumName<conorm_numerics>(mine.numerics));
  if ((other.parts ^ mine.parts) == partsReplicated)
    return format("operands that are %sreplicated, this rank %s",
                  other.parts & partsReplicated ? "" : "not ",
                  mine.parts & partsReplicated ? "replicated" : "not");
  if (other.parts != mine.parts)
    return "operands and results {" + partsOf(other.parts) + "}, this rank {" +
           partsOf(mine.parts) + "}";
  if (other.hasPostNorm != mine.hasPostNorm)
    return format("%s post norm, this rank %s", other.hasPostNorm ? "a" : "no",
                  mine.hasPostNorm ? "one" : "none");
  std::string text = normDifference("", mine.norm, other.norm);
  if (text.empty())
    text = normDifference("post norm ", mine.postNorm, other.postNorm);
  if (text.empty())
    text = quantDifference(mine.quant, other.quant);
  if (text.empty() && other.strategy != mine.strategy)
    text = format("strategy %s, this rank %s",
                  enumName<conorm_strategy>(other.strategy),
                  enumName<conorm_strategy>(mine.strategy));
  if (text.empty() && other.groups != mine.groups)
    text = "other groups than this rank";
  return text;
}

std::string conorm::rt::describeDifference(int rank, const CallHeader &mine,
                                           const CallHeader &other) {
  const CallAttributes &a = mine.attributes;
  const CallAttributes &b = other.attributes;
  if (b.op != a.op)
    return format("rank %d called ", rank) + describeCall(other) + " instead";
  std::string passed = format("rank %d passed ", rank);
  if (b.type != a.type)
    return passed + format("%s elements, this rank %s",
                           conorm_type_name(b.type), conorm_type_name(a.type));
  if (memcmp(b.sizes, a.sizes, sizeof(a.sizes)) != 0)
    return passed + sizesOf(b) +
           (a.op == opAddGroups ? " groups" : " elements") + ", this rank " +
           sizesOf(a);
  std::string attribute = attributeDifference(a, b);
  if (!attribute.empty())
    return passed + attribute;
  return format("rank %d is at %s (site %016llx), this rank at %s (site "
                "%016llx)",
                rank, labelOf(other).c_str(),
                static_cast<unsigned long long>(b.site), labelOf(mine).c_str(),
                static_cast<unsigned long long>(a.site));
}

std::string conorm::rt::describeMissing(int rank, uint32_t milliseconds,
                                        uint64_t call, uint64_t lastPosted) {
  if (lastPosted >= call)
    return format("rank %d did not go on within %u ms; it posted this call but "
                  "not all of its steps",
                  rank, milliseconds);
  std::string text =
      format("rank %d did not arrive within %u ms; it ", rank, milliseconds);
  return text + (lastPosted
                     ? format("last posted call %llu",
                              static_cast<unsigned long long>(lastPosted))
                     : std::string("has posted no call yet"));
}
