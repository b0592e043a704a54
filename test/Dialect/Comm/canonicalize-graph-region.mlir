// RUN: conorm-opt %s --canonicalize | FileCheck %s

// In a graph region a collective among one rank may read its own result, which it
// is no other name for.

comm.group @one {size = 1 : i64}

// CHECK: %[[A:.*]] = comm.reduce_scatter %[[A]] on @one
%a = comm.reduce_scatter %a on @one dim 0 : tensor<4x8xbf16> -> tensor<4x8xbf16>

// CHECK: %[[B:.*]] = comm.all_reduce %[[B]] on @one
%b = comm.all_reduce %c on @one : tensor<4x8xbf16>
%c = comm.all_reduce %b on @one : tensor<4x8xbf16>

// CHECK: %[[D:.*]] = comm.all_gather %[[D]] on @one
%d = comm.all_gather %d on @one dim 0 : tensor<4x8xbf16> -> tensor<4x8xbf16>

// CHECK: %[[E:.*]] = comm.all_reduce_rms_norm %[[E]] on @one
%e, %f = comm.all_reduce_rms_norm %e on @one {epsilon = 0.5 : f32} : tensor<4x8xbf16> -> (reduced: tensor<4x8xbf16>, normed: tensor<4x8xbf16>)
