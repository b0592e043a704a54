// RUN: conorm-opt %s --convert-device-to-runtime --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @memory(
// CHECK-SAME:    %[[CONTEXT:.*]]: !llvm.ptr, %[[N:.*]]: index
// CHECK:         %[[ROWS:.*]] = arith.index_cast %[[N]] : index to i64
// CHECK:         %[[WIDTH:.*]] = llvm.mlir.constant(16 : i64) : i64
// CHECK:         %[[BYTES:.*]] = arith.muli %[[ROWS]], %[[WIDTH]] : i64
// CHECK:         %[[P:.*]] = llvm.call @conorm_allocate(%[[CONTEXT]], %[[BYTES]])
// CHECK:         llvm.call @conorm_copy(%[[CONTEXT]], %{{.*}})
// CHECK:         llvm.call @conorm_free(%[[CONTEXT]], %{{.*}})
// CHECK-NOT:     memref.alloc
// CHECK-NOT:     memref.copy
// CHECK-NOT:     memref.dealloc
func.func @memory(%context: !llvm.ptr, %n: index, %a: memref<?x8xbf16>) {
  %0 = memref.alloc(%n) : memref<?x8xbf16>
  memref.copy %a, %0 : memref<?x8xbf16> to memref<?x8xbf16>
  memref.dealloc %0 : memref<?x8xbf16>
  return
}

// -----

// Equal constants are one, and the constants are bytes.
// CHECK-LABEL: func.func @constants(
// CHECK:         %[[PROGRAM:.*]] = llvm.mlir.addressof @conorm.program
// CHECK:         %[[PLACE:.*]] = llvm.mlir.addressof @conorm.global_index.[[HASH:[0-9a-f]+]]
// CHECK:         %[[INDEX:.*]] = llvm.load %[[PLACE]] : !llvm.ptr -> i32
// CHECK:         llvm.call @conorm_global(%{{.*}}, %[[PROGRAM]], %[[INDEX]])
// CHECK:         llvm.mlir.addressof @conorm.global_index.[[HASH]]
// CHECK-NOT:   memref.global
// CHECK:       llvm.mlir.global weak_odr constant @conorm.data.[[HASH]]("\00\00\80?\00\00\00@")
// CHECK-NOT:   @conorm.data
memref.global "private" constant @one : memref<2xf32> = dense<[1.0, 2.0]>
memref.global "private" constant @same : memref<2xf32> = dense<[1.0, 2.0]>
func.func @constants(%context: !llvm.ptr) -> (memref<2xf32>, memref<2xf32>) {
  %0 = memref.get_global @one : memref<2xf32>
  %1 = memref.get_global @same : memref<2xf32>
  return %0, %1 : memref<2xf32>, memref<2xf32>
}

// -----

// CHECK-LABEL: func.func @launch(
// CHECK-DAG:     llvm.mlir.addressof @conorm.kernel_index.store
// CHECK-DAG:     llvm.mlir.addressof @conorm.program
// CHECK:         llvm.call @conorm_launch_kernel(
// CHECK-NOT:     gpu.launch_func
module attributes {gpu.container_module} {
  func.func @launch(%context: !llvm.ptr, %p: !llvm.ptr, %x: f32) {
    %c1 = arith.constant 1 : index
    gpu.launch_func @conorm.device::@store blocks in (%c1, %c1, %c1) threads in (%c1, %c1, %c1)
      args(%p : !llvm.ptr, %x : f32)
    return
  }
  gpu.module @conorm.device {
    gpu.func @store(%p: !llvm.ptr, %x: f32) kernel {
      llvm.store %x, %p : f32, !llvm.ptr
      gpu.return
    }
  }
}
