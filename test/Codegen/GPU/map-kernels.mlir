// RUN: conorm-opt %s --outline-kernels --map-kernels --canonicalize --cse --split-input-file | FileCheck %s

// Several elements to a thread, in one access where addresses are aligned.
// CHECK-LABEL: func.func @vector(
// CHECK:         %[[BLOCKS:.*]] = arith.constant 4 : index
// CHECK:         gpu.launch_func @conorm.device::@elementwise_mulf_[[HASH:[0-9a-f]+]] blocks in (%[[BLOCKS]],
// CHECK-SAME:      threads in (%c256,
// CHECK-SAME:      args(%{{.*}} : !llvm.ptr, %{{.*}} : !llvm.ptr, %{{.*}} : !llvm.ptr)
// CHECK:       gpu.func @elementwise_mulf_[[HASH]](
// CHECK-SAME:    known_block_size = array<i32: 256, 1, 1>
// CHECK:         scf.if
// CHECK:           scf.if
// CHECK:             llvm.load {{.*}} {alignment = 16 : i64} : !llvm.ptr -> vector<8xi16>
// CHECK-COUNT-8:     arith.mulf
// CHECK:             llvm.store {{.*}} {alignment = 16 : i64} : vector<8xi16>, !llvm.ptr
// CHECK:           } else {
// CHECK:             scf.for
// CHECK:               llvm.load {{.*}} : !llvm.ptr -> i16
func.func @vector(%a: memref<16x512xbf16>, %b: memref<16x512xbf16>, %c: memref<16x512xbf16>) {
  linalg.mul ins(%a, %b : memref<16x512xbf16>, memref<16x512xbf16>) outs(%c : memref<16x512xbf16>)
  return
}

// -----

// One kernel for equal operations.
// CHECK-LABEL: func.func @shared(
// CHECK:         gpu.launch_func @conorm.device::@elementwise_exp_[[HASH:[0-9a-f]+]]
// CHECK:         gpu.launch_func @conorm.device::@elementwise_exp_[[HASH]]
// CHECK:       gpu.module @conorm.device
// CHECK:         gpu.func
// CHECK-NOT:     gpu.func
func.func @shared(%a: memref<64xf32>, %b: memref<64xf32>) {
  linalg.exp ins(%a : memref<64xf32>) outs(%b : memref<64xf32>)
  linalg.exp ins(%b : memref<64xf32>) outs(%a : memref<64xf32>)
  return
}

// -----

// The number of rows is a size of the grid and, where rows end, of the kernel.
// CHECK-LABEL: func.func @dynamic(
// CHECK:         %[[ROWS:.*]] = memref.dim
// CHECK:         affine.apply
// CHECK:         gpu.launch_func {{.*}} args(%{{.*}} : !llvm.ptr, %{{.*}} : !llvm.ptr, %{{.*}} : !llvm.ptr, %[[ROWS]] : index)
#rows = affine_map<(d0, d1) -> (d0, d1)>
#bias = affine_map<(d0, d1) -> (d1)>
func.func @dynamic(%a: memref<?x512xf32>, %bias: memref<512xf32>, %b: memref<?x512xf32>) {
  linalg.generic {indexing_maps = [#rows, #bias, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%a, %bias : memref<?x512xf32>, memref<512xf32>) outs(%b : memref<?x512xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// A warp for each row: threads exchange what they have in a tree.
// CHECK-LABEL: func.func @warp(
// CHECK:         gpu.launch_func @conorm.device::@reduce_rows_addf_
// CHECK:       gpu.func @reduce_rows_addf_
// CHECK:         scf.for
// CHECK:           arith.addf
// CHECK:         gpu.shuffle xor %{{.*}}, %c16_i32, %c32_i32 : f32
// CHECK:         gpu.shuffle xor %{{.*}}, %c1_i32, %c32_i32 : f32
// CHECK-NOT:     gpu.barrier
func.func @warp(%a: memref<16x512xf32>, %b: memref<16xf32>) {
  linalg.reduce {arith.addf} ins(%a : memref<16x512xf32>) outs(%b : memref<16xf32>) dimensions = [1]
  return
}

// -----

// A block for a long row: warps exchange through memory that they share.
// CHECK-LABEL: func.func @block(
// CHECK:       gpu.func @reduce_rows_maximumf_
// CHECK-SAME:    workgroup(%{{.*}} : memref<8xf32, #gpu.address_space<workgroup>>)
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK:         gpu.barrier
func.func @block(%a: memref<16x?xf32>, %b: memref<16xf32>) {
  linalg.reduce {arith.maximumf} ins(%a : memref<16x?xf32>) outs(%b : memref<16xf32>) dimensions = [1]
  return
}

// -----

// Threads have neighbouring columns, each in the order of the rows.
// CHECK-LABEL: func.func @columns(
// CHECK:       gpu.func @reduce_addf_
// CHECK-NOT:     gpu.shuffle
// CHECK:         scf.for
// CHECK-NOT:     gpu.shuffle
func.func @columns(%a: memref<16x512xf32>, %b: memref<512xf32>) {
  linalg.reduce {arith.addf} ins(%a : memref<16x512xf32>) outs(%b : memref<512xf32>) dimensions = [0]
  return
}

// -----

// A body may read a buffer by itself.
// CHECK-LABEL: func.func @gather(
// CHECK:       gpu.func @elementwise_
// CHECK:         llvm.load {{.*}} -> i64
// CHECK:         llvm.load {{.*}} -> f32
#ids = affine_map<(d0, d1) -> (d0)>
#all = affine_map<(d0, d1) -> (d0, d1)>
func.func @gather(%table: memref<1000x64xf32>, %ids: memref<4xi64>, %out: memref<4x64xf32>) {
  linalg.generic {indexing_maps = [#ids, #all], iterator_types = ["parallel", "parallel"]}
      ins(%ids : memref<4xi64>) outs(%out : memref<4x64xf32>) {
  ^bb0(%id: i64, %o: f32):
    %row = arith.index_cast %id : i64 to index
    %column = linalg.index 1 : index
    %0 = memref.load %table[%row, %column] : memref<1000x64xf32>
    linalg.yield %0 : f32
  }
  return
}

// -----

// One element.
// CHECK-LABEL: func.func @no_loops(
// CHECK:         gpu.launch_func @conorm.device::@elementwise_addf_{{[0-9a-f]+}} blocks in (%c1, %c1, %c1)
func.func @no_loops(%a: memref<f32>, %b: memref<f32>) {
  linalg.add ins(%a, %a : memref<f32>, memref<f32>) outs(%b : memref<f32>)
  return
}
