// RUN: conorm-opt %s --split-input-file --select-strategy --remarks-filter=select-strategy -o /dev/null 2>&1 | FileCheck %s
// RUN: conorm-opt %s --split-input-file --select-strategy -o /dev/null 2>&1 | FileCheck %s --check-prefix=QUIET --allow-empty
// RUN: conorm-opt %s --split-input-file --select-strategy=report -o /dev/null 2>&1 | FileCheck %s --check-prefix=REPORT

// QUIET-NOT: remark:

// REPORT:      select-strategy: sm_90 over nvlink, 1 rank a device
// REPORT-NEXT:   constants: call_us 4.4, step_us 2.9, peer_us 0.25, link_gb_per_s 375, memory_gb_per_s 3000, chunk_bytes 33554432, nccl_us 37, nccl_gb_per_s 180
// REPORT-NEXT:   ranks  from bytes  strategy  there
// REPORT-NEXT:       2           0  one_shot  one_shot 7.3 us, two_shot 10.2 us, nccl 37.0 us
// REPORT-NEXT:       3           0  one_shot  one_shot
// REPORT-NEXT:       3  {{ *[1-9][0-9]*}}  two_shot  one_shot
// REPORT-NEXT:       4           0  one_shot  one_shot
// REPORT-NEXT:       4  {{ *[1-9][0-9]*}}  two_shot  one_shot
// REPORT-NEXT: select-strategy: cpu over shared_memory, 2 ranks a device
// REPORT-NEXT:   ranks  from bytes  strategy  there
// REPORT-NEXT:       2           0  one_shot  measured thresholds
// REPORT-NEXT:       3           0  one_shot  measured thresholds
// REPORT-NEXT:       3      262144  two_shot  measured thresholds
// REPORT-NOT:  select-strategy:{{ }}

module attributes {comm.target = #comm.target<"sm_90" over nvlink, world_size = 4>} {
  comm.group @tp
  comm.group @alone {size = 1 : i64}

  // CHECK: [[@LINE+2]]:10: remark: [Analysis] Strategy | Category:select-strategy | Function=static | Reason="4 ranks, 16384 bytes: one_shot {{[0-9.]+}} us, two_shot {{[0-9.]+}} us, nccl {{[0-9.]+}} us", Strategy=one_shot
  func.func @static(%x: tensor<1x8192xbf16>) -> tensor<1x8192xbf16> {
    %0 = comm.all_reduce %x on @tp : tensor<1x8192xbf16>
    return %0 : tensor<1x8192xbf16>
  }

  // CHECK: remark: [Analysis] Strategy | {{.*}}Function=dynamic | Reason="the sizes are known at run time; 4 ranks: one_shot, two_shot from {{[0-9]+}} bytes", Strategy=auto
  func.func @dynamic(%x: tensor<?x8192xbf16>) -> tensor<?x8192xbf16> {
    %0 = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32} : tensor<?x8192xbf16> -> (normed: tensor<?x8192xbf16>)
    return %0 : tensor<?x8192xbf16>
  }

  // CHECK: remark: [Analysis] Strategy | {{.*}}Function=stated | Reason="the program states it", Strategy=two_shot
  func.func @stated(%x: tensor<1x8192xbf16>) -> tensor<1x8192xbf16> {
    %0 = comm.all_reduce %x on @tp strategy<two_shot> : tensor<1x8192xbf16>
    return %0 : tensor<1x8192xbf16>
  }

  // CHECK: remark: [Analysis] Strategy | {{.*}}Function=one_rank | Reason="the group has one rank", Strategy=auto
  func.func @one_rank(%x: tensor<1x8192xbf16>) -> tensor<1x8192xbf16> {
    %0 = comm.all_reduce %x on @alone : tensor<1x8192xbf16>
    return %0 : tensor<1x8192xbf16>
  }
}

// -----

module attributes {comm.target = #comm.target<"cpu" over shared_memory, ranks_per_device = 2>} {
  comm.group @tp
  comm.group @four {size = 4 : i64}
  comm.group @alone {size = 1 : i64}

  // CHECK: remark: [Analysis] Strategy | {{.*}}Function=shared_rows | Reason="members share its rows", Strategy=auto
  func.func @shared_rows(%x: tensor<16x8192xbf16>) -> tensor<16x8192xbf16> {
    %0 = comm.all_reduce_rms_norm %x on @four {epsilon = 1.0e-6 : f32, replicated} : tensor<16x8192xbf16> -> (normed: tensor<16x8192xbf16>)
    return %0 : tensor<16x8192xbf16>
  }

  // CHECK: remark: [Analysis] Strategy | {{.*}}Function=shared_rows_of_any_number | Reason="members share its rows", Strategy=auto
  func.func @shared_rows_of_any_number(%x: tensor<?x8192xbf16>) -> tensor<?x8192xbf16> {
    %0 = comm.all_reduce_rms_norm %x on @tp {epsilon = 1.0e-6 : f32, replicated} : tensor<?x8192xbf16> -> (normed: tensor<?x8192xbf16>)
    return %0 : tensor<?x8192xbf16>
  }

