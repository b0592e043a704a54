//===- Sizes.cpp - Sizes that have to agree, and bounds -------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Context.h"
#include "support/Structs.h"

#include <cinttypes>

using namespace conorm::rt;

/// The size that is expected, and in `how` where it comes from.
static Error getExpected(conorm_context *context,
                         const conorm_size_check &check, int64_t size,
                         int64_t &expected, std::string &how) {
  expected = size;
  how = check.op == CONORM_OP_NONE ? "by another operand's sizes"
                                   : "by the input's sizes";
  if (check.relation == CONORM_SIZE_EQUAL)
    return success();
  conorm_group group;
  if (Error error = readStruct(check.group, group, "group"))
    return error;
  int64_t ranks;
  if (Error error = context->backend->groupSize(group, ranks))
    return error;
  if (check.relation == CONORM_SIZE_OVER_GROUP) {
    expected = size / ranks;
    how = format("the input's %" PRId64 " over %" PRId64 " ranks", size, ranks);
    return success();
  }
  if (check.relation != CONORM_SIZE_TIMES_GROUP)
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "relation is %u, expected 0 to 2", check.relation);
  if (__builtin_mul_overflow(size, ranks, &expected))
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "%" PRId64 " times %" PRId64 " ranks do not fit 64 bits",
                     size, ranks);
  how = format("the input's %" PRId64 " times %" PRId64 " ranks", size, ranks);
  return success();
}

static Error checkSizes(conorm_context *context, const conorm_size_check &check,
                        int64_t size, int64_t found) {
  int64_t expected;
  std::string how;
  if (Error error = getExpected(context, check, size, expected, how))
    return error;
  if (found == expected)
    return success();
  return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                   "expected size %" PRId64 " in dimension %" PRId64
                   " of %s, %s, found %" PRId64,
                   expected, check.dim, check.operand, how.c_str(), found);
}

/// The site's label, for messages alone.
static std::string getLabel(const conorm_site *site) {
  conorm_site copy;
  if (!site || readStruct(site, copy, "site") || !copy.label)
    return "unknown";
  return copy.label;
}

conorm_status conorm_expect_size(conorm_context *context,
                                 const conorm_size_check *given, int64_t size,
                                 int64_t found) {
  conorm_size_check check;
  Error wrong = readStruct(given, check, "check");
  // Loops alone need no context.
  if (!context)
    return !wrong && check.relation == CONORM_SIZE_EQUAL && size == found
               ? CONORM_OK
               : CONORM_ERROR_INVALID_ARGUMENT;
  ContextUse use(context);
  if (conorm_status status = refusal(use, context))
    return status;
  if (wrong)
    return failContext(context, wrong);
  if (!check.operand)
    check.operand = "an operand";
  Error error =
      guarded([&] { return checkSizes(context, check, size, found); });
  if (!error)
    return CONORM_OK;
  const char *name =
      check.op == CONORM_OP_NONE ? "loops" : conorm_op_name(check.op);
  error.message =
      std::string(name) + " at " + getLabel(check.site) + ": " + error.message;
  return failContext(context, error);
}

//===----------------------------------------------------------------------===//
// Bounds
//===----------------------------------------------------------------------===//

static bool isIndex(int64_t index, int64_t limit) {
  return index >= 0 && index < limit;
}

/// Whether a slice's first and last elements, and so all of them, are there.
static bool isWithin(int64_t offset, int64_t size, int64_t stride,
                     int64_t limit) {
  if (size <= 0)
    return size == 0;
  int64_t last;
  return !__builtin_mul_overflow(size - 1, stride, &last) &&
         !__builtin_add_overflow(last, offset, &last) &&
         isIndex(offset, limit) && isIndex(last, limit);
}

static Error checkBounds(const conorm_bounds_check &check, int64_t offset,
                         int64_t size, int64_t stride, int64_t limit) {
  switch (check.kind) {
  case CONORM_BOUNDS_INDEX:
    if (isIndex(offset, limit))
      return success();
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "expected an index within the %" PRId64
                     " elements of dimension %" PRId64 ", found %" PRId64,
                     limit, check.dim, offset);
  case CONORM_BOUNDS_SLICE:
    if (isWithin(offset, size, stride, limit))
      return success();
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "expected a slice within the %" PRId64
                     " elements of dimension %" PRId64 ", found offset %" PRId64
                     ", size %" PRId64 ", stride %" PRId64,
                     limit, check.dim, offset, size, stride);
  case CONORM_BOUNDS_EQUAL:
    if (size == limit)
      return success();
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "expected size %" PRId64 " in dimension %" PRId64
                     ", found %" PRId64,
                     limit, check.dim, size);
  case CONORM_BOUNDS_COUNT:
    if (size >= 0)
      return success();
    return makeError(CONORM_ERROR_INVALID_ARGUMENT,
                     "expected a size of at least 0 in dimension %" PRId64
                     ", found %" PRId64,
                     check.dim, size);
  }
  return makeError(CONORM_ERROR_INVALID_ARGUMENT, "kind is %u, expected 0 to 3",
                   check.kind);
}

conorm_status conorm_expect_bounds(conorm_context *context,
                                   const conorm_bounds_check *given,
                                   int64_t offset, int64_t size, int64_t stride,
                                   int64_t limit) {
  if (!context)
    return CONORM_ERROR_INVALID_ARGUMENT;
  if (context->status.load(std::memory_order_acquire) != CONORM_OK)
    return CONORM_ERROR_ABORTED;
  conorm_bounds_check check;
  if (Error error = readStruct(given, check, "check"))
    return failContext(context, error);
  Error error =
      guarded([&] { return checkBounds(check, offset, size, stride, limit); });
  if (!error)
    return CONORM_OK;
  error.message = std::string(check.access ? check.access : "access") + " at " +
                  getLabel(check.site) + ": " + error.message;
  return failContext(context, error);
}
