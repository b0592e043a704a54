// RUN: conorm-opt %s --fuse-all-reduce-norm | FileCheck %s
// RUN: conorm-opt %s --fuse-all-reduce-norm --remarks-filter-missed=fuse-all-reduce-norm --verify-diagnostics -o /dev/null
// RUN: conorm-opt %s --conorm-fuse --remarks-filter-missed=fuse-all-reduce-norm -o /dev/null 2>&1 | FileCheck %s --check-prefix=RAISED --allow-empty

// The fusion raises nothing itself, and says what to run before it.

// RAISED-NOT: Missed

comm.group @tp

// CHECK-LABEL: func @no_fuse_not_raised
// CHECK: comm.all_reduce_rms_norm {{.*}} -> (normed: tensor<4x8xbf16>)
// CHECK-NOT: norm.quantize
func.func @no_fuse_not_raised(%x: tensor<4x8xbf16>) -> tensor<4x8xf8E4M3FN> {
  %low = arith.constant dense<-448.0> : tensor<4x8xbf16>
  %high = arith.constant dense<448.0> : tensor<4x8xbf16>
  %a = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %y = norm.rms_norm %a {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.maximumf %y, %low : tensor<4x8xbf16>
  %1 = arith.minimumf %0, %high : tensor<4x8xbf16>
  // expected-remark@+1 {{RaiseQuantize | Category:fuse-all-reduce-norm | Function=no_fuse_not_raised | Constraint=QuantizeOperation, Reason="it equals the scheme per_tensor, but nothing raised it; run --raise-quantize first"}}
  %q = arith.truncf %1 : tensor<4x8xbf16> to tensor<4x8xf8E4M3FN>
  return %q : tensor<4x8xf8E4M3FN>
}

// What nothing reads is not explained, and not raised either.
// CHECK-LABEL: func @not_read
func.func @not_read(%x: tensor<4x8xbf16>) -> tensor<4x8xbf16> {
  %low = arith.constant dense<-448.0> : tensor<4x8xbf16>
  %high = arith.constant dense<448.0> : tensor<4x8xbf16>
  %a = comm.all_reduce %x on @tp : tensor<4x8xbf16>
  %y = norm.rms_norm %a {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
  %0 = arith.maximumf %y, %low : tensor<4x8xbf16>
  %1 = arith.minimumf %0, %high : tensor<4x8xbf16>
  %q = arith.truncf %1 : tensor<4x8xbf16> to tensor<4x8xf8E4M3FN>
  return %y : tensor<4x8xbf16>
}
