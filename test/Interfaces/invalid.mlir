// RUN: %conorm_test_opt %s --split-input-file --verify-diagnostics

// What the interfaces verify of an operation that has no verifier of its own.

func.func @destination_missing_on_memrefs(%x: memref<4x8xf32>) {
  // expected-error@+1 {{'test.t5_norm' op expected 1 destinations, found 0}}
  test.t5_norm %x : memref<4x8xf32>
  return
}

// -----

func.func @destination_type(%x: tensor<4x8xf32>, %out: tensor<?x8xf32>) {
  // expected-error@+1 {{expected destination of the result's type 'tensor<4x8xf32>', found 'tensor<?x8xf32>'}}
  %0 = test.t5_norm %x outs(%out : tensor<?x8xf32>) : tensor<4x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @destination_kind(%x: tensor<4x8xf32>, %out: memref<4x8xf32>) {
  // expected-error@+1 {{expected operands that are all tensors or all memrefs, found 'tensor<4x8xf32>' and 'memref<4x8xf32>'}}
  %0 = test.t5_norm %x outs(%out : memref<4x8xf32>) : tensor<4x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @result_missing_on_tensors(%x: tensor<4x8xf32>) {
  // expected-error@+1 {{expected results on tensors, found none}}
  test.t5_norm %x : tensor<4x8xf32>
  return
}

// -----

func.func @result_on_memrefs(%x: memref<4x8xf32>) {
  // expected-error@+1 {{expected no results on memrefs, found 1}}
  %0 = test.t5_norm %x : memref<4x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @norm_rank_0(%x: tensor<f32>) {
  // expected-error@+1 {{expected an input of rank 1 or more, found 'tensor<f32>'}}
  %0 = test.t5_norm %x : tensor<f32> -> tensor<f32>
  return
}

// -----

func.func @norm_weight_size(%x: tensor<4x8xf32>, %w: tensor<4xf32>) {
  // expected-error@+1 {{expected weight of the input's last dimension 8, found 4}}
  %0 = test.t5_norm %x weight(%w : tensor<4xf32>) : tensor<4x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @norm_epsilon(%x: tensor<4x8xf32>) {
  // expected-error@+1 {{expected epsilon to be finite and not negative, found -1}}
  %0 = test.t5_norm %x {epsilon = -1.0 : f32} : tensor<4x8xf32> -> tensor<4x8xf32>
  return
}

// -----

comm.group @tp

func.func @collective_dispatch(%x: tensor<4x8xf32>) {
  // expected-error@+1 {{expected strategy auto with dispatch, found one_shot}}
  %0 = test.all_reduce_t5_norm %x on @tp strategy<one_shot>
    {dispatch = #comm.dispatch<cpu, [<2 ranks from 0 bytes: one_shot>]>}
    : tensor<4x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @collective_without_group(%x: tensor<4x8xf32>) {
  // expected-error@+1 {{expected group @tp to be defined, found no such symbol}}
  %0 = test.all_reduce_t5_norm %x on @tp : tensor<4x8xf32> -> tensor<4x8xf32>
  return
}
