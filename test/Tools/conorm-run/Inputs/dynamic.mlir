// One site on a dynamic number of rows; the residual may be overwritten.
comm.group @tp

func.func @site(%x: tensor<?x64xbf16> {comm.per_rank},
                %residual: tensor<?x64xbf16> {comm.donated},
                %weight: tensor<64xbf16>)
    -> (tensor<?x64xbf16>, tensor<?x64xbf16>) {
  %reduced = comm.all_reduce %x on @tp : tensor<?x64xbf16>
  %normed, %sum = norm.add_rms_norm %reduced, %residual weight(%weight : tensor<64xbf16>) {epsilon = 1.0e-6 : f32} : tensor<?x64xbf16>, tensor<?x64xbf16>
  return %normed, %sum : tensor<?x64xbf16>, tensor<?x64xbf16>
}
