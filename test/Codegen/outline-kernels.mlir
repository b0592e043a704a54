// RUN: %conorm_opt %s --outline-kernels | FileCheck %s

// CHECK-LABEL: func.func @same_and_different(
// CHECK-SAME:    %[[A:.*]]: memref<4x8xf32>, %[[B:.*]]: memref<4x8xf32>
func.func @same_and_different(%a: memref<4x8xf32>, %b: memref<4x8xf32>, %c: memref<2x8xf32>) {
  // CHECK-NEXT: call @[[EXP:conorm.kernel[_0-9]*]](%[[A]], %[[B]])
  // CHECK-NEXT: call @[[EXP]](%[[B]], %[[A]])
  linalg.exp ins(%a : memref<4x8xf32>) outs(%b : memref<4x8xf32>)
  linalg.exp ins(%b : memref<4x8xf32>) outs(%a : memref<4x8xf32>)
  // In place is another function: its loops know that the buffers are one.
  // CHECK-NEXT: call @[[SELF:conorm.kernel[_0-9]+]](%[[A]]) :
  linalg.exp ins(%a : memref<4x8xf32>) outs(%a : memref<4x8xf32>)
  // So is another shape.
  // CHECK-NEXT: call @[[SMALL:conorm.kernel[_0-9]+]](%{{.*}}) : (memref<2x8xf32>)
  linalg.exp ins(%c : memref<2x8xf32>) outs(%c : memref<2x8xf32>)
  return
}

// Constants go along, other values are passed.
// CHECK-LABEL: func.func @captures(
// CHECK-SAME:    %[[A:.*]]: memref<4xf32>, %[[S:.*]]: f32)
func.func @captures(%a: memref<4xf32>, %s: f32) {
  // CHECK: call @[[CAPTURES:conorm.kernel[_0-9]+]](%[[A]], %[[S]]) : (memref<4xf32>, f32)
  %two = arith.constant 2.0 : f32
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      outs(%a : memref<4xf32>) {
    ^bb0(%x: f32):
      %0 = arith.mulf %x, %two : f32
      %1 = arith.addf %0, %s : f32
      linalg.yield %1 : f32
  }
  return
}

// Views whose place is known are made in the kernel, one for all such calls.
// CHECK-LABEL: func.func @views(
// CHECK-SAME:    %[[W:.*]]: memref<4x16xf32>, %[[V:.*]]: memref<4x16xf32>, %[[O:.*]]: memref<4x8xf32>)
// CHECK-NEXT:  call @[[VIEWS:conorm.kernel[_0-9]+]](%[[W]], %[[O]]) : (memref<4x16xf32>, memref<4x8xf32>)
// CHECK-NEXT:  call @[[VIEWS]](%[[V]], %[[O]])
// CHECK-NEXT:  return
func.func @views(%w: memref<4x16xf32>, %v: memref<4x16xf32>, %o: memref<4x8xf32>) {
  %0 = memref.subview %w[0, 8] [4, 8] [1, 1] : memref<4x16xf32> to memref<4x8xf32, strided<[16, 1], offset: 8>>
  linalg.exp ins(%0 : memref<4x8xf32, strided<[16, 1], offset: 8>>) outs(%o : memref<4x8xf32>)
  %1 = memref.subview %v[0, 8] [4, 8] [1, 1] : memref<4x16xf32> to memref<4x8xf32, strided<[16, 1], offset: 8>>
  linalg.exp ins(%1 : memref<4x8xf32, strided<[16, 1], offset: 8>>) outs(%o : memref<4x8xf32>)
  return
}

// Where a size is not in the type, the whole descriptor is passed.
// CHECK-LABEL: func.func @dynamic(
// CHECK:       call @[[DYNAMIC:conorm.kernel[_0-9]+]](%{{.*}}) : (memref<?xf32>)
func.func @dynamic(%a: memref<?xf32>) {
  linalg.exp ins(%a : memref<?xf32>) outs(%a : memref<?xf32>)
  return
}

// A buffer whose rank is not known is passed as the cast makes it.
// CHECK-LABEL: func.func @unranked(
// CHECK:         %[[CAST:.*]] = memref.cast
// CHECK-NEXT:    call @[[COPY:conorm.kernel[_0-9]*]](%[[CAST]], %{{.*}})
func.func @unranked(%x: memref<*xbf16>, %o: memref<4x8xbf16>) {
  %e = memref.cast %x : memref<*xbf16> to memref<4x8xbf16>
  linalg.copy ins(%e : memref<4x8xbf16>) outs(%o : memref<4x8xbf16>)
  return
}