  // CHECK: remark: [Analysis] Strategy | {{.*}}Function=fewer_rows_than_members | Reason="4 ranks, 49152 bytes: measured thresholds", Strategy=one_shot
  func.func @fewer_rows_than_members(%x: tensor<3x8192xbf16>) -> tensor<3x8192xbf16> {
    %0 = comm.all_reduce_rms_norm %x on @four {epsilon = 1.0e-6 : f32, replicated} : tensor<3x8192xbf16> -> (normed: tensor<3x8192xbf16>)
    return %0 : tensor<3x8192xbf16>
  }

  // CHECK: remark: [Analysis] Strategy | {{.*}}Function=scales_in_tiles | Reason="4 ranks, 2097152 bytes: measured thresholds", Strategy=two_shot
  func.func @scales_in_tiles(%x: tensor<128x8192xbf16>) -> (tensor<128x8192xf8E4M3FN>, tensor<1x64x32x4x4xf8E8M0FNU>) {
    %0, %1 = comm.all_reduce_rms_norm %x on @four {epsilon = 1.0e-6 : f32, replicated, quantization = #norm.scheme<mxfp8, layout = swizzled_128x4>}
      : tensor<128x8192xbf16> -> (quantized: tensor<128x8192xf8E4M3FN>, scales: tensor<1x64x32x4x4xf8E8M0FNU>)
    return %0, %1 : tensor<128x8192xf8E4M3FN>, tensor<1x64x32x4x4xf8E8M0FNU>
  }

  // CHECK: remark: [Analysis] Strategy | {{.*}}Function=rows_of_one_rank | Reason="the group has one rank", Strategy=auto
  func.func @rows_of_one_rank(%x: tensor<16x8192xbf16>) -> tensor<16x8192xbf16> {
    %0 = comm.all_reduce_rms_norm %x on @alone {epsilon = 1.0e-6 : f32, replicated} : tensor<16x8192xbf16> -> (normed: tensor<16x8192xbf16>)
    return %0 : tensor<16x8192xbf16>
  }

  // CHECK: remark: [Analysis] Strategy | {{.*}}Function=any_world | Reason="the number of ranks is known at run time; 2 ranks: one_shot; 3 ranks: one_shot, two_shot from 262144 bytes", Strategy=auto
  func.func @any_world(%x: tensor<1x8192xbf16>) -> tensor<1x8192xbf16> {
    %0 = comm.all_reduce %x on @tp : tensor<1x8192xbf16>
    return %0 : tensor<1x8192xbf16>
  }

  // CHECK: remark: [Analysis] Strategy | {{.*}}Function=any | Reason="sizes and the number of ranks are known at run time; 2 ranks
  func.func @any(%x: tensor<?x8192xbf16>) -> tensor<?x8192xbf16> {
    %0 = comm.all_reduce %x on @tp : tensor<?x8192xbf16>
    return %0 : tensor<?x8192xbf16>
  }

  // CHECK: remark: [Analysis] Strategy | {{.*}}Function=measured | Reason="4 ranks, 16384 bytes: measured thresholds", Strategy=one_shot
  func.func @measured(%x: tensor<1x8192xbf16>) -> tensor<1x8192xbf16> {
    %0 = comm.all_reduce %x on @four : tensor<1x8192xbf16>
    return %0 : tensor<1x8192xbf16>
  }
}

// -----

comm.group @tp
// CHECK: remark: [Analysis] Strategy | {{.*}}Function=no_target | Reason="the module has no target", Strategy=auto
// CHECK: remark: [Analysis] Strategy | {{.*}}Function=no_target | Reason="the program states it", Strategy=one_shot
func.func @no_target(%x: tensor<1x8192xbf16>) -> tensor<1x8192xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<1x8192xbf16>
  %1 = comm.all_reduce %0 on @tp strategy<one_shot> : tensor<1x8192xbf16>
  return %1 : tensor<1x8192xbf16>
}

// -----

// CHECK: warning: the cost model has no constants for sm_75 over pcie, and no tuning file has all of them or thresholds; the runtime chooses strategies
// CHECK: remark: [Analysis] Strategy | {{.*}}Function=no_constants | Reason="no constants for sm_75 over pcie", Strategy=auto
module attributes {comm.target = #comm.target<"sm_75" over pcie>} {
  comm.group @tp
  func.func @no_constants(%x: tensor<1x8192xbf16>) -> tensor<1x8192xbf16> {
    %0 = comm.all_reduce %x on @tp : tensor<1x8192xbf16>
    return %0 : tensor<1x8192xbf16>
  }
}
