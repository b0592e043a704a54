// RUN: conorm-opt %s --convert-device-to-runtime --split-input-file --verify-diagnostics

func.func @no_context(%a: memref<4xf32>) {
  // expected-error @below {{'memref.dealloc' op expected to stand in a function that takes the context first}}
  memref.dealloc %a : memref<4xf32>
  return
}

// -----

// expected-error @below {{expected a constant with a value, which is copied to the device}}
memref.global "private" @unset : memref<4xf32> = uninitialized
func.func @no_value(%context: !llvm.ptr) -> memref<4xf32> {
  %0 = memref.get_global @unset : memref<4xf32>
  return %0 : memref<4xf32>
}
