// RUN: %conorm_opt %s --conorm-bufferize | FileCheck %s --implicit-check-not="tensor<"

comm.group @tp

// CHECK-LABEL: func.func @decoder_step(
// CHECK-SAME:    %[[X:.*]]: memref<4x8xf32>, %[[R:.*]]: memref<4x8xf32> {comm.donated}, %[[M:.*]]: memref<8x8xf32>)
func.func @decoder_step(%x: tensor<4x8xf32>, %r: tensor<4x8xf32> {comm.donated}, %m: tensor<8x8xf32>)
    -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  // Two products from one zero: each has its own start, and nothing is copied.
  // CHECK-NOT: memref.copy
  // CHECK: linalg.fill {{.*}} outs(%[[B:.*]] :
  // CHECK: linalg.fill {{.*}} outs(%[[A:.*]] :
  // CHECK: linalg.matmul {{.*}} outs(%[[A]] :
  // CHECK: linalg.matmul {{.*}} outs(%[[B]] :
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4x8xf32>
  %start = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x8xf32>) -> tensor<4x8xf32>
  %a = linalg.matmul ins(%x, %m : tensor<4x8xf32>, tensor<8x8xf32>)
                     outs(%start : tensor<4x8xf32>) -> tensor<4x8xf32>
  %b = linalg.matmul ins(%a, %m : tensor<4x8xf32>, tensor<8x8xf32>)
                     outs(%start : tensor<4x8xf32>) -> tensor<4x8xf32>
  // CHECK: comm.all_reduce_rms_norm %[[B]] on @tp residual(%[[R]] : {{.*}} outs(residual_out = %[[R]] : memref<4x8xf32>, normed = %[[B]] : memref<4x8xf32>)
  // CHECK-NEXT: return %[[B]], %[[R]]
  %sum, %y = comm.all_reduce_rms_norm %b on @tp residual(%r : tensor<4x8xf32>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
    -> (residual_out: tensor<4x8xf32>, normed: tensor<4x8xf32>)
  return %y, %sum : tensor<4x8xf32>, tensor<4x8xf32>
}

// A layer as a function: what it returns is overwritten by the caller.
// CHECK-LABEL: func.func private @project(
func.func private @project(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = arith.addf %x, %x : tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
// CHECK-LABEL: func.func @caller(
func.func @caller(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: memref.alloc
  // CHECK: %[[Z:.*]] = call @project
  // CHECK-NEXT: comm.all_reduce %[[Z]] on @tp outs(%[[Z]] :
  // CHECK-NEXT: return %[[Z]]
  %0 = call @project(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = comm.all_reduce %0 on @tp : tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// The read-only argument that a loop starts from is copied once; the iterations
// work in place.
// CHECK-LABEL: func.func @loop(
func.func @loop(%x: tensor<4x8xf32>, %n: index) -> tensor<4x8xf32> {
  // CHECK: %[[START:.*]] = memref.alloc
  // CHECK: memref.copy %{{.*}}, %[[START]]
  // CHECK: scf.for
  // CHECK-NOT: memref.alloc
  // CHECK-NOT: memref.copy
  // CHECK: return
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%v = %x) -> tensor<4x8xf32> {
    %1 = norm.rms_norm %v {epsilon = 1.0e-5 : f32} : tensor<4x8xf32>
    %2 = comm.all_reduce %1 on @tp : tensor<4x8xf32>
    scf.yield %2 : tensor<4x8xf32>
  }
  return %r : tensor<4x8xf32>
}

// Casts around a transpose of nothing, which upstream folds to another type in
// one order.
// CHECK-LABEL: func.func @transposed_between_casts
func.func @transposed_between_casts(%x: tensor<6x?xf32>, %d: tensor<6x6xf32>) -> tensor<6x6xf32> {
  // CHECK: return %{{.*}} : memref<6x6xf32>
  %e = tensor.cast %d : tensor<6x6xf32> to tensor<6x?xf32>
  %t = linalg.transpose ins(%x : tensor<6x?xf32>) outs(%e : tensor<6x?xf32>) permutation = [0, 1]
  %c = tensor.cast %t : tensor<6x?xf32> to tensor<6x6xf32>
  return %c : tensor<6x6xf32>
}
