// RUN: conorm-opt %s --refuse-circles --allow-unregistered-dialect --split-input-file --verify-diagnostics -o /dev/null
// RUN: conorm-opt %s --conorm-fuse --allow-unregistered-dialect --split-input-file --verify-diagnostics -o /dev/null
// RUN: conorm-opt %s --conorm-bufferize --allow-unregistered-dialect --split-input-file --verify-diagnostics -o /dev/null
// RUN: conorm-opt %s --conorm-to-llvm --allow-unregistered-dialect --split-input-file --verify-diagnostics -o /dev/null
// RUN: conorm-opt %s --conorm-to-llvm=fuse=false --allow-unregistered-dialect --split-input-file --verify-diagnostics -o /dev/null

// The canonicalizer would go round for ever.

// expected-error@+1 {{'arith.negf' op expected operands that do not depend on its own results, found a circle in the graph region of 'builtin.module'}}
%0 = arith.negf %0 : tensor<4xf32>

// -----

// expected-error@+1 {{'tensor.cast' op expected operands that do not depend}}
%0 = tensor.cast %1 : tensor<?x8xbf16> to tensor<4x8xbf16>
%1 = tensor.cast %2 : tensor<4x?xbf16> to tensor<?x8xbf16>
%2 = tensor.cast %0 : tensor<4x8xbf16> to tensor<4x?xbf16>
%3 = arith.negf %0 : tensor<4x8xbf16>

// -----

// By way of what is inside an operation.
%c = arith.constant true
// expected-error@+1 {{'scf.if' op expected operands that do not depend}}
%0 = scf.if %c -> f32 {
  %2 = arith.addf %1, %1 : f32
  scf.yield %2 : f32
} else {
  %2 = arith.constant 1.0 : f32
  scf.yield %2 : f32
}
%1 = arith.negf %0 : f32

// -----

func.func @f() {
  "test.graph"() ({
    // expected-error@+1 {{'arith.negf' op expected operands that do not depend on its own results, found a circle in the graph region of 'test.graph'}}
    %0 = arith.negf %0 : tensor<4xf32>
  }) : () -> ()
  return
}

// -----

// What circles are read by, and what reads them, is none.
%0 = arith.constant dense<1.0> : tensor<4xf32>
%1 = arith.negf %5 : tensor<4xf32>
%2 = arith.negf %3 : tensor<4xf32>
%3 = arith.negf %0 : tensor<4xf32>
// expected-error@+1 {{'arith.addf' op expected operands that do not depend on its own results}}
%4 = arith.addf %3, %5 : tensor<4xf32>
%5 = arith.negf %4 : tensor<4xf32>

// -----

// An order is found where there is one.
%2 = arith.negf %1 : tensor<4xf32>
%1 = arith.negf %0 : tensor<4xf32>
%0 = arith.constant dense<1.0> : tensor<4xf32>
