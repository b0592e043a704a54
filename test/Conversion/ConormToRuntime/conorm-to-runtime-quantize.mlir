// RUN: %conorm_opt %s --split-input-file --convert-conorm-to-runtime | FileCheck %s

// CHECK-LABEL: func.func @per_group(
// CHECK-SAME:    %[[CONTEXT:.*]]: !llvm.ptr, %[[X:.*]]: memref<4x256xbf16>
func.func @per_group(%x: memref<4x256xbf16>, %q: memref<4x256xf8E4M3FN>, %s: memref<4x2xf32>) {
  // CHECK: %[[ARGS:.*]] = llvm.alloca %{{.*}} x !llvm.struct<"conorm_quantize_args"
  // CHECK: %[[INPUT:.*]] = llvm.inttoptr
  // CHECK: %[[CODES:.*]] = llvm.inttoptr
  // CHECK: %[[SCALES:.*]] = llvm.inttoptr
  // CHECK: llvm.mlir.constant(88 : i32)
  // The input's type: 3 is bf16.
  // CHECK: llvm.mlir.constant(3 : i32)
  // CHECK: llvm.mlir.addressof @conorm.site.per_group.0
  // CHECK: llvm.store %[[INPUT]]
  // CHECK: %[[NONE:.*]] = llvm.mlir.zero : !llvm.ptr
  // CHECK: llvm.store %[[NONE]]
  // CHECK: llvm.store %[[CODES]]
  // CHECK: llvm.store %[[SCALES]]
  // CHECK: llvm.mlir.constant(4 : i64)
  // CHECK: llvm.mlir.constant(256 : i64)
  // per_group, f8E4M3FN, f32, linear, multiply_reciprocal, 128.
  // CHECK: llvm.mlir.constant(3 : i32)
  // CHECK: llvm.mlir.constant(4 : i32)
  // CHECK: llvm.mlir.constant(1 : i32)
  // CHECK: llvm.mlir.constant(0 : i32)
  // CHECK: llvm.mlir.constant(0 : i32)
  // CHECK: llvm.mlir.constant(128 : i32)
  // CHECK: llvm.call @conorm_quantize(%[[CONTEXT]], %[[ARGS]])
  norm.quantize %x outs(%q, %s : memref<4x256xf8E4M3FN>, memref<4x2xf32>)
    {scheme = #norm.scheme<per_group, group_size = 128>} : memref<4x256xbf16>
  return
}

// Packed exponents are f8E8M0FNU (6) to the runtime, in layout 2.
// CHECK-LABEL: func.func @packed(
func.func @packed(%x: memref<4x256xbf16>, %q: memref<4x256xf8E4M3FN>, %s: memref<1x4xi32>) {
  // CHECK: llvm.mlir.constant(256 : i64)
  // CHECK: llvm.mlir.constant(3 : i32)
  // CHECK: llvm.mlir.constant(4 : i32)
  // CHECK: llvm.mlir.constant(6 : i32)
  // CHECK: llvm.mlir.constant(2 : i32)
  // CHECK: llvm.mlir.constant(0 : i32)
  // CHECK: llvm.mlir.constant(64 : i32)
  norm.quantize %x outs(%q, %s : memref<4x256xf8E4M3FN>, memref<1x4xi32>)
    {scheme = #norm.scheme<per_group, group_size = 64, layout = packed_column_major>} : memref<4x256xbf16>
  return
}

// i8 is packed f4E2M1FN (7) to the runtime; scales of f8E4M3FN in layout 1.
// CHECK-LABEL: func.func @nvfp4(
func.func @nvfp4(%x: memref<4x64xf16>, %g: memref<f32>, %q: memref<4x32xi8>, %s: memref<1x1x32x4x4xf8E4M3FN>) {
  // CHECK: llvm.mlir.constant(64 : i64)
  // CHECK: llvm.mlir.constant(4 : i32)
  // CHECK: llvm.mlir.constant(7 : i32)
  // CHECK: llvm.mlir.constant(4 : i32)
  // CHECK: llvm.mlir.constant(1 : i32)
  // CHECK: llvm.mlir.constant(0 : i32)
  // CHECK: llvm.mlir.constant(16 : i32)
  // CHECK: llvm.call @conorm_quantize
  norm.quantize %x scale(%g : memref<f32>) outs(%q, %s : memref<4x32xi8>, memref<1x1x32x4x4xf8E4M3FN>)
    {scheme = #norm.scheme<nvfp4, layout = swizzled_128x4>} : memref<4x64xf16>
  return
}

// No scales, the static scale, f8E5M2 (5), and division (1).
// CHECK-LABEL: func.func @per_tensor(
func.func @per_tensor(%x: memref<4x8xf32>, %g: memref<1xf32>, %q: memref<4x8xf8E5M2>) {
  // CHECK: llvm.inttoptr
  // CHECK: %[[SCALE:.*]] = llvm.inttoptr
  // CHECK: llvm.inttoptr
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 4]
  // CHECK: llvm.store %[[SCALE]]
  // CHECK: %[[NONE:.*]] = llvm.mlir.zero
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 6]
  // CHECK: llvm.store %[[NONE]]
  // CHECK: llvm.mlir.constant(1 : i32)
  // CHECK: llvm.mlir.constant(5 : i32)
  // CHECK: llvm.mlir.constant(0 : i32)
  // CHECK: llvm.mlir.constant(0 : i32)
  // CHECK: llvm.mlir.constant(1 : i32)
  // CHECK: llvm.mlir.constant(0 : i32)
  // CHECK: llvm.call @conorm_quantize
  norm.quantize %x scale(%g : memref<1xf32>) outs(%q : memref<4x8xf8E5M2>)
    {scheme = #norm.scheme<per_tensor, mode = divide>} : memref<4x8xf32>
  return
}

// A view of codes is counted in bytes, one of rows is copied back.
// CHECK-LABEL: func.func @views(
func.func @views(%x: memref<4x64xf16>, %q: memref<8x64xf8E4M3FN>, %s: memref<4x8xf8E8M0FNU>) {
  %lower = memref.subview %q[4, 0] [4, 64] [1, 1]
    : memref<8x64xf8E4M3FN> to memref<4x64xf8E4M3FN, strided<[64, 1], offset: 256>>
  %left = memref.subview %s[0, 0] [4, 2] [1, 1]
    : memref<4x8xf8E8M0FNU> to memref<4x2xf8E8M0FNU, strided<[8, 1]>>
  // CHECK: llvm.getelementptr %{{.*}}[%{{.*}}] : (!llvm.ptr, i64) -> !llvm.ptr, i8
  // CHECK: %[[COPY:.*]] = memref.alloc() : memref<4x2xf8E8M0FNU>
  // CHECK: llvm.call @conorm_quantize
  // CHECK-NEXT: memref.copy %[[COPY]]
  norm.quantize %x outs(%lower, %left : memref<4x64xf8E4M3FN, strided<[64, 1], offset: 256>>, memref<4x2xf8E8M0FNU, strided<[8, 1]>>)
    {scheme = #norm.scheme<mxfp8>} : memref<4x64xf16>
  return
}

// -----

comm.group @tp

// All parts of the fused call that a quantization adds.
// CHECK-LABEL: func.func @fused(
func.func @fused(%x: memref<4x64xf16>, %g: memref<1xf32>, %q: memref<4x32xi8>, %s: memref<4x4xf8E4M3FN>) {
  // CHECK: llvm.inttoptr
  // CHECK: %[[SCALE:.*]] = llvm.inttoptr
  // CHECK: %[[CODES:.*]] = llvm.inttoptr
  // CHECK: %[[SCALES:.*]] = llvm.inttoptr
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 8]
  // CHECK-NEXT: llvm.store %[[SCALE]]
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 12]
  // CHECK-NEXT: llvm.store %[[CODES]]
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 13]
  // CHECK-NEXT: llvm.store %[[SCALES]]
  // CHECK: %[[SCHEME:.*]] = llvm.mlir.constant(4 : i32)
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 17, 0]
  // CHECK-NEXT: llvm.store %[[SCHEME]]
  // CHECK: %[[TYPE:.*]] = llvm.mlir.constant(7 : i32)
  // CHECK: llvm.getelementptr inbounds %{{.*}}[0, 17, 1]
  // CHECK-NEXT: llvm.store %[[TYPE]]
  // CHECK: llvm.call @conorm_all_reduce_rms_norm
  comm.all_reduce_rms_norm %x on @tp scale(%g : memref<1xf32>)
    outs(quantized = %q : memref<4x32xi8>, scales = %s : memref<4x4xf8E4M3FN>)
    {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<nvfp4>} : memref<4x64xf16>
  return
}
