// RUN: conorm-opt %s --conorm-fuse --allow-unregistered-dialect -o /dev/null 2>&1 | FileCheck %s --strict-whitespace
// RUN: conorm-opt %s --fuse-all-reduce-norm --conorm-fuse --allow-unregistered-dialect -o /dev/null 2>&1 | FileCheck %s --strict-whitespace
// RUN: conorm-opt %s --pass-pipeline='builtin.module(func.func(fuse-all-reduce-norm))' --allow-unregistered-dialect -o /dev/null 2>&1 | FileCheck %s --strict-whitespace
// RUN: conorm-opt %s --conorm-fuse --remarks-filter=fuse-all-reduce-norm --allow-unregistered-dialect -o /dev/null 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: conorm-opt %s --conorm-fuse --remarks-filter-missed=fuse-all-reduce-norm --allow-unregistered-dialect -o /dev/null 2>&1 | FileCheck %s --check-prefix=WHY
// RUN: %stock_opt %s --allow-unregistered-dialect -o /dev/null 2>&1 --load-dialect-plugin=%plugin --load-pass-plugin=%plugin \
// RUN:   --pass-pipeline='builtin.module(conorm-fuse)' | count 0
// RUN: echo 'func.func private @none()' | conorm-opt --conorm-fuse -o /dev/null 2>&1 | count 0

// One line from the tool, none from the passes: collectives of any dialect, also
// of those that are not registered, by the names of their operations.

// CHECK:conorm-opt: fusion saw 17 collectives (1 c10d.allreduce_, 1 comm.all_gather, 2 comm.all_reduce, 1 comm.reduce_scatter, 1 flow.collective.all_reduce, 1 mhlo.all_reduce, 1 mpi.allreduce, 1 my_all_reduce_f32, 1 nccl.AllReduce, 1 sdy.all_reduce, 1 shard.all_reduce, 1 stablehlo.all_reduce, 1 stablehlo.reduce_scatter, 1 tf.CollectiveReduceV2, 1 torch._c10d_functional.all_reduce, 1 torch.c10d_functional.all_reduce), fused 1 and missed 16; to see why: conorm-opt --remarks-filter=fuse-all-reduce-norm{{$}}
// CHECK-NOT:{{.}}

// The option is in use: it is not named.
// REMARK: Summary | Category:fuse-all-reduce-norm | AllReduces=2, Collectives=17, Fused=1, Missed=16
// REMARK: missed 16{{$}}

comm.group @tp
shard.grid @grid(shape = 2)

func.func @ours(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<2x8xf32>) {
  %0 = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Constraint=ReadByNorm
  %2 = comm.all_reduce %1 on @tp : tensor<4x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Constraint=CommAllReduce, Reason="comm.reduce_scatter is no all_reduce; a norm reads it"
  %3 = comm.reduce_scatter %1 on @tp dim 0 : tensor<4x8xf32> -> tensor<2x8xf32>
  %4 = norm.rms_norm %3 {epsilon = 1.0e-6 : f32} : tensor<2x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Constraint=CommAllReduce, Reason="comm.all_gather is no all_reduce"
  %5 = comm.all_gather %4 on @tp dim 0 : tensor<2x8xf32> -> tensor<4x8xf32>
  return %2, %5, %4 : tensor<4x8xf32>, tensor<4x8xf32>, tensor<2x8xf32>
}

func.func @registered(%x: tensor<4x8xf32>, %m: memref<4xf32>, %comm: !mpi.comm) -> tensor<4x8xf32> {
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Constraint=CommAllReduce, Reason="shard.all_reduce is of another dialect; a norm reads it"
  %0 = shard.all_reduce %x on @grid grid_axes = [0] : tensor<4x8xf32> -> tensor<4x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Constraint=CommAllReduce, Reason="mpi.allreduce is of another dialect"
  mpi.allreduce(%m, %m, MPI_SUM, %comm) : memref<4xf32>, memref<4xf32>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

func.func @unregistered(%x: tensor<4x8xf32>) {
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Reason="stablehlo.all_reduce is of another dialect"
  %0 = "stablehlo.all_reduce"(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Reason="stablehlo.reduce_scatter is of another dialect"
  %1 = "stablehlo.reduce_scatter"(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Reason="mhlo.all_reduce is of another dialect"
  %2 = "mhlo.all_reduce"(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Reason="sdy.all_reduce is of another dialect"
  %3 = "sdy.all_reduce"(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Reason="c10d.allreduce_ is of another dialect"
  %4 = "c10d.allreduce_"(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Reason="torch.c10d_functional.all_reduce is of another dialect"
  %5 = "torch.c10d_functional.all_reduce"(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Reason="torch._c10d_functional.all_reduce is of another dialect"
  %6 = "torch.operator"(%x) {name = "torch._c10d_functional.all_reduce"} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Reason="my_all_reduce_f32 is of another dialect"
  %7 = "stablehlo.custom_call"(%x) {call_target_name = "my_all_reduce_f32"} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Reason="flow.collective.all_reduce is of another dialect"
  %8 = "flow.collective.all_reduce"(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Reason="tf.CollectiveReduceV2 is of another dialect"
  %9 = "tf.CollectiveReduceV2"(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // WHY: [[#@LINE+1]]:{{[0-9]+}}: remark: [Missed] {{.*}}Reason="nccl.AllReduce is of another dialect"
  %10 = "nccl.AllReduce"(%x) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  // What waits for a collective is none, and neither is a reduction of elements
  // or among the threads of a block.
  %11 = "torch.c10d_functional.all_reduce_wait"(%0) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %12 = "stablehlo.reduce"(%x) : (tensor<4x8xf32>) -> tensor<4xf32>
  %13 = "torch.operator"(%x) {name = "torch.aten.relu"} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

gpu.module @kernels {
  gpu.func @block(%x: f32) kernel {
    %0 = gpu.all_reduce add %x {} : (f32) -> f32
    gpu.return
  }
}
