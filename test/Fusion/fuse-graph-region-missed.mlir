// RUN: conorm-opt %s --allow-unregistered-dialect --fuse-all-reduce-norm --remarks-filter-missed=fuse-all-reduce-norm --verify-diagnostics -o /dev/null

// A graph region has no order in which one operation could stand for several.

comm.group @tp
%x = ub.poison : tensor<4x8xbf16>
// expected-remark@+1 {{Constraint=AdditionPlaceable, Reason="the addition stands in a graph region"}}
%0 = comm.all_reduce %x on @tp : tensor<4x8xbf16>
%1 = arith.addf %0, %x : tensor<4x8xbf16>
%2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
// expected-remark@+1 {{Constraint=SameBlock, Reason="they stand in a graph region"}}
%3 = comm.all_reduce %2 on @tp : tensor<4x8xbf16>
%4 = norm.rms_norm %3 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
"test.use"(%4) : (tensor<4x8xbf16>) -> ()
