// The kinds of operations, each in the functions that have any. A function in
// which the inner pipeline runs is printed.

// DEFINE: %{kind} =
// DEFINE: %{find} = conorm-opt %s -o /dev/null --mlir-disable-threading \
// DEFINE:   --pass-pipeline='builtin.module(func.func(run-where-found{find=%{kind} pipelines={func.func(print-ir)}}))' \
// DEFINE:   2>&1 | FileCheck %s --implicit-check-not=func.func --check-prefix

// REDEFINE: %{kind} = any
// RUN: %{find}=ANY
// ANY: func.func @nothing
// ANY: func.func @branches
// ANY: func.func @constant
// ANY: func.func @arithmetic
// ANY: func.func @integers
// ANY: func.func @fill
// ANY: func.func @loop
// ANY: func.func @view
// ANY: func.func @affine
// ANY: func.func @copy
// ANY: func.func @math
// ANY: func.func @freed
// ANY: func.func @kept

// REDEFINE: %{kind} = branches
// RUN: %{find}=BRANCHES
// BRANCHES: func.func @branches

// REDEFINE: %{kind} = unclear-ownership
// RUN: %{find}=OWNERSHIP
// OWNERSHIP: func.func @branches
// OWNERSHIP: func.func @kept

// REDEFINE: %{kind} = loops
// RUN: %{find}=LOOPS
// LOOPS: func.func @arithmetic
// LOOPS: func.func @fill
// LOOPS: func.func @loop
// LOOPS: func.func @math

// REDEFINE: %{kind} = views
// RUN: %{find}=VIEWS
// VIEWS: func.func @view
// VIEWS: func.func @affine
// VIEWS: func.func @copy

// REDEFINE: %{kind} = high-level
// RUN: %{find}=HIGH
// HIGH: func.func @arithmetic
// HIGH: func.func @fill
// HIGH: func.func @loop
// HIGH: func.func @view
// HIGH: func.func @affine
// HIGH: func.func @copy
// HIGH: func.func @math

// REDEFINE: %{kind} = copies
// RUN: %{find}=COPIES
// COPIES: func.func @copy

// REDEFINE: %{kind} = scf
// RUN: %{find}=SCF
// SCF: func.func @loop

// REDEFINE: %{kind} = math
// RUN: %{find}=MATH
// MATH: func.func @math

func.func @nothing() {
  return
}

func.func @branches(%c: i1) {
  cf.cond_br %c, ^bb1, ^bb2
^bb1:
  cf.br ^bb2
^bb2:
  return
}

func.func @constant() -> f32 {
  %0 = arith.constant 1.0 : f32
  return %0 : f32
}

func.func @arithmetic(%x: f32) -> f32 {
  %0 = arith.addf %x, %x : f32
  return %0 : f32
}

func.func @integers(%x: i32) -> i32 {
  %0 = arith.addi %x, %x : i32
  return %0 : i32
}

func.func @fill(%x: i32, %a: memref<4xi32>) {
  linalg.fill ins(%x : i32) outs(%a : memref<4xi32>)
  return
}

func.func @loop(%n: index) {
  scf.for %i = %n to %n step %n {
  }
  return
}

func.func @view(%a: memref<4x8xi32>) {
  %0 = memref.subview %a[0, 0] [2, 4] [1, 1]
    : memref<4x8xi32> to memref<2x4xi32, strided<[8, 1]>>
  return
}

func.func @affine(%n: index) -> index {
  %0 = affine.apply affine_map<(d0) -> (d0 + 1)>(%n)
  return %0 : index
}

func.func @copy(%a: memref<4xi32>, %b: memref<4xi32>) {
  memref.copy %a, %b : memref<4xi32> to memref<4xi32>
  return
}

func.func @math(%x: f32) -> f32 {
  %0 = math.sqrt %x : f32
  return %0 : f32
}

func.func @freed(%x: i32, %i: index) -> memref<4xi32> {
  %0 = memref.alloc() : memref<4xi32>
  memref.store %x, %0[%i] : memref<4xi32>
  return %0 : memref<4xi32>
}

func.func @kept(%x: i32, %i: index) {
  %0 = memref.alloc() : memref<4xi32>
  memref.store %x, %0[%i] : memref<4xi32>
  return
}
