// RUN: conorm-opt %s --convert-stablehlo-to-conorm --remarks-filter-missed=fuse-all-reduce-norm --verify-diagnostics -split-input-file -o %t.mlir
// RUN: FileCheck %s < %t.mlir

// One named negative for each guard of a collective, with the remark that names
// it. Nothing is changed there.

// CHECK-NOT: comm.
"sdy.mesh"() <{mesh = #sdy.mesh<["dp"=2, "tp"=2]>, sym_name = "mesh"}> : () -> ()
"sdy.mesh"() <{mesh = #sdy.mesh<["huge"=99999999]>, sym_name = "huge"}> : () -> ()

func.func @uneven_groups(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=EveryRankOnce, Reason="its groups have 3 and 1 members, expected one size"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<[[0, 1, 2], [3, -1, -1]]> : tensor<2x3xi64>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @rank_missing(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=EveryRankOnce, Reason="its groups hold 2 of 4 ranks, expected each once"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @rank_twice(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=EveryRankOnce, Reason="its groups hold the rank 1 twice"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<[[0, 1], [1, 2]]> : tensor<2x2xi64>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @rank_negative(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=EveryRankOnce, Reason="its groups hold the rank -7"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<[[0, 1], [2, -7]]> : tensor<2x2xi64>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @no_matrix(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=EveryRankOnce, Reason="its replica_groups are no matrix of ranks"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<[0, 1, 2, 3]> : tensor<4xi64>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @no_groups(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=EveryRankOnce, Reason="it has no replica_groups"}}
  %0 = "stablehlo.all_reduce"(%x) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @unknown_mesh(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=EveryRankOnce, Reason="no sdy.mesh that can be read has the name of its groups'"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @nowhere, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @huge_mesh(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=EveryRankOnce, Reason="no sdy.mesh that can be read has the name of its groups'"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @huge, axes = [#stablehlo.axis_ref<name = "huge">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @unknown_axis(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=EveryRankOnce, Reason="its replica_groups cannot be read"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "pp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @uneven_sub_axis(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=EveryRankOnce, Reason="its replica_groups cannot be read"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp", sub_axis_info = (1)3>]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @axis_twice(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=EveryRankOnce, Reason="its groups are along two parts of one axis"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">, #stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @no_number(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=ReducesByOneStep, Reason="its region is no addition, multiplication, maximum or minimum of its two arguments"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.subtract"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @integers(%x: tensor<4x8xi32>) -> tensor<4x8xi32> {
  // expected-remark@+1 {{Constraint=RankedFloats, Reason="expected tensors with rows of bf16, f16 or f32, found tensor<4x8xi32>"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<i32>, %b: tensor<i32>):
      %s = "stablehlo.add"(%a, %b) : (tensor<i32>, tensor<i32>) -> tensor<i32>
      "stablehlo.return"(%s) : (tensor<i32>) -> ()
  }) : (tensor<4x8xi32>) -> tensor<4x8xi32>
  return %0 : tensor<4x8xi32>
}

func.func @no_rows(%x: tensor<f32>) -> tensor<f32> {
  // expected-remark@+1 {{Constraint=RankedFloats, Reason="expected tensors with rows of bf16, f16 or f32, found tensor<f32>"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}

func.func @reduces_in_f32(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=OneElementType, Reason="it takes bf16 and reduces in f32"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
}

func.func @gives_f32(%x: tensor<4x8xbf16>) -> tensor<4x8xf32> {
  // expected-remark@+1 {{Constraint=OneElementType, Reason="it takes bf16 and gives f32"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %s = "stablehlo.add"(%a, %b) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}

func.func @no_scatter_dimension(%x: tensor<4x8xbf16>) -> tensor<4x4xbf16> {
  // expected-remark@+1 {{Constraint=SizesOfGroup, Reason="its dimension or the number of its members is not known"}}
  %0 = "stablehlo.reduce_scatter"(%x) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x4xbf16>
  return %0 : tensor<4x4xbf16>
}

func.func @blocks_of_another_number(%x: tensor<4x8xbf16>) -> tensor<4x2xbf16> {
  // expected-remark@+1 {{Constraint=SizesOfGroup, Reason="its result does not have one block for each of 2 members"}}
  %0 = "stablehlo.reduce_scatter"(%x) <{scatter_dimension = 1 : i64, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh, axes = [#stablehlo.axis_ref<name = "tp">]>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x2xbf16>
  return %0 : tensor<4x2xbf16>
}

module @nested {
  func.func @in_nested_module(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=NearestSymbolTable, Reason="an operation around it may be a symbol table, so that no group of the module can be named there"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
  }
}

// -----

module attributes {mhlo.num_partitions = 2 : i32, mhlo.num_replicas = 2 : i32} {
  func.func @replicas_of_several_partitions(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=EveryRankOnce, Reason="its groups are of replicas in a program with several partitions; expected use_global_device_ids"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
  }
}

// -----

module attributes {mhlo.num_partitions = 4 : i32, mhlo.num_replicas = 1 : i32} {
  func.func @one_replica_of_several_partitions(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  // expected-remark@+1 {{Constraint=EveryRankOnce, Reason="its groups are of replicas in a program with several partitions; expected use_global_device_ids"}}
  %0 = "stablehlo.all_reduce"(%x) <{replica_groups = dense<> : tensor<0x0xi64>}> ({
    ^bb0(%a: tensor<bf16>, %b: tensor<bf16>):
      %s = "stablehlo.add"(%a, %b) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
      "stablehlo.return"(%s) : (tensor<bf16>) -> ()
  }) : (tensor<4x8xbf16>) -> tensor<4x8xbf16>
  return %0 : tensor<4x8xbf16>
  }
}
