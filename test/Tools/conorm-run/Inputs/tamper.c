//===- tamper.c - Damages a norm before the check sees it -----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Preloaded into conorm-run: one element of each normed output is made larger
// by two units in the last place, in both variants alike, so that only the
// comparison with float64 can tell.
//
//===----------------------------------------------------------------------===//

#define _GNU_SOURCE
#include "conorm-runtime/conorm.h"

#include <dlfcn.h>

static conorm_observer_fn wrapped;

static void observe(void *user, conorm_context *context, uint32_t op,
                    uint32_t phase, const void *args) {
  uint16_t *normed = 0;
  if (op == CONORM_OP_ALL_REDUCE_RMS_NORM)
    normed = ((const conorm_all_reduce_rms_norm_args *)args)->normed;
  if (op == CONORM_OP_RMS_NORM || op == CONORM_OP_ADD_RMS_NORM)
    normed = ((const conorm_rms_norm_args *)args)->normed;
  if (phase == 1 && normed)
    normed[3] += 2;
  wrapped(user, context, op, phase, args);
}

CONORM_API void conorm_context_set_observer(conorm_context *context,
                                            conorm_observer_fn observer,
                                            void *user) {
  void (*real)(conorm_context *, conorm_observer_fn, void *);
  *(void **)&real = dlsym(RTLD_NEXT, "conorm_context_set_observer");
  wrapped = observer;
  real(context, observer ? observe : 0, user);
}
