//===- Targets.cpp - The targets there are --------------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Target/Target.h"

#include "CPU/CPUTarget.h"
#include "CUDA/CUDATarget.h"
#include "conorm-runtime/device.h"

using namespace conorm;

llvm::ArrayRef<const Target *> conorm::getTargets() {
  static const Target *const targets[] = {&getCPUTarget(), &getCUDATarget()};
  return targets;
}

const Target *conorm::lookupTarget(llvm::StringRef name) {
  for (const Target *target : getTargets())
    if (target->getName() == name)
      return target;
  return nullptr;
}

llvm::StringRef DeviceProgram::getText() const {
  for (const Image &image : images)
    if (image.kind == CONORM_IMAGE_PTX)
      return llvm::StringRef(image.data).rtrim('\0');
  return "";
}
