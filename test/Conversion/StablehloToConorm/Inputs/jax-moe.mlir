// jax 0.11.2: jax_models.py moe
"builtin.module"() <{sym_name = "jit_model"}> ({
  "sdy.mesh"() <{mesh = #sdy.mesh<["tp"=2]>, sym_name = "mesh"}> {stablehlo.mesh = {axes = [{name = "tp", size = 2 : i64}]}} : () -> ()
  "sdy.mesh"() <{mesh = #sdy.mesh<["tp"=2]>, sym_name = "mesh_0"}> {stablehlo.mesh = {axes = [{name = "tp", size = 2 : i64}]}} : () -> ()
  "func.func"() <{arg_attrs = [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}], function_type = (tensor<1x8x64xbf16>, tensor<4x64x128xbf16>, tensor<4x128x64xbf16>, tensor<64x64xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64x64xbf16>, tensor<64x4xbf16>, tensor<64x64xbf16>, tensor<4x64x128xbf16>, tensor<4x128x64xbf16>, tensor<64x64xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64x64xbf16>, tensor<64x4xbf16>, tensor<64x64xbf16>, tensor<64xbf16>) -> tensor<1x8x64xbf16>, res_attrs = [{jax.result_info = "result"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg6: tensor<1x8x64xbf16>, %arg7: tensor<4x64x128xbf16>, %arg8: tensor<4x128x64xbf16>, %arg9: tensor<64x64xbf16>, %arg10: tensor<64xbf16>, %arg11: tensor<64xbf16>, %arg12: tensor<64x64xbf16>, %arg13: tensor<64x64xbf16>, %arg14: tensor<64x4xbf16>, %arg15: tensor<64x64xbf16>, %arg16: tensor<4x64x128xbf16>, %arg17: tensor<4x128x64xbf16>, %arg18: tensor<64x64xbf16>, %arg19: tensor<64xbf16>, %arg20: tensor<64xbf16>, %arg21: tensor<64x64xbf16>, %arg22: tensor<64x64xbf16>, %arg23: tensor<64x4xbf16>, %arg24: tensor<64x64xbf16>, %arg25: tensor<64xbf16>):
    %28 = "sdy.manual_computation"(%arg6, %arg7, %arg8, %arg9, %arg10, %arg11, %arg12, %arg13, %arg14, %arg15, %arg16, %arg17, %arg18, %arg19, %arg20, %arg21, %arg22, %arg23, %arg24, %arg25) <{in_shardings = #sdy.sharding_per_value<[<@mesh, [{}, {}, {}]>, <@mesh, [{}, {}, {"tp"}]>, <@mesh, [{}, {"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {}, {"tp"}]>, <@mesh, [{}, {"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>]>, manual_axes = #sdy<manual_axes{"tp"}>, out_shardings = #sdy.sharding_per_value<[<@mesh, [{}, {}, {}]>]>}> ({
    ^bb0(%arg26: tensor<1x8x64xbf16>, %arg27: tensor<4x64x64xbf16>, %arg28: tensor<4x64x64xbf16>, %arg29: tensor<64x32xbf16>, %arg30: tensor<64xbf16>, %arg31: tensor<64xbf16>, %arg32: tensor<32x64xbf16>, %arg33: tensor<64x32xbf16>, %arg34: tensor<64x4xbf16>, %arg35: tensor<64x32xbf16>, %arg36: tensor<4x64x64xbf16>, %arg37: tensor<4x64x64xbf16>, %arg38: tensor<64x32xbf16>, %arg39: tensor<64xbf16>, %arg40: tensor<64xbf16>, %arg41: tensor<32x64xbf16>, %arg42: tensor<64x32xbf16>, %arg43: tensor<64x4xbf16>, %arg44: tensor<64x32xbf16>, %arg45: tensor<64xbf16>):
      %29 = "stablehlo.convert"(%arg26) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %30 = "chlo.square"(%29) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %31 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %32 = "stablehlo.reduce"(%30, %31) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg82: tensor<f32>, %arg83: tensor<f32>):
        %271 = "stablehlo.add"(%arg82, %arg83) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%271) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %33 = "stablehlo.broadcast_in_dim"(%32) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %34 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %35 = "stablehlo.broadcast_in_dim"(%34) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %36 = "stablehlo.divide"(%33, %35) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %37 = "stablehlo.constant"() <{value = dense<9.99999974E-6> : tensor<f32>}> : () -> tensor<f32>
      %38 = "stablehlo.broadcast_in_dim"(%37) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %39 = "stablehlo.add"(%36, %38) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %40 = "stablehlo.rsqrt"(%39) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %41 = "stablehlo.broadcast_in_dim"(%40) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %42 = "stablehlo.multiply"(%29, %41) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %43 = "stablehlo.convert"(%42) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %44 = "stablehlo.broadcast_in_dim"(%arg31) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xbf16>) -> tensor<1x1x64xbf16>
      %45 = "stablehlo.broadcast_in_dim"(%44) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xbf16>) -> tensor<1x8x64xbf16>
      %46 = "stablehlo.multiply"(%43, %45) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %47 = "stablehlo.dot_general"(%46, %arg33) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %48 = "stablehlo.reshape"(%47) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %49 = "stablehlo.dot_general"(%46, %arg29) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %50 = "stablehlo.reshape"(%49) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %51 = "stablehlo.dot_general"(%46, %arg35) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %52 = "stablehlo.reshape"(%51) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %53 = "stablehlo.dot_general"(%48, %50) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 2], lhs_contracting_dimensions = [3], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x8x2x16xbf16>) -> tensor<1x2x8x8xbf16>
      %54 = "stablehlo.convert"(%53) : (tensor<1x2x8x8xbf16>) -> tensor<1x2x8x8xf32>
      %55 = "stablehlo.constant"() <{value = dense<4.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %56 = "stablehlo.broadcast_in_dim"(%55) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8x8xf32>
      %57 = "stablehlo.divide"(%54, %56) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %58 = "stablehlo.constant"() <{value = dense<true> : tensor<i1>}> : () -> tensor<i1>
      %59 = "stablehlo.broadcast_in_dim"(%58) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<8x8xi1>
      %60 = "func.call"(%59) <{callee = @tril}> : (tensor<8x8xi1>) -> tensor<8x8xi1>
      %61 = "stablehlo.constant"() <{value = dense<-1.000000e+30> : tensor<f32>}> : () -> tensor<f32>
      %62 = "func.call"(%60, %57, %61) <{callee = @_where}> : (tensor<8x8xi1>, tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8x8xf32>
      %63 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %64 = "stablehlo.reduce"(%62, %63) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg80: tensor<f32>, %arg81: tensor<f32>):
        %270 = "stablehlo.maximum"(%arg80, %arg81) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%270) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %65 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %66 = "stablehlo.broadcast_in_dim"(%65) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8xf32>
      %67 = "stablehlo.maximum"(%66, %64) : (tensor<1x2x8xf32>, tensor<1x2x8xf32>) -> tensor<1x2x8xf32>
      %68 = "stablehlo.broadcast_in_dim"(%67) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %69 = "stablehlo.broadcast_in_dim"(%68) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %70 = "stablehlo.subtract"(%62, %69) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %71 = "stablehlo.exponential"(%70) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %72 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %73 = "stablehlo.reduce"(%71, %72) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg78: tensor<f32>, %arg79: tensor<f32>):
        %269 = "stablehlo.add"(%arg78, %arg79) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%269) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %74 = "stablehlo.broadcast_in_dim"(%73) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %75 = "stablehlo.broadcast_in_dim"(%74) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %76 = "stablehlo.divide"(%71, %75) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %77 = "stablehlo.convert"(%76) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xbf16>
      %78 = "stablehlo.dot_general"(%52, %77) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 1], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x2x8x8xbf16>) -> tensor<1x2x16x8xbf16>
      %79 = "stablehlo.transpose"(%78) <{permutation = array<i64: 0, 3, 1, 2>}> : (tensor<1x2x16x8xbf16>) -> tensor<1x8x2x16xbf16>
      %80 = "stablehlo.reshape"(%79) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x32xbf16>
      %81 = "stablehlo.dot_general"(%80, %arg32) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x32xbf16>, tensor<32x64xbf16>) -> tensor<1x8x64xbf16>
      %82 = "stablehlo.all_reduce"(%81) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg76: tensor<bf16>, %arg77: tensor<bf16>):
        %268 = "stablehlo.add"(%arg76, %arg77) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%268) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %83 = "stablehlo.add"(%arg26, %82) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %84 = "stablehlo.convert"(%83) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %85 = "chlo.square"(%84) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %86 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %87 = "stablehlo.reduce"(%85, %86) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg74: tensor<f32>, %arg75: tensor<f32>):
        %267 = "stablehlo.add"(%arg74, %arg75) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%267) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %88 = "stablehlo.broadcast_in_dim"(%87) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %89 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %90 = "stablehlo.broadcast_in_dim"(%89) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %91 = "stablehlo.divide"(%88, %90) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %92 = "stablehlo.constant"() <{value = dense<9.99999974E-6> : tensor<f32>}> : () -> tensor<f32>
      %93 = "stablehlo.broadcast_in_dim"(%92) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %94 = "stablehlo.add"(%91, %93) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %95 = "stablehlo.rsqrt"(%94) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %96 = "stablehlo.broadcast_in_dim"(%95) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %97 = "stablehlo.multiply"(%84, %96) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %98 = "stablehlo.convert"(%97) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %99 = "stablehlo.broadcast_in_dim"(%arg30) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xbf16>) -> tensor<1x1x64xbf16>
      %100 = "stablehlo.broadcast_in_dim"(%99) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xbf16>) -> tensor<1x8x64xbf16>
      %101 = "stablehlo.multiply"(%98, %100) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %102 = "stablehlo.dot_general"(%101, %arg34) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x4xbf16>) -> tensor<1x8x4xbf16>
      %103 = "stablehlo.convert"(%102) : (tensor<1x8x4xbf16>) -> tensor<1x8x4xf32>
      %104 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %105 = "stablehlo.reduce"(%103, %104) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg72: tensor<f32>, %arg73: tensor<f32>):
        %266 = "stablehlo.maximum"(%arg72, %arg73) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%266) : (tensor<f32>) -> ()
      }) : (tensor<1x8x4xf32>, tensor<f32>) -> tensor<1x8xf32>
      %106 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %107 = "stablehlo.broadcast_in_dim"(%106) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8xf32>
      %108 = "stablehlo.maximum"(%107, %105) : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
      %109 = "stablehlo.broadcast_in_dim"(%108) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %110 = "stablehlo.broadcast_in_dim"(%109) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x4xf32>
      %111 = "stablehlo.subtract"(%103, %110) : (tensor<1x8x4xf32>, tensor<1x8x4xf32>) -> tensor<1x8x4xf32>
      %112 = "stablehlo.exponential"(%111) : (tensor<1x8x4xf32>) -> tensor<1x8x4xf32>
      %113 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %114 = "stablehlo.reduce"(%112, %113) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg70: tensor<f32>, %arg71: tensor<f32>):
        %265 = "stablehlo.add"(%arg70, %arg71) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%265) : (tensor<f32>) -> ()
      }) : (tensor<1x8x4xf32>, tensor<f32>) -> tensor<1x8xf32>
      %115 = "stablehlo.broadcast_in_dim"(%114) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %116 = "stablehlo.broadcast_in_dim"(%115) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x4xf32>
      %117 = "stablehlo.divide"(%112, %116) : (tensor<1x8x4xf32>, tensor<1x8x4xf32>) -> tensor<1x8x4xf32>
      %118:2 = "chlo.top_k"(%117) <{is_stable = true, k = 2 : i64}> : (tensor<1x8x4xf32>) -> (tensor<1x8x2xf32>, tensor<1x8x2xi32>)
      %119 = "func.call"(%118#1) <{callee = @_one_hot}> : (tensor<1x8x2xi32>) -> tensor<1x8x2x4xf32>
      %120 = "stablehlo.broadcast_in_dim"(%118#0) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x2xf32>) -> tensor<1x8x2x1xf32>
      %121 = "stablehlo.broadcast_in_dim"(%120) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x4xf32>
      %122 = "stablehlo.multiply"(%119, %121) : (tensor<1x8x2x4xf32>, tensor<1x8x2x4xf32>) -> tensor<1x8x2x4xf32>
      %123 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %124 = "stablehlo.reduce"(%122, %123) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg68: tensor<f32>, %arg69: tensor<f32>):
        %264 = "stablehlo.add"(%arg68, %arg69) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%264) : (tensor<f32>) -> ()
      }) : (tensor<1x8x2x4xf32>, tensor<f32>) -> tensor<1x8x4xf32>
      %125 = "stablehlo.convert"(%124) : (tensor<1x8x4xf32>) -> tensor<1x8x4xbf16>
      %126 = "stablehlo.dot_general"(%101, %arg27) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<4x64x64xbf16>) -> tensor<1x8x4x64xbf16>
      %127 = "func.call"(%126) <{callee = @silu}> : (tensor<1x8x4x64xbf16>) -> tensor<1x8x4x64xbf16>
      %128 = "stablehlo.dot_general"(%127, %125) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 1, 2], rhs_batching_dimensions = [0, 1, 2]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x4x64xbf16>, tensor<1x8x4xbf16>) -> tensor<1x8x4x64xbf16>
      %129 = "stablehlo.dot_general"(%128, %arg28) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2, 3], rhs_contracting_dimensions = [0, 1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x4x64xbf16>, tensor<4x64x64xbf16>) -> tensor<1x8x64xbf16>
      %130 = "stablehlo.all_reduce"(%129) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg66: tensor<bf16>, %arg67: tensor<bf16>):
        %263 = "stablehlo.add"(%arg66, %arg67) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%263) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %131 = "stablehlo.add"(%83, %130) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %132 = "stablehlo.convert"(%131) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %133 = "chlo.square"(%132) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %134 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %135 = "stablehlo.reduce"(%133, %134) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg64: tensor<f32>, %arg65: tensor<f32>):
        %262 = "stablehlo.add"(%arg64, %arg65) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%262) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %136 = "stablehlo.broadcast_in_dim"(%135) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %137 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %138 = "stablehlo.broadcast_in_dim"(%137) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %139 = "stablehlo.divide"(%136, %138) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %140 = "stablehlo.constant"() <{value = dense<9.99999974E-6> : tensor<f32>}> : () -> tensor<f32>
      %141 = "stablehlo.broadcast_in_dim"(%140) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %142 = "stablehlo.add"(%139, %141) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %143 = "stablehlo.rsqrt"(%142) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %144 = "stablehlo.broadcast_in_dim"(%143) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %145 = "stablehlo.multiply"(%132, %144) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %146 = "stablehlo.convert"(%145) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %147 = "stablehlo.broadcast_in_dim"(%arg40) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xbf16>) -> tensor<1x1x64xbf16>
      %148 = "stablehlo.broadcast_in_dim"(%147) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xbf16>) -> tensor<1x8x64xbf16>
      %149 = "stablehlo.multiply"(%146, %148) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %150 = "stablehlo.dot_general"(%149, %arg42) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %151 = "stablehlo.reshape"(%150) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %152 = "stablehlo.dot_general"(%149, %arg38) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %153 = "stablehlo.reshape"(%152) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %154 = "stablehlo.dot_general"(%149, %arg44) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %155 = "stablehlo.reshape"(%154) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %156 = "stablehlo.dot_general"(%151, %153) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 2], lhs_contracting_dimensions = [3], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x8x2x16xbf16>) -> tensor<1x2x8x8xbf16>
      %157 = "stablehlo.convert"(%156) : (tensor<1x2x8x8xbf16>) -> tensor<1x2x8x8xf32>
      %158 = "stablehlo.constant"() <{value = dense<4.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %159 = "stablehlo.broadcast_in_dim"(%158) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8x8xf32>
      %160 = "stablehlo.divide"(%157, %159) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %161 = "stablehlo.constant"() <{value = dense<true> : tensor<i1>}> : () -> tensor<i1>
      %162 = "stablehlo.broadcast_in_dim"(%161) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<8x8xi1>
      %163 = "func.call"(%162) <{callee = @tril}> : (tensor<8x8xi1>) -> tensor<8x8xi1>
      %164 = "stablehlo.constant"() <{value = dense<-1.000000e+30> : tensor<f32>}> : () -> tensor<f32>
      %165 = "func.call"(%163, %160, %164) <{callee = @_where}> : (tensor<8x8xi1>, tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8x8xf32>
      %166 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %167 = "stablehlo.reduce"(%165, %166) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg62: tensor<f32>, %arg63: tensor<f32>):
        %261 = "stablehlo.maximum"(%arg62, %arg63) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%261) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %168 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %169 = "stablehlo.broadcast_in_dim"(%168) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8xf32>
      %170 = "stablehlo.maximum"(%169, %167) : (tensor<1x2x8xf32>, tensor<1x2x8xf32>) -> tensor<1x2x8xf32>
      %171 = "stablehlo.broadcast_in_dim"(%170) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %172 = "stablehlo.broadcast_in_dim"(%171) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %173 = "stablehlo.subtract"(%165, %172) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %174 = "stablehlo.exponential"(%173) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %175 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %176 = "stablehlo.reduce"(%174, %175) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg60: tensor<f32>, %arg61: tensor<f32>):
        %260 = "stablehlo.add"(%arg60, %arg61) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%260) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %177 = "stablehlo.broadcast_in_dim"(%176) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %178 = "stablehlo.broadcast_in_dim"(%177) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %179 = "stablehlo.divide"(%174, %178) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %180 = "stablehlo.convert"(%179) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xbf16>
      %181 = "stablehlo.dot_general"(%155, %180) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 1], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x2x8x8xbf16>) -> tensor<1x2x16x8xbf16>
      %182 = "stablehlo.transpose"(%181) <{permutation = array<i64: 0, 3, 1, 2>}> : (tensor<1x2x16x8xbf16>) -> tensor<1x8x2x16xbf16>
      %183 = "stablehlo.reshape"(%182) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x32xbf16>
      %184 = "stablehlo.dot_general"(%183, %arg41) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x32xbf16>, tensor<32x64xbf16>) -> tensor<1x8x64xbf16>
      %185 = "stablehlo.all_reduce"(%184) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg58: tensor<bf16>, %arg59: tensor<bf16>):
        %259 = "stablehlo.add"(%arg58, %arg59) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%259) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %186 = "stablehlo.add"(%131, %185) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %187 = "stablehlo.convert"(%186) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %188 = "chlo.square"(%187) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %189 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %190 = "stablehlo.reduce"(%188, %189) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg56: tensor<f32>, %arg57: tensor<f32>):
        %258 = "stablehlo.add"(%arg56, %arg57) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%258) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %191 = "stablehlo.broadcast_in_dim"(%190) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %192 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %193 = "stablehlo.broadcast_in_dim"(%192) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %194 = "stablehlo.divide"(%191, %193) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %195 = "stablehlo.constant"() <{value = dense<9.99999974E-6> : tensor<f32>}> : () -> tensor<f32>
      %196 = "stablehlo.broadcast_in_dim"(%195) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %197 = "stablehlo.add"(%194, %196) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %198 = "stablehlo.rsqrt"(%197) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %199 = "stablehlo.broadcast_in_dim"(%198) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %200 = "stablehlo.multiply"(%187, %199) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %201 = "stablehlo.convert"(%200) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %202 = "stablehlo.broadcast_in_dim"(%arg39) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xbf16>) -> tensor<1x1x64xbf16>
      %203 = "stablehlo.broadcast_in_dim"(%202) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xbf16>) -> tensor<1x8x64xbf16>
      %204 = "stablehlo.multiply"(%201, %203) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %205 = "stablehlo.dot_general"(%204, %arg43) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x4xbf16>) -> tensor<1x8x4xbf16>
      %206 = "stablehlo.convert"(%205) : (tensor<1x8x4xbf16>) -> tensor<1x8x4xf32>
      %207 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %208 = "stablehlo.reduce"(%206, %207) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg54: tensor<f32>, %arg55: tensor<f32>):
        %257 = "stablehlo.maximum"(%arg54, %arg55) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%257) : (tensor<f32>) -> ()
      }) : (tensor<1x8x4xf32>, tensor<f32>) -> tensor<1x8xf32>
      %209 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %210 = "stablehlo.broadcast_in_dim"(%209) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8xf32>
      %211 = "stablehlo.maximum"(%210, %208) : (tensor<1x8xf32>, tensor<1x8xf32>) -> tensor<1x8xf32>
      %212 = "stablehlo.broadcast_in_dim"(%211) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %213 = "stablehlo.broadcast_in_dim"(%212) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x4xf32>
      %214 = "stablehlo.subtract"(%206, %213) : (tensor<1x8x4xf32>, tensor<1x8x4xf32>) -> tensor<1x8x4xf32>
      %215 = "stablehlo.exponential"(%214) : (tensor<1x8x4xf32>) -> tensor<1x8x4xf32>
      %216 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %217 = "stablehlo.reduce"(%215, %216) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg52: tensor<f32>, %arg53: tensor<f32>):
        %256 = "stablehlo.add"(%arg52, %arg53) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%256) : (tensor<f32>) -> ()
      }) : (tensor<1x8x4xf32>, tensor<f32>) -> tensor<1x8xf32>
      %218 = "stablehlo.broadcast_in_dim"(%217) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %219 = "stablehlo.broadcast_in_dim"(%218) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x4xf32>
      %220 = "stablehlo.divide"(%215, %219) : (tensor<1x8x4xf32>, tensor<1x8x4xf32>) -> tensor<1x8x4xf32>
      %221:2 = "chlo.top_k"(%220) <{is_stable = true, k = 2 : i64}> : (tensor<1x8x4xf32>) -> (tensor<1x8x2xf32>, tensor<1x8x2xi32>)
      %222 = "func.call"(%221#1) <{callee = @_one_hot}> : (tensor<1x8x2xi32>) -> tensor<1x8x2x4xf32>
      %223 = "stablehlo.broadcast_in_dim"(%221#0) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x2xf32>) -> tensor<1x8x2x1xf32>
      %224 = "stablehlo.broadcast_in_dim"(%223) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x4xf32>
      %225 = "stablehlo.multiply"(%222, %224) : (tensor<1x8x2x4xf32>, tensor<1x8x2x4xf32>) -> tensor<1x8x2x4xf32>
      %226 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %227 = "stablehlo.reduce"(%225, %226) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg50: tensor<f32>, %arg51: tensor<f32>):
        %255 = "stablehlo.add"(%arg50, %arg51) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%255) : (tensor<f32>) -> ()
      }) : (tensor<1x8x2x4xf32>, tensor<f32>) -> tensor<1x8x4xf32>
      %228 = "stablehlo.convert"(%227) : (tensor<1x8x4xf32>) -> tensor<1x8x4xbf16>
      %229 = "stablehlo.dot_general"(%204, %arg36) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<4x64x64xbf16>) -> tensor<1x8x4x64xbf16>
      %230 = "func.call"(%229) <{callee = @silu}> : (tensor<1x8x4x64xbf16>) -> tensor<1x8x4x64xbf16>
      %231 = "stablehlo.dot_general"(%230, %228) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 1, 2], rhs_batching_dimensions = [0, 1, 2]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x4x64xbf16>, tensor<1x8x4xbf16>) -> tensor<1x8x4x64xbf16>
      %232 = "stablehlo.dot_general"(%231, %arg37) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2, 3], rhs_contracting_dimensions = [0, 1]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x4x64xbf16>, tensor<4x64x64xbf16>) -> tensor<1x8x64xbf16>
      %233 = "stablehlo.all_reduce"(%232) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg48: tensor<bf16>, %arg49: tensor<bf16>):
        %254 = "stablehlo.add"(%arg48, %arg49) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%254) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %234 = "stablehlo.add"(%186, %233) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %235 = "stablehlo.convert"(%234) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %236 = "chlo.square"(%235) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %237 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %238 = "stablehlo.reduce"(%236, %237) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg46: tensor<f32>, %arg47: tensor<f32>):
        %253 = "stablehlo.add"(%arg46, %arg47) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%253) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %239 = "stablehlo.broadcast_in_dim"(%238) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %240 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %241 = "stablehlo.broadcast_in_dim"(%240) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %242 = "stablehlo.divide"(%239, %241) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %243 = "stablehlo.constant"() <{value = dense<9.99999974E-6> : tensor<f32>}> : () -> tensor<f32>
      %244 = "stablehlo.broadcast_in_dim"(%243) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %245 = "stablehlo.add"(%242, %244) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %246 = "stablehlo.rsqrt"(%245) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %247 = "stablehlo.broadcast_in_dim"(%246) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %248 = "stablehlo.multiply"(%235, %247) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %249 = "stablehlo.convert"(%248) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %250 = "stablehlo.broadcast_in_dim"(%arg45) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xbf16>) -> tensor<1x1x64xbf16>
      %251 = "stablehlo.broadcast_in_dim"(%250) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xbf16>) -> tensor<1x8x64xbf16>
      %252 = "stablehlo.multiply"(%249, %251) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      "sdy.return"(%252) : (tensor<1x8x64xbf16>) -> ()
    }) : (tensor<1x8x64xbf16>, tensor<4x64x128xbf16>, tensor<4x128x64xbf16>, tensor<64x64xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64x64xbf16>, tensor<64x4xbf16>, tensor<64x64xbf16>, tensor<4x64x128xbf16>, tensor<4x128x64xbf16>, tensor<64x64xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64x64xbf16>, tensor<64x4xbf16>, tensor<64x64xbf16>, tensor<64xbf16>) -> tensor<1x8x64xbf16>
    "func.return"(%28) : (tensor<1x8x64xbf16>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<8x8xi1>) -> tensor<8x8xi1>, res_attrs = [{}], sym_name = "tril", sym_visibility = "private"}> ({
  ^bb0(%arg5: tensor<8x8xi1>):
    %19 = "stablehlo.iota"() <{iota_dimension = 0 : i64}> : () -> tensor<8x8xi32>
    %20 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %21 = "stablehlo.broadcast_in_dim"(%20) <{broadcast_dimensions = array<i64>}> : (tensor<i32>) -> tensor<8x8xi32>
    %22 = "stablehlo.add"(%19, %21) : (tensor<8x8xi32>, tensor<8x8xi32>) -> tensor<8x8xi32>
    %23 = "stablehlo.iota"() <{iota_dimension = 1 : i64}> : () -> tensor<8x8xi32>
    %24 = "stablehlo.compare"(%22, %23) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction GE>}> : (tensor<8x8xi32>, tensor<8x8xi32>) -> tensor<8x8xi1>
    %25 = "stablehlo.constant"() <{value = dense<false> : tensor<i1>}> : () -> tensor<i1>
    %26 = "stablehlo.broadcast_in_dim"(%25) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<8x8xi1>
    %27 = "stablehlo.select"(%24, %arg5, %26) : (tensor<8x8xi1>, tensor<8x8xi1>, tensor<8x8xi1>) -> tensor<8x8xi1>
    "func.return"(%27) : (tensor<8x8xi1>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}, {}], function_type = (tensor<8x8xi1>, tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8x8xf32>, res_attrs = [{}], sym_name = "_where", sym_visibility = "private"}> ({
  ^bb0(%arg2: tensor<8x8xi1>, %arg3: tensor<1x2x8x8xf32>, %arg4: tensor<f32>):
    %15 = "stablehlo.convert"(%arg4) : (tensor<f32>) -> tensor<f32>
    %16 = "stablehlo.broadcast_in_dim"(%arg2) <{broadcast_dimensions = array<i64: 2, 3>}> : (tensor<8x8xi1>) -> tensor<1x2x8x8xi1>
    %17 = "stablehlo.broadcast_in_dim"(%15) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8x8xf32>
    %18 = "stablehlo.select"(%16, %arg3, %17) : (tensor<1x2x8x8xi1>, tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
    "func.return"(%18) : (tensor<1x2x8x8xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<1x8x2xi32>) -> tensor<1x8x2x4xf32>, res_attrs = [{}], sym_name = "_one_hot", sym_visibility = "private"}> ({
  ^bb0(%arg1: tensor<1x8x2xi32>):
    %9 = "stablehlo.broadcast_in_dim"(%arg1) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x2xi32>) -> tensor<1x8x2x1xi32>
    %10 = "stablehlo.iota"() <{iota_dimension = 3 : i64}> : () -> tensor<1x1x1x4xi32>
    %11 = "stablehlo.broadcast_in_dim"(%9) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x8x2x1xi32>) -> tensor<1x8x2x4xi32>
    %12 = "stablehlo.broadcast_in_dim"(%10) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x1x1x4xi32>) -> tensor<1x8x2x4xi32>
    %13 = "stablehlo.compare"(%11, %12) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction EQ>}> : (tensor<1x8x2x4xi32>, tensor<1x8x2x4xi32>) -> tensor<1x8x2x4xi1>
    %14 = "stablehlo.convert"(%13) : (tensor<1x8x2x4xi1>) -> tensor<1x8x2x4xf32>
    "func.return"(%14) : (tensor<1x8x2x4xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<1x8x4x64xbf16>) -> tensor<1x8x4x64xbf16>, res_attrs = [{}], sym_name = "silu", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<1x8x4x64xbf16>):
    %0 = "stablehlo.negate"(%arg0) : (tensor<1x8x4x64xbf16>) -> tensor<1x8x4x64xbf16>
    %1 = "stablehlo.exponential"(%0) : (tensor<1x8x4x64xbf16>) -> tensor<1x8x4x64xbf16>
    %2 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<bf16>}> : () -> tensor<bf16>
    %3 = "stablehlo.broadcast_in_dim"(%2) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x4x64xbf16>
    %4 = "stablehlo.add"(%3, %1) : (tensor<1x8x4x64xbf16>, tensor<1x8x4x64xbf16>) -> tensor<1x8x4x64xbf16>
    %5 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<bf16>}> : () -> tensor<bf16>
    %6 = "stablehlo.broadcast_in_dim"(%5) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x4x64xbf16>
    %7 = "stablehlo.divide"(%6, %4) : (tensor<1x8x4x64xbf16>, tensor<1x8x4x64xbf16>) -> tensor<1x8x4x64xbf16>
    %8 = "stablehlo.multiply"(%arg0, %7) : (tensor<1x8x4x64xbf16>, tensor<1x8x4x64xbf16>) -> tensor<1x8x4x64xbf16>
    "func.return"(%8) : (tensor<1x8x4x64xbf16>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 2 : i32, mhlo.num_replicas = 1 : i32} : () -> ()

