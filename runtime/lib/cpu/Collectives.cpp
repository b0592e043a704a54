//===- Collectives.cpp - The operations of the CPU backend ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CpuBackend.h"
#include "Epilogue.h"
#include "RowSharing.h"
#include "Strategy.h"
#include "control/CallAttributes.h"

#include "numerics/Numerics.h"
#include "numerics/Quantize.h"

#include <cstring>

using namespace conorm::rt;

namespace {
/// The data of an all_reduce, as both strategies see it.
struct Stream {
  uint32_t type;
  uint32_t reduction;
  const char *input;
  int64_t count;
  int64_t elementBytes;
};
} // namespace

/// An all_reduce has no arithmetic to hide a claim behind: worth it for small
/// messages only, whose lines stay in the first-level cache.
static constexpr int claimedAtOnce = 256;

/// Every member posts a chunk and reduces all members' itself.
template <typename Sink>
static Error oneShot(Communicator &group, const Stream &stream, Sink &&sink) {
  int64_t chunk =
      chunkElements(int64_t(group.slotBytes()), stream.elementBytes);
  const void *sources[CONORM_MAX_WORLD_SIZE];
  int64_t done = 0;
  do {
    int64_t count = std::min(chunk, stream.count - done);
    const char *mine = stream.input + done * stream.elementBytes;
    if (count > 0)
      memcpy(group.nextSlot(), mine, count * stream.elementBytes);
    if (Error error = group.exchange())
      return error;
    for (int member = 0; member < group.size(); ++member)
      sources[member] = member == group.index() ? mine : group.readSlot(member);
    if (count > 0)
      sink(done, count, sources, group.size(),
           group.claimWhileReading(size_t(count * stream.elementBytes)));
    done += count;
  } while (done < stream.count);
  return success();
}

/// First element of a member's slice of a chunk; slices begin on cache lines.
static int64_t sliceBegin(int64_t count, int member, int members) {
  return member == members ? count : count * member / members / 64 * 64;
}

/// Every member posts a chunk, reduces its slice of it, and posts that.
template <typename Sink>
static Error twoShot(Communicator &group, const Stream &stream, Sink &&sink) {
  int64_t bytes = stream.elementBytes;
  int64_t chunk = chunkElements(int64_t(group.slotBytes()), bytes);
  int size = group.size();
  const void *sources[CONORM_MAX_WORLD_SIZE];
  int64_t done = 0;
  do {
    int64_t count = std::min(chunk, stream.count - done);
    const char *mine = stream.input + done * bytes;
    int64_t begin = sliceBegin(count, group.index(), size);
    int64_t end = sliceBegin(count, group.index() + 1, size);
    // Nobody reads this member's own slice from its slot.
    if (begin > 0)
      memcpy(group.nextSlot(), mine, begin * bytes);
    if (end < count)
      memcpy(group.nextSlot() + end * bytes, mine + end * bytes,
             (count - end) * bytes);
    if (Error error = group.exchange())
      return error;
    for (int member = 0; member < size; ++member)
      sources[member] =
          (member == group.index() ? mine : group.readSlot(member)) +
          begin * bytes;
    if (begin < end)
      reduceOrdered(stream.type, stream.reduction, sources, size,
                    group.nextSlot() + begin * bytes, end - begin);
    if (Error error = group.exchange())
      return error;
    for (int member = 0; member < size; ++member) {
      int64_t from = sliceBegin(count, member, size);
      int64_t to = sliceBegin(count, member + 1, size);
      const void *slice = group.readSlot(member) + from * bytes;
      if (from < to)
        sink(done + from, to - from, &slice, 1, Claim());
    }
    done += count;
  } while (done < stream.count);
  return success();
}

/// Runs `sink(offset, count, sources, numSources)` over the whole stream: the
/// fold of the sources is the value.
template <typename Sink>
static Error reduceStream(Communicator &group, uint32_t strategy,
                          const Stream &stream, Sink &&sink) {
  if (group.size() == 1) {
    const void *source = stream.input;
    if (stream.count > 0)
      sink(0, stream.count, &source, 1, Claim());
    return success();
  }
  return strategy == CONORM_STRATEGY_TWO_SHOT ? twoShot(group, stream, sink)
                                              : oneShot(group, stream, sink);
}

