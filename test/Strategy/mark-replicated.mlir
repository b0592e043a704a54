// RUN: conorm-opt %s --split-input-file --mark-replicated --allow-unregistered-dialect | FileCheck %s
// RUN: conorm-opt %s --split-input-file --mark-replicated --mark-replicated --allow-unregistered-dialect | FileCheck %s
// RUN: conorm-opt %s --split-input-file --pass-pipeline='builtin.module(builtin.module(mark-replicated))' --allow-unregistered-dialect \
// RUN:   | FileCheck %s --check-prefix=NESTED

comm.group @tp
comm.group @sized {size = 4 : i64}
comm.group @pairs {replica_groups = dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>}
comm.group @others {replica_groups = dense<[[0, 2], [1, 3]]> : tensor<2x2xi64>}
comm.group @row {replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}

// The input may differ; that is what is reduced.
// CHECK-LABEL: func @arguments
func.func @arguments(%x: tensor<4x8xbf16> {comm.per_rank}, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm {{.*}}replicated
  %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @no_weight_and_no_residual
func.func @no_weight_and_no_residual(%x: tensor<4x8xbf16> {comm.per_rank}) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm {{.*}}replicated
  %y = comm.all_reduce_rms_norm %x on @pairs {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @all_operands
func.func @all_operands(%x: tensor<4x8xbf16> {comm.per_rank}, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>, %p: tensor<8xbf16>, %g: tensor<1xf32>) -> tensor<4x8xf8E4M3FN> {
  // CHECK: comm.all_reduce_rms_norm {{.*}}replicated
  %q = comm.all_reduce_rms_norm %x on @pairs weight(%w : tensor<8xbf16>) residual(%r : tensor<4x8xbf16>)
    scale(%g : tensor<1xf32>) post_norm_weight(%p : tensor<8xbf16>)
    {epsilon = 1.0e-6 : f32, post_norm_epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_tensor>}
    : tensor<4x8xbf16> -> (quantized: tensor<4x8xf8E4M3FN>)
  return %q : tensor<4x8xf8E4M3FN>
}

// Each layer's residual is the one before's.
// CHECK-LABEL: func @chain
func.func @chain(%x: tensor<4x8xbf16> {comm.per_rank}, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK-COUNT-3: comm.all_reduce_rms_norm {{.*}}replicated
  %s0, %y0 = comm.all_reduce_rms_norm %x on @pairs residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  %s1, %y1 = comm.all_reduce_rms_norm %y0 on @pairs residual(%s0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  %s2, %y2 = comm.all_reduce_rms_norm %y1 on @pairs residual(%s1 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  return %y2 : tensor<4x8xbf16>
}

#id = affine_map<(d0, d1) -> (d0, d1)>

// The rows' numbers are read from above, and are equal as well.
// CHECK-LABEL: func @computed
func.func @computed(%x: tensor<4x8xbf16> {comm.per_rank}, %r: tensor<4x8xbf16>, %w: tensor<8xbf16>, %ids: tensor<4xindex>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm {{.*}}replicated
  %c = arith.constant dense<2.0> : tensor<4x8xbf16>
  %0 = arith.mulf %r, %c : tensor<4x8xbf16>
  %1 = math.tanh %0 : tensor<4x8xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<8xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %c0 = index.constant 0
  %e = tensor.empty() : tensor<4x8xbf16>
  %3 = linalg.generic {indexing_maps = [#id], iterator_types = ["parallel", "parallel"]} outs(%e : tensor<4x8xbf16>) {
  ^bb0(%o: bf16):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %row = tensor.extract %ids[%i] : tensor<4xindex>
    %v = tensor.extract %2[%row, %j] : tensor<4x8xbf16>
    linalg.yield %v : bf16
  } -> tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @pairs residual(%3 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @reduced_on_the_same_group
func.func @reduced_on_the_same_group(%x: tensor<4x8xbf16> {comm.per_rank}) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm {{.*}}replicated
  %r = comm.all_reduce %x on @pairs : tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @pairs residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// CHECK-LABEL: func @gathered
func.func @gathered(%x: tensor<4x8xbf16> {comm.per_rank}, %s: tensor<2x8xbf16> {comm.per_rank}) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce_rms_norm {{.*}}replicated
  %r = comm.all_gather %s on @pairs dim 0 : tensor<2x8xbf16> -> tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @pairs residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// Whoever is in a pair is in the world. A size names no ranks.
// CHECK-LABEL: func @reduced_on_the_world
func.func @reduced_on_the_world(%x: tensor<4x8xbf16> {comm.per_rank}) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK-COUNT-2: comm.all_reduce_rms_norm {{.*}}replicated
  %r = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @pairs residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  %s = comm.all_reduce %x on @sized : tensor<4x8xbf16>
  %z = comm.all_reduce_rms_norm %x on @others residual(%s : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y, %z : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// The reduced value is equal whatever the residual is, the sum is not.
// CHECK-LABEL: func @reduced_and_sum
func.func @reduced_and_sum(%x: tensor<4x8xbf16> {comm.per_rank}) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: comm.all_reduce_rms_norm %{{.*}} {epsilon = {{[^,]*}}}
  // CHECK: comm.all_reduce_rms_norm {{.*}}replicated
  // CHECK: comm.all_reduce_rms_norm %{{.*}} {epsilon = {{[^,]*}}}
  %a, %s = comm.all_reduce_rms_norm %x on @pairs residual(%x : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (reduced: tensor<4x8xbf16>, residual_out: tensor<4x8xbf16>)
  %y = comm.all_reduce_rms_norm %x on @pairs residual(%a : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  %z = comm.all_reduce_rms_norm %x on @pairs residual(%s : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y, %z : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// What the program promises stays, and holds for the results.
// CHECK-LABEL: func @stated
func.func @stated(%x: tensor<4x8xbf16> {comm.per_rank}, %r: tensor<4x8xbf16> {comm.per_rank}) -> tensor<4x8xbf16> {
  // CHECK-COUNT-2: comm.all_reduce_rms_norm {{.*}}replicated
  %s, %y = comm.all_reduce_rms_norm %x on @pairs residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32, replicated} : tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
  %z = comm.all_reduce_rms_norm %y on @pairs residual(%s : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %z : tensor<4x8xbf16>
}

// What a loop carries may differ, what it reads from outside does not.
// CHECK-LABEL: func @inside_control_flow
func.func @inside_control_flow(%x: tensor<4x8xbf16> {comm.per_rank}, %r: tensor<4x8xbf16>, %n: index, %c: i1) -> tensor<4x8xbf16> {
  // CHECK-COUNT-2: comm.all_reduce_rms_norm {{.*}}replicated
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%v = %x) -> tensor<4x8xbf16> {
    %y = comm.all_reduce_rms_norm %v on @tp residual(%r : tensor<4x8xbf16>)
      {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
    scf.yield %y : tensor<4x8xbf16>
  }
  %1 = scf.if %c -> tensor<4x8xbf16> {
    %y = comm.all_reduce_rms_norm %0 on @tp residual(%r : tensor<4x8xbf16>)
      {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
    scf.yield %y : tensor<4x8xbf16>
  } else {
    scf.yield %0 : tensor<4x8xbf16>
  }
  return %1 : tensor<4x8xbf16>
}

// -----

// What may differ from rank to rank, a function for each rule.

comm.group @tp
comm.group @sized {size = 4 : i64}
comm.group @pairs {replica_groups = dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>}
comm.group @row {replica_groups = dense<[[0, 1, 2, 3]]> : tensor<1x4xi64>}
shard.grid @grid(shape = 4)

// CHECK-NOT: replicated

func.func @per_rank_residual(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16> {comm.per_rank}) -> tensor<4x8xbf16> {
  %y = comm.all_reduce_rms_norm %x on @tp residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @per_rank_weight(%x: tensor<4x8xbf16>, %w: tensor<8xbf16> {comm.per_rank}) -> tensor<4x8xbf16> {
  %y = comm.all_reduce_rms_norm %x on @tp weight(%w : tensor<8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @per_rank_scale(%x: tensor<4x8xbf16>, %g: tensor<1xf32> {comm.per_rank}) -> tensor<4x8xf8E4M3FN> {
  %q = comm.all_reduce_rms_norm %x on @tp scale(%g : tensor<1xf32>)
    {epsilon = 1.0e-6 : f32, quantization = #norm.scheme<per_tensor>}
    : tensor<4x8xbf16> -> (quantized: tensor<4x8xf8E4M3FN>)
  return %q : tensor<4x8xf8E4M3FN>
}

func.func @per_rank_post_norm_weight(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %p: tensor<8xbf16> {comm.per_rank}) -> tensor<4x8xbf16> {
  %y = comm.all_reduce_rms_norm %x on @tp residual(%r : tensor<4x8xbf16>) post_norm_weight(%p : tensor<8xbf16>)
    {epsilon = 1.0e-6 : f32, post_norm_epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @computed_from_per_rank(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %p: tensor<4x8xbf16> {comm.per_rank}) -> tensor<4x8xbf16> {
  %0 = arith.addf %r, %p : tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @tp residual(%0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @matmul_of_per_rank(%x: tensor<4x8xbf16>, %a: tensor<4x4xbf16>, %b: tensor<4x8xbf16> {comm.per_rank}, %o: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = linalg.matmul ins(%a, %b : tensor<4x4xbf16>, tensor<4x8xbf16>) outs(%o : tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @tp residual(%0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @scattered(%x: tensor<4x8xbf16>, %p: tensor<16x8xbf16>) -> tensor<4x8xbf16> {
  %0 = comm.reduce_scatter %p on @sized dim 0 : tensor<16x8xbf16> -> tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @sized residual(%0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @reduced_on_another_group(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = comm.all_reduce %x on @pairs : tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @tp residual(%0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @gathered_on_another_group(%x: tensor<4x8xbf16>, %s: tensor<2x8xbf16>) -> tensor<4x8xbf16> {
  %0 = comm.all_gather %s on @pairs dim 0 : tensor<2x8xbf16> -> tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @tp residual(%0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// The world may have more ranks than the row names.
func.func @reduced_on_a_row(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = comm.all_reduce %x on @row : tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @tp residual(%0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func private @argument_of_private(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %y = comm.all_reduce_rms_norm %x on @tp residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @argument_of_called(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %y = comm.all_reduce_rms_norm %x on @tp residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @argument_of_referenced(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %y = comm.all_reduce_rms_norm %x on @tp residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @call_result(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %f = func.constant @argument_of_referenced : (tensor<4x8xbf16>, tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %0 = call @argument_of_called(%x, %r) : (tensor<4x8xbf16>, tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @tp residual(%0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @carried_by_loop(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %n: index) -> tensor<4x8xbf16> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%v = %r) -> tensor<4x8xbf16> {
    %s = comm.all_reduce_rms_norm %x on @tp residual(%v : tensor<4x8xbf16>)
      {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (residual_out: tensor<4x8xbf16>)
    scf.yield %s : tensor<4x8xbf16>
  }
  return %0 : tensor<4x8xbf16>
}

func.func @loop_result(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %n: index) -> tensor<4x8xbf16> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%v = %r) -> tensor<4x8xbf16> {
    %1 = arith.addf %v, %r : tensor<4x8xbf16>
    scf.yield %1 : tensor<4x8xbf16>
  }
  %y = comm.all_reduce_rms_norm %x on @tp residual(%0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @if_result(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %s: tensor<4x8xbf16>, %c: i1 {comm.per_rank}) -> tensor<4x8xbf16> {
  %0 = scf.if %c -> tensor<4x8xbf16> {
    scf.yield %r : tensor<4x8xbf16>
  } else {
    scf.yield %s : tensor<4x8xbf16>
  }
  %y = comm.all_reduce_rms_norm %x on @tp residual(%0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @argument_of_block(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>, %s: tensor<4x8xbf16>, %c: i1 {comm.per_rank}) -> tensor<4x8xbf16> {
  cf.cond_br %c, ^bb1(%r : tensor<4x8xbf16>), ^bb1(%s : tensor<4x8xbf16>)
^bb1(%v: tensor<4x8xbf16>):
  %y = comm.all_reduce_rms_norm %x on @tp residual(%v : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @captured_per_rank(%x: tensor<4x8xbf16>, %p: bf16 {comm.per_rank}, %o: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%o : tensor<4x8xbf16>) {
  ^bb0(%e: bf16):
    %1 = arith.addf %e, %p : bf16
    linalg.yield %1 : bf16
  } -> tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @tp residual(%0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @pure_but_of_the_rank(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %i = shard.process_linear_index on @grid : index
  %0 = arith.index_cast %i : index to i32
  %1 = arith.sitofp %0 : i32 to bf16
  %2 = tensor.splat %1 : tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @tp residual(%2 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// Nothing of the rank comes from outside the body.
func.func @of_the_rank_in_a_body(%x: tensor<4x8xbf16>, %o: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%o : tensor<4x8xbf16>) {
  ^bb0(%e: bf16):
    %i = shard.process_linear_index on @grid : index
    %1 = arith.index_cast %i : index to i32
    %2 = arith.sitofp %1 : i32 to bf16
    linalg.yield %2 : bf16
  } -> tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @tp residual(%0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// Only values have one content; buffers are written.
func.func @read_from_a_buffer(%x: tensor<4x8xbf16>, %m: memref<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = bufferization.to_tensor %m restrict : memref<4x8xbf16> to tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @tp residual(%0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @computed_from_a_buffer(%x: tensor<4x8xbf16>, %m: memref<4x8xbf16>, %o: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %0 = linalg.softmax dimension(1) ins(%m : memref<4x8xbf16>) outs(%o : tensor<4x8xbf16>) -> tensor<4x8xbf16>
  %y = comm.all_reduce_rms_norm %x on @tp residual(%0 : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

func.func @on_buffers(%x: memref<4x8xbf16>, %r: memref<4x8xbf16>) {
  comm.all_reduce_rms_norm %x on @tp residual(%r : memref<4x8xbf16>) outs(normed = %x : memref<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : memref<4x8xbf16>
  return
}

// -----

// What stands around a module may call its functions.
// CHECK-LABEL: module @inner
// CHECK-NOT: replicated
// NESTED-LABEL: module @inner
// NESTED-NOT: replicated
module {
  module @inner {
    comm.group @tp
    func.func @argument_of_nested_module(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
      %y = comm.all_reduce_rms_norm %x on @tp residual(%r : tensor<4x8xbf16>)
        {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
      return %y : tensor<4x8xbf16>
    }
  }
  func.func private @uses() attributes {callee = @inner::@argument_of_nested_module}
}

// -----

// An operation that is not known may have a table of symbols, and with it uses
// that nobody finds.
comm.group @tp
// CHECK-LABEL: func @argument_beside_unknown
// CHECK-NOT: replicated
func.func @argument_beside_unknown(%x: tensor<4x8xbf16>, %r: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %y = comm.all_reduce_rms_norm %x on @tp residual(%r : tensor<4x8xbf16>)
    {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}
"my.table"() ({
  "my.end"() : () -> ()
}) : () -> ()
