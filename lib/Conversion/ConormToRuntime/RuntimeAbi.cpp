//===- RuntimeAbi.cpp - C structures as LLVM types ------------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "conorm/Conversion/ConormToRuntime/RuntimeAbi.h"

#include "conorm-runtime/types.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace conorm;

RuntimeAbiTypes::RuntimeAbiTypes(MLIRContext *context) {
  i32 = IntegerType::get(context, 32);
  i64 = IntegerType::get(context, 64);
  f32 = Float32Type::get(context);
  ptr = LLVM::LLVMPointerType::get(context);
  auto make = [&](StringRef name, ArrayRef<Type> fields) {
    auto type = LLVM::LLVMStructType::getIdentified(context, name);
    LogicalResult set = type.setBody(fields, /*isPacked=*/false);
    assert(succeeded(set) && "another type of the same name");
    (void)set;
    return type;
  };
  // struct_size, reserved, id, label
  site = make("conorm_site", {i32, i32, i64, ptr});
  // struct_size, num_groups, group_size, reserved, name, ranks
  group = make("conorm_group", {i32, i32, i32, i32, ptr, ptr});
  // epsilon, weight_bias, rounding, weight_type, weight
  norm = make("conorm_norm", {f32, f32, i32, i32, ptr});
  // scheme, quantized_type, scale_type, scale_layout, scale_mode, group_size
  quant = make("conorm_quant", {i32, i32, i32, i32, i32, i32});
  // struct_size, element_type, site, group, reduction, strategy, numerics,
  // reserved, input, output, count, dispatch
  allReduceArgs =
      make("conorm_all_reduce_args",
           {i32, i32, ptr, ptr, i32, i32, i32, i32, ptr, ptr, i64, ptr});
  // As before, up to output, then outer, dim, inner.
  scatterGatherArgs =
      make("conorm_scatter_gather_args",
           {i32, i32, ptr, ptr, i32, i32, i32, i32, ptr, ptr, i64, i64, i64});
  // struct_size, element_type, site, input, residual, residual_out, normed,
  // rows, cols, norm
  rmsNormArgs = make("conorm_rms_norm_args",
                     {i32, i32, ptr, ptr, ptr, ptr, ptr, i64, i64, norm});
  // struct_size, element_type, site, input, scale, quantized, scales, rows,
  // cols, quant
  quantizeArgs = make("conorm_quantize_args",
                      {i32, i32, ptr, ptr, ptr, ptr, ptr, i64, i64, quant});
  // struct_size, element_type, site, group, strategy, numerics, input,
  // residual, scale, reduced, residual_out, normed, quantized, scales, rows,
  // cols, norm, quant, has_post_norm, replicated, post_norm, dispatch
  allReduceRMSNormArgs =
      make("conorm_all_reduce_rms_norm_args",
           {i32, i32, ptr, ptr, i32, i32,  ptr,   ptr, ptr, ptr,  ptr,
            ptr, ptr, ptr, i64, i64, norm, quant, i32, i32, norm, ptr});
  // struct_size, op, site, group, operand, dim, relation, reserved
  sizeCheck =
      make("conorm_size_check", {i32, i32, ptr, ptr, ptr, i64, i32, i32});
  // struct_size, kind, site, access, dim
  boundsCheck = make("conorm_bounds_check", {i32, i32, ptr, ptr, i64});
  // group_size, strategy, from_bytes
  strategyRange = make("conorm_strategy_range", {i32, i32, i64});
  // struct_size, backend, num_ranges, reserved, ranges
  dispatch = make("conorm_dispatch", {i32, i32, i32, i32, ptr});
}

uint32_t conorm::getRuntimeType(Type type) {
  if (type.isInteger() && !type.isSignlessInteger())
    return CONORM_TYPE_NONE;
  return llvm::TypeSwitch<Type, uint32_t>(type)
      .Case<Float32Type>([](auto) { return CONORM_TYPE_F32; })
      .Case<Float16Type>([](auto) { return CONORM_TYPE_F16; })
      .Case<BFloat16Type>([](auto) { return CONORM_TYPE_BF16; })
      .Case<Float64Type>([](auto) { return CONORM_TYPE_F64; })
      .Case<Float8E4M3FNType>([](auto) { return CONORM_TYPE_F8E4M3FN; })
      .Case<Float8E5M2Type>([](auto) { return CONORM_TYPE_F8E5M2; })
      .Case<Float8E8M0FNUType>([](auto) { return CONORM_TYPE_F8E8M0FNU; })
      .Case<IndexType>([](auto) { return CONORM_TYPE_INDEX; })
      .Case<IntegerType>([](IntegerType integer) -> uint32_t {
        switch (integer.getWidth()) {
        case 1:
          return CONORM_TYPE_I1;
        case 8:
          return CONORM_TYPE_I8;
        case 16:
          return CONORM_TYPE_I16;
        case 32:
          return CONORM_TYPE_I32;
        case 64:
          return CONORM_TYPE_I64;
        default:
          return CONORM_TYPE_NONE;
        }
      })
      .Default([](Type) { return CONORM_TYPE_NONE; });
}