// A buffer without elements is not passed by its pointer alone.
// CHECK-LABEL: func.func @no_elements(
// CHECK-NEXT:    call @[[NOTHING:conorm.kernel[_0-9]*]](%{{.*}}, %{{.*}})
func.func @no_elements(%x: memref<3x0x1xf32>, %o: memref<3x0x1xf32>) {
  linalg.exp ins(%x : memref<3x0x1xf32>) outs(%o : memref<3x0x1xf32>)
  return
}

// Kernels are equal as they are written: neither other constants nor operands in
// another order are the same. What only the place of an operation tells apart is.
#map = affine_map<(d0) -> (d0)>
// CHECK-LABEL: func.func @bodies(
// CHECK-NEXT:    call @[[FIRST:conorm.kernel_[0-9]+]](%arg0, %arg1)
// CHECK-NEXT:    call @[[FIRST]](%arg1, %arg0)
// CHECK-NOT:     call @[[FIRST]](
// CHECK:         call @[[ORDER:conorm.kernel_[0-9]+]](
// CHECK-NOT:     call @[[FIRST]](
// CHECK-NOT:     call @[[ORDER]](
// CHECK:         call @conorm.kernel_{{[0-9]+}}(
// CHECK-NEXT:    return
func.func @bodies(%a: memref<5xf32>, %b: memref<5xf32>) {
  linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
      ins(%a : memref<5xf32>) outs(%b : memref<5xf32>) {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
      ins(%b : memref<5xf32>) outs(%a : memref<5xf32>) {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
      ins(%a : memref<5xf32>) outs(%b : memref<5xf32>) {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.addf %y, %x : f32
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
      ins(%a : memref<5xf32>) outs(%b : memref<5xf32>) {
  ^bb0(%x: f32, %y: f32):
    %0 = arith.addf %x, %y fastmath<nnan> : f32
    linalg.yield %0 : f32
  }
  return
}

// A body that reads single elements names its place where that is out of bounds.
// CHECK-LABEL: func.func @loads(
// CHECK-NEXT:    call @[[LOADS:conorm.kernel[_0-9]*]](
// CHECK-NOT:     call @[[LOADS]](
// CHECK:         return
func.func @loads(%a: memref<5xf32>, %t: memref<9xf32>) {
  linalg.generic {indexing_maps = [#map], iterator_types = ["parallel"]} outs(%a : memref<5xf32>) {
  ^bb0(%x: f32):
    %i = linalg.index 0 : index
    %0 = memref.load %t[%i] : memref<9xf32>
    linalg.yield %0 : f32
  }
  linalg.generic {indexing_maps = [#map], iterator_types = ["parallel"]} outs(%a : memref<5xf32>) {
  ^bb0(%x: f32):
    %i = linalg.index 0 : index
    %0 = memref.load %t[%i] : memref<9xf32>
    linalg.yield %0 : f32
  }
  return
}

// What is still on tensors has no place yet.
// CHECK-LABEL: func.func @tensors(
// CHECK-NEXT:  linalg.exp
func.func @tensors(%a: tensor<4xf32>) -> tensor<4xf32> {
  %0 = linalg.exp ins(%a : tensor<4xf32>) outs(%a : tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK: func.func private @[[EXP]](%[[IN:.*]]: memref<4x8xf32>, %[[OUT:.*]]: memref<4x8xf32>)
// CHECK-NEXT: linalg.exp ins(%[[IN]] : memref<4x8xf32>) outs(%[[OUT]] : memref<4x8xf32>)
// CHECK: func.func private @[[SELF]](%{{.*}}: memref<4x8xf32>)
// CHECK: func.func private @[[SMALL]](%{{.*}}: memref<2x8xf32>)
// CHECK: func.func private @[[CAPTURES]](%{{.*}}: memref<4xf32>, %{{.*}}: f32)
// CHECK-NEXT: arith.constant 2.0
// CHECK: func.func private @[[VIEWS]](%[[IN:.*]]: memref<4x16xf32>, %[[OUT:.*]]: memref<4x8xf32>) attributes {llvm.bareptr}
// CHECK-NEXT: %[[SLICE:.*]] = memref.subview %[[IN]][0, 8]
// CHECK-NEXT: linalg.exp ins(%[[SLICE]] : {{.*}} outs(%[[OUT]] :
// CHECK: func.func private @[[DYNAMIC]](%{{.*}}: memref<?xf32>) {
// CHECK: func.func private @[[COPY]](%{{.*}}: memref<4x8xbf16>, %{{.*}}: memref<4x8xbf16>)
// CHECK: func.func private @[[NOTHING]](%{{.*}}: memref<3x0x1xf32>, %{{.*}}: memref<3x0x1xf32>) {
