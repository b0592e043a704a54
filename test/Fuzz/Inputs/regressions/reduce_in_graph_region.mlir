comm.group @tp
%a = comm.all_reduce %a on @tp : tensor<4x8xbf16>
