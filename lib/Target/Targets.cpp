//===- Targets.cpp - The targets there are --------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Target/Target.h"

#include "CPU/CPUTarget.h"

using namespace conorm;

llvm::ArrayRef<const Target *> conorm::getTargets() {
  static const Target *const targets[] = {&getCPUTarget()};
  return targets;
}

const Target *conorm::lookupTarget(llvm::StringRef name) {
  for (const Target *target : getTargets())
    if (target->getName() == name)
      return target;
  return nullptr;
}
