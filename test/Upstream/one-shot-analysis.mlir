// What one-shot analysis does not see: each function overwrites a tensor that is
// read later. Fails once upstream has mended it: see docs/UpstreamFaults.md.

// RUN: %mlir_opt %s --one-shot-bufferize='bufferize-function-boundaries allow-return-allocs-from-loops function-boundary-type-conversion=identity-layout-map' \
// RUN:   | FileCheck %s --check-prefix=FAULT
// RUN: %conorm_opt %s --conorm-bufferize | FileCheck %s
// RUN: %conorm_opt %s --conorm-bufferize=bufferization=one-shot | FileCheck %s

// The second region of scf.while hands what it yields to the first one.
// FAULT-LABEL: func.func @while_yields(
// FAULT: linalg.log ins(%{{.*}} : memref<8xf32>) outs(%[[S:.*]] :
// FAULT: scf.while (%{{.*}} = %{{.*}}, %[[A:.*]] = %
// FAULT: linalg.exp ins(%[[A]] : memref<8xf32>) outs(%[[A]] :
// FAULT: scf.yield %{{.*}}, %[[S]] :
// FAULT: memref.load %[[S]]
// CHECK-LABEL: func.func @while_yields(
// CHECK: linalg.log ins(%{{.*}} : memref<8xf32>) outs(%[[S:.*]] :
// CHECK: scf.while
// CHECK: %[[NEW:.*]] = memref.alloc()
// CHECK: linalg.exp ins(%[[S]] : memref<8xf32>) outs(%[[NEW]] :
// CHECK: memref.load %[[S]]
func.func @while_yields(%n: index, %x: tensor<8xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %e = tensor.empty() : tensor<8xf32>
  %s = linalg.log ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %i, %r = scf.while (%j = %c0, %a = %s) : (index, tensor<8xf32>) -> (index, tensor<8xf32>) {
    %b = linalg.exp ins(%a : tensor<8xf32>) outs(%a : tensor<8xf32>) -> tensor<8xf32>
    %c = arith.cmpi slt, %j, %n : index
    scf.condition(%c) %j, %b : index, tensor<8xf32>
  } do {
  ^bb0(%j: index, %a: tensor<8xf32>):
    %m = arith.addi %j, %n : index
    scf.yield %m, %s : index, tensor<8xf32>
  }
  %v = tensor.extract %s[%c0] : tensor<8xf32>
  %w = tensor.extract %r[%c0] : tensor<8xf32>
  %0 = arith.addf %v, %w : f32
  return %0 : f32
}

// A result of scf.index_switch is what a region yields.
// FAULT-LABEL: func.func @switch_yields(
// FAULT: linalg.log ins(%{{.*}} : memref<8xf32>) outs(%[[S:.*]] :
// FAULT: %[[R:.*]] = scf.index_switch
// FAULT: scf.yield %[[S]]
// FAULT: linalg.exp ins(%[[R]] : memref<8xf32>) outs(%[[R]] :
// FAULT: memref.load %[[S]]
// CHECK-LABEL: func.func @switch_yields(
// CHECK: linalg.log ins(%{{.*}} : memref<8xf32>) outs(%[[S:.*]] :
// CHECK: %[[NEW:.*]] = memref.alloc()
// CHECK: linalg.exp ins(%[[S]] : memref<8xf32>) outs(%[[NEW]] :
// CHECK: memref.load %[[S]]
func.func @switch_yields(%n: index, %x: tensor<8xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %e = tensor.empty() : tensor<8xf32>
  %s = linalg.log ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %r = scf.index_switch %n -> tensor<8xf32>
  default {
    scf.yield %s : tensor<8xf32>
  }
  %z = linalg.exp ins(%r : tensor<8xf32>) outs(%r : tensor<8xf32>) -> tensor<8xf32>
  %v = tensor.extract %s[%c0] : tensor<8xf32>
  %w = tensor.extract %z[%c0] : tensor<8xf32>
  %0 = arith.addf %v, %w : f32
  return %0 : f32
}

// What stands in another block of the same region may be read later.
// FAULT-LABEL: func.func @blocks(
// FAULT: ^bb1(%[[S:[0-9]+]]: memref<8xf32>)
// FAULT: linalg.exp ins(%[[S]] : memref<8xf32>) outs(%[[S]] :
// FAULT: memref.load %[[S]]
// CHECK-LABEL: func.func @blocks(
// CHECK: linalg.log ins(%{{.*}} : memref<8xf32>) outs(%[[S:.*]] :
// CHECK: scf.if
// CHECK: %[[NEW:.*]] = memref.alloc()
// CHECK: linalg.exp ins(%[[S]] : memref<8xf32>) outs(%[[NEW]] :
// CHECK: memref.load %[[S]]
func.func @blocks(%c: i1, %x: tensor<8xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %e = tensor.empty() : tensor<8xf32>
  %s = linalg.log ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  cf.br ^bb1(%s : tensor<8xf32>)
^bb1(%t: tensor<8xf32>):
  cf.cond_br %c, ^bb2, ^bb3(%t : tensor<8xf32>)
^bb2:
  %z = linalg.exp ins(%t : tensor<8xf32>) outs(%t : tensor<8xf32>) -> tensor<8xf32>
  cf.br ^bb3(%z : tensor<8xf32>)
^bb3(%y: tensor<8xf32>):
  %v = tensor.extract %t[%c0] : tensor<8xf32>
  %w = tensor.extract %y[%c0] : tensor<8xf32>
  %0 = arith.addf %v, %w : f32
  return %0 : f32
}

