// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two tensor-parallel decoder layers like those of Qwen3-Next. The norms are
// Gemma's: `1 + weight` in f32. Attention is reduced to its projections, the
// per-head norms of q and k, and the sigmoid gate on its output; q * k + v
// stands in for softmax. The mixture of experts is reduced to one dense expert.
//
// The embedding is vocabulary-parallel, so each rank has a part of the sum. The
// group has no size, so the model runs on any number of ranks.

#id = affine_map<(d0, d1) -> (d0, d1)>

comm.group @tp

func.func @decoder_qwen3_next(
    %embedding: tensor<16x512xbf16> {comm.per_rank},
    %input_norm0: tensor<512xbf16>, %post_norm0: tensor<512xbf16>,
    %q_norm0: tensor<64xbf16>, %k_norm0: tensor<64xbf16>,
    %w_qkv0: tensor<512x512xbf16> {comm.per_rank}, %w_o0: tensor<128x512xbf16> {comm.per_rank},
    %w_gate0: tensor<512x256xbf16> {comm.per_rank}, %w_up0: tensor<512x256xbf16> {comm.per_rank},
    %w_down0: tensor<256x512xbf16> {comm.per_rank},
    %input_norm1: tensor<512xbf16>, %post_norm1: tensor<512xbf16>,
    %q_norm1: tensor<64xbf16>, %k_norm1: tensor<64xbf16>,
    %w_qkv1: tensor<512x512xbf16> {comm.per_rank}, %w_o1: tensor<128x512xbf16> {comm.per_rank},
    %w_gate1: tensor<512x256xbf16> {comm.per_rank}, %w_up1: tensor<512x256xbf16> {comm.per_rank},
    %w_down1: tensor<256x512xbf16> {comm.per_rank},
    %final_norm: tensor<512xbf16>) -> tensor<16x512xbf16> {
  %zero = arith.constant 0.0 : f32
  %one_f32 = arith.constant 1.0 : f32
  %ones = arith.constant dense<1.0> : tensor<512xf32>
  %ones_head = arith.constant dense<1.0> : tensor<64xf32>
  %empty_256 = tensor.empty() : tensor<16x256xf32>
  %empty_512 = tensor.empty() : tensor<16x512xf32>
  %ebf16_128 = tensor.empty() : tensor<16x128xbf16>
  %ebf16_256 = tensor.empty() : tensor<16x256xbf16>

  // Embedding.
  %resid0 = comm.all_reduce %embedding on @tp : tensor<16x512xbf16>
  %x0_wf = arith.extf %input_norm0 : tensor<512xbf16> to tensor<512xf32>
  %x0_gamma = arith.addf %x0_wf, %ones : tensor<512xf32>
  %x0 = norm.rms_norm %resid0 weight(%x0_gamma : tensor<512xf32>) {epsilon = 1.0e-6 : f32} : tensor<16x512xbf16>

  // Layer 0, attention.
  %qkv0_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<16x512xf32>) -> tensor<16x512xf32>
  %qkv0_f32 = linalg.matmul ins(%x0, %w_qkv0 : tensor<16x512xbf16>, tensor<512x512xbf16>)
                 outs(%qkv0_init : tensor<16x512xf32>) -> tensor<16x512xf32>
  %qkv0 = arith.truncf %qkv0_f32 : tensor<16x512xf32> to tensor<16x512xbf16>
  %q0 = tensor.extract_slice %qkv0[0, 0] [16, 128] [1, 1] : tensor<16x512xbf16> to tensor<16x128xbf16>
  %k0 = tensor.extract_slice %qkv0[0, 128] [16, 128] [1, 1] : tensor<16x512xbf16> to tensor<16x128xbf16>
  %v0 = tensor.extract_slice %qkv0[0, 256] [16, 128] [1, 1] : tensor<16x512xbf16> to tensor<16x128xbf16>
  %g0 = tensor.extract_slice %qkv0[0, 384] [16, 128] [1, 1] : tensor<16x512xbf16> to tensor<16x128xbf16>
  %qn0_heads = tensor.expand_shape %q0 [[0], [1, 2]] output_shape [16, 2, 64] : tensor<16x128xbf16> into tensor<16x2x64xbf16>
  %qn0_wf = arith.extf %q_norm0 : tensor<64xbf16> to tensor<64xf32>
  %qn0_gamma = arith.addf %ones_head, %qn0_wf : tensor<64xf32>
  %qn0_normed = norm.rms_norm %qn0_heads weight(%qn0_gamma : tensor<64xf32>) {epsilon = 1.0e-6 : f32} : tensor<16x2x64xbf16>
  %qn0 = tensor.collapse_shape %qn0_normed [[0], [1, 2]] : tensor<16x2x64xbf16> into tensor<16x128xbf16>
  %kn0_heads = tensor.expand_shape %k0 [[0], [1, 2]] output_shape [16, 2, 64] : tensor<16x128xbf16> into tensor<16x2x64xbf16>
  %kn0_wf = arith.extf %k_norm0 : tensor<64xbf16> to tensor<64xf32>
  %kn0_gamma = arith.addf %ones_head, %kn0_wf : tensor<64xf32>
  %kn0_normed = norm.rms_norm %kn0_heads weight(%kn0_gamma : tensor<64xf32>) {epsilon = 1.0e-6 : f32} : tensor<16x2x64xbf16>
  %kn0 = tensor.collapse_shape %kn0_normed [[0], [1, 2]] : tensor<16x2x64xbf16> into tensor<16x128xbf16>
  %attn0 = linalg.generic {
      indexing_maps = [#id, #id, #id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%qn0, %kn0, %v0 : tensor<16x128xbf16>, tensor<16x128xbf16>, tensor<16x128xbf16>)
      outs(%ebf16_128 : tensor<16x128xbf16>) {
    ^bb0(%a0: bf16, %a1: bf16, %a2: bf16, %unused: bf16):
      %score = arith.mulf %a0, %a1 : bf16
      %value = arith.addf %score, %a2 : bf16
      linalg.yield %value : bf16
    } -> tensor<16x128xbf16>
  %gated0 = linalg.generic {
      indexing_maps = [#id, #id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%g0, %attn0 : tensor<16x128xbf16>, tensor<16x128xbf16>)
      outs(%ebf16_128 : tensor<16x128xbf16>) {
    ^bb0(%a0: bf16, %a1: bf16, %unused: bf16):
      %g = arith.extf %a0 : bf16 to f32
      %negative = arith.negf %g : f32
      %exp = math.exp %negative : f32
      %denominator = arith.addf %exp, %one_f32 : f32
      %sigmoid = arith.divf %one_f32, %denominator : f32
      %sigmoid_bf16 = arith.truncf %sigmoid : f32 to bf16
      %value = arith.mulf %sigmoid_bf16, %a1 : bf16
      linalg.yield %value : bf16
    } -> tensor<16x128xbf16>
  %o0_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<16x512xf32>) -> tensor<16x512xf32>
  %o0_f32 = linalg.matmul ins(%gated0, %w_o0 : tensor<16x128xbf16>, tensor<128x512xbf16>)
                 outs(%o0_init : tensor<16x512xf32>) -> tensor<16x512xf32>
  %o0 = arith.truncf %o0_f32 : tensor<16x512xf32> to tensor<16x512xbf16>
  %attn_out0 = comm.all_reduce %o0 on @tp : tensor<16x512xbf16>
  %resid_attn0 = arith.addf %attn_out0, %resid0 : tensor<16x512xbf16>
  %h0_wf = arith.extf %post_norm0 : tensor<512xbf16> to tensor<512xf32>
  %h0_gamma = arith.addf %h0_wf, %ones : tensor<512xf32>
  %h0 = norm.rms_norm %resid_attn0 weight(%h0_gamma : tensor<512xf32>) {epsilon = 1.0e-6 : f32} : tensor<16x512xbf16>

  // Layer 0, MLP.
  %gate0_init = linalg.fill ins(%zero : f32) outs(%empty_256 : tensor<16x256xf32>) -> tensor<16x256xf32>
  %gate0_f32 = linalg.matmul ins(%h0, %w_gate0 : tensor<16x512xbf16>, tensor<512x256xbf16>)
                 outs(%gate0_init : tensor<16x256xf32>) -> tensor<16x256xf32>
  %gate0 = arith.truncf %gate0_f32 : tensor<16x256xf32> to tensor<16x256xbf16>
  %up0_init = linalg.fill ins(%zero : f32) outs(%empty_256 : tensor<16x256xf32>) -> tensor<16x256xf32>
  %up0_f32 = linalg.matmul ins(%h0, %w_up0 : tensor<16x512xbf16>, tensor<512x256xbf16>)
                 outs(%up0_init : tensor<16x256xf32>) -> tensor<16x256xf32>
  %up0 = arith.truncf %up0_f32 : tensor<16x256xf32> to tensor<16x256xbf16>
  %act0 = linalg.generic {
      indexing_maps = [#id, #id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%gate0, %up0 : tensor<16x256xbf16>, tensor<16x256xbf16>)
      outs(%ebf16_256 : tensor<16x256xbf16>) {
    ^bb0(%a0: bf16, %a1: bf16, %unused: bf16):
      %g = arith.extf %a0 : bf16 to f32
      %negative = arith.negf %g : f32
      %exp = math.exp %negative : f32
      %denominator = arith.addf %exp, %one_f32 : f32
      %silu = arith.divf %g, %denominator : f32
      %silu_bf16 = arith.truncf %silu : f32 to bf16
      %value = arith.mulf %silu_bf16, %a1 : bf16
      linalg.yield %value : bf16
    } -> tensor<16x256xbf16>
  %down0_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<16x512xf32>) -> tensor<16x512xf32>
  %down0_f32 = linalg.matmul ins(%act0, %w_down0 : tensor<16x256xbf16>, tensor<256x512xbf16>)
                 outs(%down0_init : tensor<16x512xf32>) -> tensor<16x512xf32>
  %down0 = arith.truncf %down0_f32 : tensor<16x512xf32> to tensor<16x512xbf16>
  %mlp_out0 = comm.all_reduce %down0 on @tp : tensor<16x512xbf16>
  %resid1 = arith.addf %resid_attn0, %mlp_out0 : tensor<16x512xbf16>
  %x1_wf = arith.extf %input_norm1 : tensor<512xbf16> to tensor<512xf32>
  %x1_gamma = arith.addf %x1_wf, %ones : tensor<512xf32>
  %x1 = norm.rms_norm %resid1 weight(%x1_gamma : tensor<512xf32>) {epsilon = 1.0e-6 : f32} : tensor<16x512xbf16>

  // Layer 1, attention.
  %qkv1_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<16x512xf32>) -> tensor<16x512xf32>
  %qkv1_f32 = linalg.matmul ins(%x1, %w_qkv1 : tensor<16x512xbf16>, tensor<512x512xbf16>)
                 outs(%qkv1_init : tensor<16x512xf32>) -> tensor<16x512xf32>
  %qkv1 = arith.truncf %qkv1_f32 : tensor<16x512xf32> to tensor<16x512xbf16>
  %q1 = tensor.extract_slice %qkv1[0, 0] [16, 128] [1, 1] : tensor<16x512xbf16> to tensor<16x128xbf16>
  %k1 = tensor.extract_slice %qkv1[0, 128] [16, 128] [1, 1] : tensor<16x512xbf16> to tensor<16x128xbf16>
  %v1 = tensor.extract_slice %qkv1[0, 256] [16, 128] [1, 1] : tensor<16x512xbf16> to tensor<16x128xbf16>
  %g1 = tensor.extract_slice %qkv1[0, 384] [16, 128] [1, 1] : tensor<16x512xbf16> to tensor<16x128xbf16>
  %qn1_heads = tensor.expand_shape %q1 [[0], [1, 2]] output_shape [16, 2, 64] : tensor<16x128xbf16> into tensor<16x2x64xbf16>
  %qn1_wf = arith.extf %q_norm1 : tensor<64xbf16> to tensor<64xf32>
  %qn1_gamma = arith.addf %ones_head, %qn1_wf : tensor<64xf32>
  %qn1_normed = norm.rms_norm %qn1_heads weight(%qn1_gamma : tensor<64xf32>) {epsilon = 1.0e-6 : f32} : tensor<16x2x64xbf16>
  %qn1 = tensor.collapse_shape %qn1_normed [[0], [1, 2]] : tensor<16x2x64xbf16> into tensor<16x128xbf16>
  %kn1_heads = tensor.expand_shape %k1 [[0], [1, 2]] output_shape [16, 2, 64] : tensor<16x128xbf16> into tensor<16x2x64xbf16>
  %kn1_wf = arith.extf %k_norm1 : tensor<64xbf16> to tensor<64xf32>
  %kn1_gamma = arith.addf %ones_head, %kn1_wf : tensor<64xf32>
  %kn1_normed = norm.rms_norm %kn1_heads weight(%kn1_gamma : tensor<64xf32>) {epsilon = 1.0e-6 : f32} : tensor<16x2x64xbf16>
  %kn1 = tensor.collapse_shape %kn1_normed [[0], [1, 2]] : tensor<16x2x64xbf16> into tensor<16x128xbf16>
  %attn1 = linalg.generic {
      indexing_maps = [#id, #id, #id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%qn1, %kn1, %v1 : tensor<16x128xbf16>, tensor<16x128xbf16>, tensor<16x128xbf16>)
      outs(%ebf16_128 : tensor<16x128xbf16>) {
    ^bb0(%a0: bf16, %a1: bf16, %a2: bf16, %unused: bf16):
      %score = arith.mulf %a0, %a1 : bf16
      %value = arith.addf %score, %a2 : bf16
      linalg.yield %value : bf16
    } -> tensor<16x128xbf16>
  %gated1 = linalg.generic {
      indexing_maps = [#id, #id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%g1, %attn1 : tensor<16x128xbf16>, tensor<16x128xbf16>)
      outs(%ebf16_128 : tensor<16x128xbf16>) {
    ^bb0(%a0: bf16, %a1: bf16, %unused: bf16):
      %g = arith.extf %a0 : bf16 to f32
      %negative = arith.negf %g : f32
      %exp = math.exp %negative : f32
      %denominator = arith.addf %exp, %one_f32 : f32
      %sigmoid = arith.divf %one_f32, %denominator : f32
      %sigmoid_bf16 = arith.truncf %sigmoid : f32 to bf16
      %value = arith.mulf %sigmoid_bf16, %a1 : bf16
      linalg.yield %value : bf16
    } -> tensor<16x128xbf16>
  %o1_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<16x512xf32>) -> tensor<16x512xf32>
  %o1_f32 = linalg.matmul ins(%gated1, %w_o1 : tensor<16x128xbf16>, tensor<128x512xbf16>)
                 outs(%o1_init : tensor<16x512xf32>) -> tensor<16x512xf32>
  %o1 = arith.truncf %o1_f32 : tensor<16x512xf32> to tensor<16x512xbf16>
  %attn_out1 = comm.all_reduce %o1 on @tp : tensor<16x512xbf16>
  %resid_attn1 = arith.addf %attn_out1, %resid1 : tensor<16x512xbf16>
  %h1_wf = arith.extf %post_norm1 : tensor<512xbf16> to tensor<512xf32>
  %h1_gamma = arith.addf %h1_wf, %ones : tensor<512xf32>
  %h1 = norm.rms_norm %resid_attn1 weight(%h1_gamma : tensor<512xf32>) {epsilon = 1.0e-6 : f32} : tensor<16x512xbf16>

  // Layer 1, MLP.
  %gate1_init = linalg.fill ins(%zero : f32) outs(%empty_256 : tensor<16x256xf32>) -> tensor<16x256xf32>
  %gate1_f32 = linalg.matmul ins(%h1, %w_gate1 : tensor<16x512xbf16>, tensor<512x256xbf16>)
                 outs(%gate1_init : tensor<16x256xf32>) -> tensor<16x256xf32>
  %gate1 = arith.truncf %gate1_f32 : tensor<16x256xf32> to tensor<16x256xbf16>
  %up1_init = linalg.fill ins(%zero : f32) outs(%empty_256 : tensor<16x256xf32>) -> tensor<16x256xf32>
  %up1_f32 = linalg.matmul ins(%h1, %w_up1 : tensor<16x512xbf16>, tensor<512x256xbf16>)
                 outs(%up1_init : tensor<16x256xf32>) -> tensor<16x256xf32>
  %up1 = arith.truncf %up1_f32 : tensor<16x256xf32> to tensor<16x256xbf16>
  %act1 = linalg.generic {
      indexing_maps = [#id, #id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%gate1, %up1 : tensor<16x256xbf16>, tensor<16x256xbf16>)
      outs(%ebf16_256 : tensor<16x256xbf16>) {
    ^bb0(%a0: bf16, %a1: bf16, %unused: bf16):
      %g = arith.extf %a0 : bf16 to f32
      %negative = arith.negf %g : f32
      %exp = math.exp %negative : f32
      %denominator = arith.addf %exp, %one_f32 : f32
      %silu = arith.divf %g, %denominator : f32
      %silu_bf16 = arith.truncf %silu : f32 to bf16
      %value = arith.mulf %silu_bf16, %a1 : bf16
      linalg.yield %value : bf16
    } -> tensor<16x256xbf16>
  %down1_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<16x512xf32>) -> tensor<16x512xf32>
  %down1_f32 = linalg.matmul ins(%act1, %w_down1 : tensor<16x256xbf16>, tensor<256x512xbf16>)
                 outs(%down1_init : tensor<16x512xf32>) -> tensor<16x512xf32>
  %down1 = arith.truncf %down1_f32 : tensor<16x512xf32> to tensor<16x512xbf16>
  %mlp_out1 = comm.all_reduce %down1 on @tp : tensor<16x512xbf16>
  %resid2 = arith.addf %resid_attn1, %mlp_out1 : tensor<16x512xbf16>
  %x2_wf = arith.extf %final_norm : tensor<512xbf16> to tensor<512xf32>
  %x2_gamma = arith.addf %x2_wf, %ones : tensor<512xf32>
  %x2 = norm.rms_norm %resid2 weight(%x2_gamma : tensor<512xf32>) {epsilon = 1.0e-6 : f32} : tensor<16x512xbf16>

  return %x2 : tensor<16x512xbf16>
}
