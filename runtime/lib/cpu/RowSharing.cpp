//===- RowSharing.cpp - Each member finishes a part of the rows -----------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RowSharing.h"

#include "Strategy.h"

#include "numerics/Quantize.h"

#include <cstring>

using namespace conorm::rt;

RowSharing::RowSharing(Communicator &group,
                       const conorm_all_reduce_rms_norm_args &args)
    : group(group), args(args),
      rowBytes(conorm_type_bytes(args.element_type, args.cols)) {
  // A row's scales are in one piece only if they are laid out row by row.
  bool arranged =
      args.scales && args.quant.scale_layout != CONORM_SCALE_LAYOUT_LINEAR;
  if (!args.replicated || group.size() == 1 || args.rows < group.size() ||
      rowBytes == 0 || arranged)
    return;
  addPart(args.reduced, rowBytes);
  addPart(args.residual_out, rowBytes);
  addPart(args.normed, rowBytes);
  addPart(args.quantized, quantizedBytes(args.quant, 1, args.cols));
  addPart(args.scales, scalesBytes(args.quant, 1, args.cols));
  int64_t slot = chunkElements(int64_t(group.slotBytes()), 1);
  chunkRows = std::min(slot / rowBytes, slot / resultBytes * group.size());
  // All wait for the one that has a row more, in every step.
  chunkRows -= chunkRows % group.size();
}

void RowSharing::addPart(void *data, int64_t rowBytes) {
  if (!data)
    return;
  parts[numParts++] = {static_cast<char *>(data), rowBytes};
  resultBytes += rowBytes;
}

Error RowSharing::run(Epilogue &epilogue) {
  for (int64_t first = 0; first < args.rows; first += chunkRows) {
    int64_t chunk = std::min(chunkRows, args.rows - first);
    postInputs(static_cast<const char *>(args.input) + first * rowBytes, chunk);
    if (Error error = group.exchange())
      return error;
    finishRows(epilogue, first, chunk);
    postResults(first, chunk);
    if (Error error = group.exchange())
      return error;
    takeResults(first, chunk);
  }
  return success();
}

/// The rows of the others, without a gap where this member's would be: of two
/// members, each then writes just the lines that it has read two steps ago.
void RowSharing::postInputs(const char *input, int64_t chunk) {
  Share own = shareOf(group.index(), chunk);
  char *slot = group.nextSlot();
  memcpy(slot, input, own.begin * rowBytes);
  memcpy(slot + own.begin * rowBytes, input + own.end * rowBytes,
         (chunk - own.end) * rowBytes);
}

void RowSharing::finishRows(Epilogue &epilogue, int64_t first, int64_t chunk) {
  Share own = shareOf(group.index(), chunk);
  const void *sources[CONORM_MAX_WORLD_SIZE];
  for (int member = 0; member < group.size(); ++member) {
    if (member == group.index()) {
      sources[member] = static_cast<const char *>(args.input) +
                        (first + own.begin) * rowBytes;
      continue;
    }
    int64_t gap = member < group.index() ? shareOf(member, chunk).rows() : 0;
    sources[member] = group.readSlot(member) + (own.begin - gap) * rowBytes;
  }
  epilogue.skipTo(first + own.begin);
  epilogue.consume((first + own.begin) * args.cols, own.rows() * args.cols,
                   sources, group.size(),
                   group.claimWhileReading(size_t(own.rows() * rowBytes)));
}

void RowSharing::postResults(int64_t first, int64_t chunk) {
  Share own = shareOf(group.index(), chunk);
  char *slot = group.nextSlot();
  for (int i = 0; i < numParts; ++i) {
    int64_t bytes = own.rows() * parts[i].rowBytes;
    memcpy(slot, parts[i].data + (first + own.begin) * parts[i].rowBytes,
           bytes);
    slot += bytes;
  }
}

void RowSharing::takeResults(int64_t first, int64_t chunk) {
  for (int member = 0; member < group.size(); ++member) {
    if (member == group.index())
      continue;
    Share share = shareOf(member, chunk);
    const char *slot = group.readSlot(member);
    for (int i = 0; i < numParts; ++i) {
      int64_t bytes = share.rows() * parts[i].rowBytes;
      memcpy(parts[i].data + (first + share.begin) * parts[i].rowBytes, slot,
             bytes);
      slot += bytes;
    }
  }
}
