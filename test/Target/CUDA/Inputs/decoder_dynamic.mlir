// A layer whose number of tokens is known when it runs.
comm.group @tp

#tokens = affine_map<(d0, d1) -> (d0, d1)>

func.func @layer(%x: tensor<?x512xbf16> {comm.per_rank}, %residual: tensor<?x512xbf16>,
                 %norm: tensor<512xbf16>, %up: tensor<512x256xbf16>,
                 %down: tensor<256x512xbf16>) -> (tensor<?x512xbf16>, tensor<?x512xbf16>) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %t = tensor.dim %x, %c0 : tensor<?x512xbf16>
  %sum = comm.all_reduce %x on @tp : tensor<?x512xbf16>
  %y, %r = norm.add_rms_norm %sum, %residual weight(%norm : tensor<512xbf16>) {epsilon = 1.0e-5 : f32}
    : tensor<?x512xbf16>, tensor<?x512xbf16>
  %e0 = tensor.empty(%t) : tensor<?x256xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<?x256xf32>) -> tensor<?x256xf32>
  %m0 = linalg.matmul ins(%y, %up : tensor<?x512xbf16>, tensor<512x256xbf16>)
    outs(%f0 : tensor<?x256xf32>) -> tensor<?x256xf32>
  %e1 = tensor.empty(%t) : tensor<?x256xbf16>
  %act = linalg.generic {indexing_maps = [#tokens, #tokens], iterator_types = ["parallel", "parallel"]}
      ins(%m0 : tensor<?x256xf32>) outs(%e1 : tensor<?x256xbf16>) {
  ^bb0(%v: f32, %o: bf16):
    %a = math.tanh %v : f32
    %b = arith.truncf %a : f32 to bf16
    linalg.yield %b : bf16
  } -> tensor<?x256xbf16>
  %e2 = tensor.empty(%t) : tensor<?x512xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<?x512xf32>) -> tensor<?x512xf32>
  %m2 = linalg.matmul ins(%act, %down : tensor<?x256xbf16>, tensor<256x512xbf16>)
    outs(%f2 : tensor<?x512xf32>) -> tensor<?x512xf32>
  %out = arith.truncf %m2 : tensor<?x512xf32> to tensor<?x512xbf16>
  return %out, %r : tensor<?x512xbf16>, tensor<?x512xbf16>
}
