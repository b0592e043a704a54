//===- Candidates.cpp - What raising and fusion look at -------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Candidates.h"

#include "Norms.h"
#include "QuantizeChain.h"
#include "Reshapes.h"

using namespace mlir;
using namespace conorm;

bool raise::Candidates::isSite(Operation *op) {
  return isa<comm::AllReduceOp, comm::AllReduceRMSNormOp, norm::RMSNormOp,
             norm::AddRMSNormOp, norm::QuantizeOp>(op) ||
         changesShape(op);
}

raise::Candidates::Candidates(Operation *root) {
  root->walk([&](Operation *op) {
    if (isSite(op))
      sites.push_back(op);
    else if (mayEndChain(op))
      chainEnds.push_back(op);
  });
}
