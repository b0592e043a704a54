// RUN: conorm-opt %s --fuse-all-reduce-norm | FileCheck %s
// RUN: conorm-opt %s --fuse-all-reduce-norm --remarks-filter-missed=fuse-all-reduce-norm --verify-diagnostics -o /dev/null

// Stage 3. Every scheme and layout is in quantize-cells.test; here stands what
// does not depend on the scheme.

comm.group @tp
func.func private @use(tensor<4x8xf8E4M3FN>)

// All five results.
// CHECK-LABEL: func @all_results
func.func @all_results(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>, tensor<4x8xbf16>, tensor<4x8xf8E4M3FN>, tensor<4x1xf32>) {
  // CHECK-NEXT: %[[A:.*]], %[[S:.*]], %[[Y:.*]], %[[Q:.*]], %[[C:.*]] = comm.all_reduce_rms_norm
  // CHECK-NEXT: return %[[A]], %[[S]], %[[Y]], %[[Q]], %[[C]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %q, %s = norm.quantize %2 {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return %0, %1, %2, %q, %s : tensor<4x8xbf16>, tensor<4x8xbf16>, tensor<4x8xbf16>, tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
}

// What the norm carries stays, the quantization's notes come along, and the
// operation keeps the all_reduce's place.
// CHECK-LABEL: func @attributes
func.func @attributes(%x: tensor<?x?xf32>, %w: tensor<?xf32>) -> (tensor<?x?xf8E4M3FN>, tensor<?x1xf32>, tensor<?x?xf32>) {
  // CHECK-NEXT: comm.all_reduce_rms_norm %{{.*}} on @tp strategy<one_shot> weight(%{{.*}}) {epsilon = {{.*}}, my.note = "norm", my.other = "quantize", quantization = #norm.scheme<per_token>, rounding = #norm.rounding<round_then_scale>, weight_bias = 2.500000e-01 : f32}
  // CHECK-NEXT: arith.negf
  // CHECK-NEXT: return
  %0 = comm.all_reduce %x on @tp strategy<one_shot> : tensor<?x?xf32>
  %1 = norm.rms_norm %0 weight(%w : tensor<?xf32>) {epsilon = 0.5 : f32, weight_bias = 0.25 : f32, rounding = #norm.rounding<round_then_scale>, my.note = "norm"} : tensor<?x?xf32>
  %2 = arith.negf %1 : tensor<?x?xf32>
  %q, %s = norm.quantize %1 {scheme = #norm.scheme<per_token>, my.other = "quantize"} : tensor<?x?xf32> -> tensor<?x?xf8E4M3FN>, tensor<?x1xf32>
  return %q, %s, %2 : tensor<?x?xf8E4M3FN>, tensor<?x1xf32>, tensor<?x?xf32>
}

// The program's promise is of the operands that were there: it stays without
// another one, and goes with a scale.
// CHECK-LABEL: func @replicated
func.func @replicated(%x: tensor<4x8xbf16>, %g: tensor<1xf32>) -> (tensor<4x8xf8E4M3FN>, tensor<4x1xf32>, tensor<4x8xf8E4M3FN>) {
  // CHECK-NEXT: comm.all_reduce_rms_norm %{{.*}} on @tp {epsilon = {{[^,]*}}, quantization = #norm.scheme<per_token>, replicated}
  // CHECK-NEXT: comm.all_reduce_rms_norm %{{.*}} on @tp scale(%{{.*}}) {epsilon = {{[^,]*}}, quantization = #norm.scheme<per_tensor>}
  %0 = comm.all_reduce_rms_norm %x on @tp {epsilon = 0.5 : f32, replicated} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  %q, %s = norm.quantize %0 {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  %1 = comm.all_reduce_rms_norm %x on @tp {epsilon = 0.5 : f32, replicated} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  %p = norm.quantize %1 scale(%g : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>
  return %q, %s, %p : tensor<4x8xf8E4M3FN>, tensor<4x1xf32>, tensor<4x8xf8E4M3FN>
}

// A router reads the norm beside the quantized value.
// CHECK-LABEL: func @kept_for_other_reader
func.func @kept_for_other_reader(%x: tensor<4x8xbf16>) -> (tensor<4x8xf8E4M3FN>, tensor<4x1xf32>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[Y:.*]], %{{.*}}, %{{.*}} = comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<4x8xbf16>, quantized: tensor<4x8xf8E4M3FN>, scales: tensor<4x1xf32>)
  // CHECK-NEXT: arith.negf %[[Y]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %q, %s = norm.quantize %1 {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  %2 = arith.negf %1 : tensor<4x8xbf16>
  return %q, %s, %2 : tensor<4x8xf8E4M3FN>, tensor<4x1xf32>, tensor<4x8xbf16>
}

// The scale is made after the all_reduce, but nothing reads a result before it:
// the fused operation moves to the quantization.
// CHECK-LABEL: func @scale_between
// CHECK-SAME: %{{.*}}: tensor<4x8xbf16>, %[[S:.*]]: f32
func.func @scale_between(%x: tensor<4x8xbf16>, %s: f32) -> tensor<4x8xf8E5M2> {
  // CHECK-NEXT: %[[T:.*]] = tensor.from_elements %[[S]]
  // CHECK-NEXT: comm.all_reduce_rms_norm %{{.*}} on @tp scale(%[[T]] : tensor<1xf32>)
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %t = tensor.from_elements %s : tensor<1xf32>
  %q = norm.quantize %1 scale(%t : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<4x8xbf16> -> tensor<4x8xf8E5M2>
  return %q : tensor<4x8xf8E5M2>
}

// A fused operation that was written as such.
// CHECK-LABEL: func @fused_before
func.func @fused_before(%x: tensor<4x8xbf16>) -> (tensor<4x8xf8E4M3FN>, tensor<4x1xf32>) {
  // CHECK-NEXT: comm.all_reduce_rms_norm {{.*}} -> (quantized: tensor<4x8xf8E4M3FN>, scales: tensor<4x1xf32>)
  %1 = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  %q, %s = norm.quantize %1 {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return %q, %s : tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
}

// A quantization of the sum or of the reduced value is none of the norm.
// CHECK-LABEL: func @other_results
func.func @other_results(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> (tensor<4x8xf8E4M3FN>, tensor<4x8xf8E4M3FN>, tensor<4x8xbf16>) {
  // CHECK-NEXT: %[[A:.*]], %[[S:.*]], %{{.*}} = comm.all_reduce_rms_norm {{.*}} -> (reduced: {{.*}}, residual_out: {{.*}}, normed:
  // CHECK-NEXT: norm.quantize %[[S]]
  // CHECK-NEXT: norm.quantize %[[A]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = arith.addf %0, %r : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %q, %s = norm.quantize %1 {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  %q1, %s1 = norm.quantize %0 {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return %q, %q1, %2 : tensor<4x8xf8E4M3FN>, tensor<4x8xf8E4M3FN>, tensor<4x8xbf16>
}

//===----------------------------------------------------------------------===//
// Guards
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @no_extend_quantized_twice
func.func @no_extend_quantized_twice(%x: tensor<4x8xbf16>, %t: tensor<1xf32>) -> (tensor<4x8xf8E4M3FN>, tensor<4x8xf8E4M3FN>) {
  // CHECK-NEXT: %[[Y:.*]], %{{.*}}, %{{.*}} = comm.all_reduce_rms_norm {{.*}} quantization = #norm.scheme<per_token>
  // CHECK-NEXT: norm.quantize %[[Y]] scale
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %q, %s = norm.quantize %1 {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  // expected-remark@+1 {{Quantize | Category:fuse-all-reduce-norm | Function=no_extend_quantized_twice | Constraint=QuantizedOnce, Reason="the norm is quantized already: #norm.scheme<per_token>"}}
  %p = norm.quantize %1 scale(%t : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>
  return %q, %p : tensor<4x8xf8E4M3FN>, tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_extend_destination_of_quantize
func.func @no_extend_destination_of_quantize(%x: tensor<4x8xbf16>, %t: tensor<1xf32>, %o: tensor<4x8xf8E4M3FN>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: comm.all_reduce_rms_norm
  // CHECK-NEXT: norm.quantize
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=QuantizeWithoutDestinations, Reason="the quantization has destinations already"}}
  %q = norm.quantize %1 scale(%t : tensor<1xf32>) outs(%o : tensor<4x8xf8E4M3FN>) {scheme = #norm.scheme<per_tensor>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_extend_destination_of_fused
func.func @no_extend_destination_of_fused(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: comm.all_reduce_rms_norm
  // CHECK-NEXT: norm.quantize
  %1 = comm.all_reduce_rms_norm %x on @tp outs(normed = %x : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  // expected-remark@+1 {{Constraint=QuantizeWithoutDestinations, Reason="the fused operation has destinations already"}}
  %q, %s = norm.quantize %1 {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_extend_other_block
func.func @no_extend_other_block(%x: tensor<4x8xbf16>, %c: i1) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm
  // CHECK: scf.if
  // CHECK-NEXT: norm.quantize
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  scf.if %c {
    // expected-remark@+1 {{Constraint=QuantizeInSameBlock, Reason="the quantization stands in another block, inside or behind scf.if"}}
    %q, %s = norm.quantize %1 {scheme = #norm.scheme<per_token>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>, tensor<4x1xf32>
    func.call @use(%q) : (tensor<4x8xf8E4M3FN>) -> ()
  }
  return %1 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_extend_scale_of_norm
func.func @no_extend_scale_of_norm(%x: tensor<1xf32>) -> tensor<1xf8E4M3FN> {
  // CHECK: %[[Y:.*]] = comm.all_reduce_rms_norm
  // CHECK-NEXT: norm.quantize %[[Y]] scale(%[[Y]]
  %0 = comm.all_reduce %x on @tp : tensor<1xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<1xf32>
  // expected-remark@+1 {{Constraint=ScaleNotOfNorm, Reason="the scale is a result of the fused operation itself"}}
  %q = norm.quantize %1 scale(%1 : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<1xf32> -> tensor<1xf8E4M3FN>
  return %q : tensor<1xf8E4M3FN>
}

// A dynamic scale: it depends on the norm.
// CHECK-LABEL: func @no_extend_scale_behind_reader
func.func @no_extend_scale_behind_reader(%x: tensor<4x8xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: %[[Y:.*]] = comm.all_reduce_rms_norm
  // CHECK: norm.quantize %[[Y]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %t = tensor.extract_slice %1[0, 0] [1, 1] [1, 1] : tensor<4x8xf32> to tensor<1xf32>
  // expected-remark@+1 {{Constraint=ScaleDominates, Reason="a result of the fused operation is read before the scale is there"}}
  %q = norm.quantize %1 scale(%t : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<4x8xf32> -> tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_extend_scale_behind_collective
func.func @no_extend_scale_behind_collective(%x: tensor<4x8xf32>, %a: tensor<1xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: %[[Y:.*]] = comm.all_reduce_rms_norm
  // CHECK-NEXT: comm.all_reduce %
  // CHECK-NEXT: norm.quantize %[[Y]]
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ReadByNorm}}
  %t = comm.all_reduce %a on @tp reduction<max> : tensor<1xf32>
  // expected-remark@+1 {{Constraint=ScaleDominates, Reason="the scale is made after the all_reduce, and comm.all_reduce stands between them"}}
  %q = norm.quantize %1 scale(%t : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<4x8xf32> -> tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// CHECK-LABEL: func @no_extend_scale_of_rank
func.func @no_extend_scale_of_rank(%x: tensor<4x8xf32>, %t: tensor<1xf32> {comm.per_rank}) -> tensor<4x8xf8E4M3FN> {
  // CHECK: comm.all_reduce_rms_norm
  // CHECK-NEXT: norm.quantize
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  // expected-remark@+1 {{Constraint=ScaleSameOnEveryRank, Reason="the scale is an argument with comm.per_rank"}}
  %q = norm.quantize %1 scale(%t : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<4x8xf32> -> tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// A scale of each rank's own, as a scalar.
// CHECK-LABEL: func @no_extend_scalar_of_each_rank
func.func @no_extend_scalar_of_each_rank(%x: tensor<4x8xbf16>, %s: f32 {comm.per_rank}) -> tensor<4x8xf8E4M3FN> {
  // CHECK: comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<4x8xbf16>)
  // CHECK: norm.quantize
  %t = tensor.from_elements %s : tensor<1xf32>
  %0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  // expected-remark@+1 {{Constraint=ScaleSameOnEveryRank, Reason="the scale is an argument with comm.per_rank"}}
  %q = norm.quantize %1 scale(%t : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<4x8xbf16> -> tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}
