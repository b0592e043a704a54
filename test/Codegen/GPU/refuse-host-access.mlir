// RUN: conorm-opt %s --refuse-host-access --split-input-file --verify-diagnostics

func.func @extract(%a: tensor<4xf32>, %i: index) -> f32 {
  // expected-error @below {{'tensor.extract' op reads elements of a tensor on the host, but tensors are in the memory of the device}}
  %0 = tensor.extract %a[%i] : tensor<4xf32>
  return %0 : f32
}

// -----

func.func @insert(%a: tensor<4xf32>, %x: f32, %i: index) -> tensor<4xf32> {
  // expected-error @below {{'tensor.insert' op writes elements of a tensor on the host}}
  %0 = tensor.insert %x into %a[%i] : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// A condition that depends on data.
func.func @condition(%a: tensor<i1>, %x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'tensor.extract' op reads elements of a tensor on the host}}
  %0 = tensor.extract %a[] : tensor<i1>
  %1 = scf.if %0 -> tensor<4xf32> {
    scf.yield %x : tensor<4xf32>
  } else {
    scf.yield %y : tensor<4xf32>
  }
  return %1 : tensor<4xf32>
}

// -----

func.func @from_one_element(%x: f32) -> tensor<f32> {
  // expected-error @below {{'tensor.from_elements' op writes elements of a tensor on the host}}
  %0 = tensor.from_elements %x : tensor<f32>
  return %0 : tensor<f32>
}

// -----

func.func @from_elements(%x: f32, %y: f32) -> tensor<2xf32> {
  // expected-error @below {{'tensor.from_elements' op writes elements of a tensor on the host}}
  %0 = tensor.from_elements %x, %y : tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @element_type(%n: index) -> tensor<?xcomplex<f32>> {
  // expected-error @below {{expected element types that kernels have, found 'tensor<?xcomplex<f32>>'}}
  %0 = tensor.empty(%n) : tensor<?xcomplex<f32>>
  return %0 : tensor<?xcomplex<f32>>
}

// -----

// Sizes and scalar arguments are known to the host, and bodies run on the
// device.
#map = affine_map<(d0) -> (d0)>
func.func @allowed(%a: tensor<?xf32>, %ids: tensor<?xindex>, %flag: i1) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %0 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
      ins(%ids : tensor<?xindex>) outs(%e : tensor<?xf32>) {
  ^bb0(%id: index, %o: f32):
    %x = tensor.extract %a[%id] : tensor<?xf32>
    linalg.yield %x : f32
  } -> tensor<?xf32>
  %1 = scf.if %flag -> tensor<?xf32> {
    scf.yield %0 : tensor<?xf32>
  } else {
    scf.yield %a : tensor<?xf32>
  }
  return %1 : tensor<?xf32>
}
