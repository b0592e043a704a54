// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two tensor-parallel decoder layers like those of Llama. The norms round
// before they scale, as in Hugging Face's Llama. Attention is reduced to its
// projections: q * k + v stands in for rotary embedding and softmax.
//
// The embedding is vocabulary-parallel, so each rank has a part of the sum. The
// group has no size, so the model runs on any number of ranks.

#id = affine_map<(d0, d1) -> (d0, d1)>

comm.group @tp

func.func @decoder_llama(
    %embedding: tensor<16x512xbf16> {comm.per_rank},
    %input_norm0: tensor<512xbf16>, %post_norm0: tensor<512xbf16>,
    %w_qkv0: tensor<512x384xbf16> {comm.per_rank}, %w_o0: tensor<128x512xbf16> {comm.per_rank},
    %w_gate0: tensor<512x256xbf16> {comm.per_rank}, %w_up0: tensor<512x256xbf16> {comm.per_rank},
    %w_down0: tensor<256x512xbf16> {comm.per_rank},
    %input_norm1: tensor<512xbf16>, %post_norm1: tensor<512xbf16>,
    %w_qkv1: tensor<512x384xbf16> {comm.per_rank}, %w_o1: tensor<128x512xbf16> {comm.per_rank},
    %w_gate1: tensor<512x256xbf16> {comm.per_rank}, %w_up1: tensor<512x256xbf16> {comm.per_rank},
    %w_down1: tensor<256x512xbf16> {comm.per_rank},
    %final_norm: tensor<512xbf16>) -> tensor<16x512xbf16> {
  %zero = arith.constant 0.0 : f32
  %one_f32 = arith.constant 1.0 : f32
  %empty_256 = tensor.empty() : tensor<16x256xf32>
  %empty_384 = tensor.empty() : tensor<16x384xf32>
  %empty_512 = tensor.empty() : tensor<16x512xf32>
  %ebf16_128 = tensor.empty() : tensor<16x128xbf16>
  %ebf16_256 = tensor.empty() : tensor<16x256xbf16>

  // Embedding.
  %resid0 = comm.all_reduce %embedding on @tp : tensor<16x512xbf16>
  %x0 = norm.rms_norm %resid0 weight(%input_norm0 : tensor<512xbf16>)
    {epsilon = 1.0e-5 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<16x512xbf16>

  // Layer 0, attention.
  %qkv0_init = linalg.fill ins(%zero : f32) outs(%empty_384 : tensor<16x384xf32>) -> tensor<16x384xf32>
  %qkv0_f32 = linalg.matmul ins(%x0, %w_qkv0 : tensor<16x512xbf16>, tensor<512x384xbf16>)
                 outs(%qkv0_init : tensor<16x384xf32>) -> tensor<16x384xf32>
  %qkv0 = arith.truncf %qkv0_f32 : tensor<16x384xf32> to tensor<16x384xbf16>
  %q0 = tensor.extract_slice %qkv0[0, 0] [16, 128] [1, 1] : tensor<16x384xbf16> to tensor<16x128xbf16>
  %k0 = tensor.extract_slice %qkv0[0, 128] [16, 128] [1, 1] : tensor<16x384xbf16> to tensor<16x128xbf16>
  %v0 = tensor.extract_slice %qkv0[0, 256] [16, 128] [1, 1] : tensor<16x384xbf16> to tensor<16x128xbf16>
  %attn0 = linalg.generic {
      indexing_maps = [#id, #id, #id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%q0, %k0, %v0 : tensor<16x128xbf16>, tensor<16x128xbf16>, tensor<16x128xbf16>)
      outs(%ebf16_128 : tensor<16x128xbf16>) {
    ^bb0(%a0: bf16, %a1: bf16, %a2: bf16, %unused: bf16):
      %score = arith.mulf %a0, %a1 : bf16
      %value = arith.addf %score, %a2 : bf16
      linalg.yield %value : bf16
    } -> tensor<16x128xbf16>
  %o0_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<16x512xf32>) -> tensor<16x512xf32>
  %o0_f32 = linalg.matmul ins(%attn0, %w_o0 : tensor<16x128xbf16>, tensor<128x512xbf16>)
                 outs(%o0_init : tensor<16x512xf32>) -> tensor<16x512xf32>
  %o0 = arith.truncf %o0_f32 : tensor<16x512xf32> to tensor<16x512xbf16>
  %attn_out0 = comm.all_reduce %o0 on @tp : tensor<16x512xbf16>
  %resid_attn0 = arith.addf %attn_out0, %resid0 : tensor<16x512xbf16>
  %h0 = norm.rms_norm %resid_attn0 weight(%post_norm0 : tensor<512xbf16>)
    {epsilon = 1.0e-5 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<16x512xbf16>

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
  %x1 = norm.rms_norm %resid1 weight(%input_norm1 : tensor<512xbf16>)
    {epsilon = 1.0e-5 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<16x512xbf16>

  // Layer 1, attention.
  %qkv1_init = linalg.fill ins(%zero : f32) outs(%empty_384 : tensor<16x384xf32>) -> tensor<16x384xf32>
  %qkv1_f32 = linalg.matmul ins(%x1, %w_qkv1 : tensor<16x512xbf16>, tensor<512x384xbf16>)
                 outs(%qkv1_init : tensor<16x384xf32>) -> tensor<16x384xf32>
  %qkv1 = arith.truncf %qkv1_f32 : tensor<16x384xf32> to tensor<16x384xbf16>
  %q1 = tensor.extract_slice %qkv1[0, 0] [16, 128] [1, 1] : tensor<16x384xbf16> to tensor<16x128xbf16>
  %k1 = tensor.extract_slice %qkv1[0, 128] [16, 128] [1, 1] : tensor<16x384xbf16> to tensor<16x128xbf16>
  %v1 = tensor.extract_slice %qkv1[0, 256] [16, 128] [1, 1] : tensor<16x384xbf16> to tensor<16x128xbf16>
  %attn1 = linalg.generic {
      indexing_maps = [#id, #id, #id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%q1, %k1, %v1 : tensor<16x128xbf16>, tensor<16x128xbf16>, tensor<16x128xbf16>)
      outs(%ebf16_128 : tensor<16x128xbf16>) {
    ^bb0(%a0: bf16, %a1: bf16, %a2: bf16, %unused: bf16):
      %score = arith.mulf %a0, %a1 : bf16
      %value = arith.addf %score, %a2 : bf16
      linalg.yield %value : bf16
    } -> tensor<16x128xbf16>
  %o1_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<16x512xf32>) -> tensor<16x512xf32>
  %o1_f32 = linalg.matmul ins(%attn1, %w_o1 : tensor<16x128xbf16>, tensor<128x512xbf16>)
                 outs(%o1_init : tensor<16x512xf32>) -> tensor<16x512xf32>
  %o1 = arith.truncf %o1_f32 : tensor<16x512xf32> to tensor<16x512xbf16>
  %attn_out1 = comm.all_reduce %o1 on @tp : tensor<16x512xbf16>
  %resid_attn1 = arith.addf %attn_out1, %resid1 : tensor<16x512xbf16>
  %h1 = norm.rms_norm %resid_attn1 weight(%post_norm1 : tensor<512xbf16>)
    {epsilon = 1.0e-5 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<16x512xbf16>

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
  %x2 = norm.rms_norm %resid2 weight(%final_norm : tensor<512xbf16>)
    {epsilon = 1.0e-5 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<16x512xbf16>

  return %x2 : tensor<16x512xbf16>
}
