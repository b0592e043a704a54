// jax 0.11.2: jax_models.py gemma3
"builtin.module"() <{sym_name = "jit_model"}> ({
  "sdy.mesh"() <{mesh = #sdy.mesh<["tp"=2]>, sym_name = "mesh"}> {stablehlo.mesh = {axes = [{name = "tp", size = 2 : i64}]}} : () -> ()
  "sdy.mesh"() <{mesh = #sdy.mesh<["tp"=2]>, sym_name = "mesh_0"}> {stablehlo.mesh = {axes = [{name = "tp", size = 2 : i64}]}} : () -> ()
  "func.func"() <{arg_attrs = [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}], function_type = (tensor<1x8x64xbf16>, tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<64xbf16>) -> tensor<1x8x64xbf16>, res_attrs = [{jax.result_info = "result"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg4: tensor<1x8x64xbf16>, %arg5: tensor<128x64xbf16>, %arg6: tensor<64x128xbf16>, %arg7: tensor<64x64xbf16>, %arg8: tensor<16xbf16>, %arg9: tensor<64xbf16>, %arg10: tensor<64xbf16>, %arg11: tensor<64x64xbf16>, %arg12: tensor<64xbf16>, %arg13: tensor<64xbf16>, %arg14: tensor<64x64xbf16>, %arg15: tensor<16xbf16>, %arg16: tensor<64x128xbf16>, %arg17: tensor<64x64xbf16>, %arg18: tensor<128x64xbf16>, %arg19: tensor<64x128xbf16>, %arg20: tensor<64x64xbf16>, %arg21: tensor<16xbf16>, %arg22: tensor<64xbf16>, %arg23: tensor<64xbf16>, %arg24: tensor<64x64xbf16>, %arg25: tensor<64xbf16>, %arg26: tensor<64xbf16>, %arg27: tensor<64x64xbf16>, %arg28: tensor<16xbf16>, %arg29: tensor<64x128xbf16>, %arg30: tensor<64x64xbf16>, %arg31: tensor<64xbf16>):
    %13 = "sdy.manual_computation"(%arg4, %arg5, %arg6, %arg7, %arg8, %arg9, %arg10, %arg11, %arg12, %arg13, %arg14, %arg15, %arg16, %arg17, %arg18, %arg19, %arg20, %arg21, %arg22, %arg23, %arg24, %arg25, %arg26, %arg27, %arg28, %arg29, %arg30, %arg31) <{in_shardings = #sdy.sharding_per_value<[<@mesh, [{}, {}, {}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{"tp"}, {}]>, <@mesh, [{}]>, <@mesh, [{}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}, {"tp"}]>, <@mesh, [{}]>]>, manual_axes = #sdy<manual_axes{"tp"}>, out_shardings = #sdy.sharding_per_value<[<@mesh, [{}, {}, {}]>]>}> ({
    ^bb0(%arg32: tensor<1x8x64xbf16>, %arg33: tensor<64x64xbf16>, %arg34: tensor<64x64xbf16>, %arg35: tensor<64x32xbf16>, %arg36: tensor<16xbf16>, %arg37: tensor<64xbf16>, %arg38: tensor<64xbf16>, %arg39: tensor<32x64xbf16>, %arg40: tensor<64xbf16>, %arg41: tensor<64xbf16>, %arg42: tensor<64x32xbf16>, %arg43: tensor<16xbf16>, %arg44: tensor<64x64xbf16>, %arg45: tensor<64x32xbf16>, %arg46: tensor<64x64xbf16>, %arg47: tensor<64x64xbf16>, %arg48: tensor<64x32xbf16>, %arg49: tensor<16xbf16>, %arg50: tensor<64xbf16>, %arg51: tensor<64xbf16>, %arg52: tensor<32x64xbf16>, %arg53: tensor<64xbf16>, %arg54: tensor<64xbf16>, %arg55: tensor<64x32xbf16>, %arg56: tensor<16xbf16>, %arg57: tensor<64x64xbf16>, %arg58: tensor<64x32xbf16>, %arg59: tensor<64xbf16>):
      %14 = "stablehlo.convert"(%arg32) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %15 = "chlo.square"(%14) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %16 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %17 = "stablehlo.reduce"(%15, %16) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg100: tensor<f32>, %arg101: tensor<f32>):
        %440 = "stablehlo.add"(%arg100, %arg101) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%440) : (tensor<f32>) -> ()
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
      %28 = "stablehlo.convert"(%arg38) : (tensor<64xbf16>) -> tensor<64xf32>
      %29 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %30 = "stablehlo.broadcast_in_dim"(%29) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %31 = "stablehlo.add"(%30, %28) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %32 = "stablehlo.broadcast_in_dim"(%31) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %33 = "stablehlo.broadcast_in_dim"(%32) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %34 = "stablehlo.multiply"(%27, %33) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %35 = "stablehlo.convert"(%34) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %36 = "stablehlo.dot_general"(%35, %arg42) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %37 = "stablehlo.reshape"(%36) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %38 = "stablehlo.dot_general"(%35, %arg35) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %39 = "stablehlo.reshape"(%38) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %40 = "stablehlo.dot_general"(%35, %arg45) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %41 = "stablehlo.reshape"(%40) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %42 = "stablehlo.convert"(%37) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x2x16xf32>
      %43 = "chlo.square"(%42) : (tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %44 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %45 = "stablehlo.reduce"(%43, %44) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg98: tensor<f32>, %arg99: tensor<f32>):
        %439 = "stablehlo.add"(%arg98, %arg99) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%439) : (tensor<f32>) -> ()
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
      %56 = "stablehlo.convert"(%arg43) : (tensor<16xbf16>) -> tensor<16xf32>
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
      ^bb0(%arg96: tensor<f32>, %arg97: tensor<f32>):
        %438 = "stablehlo.add"(%arg96, %arg97) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%438) : (tensor<f32>) -> ()
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
      %78 = "stablehlo.convert"(%arg36) : (tensor<16xbf16>) -> tensor<16xf32>
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
      ^bb0(%arg94: tensor<f32>, %arg95: tensor<f32>):
        %437 = "stablehlo.maximum"(%arg94, %arg95) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%437) : (tensor<f32>) -> ()
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
      ^bb0(%arg92: tensor<f32>, %arg93: tensor<f32>):
        %436 = "stablehlo.add"(%arg92, %arg93) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%436) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %107 = "stablehlo.broadcast_in_dim"(%106) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %108 = "stablehlo.broadcast_in_dim"(%107) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %109 = "stablehlo.divide"(%104, %108) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %110 = "stablehlo.convert"(%109) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xbf16>
      %111 = "stablehlo.dot_general"(%41, %110) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 1], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x2x8x8xbf16>) -> tensor<1x2x16x8xbf16>
      %112 = "stablehlo.transpose"(%111) <{permutation = array<i64: 0, 3, 1, 2>}> : (tensor<1x2x16x8xbf16>) -> tensor<1x8x2x16xbf16>
      %113 = "stablehlo.reshape"(%112) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x32xbf16>
      %114 = "stablehlo.dot_general"(%113, %arg39) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x32xbf16>, tensor<32x64xbf16>) -> tensor<1x8x64xbf16>
      %115 = "stablehlo.all_reduce"(%114) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg90: tensor<bf16>, %arg91: tensor<bf16>):
        %435 = "stablehlo.add"(%arg90, %arg91) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%435) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %116 = "stablehlo.convert"(%115) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %117 = "chlo.square"(%116) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %118 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %119 = "stablehlo.reduce"(%117, %118) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg88: tensor<f32>, %arg89: tensor<f32>):
        %434 = "stablehlo.add"(%arg88, %arg89) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%434) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %120 = "stablehlo.broadcast_in_dim"(%119) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %121 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %122 = "stablehlo.broadcast_in_dim"(%121) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %123 = "stablehlo.divide"(%120, %122) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %124 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %125 = "stablehlo.broadcast_in_dim"(%124) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %126 = "stablehlo.add"(%123, %125) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %127 = "stablehlo.rsqrt"(%126) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %128 = "stablehlo.broadcast_in_dim"(%127) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %129 = "stablehlo.multiply"(%116, %128) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %130 = "stablehlo.convert"(%arg41) : (tensor<64xbf16>) -> tensor<64xf32>
      %131 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %132 = "stablehlo.broadcast_in_dim"(%131) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %133 = "stablehlo.add"(%132, %130) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %134 = "stablehlo.broadcast_in_dim"(%133) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %135 = "stablehlo.broadcast_in_dim"(%134) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %136 = "stablehlo.multiply"(%129, %135) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %137 = "stablehlo.convert"(%136) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %138 = "stablehlo.add"(%arg32, %137) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %139 = "stablehlo.convert"(%138) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %140 = "chlo.square"(%139) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %141 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %142 = "stablehlo.reduce"(%140, %141) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg86: tensor<f32>, %arg87: tensor<f32>):
        %433 = "stablehlo.add"(%arg86, %arg87) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%433) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %143 = "stablehlo.broadcast_in_dim"(%142) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %144 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %145 = "stablehlo.broadcast_in_dim"(%144) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %146 = "stablehlo.divide"(%143, %145) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %147 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %148 = "stablehlo.broadcast_in_dim"(%147) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %149 = "stablehlo.add"(%146, %148) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %150 = "stablehlo.rsqrt"(%149) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %151 = "stablehlo.broadcast_in_dim"(%150) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %152 = "stablehlo.multiply"(%139, %151) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %153 = "stablehlo.convert"(%arg37) : (tensor<64xbf16>) -> tensor<64xf32>
      %154 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %155 = "stablehlo.broadcast_in_dim"(%154) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %156 = "stablehlo.add"(%155, %153) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %157 = "stablehlo.broadcast_in_dim"(%156) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %158 = "stablehlo.broadcast_in_dim"(%157) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %159 = "stablehlo.multiply"(%152, %158) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %160 = "stablehlo.convert"(%159) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %161 = "stablehlo.dot_general"(%160, %arg34) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %162 = "stablehlo.multiply"(%161, %161) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %163 = "stablehlo.multiply"(%162, %161) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %164 = "stablehlo.constant"() <{value = dense<4.467770e-02> : tensor<bf16>}> : () -> tensor<bf16>
      %165 = "stablehlo.broadcast_in_dim"(%164) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %166 = "stablehlo.multiply"(%165, %163) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %167 = "stablehlo.add"(%161, %166) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %168 = "stablehlo.constant"() <{value = dense<7.968750e-01> : tensor<bf16>}> : () -> tensor<bf16>
      %169 = "stablehlo.broadcast_in_dim"(%168) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %170 = "stablehlo.multiply"(%169, %167) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %171 = "stablehlo.tanh"(%170) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %172 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<bf16>}> : () -> tensor<bf16>
      %173 = "stablehlo.broadcast_in_dim"(%172) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %174 = "stablehlo.add"(%173, %171) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %175 = "stablehlo.constant"() <{value = dense<5.000000e-01> : tensor<bf16>}> : () -> tensor<bf16>
      %176 = "stablehlo.broadcast_in_dim"(%175) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %177 = "stablehlo.multiply"(%176, %174) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %178 = "stablehlo.multiply"(%161, %177) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %179 = "stablehlo.dot_general"(%160, %arg44) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %180 = "stablehlo.multiply"(%178, %179) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %181 = "stablehlo.dot_general"(%180, %arg33) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %182 = "stablehlo.all_reduce"(%181) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg84: tensor<bf16>, %arg85: tensor<bf16>):
        %432 = "stablehlo.add"(%arg84, %arg85) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%432) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %183 = "stablehlo.convert"(%182) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %184 = "chlo.square"(%183) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %185 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %186 = "stablehlo.reduce"(%184, %185) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg82: tensor<f32>, %arg83: tensor<f32>):
        %431 = "stablehlo.add"(%arg82, %arg83) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%431) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %187 = "stablehlo.broadcast_in_dim"(%186) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %188 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %189 = "stablehlo.broadcast_in_dim"(%188) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %190 = "stablehlo.divide"(%187, %189) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %191 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %192 = "stablehlo.broadcast_in_dim"(%191) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %193 = "stablehlo.add"(%190, %192) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %194 = "stablehlo.rsqrt"(%193) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %195 = "stablehlo.broadcast_in_dim"(%194) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %196 = "stablehlo.multiply"(%183, %195) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %197 = "stablehlo.convert"(%arg40) : (tensor<64xbf16>) -> tensor<64xf32>
      %198 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %199 = "stablehlo.broadcast_in_dim"(%198) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %200 = "stablehlo.add"(%199, %197) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %201 = "stablehlo.broadcast_in_dim"(%200) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %202 = "stablehlo.broadcast_in_dim"(%201) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %203 = "stablehlo.multiply"(%196, %202) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %204 = "stablehlo.convert"(%203) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %205 = "stablehlo.add"(%138, %204) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %206 = "stablehlo.convert"(%205) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %207 = "chlo.square"(%206) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %208 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %209 = "stablehlo.reduce"(%207, %208) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg80: tensor<f32>, %arg81: tensor<f32>):
        %430 = "stablehlo.add"(%arg80, %arg81) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%430) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %210 = "stablehlo.broadcast_in_dim"(%209) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %211 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %212 = "stablehlo.broadcast_in_dim"(%211) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %213 = "stablehlo.divide"(%210, %212) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %214 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %215 = "stablehlo.broadcast_in_dim"(%214) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %216 = "stablehlo.add"(%213, %215) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %217 = "stablehlo.rsqrt"(%216) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %218 = "stablehlo.broadcast_in_dim"(%217) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %219 = "stablehlo.multiply"(%206, %218) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %220 = "stablehlo.convert"(%arg51) : (tensor<64xbf16>) -> tensor<64xf32>
      %221 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %222 = "stablehlo.broadcast_in_dim"(%221) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %223 = "stablehlo.add"(%222, %220) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %224 = "stablehlo.broadcast_in_dim"(%223) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %225 = "stablehlo.broadcast_in_dim"(%224) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %226 = "stablehlo.multiply"(%219, %225) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %227 = "stablehlo.convert"(%226) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %228 = "stablehlo.dot_general"(%227, %arg55) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %229 = "stablehlo.reshape"(%228) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %230 = "stablehlo.dot_general"(%227, %arg48) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %231 = "stablehlo.reshape"(%230) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %232 = "stablehlo.dot_general"(%227, %arg58) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
      %233 = "stablehlo.reshape"(%232) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
      %234 = "stablehlo.convert"(%229) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x2x16xf32>
      %235 = "chlo.square"(%234) : (tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %236 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %237 = "stablehlo.reduce"(%235, %236) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg78: tensor<f32>, %arg79: tensor<f32>):
        %429 = "stablehlo.add"(%arg78, %arg79) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%429) : (tensor<f32>) -> ()
      }) : (tensor<1x8x2x16xf32>, tensor<f32>) -> tensor<1x8x2xf32>
      %238 = "stablehlo.broadcast_in_dim"(%237) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x2xf32>) -> tensor<1x8x2x1xf32>
      %239 = "stablehlo.constant"() <{value = dense<1.600000e+01> : tensor<f32>}> : () -> tensor<f32>
      %240 = "stablehlo.broadcast_in_dim"(%239) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x2x1xf32>
      %241 = "stablehlo.divide"(%238, %240) : (tensor<1x8x2x1xf32>, tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %242 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %243 = "stablehlo.broadcast_in_dim"(%242) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x2x1xf32>
      %244 = "stablehlo.add"(%241, %243) : (tensor<1x8x2x1xf32>, tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %245 = "stablehlo.rsqrt"(%244) : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %246 = "stablehlo.broadcast_in_dim"(%245) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x16xf32>
      %247 = "stablehlo.multiply"(%234, %246) : (tensor<1x8x2x16xf32>, tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %248 = "stablehlo.convert"(%arg56) : (tensor<16xbf16>) -> tensor<16xf32>
      %249 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %250 = "stablehlo.broadcast_in_dim"(%249) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<16xf32>
      %251 = "stablehlo.add"(%250, %248) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
      %252 = "stablehlo.broadcast_in_dim"(%251) <{broadcast_dimensions = array<i64: 3>}> : (tensor<16xf32>) -> tensor<1x1x1x16xf32>
      %253 = "stablehlo.broadcast_in_dim"(%252) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x1x1x16xf32>) -> tensor<1x8x2x16xf32>
      %254 = "stablehlo.multiply"(%247, %253) : (tensor<1x8x2x16xf32>, tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %255 = "stablehlo.convert"(%254) : (tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xbf16>
      %256 = "stablehlo.convert"(%231) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x2x16xf32>
      %257 = "chlo.square"(%256) : (tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %258 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %259 = "stablehlo.reduce"(%257, %258) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg76: tensor<f32>, %arg77: tensor<f32>):
        %428 = "stablehlo.add"(%arg76, %arg77) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%428) : (tensor<f32>) -> ()
      }) : (tensor<1x8x2x16xf32>, tensor<f32>) -> tensor<1x8x2xf32>
      %260 = "stablehlo.broadcast_in_dim"(%259) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x2xf32>) -> tensor<1x8x2x1xf32>
      %261 = "stablehlo.constant"() <{value = dense<1.600000e+01> : tensor<f32>}> : () -> tensor<f32>
      %262 = "stablehlo.broadcast_in_dim"(%261) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x2x1xf32>
      %263 = "stablehlo.divide"(%260, %262) : (tensor<1x8x2x1xf32>, tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %264 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %265 = "stablehlo.broadcast_in_dim"(%264) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x2x1xf32>
      %266 = "stablehlo.add"(%263, %265) : (tensor<1x8x2x1xf32>, tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %267 = "stablehlo.rsqrt"(%266) : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x1xf32>
      %268 = "stablehlo.broadcast_in_dim"(%267) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x8x2x1xf32>) -> tensor<1x8x2x16xf32>
      %269 = "stablehlo.multiply"(%256, %268) : (tensor<1x8x2x16xf32>, tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %270 = "stablehlo.convert"(%arg49) : (tensor<16xbf16>) -> tensor<16xf32>
      %271 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %272 = "stablehlo.broadcast_in_dim"(%271) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<16xf32>
      %273 = "stablehlo.add"(%272, %270) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
      %274 = "stablehlo.broadcast_in_dim"(%273) <{broadcast_dimensions = array<i64: 3>}> : (tensor<16xf32>) -> tensor<1x1x1x16xf32>
      %275 = "stablehlo.broadcast_in_dim"(%274) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x1x1x16xf32>) -> tensor<1x8x2x16xf32>
      %276 = "stablehlo.multiply"(%269, %275) : (tensor<1x8x2x16xf32>, tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xf32>
      %277 = "stablehlo.convert"(%276) : (tensor<1x8x2x16xf32>) -> tensor<1x8x2x16xbf16>
      %278 = "stablehlo.dot_general"(%255, %277) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 2], lhs_contracting_dimensions = [3], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x8x2x16xbf16>) -> tensor<1x2x8x8xbf16>
      %279 = "stablehlo.convert"(%278) : (tensor<1x2x8x8xbf16>) -> tensor<1x2x8x8xf32>
      %280 = "stablehlo.constant"() <{value = dense<4.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %281 = "stablehlo.broadcast_in_dim"(%280) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8x8xf32>
      %282 = "stablehlo.divide"(%279, %281) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %283 = "stablehlo.constant"() <{value = dense<true> : tensor<i1>}> : () -> tensor<i1>
      %284 = "stablehlo.broadcast_in_dim"(%283) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<8x8xi1>
      %285 = "func.call"(%284) <{callee = @tril}> : (tensor<8x8xi1>) -> tensor<8x8xi1>
      %286 = "stablehlo.constant"() <{value = dense<-1.000000e+30> : tensor<f32>}> : () -> tensor<f32>
      %287 = "func.call"(%285, %282, %286) <{callee = @_where}> : (tensor<8x8xi1>, tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8x8xf32>
      %288 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %289 = "stablehlo.reduce"(%287, %288) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg74: tensor<f32>, %arg75: tensor<f32>):
        %427 = "stablehlo.maximum"(%arg74, %arg75) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%427) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %290 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
      %291 = "stablehlo.broadcast_in_dim"(%290) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8xf32>
      %292 = "stablehlo.maximum"(%291, %289) : (tensor<1x2x8xf32>, tensor<1x2x8xf32>) -> tensor<1x2x8xf32>
      %293 = "stablehlo.broadcast_in_dim"(%292) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %294 = "stablehlo.broadcast_in_dim"(%293) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %295 = "stablehlo.subtract"(%287, %294) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %296 = "stablehlo.exponential"(%295) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %297 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %298 = "stablehlo.reduce"(%296, %297) <{dimensions = array<i64: 3>}> ({
      ^bb0(%arg72: tensor<f32>, %arg73: tensor<f32>):
        %426 = "stablehlo.add"(%arg72, %arg73) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%426) : (tensor<f32>) -> ()
      }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
      %299 = "stablehlo.broadcast_in_dim"(%298) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
      %300 = "stablehlo.broadcast_in_dim"(%299) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
      %301 = "stablehlo.divide"(%296, %300) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
      %302 = "stablehlo.convert"(%301) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xbf16>
      %303 = "stablehlo.dot_general"(%233, %302) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 1], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x2x8x8xbf16>) -> tensor<1x2x16x8xbf16>
      %304 = "stablehlo.transpose"(%303) <{permutation = array<i64: 0, 3, 1, 2>}> : (tensor<1x2x16x8xbf16>) -> tensor<1x8x2x16xbf16>
      %305 = "stablehlo.reshape"(%304) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x32xbf16>
      %306 = "stablehlo.dot_general"(%305, %arg52) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x32xbf16>, tensor<32x64xbf16>) -> tensor<1x8x64xbf16>
      %307 = "stablehlo.all_reduce"(%306) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg70: tensor<bf16>, %arg71: tensor<bf16>):
        %425 = "stablehlo.add"(%arg70, %arg71) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%425) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %308 = "stablehlo.convert"(%307) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %309 = "chlo.square"(%308) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %310 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %311 = "stablehlo.reduce"(%309, %310) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg68: tensor<f32>, %arg69: tensor<f32>):
        %424 = "stablehlo.add"(%arg68, %arg69) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%424) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %312 = "stablehlo.broadcast_in_dim"(%311) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %313 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %314 = "stablehlo.broadcast_in_dim"(%313) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %315 = "stablehlo.divide"(%312, %314) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %316 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %317 = "stablehlo.broadcast_in_dim"(%316) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %318 = "stablehlo.add"(%315, %317) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %319 = "stablehlo.rsqrt"(%318) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %320 = "stablehlo.broadcast_in_dim"(%319) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %321 = "stablehlo.multiply"(%308, %320) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %322 = "stablehlo.convert"(%arg54) : (tensor<64xbf16>) -> tensor<64xf32>
      %323 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %324 = "stablehlo.broadcast_in_dim"(%323) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %325 = "stablehlo.add"(%324, %322) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %326 = "stablehlo.broadcast_in_dim"(%325) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %327 = "stablehlo.broadcast_in_dim"(%326) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %328 = "stablehlo.multiply"(%321, %327) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %329 = "stablehlo.convert"(%328) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %330 = "stablehlo.add"(%205, %329) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %331 = "stablehlo.convert"(%330) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %332 = "chlo.square"(%331) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %333 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %334 = "stablehlo.reduce"(%332, %333) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg66: tensor<f32>, %arg67: tensor<f32>):
        %423 = "stablehlo.add"(%arg66, %arg67) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%423) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %335 = "stablehlo.broadcast_in_dim"(%334) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %336 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %337 = "stablehlo.broadcast_in_dim"(%336) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %338 = "stablehlo.divide"(%335, %337) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %339 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %340 = "stablehlo.broadcast_in_dim"(%339) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %341 = "stablehlo.add"(%338, %340) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %342 = "stablehlo.rsqrt"(%341) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %343 = "stablehlo.broadcast_in_dim"(%342) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %344 = "stablehlo.multiply"(%331, %343) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %345 = "stablehlo.convert"(%arg50) : (tensor<64xbf16>) -> tensor<64xf32>
      %346 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %347 = "stablehlo.broadcast_in_dim"(%346) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %348 = "stablehlo.add"(%347, %345) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %349 = "stablehlo.broadcast_in_dim"(%348) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %350 = "stablehlo.broadcast_in_dim"(%349) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %351 = "stablehlo.multiply"(%344, %350) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %352 = "stablehlo.convert"(%351) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %353 = "stablehlo.dot_general"(%352, %arg47) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %354 = "stablehlo.multiply"(%353, %353) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %355 = "stablehlo.multiply"(%354, %353) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %356 = "stablehlo.constant"() <{value = dense<4.467770e-02> : tensor<bf16>}> : () -> tensor<bf16>
      %357 = "stablehlo.broadcast_in_dim"(%356) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %358 = "stablehlo.multiply"(%357, %355) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %359 = "stablehlo.add"(%353, %358) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %360 = "stablehlo.constant"() <{value = dense<7.968750e-01> : tensor<bf16>}> : () -> tensor<bf16>
      %361 = "stablehlo.broadcast_in_dim"(%360) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %362 = "stablehlo.multiply"(%361, %359) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %363 = "stablehlo.tanh"(%362) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %364 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<bf16>}> : () -> tensor<bf16>
      %365 = "stablehlo.broadcast_in_dim"(%364) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %366 = "stablehlo.add"(%365, %363) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %367 = "stablehlo.constant"() <{value = dense<5.000000e-01> : tensor<bf16>}> : () -> tensor<bf16>
      %368 = "stablehlo.broadcast_in_dim"(%367) <{broadcast_dimensions = array<i64>}> : (tensor<bf16>) -> tensor<1x8x64xbf16>
      %369 = "stablehlo.multiply"(%368, %366) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %370 = "stablehlo.multiply"(%353, %369) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %371 = "stablehlo.dot_general"(%352, %arg57) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %372 = "stablehlo.multiply"(%370, %371) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %373 = "stablehlo.dot_general"(%372, %arg46) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
      %374 = "stablehlo.all_reduce"(%373) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
      ^bb0(%arg64: tensor<bf16>, %arg65: tensor<bf16>):
        %422 = "stablehlo.add"(%arg64, %arg65) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
        "stablehlo.return"(%422) : (tensor<bf16>) -> ()
      }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %375 = "stablehlo.convert"(%374) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %376 = "chlo.square"(%375) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %377 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %378 = "stablehlo.reduce"(%376, %377) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg62: tensor<f32>, %arg63: tensor<f32>):
        %421 = "stablehlo.add"(%arg62, %arg63) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%421) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %379 = "stablehlo.broadcast_in_dim"(%378) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %380 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %381 = "stablehlo.broadcast_in_dim"(%380) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %382 = "stablehlo.divide"(%379, %381) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %383 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %384 = "stablehlo.broadcast_in_dim"(%383) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %385 = "stablehlo.add"(%382, %384) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %386 = "stablehlo.rsqrt"(%385) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %387 = "stablehlo.broadcast_in_dim"(%386) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %388 = "stablehlo.multiply"(%375, %387) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %389 = "stablehlo.convert"(%arg53) : (tensor<64xbf16>) -> tensor<64xf32>
      %390 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %391 = "stablehlo.broadcast_in_dim"(%390) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %392 = "stablehlo.add"(%391, %389) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %393 = "stablehlo.broadcast_in_dim"(%392) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %394 = "stablehlo.broadcast_in_dim"(%393) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %395 = "stablehlo.multiply"(%388, %394) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %396 = "stablehlo.convert"(%395) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %397 = "stablehlo.add"(%330, %396) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      %398 = "stablehlo.convert"(%397) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %399 = "chlo.square"(%398) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %400 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %401 = "stablehlo.reduce"(%399, %400) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg60: tensor<f32>, %arg61: tensor<f32>):
        %420 = "stablehlo.add"(%arg60, %arg61) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%420) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %402 = "stablehlo.broadcast_in_dim"(%401) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %403 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %404 = "stablehlo.broadcast_in_dim"(%403) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %405 = "stablehlo.divide"(%402, %404) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %406 = "stablehlo.constant"() <{value = dense<9.99999997E-7> : tensor<f32>}> : () -> tensor<f32>
      %407 = "stablehlo.broadcast_in_dim"(%406) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %408 = "stablehlo.add"(%405, %407) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %409 = "stablehlo.rsqrt"(%408) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %410 = "stablehlo.broadcast_in_dim"(%409) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %411 = "stablehlo.multiply"(%398, %410) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %412 = "stablehlo.convert"(%arg59) : (tensor<64xbf16>) -> tensor<64xf32>
      %413 = "stablehlo.constant"() <{value = dense<1.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %414 = "stablehlo.broadcast_in_dim"(%413) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<64xf32>
      %415 = "stablehlo.add"(%414, %412) : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %416 = "stablehlo.broadcast_in_dim"(%415) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xf32>) -> tensor<1x1x64xf32>
      %417 = "stablehlo.broadcast_in_dim"(%416) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xf32>) -> tensor<1x8x64xf32>
      %418 = "stablehlo.multiply"(%411, %417) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %419 = "stablehlo.convert"(%418) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      "sdy.return"(%419) : (tensor<1x8x64xbf16>) -> ()
    }) : (tensor<1x8x64xbf16>, tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<128x64xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<64xbf16>, tensor<64xbf16>, tensor<64x64xbf16>, tensor<16xbf16>, tensor<64x128xbf16>, tensor<64x64xbf16>, tensor<64xbf16>) -> tensor<1x8x64xbf16>
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

