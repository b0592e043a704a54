//===- CallAttributes.cpp - What a call is, from its arguments ------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CallAttributes.h"

#include "numerics/Quantize.h"

#include <cstring>

using namespace conorm::rt;

static NormAttributes describeNorm(const conorm_norm &norm) {
  NormAttributes result;
  memcpy(&result.epsilon, &norm.epsilon, sizeof(result.epsilon));
  memcpy(&result.weightBias, &norm.weight_bias, sizeof(result.weightBias));
  result.rounding = norm.rounding;
  result.weightType = norm.weight_type;
  return result;
}

static QuantAttributes describeQuant(const conorm_quant &quant, int64_t cols) {
  if (quant.scheme == CONORM_QUANT_NONE)
    return {};
  bool blocks = quant.scheme != CONORM_QUANT_PER_TENSOR &&
                quant.scheme != CONORM_QUANT_PER_TOKEN;
  // What is implied may be spelt out or not.
  return {quant.scheme,
          quant.quantized_type,
          computesScales(quant) ? quant.scale_type : 0,
          quant.scale_layout,
          quant.scale_mode,
          blocks ? uint32_t(quantBlock(quant, cols)) : 0};
}

static uint32_t partIf(CallPart part, const void *present) {
  return present ? uint32_t(part) : 0;
}

CallAttributes conorm::rt::describeArgs(const conorm_all_reduce_args &args,
                                        const Site &site) {
  CallAttributes attributes;
  attributes.site = site.id;
  attributes.op = CONORM_OP_ALL_REDUCE;
  attributes.type = args.element_type;
  attributes.sizes[0] = args.count;
  attributes.numSizes = 1;
  attributes.reduction = args.reduction;
  attributes.numerics = args.numerics;
  attributes.strategy = args.strategy;
  return attributes;
}

CallAttributes
conorm::rt::describeArgs(const conorm_all_reduce_rms_norm_args &args,
                         const Site &site) {
  CallAttributes attributes;
  attributes.site = site.id;
  attributes.op = CONORM_OP_ALL_REDUCE_RMS_NORM;
  attributes.type = args.element_type;
  attributes.sizes[0] = args.rows;
  attributes.sizes[1] = args.cols;
  attributes.numSizes = 2;
  attributes.numerics = args.numerics;
  attributes.strategy = args.strategy;
  attributes.parts =
      partIf(partResidual, args.residual) | partIf(partReduced, args.reduced) |
      partIf(partResidualOut, args.residual_out) |
      partIf(partNormed, args.normed) | partIf(partQuantized, args.quantized) |
      partIf(partScales, args.scales) |
      (args.replicated ? uint32_t(partsReplicated) : 0);
  attributes.quant = describeQuant(args.quant, args.cols);
  attributes.norm = describeNorm(args.norm);
  attributes.hasPostNorm = args.has_post_norm;
  if (args.has_post_norm)
    attributes.postNorm = describeNorm(args.post_norm);
  return attributes;
}

CallAttributes conorm::rt::describeArgs(uint32_t op,
                                        const conorm_scatter_gather_args &args,
                                        const Site &site) {
  CallAttributes attributes;
  attributes.site = site.id;
  attributes.op = op;
  attributes.type = args.element_type;
  attributes.sizes[0] = args.outer;
  attributes.sizes[1] = args.dim;
  attributes.sizes[2] = args.inner;
  attributes.numSizes = 3;
  // An all_gather has no reduction; whatever stands there is not compared.
  if (op == CONORM_OP_REDUCE_SCATTER)
    attributes.reduction = args.reduction;
  attributes.numerics = args.numerics;
  attributes.strategy = args.strategy == CONORM_STRATEGY_AUTO
                            ? uint32_t(CONORM_STRATEGY_ONE_SHOT)
                            : args.strategy;
  return attributes;
}
