#id = affine_map<(d0, d1) -> (d0, d1)>
comm.group @tp
func.func @f(%x: tensor<4x8xf32>) -> tensor<4x8xvector<2xbf16>> {
  %a = comm.all_reduce %x on @tp : tensor<4x8xf32>
  %e = tensor.empty() : tensor<4x8xvector<2xbf16>>
  %g = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
    ins(%a : tensor<4x8xf32>) outs(%e : tensor<4x8xvector<2xbf16>>) {
  ^bb0(%i: f32, %o: vector<2xbf16>):
    %v = vector.broadcast %i : f32 to vector<2xf32>
    %s = arith.addf %v, %v : vector<2xf32>
    %t = arith.truncf %s : vector<2xf32> to vector<2xbf16>
    linalg.yield %t : vector<2xbf16>
  } -> tensor<4x8xvector<2xbf16>>
  return %g : tensor<4x8xvector<2xbf16>>
}
