// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The model of vLLM's test of this fusion, with Gemma's norms: relu, all_reduce,
// norm, then three times mm, all_reduce, norm with a residual. Everything is in
// f16, and so is the addition of `1 + weight`. The group has no size, so the
// model runs on any number of ranks.

comm.group @tp

func.func @forward(
    %x: tensor<64x16xf16> {comm.per_rank},
    %norm0: tensor<16xf16>, %norm1: tensor<16xf16>, %norm2: tensor<16xf16>, %norm3: tensor<16xf16>,
    %w0: tensor<16x16xf16> {comm.per_rank}, %w1: tensor<16x16xf16> {comm.per_rank},
    %w2: tensor<16x16xf16> {comm.per_rank}) -> tensor<64x16xf16> {
  %zero = arith.constant dense<0.0> : tensor<64x16xf16>
  %one = arith.constant dense<1.0> : tensor<16xf16>
  %z = arith.maximumf %x, %zero : tensor<64x16xf16>
  %resid = comm.all_reduce %z on @tp : tensor<64x16xf16>
  %gamma0 = arith.addf %one, %norm0 : tensor<16xf16>
  %y = norm.rms_norm %resid weight(%gamma0 : tensor<16xf16>) {epsilon = 1.0e-6 : f32} : tensor<64x16xf16>

  %z2 = call @mm(%y, %w0) : (tensor<64x16xf16>, tensor<16x16xf16>) -> tensor<64x16xf16>
  %x2 = comm.all_reduce %z2 on @tp : tensor<64x16xf16>
  %gamma1 = arith.addf %one, %norm1 : tensor<16xf16>
  %y2, %resid2 = norm.add_rms_norm %x2, %resid weight(%gamma1 : tensor<16xf16>) {epsilon = 1.0e-6 : f32} : tensor<64x16xf16>, tensor<64x16xf16>

  %z3 = call @mm(%y2, %w1) : (tensor<64x16xf16>, tensor<16x16xf16>) -> tensor<64x16xf16>
  %x3 = comm.all_reduce %z3 on @tp : tensor<64x16xf16>
  %gamma2 = arith.addf %one, %norm2 : tensor<16xf16>
  %y3, %resid3 = norm.add_rms_norm %x3, %resid2 weight(%gamma2 : tensor<16xf16>) {epsilon = 1.0e-6 : f32} : tensor<64x16xf16>, tensor<64x16xf16>

  %z4 = call @mm(%y3, %w2) : (tensor<64x16xf16>, tensor<16x16xf16>) -> tensor<64x16xf16>
  %x4 = comm.all_reduce %z4 on @tp : tensor<64x16xf16>
  %gamma3 = arith.addf %one, %norm3 : tensor<16xf16>
  %y4, %resid4 = norm.add_rms_norm %x4, %resid3 weight(%gamma3 : tensor<16xf16>) {epsilon = 1.0e-6 : f32} : tensor<64x16xf16>, tensor<64x16xf16>
  return %y4 : tensor<64x16xf16>
}

// y * w, accumulated in f32 and rounded once.
func.func private @mm(%y: tensor<64x16xf16>, %w: tensor<16x16xf16>) -> tensor<64x16xf16> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<64x16xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<64x16xf32>) -> tensor<64x16xf32>
  %sum = linalg.matmul ins(%y, %w : tensor<64x16xf16>, tensor<16x16xf16>) outs(%init : tensor<64x16xf32>) -> tensor<64x16xf32>
  %z = arith.truncf %sum : tensor<64x16xf32> to tensor<64x16xf16>
  return %z : tensor<64x16xf16>
}
