// RUN: conorm-compile %s --target=cuda --variants=fused,unfused -o %t.so 2>&1 | FileCheck %s --check-prefix=FUSED
// RUN: conorm-run --describe %t.so | FileCheck %s
// RUN: conorm-run --describe --json %t.so | FileCheck %s --check-prefix=JSON
// JSON: "device_program": {"images": [{"kind": "ptx", "arch": "sm_80", "bytes":
// JSON-SAME: "kernels": [{"name": "elementwise_maximumf_{{[0-9a-f]+}}", "num_params": 3}
// RUN: conorm-test-plan %t.so 16 | FileCheck %s --check-prefix=PLAN
// PLAN: layer (fused): plan of 16384 bytes, results of 32768 bytes, 0 copies
// PLAN: layer (unfused): plan of {{[0-9]+}} bytes, results of 32768 bytes, 0 copies
// FUSED: fused 1 and missed 0
// CHECK: backend cuda
// CHECK: device program: 2 kernels, 0 constants; ptx for sm_80
// CHECK: runs here: yes
// CHECK: entry layer (fused)
// CHECK: entry layer (unfused)

// What conorm-check-cuda runs with several sizes in turn: kernels of the program
// before and after a site, and a dynamic number of rows.

#rows = affine_map<(i, j) -> (i, j)>

comm.group @tp
func.func @layer(%x: tensor<?x512xbf16> {comm.per_rank}, %r: tensor<?x512xbf16>, %w: tensor<512xbf16>) -> (tensor<?x512xbf16>, tensor<?x512xbf16>) {
  %zero = arith.constant 0.0 : bf16
  %c0 = arith.constant 0 : index
  %tokens = tensor.dim %x, %c0 : tensor<?x512xbf16>
  %empty = tensor.empty(%tokens) : tensor<?x512xbf16>
  %relu = linalg.generic {indexing_maps = [#rows, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%x : tensor<?x512xbf16>) outs(%empty : tensor<?x512xbf16>) {
  ^bb0(%in: bf16, %out: bf16):
    %max = arith.maximumf %in, %zero : bf16
    linalg.yield %max : bf16
  } -> tensor<?x512xbf16>
  %reduced = comm.all_reduce %relu on @tp : tensor<?x512xbf16>
  %normed, %residual = norm.add_rms_norm %reduced, %r weight(%w : tensor<512xbf16>) {epsilon = 1.0e-6 : f32, weight_bias = 1.0 : f32} : tensor<?x512xbf16>, tensor<?x512xbf16>
  %sum = linalg.generic {indexing_maps = [#rows, #rows, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%normed, %residual : tensor<?x512xbf16>, tensor<?x512xbf16>) outs(%empty : tensor<?x512xbf16>) {
  ^bb0(%a: bf16, %b: bf16, %out: bf16):
    %add = arith.addf %a, %b : bf16
    linalg.yield %add : bf16
  } -> tensor<?x512xbf16>
  return %sum, %residual : tensor<?x512xbf16>, tensor<?x512xbf16>
}