uint32_t CpuBackend::defaultStrategy(int64_t bytes, int64_t members,
                                     bool sharesRows) const {
  return chooseStrategy(bytes, members, sharesRows);
}

bool CpuBackend::sharesRows(const conorm_all_reduce_rms_norm_args &args,
                            const conorm_group &group) const {
  Communicator *communicator;
  if (control.find(group, communicator))
    return false;
  return RowSharing(*communicator, args).rowsPerStep() != 0;
}

Error CpuBackend::allReduce(const conorm_all_reduce_args &args,
                            const conorm_group &group, const Site &site) {
  Stream stream{args.element_type, args.reduction,
                static_cast<const char *>(args.input), args.count,
                conorm_type_bytes(args.element_type, 1)};
  CallAttributes attributes = describeArgs(args, site);
  Communicator *communicator;
  if (Error error =
          control.beginCall(group, attributes, site.label, communicator))
    return error;
  char *output = static_cast<char *>(args.output);
  return reduceStream(
      *communicator, attributes.strategy, stream,
      [&](int64_t offset, int64_t count, const void *const *sources,
          int numSources, Claim claim) {
        if (!claim.isRead)
          claim.take(claimedAtOnce);
        reduceOrdered(args.element_type, args.reduction, sources, numSources,
                      output + offset * stream.elementBytes, count);
      });
}

Error CpuBackend::allReduceRmsNorm(const conorm_all_reduce_rms_norm_args &args,
                                   const conorm_group &group,
                                   const Site &site) {
  Stream stream{args.element_type, CONORM_REDUCTION_SUM,
                static_cast<const char *>(args.input), args.rows * args.cols,
                conorm_type_bytes(args.element_type, 1)};
  CallAttributes attributes = describeArgs(args, site);
  Communicator *communicator;
  if (Error error =
          control.beginCall(group, attributes, site.label, communicator))
    return error;
  Epilogue epilogue(args, scratch);
  RowSharing sharing(*communicator, args);
  if (attributes.strategy == CONORM_STRATEGY_TWO_SHOT && sharing.rowsPerStep())
    return sharing.run(epilogue);
  return reduceStream(
      *communicator, attributes.strategy, stream,
      [&](int64_t offset, int64_t count, const void *const *sources,
          int numSources, Claim claim) {
        epilogue.consume(offset, count, sources, numSources, claim);
      });
}

//===----------------------------------------------------------------------===//
// reduce_scatter and all_gather: one exchange a chunk under either strategy
//===----------------------------------------------------------------------===//

/// Splits elements [begin, begin + count) of a member's packed block stream
/// into runs that are contiguous in the tensor that holds all members' blocks:
/// visit(packed offset from `begin`, element in the tensor, length).
template <typename Visit>
static void forEachRun(int64_t begin, int64_t count, int64_t block, int members,
                       int member, Visit &&visit) {
  for (int64_t done = 0; done < count;) {
    int64_t outer = (begin + done) / block;
    int64_t within = (begin + done) % block;
    int64_t length = std::min(block - within, count - done);
    visit(done, (outer * members + member) * block + within, length);
    done += length;
  }
}

