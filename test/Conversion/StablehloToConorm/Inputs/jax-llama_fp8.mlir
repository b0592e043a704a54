// jax 0.11.2: jax_models.py llama_fp8
"builtin.module"() <{sym_name = "jit_model"}> ({
  "sdy.mesh"() <{mesh = #sdy.mesh<["tp"=2]>, sym_name = "mesh"}> {stablehlo.mesh = {axes = [{name = "tp", size = 2 : i64}]}} : () -> ()
  "sdy.mesh"() <{mesh = #sdy.mesh<["tp"=2]>, sym_name = "mesh_0"}> {stablehlo.mesh = {axes = [{name = "tp", size = 2 : i64}]}} : () -> ()
  "func.func"() <{arg_attrs = [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}], function_type = (tensor<1x8x64xbf16>, tensor<128x64xbf16>, tensor<64x128xf8E4M3FN>, tensor<64x64xf8E4M3FN>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64x64xf8E4M3FN>, tensor<2xf32>, tensor<2xf32>, tensor<64x128xf8E4M3FN>, tensor<64x64xf8E4M3FN>, tensor<128x64xbf16>, tensor<64x128xf8E4M3FN>, tensor<64x64xf8E4M3FN>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64x64xf8E4M3FN>, tensor<2xf32>, tensor<2xf32>, tensor<64x128xf8E4M3FN>, tensor<64x64xf8E4M3FN>, tensor<64xbf16>) -> tensor<1x8x64xbf16>, res_attrs = [{jax.result_info = "result"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg8: tensor<1x8x64xbf16>, %arg9: tensor<128x64xbf16>, %arg10: tensor<64x128xf8E4M3FN>, %arg11: tensor<64x64xf8E4M3FN>, %arg12: tensor<64xbf16>, %arg13: tensor<64xbf16>, %arg14: tensor<64x64xbf16>, %arg15: tensor<64x64xf8E4M3FN>, %arg16: tensor<2xf32>, %arg17: tensor<2xf32>, %arg18: tensor<64x128xf8E4M3FN>, %arg19: tensor<64x64xf8E4M3FN>, %arg20: tensor<128x64xbf16>, %arg21: tensor<64x128xf8E4M3FN>, %arg22: tensor<64x64xf8E4M3FN>, %arg23: tensor<64xbf16>, %arg24: tensor<64xbf16>, %arg25: tensor<64x64xbf16>, %arg26: tensor<64x64xf8E4M3FN>, %arg27: tensor<2xf32>, %arg28: tensor<2xf32>, %arg29: tensor<64x128xf8E4M3FN>, %arg30: tensor<64x64xf8E4M3FN>, %arg31: tensor<64xbf16>):
    %28 = "sdy.manual_computation"(%arg8, %arg9, %arg10, %arg11, %arg12, %arg13, %arg14, %arg15, %arg16, %arg17, %arg18, %arg19, %arg20, %arg21, %arg22, %arg23, %arg24, %arg25, %arg26, %arg27, %arg28, %arg29, %arg30, %arg31) <{in_shardings = #sdy.sharding_per_value<[<@mesh, [{}, {}, {}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>]>, manual_axes = #sdy<manual_axes{"tp"}>, out_shardings = #sdy.sharding_per_value<[<@mesh, [{}, {}, {}]>]>}> ({
    ^bb0(%arg32: tensor<1x8x64xbf16>, %arg33: tensor<64x64xbf16>, %arg34: tensor<64x64xf8E4M3FN>, %arg35: tensor<64x32xf8E4M3FN>, %arg36: tensor<64xbf16>, %arg37: tensor<64xbf16>, %arg38: tensor<32x64xbf16>, %arg39: tensor<64x32xf8E4M3FN>, %arg40: tensor<2xf32>, %arg41: tensor<2xf32>, %arg42: tensor<64x64xf8E4M3FN>, %arg43: tensor<64x32xf8E4M3FN>, %arg44: tensor<64x64xbf16>, %arg45: tensor<64x64xf8E4M3FN>, %arg46: tensor<64x32xf8E4M3FN>, %arg47: tensor<64xbf16>, %arg48: tensor<64xbf16>, %arg49: tensor<32x64xbf16>, %arg50: tensor<64x32xf8E4M3FN>, %arg51: tensor<2xf32>, %arg52: tensor<2xf32>, %arg53: tensor<64x64xf8E4M3FN>, %arg54: tensor<64x32xf8E4M3FN>, %arg55: tensor<64xbf16>):
      %29 = "stablehlo.convert"(%arg32) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %30 = "chlo.square"(%29) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %31 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %32 = "stablehlo.reduce"(%30, %31) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg80: tensor<f32>, %arg81: tensor<f32>):
        %389 = "stablehlo.add"(%arg80, %arg81) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%389) : (tensor<f32>) -> ()
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
      %44 = "stablehlo.broadcast_in_dim"(%arg37) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xbf16>) -> tensor<1x1x64xbf16>
      %45 = "stablehlo.broadcast_in_dim"(%44) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xbf16>) -> tensor<1x8x64xbf16>
      %46 = "stablehlo.multiply"(%43, %45) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %47 = "stablehlo.slice"(%arg40) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %48 = "stablehlo.reshape"(%47) : (tensor<1xf32>) -> tensor<f32>
      %49 = "stablehlo.convert"(%46) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %50 = "stablehlo.broadcast_in_dim"(%48) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %51 = "stablehlo.divide"(%49, %50) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %52 = "stablehlo.constant"() <{value = dense<-4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %53 = "stablehlo.constant"() <{value = dense<4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %54 = "func.call"(%51, %52, %53) <{callee = @clip}> : (tensor<1x8x64xf32>, tensor<f32>, tensor<f32>) -> tensor<1x8x64xf32>
      %55 = "stablehlo.convert"(%54) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf8E4M3FN>
      %56 = "stablehlo.dot_general"(%55, %arg39) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xf8E4M3FN>, tensor<64x32xf8E4M3FN>) -> tensor<1x8x32xf32>
      %57 = "stablehlo.slice"(%arg40) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %58 = "stablehlo.reshape"(%57) : (tensor<1xf32>) -> tensor<f32>
      %59 = "stablehlo.slice"(%arg40) <{limit_indices = array<i64: 2>, start_indices = array<i64: 1>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %60 = "stablehlo.reshape"(%59) : (tensor<1xf32>) -> tensor<f32>
      %61 = "stablehlo.multiply"(%58, %60) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %62 = "stablehlo.broadcast_in_dim"(%61) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x32xf32>
      %63 = "stablehlo.multiply"(%56, %62) : (tensor<1x8x32xf32>, tensor<1x8x32xf32>) -> tensor<1x8x32xf32>
      %64 = "stablehlo.convert"(%63) : (tensor<1x8x32xf32>) -> tensor<1x8x32xbf16>
      %65 = "stablehlo.reshape"(%64) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %66 = "stablehlo.slice"(%arg40) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %67 = "stablehlo.reshape"(%66) : (tensor<1xf32>) -> tensor<f32>
      %68 = "stablehlo.convert"(%46) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %69 = "stablehlo.broadcast_in_dim"(%67) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %70 = "stablehlo.divide"(%68, %69) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %71 = "stablehlo.constant"() <{value = dense<-4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %72 = "stablehlo.constant"() <{value = dense<4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %73 = "func.call"(%70, %71, %72) <{callee = @clip}> : (tensor<1x8x64xf32>, tensor<f32>, tensor<f32>) -> tensor<1x8x64xf32>
      %74 = "stablehlo.convert"(%73) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf8E4M3FN>
      %75 = "stablehlo.dot_general"(%74, %arg35) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xf8E4M3FN>, tensor<64x32xf8E4M3FN>) -> tensor<1x8x32xf32>
      %76 = "stablehlo.slice"(%arg40) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %77 = "stablehlo.reshape"(%76) : (tensor<1xf32>) -> tensor<f32>
      %78 = "stablehlo.slice"(%arg40) <{limit_indices = array<i64: 2>, start_indices = array<i64: 1>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %79 = "stablehlo.reshape"(%78) : (tensor<1xf32>) -> tensor<f32>
      %80 = "stablehlo.multiply"(%77, %79) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %81 = "stablehlo.broadcast_in_dim"(%80) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x32xf32>
      %82 = "stablehlo.multiply"(%75, %81) : (tensor<1x8x32xf32>, tensor<1x8x32xf32>) -> tensor<1x8x32xf32>
      %83 = "stablehlo.convert"(%82) : (tensor<1x8x32xf32>) -> tensor<1x8x32xbf16>
      %84 = "stablehlo.reshape"(%83) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %85 = "stablehlo.slice"(%arg40) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %86 = "stablehlo.reshape"(%85) : (tensor<1xf32>) -> tensor<f32>
      %87 = "stablehlo.convert"(%46) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %88 = "stablehlo.broadcast_in_dim"(%86) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %89 = "stablehlo.divide"(%87, %88) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %90 = "stablehlo.constant"() <{value = dense<-4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %91 = "stablehlo.constant"() <{value = dense<4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %92 = "func.call"(%89, %90, %91) <{callee = @clip}> : (tensor<1x8x64xf32>, tensor<f32>, tensor<f32>) -> tensor<1x8x64xf32>
      %93 = "stablehlo.convert"(%92) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf8E4M3FN>
      %94 = "stablehlo.dot_general"(%93, %arg43) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xf8E4M3FN>, tensor<64x32xf8E4M3FN>) -> tensor<1x8x32xf32>
      %95 = "stablehlo.slice"(%arg40) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %96 = "stablehlo.reshape"(%95) : (tensor<1xf32>) -> tensor<f32>
      %97 = "stablehlo.slice"(%arg40) <{limit_indices = array<i64: 2>, start_indices = array<i64: 1>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %98 = "stablehlo.reshape"(%97) : (tensor<1xf32>) -> tensor<f32>
      %99 = "stablehlo.multiply"(%96, %98) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %100 = "stablehlo.broadcast_in_dim"(%99) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x32xf32>
      %101 = "stablehlo.multiply"(%94, %100) : (tensor<1x8x32xf32>, tensor<1x8x32xf32>) -> tensor<1x8x32xf32>
      %102 = "stablehlo.convert"(%101) : (tensor<1x8x32xf32>) -> tensor<1x8x32xbf16>
      %103 = "stablehlo.reshape"(%102) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %104 = "stablehlo.dot_general"(%65, %84) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 2], lhs_contracting_dimensions = [3], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x8x2x16xbf16>) -> tensor<1x2x8x8xbf16>
      %105 = "stablehlo.convert"(%104) : (tensor<1x2x8x8xbf16>) -> tensor<1x2x8x8xf32>
      %106 = "stablehlo.constant"() <{value = dense<4.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %107 = "stablehlo.broadcast_in_dim"(%106) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8x8xf32>
      %108 = "stablehlo.divide"(%105, %107) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %109 = "stablehlo.constant"() <{value = dense<true> : tensor<i1>}> : () -> tensor<i1>
      %110 = "stablehlo.broadcast_in_dim"(%109) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<8x8xi1>
      %111 = "func.call"(%110) <{callee = @tril}> : (tensor<8x8xi1>) -> tensor<8x8xi1>
      %112 = "stablehlo.constant"() <{value = dense<-1.000000e+30> : tensor<f32>}> : () -> tensor<f32>
      %113 = "func.call"(%111, %108, %112) <{callee = @_where}> : (tensor<8x8xi1>, tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8x8xf32>
      %114 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %115 = "stablehlo.reduce"(%113, %114) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg78: tensor<f32>, %arg79: tensor<f32>):
        %388 = "stablehlo.maximum"(%arg78, %arg79) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%388) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %116 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %117 = "stablehlo.broadcast_in_dim"(%116) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8xf32>
      %118 = "stablehlo.maximum"(%117, %115) : (tensor<1x2x8xf32>, tensor<1x2x8xf32>) -> tensor<1x2x8xf32>
      %119 = "stablehlo.broadcast_in_dim"(%118) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %120 = "stablehlo.broadcast_in_dim"(%119) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %121 = "stablehlo.subtract"(%113, %120) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %122 = "stablehlo.exponential"(%121) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %123 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %124 = "stablehlo.reduce"(%122, %123) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg76: tensor<f32>, %arg77: tensor<f32>):
        %387 = "stablehlo.add"(%arg76, %arg77) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%387) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %125 = "stablehlo.broadcast_in_dim"(%124) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %126 = "stablehlo.broadcast_in_dim"(%125) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %127 = "stablehlo.divide"(%122, %126) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %128 = "stablehlo.convert"(%127) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xbf16>
      %129 = "stablehlo.dot_general"(%103, %128) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 1], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x2x8x8xbf16>) -> tensor<1x2x16x8xbf16>
      %130 = "stablehlo.transpose"(%129) <{permutation = array<i64: 0, 3, 1, 2>}> : (tensor<1x2x16x8xbf16>) -> tensor<1x8x2x16xbf16>
      %131 = "stablehlo.reshape"(%130) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x32xbf16>
      %132 = "stablehlo.dot_general"(%131, %arg38) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x32xbf16>, tensor<32x64xbf16>) -> tensor<1x8x64xbf16>
      %133 = "stablehlo.all_reduce"(%132) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg74: tensor<bf16>, %arg75: tensor<bf16>):
        %386 = "stablehlo.add"(%arg74, %arg75) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%386) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %134 = "stablehlo.add"(%arg32, %133) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %135 = "stablehlo.convert"(%134) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %136 = "chlo.square"(%135) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %137 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %138 = "stablehlo.reduce"(%136, %137) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg72: tensor<f32>, %arg73: tensor<f32>):
        %385 = "stablehlo.add"(%arg72, %arg73) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%385) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %139 = "stablehlo.broadcast_in_dim"(%138) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %140 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %141 = "stablehlo.broadcast_in_dim"(%140) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %142 = "stablehlo.divide"(%139, %141) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %143 = "stablehlo.constant"() <{value = dense<9.99999974E-6> : tensor<f32>}> : () -> tensor<f32>
      %144 = "stablehlo.broadcast_in_dim"(%143) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %145 = "stablehlo.add"(%142, %144) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %146 = "stablehlo.rsqrt"(%145) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %147 = "stablehlo.broadcast_in_dim"(%146) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %148 = "stablehlo.multiply"(%135, %147) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %149 = "stablehlo.convert"(%148) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %150 = "stablehlo.broadcast_in_dim"(%arg36) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xbf16>) -> tensor<1x1x64xbf16>
      %151 = "stablehlo.broadcast_in_dim"(%150) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xbf16>) -> tensor<1x8x64xbf16>
      %152 = "stablehlo.multiply"(%149, %151) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %153 = "stablehlo.slice"(%arg41) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %154 = "stablehlo.reshape"(%153) : (tensor<1xf32>) -> tensor<f32>
      %155 = "stablehlo.convert"(%152) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %156 = "stablehlo.broadcast_in_dim"(%154) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %157 = "stablehlo.divide"(%155, %156) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %158 = "stablehlo.constant"() <{value = dense<-4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %159 = "stablehlo.constant"() <{value = dense<4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %160 = "func.call"(%157, %158, %159) <{callee = @clip}> : (tensor<1x8x64xf32>, tensor<f32>, tensor<f32>) -> tensor<1x8x64xf32>
      %161 = "stablehlo.convert"(%160) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf8E4M3FN>
      %162 = "stablehlo.dot_general"(%161, %arg34) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xf8E4M3FN>, tensor<64x64xf8E4M3FN>) -> tensor<1x8x64xf32>
      %163 = "stablehlo.slice"(%arg41) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %164 = "stablehlo.reshape"(%163) : (tensor<1xf32>) -> tensor<f32>
      %165 = "stablehlo.slice"(%arg41) <{limit_indices = array<i64: 2>, start_indices = array<i64: 1>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %166 = "stablehlo.reshape"(%165) : (tensor<1xf32>) -> tensor<f32>
      %167 = "stablehlo.multiply"(%164, %166) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %168 = "stablehlo.broadcast_in_dim"(%167) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %169 = "stablehlo.multiply"(%162, %168) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %170 = "stablehlo.convert"(%169) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %171 = "func.call"(%170) <{callee = @silu}> : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %172 = "stablehlo.slice"(%arg41) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %173 = "stablehlo.reshape"(%172) : (tensor<1xf32>) -> tensor<f32>
      %174 = "stablehlo.convert"(%152) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %175 = "stablehlo.broadcast_in_dim"(%173) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %176 = "stablehlo.divide"(%174, %175) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %177 = "stablehlo.constant"() <{value = dense<-4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %178 = "stablehlo.constant"() <{value = dense<4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %179 = "func.call"(%176, %177, %178) <{callee = @clip}> : (tensor<1x8x64xf32>, tensor<f32>, tensor<f32>) -> tensor<1x8x64xf32>
      %180 = "stablehlo.convert"(%179) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf8E4M3FN>
      %181 = "stablehlo.dot_general"(%180, %arg42) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xf8E4M3FN>, tensor<64x64xf8E4M3FN>) -> tensor<1x8x64xf32>
      %182 = "stablehlo.slice"(%arg41) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %183 = "stablehlo.reshape"(%182) : (tensor<1xf32>) -> tensor<f32>
      %184 = "stablehlo.slice"(%arg41) <{limit_indices = array<i64: 2>, start_indices = array<i64: 1>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %185 = "stablehlo.reshape"(%184) : (tensor<1xf32>) -> tensor<f32>
      %186 = "stablehlo.multiply"(%183, %185) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %187 = "stablehlo.broadcast_in_dim"(%186) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %188 = "stablehlo.multiply"(%181, %187) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %189 = "stablehlo.convert"(%188) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %190 = "stablehlo.multiply"(%171, %189) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %191 = "stablehlo.dot_general"(%190, %arg33) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %192 = "stablehlo.all_reduce"(%191) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg70: tensor<bf16>, %arg71: tensor<bf16>):
        %384 = "stablehlo.add"(%arg70, %arg71) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%384) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %193 = "stablehlo.add"(%134, %192) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %194 = "stablehlo.convert"(%193) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %195 = "chlo.square"(%194) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %196 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %197 = "stablehlo.reduce"(%195, %196) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg68: tensor<f32>, %arg69: tensor<f32>):
        %383 = "stablehlo.add"(%arg68, %arg69) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%383) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %198 = "stablehlo.broadcast_in_dim"(%197) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %199 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %200 = "stablehlo.broadcast_in_dim"(%199) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %201 = "stablehlo.divide"(%198, %200) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %202 = "stablehlo.constant"() <{value = dense<9.99999974E-6> : tensor<f32>}> : () -> tensor<f32>
      %203 = "stablehlo.broadcast_in_dim"(%202) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %204 = "stablehlo.add"(%201, %203) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %205 = "stablehlo.rsqrt"(%204) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %206 = "stablehlo.broadcast_in_dim"(%205) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %207 = "stablehlo.multiply"(%194, %206) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %208 = "stablehlo.convert"(%207) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %209 = "stablehlo.broadcast_in_dim"(%arg48) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xbf16>) -> tensor<1x1x64xbf16>
      %210 = "stablehlo.broadcast_in_dim"(%209) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xbf16>) -> tensor<1x8x64xbf16>
      %211 = "stablehlo.multiply"(%208, %210) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %212 = "stablehlo.slice"(%arg51) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %213 = "stablehlo.reshape"(%212) : (tensor<1xf32>) -> tensor<f32>
      %214 = "stablehlo.convert"(%211) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %215 = "stablehlo.broadcast_in_dim"(%213) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %216 = "stablehlo.divide"(%214, %215) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %217 = "stablehlo.constant"() <{value = dense<-4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %218 = "stablehlo.constant"() <{value = dense<4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %219 = "func.call"(%216, %217, %218) <{callee = @clip}> : (tensor<1x8x64xf32>, tensor<f32>, tensor<f32>) -> tensor<1x8x64xf32>
      %220 = "stablehlo.convert"(%219) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf8E4M3FN>
      %221 = "stablehlo.dot_general"(%220, %arg50) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xf8E4M3FN>, tensor<64x32xf8E4M3FN>) -> tensor<1x8x32xf32>
      %222 = "stablehlo.slice"(%arg51) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %223 = "stablehlo.reshape"(%222) : (tensor<1xf32>) -> tensor<f32>
      %224 = "stablehlo.slice"(%arg51) <{limit_indices = array<i64: 2>, start_indices = array<i64: 1>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %225 = "stablehlo.reshape"(%224) : (tensor<1xf32>) -> tensor<f32>
      %226 = "stablehlo.multiply"(%223, %225) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %227 = "stablehlo.broadcast_in_dim"(%226) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x32xf32>
      %228 = "stablehlo.multiply"(%221, %227) : (tensor<1x8x32xf32>, tensor<1x8x32xf32>) -> tensor<1x8x32xf32>
      %229 = "stablehlo.convert"(%228) : (tensor<1x8x32xf32>) -> tensor<1x8x32xbf16>
      %230 = "stablehlo.reshape"(%229) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %231 = "stablehlo.slice"(%arg51) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %232 = "stablehlo.reshape"(%231) : (tensor<1xf32>) -> tensor<f32>
      %233 = "stablehlo.convert"(%211) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %234 = "stablehlo.broadcast_in_dim"(%232) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %235 = "stablehlo.divide"(%233, %234) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %236 = "stablehlo.constant"() <{value = dense<-4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %237 = "stablehlo.constant"() <{value = dense<4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %238 = "func.call"(%235, %236, %237) <{callee = @clip}> : (tensor<1x8x64xf32>, tensor<f32>, tensor<f32>) -> tensor<1x8x64xf32>
      %239 = "stablehlo.convert"(%238) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf8E4M3FN>
      %240 = "stablehlo.dot_general"(%239, %arg46) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xf8E4M3FN>, tensor<64x32xf8E4M3FN>) -> tensor<1x8x32xf32>
      %241 = "stablehlo.slice"(%arg51) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %242 = "stablehlo.reshape"(%241) : (tensor<1xf32>) -> tensor<f32>
      %243 = "stablehlo.slice"(%arg51) <{limit_indices = array<i64: 2>, start_indices = array<i64: 1>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %244 = "stablehlo.reshape"(%243) : (tensor<1xf32>) -> tensor<f32>
      %245 = "stablehlo.multiply"(%242, %244) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %246 = "stablehlo.broadcast_in_dim"(%245) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x32xf32>
      %247 = "stablehlo.multiply"(%240, %246) : (tensor<1x8x32xf32>, tensor<1x8x32xf32>) -> tensor<1x8x32xf32>
      %248 = "stablehlo.convert"(%247) : (tensor<1x8x32xf32>) -> tensor<1x8x32xbf16>
      %249 = "stablehlo.reshape"(%248) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %250 = "stablehlo.slice"(%arg51) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %251 = "stablehlo.reshape"(%250) : (tensor<1xf32>) -> tensor<f32>
      %252 = "stablehlo.convert"(%211) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %253 = "stablehlo.broadcast_in_dim"(%251) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %254 = "stablehlo.divide"(%252, %253) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %255 = "stablehlo.constant"() <{value = dense<-4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %256 = "stablehlo.constant"() <{value = dense<4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %257 = "func.call"(%254, %255, %256) <{callee = @clip}> : (tensor<1x8x64xf32>, tensor<f32>, tensor<f32>) -> tensor<1x8x64xf32>
      %258 = "stablehlo.convert"(%257) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf8E4M3FN>
      %259 = "stablehlo.dot_general"(%258, %arg54) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xf8E4M3FN>, tensor<64x32xf8E4M3FN>) -> tensor<1x8x32xf32>
      %260 = "stablehlo.slice"(%arg51) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %261 = "stablehlo.reshape"(%260) : (tensor<1xf32>) -> tensor<f32>
      %262 = "stablehlo.slice"(%arg51) <{limit_indices = array<i64: 2>, start_indices = array<i64: 1>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %263 = "stablehlo.reshape"(%262) : (tensor<1xf32>) -> tensor<f32>
      %264 = "stablehlo.multiply"(%261, %263) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %265 = "stablehlo.broadcast_in_dim"(%264) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x32xf32>
      %266 = "stablehlo.multiply"(%259, %265) : (tensor<1x8x32xf32>, tensor<1x8x32xf32>) -> tensor<1x8x32xf32>
      %267 = "stablehlo.convert"(%266) : (tensor<1x8x32xf32>) -> tensor<1x8x32xbf16>
      %268 = "stablehlo.reshape"(%267) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %269 = "stablehlo.dot_general"(%230, %249) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 2], lhs_contracting_dimensions = [3], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x8x2x16xbf16>) -> tensor<1x2x8x8xbf16>
      %270 = "stablehlo.convert"(%269) : (tensor<1x2x8x8xbf16>) -> tensor<1x2x8x8xf32>
      %271 = "stablehlo.constant"() <{value = dense<4.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %272 = "stablehlo.broadcast_in_dim"(%271) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8x8xf32>
      %273 = "stablehlo.divide"(%270, %272) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %274 = "stablehlo.constant"() <{value = dense<true> : tensor<i1>}> : () -> tensor<i1>
      %275 = "stablehlo.broadcast_in_dim"(%274) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<8x8xi1>
      %276 = "func.call"(%275) <{callee = @tril}> : (tensor<8x8xi1>) -> tensor<8x8xi1>
      %277 = "stablehlo.constant"() <{value = dense<-1.000000e+30> : tensor<f32>}> : () -> tensor<f32>
      %278 = "func.call"(%276, %273, %277) <{callee = @_where}> : (tensor<8x8xi1>, tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8x8xf32>
      %279 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %280 = "stablehlo.reduce"(%278, %279) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg66: tensor<f32>, %arg67: tensor<f32>):
        %382 = "stablehlo.maximum"(%arg66, %arg67) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%382) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %281 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %282 = "stablehlo.broadcast_in_dim"(%281) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8xf32>
      %283 = "stablehlo.maximum"(%282, %280) : (tensor<1x2x8xf32>, tensor<1x2x8xf32>) -> tensor<1x2x8xf32>
      %284 = "stablehlo.broadcast_in_dim"(%283) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %285 = "stablehlo.broadcast_in_dim"(%284) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %286 = "stablehlo.subtract"(%278, %285) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %287 = "stablehlo.exponential"(%286) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %288 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %289 = "stablehlo.reduce"(%287, %288) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg64: tensor<f32>, %arg65: tensor<f32>):
        %381 = "stablehlo.add"(%arg64, %arg65) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%381) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %290 = "stablehlo.broadcast_in_dim"(%289) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %291 = "stablehlo.broadcast_in_dim"(%290) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %292 = "stablehlo.divide"(%287, %291) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %293 = "stablehlo.convert"(%292) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xbf16>
      %294 = "stablehlo.dot_general"(%268, %293) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 1], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x2x8x8xbf16>) -> tensor<1x2x16x8xbf16>
      %295 = "stablehlo.transpose"(%294) <{permutation = array<i64: 0, 3, 1, 2>}> : (tensor<1x2x16x8xbf16>) -> tensor<1x8x2x16xbf16>
      %296 = "stablehlo.reshape"(%295) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x32xbf16>
      %297 = "stablehlo.dot_general"(%296, %arg49) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x32xbf16>, tensor<32x64xbf16>) -> tensor<1x8x64xbf16>
      %298 = "stablehlo.all_reduce"(%297) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg62: tensor<bf16>, %arg63: tensor<bf16>):
        %380 = "stablehlo.add"(%arg62, %arg63) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%380) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %299 = "stablehlo.add"(%193, %298) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %300 = "stablehlo.convert"(%299) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %301 = "chlo.square"(%300) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %302 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %303 = "stablehlo.reduce"(%301, %302) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg60: tensor<f32>, %arg61: tensor<f32>):
        %379 = "stablehlo.add"(%arg60, %arg61) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%379) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %304 = "stablehlo.broadcast_in_dim"(%303) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %305 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %306 = "stablehlo.broadcast_in_dim"(%305) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %307 = "stablehlo.divide"(%304, %306) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %308 = "stablehlo.constant"() <{value = dense<9.99999974E-6> : tensor<f32>}> : () -> tensor<f32>
      %309 = "stablehlo.broadcast_in_dim"(%308) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %310 = "stablehlo.add"(%307, %309) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %311 = "stablehlo.rsqrt"(%310) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %312 = "stablehlo.broadcast_in_dim"(%311) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %313 = "stablehlo.multiply"(%300, %312) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %314 = "stablehlo.convert"(%313) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %315 = "stablehlo.broadcast_in_dim"(%arg47) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xbf16>) -> tensor<1x1x64xbf16>
      %316 = "stablehlo.broadcast_in_dim"(%315) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xbf16>) -> tensor<1x8x64xbf16>
      %317 = "stablehlo.multiply"(%314, %316) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %318 = "stablehlo.slice"(%arg52) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %319 = "stablehlo.reshape"(%318) : (tensor<1xf32>) -> tensor<f32>
      %320 = "stablehlo.convert"(%317) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %321 = "stablehlo.broadcast_in_dim"(%319) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %322 = "stablehlo.divide"(%320, %321) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %323 = "stablehlo.constant"() <{value = dense<-4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %324 = "stablehlo.constant"() <{value = dense<4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %325 = "func.call"(%322, %323, %324) <{callee = @clip}> : (tensor<1x8x64xf32>, tensor<f32>, tensor<f32>) -> tensor<1x8x64xf32>
      %326 = "stablehlo.convert"(%325) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf8E4M3FN>
      %327 = "stablehlo.dot_general"(%326, %arg45) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xf8E4M3FN>, tensor<64x64xf8E4M3FN>) -> tensor<1x8x64xf32>
      %328 = "stablehlo.slice"(%arg52) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %329 = "stablehlo.reshape"(%328) : (tensor<1xf32>) -> tensor<f32>
      %330 = "stablehlo.slice"(%arg52) <{limit_indices = array<i64: 2>, start_indices = array<i64: 1>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %331 = "stablehlo.reshape"(%330) : (tensor<1xf32>) -> tensor<f32>
      %332 = "stablehlo.multiply"(%329, %331) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %333 = "stablehlo.broadcast_in_dim"(%332) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %334 = "stablehlo.multiply"(%327, %333) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %335 = "stablehlo.convert"(%334) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %336 = "func.call"(%335) <{callee = @silu}> : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %337 = "stablehlo.slice"(%arg52) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %338 = "stablehlo.reshape"(%337) : (tensor<1xf32>) -> tensor<f32>
      %339 = "stablehlo.convert"(%317) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %340 = "stablehlo.broadcast_in_dim"(%338) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %341 = "stablehlo.divide"(%339, %340) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %342 = "stablehlo.constant"() <{value = dense<-4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %343 = "stablehlo.constant"() <{value = dense<4.480000e+02> : tensor<f32>}> : () -> tensor<f32>
      %344 = "func.call"(%341, %342, %343) <{callee = @clip}> : (tensor<1x8x64xf32>, tensor<f32>, tensor<f32>) -> tensor<1x8x64xf32>
      %345 = "stablehlo.convert"(%344) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf8E4M3FN>
      %346 = "stablehlo.dot_general"(%345, %arg53) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xf8E4M3FN>, tensor<64x64xf8E4M3FN>) -> tensor<1x8x64xf32>
      %347 = "stablehlo.slice"(%arg52) <{limit_indices = array<i64: 1>, start_indices = array<i64: 0>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %348 = "stablehlo.reshape"(%347) : (tensor<1xf32>) -> tensor<f32>
      %349 = "stablehlo.slice"(%arg52) <{limit_indices = array<i64: 2>, start_indices = array<i64: 1>, strides = array<i64: 1>}> : (tensor<2xf32>) -> tensor<1xf32>
      %350 = "stablehlo.reshape"(%349) : (tensor<1xf32>) -> tensor<f32>
      %351 = "stablehlo.multiply"(%348, %350) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      %352 = "stablehlo.broadcast_in_dim"(%351) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
      %353 = "stablehlo.multiply"(%346, %352) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %354 = "stablehlo.convert"(%353) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %355 = "stablehlo.multiply"(%336, %354) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %356 = "stablehlo.dot_general"(%355, %arg44) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %357 = "stablehlo.all_reduce"(%356) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg58: tensor<bf16>, %arg59: tensor<bf16>):
        %378 = "stablehlo.add"(%arg58, %arg59) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%378) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %358 = "stablehlo.add"(%299, %357) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %359 = "stablehlo.convert"(%358) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %360 = "chlo.square"(%359) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %361 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %362 = "stablehlo.reduce"(%360, %361) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg56: tensor<f32>, %arg57: tensor<f32>):
        %377 = "stablehlo.add"(%arg56, %arg57) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%377) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %363 = "stablehlo.broadcast_in_dim"(%362) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %364 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %365 = "stablehlo.broadcast_in_dim"(%364) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %366 = "stablehlo.divide"(%363, %365) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %367 = "stablehlo.constant"() <{value = dense<9.99999974E-6> : tensor<f32>}> : () -> tensor<f32>
      %368 = "stablehlo.broadcast_in_dim"(%367) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %369 = "stablehlo.add"(%366, %368) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %370 = "stablehlo.rsqrt"(%369) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %371 = "stablehlo.broadcast_in_dim"(%370) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %372 = "stablehlo.multiply"(%359, %371) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %373 = "stablehlo.convert"(%372) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %374 = "stablehlo.broadcast_in_dim"(%arg55) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xbf16>) -> tensor<1x1x64xbf16>
      %375 = "stablehlo.broadcast_in_dim"(%374) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xbf16>) -> tensor<1x8x64xbf16>
      %376 = "stablehlo.multiply"(%373, %375) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      "sdy.return"(%376) : (tensor<1x8x64xbf16>) -> ()
    }) : (tensor<1x8x64xbf16>, tensor<128x64xbf16>, tensor<64x128xf8E4M3FN>, tensor<64x64xf8E4M3FN>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64x64xf8E4M3FN>, tensor<2xf32>, tensor<2xf32>, tensor<64x128xf8E4M3FN>, tensor<64x64xf8E4M3FN>, tensor<128x64xbf16>, tensor<64x128xf8E4M3FN>, tensor<64x64xf8E4M3FN>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64x64xf8E4M3FN>, tensor<2xf32>, tensor<2xf32>, tensor<64x128xf8E4M3FN>, tensor<64x64xf8E4M3FN>, tensor<64xbf16>) -> tensor<1x8x64xbf16>
    "func.return"(%28) : (tensor<1x8x64xbf16>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}, {}], function_type = (tensor<1x8x64xf32>, tensor<f32>, tensor<f32>) -> tensor<1x8x64xf32>, res_attrs = [{}], sym_name = "clip", sym_visibility = "private"}> ({
  ^bb0(%arg5: tensor<1x8x64xf32>, %arg6: tensor<f32>, %arg7: tensor<f32>):
    %22 = "stablehlo.convert"(%arg6) : (tensor<f32>) -> tensor<f32>
    %23 = "stablehlo.broadcast_in_dim"(%22) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
    %24 = "stablehlo.maximum"(%23, %arg5) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
    %25 = "stablehlo.convert"(%arg7) : (tensor<f32>) -> tensor<f32>
    %26 = "stablehlo.broadcast_in_dim"(%25) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x64xf32>
    %27 = "stablehlo.minimum"(%26, %24) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
    "func.return"(%27) : (tensor<1x8x64xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<8x8xi1>) -> tensor<8x8xi1>, res_attrs = [{}], sym_name = "tril", sym_visibility = "private"}> ({
  ^bb0(%arg4: tensor<8x8xi1>):
    %13 = "stablehlo.iota"() <{iota_dimension = 0 : i64}> : () -> tensor<8x8xi32>
    %14 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %15 = "stablehlo.broadcast_in_dim"(%14) <{broadcast_dimensions = array<i64>}> : (tensor<i32>) -> tensor<8x8xi32>
    %16 = "stablehlo.add"(%13, %15) : (tensor<8x8xi32>, tensor<8x8xi32>) -> tensor<8x8xi32>
    %17 = "stablehlo.iota"() <{iota_dimension = 1 : i64}> : () -> tensor<8x8xi32>
    %18 = "stablehlo.compare"(%16, %17) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction GE>}> : (tensor<8x8xi32>, tensor<8x8xi32>) -> tensor<8x8xi1>
    %19 = "stablehlo.constant"() <{value = dense<false> : tensor<i1>}> : () -> tensor<i1>
    %20 = "stablehlo.broadcast_in_dim"(%19) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<8x8xi1>
    %21 = "stablehlo.select"(%18, %arg4, %20) : (tensor<8x8xi1>, tensor<8x8xi1>, tensor<8x8xi1>) -> tensor<8x8xi1>
    "func.return"(%21) : (tensor<8x8xi1>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}, {}], function_type = (tensor<8x8xi1>, tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8x8xf32>, res_attrs = [{}], sym_name = "_where", sym_visibility = "private"}> ({
  ^bb0(%arg1: tensor<8x8xi1>, %arg2: tensor<1x2x8x8xf32>, %arg3: tensor<f32>):
    %9 = "stablehlo.convert"(%arg3) : (tensor<f32>) -> tensor<f32>
    %10 = "stablehlo.broadcast_in_dim"(%arg1) <{broadcast_dimensions = array<i64: 2, 3>}> : (tensor<8x8xi1>) -> tensor<1x2x8x8xi1>
    %11 = "stablehlo.broadcast_in_dim"(%9) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8x8xf32>
    %12 = "stablehlo.select"(%10, %arg2, %11) : (tensor<1x2x8x8xi1>, tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
    "func.return"(%12) : (tensor<1x2x8x8xf32>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}], function_type = (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>, res_attrs = [{}], sym_name = "silu", sym_visibility = "private"}> ({
  ^bb0(%arg0: tensor<1x8x64xbf16>):
    %0 = "stablehlo.negate"(%arg0) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
    %1 = "stablehlo.exponential"(%0) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
    %2 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<bf16>}> : () -> tensor<bf16>
    %3 = "stablehlo.broadcast_in_dim"(%2) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
    %4 = "stablehlo.add"(%3, %1) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
    %5 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<bf16>}> : () -> tensor<bf16>
    %6 = "stablehlo.broadcast_in_dim"(%5) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
    %7 = "stablehlo.divide"(%6, %4) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
    %8 = "stablehlo.multiply"(%arg0, %7) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
    "func.return"(%8) : (tensor<1x8x64xbf16>) -> ()
  }) : () -> ()
}) {mhlo.num_partitions = 2 : i32, mhlo.num_replicas = 1 : i32} : () -> ()

