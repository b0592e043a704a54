// jax 0.11.2: jax_models.py qwen3_next
"builtin.module"() <{sym_name = "jit_model"}> ({
  "sdy.mesh"() <{mesh = #sdy.mesh<["tp"=2]>, sym_name = "mesh"}> {stablehlo.mesh = {axes = [{name = "tp", size = 2 : i64}]}} : () -> ()
  "sdy.mesh"() <{mesh = #sdy.mesh<["tp"=2]>, sym_name = "mesh_0"}> {stablehlo.mesh = {axes = [{name = "tp", size = 2 : i64}]}} : () -> ()
  "func.func"() <{arg_attrs = [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}], function_type = (tensor<1x8x64xbf16>, tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<64xbf16>) -> tensor<1x8x64xbf16>, res_attrs = [{jax.result_info = "result"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg4: tensor<1x8x64xbf16>, %arg5: tensor<128x64xbf16>, %arg6: tensor<64x128xbf16>, %arg7: tensor<64x64xbf16>, %arg8: tensor<16xbf16>, %arg9: tensor<64xbf16>, %arg10: tensor<64xbf16>, %arg11: tensor<64x64xbf16>, %arg12: tensor<64x64xbf16>, %arg13: tensor<16xbf16>, %arg14: tensor<64x128xbf16>, %arg15: tensor<64x64xbf16>, %arg16: tensor<128x64xbf16>, %arg17: tensor<64x128xbf16>, %arg18: tensor<64x64xbf16>, %arg19: tensor<16xbf16>, %arg20: tensor<64xbf16>, %arg21: tensor<64xbf16>, %arg22: tensor<64x64xbf16>, %arg23: tensor<64x64xbf16>, %arg24: tensor<16xbf16>, %arg25: tensor<64x128xbf16>, %arg26: tensor<64x64xbf16>, %arg27: tensor<64xbf16>):
    %13 = "sdy.manual_computation"(%arg4, %arg5, %arg6, %arg7, %arg8, %arg9, %arg10, %arg11, %arg12, %arg13, %arg14, %arg15, %arg16, %arg17, %arg18, %arg19, %arg20, %arg21, %arg22, %arg23, %arg24, %arg25, %arg26, %arg27) <{in_shardings = #sdy.sharding_per_value<[<@mesh, [{}, {}, {}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>]>, manual_axes = #sdy<manual_axes{"tp"}>, out_shardings = #sdy.sharding_per_value<[<@mesh, [{}, {}, {}]>]>}> ({
    ^bb0(%arg28: tensor<1x8x64xbf16>, %arg29: tensor<64x64xbf16>, %arg30: tensor<64x64xbf16>, %arg31: tensor<64x32xbf16>, %arg32: tensor<16xbf16>, %arg33: tensor<64xbf16>, %arg34: tensor<64xbf16>, %arg35: tensor<32x64xbf16>, %arg36: tensor<64x32xbf16>, %arg37: tensor<16xbf16>, %arg38: tensor<64x64xbf16>, %arg39: tensor<64x32xbf16>, %arg40: tensor<64x64xbf16>, %arg41: tensor<64x64xbf16>, %arg42: tensor<64x32xbf16>, %arg43: tensor<16xbf16>, %arg44: tensor<64xbf16>, %arg45: tensor<64xbf16>, %arg46: tensor<32x64xbf16>, %arg47: tensor<64x32xbf16>, %arg48: tensor<16xbf16>, %arg49: tensor<64x64xbf16>, %arg50: tensor<64x32xbf16>, %arg51: tensor<64xbf16>):
      %14 = "stablehlo.convert"(%arg28) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %15 = "chlo.square"(%14) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %16 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %17 = "stablehlo.reduce"(%15, %16) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg84: tensor<f32>, %arg85: tensor<f32>):
        %348 = "stablehlo.add"(%arg84, %arg85) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%348) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %18 = "stablehlo.broadcast_in_dim"(%17) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %19 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %20 = "stablehlo.broadcast_in_dim"(%19) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %21 = "stablehlo.divide"(%18, %20) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %22 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %23 = "stablehlo.broadcast_in_dim"(%22) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %24 = "stablehlo.add"(%21, %23) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %25 = "stablehlo.rsqrt"(%24) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %26 = "stablehlo.broadcast_in_dim"(%25) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %27 = "stablehlo.multiply"(%14, %26) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %28 = "stablehlo.convert"(%arg34) : (tensor<64xbf16>) -> tensor<64xf32>
      %29 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %30 = "stablehlo.broadcast_in_dim"(%29) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %31 = "stablehlo.add"(%30, %28) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %32 = "stablehlo.broadcast_in_dim"(%31) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %33 = "stablehlo.broadcast_in_dim"(%32) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %34 = "stablehlo.multiply"(%27, %33) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %35 = "stablehlo.convert"(%34) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %36 = "stablehlo.dot_general"(%35, %arg36) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %37 = "stablehlo.reshape"(%36) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %38 = "stablehlo.dot_general"(%35, %arg31) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %39 = "stablehlo.reshape"(%38) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %40 = "stablehlo.dot_general"(%35, %arg39) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %41 = "stablehlo.reshape"(%40) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %42 = "stablehlo.convert"(%37) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x2x16xf32>
      %43 = "chlo.square"(%42) : (tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %44 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %45 = "stablehlo.reduce"(%43, %44) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg82: tensor<f32>, %arg83: tensor<f32>):
        %347 = "stablehlo.add"(%arg82, %arg83) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%347) : (tensor<f32>) -> ()
      }) : (tensor<1x8x2x16xf32>, tensor<f32>) -> tensor<1x8x2xf32>
      %46 = "stablehlo.broadcast_in_dim"(%45) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x2xf32>) -> tensor<1x8x2x1xf32>
      %47 = "stablehlo.constant"() <{value = dense<1.600000e+01> : tensor<f32>}> : () -> tensor<f32>
      %48 = "stablehlo.broadcast_in_dim"(%47) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x2x1xf32>
      %49 = "stablehlo.divide"(%46, %48) : (tensor<1x8x2x1xf32>, tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %50 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %51 = "stablehlo.broadcast_in_dim"(%50) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x2x1xf32>
      %52 = "stablehlo.add"(%49, %51) : (tensor<1x8x2x1xf32>, tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %53 = "stablehlo.rsqrt"(%52) : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %54 = "stablehlo.broadcast_in_dim"(%53) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x16xf32>
      %55 = "stablehlo.multiply"(%42, %54) : (tensor<1x8x2x16xf32>, tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %56 = "stablehlo.convert"(%arg37) : (tensor<16xbf16>) -> tensor<16xf32>
      %57 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %58 = "stablehlo.broadcast_in_dim"(%57) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<16xf32>
      %59 = "stablehlo.add"(%58, %56) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
      %60 = "stablehlo.broadcast_in_dim"(%59) <{broadcast_dimensions = array<i64: 3>}> : (tensor<16xf32>) -> tensor<1x1x1x16xf32>
      %61 = "stablehlo.broadcast_in_dim"(%60) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x1x1x16xf32>) -> tensor<1x8x2x16xf32>
      %62 = "stablehlo.multiply"(%55, %61) : (tensor<1x8x2x16xf32>, tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %63 = "stablehlo.convert"(%62) : (tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xbf16>
      %64 = "stablehlo.convert"(%39) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x2x16xf32>
      %65 = "chlo.square"(%64) : (tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %66 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %67 = "stablehlo.reduce"(%65, %66) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg80: tensor<f32>, %arg81: tensor<f32>):
        %346 = "stablehlo.add"(%arg80, %arg81) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%346) : (tensor<f32>) -> ()
      }) : (tensor<1x8x2x16xf32>, tensor<f32>) -> tensor<1x8x2xf32>
      %68 = "stablehlo.broadcast_in_dim"(%67) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x2xf32>) -> tensor<1x8x2x1xf32>
      %69 = "stablehlo.constant"() <{value = dense<1.600000e+01> : tensor<f32>}> : () -> tensor<f32>
      %70 = "stablehlo.broadcast_in_dim"(%69) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x2x1xf32>
      %71 = "stablehlo.divide"(%68, %70) : (tensor<1x8x2x1xf32>, tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %72 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %73 = "stablehlo.broadcast_in_dim"(%72) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x2x1xf32>
      %74 = "stablehlo.add"(%71, %73) : (tensor<1x8x2x1xf32>, tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %75 = "stablehlo.rsqrt"(%74) : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %76 = "stablehlo.broadcast_in_dim"(%75) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x16xf32>
      %77 = "stablehlo.multiply"(%64, %76) : (tensor<1x8x2x16xf32>, tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %78 = "stablehlo.convert"(%arg32) : (tensor<16xbf16>) -> tensor<16xf32>
      %79 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %80 = "stablehlo.broadcast_in_dim"(%79) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<16xf32>
      %81 = "stablehlo.add"(%80, %78) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
      %82 = "stablehlo.broadcast_in_dim"(%81) <{broadcast_dimensions = array<i64: 3>}> : (tensor<16xf32>) -> tensor<1x1x1x16xf32>
      %83 = "stablehlo.broadcast_in_dim"(%82) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x1x1x16xf32>) -> tensor<1x8x2x16xf32>
      %84 = "stablehlo.multiply"(%77, %83) : (tensor<1x8x2x16xf32>, tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %85 = "stablehlo.convert"(%84) : (tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xbf16>
      %86 = "stablehlo.dot_general"(%63, %85) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 2], lhs_contracting_dimensions = [3], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x8x2x16xbf16>) -> tensor<1x2x8x8xbf16>
      %87 = "stablehlo.convert"(%86) : (tensor<1x2x8x8xbf16>) -> tensor<1x2x8x8xf32>
      %88 = "stablehlo.constant"() <{value = dense<4.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %89 = "stablehlo.broadcast_in_dim"(%88) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8x8xf32>
      %90 = "stablehlo.divide"(%87, %89) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %91 = "stablehlo.constant"() <{value = dense<true> : tensor<i1>}> : () -> tensor<i1>
      %92 = "stablehlo.broadcast_in_dim"(%91) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<8x8xi1>
      %93 = "func.call"(%92) <{callee = @tril}> : (tensor<8x8xi1>) -> tensor<8x8xi1>
      %94 = "stablehlo.constant"() <{value = dense<-1.000000e+30> : tensor<f32>}> : () -> tensor<f32>
      %95 = "func.call"(%93, %90, %94) <{callee = @_where}> : (tensor<8x8xi1>, tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8x8xf32>
      %96 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %97 = "stablehlo.reduce"(%95, %96) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg78: tensor<f32>, %arg79: tensor<f32>):
        %345 = "stablehlo.maximum"(%arg78, %arg79) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%345) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %98 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %99 = "stablehlo.broadcast_in_dim"(%98) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8xf32>
      %100 = "stablehlo.maximum"(%99, %97) : (tensor<1x2x8xf32>, tensor<1x2x8xf32>) -> tensor<1x2x8xf32>
      %101 = "stablehlo.broadcast_in_dim"(%100) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %102 = "stablehlo.broadcast_in_dim"(%101) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %103 = "stablehlo.subtract"(%95, %102) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %104 = "stablehlo.exponential"(%103) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %105 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %106 = "stablehlo.reduce"(%104, %105) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg76: tensor<f32>, %arg77: tensor<f32>):
        %344 = "stablehlo.add"(%arg76, %arg77) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%344) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %107 = "stablehlo.broadcast_in_dim"(%106) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %108 = "stablehlo.broadcast_in_dim"(%107) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %109 = "stablehlo.divide"(%104, %108) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %110 = "stablehlo.convert"(%109) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xbf16>
      %111 = "stablehlo.dot_general"(%41, %110) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 1], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x2x8x8xbf16>) -> tensor<1x2x16x8xbf16>
      %112 = "stablehlo.transpose"(%111) <{permutation = array<i64: 0, 3, 1, 2>}> : (tensor<1x2x16x8xbf16>) -> tensor<1x8x2x16xbf16>
      %113 = "stablehlo.reshape"(%112) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x32xbf16>
      %114 = "stablehlo.dot_general"(%113, %arg35) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x32xbf16>, tensor<32x64xbf16>) -> tensor<1x8x64xbf16>
      %115 = "stablehlo.all_reduce"(%114) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg74: tensor<bf16>, %arg75: tensor<bf16>):
        %343 = "stablehlo.add"(%arg74, %arg75) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%343) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %116 = "stablehlo.add"(%arg28, %115) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %117 = "stablehlo.convert"(%116) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %118 = "chlo.square"(%117) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %119 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %120 = "stablehlo.reduce"(%118, %119) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg72: tensor<f32>, %arg73: tensor<f32>):
        %342 = "stablehlo.add"(%arg72, %arg73) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%342) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %121 = "stablehlo.broadcast_in_dim"(%120) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %122 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %123 = "stablehlo.broadcast_in_dim"(%122) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %124 = "stablehlo.divide"(%121, %123) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %125 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %126 = "stablehlo.broadcast_in_dim"(%125) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %127 = "stablehlo.add"(%124, %126) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %128 = "stablehlo.rsqrt"(%127) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %129 = "stablehlo.broadcast_in_dim"(%128) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %130 = "stablehlo.multiply"(%117, %129) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %131 = "stablehlo.convert"(%arg33) : (tensor<64xbf16>) -> tensor<64xf32>
      %132 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %133 = "stablehlo.broadcast_in_dim"(%132) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %134 = "stablehlo.add"(%133, %131) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %135 = "stablehlo.broadcast_in_dim"(%134) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %136 = "stablehlo.broadcast_in_dim"(%135) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %137 = "stablehlo.multiply"(%130, %136) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %138 = "stablehlo.convert"(%137) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %139 = "stablehlo.dot_general"(%138, %arg30) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %140 = "stablehlo.multiply"(%139, %139) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %141 = "stablehlo.multiply"(%140, %139) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %142 = "stablehlo.constant"() <{value = dense<4.467770e-02> : tensor<bf16>}> : () -> tensor<bf16>
      %143 = "stablehlo.broadcast_in_dim"(%142) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %144 = "stablehlo.multiply"(%143, %141) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %145 = "stablehlo.add"(%139, %144) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %146 = "stablehlo.constant"() <{value = dense<7.968750e-01> : tensor<bf16>}> : () -> tensor<bf16>
      %147 = "stablehlo.broadcast_in_dim"(%146) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %148 = "stablehlo.multiply"(%147, %145) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %149 = "stablehlo.tanh"(%148) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %150 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<bf16>}> : () -> tensor<bf16>
      %151 = "stablehlo.broadcast_in_dim"(%150) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %152 = "stablehlo.add"(%151, %149) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %153 = "stablehlo.constant"() <{value = dense<5.000000e-01> : tensor<bf16>}> : () -> tensor<bf16>
      %154 = "stablehlo.broadcast_in_dim"(%153) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %155 = "stablehlo.multiply"(%154, %152) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %156 = "stablehlo.multiply"(%139, %155) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %157 = "stablehlo.dot_general"(%138, %arg38) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %158 = "stablehlo.multiply"(%156, %157) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %159 = "stablehlo.dot_general"(%158, %arg29) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %160 = "stablehlo.all_reduce"(%159) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg70: tensor<bf16>, %arg71: tensor<bf16>):
        %341 = "stablehlo.add"(%arg70, %arg71) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%341) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %161 = "stablehlo.add"(%116, %160) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %162 = "stablehlo.convert"(%161) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %163 = "chlo.square"(%162) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %164 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %165 = "stablehlo.reduce"(%163, %164) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg68: tensor<f32>, %arg69: tensor<f32>):
        %340 = "stablehlo.add"(%arg68, %arg69) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%340) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %166 = "stablehlo.broadcast_in_dim"(%165) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %167 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %168 = "stablehlo.broadcast_in_dim"(%167) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %169 = "stablehlo.divide"(%166, %168) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %170 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %171 = "stablehlo.broadcast_in_dim"(%170) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %172 = "stablehlo.add"(%169, %171) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %173 = "stablehlo.rsqrt"(%172) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %174 = "stablehlo.broadcast_in_dim"(%173) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %175 = "stablehlo.multiply"(%162, %174) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %176 = "stablehlo.convert"(%arg45) : (tensor<64xbf16>) -> tensor<64xf32>
      %177 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %178 = "stablehlo.broadcast_in_dim"(%177) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %179 = "stablehlo.add"(%178, %176) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %180 = "stablehlo.broadcast_in_dim"(%179) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %181 = "stablehlo.broadcast_in_dim"(%180) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %182 = "stablehlo.multiply"(%175, %181) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %183 = "stablehlo.convert"(%182) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %184 = "stablehlo.dot_general"(%183, %arg47) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %185 = "stablehlo.reshape"(%184) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %186 = "stablehlo.dot_general"(%183, %arg42) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %187 = "stablehlo.reshape"(%186) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %188 = "stablehlo.dot_general"(%183, %arg50) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %189 = "stablehlo.reshape"(%188) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %190 = "stablehlo.convert"(%185) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x2x16xf32>
      %191 = "chlo.square"(%190) : (tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %192 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %193 = "stablehlo.reduce"(%191, %192) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg66: tensor<f32>, %arg67: tensor<f32>):
        %339 = "stablehlo.add"(%arg66, %arg67) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%339) : (tensor<f32>) -> ()
      }) : (tensor<1x8x2x16xf32>, tensor<f32>) -> tensor<1x8x2xf32>
      %194 = "stablehlo.broadcast_in_dim"(%193) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x2xf32>) -> tensor<1x8x2x1xf32>
      %195 = "stablehlo.constant"() <{value = dense<1.600000e+01> : tensor<f32>}> : () -> tensor<f32>
      %196 = "stablehlo.broadcast_in_dim"(%195) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x2x1xf32>
      %197 = "stablehlo.divide"(%194, %196) : (tensor<1x8x2x1xf32>, tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %198 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %199 = "stablehlo.broadcast_in_dim"(%198) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x2x1xf32>
      %200 = "stablehlo.add"(%197, %199) : (tensor<1x8x2x1xf32>, tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %201 = "stablehlo.rsqrt"(%200) : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %202 = "stablehlo.broadcast_in_dim"(%201) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x16xf32>
      %203 = "stablehlo.multiply"(%190, %202) : (tensor<1x8x2x16xf32>, tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %204 = "stablehlo.convert"(%arg48) : (tensor<16xbf16>) -> tensor<16xf32>
      %205 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %206 = "stablehlo.broadcast_in_dim"(%205) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<16xf32>
      %207 = "stablehlo.add"(%206, %204) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
      %208 = "stablehlo.broadcast_in_dim"(%207) <{broadcast_dimensions = array<i64: 3>}> : (tensor<16xf32>) -> tensor<1x1x1x16xf32>
      %209 = "stablehlo.broadcast_in_dim"(%208) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x1x1x16xf32>) -> tensor<1x8x2x16xf32>
      %210 = "stablehlo.multiply"(%203, %209) : (tensor<1x8x2x16xf32>, tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %211 = "stablehlo.convert"(%210) : (tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xbf16>
      %212 = "stablehlo.convert"(%187) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x2x16xf32>
      %213 = "chlo.square"(%212) : (tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %214 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %215 = "stablehlo.reduce"(%213, %214) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg64: tensor<f32>, %arg65: tensor<f32>):
        %338 = "stablehlo.add"(%arg64, %arg65) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%338) : (tensor<f32>) -> ()
      }) : (tensor<1x8x2x16xf32>, tensor<f32>) -> tensor<1x8x2xf32>
      %216 = "stablehlo.broadcast_in_dim"(%215) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x2xf32>) -> tensor<1x8x2x1xf32>
      %217 = "stablehlo.constant"() <{value = dense<1.600000e+01> : tensor<f32>}> : () -> tensor<f32>
      %218 = "stablehlo.broadcast_in_dim"(%217) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x2x1xf32>
      %219 = "stablehlo.divide"(%216, %218) : (tensor<1x8x2x1xf32>, tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %220 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %221 = "stablehlo.broadcast_in_dim"(%220) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x2x1xf32>
      %222 = "stablehlo.add"(%219, %221) : (tensor<1x8x2x1xf32>, tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %223 = "stablehlo.rsqrt"(%222) : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %224 = "stablehlo.broadcast_in_dim"(%223) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x16xf32>
      %225 = "stablehlo.multiply"(%212, %224) : (tensor<1x8x2x16xf32>, tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %226 = "stablehlo.convert"(%arg43) : (tensor<16xbf16>) -> tensor<16xf32>
      %227 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %228 = "stablehlo.broadcast_in_dim"(%227) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<16xf32>
      %229 = "stablehlo.add"(%228, %226) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
      %230 = "stablehlo.broadcast_in_dim"(%229) <{broadcast_dimensions = array<i64: 3>}> : (tensor<16xf32>) -> tensor<1x1x1x16xf32>
      %231 = "stablehlo.broadcast_in_dim"(%230) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x1x1x16xf32>) -> tensor<1x8x2x16xf32>
      %232 = "stablehlo.multiply"(%225, %231) : (tensor<1x8x2x16xf32>, tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %233 = "stablehlo.convert"(%232) : (tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xbf16>
      %234 = "stablehlo.dot_general"(%211, %233) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 2], lhs_contracting_dimensions = [3], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x8x2x16xbf16>) -> tensor<1x2x8x8xbf16>
      %235 = "stablehlo.convert"(%234) : (tensor<1x2x8x8xbf16>) -> tensor<1x2x8x8xf32>
      %236 = "stablehlo.constant"() <{value = dense<4.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %237 = "stablehlo.broadcast_in_dim"(%236) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8x8xf32>
      %238 = "stablehlo.divide"(%235, %237) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %239 = "stablehlo.constant"() <{value = dense<true> : tensor<i1>}> : () -> tensor<i1>
      %240 = "stablehlo.broadcast_in_dim"(%239) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<8x8xi1>
      %241 = "func.call"(%240) <{callee = @tril}> : (tensor<8x8xi1>) -> tensor<8x8xi1>
      %242 = "stablehlo.constant"() <{value = dense<-1.000000e+30> : tensor<f32>}> : () -> tensor<f32>
      %243 = "func.call"(%241, %238, %242) <{callee = @_where}> : (tensor<8x8xi1>, tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8x8xf32>
      %244 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %245 = "stablehlo.reduce"(%243, %244) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg62: tensor<f32>, %arg63: tensor<f32>):
        %337 = "stablehlo.maximum"(%arg62, %arg63) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%337) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %246 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %247 = "stablehlo.broadcast_in_dim"(%246) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8xf32>
      %248 = "stablehlo.maximum"(%247, %245) : (tensor<1x2x8xf32>, tensor<1x2x8xf32>) -> tensor<1x2x8xf32>
      %249 = "stablehlo.broadcast_in_dim"(%248) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %250 = "stablehlo.broadcast_in_dim"(%249) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %251 = "stablehlo.subtract"(%243, %250) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %252 = "stablehlo.exponential"(%251) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %253 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %254 = "stablehlo.reduce"(%252, %253) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg60: tensor<f32>, %arg61: tensor<f32>):
        %336 = "stablehlo.add"(%arg60, %arg61) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%336) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %255 = "stablehlo.broadcast_in_dim"(%254) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %256 = "stablehlo.broadcast_in_dim"(%255) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %257 = "stablehlo.divide"(%252, %256) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %258 = "stablehlo.convert"(%257) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xbf16>
      %259 = "stablehlo.dot_general"(%189, %258) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 1], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x2x8x8xbf16>) -> tensor<1x2x16x8xbf16>
      %260 = "stablehlo.transpose"(%259) <{permutation = array<i64: 0, 3, 1, 2>}> : (tensor<1x2x16x8xbf16>) -> tensor<1x8x2x16xbf16>
      %261 = "stablehlo.reshape"(%260) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x32xbf16>
      %262 = "stablehlo.dot_general"(%261, %arg46) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x32xbf16>, tensor<32x64xbf16>) -> tensor<1x8x64xbf16>
      %263 = "stablehlo.all_reduce"(%262) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg58: tensor<bf16>, %arg59: tensor<bf16>):
        %335 = "stablehlo.add"(%arg58, %arg59) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%335) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %264 = "stablehlo.add"(%161, %263) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %265 = "stablehlo.convert"(%264) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %266 = "chlo.square"(%265) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %267 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %268 = "stablehlo.reduce"(%266, %267) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg56: tensor<f32>, %arg57: tensor<f32>):
        %334 = "stablehlo.add"(%arg56, %arg57) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%334) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %269 = "stablehlo.broadcast_in_dim"(%268) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %270 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %271 = "stablehlo.broadcast_in_dim"(%270) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %272 = "stablehlo.divide"(%269, %271) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %273 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %274 = "stablehlo.broadcast_in_dim"(%273) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %275 = "stablehlo.add"(%272, %274) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %276 = "stablehlo.rsqrt"(%275) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %277 = "stablehlo.broadcast_in_dim"(%276) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %278 = "stablehlo.multiply"(%265, %277) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %279 = "stablehlo.convert"(%arg44) : (tensor<64xbf16>) -> tensor<64xf32>
      %280 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %281 = "stablehlo.broadcast_in_dim"(%280) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %282 = "stablehlo.add"(%281, %279) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %283 = "stablehlo.broadcast_in_dim"(%282) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %284 = "stablehlo.broadcast_in_dim"(%283) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %285 = "stablehlo.multiply"(%278, %284) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %286 = "stablehlo.convert"(%285) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %287 = "stablehlo.dot_general"(%286, %arg41) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %288 = "stablehlo.multiply"(%287, %287) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %289 = "stablehlo.multiply"(%288, %287) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %290 = "stablehlo.constant"() <{value = dense<4.467770e-02> : tensor<bf16>}> : () -> tensor<bf16>
      %291 = "stablehlo.broadcast_in_dim"(%290) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %292 = "stablehlo.multiply"(%291, %289) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %293 = "stablehlo.add"(%287, %292) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %294 = "stablehlo.constant"() <{value = dense<7.968750e-01> : tensor<bf16>}> : () -> tensor<bf16>
      %295 = "stablehlo.broadcast_in_dim"(%294) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %296 = "stablehlo.multiply"(%295, %293) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %297 = "stablehlo.tanh"(%296) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %298 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<bf16>}> : () -> tensor<bf16>
      %299 = "stablehlo.broadcast_in_dim"(%298) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %300 = "stablehlo.add"(%299, %297) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %301 = "stablehlo.constant"() <{value = dense<5.000000e-01> : tensor<bf16>}> : () -> tensor<bf16>
      %302 = "stablehlo.broadcast_in_dim"(%301) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %303 = "stablehlo.multiply"(%302, %300) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %304 = "stablehlo.multiply"(%287, %303) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %305 = "stablehlo.dot_general"(%286, %arg49) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %306 = "stablehlo.multiply"(%304, %305) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %307 = "stablehlo.dot_general"(%306, %arg40) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %308 = "stablehlo.all_reduce"(%307) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg54: tensor<bf16>, %arg55: tensor<bf16>):
        %333 = "stablehlo.add"(%arg54, %arg55) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%333) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %309 = "stablehlo.add"(%264, %308) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %310 = "stablehlo.convert"(%309) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %311 = "chlo.square"(%310) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %312 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %313 = "stablehlo.reduce"(%311, %312) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg52: tensor<f32>, %arg53: tensor<f32>):
        %332 = "stablehlo.add"(%arg52, %arg53) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%332) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %314 = "stablehlo.broadcast_in_dim"(%313) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %315 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %316 = "stablehlo.broadcast_in_dim"(%315) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %317 = "stablehlo.divide"(%314, %316) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %318 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %319 = "stablehlo.broadcast_in_dim"(%318) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %320 = "stablehlo.add"(%317, %319) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %321 = "stablehlo.rsqrt"(%320) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %322 = "stablehlo.broadcast_in_dim"(%321) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %323 = "stablehlo.multiply"(%310, %322) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %324 = "stablehlo.convert"(%arg51) : (tensor<64xbf16>) -> tensor<64xf32>
      %325 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %326 = "stablehlo.broadcast_in_dim"(%325) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %327 = "stablehlo.add"(%326, %324) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %328 = "stablehlo.broadcast_in_dim"(%327) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %329 = "stablehlo.broadcast_in_dim"(%328) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %330 = "stablehlo.multiply"(%323, %329) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %331 = "stablehlo.convert"(%330) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      "sdy.return"(%331) : (tensor<1x8x64xbf16>) -> ()
    }) : (tensor<1x8x64xbf16>, tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<64xbf16>) -> tensor<1x8x64xbf16>
    "func.return"(%13) : (tensor<1x8x64xbf16>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<8x8xi1>) -> tensor<8x8xi1>, res_attrs = [{}], sym_name = "tril", sym_visibility = "private"}> ({
  ^bb0(%arg3: tensor<8x8xi1>):
    %4 = "stablehlo.iota"() <{iota_dimension = 0 : i64}> : () -> tensor<8x8xi32>
    %5 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %6 = "stablehlo.broadcast_in_dim"(%5) <{broadcast_dimensions = array<i64>}> : (tensor<i32>) -> tensor<8x8xi32>
    %7 = "stablehlo.add"(%4, %6) : (tensor<8x8xi32>, tensor<8x8xi32>) -> tensor<8x8xi32>
    %8 = "stablehlo.iota"() <{iota_dimension = 1 : i64}> : () -> tensor<8x8xi32>
    %9 = "stablehlo.compare"(%7, %8) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction GE>}> : (tensor<8x8xi32>, tensor<8x8xi32>) -> tensor<8x8xi1>
    %10 = "stablehlo.constant"() <{value = dense<false> : tensor<i1>}> : () -> tensor<i1>
    %11 = "stablehlo.broadcast_in_dim"(%10) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<8x8xi1>
    %12 = "stablehlo.select"(%9, %arg3, %11) : (tensor<8x8xi1>, tensor<8x8xi1>, tensor<8x8xi1>) -> tensor<8x8xi1>
    "func.return"(%12) : (tensor<8x8xi1>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}, {}], function_type = (tensor<8x8xi1>, tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8x8xf32>, res_attrs = [{}], sym_name = "_where", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<8x8xi1>, %arg1: tensor<1x2x8x8xf32>, %arg2: tensor<f32>):
    %0 = "stablehlo.convert"(%arg2) : (tensor<f32>) -> tensor<f32>
    %1 = "stablehlo.broadcast_in_dim"(%arg0) <{broadcast_dimensions = array<i64: 2, 3>}> : (tensor<8x8xi1>) -> tensor<1x2x8x8xi1>
    %2 = "stablehlo.broadcast_in_dim"(%0) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8x8xf32>
    %3 = "stablehlo.select"(%1, %arg1, %2) : (tensor<1x2x8x8xi1>, tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
    "func.return"(%3) : (tensor<1x2x8x8xf32>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 2 : i32, mhlo.num_replicas = 1 : i32} : () -> ()

