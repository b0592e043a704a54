// Reshapes and slices between an all_reduce, its norm and its quantization.
comm.group @tp

func.func @expand(%x: tensor<6x64xbf16> {comm.per_rank}, %r: tensor<2x3x64xbf16>, %w: tensor<64xbf16>) -> (tensor<2x3x64xbf16>, tensor<2x3x64xbf16>, tensor<6x64xbf16>) {
  %0 = comm.all_reduce %x on @tp : tensor<6x64xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 3, 64] : tensor<6x64xbf16> into tensor<2x3x64xbf16>
  %1 = arith.addf %e, %r : tensor<2x3x64xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<64xbf16>) {epsilon = 1.0e-6 : f32} : tensor<2x3x64xbf16>
  return %2, %1, %0 : tensor<2x3x64xbf16>, tensor<2x3x64xbf16>, tensor<6x64xbf16>
}

func.func @dynamic(%x: tensor<?x?x8xbf16> {comm.per_rank}, %r: tensor<?x?x8xbf16>) -> (tensor<?x?x8xbf16>, tensor<?x?x8xbf16>, tensor<?x8xbf16>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c = tensor.collapse_shape %x [[0, 1], [2]] : tensor<?x?x8xbf16> into tensor<?x8xbf16>
  %0 = comm.all_reduce %c on @tp : tensor<?x8xbf16>
  %n = tensor.dim %r, %c0 : tensor<?x?x8xbf16>
  %rows = tensor.dim %0, %c0 : tensor<?x8xbf16>
  %m = arith.divui %rows, %n : index
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [%n, %m, 8] : tensor<?x8xbf16> into tensor<?x?x8xbf16>
  %1 = arith.addf %r, %e : tensor<?x?x8xbf16>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<?x?x8xbf16>
  return %2, %1, %0 : tensor<?x?x8xbf16>, tensor<?x?x8xbf16>, tensor<?x8xbf16>
}

func.func @collapse(%x: tensor<?x?x64xf16> {comm.per_rank}, %r: tensor<?x?x64xf16>) -> (tensor<?x64xf16>, tensor<?x?x64xf16>) {
  %0 = comm.all_reduce %x on @tp : tensor<?x?x64xf16>
  %c = tensor.collapse_shape %0 [[0, 1], [2]] : tensor<?x?x64xf16> into tensor<?x64xf16>
  %s = tensor.collapse_shape %r [[0, 1], [2]] : tensor<?x?x64xf16> into tensor<?x64xf16>
  %1, %2 = norm.add_rms_norm %c, %s {epsilon = 1.0e-6 : f32} : tensor<?x64xf16>, tensor<?x64xf16>
  return %1, %0 : tensor<?x64xf16>, tensor<?x?x64xf16>
}

func.func @reshape(%x: tensor<6x64xf32> {comm.per_rank}, %r: tensor<3x?x64xf32>) -> (tensor<3x?x64xf32>, tensor<6x64xf32>) {
  %shape = arith.constant dense<[3, 2, 64]> : tensor<3xindex>
  %0 = comm.all_reduce %x on @tp : tensor<6x64xf32>
  %e = tensor.reshape %0(%shape) : (tensor<6x64xf32>, tensor<3xindex>) -> tensor<3x2x64xf32>
  %s = tensor.extract_slice %r[0, 0, 0] [3, 2, 64] [1, 1, 1] : tensor<3x?x64xf32> to tensor<3x2x64xf32>
  %1 = arith.addf %e, %s : tensor<3x2x64xf32>
  %2 = norm.rms_norm %1 {epsilon = 1.0e-6 : f32} : tensor<3x2x64xf32>
  %3 = tensor.cast %2 : tensor<3x2x64xf32> to tensor<3x?x64xf32>
  return %3, %0 : tensor<3x?x64xf32>, tensor<6x64xf32>
}

func.func @rows(%x: tensor<6x64xbf16> {comm.per_rank}, %r: tensor<2x3x64xbf16>) -> tensor<2x64xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<6x64xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 3, 64] : tensor<6x64xbf16> into tensor<2x3x64xbf16>
  %1 = arith.addf %e, %r : tensor<2x3x64xbf16>
  %s = tensor.extract_slice %1[0, 2, 0] [2, 1, 64] [1, 1, 1] : tensor<2x3x64xbf16> to tensor<2x64xbf16>
  %2 = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<2x64xbf16>
  return %2 : tensor<2x64xbf16>
}

func.func @rows_read_elsewhere(%x: tensor<6x64xbf16> {comm.per_rank}, %r: tensor<6x64xbf16>) -> (tensor<2x64xbf16>, tensor<6x64xbf16>) {
  %0 = comm.all_reduce %x on @tp : tensor<6x64xbf16>
  %1 = arith.addf %0, %r : tensor<6x64xbf16>
  %s = tensor.extract_slice %1[1, 0] [2, 64] [3, 1] : tensor<6x64xbf16> to tensor<2x64xbf16>
  %2 = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<2x64xbf16>
  return %2, %1 : tensor<2x64xbf16>, tensor<6x64xbf16>
}

func.func @columns(%x: tensor<6x72xbf16> {comm.per_rank}, %r: tensor<6x64xbf16>, %w: tensor<64xbf16>) -> tensor<6x64xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<6x72xbf16>
  %s = tensor.extract_slice %0[0, 8] [6, 64] [1, 1] : tensor<6x72xbf16> to tensor<6x64xbf16>
  %1 = arith.addf %s, %r : tensor<6x64xbf16>
  %2 = norm.rms_norm %1 weight(%w : tensor<64xbf16>) {epsilon = 1.0e-6 : f32} : tensor<6x64xbf16>
  return %2 : tensor<6x64xbf16>
}

