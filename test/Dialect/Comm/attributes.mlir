// RUN: conorm-opt %s | conorm-opt | FileCheck %s
// RUN: conorm-opt %s --emit-bytecode | conorm-opt | FileCheck %s

// A table stands once, by its name.
// CHECK: #[[TABLE:.*]] = #comm.dispatch<cpu, [<2 ranks from 0 bytes : one_shot>, <4 ranks from 0 bytes : one_shot>, <4 ranks from 131072 bytes : two_shot>]>
// CHECK: #[[NCCL:.*]] = #comm.dispatch<cuda, [<2 ranks from 0 bytes : nccl>]>
#table = #comm.dispatch<cpu, [<2 ranks from 0 bytes: one_shot>, <4 ranks from 0 bytes: one_shot>,
                              <4 ranks from 131072 bytes: two_shot>]>

// CHECK: module @all attributes {comm.target = #comm.target<"sm_90" over nvlink, world_size = 8, ranks_per_device = 2>}
module @all attributes {comm.target = #comm.target<"sm_90" over nvlink, world_size = 8, ranks_per_device = 2>} {
  comm.group @tp

  // CHECK-LABEL: func @all_reduce
  func.func @all_reduce(%x: tensor<?x8xbf16>) -> tensor<?x8xbf16> {
    // CHECK: comm.all_reduce %{{.*}} on @tp {dispatch = #[[TABLE]]} : tensor<?x8xbf16>
    %0 = comm.all_reduce %x on @tp {dispatch = #table} : tensor<?x8xbf16>
    return %0 : tensor<?x8xbf16>
  }

  // CHECK-LABEL: func @fused
  func.func @fused(%x: tensor<?x8xbf16>) -> tensor<?x8xbf16> {
    // CHECK: comm.all_reduce_rms_norm %{{.*}} on @tp {dispatch = #[[TABLE]], epsilon
    %0 = comm.all_reduce_rms_norm %x on @tp {dispatch = #table, epsilon = 1.0e-6 : f32}
      : tensor<?x8xbf16> -> (normed: tensor<?x8xbf16>)
    return %0 : tensor<?x8xbf16>
  }
}

// What is not known stands nowhere.
// CHECK: module @cpu attributes {comm.target = #comm.target<"cpu" over shared_memory>}
module @cpu attributes {comm.target = #comm.target<"cpu" over shared_memory, world_size = 0, ranks_per_device = 1>} {}
// CHECK: module @world attributes {comm.target = #comm.target<"sm_100" over network, world_size = 3>}
module @world attributes {comm.target = #comm.target<"sm_100" over network, world_size = 3>} {}
// CHECK: module @nccl attributes {my.table = #[[NCCL]]}
module @nccl attributes {my.table = #comm.dispatch<cuda, [<2 ranks from 0 bytes : nccl>]>} {}
