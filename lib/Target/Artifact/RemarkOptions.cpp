//===- RemarkOptions.cpp - Remarks of conorm-compile ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RemarkOptions.h"

#include "mlir/Remark/RemarkStreamer.h"

using namespace mlir;
using namespace conorm;
namespace cl = llvm::cl;

RemarkOptions::RemarkOptions(cl::OptionCategory &category)
    : all("remarks-filter",
          cl::desc("Show remarks of the categories that match, for example "
                   "fuse-all-reduce-norm: why something was not fused"),
          cl::value_desc("regex"), cl::cat(category)),
      passed("remarks-filter-passed",
             cl::desc("The same for what was done only"),
             cl::value_desc("regex"), cl::cat(category)),
      missed("remarks-filter-missed",
             cl::desc("The same for what was not done only"),
             cl::value_desc("regex"), cl::cat(category)),
      analysis("remarks-filter-analyse",
               cl::desc("The same for choices and summaries only"),
               cl::value_desc("regex"), cl::cat(category)),
      failed("remarks-filter-failed",
             cl::desc("The same for what could not be done only"),
             cl::value_desc("regex"), cl::cat(category)),
      format("remark-format", cl::desc("How remarks are shown"),
             cl::values(clEnumValN(Format::EmitRemark, "emitRemark",
                                   "on the standard error"),
                        clEnumValN(Format::YAML, "yaml", "in a YAML file"),
                        clEnumValN(Format::Bitstream, "bitstream",
                                   "in a bitstream file")),
             cl::init(Format::EmitRemark), cl::cat(category)),
      file("remarks-output-file",
           cl::desc("File for remarks (default: mlir-remarks.yaml or "
                    "mlir-remarks.bitstream)"),
           cl::value_desc("file"), cl::cat(category)) {}

LogicalResult RemarkOptions::enable(MLIRContext &context) const {
  if (all.empty() && passed.empty() && missed.empty() && analysis.empty() &&
      failed.empty())
    return success();
  // One that is not there, unlike an empty one, turns its kind off.
  remark::RemarkCategories categories{all.getValue(), passed.getValue(),
                                      missed.getValue(), analysis.getValue(),
                                      failed.getValue()};
  auto policy = std::make_unique<remark::RemarkEmittingPolicyAll>();
  if (format == Format::EmitRemark)
    return remark::enableOptimizationRemarks(context, /*streamer=*/nullptr,
                                             std::move(policy), categories,
                                             /*printAsEmitRemarks=*/true);
  bool isYAML = format == Format::YAML;
  std::string path = file;
  if (path.empty())
    path = isYAML ? "mlir-remarks.yaml" : "mlir-remarks.bitstream";
  return remark::enableOptimizationRemarksWithLLVMStreamer(
      context, path,
      isYAML ? llvm::remarks::Format::YAML : llvm::remarks::Format::Bitstream,
      std::move(policy), categories);
}
