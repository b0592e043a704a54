// RUN: %conorm_test_opt %s --conorm-to-buffers | FileCheck %s
// RUN: %conorm_test_opt %s --assign-destinations \
// RUN:   --one-shot-bufferize='bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map' \
// RUN:   | FileCheck %s --check-prefix=ONE-SHOT

// Norms of a dialect that no pass knows of are bufferized in place, and their
// buffers are freed.

comm.group @tp

// CHECK-LABEL: func.func @in_place(
// CHECK-SAME:    %[[X:[a-z0-9]*]]: memref<4x8xf32> {comm.donated}, %[[W:[a-z0-9]*]]: memref<8xf32>)
// ONE-SHOT-LABEL: func.func @in_place(
func.func @in_place(%x: tensor<4x8xf32> {comm.donated}, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK-NEXT: test.t5_norm %[[X]] weight(%[[W]] : memref<8xf32>) outs(%[[X]] : memref<4x8xf32>) : memref<4x8xf32>
  // CHECK-NEXT: test.all_reduce_t5_norm %[[X]] on @tp outs(%[[X]] : memref<4x8xf32>) {epsilon = 2.500000e-01 : f32} : memref<4x8xf32>
  // ONE-SHOT-NOT: memref.alloc
  // ONE-SHOT: test.all_reduce_t5_norm
  %a = test.t5_norm %x weight(%w : tensor<8xf32>) : tensor<4x8xf32> -> tensor<4x8xf32>
  %b = test.all_reduce_t5_norm %a on @tp {epsilon = 0.25 : f32} : tensor<4x8xf32> -> tensor<4x8xf32>
  return %b : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @freed(
// CHECK-SAME:    %[[X:[a-z0-9]*]]: memref<4x8xf32>)
// ONE-SHOT-LABEL: func.func @freed(
func.func @freed(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: %[[TEMPORARY:.*]] = memref.alloc() {{.*}}: memref<4x8xf32>
  // CHECK: test.t5_norm %[[X]] outs(%[[TEMPORARY]] : memref<4x8xf32>)
  %a = test.t5_norm %x : tensor<4x8xf32> -> tensor<4x8xf32>
  // CHECK: test.all_reduce_t5_norm %[[TEMPORARY]] on @tp outs(%[[TEMPORARY]] : memref<4x8xf32>)
  %b = test.all_reduce_t5_norm %a on @tp : tensor<4x8xf32> -> tensor<4x8xf32>
  // CHECK: %[[RESULT:.*]] = memref.alloc() {{.*}}: memref<4x8xf8E4M3FN>
  // CHECK: norm.quantize %[[TEMPORARY]] outs(%[[RESULT]], %{{.*}} : memref<4x8xf8E4M3FN>, memref<4x1xf32>)
  // CHECK: memref.dealloc %[[TEMPORARY]]
  %q, %s = norm.quantize %b {scheme = #norm.scheme<per_token>}
    : tensor<4x8xf32> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  // CHECK: return %[[RESULT]]
  return %q : tensor<4x8xf8E4M3FN>
}
