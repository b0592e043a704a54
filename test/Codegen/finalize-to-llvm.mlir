// RUN: conorm-opt --finalize-to-llvm --split-input-file %s | FileCheck %s

// One call of the allocator, which aligns by itself.
// CHECK-LABEL: llvm.func @allocates
// CHECK-NOT: llvm.urem
// CHECK: %[[SIZE:.*]] = llvm.ptrtoint
// CHECK: %[[ALIGNMENT:.*]] = llvm.mlir.constant(64 : index) : i64
// CHECK: %[[BUFFER:.*]] = llvm.call @aligned_alloc(%[[ALIGNMENT]], %[[SIZE]])
// CHECK-NOT: llvm.urem
// CHECK: llvm.call @free
func.func @allocates() {
  %buffer = memref.alloc() {alignment = 64 : i64} : memref<4x64xf32>
  memref.dealloc %buffer : memref<4x64xf32>
  return
}

// -----

// Its size has to be a multiple of the alignment.
// CHECK-LABEL: llvm.func @allocates_odd_size
// CHECK: llvm.urem
// CHECK: llvm.call @aligned_alloc
func.func @allocates_odd_size(%rows: index) -> memref<?x3xbf16> {
  %buffer = memref.alloc(%rows) {alignment = 64 : i64} : memref<?x3xbf16>
  return %buffer : memref<?x3xbf16>
}

// -----

// Casts that the module came with go, if they undo each other.
// CHECK-LABEL: llvm.func @casts
// CHECK-SAME: (%[[INPUT:.*]]: i64)
// CHECK-NOT: unrealized_conversion_cast
// CHECK: llvm.return %[[INPUT]]
func.func @casts(%input: i64) -> i64 {
  %inner = builtin.unrealized_conversion_cast %input : i64 to index
  %outer = builtin.unrealized_conversion_cast %inner : index to i64
  return %outer : i64
}

// -----

// A cast with one end only stays: nothing says what it means.
// CHECK-LABEL: llvm.func @half_a_cast
// CHECK: builtin.unrealized_conversion_cast %{{.*}} : i64 to !llvm.ptr
func.func @half_a_cast(%input: i64) -> !llvm.ptr {
  %pointer = builtin.unrealized_conversion_cast %input : i64 to !llvm.ptr
  return %pointer : !llvm.ptr
}

// -----

// What the module says of its data layout is heeded.
// CHECK-LABEL: llvm.func @narrow_index
// CHECK-SAME: (%{{.*}}: i32) -> i32
module attributes {dlti.dl_spec = #dlti.dl_spec<index = 32>} {
  func.func @narrow_index(%index: index) -> index {
    %sum = arith.addi %index, %index : index
    return %sum : index
  }
}

// -----

// A bf16 is stored and loaded by its bits: LLVM may round it again otherwise, with
// a helper that the C library need not have.
// CHECK-LABEL: llvm.func @stores_bits
// CHECK-SAME: %{{.*}}: !llvm.ptr, {{.*}} %[[BITS:[a-z0-9]+]]: i16, %[[VALUE:[a-z0-9]+]]: bf16
// CHECK: llvm.getelementptr inbounds|nuw
// CHECK: llvm.store %[[BITS]], %{{.*}} : i16, !llvm.ptr
// CHECK: %[[CAST:.*]] = llvm.bitcast %[[VALUE]] : bf16 to i16
// CHECK: llvm.store %[[CAST]], %{{.*}} : i16, !llvm.ptr
func.func @stores_bits(%buffer: memref<8xbf16>, %i: index, %bits: i16, %value: bf16) {
  %0 = arith.bitcast %bits : i16 to bf16
  memref.store %0, %buffer[%i] : memref<8xbf16>
  memref.store %value, %buffer[%i] : memref<8xbf16>
  return
}

// CHECK-LABEL: llvm.func @loads_bits
// CHECK: %[[BITS:.*]] = llvm.load %{{.*}} : !llvm.ptr -> i16
// CHECK: %[[VALUE:.*]] = llvm.bitcast %[[BITS]] : i16 to bf16
// CHECK: llvm.return %[[VALUE]] : bf16
// CHECK-LABEL: llvm.func @loads_f16
// CHECK: llvm.load %{{.*}} : !llvm.ptr -> f16
func.func @loads_bits(%buffer: memref<8xbf16>, %i: index) -> bf16 {
  %0 = memref.load %buffer[%i] : memref<8xbf16>
  return %0 : bf16
}
func.func @loads_f16(%buffer: memref<8xf16>, %i: index) -> f16 {
  %0 = memref.load %buffer[%i] : memref<8xf16>
  return %0 : f16
}
