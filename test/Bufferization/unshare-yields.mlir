// RUN: conorm-opt %s --unshare-yields | FileCheck %s

// What a loop hands to its next round, and a switch to what follows, is copied.

// CHECK-LABEL: func @switch
// CHECK-SAME:  %[[A:[a-z0-9]+]]: tensor<4xf32>, %[[B:[a-z0-9]+]]: tensor<4xf32>
func.func @switch(%n: index, %a: tensor<4xf32>, %b: tensor<4xf32>) -> (tensor<4xf32>, index) {
  // CHECK: case 1
  // CHECK-NEXT: %[[C:.*]] = bufferization.alloc_tensor() copy(%[[A]])
  // CHECK-NEXT: scf.yield %[[C]], %{{.*}} : tensor<4xf32>, index
  // CHECK: default
  // CHECK-NEXT: %[[C:.*]] = bufferization.alloc_tensor() copy(%[[B]])
  // CHECK-NEXT: scf.yield %[[C]], %{{.*}} : tensor<4xf32>, index
  %0:2 = scf.index_switch %n -> tensor<4xf32>, index
  case 1 {
    scf.yield %a, %n : tensor<4xf32>, index
  }
  default {
    scf.yield %b, %n : tensor<4xf32>, index
  }
  return %0#0, %0#1 : tensor<4xf32>, index
}

// CHECK-LABEL: func @while
// CHECK-SAME:  %[[A:[a-z0-9]+]]: tensor<4xf32>, %[[B:[a-z0-9]+]]: tensor<4xf32>
func.func @while(%c: i1, %a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK: scf.condition(%{{.*}}) %{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xf32>
  // CHECK: ^bb0(%[[P:.*]]: tensor<4xf32>, %{{.*}}: tensor<4xf32>):
  // CHECK-NEXT: %[[C:.*]] = bufferization.alloc_tensor() copy(%[[B]])
  // CHECK-NEXT: scf.yield %[[P]], %[[C]]
  %0:2 = scf.while (%x = %a, %y = %b) : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
    scf.condition(%c) %x, %y : tensor<4xf32>, tensor<4xf32>
  } do {
  ^bb0(%x: tensor<4xf32>, %y: tensor<4xf32>):
    scf.yield %x, %b : tensor<4xf32>, tensor<4xf32>
  }
  return %0#0 : tensor<4xf32>
}

// Other operations are known.
// CHECK-LABEL: func @if
func.func @if(%c: i1, %a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
  // CHECK-NOT: alloc_tensor
  %0 = scf.if %c -> tensor<4xf32> {
    scf.yield %a : tensor<4xf32>
  } else {
    scf.yield %b : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}
