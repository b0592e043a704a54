// One module for each error; split by errors.test.
//--- unranked.mlir
func.func @f(%x: tensor<*xf32>) { return }
//--- f4.mlir
func.func @f(%x: tensor<4xf4E2M1FN>) { return }
//--- i4.mlir
func.func @f(%n: i32) -> tensor<4xi4> {
  %0 = arith.constant dense<1> : tensor<4xi4>
  return %0 : tensor<4xi4>
}
//--- vector.mlir
func.func @f(%x: vector<4xf32>) { return }
//--- encoding.mlir
func.func @f(%x: tensor<4xf32, "mine">) { return }
//--- no-entry.mlir
func.func private @f(%x: tensor<4xf32>) { return }
//--- declaration.mlir
func.func private @elsewhere()
func.func @f() {
  call @elsewhere() : () -> ()
  return
}
//--- lowering.mlir
comm.group @tp
func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = comm.all_gather %x on @tp dim 0 : tensor<?xf32> -> tensor<?xf32>
  return %0 : tensor<?xf32>
}
//--- verifier.mlir
func.func @f(%x: tensor<4x8xf32>, %w: tensor<9xf32>) -> tensor<4x8xf32> {
  %0 = norm.rms_norm %x weight(%w : tensor<9xf32>) {epsilon = 1.0e-6 : f32} : tensor<4x8xf32>
  return %0 : tensor<4x8xf32>
}
//--- syntax.mlir
func.func @f(%x: tensor<4x8xf32) { return }
//--- unknown-dialect.mlir
func.func @f(%x: tensor<4xf32>) {
  foreign.op %x : tensor<4xf32>
  return
}
//--- left-over.mlir
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tosa.reciprocal %x : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
//--- good.mlir
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
