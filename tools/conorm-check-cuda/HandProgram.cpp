//===- HandProgram.cpp - A program that is written by hand ----------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandProgram.h"

#include "Harness.h"

#include <cstring>

using namespace check;

//===----------------------------------------------------------------------===//
// The device's code
//===----------------------------------------------------------------------===//

/// out[i] = in[i] * s + c[i % cols], for i < n.
static std::string makePtx(const Defects &defects) {
  std::string text = std::string(".version ") + defects.version + "\n.target " +
                     defects.target + R"(
.address_size 64
.visible .entry scale_add(.param .u64 out, .param .u64 in, .param .u64 c,
                          .param .f32 s, .param .u64 n, .param .u64 cols)
{
  .reg .pred %p;
  .reg .b32 %r<4>;
  .reg .b64 %i, %n, %cols, %column, %at, %from;
  .reg .f32 %x, %y, %s;
)" + defects.prologue +
                     R"(
  mov.u32 %r1, %ctaid.x;
  mov.u32 %r2, %ntid.x;
  mov.u32 %r3, %tid.x;
  mul.wide.u32 %i, %r1, %r2;
  cvt.u64.u32 %at, %r3;
  add.u64 %i, %i, %at;
  ld.param.u64 %n, [n];
  setp.ge.u64 %p, %i, %n;
  @%p bra done;
)" + defects.instruction +
                     R"(
  ld.param.u64 %cols, [cols];
  rem.u64 %column, %i, %cols;
  ld.param.u64 %from, [c];
  mad.lo.u64 %at, %column, 4, %from;
  ld.f32 %y, [%at];
  ld.param.u64 %from, [in];
  mad.lo.u64 %at, %i, 4, %from;
  ld.f32 %x, [%at];
  ld.param.f32 %s, [s];
  mul.rn.f32 %x, %x, %s;
  add.rn.f32 %x, %x, %y;
  ld.param.u64 %from, [out];
  mad.lo.u64 %at, %i, 4, %from;
  st.f32 [%at], %x;
done:
  ret;
}
)";
  return text;
}

//===----------------------------------------------------------------------===//
// The host's code
//===----------------------------------------------------------------------===//

namespace {
struct Vector {
  void *allocated, *aligned;
  int64_t offset, size, stride;
};
struct Matrix {
  void *allocated, *aligned;
  int64_t offset, sizes[2], strides[2];
};
struct Layer {
  conorm_context *context;
  const conorm_device_program *program;
  const Matrix &x, &r;
  const Vector &w;
  float s;
};
struct LayerResults {
  Matrix y, residual;
  int64_t rows;
};
} // namespace

/// Host code reaches its program by its address, which is a constant in an
/// artifact. Here a thread sets it for the program that it calls.
static thread_local const conorm_device_program *current = nullptr;

static const conorm_site sites[] = {
    {sizeof(conorm_site), 0, 71, "hand.mlir:1:1"},
    {sizeof(conorm_site), 0, 72, "hand.mlir:2:1"},
    {sizeof(conorm_site), 0, 73, "hand.mlir:3:1"},
    {sizeof(conorm_site), 0, 74, "hand.mlir:4:1"}};

static Matrix makeLike(conorm_context *context, const Matrix &other) {
  Matrix made = other;
  made.offset = 0;
  made.allocated = made.aligned =
      conorm_allocate(context, other.sizes[0] * other.sizes[1] * 4);
  return made;
}

static void scaleAdd(const Layer &layer, const Matrix &from, const Matrix &to) {
  int64_t n = from.sizes[0] * from.sizes[1], cols = from.sizes[1];
  const void *constant = conorm_global(layer.context, layer.program, 0);
  float s = layer.s;
  const void *in = from.aligned;
  void *out = to.aligned;
  void *params[] = {&out, &in, &constant, &s, &n, &cols};
  constexpr uint32_t threads = 256;
  conorm_launch_kernel_args args = {};
  args.struct_size = sizeof(args);
  args.site = &sites[0];
  args.program = layer.program;
  args.grid_x = (n + threads - 1) / threads;
  args.grid_y = args.grid_z = 1;
  args.block_x = threads;
  args.block_y = args.block_z = 1;
  args.params = params;
  conorm_launch_kernel(layer.context, &args);
}

static conorm_norm normOf(const Layer &layer) {
  conorm_norm norm = {};
  norm.epsilon = 1e-6f;
  norm.weight_bias = 1.0f;
  norm.weight_type = CONORM_TYPE_F32;
  norm.weight = layer.w.aligned;
  return norm;
}

static void reduceAndNormalize(const Layer &layer, bool fused,
                               const conorm_site &site, const Matrix &input,
                               const Matrix &normed, const Matrix &residual) {
  if (fused) {
    conorm_all_reduce_rms_norm_args args = {};
    args.struct_size = sizeof(args);
    args.element_type = CONORM_TYPE_F32;
    args.site = &site;
    args.group = &worldGroup();
    args.input = input.aligned;
    args.residual = layer.r.aligned;
    args.residual_out = residual.aligned;
    args.normed = normed.aligned;
    args.rows = input.sizes[0];
    args.cols = input.sizes[1];
    args.norm = normOf(layer);
    conorm_all_reduce_rms_norm(layer.context, &args);
    return;
  }
  conorm_all_reduce_args reduce = {};
  reduce.struct_size = sizeof(reduce);
  reduce.element_type = CONORM_TYPE_F32;
  reduce.site = &site;
  reduce.group = &worldGroup();
  reduce.input = input.aligned;
  reduce.output = input.aligned;
  reduce.count = input.sizes[0] * input.sizes[1];
  conorm_all_reduce(layer.context, &reduce);
  conorm_rms_norm_args norm = {};
  norm.struct_size = sizeof(norm);
  norm.element_type = CONORM_TYPE_F32;
  norm.site = &sites[2];
  norm.input = input.aligned;
  norm.residual = layer.r.aligned;
  norm.residual_out = residual.aligned;
  norm.normed = normed.aligned;
  norm.rows = input.sizes[0];
  norm.cols = input.sizes[1];
  norm.norm = normOf(layer);
  conorm_rms_norm(layer.context, &norm);
}

