// Names that the runtime, the C library, LLVM or the linker have a meaning for,
// of entries and of functions that entries call.
comm.group @tp
func.func private @malloc(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %s = comm.all_reduce %x on @tp : tensor<2x8xf32>
  return %s : tensor<2x8xf32>
}
// What LLVM knows of sqrt does not hold of this one.
func.func private @sqrt(%x: f64) -> f64 {
  %c = arith.constant 1.0 : f64
  %0 = arith.addf %x, %c : f64
  return %0 : f64
}
func.func private @"zero\00byte"(%x: f64) -> f64 {
  return %x : f64
}
func.func @conorm_manifest(%x: tensor<2x8xf32> {comm.per_rank}) -> tensor<2x8xf32> {
  %s = call @malloc(%x) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return %s : tensor<2x8xf32>
}
func.func @main(%x: f64) -> f64 {
  %s = call @sqrt(%x) : (f64) -> f64
  %t = call @"zero\00byte"(%s) : (f64) -> f64
  return %t : f64
}
func.func @four() -> f64 {
  %c = arith.constant 3.0 : f64
  %s = call @sqrt(%c) : (f64) -> f64
  return %s : f64
}
func.func @"a b@v1\22%"(%x: f64) -> f64 {
  return %x : f64
}
func.func @conorm_all_reduce(%x: f64) -> f64 {
  return %x : f64
}
func.func @conorm.symbol.malloc(%x: f64) -> f64 {
  return %x : f64
}
func.func @_init(%x: f64) -> f64 {
  return %x : f64
}
func.func @_mlir_ciface_main(%x: f64) -> f64 {
  return %x : f64
}
func.func @llvm.memcpy(%x: f64) -> f64 {
  return %x : f64
}
func.func @"\01free"(%x: tensor<4xf64>) -> tensor<4xf64> {
  %0 = arith.addf %x, %x : tensor<4xf64>
  return %0 : tensor<4xf64>
}
func.func @free(%x: tensor<4xf64>) -> tensor<4xf64> {
  %0 = arith.addf %x, %x : tensor<4xf64>
  return %0 : tensor<4xf64>
}