Error CpuBackend::reduceScatter(const conorm_scatter_gather_args &args,
                                const conorm_group &group, const Site &site) {
  Communicator *comm;
  if (Error error = control.beginCall(
          group, describeArgs(CONORM_OP_REDUCE_SCATTER, args, site), site.label,
          comm))
    return error;
  int size = comm->size(), self = comm->index();
  int64_t bytes = conorm_type_bytes(args.element_type, 1);
  int64_t block = args.dim / size * args.inner;
  int64_t total = args.outer * block;
  const char *input = static_cast<const char *>(args.input);
  char *output = static_cast<char *>(args.output);
  // The slot holds a part for each member.
  int64_t part = size == 1
                     ? std::max<int64_t>(total, 1)
                     : chunkElements(int64_t(comm->slotBytes()), bytes) / size;
  int64_t done = 0;
  do {
    int64_t count = std::min(part, total - done);
    for (int member = 0; member < size; ++member)
      if (member != self)
        forEachRun(done, count, block, size, member,
                   [&](int64_t packed, int64_t element, int64_t length) {
                     memcpy(comm->nextSlot() + (member * part + packed) * bytes,
                            input + element * bytes, length * bytes);
                   });
    if (Error error = comm->exchange())
      return error;
    forEachRun(done, count, block, size, self,
               [&](int64_t packed, int64_t element, int64_t length) {
                 const void *sources[CONORM_MAX_WORLD_SIZE];
                 for (int member = 0; member < size; ++member)
                   sources[member] = member == self
                                         ? input + element * bytes
                                         : comm->readSlot(member) +
                                               (self * part + packed) * bytes;
                 reduceOrdered(args.element_type, args.reduction, sources, size,
                               output + (done + packed) * bytes, length);
               });
    done += count;
  } while (done < total);
  return success();
}

Error CpuBackend::allGather(const conorm_scatter_gather_args &args,
                            const conorm_group &group, const Site &site) {
  Communicator *comm;
  if (Error error = control.beginCall(
          group, describeArgs(CONORM_OP_ALL_GATHER, args, site), site.label,
          comm))
    return error;
  int size = comm->size(), self = comm->index();
  int64_t bytes = conorm_type_bytes(args.element_type, 1);
  int64_t block = args.dim * args.inner;
  int64_t total = args.outer * block;
  const char *input = static_cast<const char *>(args.input);
  char *output = static_cast<char *>(args.output);
  int64_t chunk = size == 1 ? std::max<int64_t>(total, 1)
                            : chunkElements(int64_t(comm->slotBytes()), bytes);
  int64_t done = 0;
  do {
    int64_t count = std::min(chunk, total - done);
    if (size > 1 && count > 0)
      memcpy(comm->nextSlot(), input + done * bytes, count * bytes);
    if (Error error = comm->exchange())
      return error;
    for (int member = 0; member < size; ++member) {
      const char *source =
          member == self ? input + done * bytes : comm->readSlot(member);
      forEachRun(done, count, block, size, member,
                 [&](int64_t packed, int64_t element, int64_t length) {
                   // One member alone may gather in place.
                   memmove(output + element * bytes, source + packed * bytes,
                           length * bytes);
                 });
    }
    done += count;
  } while (done < total);
  return success();
}

//===----------------------------------------------------------------------===//
// Local operations
//===----------------------------------------------------------------------===//

Error CpuBackend::rmsNorm(const conorm_rms_norm_args &args) {
  int64_t bytes = conorm_type_bytes(args.element_type, 1);
  for (int64_t row = 0; row < args.rows; ++row) {
    int64_t offset = row * args.cols * bytes;
    const char *value =
        static_cast<const char *>(args.input) + inputRow(args, row) * bytes;
    char *normed = static_cast<char *>(args.normed) + offset;
    if (args.residual) {
      char *sum = args.residual_out
                      ? static_cast<char *>(args.residual_out) + offset
                      : normed;
      addRounded(args.element_type, value,
                 static_cast<const char *>(args.residual) + offset, sum,
                 args.cols);
      value = sum;
    }
    rmsNormRow(args.element_type, value, normed, args.cols, args.norm);
  }
  return success();
}

Error CpuBackend::quantize(const conorm_quantize_args &args) {
  Quantizer quantizer(args.element_type, args.quant, args.scale, args.rows,
                      args.cols, args.quantized, args.scales);
  int64_t bytes = conorm_type_bytes(args.element_type, args.cols);
  if (bytes > 0 && quantizer)
    for (int64_t row = 0; row < args.rows; ++row)
      quantizer.quantizeRow(row, static_cast<const char *>(args.input) +
                                     row * bytes);
  return success();
}
