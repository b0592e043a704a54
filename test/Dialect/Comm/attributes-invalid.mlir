// RUN: conorm-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{expected arch 'cpu' or 'sm_' and a number, found 'tpu'}}
module @target_arch_c1 attributes {comm.target = #comm.target<"tpu" over pcie>} {}

// -----

// expected-error@+1 {{expected arch 'cpu' or 'sm_' and a number, found 'sm_'}}
module @target_arch_number_c1 attributes {comm.target = #comm.target<"sm_" over pcie>} {}

// -----

// expected-error@+1 {{expected arch 'cpu' or 'sm_' and a number, found 'sm_90a'}}
module @target_arch_suffix_c1 attributes {comm.target = #comm.target<"sm_90a" over pcie>} {}

// -----

// expected-error@+1 {{expected link shared_memory with arch 'cpu', found nvlink}}
module @target_link_cpu_c2 attributes {comm.target = #comm.target<"cpu" over nvlink>} {}

// -----

// expected-error@+1 {{expected link pcie, nvlink or network with arch 'sm_90', found shared_memory}}
module @target_link_gpu_c2 attributes {comm.target = #comm.target<"sm_90" over shared_memory>} {}

// -----

// expected-error@+1 {{expected world_size from 0 to 2^31 - 1, found -1}}
module @target_world_size_c3 attributes {comm.target = #comm.target<"sm_90" over nvlink, world_size = -1>} {}

// -----

// expected-error@+1 {{expected a positive ranks_per_device, found 0}}
module @target_ranks_per_device_c4 attributes {comm.target = #comm.target<"sm_90" over nvlink, ranks_per_device = 0>} {}

// -----

// expected-error@+1 {{expected ranks_per_device to divide world_size 8, found 3}}
module @target_divides_c4 attributes {comm.target = #comm.target<"sm_90" over nvlink, world_size = 8, ranks_per_device = 3>} {}

// -----

// expected-error@+1 {{expected 'comm.target' to be a #comm.target, found 1 : i64}}
module @target_type attributes {comm.target = 1 : i64} {}

// -----

// expected-error@+1 {{expected 'comm.target' on a module}}
func.func private @target_on_function() attributes {comm.target = #comm.target<"cpu" over shared_memory>}

// -----

// expected-error@+1 {{expected a range for 2 to 2^31 - 1 ranks, found 1}}
module @range_group_size_c1 attributes {my.range = #comm.strategy_range<1 ranks from 0 bytes: one_shot>} {}

// -----

// expected-error@+1 {{expected a range from 0 bytes or more, found -8}}
module @range_from_bytes_c2 attributes {my.range = #comm.strategy_range<2 ranks from -8 bytes: one_shot>} {}

// -----

// expected-error@+1 {{expected one_shot, two_shot or nccl in a range, found auto}}
module @range_auto_c3 attributes {my.range = #comm.strategy_range<2 ranks from 0 bytes: auto>} {}

// -----

// expected-error@+1 {{expected one_shot, two_shot or nccl in a range, found multimem}}
module @range_multimem_c3 attributes {my.range = #comm.strategy_range<2 ranks from 0 bytes: multimem>} {}

// -----

// expected-error@+1 {{expected ranges in ascending order, found #comm.strategy_range<2 ranks from 0 bytes : one_shot> after #comm.strategy_range<4 ranks from 0 bytes : one_shot>}}
module @dispatch_sizes_c2 attributes {my.table = #comm.dispatch<cpu, [<4 ranks from 0 bytes: one_shot>, <2 ranks from 0 bytes: one_shot>]>} {}

// -----

// expected-error@+1 {{expected ranges in ascending order, found #comm.strategy_range<4 ranks from 0 bytes : two_shot> after #comm.strategy_range<4 ranks from 0 bytes : one_shot>}}
module @dispatch_bytes_c2 attributes {my.table = #comm.dispatch<cpu, [<4 ranks from 0 bytes: one_shot>, <4 ranks from 0 bytes: two_shot>]>} {}

// -----

// expected-error@+1 {{expected the first range for 4 ranks to be from 0 bytes, found 64}}
module @dispatch_first_c3 attributes {my.table = #comm.dispatch<cpu, [<2 ranks from 0 bytes: one_shot>, <4 ranks from 64 bytes: two_shot>]>} {}

// -----

comm.group @tp
func.func @all_reduce_dispatch_c1(%x: tensor<?xf32>) {
  // expected-error@+1 {{expected strategy auto with dispatch, found one_shot}}
  %0 = comm.all_reduce %x on @tp strategy<one_shot> {dispatch = #comm.dispatch<cpu, [<2 ranks from 0 bytes: one_shot>]>} : tensor<?xf32>
  return
}

// -----

comm.group @tp
func.func @fused_dispatch_c7(%x: tensor<?x8xf32>) {
  // expected-error@+1 {{expected strategy auto with dispatch, found nccl}}
  %0 = comm.all_reduce_rms_norm %x on @tp strategy<nccl> {dispatch = #comm.dispatch<cpu, [<2 ranks from 0 bytes: one_shot>]>, epsilon = 1.0e-6 : f32}
    : tensor<?x8xf32> -> (normed: tensor<?x8xf32>)
  return
}
