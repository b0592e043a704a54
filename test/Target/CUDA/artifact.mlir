// RUN: conorm-compile %s --target=cuda --ptxas=none --variants=fused,unfused -o %t.so 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NOTE
// RUN: %llvm_tools/llvm-readelf -d %t.so | FileCheck %s --check-prefix=NEEDED --implicit-check-not='(NEEDED)'
// RUN: conorm-compile %s --target=cuda --ptxas=none --emit=ptx 2>/dev/null | FileCheck %s --check-prefix=PTX
// RUN: conorm-compile %s --target=cuda --ptxas=none --emit=manifest 2>/dev/null | FileCheck %s --check-prefix=MANIFEST
// RUN: conorm-compile %s --target=cuda --ptxas=none --emit=llvm-ir 2>/dev/null | FileCheck %s --check-prefix=IR
// RUN: conorm-compile %s --target=cuda --ptxas=none --cuda-arch=sm_90 --emit=ptx 2>/dev/null | FileCheck %s --check-prefix=EARLY

// From sm_90 on a kernel waits for those in front before it touches memory.
// EARLY: .target sm_90
// EARLY: .visible .entry elementwise_mulf_
// EARLY-NOT: ld.global
// EARLY: griddepcontrol.wait; griddepcontrol.launch_dependents;
// EARLY: ld.global

// Without NVIDIA's assembler there is PTX for the oldest architecture.
// NOTE: remark: only PTX for sm_80 is embedded: no ptxas is to be run, or none is in PATH, $CUDA_HOME/bin or /usr/local/cuda/bin
// NEEDED: (NEEDED) {{.*}}[libConormRuntime.so.1]

// PTX: .version 7.0
// PTX: .target sm_80
// PTX: .visible .entry elementwise_mulf_[[HASH:[0-9a-f]+]](
// PTX-NOT: griddepcontrol
// PTX: ld.global.v4.b32
// PTX: mul.rn.f32
// PTX: st.global.v4.b32

// MANIFEST: "backend": "cuda"
// MANIFEST: "device_program": {
// MANIFEST: "kind": "ptx"
// MANIFEST-NEXT: "arch": "sm_80"
// MANIFEST-NOT: "cubin"
// MANIFEST: "name": "elementwise_mulf_
// MANIFEST-NEXT: "num_params": 3

// IR: define internal void @conorm.entry.fused.f(
// IR: call ptr @conorm_allocate(ptr %0, i64 2048)
// IR: call i32 @conorm_launch_kernel(
// IR: call ptr @conorm_allocate(ptr %0, i64 2048)
// IR: call i32 @conorm_rms_norm(

func.func @f(%x: tensor<4x256xbf16>, %y: tensor<4x256xbf16>, %w: tensor<256xbf16>)
    -> (tensor<4x256xbf16>, tensor<4x256xbf16>) {
  %0 = arith.mulf %x, %y : tensor<4x256xbf16>
  %1 = norm.rms_norm %0 weight(%w : tensor<256xbf16>) {epsilon = 1.0e-6 : f32} : tensor<4x256xbf16>
  return %0, %1 : tensor<4x256xbf16>, tensor<4x256xbf16>
}