func.func @columns_of_sum(%x: tensor<6x72xbf16> {comm.per_rank}, %r: tensor<6x72xbf16>) -> tensor<6x64xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<6x72xbf16>
  %1 = arith.addf %0, %r : tensor<6x72xbf16>
  %s = tensor.extract_slice %1[0, 0] [6, 64] [1, 1] : tensor<6x72xbf16> to tensor<6x64xbf16>
  %2 = norm.rms_norm %s {epsilon = 1.0e-6 : f32} : tensor<6x64xbf16>
  return %2 : tensor<6x64xbf16>
}

func.func @sandwich(%x: tensor<6x64xbf16> {comm.per_rank}, %r: tensor<3x2x64xbf16>, %w: tensor<64xbf16>) -> (tensor<6x64xbf16>, tensor<6x64xbf16>) {
  %0 = comm.all_reduce %x on @tp : tensor<6x64xbf16>
  %e = tensor.expand_shape %0 [[0, 1], [2]] output_shape [2, 3, 64] : tensor<6x64xbf16> into tensor<2x3x64xbf16>
  %n = norm.rms_norm %e weight(%w : tensor<64xbf16>) {epsilon = 1.0e-6 : f32} : tensor<2x3x64xbf16>
  %c = tensor.collapse_shape %n [[0, 1], [2]] : tensor<2x3x64xbf16> into tensor<6x64xbf16>
  %e1 = tensor.expand_shape %c [[0, 1], [2]] output_shape [3, 2, 64] : tensor<6x64xbf16> into tensor<3x2x64xbf16>
  %1 = arith.addf %e1, %r : tensor<3x2x64xbf16>
  %c1 = tensor.collapse_shape %1 [[0, 1], [2]] : tensor<3x2x64xbf16> into tensor<6x64xbf16>
  %2 = norm.rms_norm %c1 {epsilon = 1.0e-6 : f32} : tensor<6x64xbf16>
  return %2, %0 : tensor<6x64xbf16>, tensor<6x64xbf16>
}

func.func @casts(%x: tensor<6x64xbf16> {comm.per_rank}, %r: tensor<2x3x64xbf16>) -> tensor<6x64xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<6x64xbf16>
  %f = arith.extf %0 : tensor<6x64xbf16> to tensor<6x64xf32>
  %e = tensor.expand_shape %f [[0, 1], [2]] output_shape [2, 3, 64] : tensor<6x64xf32> into tensor<2x3x64xf32>
  %g = arith.extf %r : tensor<2x3x64xbf16> to tensor<2x3x64xf32>
  %1 = arith.addf %e, %g : tensor<2x3x64xf32>
  %c = tensor.collapse_shape %1 [[0, 1], [2]] : tensor<2x3x64xf32> into tensor<6x64xf32>
  %t = arith.truncf %c : tensor<6x64xf32> to tensor<6x64xbf16>
  %2 = norm.rms_norm %t {epsilon = 1.0e-6 : f32} : tensor<6x64xbf16>
  return %2 : tensor<6x64xbf16>
}

func.func @quantize(%x: tensor<6x64xbf16> {comm.per_rank}) -> (tensor<2x3x64xf8E4M3FN>, tensor<2x3x2xf32>, tensor<2x64xf8E4M3FN>) {
  %0 = comm.all_reduce %x on @tp : tensor<6x64xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<6x64xbf16>
  %e = tensor.expand_shape %1 [[0, 1], [2]] output_shape [2, 3, 64] : tensor<6x64xbf16> into tensor<2x3x64xbf16>
  %q, %s = norm.quantize %e {scheme = #norm.scheme<per_group, group_size = 32>} : tensor<2x3x64xbf16> -> tensor<2x3x64xf8E4M3FN>, tensor<2x3x2xf32>
  %t = tensor.extract_slice %q[0, 1, 0] [2, 1, 64] [1, 1, 1] : tensor<2x3x64xf8E4M3FN> to tensor<2x64xf8E4M3FN>
  return %q, %s, %t : tensor<2x3x64xf8E4M3FN>, tensor<2x3x2xf32>, tensor<2x64xf8E4M3FN>
}

func.func @packed(%x: tensor<6x64xbf16> {comm.per_rank}, %g: tensor<1xf32>) -> (tensor<2x3x32xi8>, tensor<2x3x4xf8E4M3FN>) {
  %0 = comm.all_reduce %x on @tp : tensor<6x64xbf16>
  %1 = norm.rms_norm %0 {epsilon = 1.0e-6 : f32} : tensor<6x64xbf16>
  %e = tensor.expand_shape %1 [[0, 1], [2]] output_shape [2, 3, 64] : tensor<6x64xbf16> into tensor<2x3x64xbf16>
  %q, %s = norm.quantize %e scale(%g : tensor<1xf32>) {scheme = #norm.scheme<nvfp4>} : tensor<2x3x64xbf16> -> tensor<2x3x32xi8>, tensor<2x3x4xf8E4M3FN>
  return %q, %s : tensor<2x3x32xi8>, tensor<2x3x4xf8E4M3FN>
}

func.func @heads(%x: tensor<6x64xbf16> {comm.per_rank}) -> tensor<6x4x16xbf16> {
  %0 = comm.all_reduce %x on @tp : tensor<6x64xbf16>
  %e = tensor.expand_shape %0 [[0], [1, 2]] output_shape [6, 4, 16] : tensor<6x64xbf16> into tensor<6x4x16xbf16>
  %1 = norm.rms_norm %e {epsilon = 1.0e-6 : f32} : tensor<6x4x16xbf16>
  return %1 : tensor<6x4x16xbf16>
}
