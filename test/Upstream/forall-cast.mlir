// Outputs of scf.forall that are written in another order than they are listed
// in: after the casts are folded, each is written to the other. Fails once
// upstream has mended it: see docs/UpstreamFaults.md.

// RUN: %mlir_opt %s --canonicalize | FileCheck %s --check-prefix=FAULT
// RUN: %conorm_opt %s --canonicalize-selected | FileCheck %s

// FAULT-LABEL: @swapped_outputs
// FAULT-SAME: %[[A:.*]]: tensor<2xf32>, %[[B:.*]]: tensor<2xf32>
// FAULT: shared_outs(%[[FIRST:.*]] = %[[A]], %{{.*}} = %[[B]])
// FAULT: %[[S:.*]] = tensor.extract_slice %[[A]]
// FAULT: tensor.parallel_insert_slice %[[S]] into %[[FIRST]]

// CHECK-LABEL: @swapped_outputs
// CHECK-SAME: %[[A:.*]]: tensor<2xf32>, %{{.*}}: tensor<2xf32>
// CHECK: shared_outs(%{{.*}} = %{{.*}}, %[[SECOND:.*]] = %{{.*}})
// CHECK: %[[S:.*]] = tensor.extract_slice %[[A]]
// CHECK: tensor.parallel_insert_slice %[[S]] into %[[SECOND]]
func.func @swapped_outputs(%a: tensor<2xf32>, %b: tensor<2xf32>)
    -> (tensor<?xf32>, tensor<?xf32>) {
  %first = tensor.cast %a : tensor<2xf32> to tensor<?xf32>
  %second = tensor.cast %b : tensor<2xf32> to tensor<?xf32>
  %r:2 = scf.forall (%i) in (2) shared_outs(%p = %first, %q = %second)
      -> (tensor<?xf32>, tensor<?xf32>) {
    %s = tensor.extract_slice %a[%i] [1] [1] : tensor<2xf32> to tensor<1xf32>
    %t = tensor.extract_slice %b[%i] [1] [1] : tensor<2xf32> to tensor<1xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %s into %q[%i] [1] [1]
          : tensor<1xf32> into tensor<?xf32>
      tensor.parallel_insert_slice %t into %p[%i] [1] [1]
          : tensor<1xf32> into tensor<?xf32>
    }
  }
  return %r#0, %r#1 : tensor<?xf32>, tensor<?xf32>
}