static void runLayer(conorm_context *context, void *const *args, void *out,
                     bool fused, const conorm_site &site) {
  Layer layer{context,
              current,
              *static_cast<Matrix *>(args[0]),
              *static_cast<Matrix *>(args[1]),
              *static_cast<Vector *>(args[2]),
              *static_cast<float *>(args[3])};
  LayerResults &results = *static_cast<LayerResults *>(out);
  Matrix scaled = makeLike(context, layer.x);
  scaleAdd(layer, layer.x, scaled);
  Matrix normed = makeLike(context, layer.x);
  results.residual = makeLike(context, layer.x);
  reduceAndNormalize(layer, fused, site, scaled, normed, results.residual);
  conorm_free(context, scaled.allocated);
  Matrix copied = makeLike(context, layer.x);
  conorm_copy_args copy = {};
  copy.struct_size = sizeof(copy);
  copy.site = &sites[3];
  copy.input = normed.aligned;
  copy.output = copied.aligned;
  copy.bytes = layer.x.sizes[0] * layer.x.sizes[1] * 4;
  conorm_copy(context, &copy);
  conorm_free(context, normed.allocated);
  results.y = makeLike(context, layer.x);
  scaleAdd(layer, copied, results.y);
  conorm_free(context, copied.allocated);
  results.rows = layer.x.sizes[0];
}

static void runFused(conorm_context *context, void *const *args, void *out) {
  runLayer(context, args, out, true, sites[1]);
}
static void runUnfused(conorm_context *context, void *const *args, void *out) {
  runLayer(context, args, out, false, sites[1]);
}
static void runOther(conorm_context *context, void *const *args, void *out) {
  runLayer(context, args, out, true, sites[2]);
}
/// 2^46 bytes.
static void runLarge(conorm_context *context, void *const *args, void *out) {
  conorm_free(context, conorm_allocate(context, int64_t(1) << 46));
  runFused(context, args, out);
}

//===----------------------------------------------------------------------===//
// The manifest
//===----------------------------------------------------------------------===//

void check::useHandProgram(const conorm_device_program *program) {
  current = program;
}

static const int64_t matrixShape[2] = {CONORM_DYNAMIC, HandProgram::cols};
static const int64_t vectorShape[1] = {HandProgram::cols};

static conorm_value_desc value(uint32_t kind, uint32_t type, uint32_t flags,
                               uint32_t rank, const int64_t *shape) {
  return {
      sizeof(conorm_value_desc), kind, type, flags, rank, 0, shape, nullptr};
}
static const conorm_value_desc arguments[] = {
    value(CONORM_VALUE_TENSOR, CONORM_TYPE_F32, CONORM_VALUE_PER_RANK, 2,
          matrixShape),
    value(CONORM_VALUE_TENSOR, CONORM_TYPE_F32, CONORM_VALUE_DONATED, 2,
          matrixShape),
    value(CONORM_VALUE_TENSOR, CONORM_TYPE_F32, 0, 1, vectorShape),
    value(CONORM_VALUE_SCALAR, CONORM_TYPE_F32, 0, 0, nullptr)};
static const conorm_value_desc outcomes[] = {
    value(CONORM_VALUE_TENSOR, CONORM_TYPE_F32, 0, 2, matrixShape),
    value(CONORM_VALUE_TENSOR, CONORM_TYPE_F32, 0, 2, matrixShape),
    value(CONORM_VALUE_SCALAR, CONORM_TYPE_I64, 0, 0, nullptr)};

static conorm_entry entry(uint32_t variant, const char *name,
                          conorm_entry_fn function) {
  return {
      sizeof(conorm_entry), variant, name, function, 4, 3, arguments, outcomes};
}

HandProgram::HandProgram(const Defects &defects)
    : ptx(makePtx(defects)),
      constant(cols), image{sizeof(image), CONORM_IMAGE_PTX, defects.arch,
                            defects.flags, ptx.c_str(),      ptx.size() + 1},
      kernel{sizeof(kernel), defects.params, defects.kernel},
      global{sizeof(global), 0, constant.data(), cols * sizeof(float)},
      program{sizeof(program), defects.backend, 1,      1, 1, 0,
              &image,          &kernel,         &global},
      entries{entry(CONORM_VARIANT_FUSED, "layer", runFused),
              entry(CONORM_VARIANT_UNFUSED, "layer", runUnfused),
              entry(CONORM_VARIANT_FUSED, "other", runOther),
              entry(CONORM_VARIANT_FUSED, "large", runLarge)} {
  fillElements(CONORM_TYPE_F32, cols, 77, constant.data());
  header.magic = CONORM_MANIFEST_MAGIC;
  header.struct_size = sizeof(header);
  header.abi_major = CONORM_ABI_VERSION_MAJOR;
  header.abi_minor = CONORM_ABI_VERSION_MINOR;
  header.backend = defects.backend;
  header.producer = "by hand";
  header.num_entries = uint32_t(entries.size());
  header.num_groups = 1;
  header.entries = entries.data();
  header.groups = &worldGroup();
  header.device_program = &program;
}
