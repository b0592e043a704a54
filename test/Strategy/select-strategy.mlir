// RUN: conorm-opt %s --split-input-file --select-strategy | FileCheck %s
// RUN: conorm-opt %s --split-input-file --select-strategy --select-strategy | FileCheck %s
// RUN: conorm-opt %s --split-input-file --select-strategy='target-description={#comm.target<"cpu" over shared_memory>}' \
// RUN:   | FileCheck %s --check-prefix=CPU

// Sizes and the number of ranks are known: the operation gets the strategy.

module attributes {comm.target = #comm.target<"sm_90" over nvlink, world_size = 8>} {
  comm.group @tp

  // CHECK-LABEL: func @small
  // CPU-LABEL: func @small
  func.func @small(%x: tensor<1x8192xbf16>) -> tensor<1x8192xbf16> {
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp strategy<one_shot> : tensor
    // The option says where the module runs, not how many ranks there are.
    // CPU-NEXT: comm.all_reduce %{{.*}} on @tp {dispatch = #dispatch
    %0 = comm.all_reduce %x on @tp : tensor<1x8192xbf16>
    return %0 : tensor<1x8192xbf16>
  }

  // CHECK-LABEL: func @large
  func.func @large(%x: tensor<512x8192xbf16>) -> tensor<512x8192xbf16> {
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp strategy<two_shot> : tensor
    %0 = comm.all_reduce %x on @tp : tensor<512x8192xbf16>
    return %0 : tensor<512x8192xbf16>
  }

  // CHECK-LABEL: func @fused
  func.func @fused(%x: tensor<512x8192xbf16>) -> tensor<512x8192xbf16> {
    // CHECK-NEXT: comm.all_reduce_rms_norm %{{.*}} on @tp strategy<two_shot> {epsilon
    %0 = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32}
      : tensor<512x8192xbf16> -> (normed: tensor<512x8192xbf16>)
    return %0 : tensor<512x8192xbf16>
  }

  // CHECK-LABEL: func @stated
  func.func @stated(%x: tensor<512x8192xbf16>) -> tensor<512x8192xbf16> {
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp strategy<one_shot> : tensor
    // CPU: comm.all_reduce %{{.*}} on @tp strategy<one_shot> : tensor
    %0 = comm.all_reduce %x on @tp strategy<one_shot> : tensor<512x8192xbf16>
    return %0 : tensor<512x8192xbf16>
  }

  // These have one way to be carried out.
  // CHECK-LABEL: func @other_collectives
  func.func @other_collectives(%x: tensor<512x8192xbf16>) -> tensor<512x8192xbf16> {
    // CHECK-NEXT: comm.reduce_scatter %{{.*}} on @tp dim 0 : tensor
    // CHECK-NEXT: comm.all_gather %{{.*}} on @tp dim 0 : tensor
    %0 = comm.reduce_scatter %x on @tp dim 0 : tensor<512x8192xbf16> -> tensor<64x8192xbf16>
    %1 = comm.all_gather %0 on @tp dim 0 : tensor<64x8192xbf16> -> tensor<512x8192xbf16>
    return %1 : tensor<512x8192xbf16>
  }
}

// -----

// The group says how many ranks it has; the world does not matter.

module attributes {comm.target = #comm.target<"sm_90" over nvlink, world_size = 8>} {
  comm.group @pair {replica_groups = dense<[[0, 1], [2, 3], [4, 5], [6, 7]]> : tensor<4x2xi64>}
  comm.group @four {size = 4 : i64}
  comm.group @alone {size = 1 : i64}

  // Two ranks gain nothing by two_shot, whatever the size.
  // CHECK-LABEL: func @two_ranks
  func.func @two_ranks(%x: tensor<4096x8192xbf16>) -> tensor<4096x8192xbf16> {
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @pair strategy<one_shot> : tensor
    %0 = comm.all_reduce %x on @pair : tensor<4096x8192xbf16>
    return %0 : tensor<4096x8192xbf16>
  }

  // CHECK-LABEL: func @four_ranks
  func.func @four_ranks(%x: tensor<4096x8192xbf16>) -> tensor<4096x8192xbf16> {
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @four strategy<two_shot> : tensor
    %0 = comm.all_reduce %x on @four : tensor<4096x8192xbf16>
    return %0 : tensor<4096x8192xbf16>
  }

  // CHECK-LABEL: func @one_rank
  func.func @one_rank(%x: tensor<4096x8192xbf16>) -> tensor<4096x8192xbf16> {
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @alone : tensor
    %0 = comm.all_reduce %x on @alone : tensor<4096x8192xbf16>
    return %0 : tensor<4096x8192xbf16>
  }
}

// -----

// Sizes are not known: the table of the group's number of ranks.

// CHECK: #[[TABLE:.*]] = #comm.dispatch<cuda, [<4 ranks from 0 bytes : one_shot>, <4 ranks from {{[1-9][0-9]*}} bytes : two_shot>]>
module attributes {comm.target = #comm.target<"sm_90" over nvlink, world_size = 4>} {
  comm.group @tp

