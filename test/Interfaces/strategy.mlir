// RUN: %conorm_test_opt %s --split-input-file --select-strategy | FileCheck %s
// RUN: %conorm_test_opt %s --split-input-file --mark-replicated | FileCheck %s --check-prefix=MARK

// A collective of a dialect that no pass knows of gets a strategy, or a table.

module attributes {comm.target = #comm.target<"sm_90" over nvlink, world_size = 8>} {
  comm.group @tp

  // CHECK-LABEL: func @strategies
  func.func @strategies(%small: tensor<1x8192xbf16>, %large: tensor<512x8192xbf16>,
                        %dynamic: tensor<?x8192xbf16>) {
    // CHECK-NEXT: test.all_reduce_t5_norm %{{.*}} on @tp strategy<one_shot> : tensor
    %0 = test.all_reduce_t5_norm %small on @tp : tensor<1x8192xbf16> -> tensor<1x8192xbf16>
    // CHECK-NEXT: test.all_reduce_t5_norm %{{.*}} on @tp strategy<two_shot> : tensor
    %1 = test.all_reduce_t5_norm %large on @tp : tensor<512x8192xbf16> -> tensor<512x8192xbf16>
    // CHECK-NEXT: test.all_reduce_t5_norm %{{.*}} on @tp {dispatch = #dispatch
    %2 = test.all_reduce_t5_norm %dynamic on @tp : tensor<?x8192xbf16> -> tensor<?x8192xbf16>
    return
  }
}

// -----

// What it makes of replicated weights is replicated, and so is what the other
// norm makes of that.

comm.group @tp

// MARK-LABEL: func @replicated
func.func @replicated(%x: tensor<4x8xbf16> {comm.per_rank}, %w: tensor<8xbf16>) -> tensor<4x8xbf16> {
  %r = test.all_reduce_t5_norm %x on @tp weight(%w : tensor<8xbf16>) : tensor<4x8xbf16> -> tensor<4x8xbf16>
  %n = test.t5_norm %r : tensor<4x8xbf16> -> tensor<4x8xbf16>
  // MARK: comm.all_reduce_rms_norm {{.*}} replicated}
  %y = comm.all_reduce_rms_norm %x on @tp residual(%n : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}

// MARK-LABEL: func @weight_of_each_rank
func.func @weight_of_each_rank(%x: tensor<4x8xbf16> {comm.per_rank}, %w: tensor<8xbf16> {comm.per_rank})
    -> tensor<4x8xbf16> {
  %r = test.all_reduce_t5_norm %x on @tp weight(%w : tensor<8xbf16>) : tensor<4x8xbf16> -> tensor<4x8xbf16>
  // MARK: comm.all_reduce_rms_norm
  // MARK-NOT: replicated
  %y = comm.all_reduce_rms_norm %x on @tp residual(%r : tensor<4x8xbf16>) {epsilon = 1.0e-6 : f32}
    : tensor<4x8xbf16> -> (normed: tensor<4x8xbf16>)
  return %y : tensor<4x8xbf16>
}
