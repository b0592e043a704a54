// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A chain of four Gemma norms, each after an all_reduce. vLLM's test of this
// fusion uses the same model: relu, all_reduce, norm, then three times matmul,
// all_reduce, add, norm. The weights are `1 + weight` in f32, as in Gemma's
// models. The group has no size, so the model runs on any number of ranks.

comm.group @tp

func.func @chain(
    %x: tensor<16x1024xbf16> {comm.per_rank},
    %w0: tensor<1024xbf16>, %w1: tensor<1024xbf16>, %w2: tensor<1024xbf16>, %w3: tensor<1024xbf16>,
    %m0: tensor<1024x1024xbf16> {comm.per_rank}, %m1: tensor<1024x1024xbf16> {comm.per_rank},
    %m2: tensor<1024x1024xbf16> {comm.per_rank}) -> tensor<16x1024xbf16> {
  %zero = arith.constant dense<0.0> : tensor<16x1024xbf16>
  %one = arith.constant dense<1.0> : tensor<1024xf32>
  %relu = arith.maximumf %x, %zero : tensor<16x1024xbf16>
  %resid0 = comm.all_reduce %relu on @tp : tensor<16x1024xbf16>
  %wf0 = arith.extf %w0 : tensor<1024xbf16> to tensor<1024xf32>
  %gamma0 = arith.addf %wf0, %one : tensor<1024xf32>
  %y0 = norm.rms_norm %resid0 weight(%gamma0 : tensor<1024xf32>) {epsilon = 1.0e-6 : f32} : tensor<16x1024xbf16>

  %z1 = call @project(%y0, %m0) : (tensor<16x1024xbf16>, tensor<1024x1024xbf16>) -> tensor<16x1024xbf16>
  %x1 = comm.all_reduce %z1 on @tp : tensor<16x1024xbf16>
  %resid1 = arith.addf %x1, %resid0 : tensor<16x1024xbf16>
  %wf1 = arith.extf %w1 : tensor<1024xbf16> to tensor<1024xf32>
  %gamma1 = arith.addf %wf1, %one : tensor<1024xf32>
  %y1 = norm.rms_norm %resid1 weight(%gamma1 : tensor<1024xf32>) {epsilon = 1.0e-6 : f32} : tensor<16x1024xbf16>

  %z2 = call @project(%y1, %m1) : (tensor<16x1024xbf16>, tensor<1024x1024xbf16>) -> tensor<16x1024xbf16>
  %x2 = comm.all_reduce %z2 on @tp : tensor<16x1024xbf16>
  %resid2 = arith.addf %x2, %resid1 : tensor<16x1024xbf16>
  %wf2 = arith.extf %w2 : tensor<1024xbf16> to tensor<1024xf32>
  %gamma2 = arith.addf %wf2, %one : tensor<1024xf32>
  %y2 = norm.rms_norm %resid2 weight(%gamma2 : tensor<1024xf32>) {epsilon = 1.0e-6 : f32} : tensor<16x1024xbf16>

  %z3 = call @project(%y2, %m2) : (tensor<16x1024xbf16>, tensor<1024x1024xbf16>) -> tensor<16x1024xbf16>
  %x3 = comm.all_reduce %z3 on @tp : tensor<16x1024xbf16>
  %resid3 = arith.addf %x3, %resid2 : tensor<16x1024xbf16>
  %wf3 = arith.extf %w3 : tensor<1024xbf16> to tensor<1024xf32>
  %gamma3 = arith.addf %wf3, %one : tensor<1024xf32>
  %y3 = norm.rms_norm %resid3 weight(%gamma3 : tensor<1024xf32>) {epsilon = 1.0e-6 : f32} : tensor<16x1024xbf16>
  return %y3 : tensor<16x1024xbf16>
}

// y * m, accumulated in f32 and rounded once.
func.func private @project(%y: tensor<16x1024xbf16>, %m: tensor<1024x1024xbf16>) -> tensor<16x1024xbf16> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<16x1024xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<16x1024xf32>) -> tensor<16x1024xf32>
  %sum = linalg.matmul ins(%y, %m : tensor<16x1024xbf16>, tensor<1024x1024xbf16>) outs(%init : tensor<16x1024xf32>) -> tensor<16x1024xf32>
  %z = arith.truncf %sum : tensor<16x1024xf32> to tensor<16x1024xbf16>
  return %z : tensor<16x1024xbf16>
}