  // CHECK-LABEL: func @dynamic
  func.func @dynamic(%x: tensor<?x8192xbf16>, %y: tensor<?x?xf32>) -> (tensor<?x8192xbf16>, tensor<?x?xf32>) {
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp {dispatch = #[[TABLE]]} : tensor<?x8192xbf16>
    // CHECK-NEXT: comm.all_reduce_rms_norm %{{.*}} on @tp {dispatch = #[[TABLE]], epsilon
    %0 = comm.all_reduce %x on @tp : tensor<?x8192xbf16>
    %1 = comm.all_reduce_rms_norm %y on @tp {epsilon = 1.0e-6 : f32} : tensor<?x?xf32> -> (normed: tensor<?x?xf32>)
    return %0, %1 : tensor<?x8192xbf16>, tensor<?x?xf32>
  }

  // On buffers as well.
  // CHECK-LABEL: func @buffers
  func.func @buffers(%x: memref<?x8192xbf16>, %y: memref<1x8192xbf16>) {
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp outs(%{{.*}}) {dispatch = #[[TABLE]]}
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp strategy<one_shot> outs
    comm.all_reduce %x on @tp outs(%x : memref<?x8192xbf16>) : memref<?x8192xbf16>
    comm.all_reduce %y on @tp outs(%y : memref<1x8192xbf16>) : memref<1x8192xbf16>
    return
  }
}

// -----

// The number of ranks is not known: a table for every number that there may be.

// CHECK: #[[TABLE:.*]] = #comm.dispatch<cuda, [<2 ranks from 0 bytes : one_shot>, <3 ranks
// CHECK-SAME: <8 ranks from 0 bytes : one_shot>, <8 ranks from {{[0-9]+}} bytes : two_shot>, <16 ranks
// CPU: #[[TABLE:.*]] = #comm.dispatch<cpu, [<2 ranks from 0 bytes : one_shot>, <3 ranks
// CPU-SAME: <16 ranks from 0 bytes : one_shot>, <16 ranks from {{[0-9]+}} bytes : two_shot>
module attributes {comm.target = #comm.target<"sm_90" over nvlink>} {
  comm.group @tp

  // CHECK-LABEL: func @any_world
  // CPU-LABEL: func @any_world
  func.func @any_world(%x: tensor<64x8192xbf16>) -> tensor<64x8192xbf16> {
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp {dispatch = #[[TABLE]]} : tensor
    // CPU-NEXT: comm.all_reduce %{{.*}} on @tp {dispatch = #[[TABLE]]} : tensor
    %0 = comm.all_reduce %x on @tp : tensor<64x8192xbf16>
    return %0 : tensor<64x8192xbf16>
  }
}

// -----

// Cores that ranks share: what was measured.

// CHECK: #[[TABLE:.*]] = #comm.dispatch<cpu, [<2 ranks from 0 bytes : one_shot>, <3 ranks from 0 bytes : one_shot>, <3 ranks from 262144 bytes : two_shot>]>
module attributes {comm.target = #comm.target<"cpu" over shared_memory, ranks_per_device = 2>} {
  comm.group @tp
  comm.group @pair {size = 2 : i64}

  // CHECK-LABEL: func @shared_cores
  func.func @shared_cores(%x: tensor<?x8xf32>, %y: tensor<4096x8xf32>) -> (tensor<?x8xf32>, tensor<4096x8xf32>) {
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp {dispatch = #[[TABLE]]} : tensor
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @pair strategy<one_shot> : tensor
    %0 = comm.all_reduce %x on @tp : tensor<?x8xf32>
    %1 = comm.all_reduce %y on @pair : tensor<4096x8xf32>
    return %0, %1 : tensor<?x8xf32>, tensor<4096x8xf32>
  }
}

// -----

// Without access to the memory of peers there is only NCCL. A table names it, so
// that another backend than CUDA chooses for itself.

// CHECK: #[[NCCL:.*]] = #comm.dispatch<cuda, [<16 ranks from 0 bytes : nccl>]>
module attributes {comm.target = #comm.target<"sm_90" over network, world_size = 16>} {
  comm.group @tp

  // CHECK-LABEL: func @network
  func.func @network(%x: tensor<1x8xbf16>) -> tensor<1x8xbf16> {
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp {dispatch = #[[NCCL]]} : tensor
    %0 = comm.all_reduce %x on @tp : tensor<1x8xbf16>
    return %0 : tensor<1x8xbf16>
  }
}

// -----

// Without a target nothing changes.

comm.group @tp

// CHECK-LABEL: func @no_target
func.func @no_target(%x: tensor<?x8xbf16>, %y: tensor<4096x8192xbf16>) -> (tensor<?x8xbf16>, tensor<4096x8192xbf16>) {
  // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp : tensor
  // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp : tensor
  // CPU: comm.all_reduce %{{.*}} on @tp {dispatch =
  %0 = comm.all_reduce %x on @tp : tensor<?x8xbf16>
  %1 = comm.all_reduce %y on @tp : tensor<4096x8192xbf16>
  return %0, %1 : tensor<?x8xbf16>, tensor<4096x8192xbf16>
}

// -----

// Sizes whose product fits no 64 bits are left to the runtime, which refuses
// them.

module attributes {comm.target = #comm.target<"sm_90" over nvlink, world_size = 8>} {
  comm.group @tp

  // CHECK-LABEL: func @huge
  func.func @huge(%x: tensor<4611686018427387904x8xbf16>) -> tensor<4611686018427387904x8xbf16> {
    // CHECK-NEXT: comm.all_reduce %{{.*}} on @tp {dispatch =
    %0 = comm.all_reduce %x on @tp : tensor<4611686018427387904x8xbf16>
    return %0 : tensor<4611686018427387904x8xbf16>
  }
}
