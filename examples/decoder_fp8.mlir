// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two tensor-parallel decoder layers like those of Llama, quantized as vLLM's
// dynamic FP8: each norm is quantized to f8E4M3FN with one scale for each token,
// and weights are f8E4M3FN with one scale for each channel. Products are scaled
// after the sum. The projections back to the residual stream read no norm and
// stay bf16. Attention is reduced to its projections, as in decoder_llama.mlir.

#id = affine_map<(d0, d1) -> (d0, d1)>
#token = affine_map<(d0, d1) -> (d0, 0)>
#channel = affine_map<(d0, d1) -> (d1)>
#lhs = affine_map<(m, n, k) -> (m, k)>
#rhs = affine_map<(m, n, k) -> (n, k)>
#out = affine_map<(m, n, k) -> (m, n)>

comm.group @tp

func.func @decoder_fp8(
    %embedding: tensor<4x512xbf16> {comm.per_rank},
    %input_norm0: tensor<512xbf16>, %post_norm0: tensor<512xbf16>,
    %w_qkv0: tensor<384x512xf8E4M3FN> {comm.per_rank}, %s_qkv0: tensor<384xf32> {comm.per_rank},
    %w_o0: tensor<128x512xbf16> {comm.per_rank},
    %w_gate_up0: tensor<512x512xf8E4M3FN> {comm.per_rank}, %s_gate_up0: tensor<512xf32> {comm.per_rank},
    %w_down0: tensor<256x512xbf16> {comm.per_rank},
    %input_norm1: tensor<512xbf16>, %post_norm1: tensor<512xbf16>,
    %w_qkv1: tensor<384x512xf8E4M3FN> {comm.per_rank}, %s_qkv1: tensor<384xf32> {comm.per_rank},
    %w_o1: tensor<128x512xbf16> {comm.per_rank},
    %w_gate_up1: tensor<512x512xf8E4M3FN> {comm.per_rank}, %s_gate_up1: tensor<512xf32> {comm.per_rank},
    %w_down1: tensor<256x512xbf16> {comm.per_rank},
    %final_norm: tensor<512xbf16>) -> tensor<4x512xbf16> {
  %zero = arith.constant 0.0 : f32
  %one_f32 = arith.constant 1.0 : f32
  %empty_384 = tensor.empty() : tensor<4x384xf32>
  %empty_512 = tensor.empty() : tensor<4x512xf32>
  %ebf16_128 = tensor.empty() : tensor<4x128xbf16>
  %ebf16_256 = tensor.empty() : tensor<4x256xbf16>
  %ebf16_384 = tensor.empty() : tensor<4x384xbf16>
  %ebf16_512 = tensor.empty() : tensor<4x512xbf16>

  // Embedding.
  %resid0 = comm.all_reduce %embedding on @tp : tensor<4x512xbf16>
  %x0 = norm.rms_norm %resid0 weight(%input_norm0 : tensor<512xbf16>)
    {epsilon = 1.0e-5 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<4x512xbf16>
  %x0_q, %x0_s = norm.quantize %x0 {scheme = #norm.scheme<per_token>}
    : tensor<4x512xbf16> -> tensor<4x512xf8E4M3FN>, tensor<4x1xf32>

  // Layer 0, attention.
  %qkv0_init = linalg.fill ins(%zero : f32) outs(%empty_384 : tensor<4x384xf32>) -> tensor<4x384xf32>
  %qkv0_sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out]
                  ins(%x0_q, %w_qkv0 : tensor<4x512xf8E4M3FN>, tensor<384x512xf8E4M3FN>)
                  outs(%qkv0_init : tensor<4x384xf32>) -> tensor<4x384xf32>
  %qkv0 = linalg.generic {
      indexing_maps = [#id, #token, #channel, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%qkv0_sum, %x0_s, %s_qkv0 : tensor<4x384xf32>, tensor<4x1xf32>, tensor<384xf32>)
      outs(%ebf16_384 : tensor<4x384xbf16>) {
    ^bb0(%sum: f32, %token: f32, %channel: f32, %unused: bf16):
      %by_token = arith.mulf %sum, %token : f32
      %scaled = arith.mulf %by_token, %channel : f32
      %value = arith.truncf %scaled : f32 to bf16
      linalg.yield %value : bf16
    } -> tensor<4x384xbf16>
  %q0 = tensor.extract_slice %qkv0[0, 0] [4, 128] [1, 1] : tensor<4x384xbf16> to tensor<4x128xbf16>
  %k0 = tensor.extract_slice %qkv0[0, 128] [4, 128] [1, 1] : tensor<4x384xbf16> to tensor<4x128xbf16>
  %v0 = tensor.extract_slice %qkv0[0, 256] [4, 128] [1, 1] : tensor<4x384xbf16> to tensor<4x128xbf16>
  %attn0 = linalg.generic {
      indexing_maps = [#id, #id, #id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%q0, %k0, %v0 : tensor<4x128xbf16>, tensor<4x128xbf16>, tensor<4x128xbf16>)
      outs(%ebf16_128 : tensor<4x128xbf16>) {
    ^bb0(%a0: bf16, %a1: bf16, %a2: bf16, %unused: bf16):
      %score = arith.mulf %a0, %a1 : bf16
      %value = arith.addf %score, %a2 : bf16
      linalg.yield %value : bf16
    } -> tensor<4x128xbf16>
  %o0_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<4x512xf32>) -> tensor<4x512xf32>
  %o0_f32 = linalg.matmul ins(%attn0, %w_o0 : tensor<4x128xbf16>, tensor<128x512xbf16>)
                 outs(%o0_init : tensor<4x512xf32>) -> tensor<4x512xf32>
  %o0 = arith.truncf %o0_f32 : tensor<4x512xf32> to tensor<4x512xbf16>
  %attn_out0 = comm.all_reduce %o0 on @tp : tensor<4x512xbf16>
  %resid_attn0 = arith.addf %attn_out0, %resid0 : tensor<4x512xbf16>
  %h0 = norm.rms_norm %resid_attn0 weight(%post_norm0 : tensor<512xbf16>)
    {epsilon = 1.0e-5 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<4x512xbf16>
  %h0_q, %h0_s = norm.quantize %h0 {scheme = #norm.scheme<per_token>}
    : tensor<4x512xbf16> -> tensor<4x512xf8E4M3FN>, tensor<4x1xf32>

  // Layer 0, MLP.
  %gate_up0_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<4x512xf32>) -> tensor<4x512xf32>
  %gate_up0_sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out]
                  ins(%h0_q, %w_gate_up0 : tensor<4x512xf8E4M3FN>, tensor<512x512xf8E4M3FN>)
                  outs(%gate_up0_init : tensor<4x512xf32>) -> tensor<4x512xf32>
  %gate_up0 = linalg.generic {
      indexing_maps = [#id, #token, #channel, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%gate_up0_sum, %h0_s, %s_gate_up0 : tensor<4x512xf32>, tensor<4x1xf32>, tensor<512xf32>)
      outs(%ebf16_512 : tensor<4x512xbf16>) {
    ^bb0(%sum: f32, %token: f32, %channel: f32, %unused: bf16):
      %by_token = arith.mulf %sum, %token : f32
      %scaled = arith.mulf %by_token, %channel : f32
      %value = arith.truncf %scaled : f32 to bf16
      linalg.yield %value : bf16
    } -> tensor<4x512xbf16>
  %gate0 = tensor.extract_slice %gate_up0[0, 0] [4, 256] [1, 1] : tensor<4x512xbf16> to tensor<4x256xbf16>
  %up0 = tensor.extract_slice %gate_up0[0, 256] [4, 256] [1, 1] : tensor<4x512xbf16> to tensor<4x256xbf16>
  %act0 = linalg.generic {
      indexing_maps = [#id, #id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%gate0, %up0 : tensor<4x256xbf16>, tensor<4x256xbf16>)
      outs(%ebf16_256 : tensor<4x256xbf16>) {
    ^bb0(%a0: bf16, %a1: bf16, %unused: bf16):
      %g = arith.extf %a0 : bf16 to f32
      %negative = arith.negf %g : f32
      %exp = math.exp %negative : f32
      %denominator = arith.addf %exp, %one_f32 : f32
      %silu = arith.divf %g, %denominator : f32
      %silu_bf16 = arith.truncf %silu : f32 to bf16
      %value = arith.mulf %silu_bf16, %a1 : bf16
      linalg.yield %value : bf16
    } -> tensor<4x256xbf16>
  %down0_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<4x512xf32>) -> tensor<4x512xf32>
  %down0_f32 = linalg.matmul ins(%act0, %w_down0 : tensor<4x256xbf16>, tensor<256x512xbf16>)
                 outs(%down0_init : tensor<4x512xf32>) -> tensor<4x512xf32>
  %down0 = arith.truncf %down0_f32 : tensor<4x512xf32> to tensor<4x512xbf16>
  %mlp_out0 = comm.all_reduce %down0 on @tp : tensor<4x512xbf16>
  %resid1 = arith.addf %resid_attn0, %mlp_out0 : tensor<4x512xbf16>
  %x1 = norm.rms_norm %resid1 weight(%input_norm1 : tensor<512xbf16>)
    {epsilon = 1.0e-5 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<4x512xbf16>
  %x1_q, %x1_s = norm.quantize %x1 {scheme = #norm.scheme<per_token>}
    : tensor<4x512xbf16> -> tensor<4x512xf8E4M3FN>, tensor<4x1xf32>

  // Layer 1, attention.
  %qkv1_init = linalg.fill ins(%zero : f32) outs(%empty_384 : tensor<4x384xf32>) -> tensor<4x384xf32>
  %qkv1_sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out]
                  ins(%x1_q, %w_qkv1 : tensor<4x512xf8E4M3FN>, tensor<384x512xf8E4M3FN>)
                  outs(%qkv1_init : tensor<4x384xf32>) -> tensor<4x384xf32>
  %qkv1 = linalg.generic {
      indexing_maps = [#id, #token, #channel, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%qkv1_sum, %x1_s, %s_qkv1 : tensor<4x384xf32>, tensor<4x1xf32>, tensor<384xf32>)
      outs(%ebf16_384 : tensor<4x384xbf16>) {
    ^bb0(%sum: f32, %token: f32, %channel: f32, %unused: bf16):
      %by_token = arith.mulf %sum, %token : f32
      %scaled = arith.mulf %by_token, %channel : f32
      %value = arith.truncf %scaled : f32 to bf16
      linalg.yield %value : bf16
    } -> tensor<4x384xbf16>
  %q1 = tensor.extract_slice %qkv1[0, 0] [4, 128] [1, 1] : tensor<4x384xbf16> to tensor<4x128xbf16>
  %k1 = tensor.extract_slice %qkv1[0, 128] [4, 128] [1, 1] : tensor<4x384xbf16> to tensor<4x128xbf16>
  %v1 = tensor.extract_slice %qkv1[0, 256] [4, 128] [1, 1] : tensor<4x384xbf16> to tensor<4x128xbf16>
  %attn1 = linalg.generic {
      indexing_maps = [#id, #id, #id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%q1, %k1, %v1 : tensor<4x128xbf16>, tensor<4x128xbf16>, tensor<4x128xbf16>)
      outs(%ebf16_128 : tensor<4x128xbf16>) {
    ^bb0(%a0: bf16, %a1: bf16, %a2: bf16, %unused: bf16):
      %score = arith.mulf %a0, %a1 : bf16
      %value = arith.addf %score, %a2 : bf16
      linalg.yield %value : bf16
    } -> tensor<4x128xbf16>
  %o1_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<4x512xf32>) -> tensor<4x512xf32>
  %o1_f32 = linalg.matmul ins(%attn1, %w_o1 : tensor<4x128xbf16>, tensor<128x512xbf16>)
                 outs(%o1_init : tensor<4x512xf32>) -> tensor<4x512xf32>
  %o1 = arith.truncf %o1_f32 : tensor<4x512xf32> to tensor<4x512xbf16>
  %attn_out1 = comm.all_reduce %o1 on @tp : tensor<4x512xbf16>
  %resid_attn1 = arith.addf %attn_out1, %resid1 : tensor<4x512xbf16>
  %h1 = norm.rms_norm %resid_attn1 weight(%post_norm1 : tensor<512xbf16>)
    {epsilon = 1.0e-5 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<4x512xbf16>
  %h1_q, %h1_s = norm.quantize %h1 {scheme = #norm.scheme<per_token>}
    : tensor<4x512xbf16> -> tensor<4x512xf8E4M3FN>, tensor<4x1xf32>

  // Layer 1, MLP.
  %gate_up1_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<4x512xf32>) -> tensor<4x512xf32>
  %gate_up1_sum = linalg.matmul indexing_maps = [#lhs, #rhs, #out]
                  ins(%h1_q, %w_gate_up1 : tensor<4x512xf8E4M3FN>, tensor<512x512xf8E4M3FN>)
                  outs(%gate_up1_init : tensor<4x512xf32>) -> tensor<4x512xf32>
  %gate_up1 = linalg.generic {
      indexing_maps = [#id, #token, #channel, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%gate_up1_sum, %h1_s, %s_gate_up1 : tensor<4x512xf32>, tensor<4x1xf32>, tensor<512xf32>)
      outs(%ebf16_512 : tensor<4x512xbf16>) {
    ^bb0(%sum: f32, %token: f32, %channel: f32, %unused: bf16):
      %by_token = arith.mulf %sum, %token : f32
      %scaled = arith.mulf %by_token, %channel : f32
      %value = arith.truncf %scaled : f32 to bf16
      linalg.yield %value : bf16
    } -> tensor<4x512xbf16>
  %gate1 = tensor.extract_slice %gate_up1[0, 0] [4, 256] [1, 1] : tensor<4x512xbf16> to tensor<4x256xbf16>
  %up1 = tensor.extract_slice %gate_up1[0, 256] [4, 256] [1, 1] : tensor<4x512xbf16> to tensor<4x256xbf16>
  %act1 = linalg.generic {
      indexing_maps = [#id, #id, #id],
      iterator_types = ["parallel", "parallel"]}
      ins(%gate1, %up1 : tensor<4x256xbf16>, tensor<4x256xbf16>)
      outs(%ebf16_256 : tensor<4x256xbf16>) {
    ^bb0(%a0: bf16, %a1: bf16, %unused: bf16):
      %g = arith.extf %a0 : bf16 to f32
      %negative = arith.negf %g : f32
      %exp = math.exp %negative : f32
      %denominator = arith.addf %exp, %one_f32 : f32
      %silu = arith.divf %g, %denominator : f32
      %silu_bf16 = arith.truncf %silu : f32 to bf16
      %value = arith.mulf %silu_bf16, %a1 : bf16
      linalg.yield %value : bf16
    } -> tensor<4x256xbf16>
  %down1_init = linalg.fill ins(%zero : f32) outs(%empty_512 : tensor<4x512xf32>) -> tensor<4x512xf32>
  %down1_f32 = linalg.matmul ins(%act1, %w_down1 : tensor<4x256xbf16>, tensor<256x512xbf16>)
                 outs(%down1_init : tensor<4x512xf32>) -> tensor<4x512xf32>
  %down1 = arith.truncf %down1_f32 : tensor<4x512xf32> to tensor<4x512xbf16>
  %mlp_out1 = comm.all_reduce %down1 on @tp : tensor<4x512xbf16>
  %resid2 = arith.addf %resid_attn1, %mlp_out1 : tensor<4x512xbf16>
  %x2 = norm.rms_norm %resid2 weight(%final_norm : tensor<512xbf16>)
    {epsilon = 1.0e-5 : f32, rounding = #norm.rounding<round_then_scale>} : tensor<4x512xbf16>

  return %x2 : tensor<4x512xbf16>
}
