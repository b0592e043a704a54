// RUN: not conorm-opt %s --select-strategy='target-description={sm_90}' 2>&1 | FileCheck %s --check-prefix=SYNTAX
// RUN: not conorm-opt %s --select-strategy='target-description={"sm_90"}' 2>&1 | FileCheck %s --check-prefix=KIND
// RUN: not conorm-opt %s --select-strategy='target-description={#comm.target<"sm_90" over shared_memory>}' 2>&1 | FileCheck %s --check-prefix=VERIFIER
// RUN: not conorm-opt %s --select-strategy='tuning-file=%t.missing.json' 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not conorm-opt %s --select-strategy='backend=cpu target-description={#comm.target<"sm_90" over nvlink>}' 2>&1 | FileCheck %s --check-prefix=BACKEND

// SYNTAX: select-strategy-invalid.mlir:{{[0-9]+}}:1: error: expected target-description to be a #comm.target, found 'sm_90'
// KIND: select-strategy-invalid.mlir:{{[0-9]+}}:1: error: expected target-description to be a #comm.target, found '"sm_90"'
// VERIFIER: error: expected link pcie, nvlink or network with arch 'sm_90', found shared_memory
// VERIFIER: select-strategy-invalid.mlir:{{[0-9]+}}:1: error: expected target-description to be a #comm.target
// BACKEND: select-strategy-invalid.mlir:{{[0-9]+}}:1: error: expected a #comm.target of cpu, which the module is compiled for, found #comm.target<"sm_90" over nvlink>, which is of cuda
// MISSING: select-strategy-invalid.mlir:{{[0-9]+}}:1: error: tuning file '{{.*}}.missing.json': cannot read it: {{N|n}}o such file or directory

module {
  comm.group @tp
}