// Both results of the loop are one buffer after a round.
// FAULT-LABEL: func.func @loop_yields_twice(
// FAULT: %[[R:.*]]:2 = scf.for
// FAULT: scf.yield %[[T:.*]], %[[T]] :
// FAULT: linalg.exp ins(%[[R]]#0 : memref<8xf32>) outs(%[[R]]#0 :
// FAULT: memref.load %[[R]]#1
// CHECK-LABEL: func.func @loop_yields_twice(
// CHECK: %[[S:.*]] = scf.for
// CHECK: scf.yield
// CHECK: %[[NEW:.*]] = memref.alloc()
// CHECK: linalg.exp ins(%[[S]] : memref<8xf32>) outs(%[[NEW]] :
// CHECK: memref.load %[[S]]
func.func @loop_yields_twice(%n: index, %x: tensor<8xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %e = tensor.empty() : tensor<8xf32>
  %a = linalg.log ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %r, %s = scf.for %i = %c0 to %n step %c1 iter_args(%p = %a, %q = %a) -> (tensor<8xf32>, tensor<8xf32>) {
    %g = tensor.empty() : tensor<8xf32>
    %t = linalg.log ins(%x : tensor<8xf32>) outs(%g : tensor<8xf32>) -> tensor<8xf32>
    scf.yield %t, %t : tensor<8xf32>, tensor<8xf32>
  }
  %z = linalg.exp ins(%r : tensor<8xf32>) outs(%r : tensor<8xf32>) -> tensor<8xf32>
  %v = tensor.extract %s[%c0] : tensor<8xf32>
  %w = tensor.extract %z[%c0] : tensor<8xf32>
  %0 = arith.addf %v, %w : f32
  return %0 : f32
}

// Both results of the call are one buffer, of which the caller writes one.
// FAULT-LABEL: func.func private @same(
// FAULT: return %[[A:.*]], %[[A]] :
// CHECK-LABEL: func.func private @same(
// CHECK: memref.copy %[[A:.*]], %[[B:.*]] :
// CHECK: return %[[A]], %[[B]] :
func.func private @same(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %e = tensor.empty() : tensor<8xf32>
  %a = linalg.log ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  return %a, %a : tensor<8xf32>, tensor<8xf32>
}
// FAULT-LABEL: func.func @returned_twice(
// FAULT: %[[R:.*]]:2 = call @same
// FAULT: linalg.exp ins(%[[R]]#0 : memref<8xf32>) outs(%[[R]]#0 :
// FAULT: memref.load %[[R]]#1
// CHECK-LABEL: func.func @returned_twice(
// CHECK: %[[R:.*]]:2 = call @same
// CHECK: linalg.exp ins(%[[R]]#0 : memref<8xf32>) outs(%[[R]]#0 :
// CHECK: memref.load %[[R]]#1
func.func @returned_twice(%x: tensor<8xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %r, %s = call @same(%x) : (tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  %z = linalg.exp ins(%r : tensor<8xf32>) outs(%r : tensor<8xf32>) -> tensor<8xf32>
  %v = tensor.extract %s[%c0] : tensor<8xf32>
  %w = tensor.extract %z[%c0] : tensor<8xf32>
  %0 = arith.addf %v, %w : f32
  return %0 : f32
}

// A slice is cast to a buffer without strides, though its rows lie apart.
func.func private @dense(%x: tensor<?x?xf32>, %i: index) -> f32 {
  %0 = tensor.extract %x[%i, %i] : tensor<?x?xf32>
  return %0 : f32
}
// FAULT-LABEL: func.func @slice_to_call(
// FAULT: %[[CAST:.*]] = memref.cast %{{.*}} : memref<?x?xf32, strided<[4, 1]>> to memref<?x?xf32>
// FAULT: call @dense(%[[CAST]],
// CHECK-LABEL: func.func @slice_to_call(
// CHECK: memref.copy %{{.*}}, %[[COPY:.*]] : memref<?x?xf32, strided<[4, 1]>> to memref<?x?xf32>
// CHECK: call @dense(%[[COPY]],
func.func @slice_to_call(%x: tensor<4x4xf32>, %n: index) -> f32 {
  %s = tensor.extract_slice %x[0, 0] [%n, %n] [1, 1] : tensor<4x4xf32> to tensor<?x?xf32>
  %0 = call @dense(%s, %n) : (tensor<?x?xf32>, index) -> f32
  return %0 : f32
}
