//===- conorm.h - Umbrella header of the Conorm runtime -----------*- C -*-===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef CONORM_RUNTIME_CONORM_H
#define CONORM_RUNTIME_CONORM_H

#include "conorm-runtime/bootstrap.h"
#include "conorm-runtime/context.h"
#include "conorm-runtime/device.h"
#include "conorm-runtime/launch.h"
#include "conorm-runtime/module.h"
#include "conorm-runtime/ops.h"
#include "conorm-runtime/profile.h"
#include "conorm-runtime/types.h"
#include "conorm-runtime/version.h"

#endif // CONORM_RUNTIME_CONORM_H
