// Constant sizes of slices that drop a unit dimension other than the first
// ones: the program, which is right, is refused. Fails once upstream has mended
// it: see docs/UpstreamFaults.md.

// RUN: split-file %s %t.dir
// RUN: not %mlir_opt %t.dir/extract.mlir --canonicalize 2>&1 | FileCheck %s --check-prefix=FAULT
// RUN: not %mlir_opt %t.dir/insert.mlir --canonicalize 2>&1 | FileCheck %s --check-prefix=FAULT
// RUN: %conorm_opt %t.dir/extract.mlir --canonicalize-selected | FileCheck %s --check-prefix=EXTRACT
// RUN: %conorm_opt %t.dir/insert.mlir --canonicalize-selected | FileCheck %s --check-prefix=INSERT

// RUN: %conorm_opt %t.dir/cast.mlir --canonicalize-selected | FileCheck %s --check-prefix=CAST

// FAULT: error: 'tensor.cast' op operand type {{.*}} are cast incompatible

//--- extract.mlir
// EXTRACT: tensor.extract_slice {{.*}} to tensor<1x?xf16>
func.func @last_dimension_dropped(%t: tensor<1x1x8x1xf16>) -> tensor<1x?xf16> {
  %c4 = arith.constant 4 : index
  %s = tensor.extract_slice %t[0, 0, 0, 0] [1, 1, %c4, 1] [1, 1, 1, 1]
      : tensor<1x1x8x1xf16> to tensor<1x?xf16>
  return %s : tensor<1x?xf16>
}

//--- insert.mlir
// INSERT: tensor.insert_slice {{.*}} : tensor<1x?x?xf32> into tensor<1x?x1x?xf32>
func.func @middle_dimension_added(%s: tensor<1x?x?xf32>, %d: tensor<1x?x1x?xf32>)
    -> tensor<1x?x1x?xf32> {
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %i = tensor.insert_slice %s into %d[0, 0, 0, 0] [1, %c2, 1, %c3] [1, 1, 1, 1]
      : tensor<1x?x?xf32> into tensor<1x?x1x?xf32>
  return %i : tensor<1x?x1x?xf32>
}

//--- cast.mlir
// CAST: tensor.insert_slice {{.*}} : tensor<?x8xf32> into tensor<64x8xf32>
func.func @source_of_constant_size(%s: tensor<?x8xf32>, %d: tensor<64x8xf32>)
    -> tensor<64x8xf32> {
  %c4 = arith.constant 4 : index
  %i = tensor.insert_slice %s into %d[60, 0] [%c4, 8] [1, 1]
      : tensor<?x8xf32> into tensor<64x8xf32>
  return %i : tensor<64x8xf32>
}
