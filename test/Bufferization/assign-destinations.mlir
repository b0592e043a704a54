// RUN: %conorm_opt %s --split-input-file --assign-destinations | FileCheck %s

// A donated argument is overwritten at its last use.
comm.group @tp

// CHECK-LABEL: func.func @takes_donated_input(
// CHECK-SAME:    %[[X:.*]]: tensor<4x8xbf16> {bufferization.writable = true, comm.donated},
// CHECK-SAME:    %[[W:.*]]: tensor<8xbf16> {bufferization.writable = false})
func.func @takes_donated_input(%x: tensor<4x8xbf16> {comm.donated}, %w: tensor<8xbf16>)
    -> tensor<4x8xbf16> {
  // CHECK-NOT: tensor.empty
  // CHECK: comm.all_reduce_rms_norm %[[X]] {{.*}}outs(normed = %[[X]] : tensor<4x8xbf16>) {epsilon = {{[^,]*}}, replicated}
  %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>)
    {epsilon = 1.0e-6 : f32, replicated} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func.func @keeps_plain_argument(
// CHECK-SAME:    %[[X:.*]]: tensor<4x8xbf16> {bufferization.writable = false})
func.func @keeps_plain_argument(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<4x8xbf16>
  // CHECK: comm.all_reduce %[[X]] on @tp outs(%[[EMPTY]] : tensor<4x8xbf16>)
  %y = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// A caller that reads it again would have to copy it.
// CHECK-LABEL: func.func private @private_argument(
// CHECK-SAME:    %{{.*}}: tensor<4x8xbf16> {bufferization.writable = false})
func.func private @private_argument(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: tensor.empty
  %y = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  return %y : tensor<4x8xbf16>
}

// -----

comm.group @tp

// The residual holds the sum, the input the norm.
// CHECK-LABEL: func.func @chain(
// CHECK-SAME:    %[[X:.*]]: tensor<4x8xf32> {{.*}}, %[[R:.*]]: tensor<4x8xf32>
func.func @chain(%x: tensor<4x8xf32>, %r: tensor<4x8xf32>)
    -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK: %[[E0:.*]] = tensor.empty
  // CHECK: %[[A:.*]] = comm.all_reduce %[[X]] on @tp outs(%[[E0]] : tensor<4x8xf32>)
  %a = comm.all_reduce %x on @tp : tensor<4x8xf32>
  // The residual is an argument: the sum takes the input, the norm is new.
  // CHECK: %[[E1:.*]] = tensor.empty
  // CHECK: %[[Y:.*]]:2 = norm.add_rms_norm %[[A]], %[[R]] outs(%[[E1]], %[[A]] :
  %y, %r1 = norm.add_rms_norm %a, %r {epsilon = 1.0e-5 : f32}
    : tensor<4x8xf32>, tensor<4x8xf32>
  // CHECK-NOT: tensor.empty
  // CHECK: %[[B:.*]] = comm.all_reduce %[[Y]]#0 on @tp outs(%[[Y]]#0 : tensor<4x8xf32>)
  %b = comm.all_reduce %y on @tp : tensor<4x8xf32>
  // CHECK: norm.add_rms_norm %[[B]], %[[Y]]#1 outs(%[[B]], %[[Y]]#1 :
  %z, %r2 = norm.add_rms_norm %b, %r1 {epsilon = 1.0e-5 : f32}
    : tensor<4x8xf32>, tensor<4x8xf32>
  return %z, %r2 : tensor<4x8xf32>, tensor<4x8xf32>
}

// CHECK-LABEL: func.func @fused_parts(
func.func @fused_parts(%x: tensor<4x8xf32>, %r: tensor<4x8xf32>)
    -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK: %[[A:.*]] = comm.all_reduce
  %a = comm.all_reduce %x on @tp : tensor<4x8xf32>
  // CHECK: %[[B:.*]] = comm.all_reduce
  %b = comm.all_reduce %r on @tp : tensor<4x8xf32>
  // CHECK: %[[NEW:.*]] = tensor.empty
  // CHECK: comm.all_reduce_rms_norm %[[A]] on @tp residual(%[[B]] : tensor<4x8xf32>)
  // CHECK-SAME: outs(reduced = %[[A]] : tensor<4x8xf32>, residual_out = %[[B]] : tensor<4x8xf32>, normed = %[[NEW]] : tensor<4x8xf32>)
  %reduced, %sum, %normed = comm.all_reduce_rms_norm %a on @tp residual(%b : tensor<4x8xf32>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
    -> (reduced: tensor<4x8xf32>, residual_out: tensor<4x8xf32>, normed: tensor<4x8xf32>)
  return %reduced, %sum, %normed : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>
}

// `reduced` must not be where the residual is still read.
// CHECK-LABEL: func.func @reduced_not_over_residual(
func.func @reduced_not_over_residual(%x: tensor<4x8xf32>, %r: tensor<4x8xf32>)
    -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK: %[[B:.*]] = comm.all_reduce
  %b = comm.all_reduce %r on @tp : tensor<4x8xf32>
  // CHECK: %[[NEW:.*]] = tensor.empty
  // CHECK: outs(reduced = %[[NEW]] : tensor<4x8xf32>, normed = %[[B]] : tensor<4x8xf32>)
  %reduced, %normed = comm.all_reduce_rms_norm %x on @tp residual(%b : tensor<4x8xf32>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
    -> (reduced: tensor<4x8xf32>, normed: tensor<4x8xf32>)
  return %reduced, %normed : tensor<4x8xf32>, tensor<4x8xf32>
}

// -----

comm.group @tp

// CHECK-LABEL: func.func @later_use(
func.func @later_use(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK: %[[A:.*]] = comm.all_reduce
  %a = comm.all_reduce %x on @tp : tensor<4x8xf32>
  // CHECK: %[[NEW:.*]] = tensor.empty
  // CHECK: norm.rms_norm %[[A]] outs(%[[NEW]] : tensor<4x8xf32>)
  %y = norm.rms_norm %a {epsilon = 1.0e-5 : f32} : tensor<4x8xf32>
  // The last use, so that this one may.
  // CHECK: norm.rms_norm %[[A]] outs(%[[A]] : tensor<4x8xf32>)
  %z = norm.rms_norm %a {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %y, %z : tensor<4x8xf32>, tensor<4x8xf32>
}

// CHECK-LABEL: func.func @later_use_of_view(
func.func @later_use_of_view(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<2x8xf32>) {
  // CHECK: %[[A:.*]] = comm.all_reduce
  %a = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %view = tensor.extract_slice %a[0, 0] [2, 8] [1, 1] : tensor<4x8xf32> to tensor<2x8xf32>
  // CHECK: %[[NEW:.*]] = tensor.empty
  // CHECK: norm.rms_norm %[[A]] outs(%[[NEW]] : tensor<4x8xf32>)
  %y = norm.rms_norm %a {epsilon = 1.0e-5 : f32} : tensor<4x8xf32>
  %z = norm.rms_norm %view {epsilon = 1.0e-6 : f32} : tensor<2x8xf32>
  return %y, %z : tensor<4x8xf32>, tensor<2x8xf32>
}

// CHECK-LABEL: func.func @view_is_not_taken(
func.func @view_is_not_taken(%x: tensor<4x8xf32>) -> tensor<2x8xf32> {
  // CHECK: %[[VIEW:.*]] = tensor.extract_slice
  // CHECK: %[[NEW:.*]] = tensor.empty
  // CHECK: norm.rms_norm %[[VIEW]] outs(%[[NEW]] : tensor<2x8xf32>)
  %view = tensor.extract_slice %x[0, 0] [2, 8] [1, 1] : tensor<4x8xf32> to tensor<2x8xf32>
  %z = norm.rms_norm %view {epsilon = 1.0e-6 : f32} : tensor<2x8xf32>
  return %z : tensor<2x8xf32>
}

// CHECK-LABEL: func.func @constant_is_not_taken(
func.func @constant_is_not_taken() -> tensor<4x8xf32> {
  // CHECK: %[[CONSTANT:.*]] = arith.constant
  // CHECK: %[[NEW:.*]] = tensor.empty
  // CHECK: comm.all_reduce %[[CONSTANT]] on @tp outs(%[[NEW]] : tensor<4x8xf32>)
  %one = arith.constant dense<1.0> : tensor<4x8xf32>
  %y = comm.all_reduce %one on @tp : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @select_is_not_taken(
func.func @select_is_not_taken(%x: tensor<4x8xf32> {comm.donated}, %z: tensor<4x8xf32>, %c: i1)
    -> tensor<4x8xf32> {
  // CHECK: tensor.empty
  %s = arith.select %c, %x, %z : tensor<4x8xf32>
  %y = comm.all_reduce %s on @tp : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// The weight is read when the first row is written already.
// CHECK-LABEL: func.func @weight_is_not_taken(
func.func @weight_is_not_taken(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: %[[A:.*]] = comm.all_reduce
  %a = comm.all_reduce %x on @tp : tensor<8xf32>
  // CHECK: %[[NEW:.*]] = tensor.empty
  // CHECK: norm.rms_norm %[[A]] weight(%[[A]] : tensor<8xf32>) outs(%[[NEW]] : tensor<8xf32>)
  %y = norm.rms_norm %a weight(%a : tensor<8xf32>) {epsilon = 1.0e-6 : f32} : tensor<8xf32>
  return %y : tensor<8xf32>
}

// One tensor, one result.
// CHECK-LABEL: func.func @same_input_and_residual(
func.func @same_input_and_residual(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK: %[[A:.*]] = comm.all_reduce
  %a = comm.all_reduce %x on @tp : tensor<4x8xf32>
  // CHECK: %[[NEW:.*]] = tensor.empty
  // CHECK: norm.add_rms_norm %[[A]], %[[A]] outs(%[[NEW]], %[[A]] :
  %y, %r = norm.add_rms_norm %a, %a {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>, tensor<4x8xf32>
  return %y, %r : tensor<4x8xf32>, tensor<4x8xf32>
}

// CHECK-LABEL: func.func @use_in_region(
func.func @use_in_region(%x: tensor<4x8xf32>, %c: i1) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %a = comm.all_reduce %x on @tp : tensor<4x8xf32>
  // CHECK: norm.rms_norm %[[A:.*]] outs(%[[NEW:.*]] : tensor<4x8xf32>)
  %y = norm.rms_norm %a {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  %z = scf.if %c -> tensor<4x8xf32> {
    scf.yield %a : tensor<4x8xf32>
  } else {
    // A value of the surrounding block is not overwritten either.
    // CHECK: else
    // CHECK: %[[INNER:.*]] = tensor.empty
    // CHECK: norm.rms_norm {{.*}} outs(%[[INNER]] : tensor<4x8xf32>)
    %n = norm.rms_norm %a {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
    scf.yield %n : tensor<4x8xf32>
  }
  return %y, %z : tensor<4x8xf32>, tensor<4x8xf32>
}

// CHECK-LABEL: func.func @use_in_other_block(
func.func @use_in_other_block(%x: tensor<4x8xf32>, %c: i1) -> tensor<4x8xf32> {
  // CHECK: %[[A:.*]] = comm.all_reduce
  %a = comm.all_reduce %x on @tp : tensor<4x8xf32>
  // CHECK: tensor.empty
  // CHECK: %[[Y:.*]] = norm.rms_norm %[[A]] outs(
  %y = norm.rms_norm %a {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  cf.cond_br %c, ^first, ^second
^first:
  return %a : tensor<4x8xf32>
^second:
  return %y : tensor<4x8xf32>
}

// -----

comm.group @tp

// What the loop carries is overwritten where the next iteration reads it.
// CHECK-LABEL: func.func @loop(
func.func @loop(%x: tensor<4x8xf32>, %n: index) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK: scf.for {{.*}} iter_args(%[[V:.*]] = %{{.*}})
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%v = %x) -> tensor<4x8xf32> {
    // CHECK-NOT: tensor.empty
    // CHECK: %[[N:.*]] = norm.rms_norm %[[V]] outs(%[[V]] : tensor<4x8xf32>)
    // CHECK: comm.all_reduce %[[N]] on @tp outs(%[[N]] : tensor<4x8xf32>)
    %1 = norm.rms_norm %v {epsilon = 1.0e-5 : f32} : tensor<4x8xf32>
    %2 = comm.all_reduce %1 on @tp : tensor<4x8xf32>
    scf.yield %2 : tensor<4x8xf32>
  }
  return %r : tensor<4x8xf32>
}

// CHECK-LABEL: func.func @loop_yields_another(
func.func @loop_yields_another(%x: tensor<4x8xf32>, %n: index) -> tensor<4x8xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%v = %x) -> tensor<4x8xf32> {
    // CHECK: %[[NEW:.*]] = tensor.empty
    // CHECK: norm.rms_norm %{{.*}} outs(%[[NEW]] : tensor<4x8xf32>)
    %1 = norm.rms_norm %v {epsilon = 1.0e-5 : f32} : tensor<4x8xf32>
    %2 = arith.addf %1, %1 : tensor<4x8xf32>
    scf.yield %2 : tensor<4x8xf32>
  }
  return %r : tensor<4x8xf32>
}

// -----

comm.group @tp

func.func private @makes_new(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = arith.addf %x, %x : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
func.func private @returns_argument(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  return %x : tensor<4x8xf32>
}
func.func private @elsewhere(%x: tensor<4x8xf32>) -> tensor<4x8xf32>
func.func private @returns_twice(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  %y = arith.addf %x, %x : tensor<4x8xf32>
  return %y, %y : tensor<4x8xf32>, tensor<4x8xf32>
}

// CHECK-LABEL: func.func @calls(
func.func @calls(%x: tensor<4x8xf32>)
    -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK: %[[NEW:.*]] = call @makes_new
  // CHECK: comm.all_reduce %[[NEW]] on @tp outs(%[[NEW]] :
  %0 = call @makes_new(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %1 = comm.all_reduce %0 on @tp : tensor<4x8xf32>
  // CHECK: call @returns_argument
  // CHECK: tensor.empty
  %2 = call @returns_argument(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %3 = comm.all_reduce %2 on @tp : tensor<4x8xf32>
  // CHECK: call @elsewhere
  // CHECK: tensor.empty
  %4 = call @elsewhere(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %5 = comm.all_reduce %4 on @tp : tensor<4x8xf32>
  // CHECK: call @returns_twice
  // CHECK: tensor.empty
  %6:2 = call @returns_twice(%x) : (tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>)
  %7 = comm.all_reduce %6#0 on @tp : tensor<4x8xf32>
  return %1, %3, %5, %7, %6#1 : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>
}

// -----

comm.group @pairs {size = 2 : i64}

// CHECK-LABEL: func.func @dynamic_sizes(
// CHECK-SAME:    %[[X:.*]]: tensor<?x8xf32>
func.func @dynamic_sizes(%x: tensor<?x8xf32>)
    -> (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) {
  // CHECK: %[[ROWS:.*]] = tensor.dim %[[X]], %{{.*}}
  // CHECK: tensor.empty(%[[ROWS]]) : tensor<?x8xf32>
  %a = comm.all_reduce %x on @pairs : tensor<?x8xf32>
  // CHECK: %[[TWICE:.*]] = affine.apply #{{.*}}()[%{{.*}}]
  // CHECK: %[[LARGE:.*]] = tensor.empty(%[[TWICE]]) : tensor<?x8xf32>
  // CHECK: comm.all_gather %[[X]] on @pairs dim 0 outs(%[[LARGE]] : tensor<?x8xf32>)
  %g = comm.all_gather %x on @pairs dim 0 : tensor<?x8xf32> -> tensor<?x8xf32>
  // CHECK: %[[HALF:.*]] = affine.apply
  // CHECK: %[[SMALL:.*]] = tensor.empty(%[[HALF]]) : tensor<?x8xf32>
  // CHECK: comm.reduce_scatter %[[X]] on @pairs dim 0 outs(%[[SMALL]] : tensor<?x8xf32>)
  %s = comm.reduce_scatter %x on @pairs dim 0 : tensor<?x8xf32> -> tensor<?x8xf32>
  return %a, %g, %s : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>
}

// Even where the types agree the blocks move: never in place.
// CHECK-LABEL: func.func @gather_of_new(
func.func @gather_of_new(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // CHECK: %[[A:.*]] = comm.all_reduce
  %a = comm.all_reduce %x on @pairs : tensor<?x8xf32>
  // CHECK: %[[NEW:.*]] = tensor.empty
  // CHECK: comm.all_gather %[[A]] on @pairs dim 0 outs(%[[NEW]] : tensor<?x8xf32>)
  %g = comm.all_gather %a on @pairs dim 0 : tensor<?x8xf32> -> tensor<?x8xf32>
  return %g : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @quantized(
func.func @quantized(%x: tensor<4x256xbf16>) -> (tensor<4x256xf8E4M3FN>, tensor<4x2xf32>) {
  // CHECK: %[[Q:.*]] = tensor.empty() : tensor<4x256xf8E4M3FN>
  // CHECK: %[[S:.*]] = tensor.empty() : tensor<4x2xf32>
  // CHECK: norm.quantize %{{.*}} outs(%[[Q]], %[[S]] : tensor<4x256xf8E4M3FN>, tensor<4x2xf32>)
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_group, group_size = 128>}
    : tensor<4x256xbf16> -> tensor<4x256xf8E4M3FN>, tensor<4x2xf32>
  return %q, %s : tensor<4x256xf8E4M3FN>, tensor<4x2xf32>
}

// CHECK-LABEL: func.func @keeps_given(
// CHECK-SAME:    %[[X:.*]]: tensor<4x8xf32> {{.*}}, %[[Y:.*]]: tensor<4x8xf32>
func.func @keeps_given(%x: tensor<4x8xf32>, %y: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK-NOT: tensor.empty
  // CHECK: comm.all_reduce %[[X]] on @pairs outs(%[[Y]] : tensor<4x8xf32>)
  %a = comm.all_reduce %x on @pairs outs(%y : tensor<4x8xf32>) : tensor<4x8xf32>
  return %a : tensor<4x8xf32>
}

// -----

comm.group @pairs {size = 2 : i64}

// CHECK-DAG: #[[$HALF:.*]] = affine_map<()[s0] -> (s0 floordiv 2)>
// CHECK-DAG: #[[$TILES:.*]] = affine_map<()[s0] -> (s0 ceildiv 128)>
// CHECK-DAG: #[[$BLOCKS:.*]] = affine_map<()[s0] -> ((s0 floordiv 16) ceildiv 4)>
// CHECK-DAG: #[[$WORDS:.*]] = affine_map<()[s0] -> ((s0 floordiv 128) ceildiv 4)>
// CHECK-DAG: #[[$STRIDE:.*]] = affine_map<()[s0] -> ((s0 ceildiv 4) * 4)>
// CHECK-DAG: #[[$PRODUCT:.*]] = affine_map<()[s0, s1] -> ((s0 * s1) ceildiv 128)>

// Sizes of a dynamic input, of what is packed and of padded layouts.
// CHECK-LABEL: func.func @quantized_dynamic(
// CHECK-SAME:    %[[X:.*]]: tensor<?x?xbf16>
func.func @quantized_dynamic(%x: tensor<?x?xbf16>, %g: tensor<f32>)
    -> (tensor<?x?xi8>, tensor<?x?x32x4x4xf8E4M3FN>, tensor<?x?xf8E4M3FN>, tensor<?x?xi32>) {
  // CHECK-DAG: %[[T:.*]] = tensor.dim %[[X]], %c0
  // CHECK-DAG: %[[H:.*]] = tensor.dim %[[X]], %c1
  // CHECK: %[[BYTES:.*]] = affine.apply #[[$HALF]]()[%[[H]]]
  // CHECK: %[[TILES:.*]] = affine.apply #[[$TILES]]()[%[[T]]]
  // CHECK: %[[BLOCKS:.*]] = affine.apply #[[$BLOCKS]]()[%[[H]]]
  // CHECK: tensor.empty(%[[T]], %[[BYTES]]) : tensor<?x?xi8>
  // CHECK: tensor.empty(%[[TILES]], %[[BLOCKS]]) : tensor<?x?x32x4x4xf8E4M3FN>
  // CHECK: norm.quantize
  %q, %s = norm.quantize %x scale(%g : tensor<f32>) {scheme = #norm.scheme<nvfp4, layout = swizzled_128x4>}
    : tensor<?x?xbf16> -> tensor<?x?xi8>, tensor<?x?x32x4x4xf8E4M3FN>
  // CHECK: %[[WORDS:.*]] = affine.apply #[[$WORDS]]()[%[[H:.*]]]
  // CHECK: %[[STRIDE:.*]] = affine.apply #[[$STRIDE]]()[%[[T:.*]]]
  // CHECK: tensor.empty(%[[WORDS]], %[[STRIDE]]) : tensor<?x?xi32>
  // CHECK: norm.quantize
  %q1, %s1 = norm.quantize %x {scheme = #norm.scheme<per_group, group_size = 128, layout = packed_column_major>}
    : tensor<?x?xbf16> -> tensor<?x?xf8E4M3FN>, tensor<?x?xi32>
  return %q, %s, %q1, %s1 : tensor<?x?xi8>, tensor<?x?x32x4x4xf8E4M3FN>, tensor<?x?xf8E4M3FN>, tensor<?x?xi32>
}

// The rows are all dimensions but the last; the residual takes the sum still.
// CHECK-LABEL: func.func @fused_quantized_dynamic(
// CHECK-SAME:    %[[X:.*]]: tensor<?x?x64xbf16> {{.*}}, %[[R:.*]]: tensor<?x?x64xbf16>
func.func @fused_quantized_dynamic(%x: tensor<?x?x64xbf16>, %r: tensor<?x?x64xbf16> {comm.donated})
    -> (tensor<?x?x64xbf16>, tensor<?x?x64xf8E4M3FN>, tensor<?x1x32x4x4xf8E8M0FNU>) {
  // CHECK-DAG: %[[B:.*]] = tensor.dim %[[X]], %c0
  // CHECK-DAG: %[[T:.*]] = tensor.dim %[[X]], %c1
  // CHECK: %[[TILES:.*]] = affine.apply #[[$PRODUCT]]()[%[[B]], %[[T]]]
  // CHECK: %[[Q:.*]] = tensor.empty(%[[B]], %[[T]]) : tensor<?x?x64xf8E4M3FN>
  // CHECK: %[[S:.*]] = tensor.empty(%[[TILES]]) : tensor<?x1x32x4x4xf8E8M0FNU>
  // CHECK: outs(residual_out = %[[R]] : tensor<?x?x64xbf16>, quantized = %[[Q]] : tensor<?x?x64xf8E4M3FN>, scales = %[[S]]
  %sum, %q, %s = comm.all_reduce_rms_norm %x on @pairs residual(%r : tensor<?x?x64xbf16>)
    {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<mxfp8, layout = swizzled_128x4>}
    : tensor<?x?x64xbf16> -> (residual_out: tensor<?x?x64xbf16>, quantized: tensor<?x?x64xf8E4M3FN>, scales: tensor<?x1x32x4x4xf8E8M0FNU>)
  return %sum, %q, %s : tensor<?x?x64xbf16>, tensor<?x?x64xf8E4M3FN>, tensor<?x1x32x4x4xf8E8M0FNU>
}

// Results may say less, or more, than the input does.
// CHECK-LABEL: func.func @quantized_mixed(
func.func @quantized_mixed(%x: tensor<4x?xf32>) -> (tensor<?x64xf8E4M3FN>, tensor<?x1xf32>) {
  // CHECK: %[[FOUR:.*]] = arith.constant 4 : index
  // CHECK: tensor.empty(%[[FOUR]]) : tensor<?x64xf8E4M3FN>
  // CHECK: tensor.empty(%{{.*}}) : tensor<?x1xf32>
  %q, %s = norm.quantize %x {scheme = #norm.scheme<per_token>}
    : tensor<4x?xf32> -> tensor<?x64xf8E4M3FN>, tensor<?x1xf32>
  return %q, %s : tensor<?x64xf8E4M3FN>, tensor<?x1xf32>
}
