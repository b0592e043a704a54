// RUN: conorm-opt %s --map-kernels --split-input-file --verify-diagnostics
// RUN: not conorm-opt %s --map-kernels=check-bounds --split-input-file 2>&1 | FileCheck %s
// CHECK: error: expected no check-bounds for a device, whose kernels do not check their accesses

func.func @host_load(%a: memref<4xf32>, %i: index) -> f32 {
  // expected-error @below {{'memref.load' op works on memory of the host, but buffers are in the memory of the device}}
  %0 = memref.load %a[%i] : memref<4xf32>
  return %0 : f32
}

// -----

func.func @element_type(%a: memref<4xi4>, %b: memref<4xi4>) {
  // expected-error @below {{expected element types that kernels have, found 'memref<4xi4>'}}
  linalg.copy ins(%a : memref<4xi4>) outs(%b : memref<4xi4>)
  return
}

// -----

func.func private @other(f32) -> f32
#map = affine_map<(d0) -> (d0)>
func.func @call_in_body(%a: memref<4xf32>, %b: memref<4xf32>) {
  linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
      ins(%a : memref<4xf32>) outs(%b : memref<4xf32>) {
  ^bb0(%x: f32, %out: f32):
    // expected-error @below {{'func.call' op cannot run in a kernel of the device}}
    %0 = func.call @other(%x) : (f32) -> f32
    linalg.yield %0 : f32
  }
  return
}

// -----

#in = affine_map<(d0) -> (d0)>
func.func @output_of_steps(%a: memref<4xf32>, %b: memref<4xf32>) {
  // expected-error @below {{expected outputs that the steps of a reduction share}}
  linalg.generic {indexing_maps = [#in, #in], iterator_types = ["reduction"]}
      ins(%a : memref<4xf32>) outs(%b : memref<4xf32>) {
  ^bb0(%x: f32, %out: f32):
    linalg.yield %x : f32
  }
  return
}
