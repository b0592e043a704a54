// One module for each error; split by names.test.
//--- zero.mlir
func.func @"f\00a"(%x: f64) -> f64 { return %x : f64 }
func.func @"f\00b"(%x: f64) -> f64 { return %x : f64 }
//--- utf8.mlir
func.func @"f\FF"(%x: f64) -> f64 { return %x : f64 }
//--- empty.mlir
func.func @""(%x: f64) -> f64 { return %x : f64 }
//--- argument.mlir
func.func @f(%x: f64 loc("x\00y")) -> f64 { return %x : f64 }
//--- group.mlir
comm.group @malloc
func.func @f(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = comm.all_reduce %x on @malloc : tensor<8xf32>
  return %0 : tensor<8xf32>
}
//--- group-zero.mlir
comm.group @"t\00p"
func.func @f(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = comm.all_reduce %x on @"t\00p" : tensor<8xf32>
  return %0 : tensor<8xf32>
}
//--- twice.mlir
func.func @f(%x: f64) -> f64 { return %x : f64 }
//--- rank.mlir
func.func @f(%x: tensor<1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1xf32>) { return }
