// RUN: conorm-opt %s --convert-stablehlo-to-conorm -split-input-file | FileCheck %s

// Each form of groups, reductions and operations.

"sdy.mesh"() <{mesh = #sdy.mesh<["dp"=2, "tp"=2]>, sym_name = "mesh"}> : () -> ()
"sdy.mesh"() <{mesh = #sdy.mesh<["a"=4], device_ids=[3, 2, 1, 0]>, sym_name = "reversed"}> : () -> ()

// One symbol for equal groups, whatever they are written as.
// CHECK-DAG: comm.group @tp {replica_groups = dense<{{\[\[}}0, 1], [2, 3]]> : tensor<2x2xi64>}
// CHECK-DAG: comm.group @dp {replica_groups = dense<{{\[\[}}0, 2], [1, 3]]> : tensor<2x2xi64>}
// CHECK-DAG: comm.group @dp_tp {size = 4 : i64}
// CHECK-DAG: comm.group @a {replica_groups = dense<{{\[\[}}3, 2, 1, 0]]> : tensor<1x4xi64>}
// CHECK-DAG: comm.group @tp_dp {replica_groups = dense<{{\[\[}}0, 2, 1, 3]]> : tensor<1x4xi64>}
// CHECK-DAG: comm.group @ranks {replica_groups = dense<{{\[\[}}0, 3], [1, 2]]> : tensor<2x2xi64>}

// CHECK-LABEL: func @mesh_axes
func.func @mesh_axes(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @tp : tensor<4x8xbf16>
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @mesh_axes_outer
func.func @mesh_axes_outer(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @dp :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "dp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @mesh_axes_two
func.func @mesh_axes_two(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @tp_dp :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">, #stablehlo.axis_ref<name = "dp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @mesh_axes_both_in_order
func.func @mesh_axes_both_in_order(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @dp_tp :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "dp">, #stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @mesh_with_device_ids
func.func @mesh_with_device_ids(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @a :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @reversed, axes = [#stablehlo.axis_ref<name = "a">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @mesh_inline
func.func @mesh_inline(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @tp :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = #stablehlo.mesh<axes=[<name = "dp", size = 2>, <name = "tp", size = 2>]>, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @mesh_sub_axis
func.func @mesh_sub_axis(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @tp :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = #stablehlo.mesh<axes=[<name = "r", size = 4>]>, axes = [#stablehlo.axis_ref<name = "r", sub_axis_info = (2)2>]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @dense
func.func @dense(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @tp :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>, use_global_device_ids, channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @dense_other
func.func @dense_other(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @ranks :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<[[0, 3], [1, 2]]> : tensor<2x2xi64>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @dense_padded
func.func @dense_padded(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @tp :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<[[0, 1, -1], [2, 3, -1]]> : tensor<2x3xi64>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @dense_empty
func.func @dense_empty(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @dp_tp :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<> : tensor<0x0xi64>, use_global_device_ids}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @channel_of_type_0
func.func @channel_of_type_0(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @dp_tp :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<[[0, 1, 2, 3]]> : tensor<1x4xi64>, channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @rank_3
func.func @rank_3(%x: tensor<1x4x8xbf16>) -> tensor<1x4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @tp : tensor<1x4x8xbf16>
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<1x4x8xbf16>) -> tensor<1x4x8xbf16>
  return %0 : tensor<1x4x8xbf16>
}

// CHECK-LABEL: func @f32
func.func @f32(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: comm.all_reduce %{{.*}} on @tp : tensor<4x8xf32>
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

// CHECK-LABEL: func @reduces_by_maximum
func.func @reduces_by_maximum(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @tp reduction<max> :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.maximum"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @reduces_by_minimum
func.func @reduces_by_minimum(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @tp reduction<min> :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.minimum"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @reduces_by_multiply
func.func @reduces_by_multiply(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @tp reduction<prod> :
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.multiply"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// Two operands are two operations, in order.
// CHECK-LABEL: func @variadic
func.func @variadic(%x: tensor<4x8xbf16>, %y: tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>) {
  // CHECK: %[[X:.*]] = comm.all_reduce %{{.*}} on @tp :
  // CHECK: %[[Y:.*]] = comm.all_reduce %{{.*}} on @tp :
  // CHECK: return %[[X]], %[[Y]]
  %0:2 = "stablehlo.all_reduce"(%x, %y) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>, tensor<4x8xbf16>) -> (tensor<4x8xbf16>, tensor<4x8xbf16>)
  return %0#0, %0#1 : tensor<4x8xbf16>, tensor<4x8xbf16>
}

// A region that adds in f32 and rounds, as rule R1 does.
// CHECK-LABEL: func @adds_in_f32
func.func @adds_in_f32(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %1 = "stablehlo.convert"(%a) : (tensor<bf16>) -> tensor<f32>
      %2 = "stablehlo.convert"(%b) : (tensor<bf16>) -> tensor<f32>
      %3 = "stablehlo.add"(%2, %1) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %4 = "stablehlo.convert"(%3) : (tensor<f32>) -> tensor<bf16>
      "stablehlo.return"(%4) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// CHECK-LABEL: func @reduce_scatter
func.func @reduce_scatter(%x: tensor<4x8xbf16>) -> tensor<4x4xbf16> {
  // CHECK: comm.reduce_scatter %{{.*}} on @tp dim 1 : tensor<4x8xbf16> -> tensor<4x4xbf16>
  %0 = "stablehlo.reduce_scatter"(%x) <{scatter_dimension = 1 : i64, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x4xbf16>
  return %0 : tensor<4x4xbf16>
}

// CHECK-LABEL: func @all_gather
func.func @all_gather(%x: tensor<4x8xbf16>) -> tensor<8x8xbf16> {
  // CHECK: comm.all_gather %{{.*}} on @tp dim 0 : tensor<4x8xbf16> -> tensor<8x8xbf16>
  %0 = "stablehlo.all_gather"(%x) <{all_gather_dim = 0 : i64, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> : (tensor<4x8xbf16>) -> tensor<8x8xbf16>
  return %0 : tensor<8x8xbf16>
}

// -----

// Nothing says how many ranks there are: the group has any number.

// CHECK: comm.group @ranks{{$}}
// CHECK-LABEL: func @all_ranks
func.func @all_ranks(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // CHECK: comm.all_reduce %{{.*}} on @ranks
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<> : tensor<0x0xi64>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

// -----

// The program says it, and the name is taken.

module attributes {mhlo.num_partitions = 4 : i32, mhlo.num_replicas = 1 : i32} {
  // CHECK: comm.group @ranks_0 {size = 4 : i64}
  // CHECK-LABEL: func @ranks
  func.func @ranks(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
    // CHECK: comm.all_reduce %{{.*}} on @ranks_0
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<> : tensor<0x0xi64>, use_global_device_ids}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
  }
}

// -----

// An argument of the computation that is split along the group's axis is not
// the same on its members; one that is split along another axis is.

"sdy.mesh"() <{mesh = #sdy.mesh<["dp"=2, "tp"=2]>, sym_name = "mesh"}> : () -> ()
// CHECK-LABEL: func @split_arguments
func.func @split_arguments(%x: tensor<8x8xbf16>, %y: tensor<8x8xbf16>, %z: tensor<4x8xbf16>) -> tensor<8x8xbf16> {
  // CHECK: "sdy.manual_computation"
  %r = "sdy.manual_computation"(%x, %y, %z) <{in_shardings = #sdy.sharding_per_value<[<@mesh, [{"dp", ?}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {?}]>]>, manual_axes = #sdy<manual_axes{"dp", "tp"}>, out_shardings = #sdy.sharding_per_value<[<@mesh, [{"dp"}, {}]>]>}> ({
  ^bb0(%u: tensor<4x8xbf16>, %v: tensor<8x4xbf16>, %w: tensor<4x8xbf16>):
  %0 = "stablehlo.all_reduce"(%u) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  "sdy.return"(%0) : (tensor<4x8xbf16>) -> ()
  }) : (tensor<8x8xbf16>, tensor<8x8xbf16>, tensor<4x8xbf16>) -> tensor<8x8xbf16>
  // CHECK: comm.per_rank = array<i1: false, true, false>
  return %r : tensor<8x8xbf16>
}
