// RUN: conorm-opt %s --allow-unregistered-dialect --raise-quantize --fuse-all-reduce-norm | FileCheck %s

// In a graph region an operation may read its own result by way of others.
// Nothing follows such a circle for ever, and nothing is fused.

// CHECK: norm.rms_norm
// CHECK: comm.all_reduce_rms_norm {{.*}} -> (normed:
// CHECK: norm.quantize
// CHECK: norm.rms_norm
comm.group @tp
%a = tensor.cast %b : tensor<?x8xbf16> to tensor<4x8xbf16>
%b = tensor.cast %c : tensor<4x?xbf16> to tensor<?x8xbf16>
%c = tensor.cast %a : tensor<4x8xbf16> to tensor<4x?xbf16>
%0 = norm.rms_norm %a {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
%1 = comm.all_reduce_rms_norm %2 on @tp {epsilon = 1.0e-6 : f32} : tensor<1xf32> -> (normed: tensor<1xf32>)
%2 = arith.negf %3 : tensor<1xf32>
%3 = arith.negf %1 : tensor<1xf32>
%4 = norm.quantize %1 scale(%3 : tensor<1xf32>) {scheme = #norm.scheme<per_tensor>} : tensor<1xf32> -> tensor<1xf8E4M3FN>
%5 = arith.truncf %6 : tensor<4x8xf32> to tensor<4x8xf8E4M3FN>
%6 = arith.mulf %6, %6 : tensor<4x8xf32>
%7 = arith.truncf %8 : tensor<4x8xf32> to tensor<4x8xbf16>
%8 = arith.extf %7 : tensor<4x8xbf16> to tensor<4x8xf32>
%9 = norm.rms_norm %7 {epsilon = 1.0e-6 : f32} : tensor<4x8xbf16>
"test.use"(%0, %4, %5, %9) : (tensor<4x8xbf16>, tensor<1xf8E4M3FN>, tensor<4x8xf8E4M3FN>, tensor<4x8xbf16>) -> ()
