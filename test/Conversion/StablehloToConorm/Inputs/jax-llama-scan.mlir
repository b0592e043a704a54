// jax 0.11.2: jax_models.py llama --scan
"builtin.module"() <{sym_name = "jit_model"}> ({
  "sdy.mesh"() <{mesh = #sdy.mesh<["tp"=2]>, sym_name = "mesh"}> {stablehlo.mesh = {axes = [{name = "tp", size = 2 : i64}]}} : () -> ()
  "sdy.mesh"() <{mesh = #sdy.mesh<["tp"=2]>, sym_name = "mesh_0"}> {stablehlo.mesh = {axes = [{name = "tp", size = 2 : i64}]}} : () -> ()
  "func.func"() <{arg_attrs = [{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}], function_type = (tensor<1x8x64xbf16>, tensor<2x128x64xbf16>, tensor<2x64x128xbf16>, tensor<2x64x64xbf16>, tensor<2x64xbf16>, tensor<2x64xbf16>, tensor<2x64x64xbf16>, tensor<2x64x64xbf16>, tensor<2x64x128xbf16>, tensor<2x64x64xbf16>, tensor<64xbf16>) -> tensor<1x8x64xbf16>, res_attrs = [{jax.result_info = "result"}], sym_name = "main", sym_visibility = "public"}> ({
  ^bb0(%arg13: tensor<1x8x64xbf16>, %arg14: tensor<2x128x64xbf16>, %arg15: tensor<2x64x128xbf16>, %arg16: tensor<2x64x64xbf16>, %arg17: tensor<2x64xbf16>, %arg18: tensor<2x64xbf16>, %arg19: tensor<2x64x64xbf16>, %arg20: tensor<2x64x64xbf16>, %arg21: tensor<2x64x128xbf16>, %arg22: tensor<2x64x64xbf16>, %arg23: tensor<64xbf16>):
    %37 = "sdy.manual_computation"(%arg13, %arg14, %arg15, %arg16, %arg17, %arg18, %arg19, %arg20, %arg21, %arg22, %arg23) <{in_shardings = #sdy.sharding_per_value<[<@mesh, [{}, {}, {}]>, <@mesh, [{}, {"tp"}, {}]>, <@mesh, [{}, {}, {"tp"}]>, <@mesh, [{}, {}, {"tp"}]>, <@mesh, [{}, {}]>, <@mesh, [{}, {}]>, <@mesh, [{}, {"tp"}, {}]>, <@mesh, [{}, {}, {"tp"}]>, <@mesh, [{}, {}, {"tp"}]>, <@mesh, [{}, {}, {"tp"}]>, <@mesh, [{}]>]>, manual_axes = #sdy<manual_axes{"tp"}>, out_shardings = #sdy.sharding_per_value<[<@mesh, [{}, {}, {}]>]>}> ({
    ^bb0(%arg24: tensor<1x8x64xbf16>, %arg25: tensor<2x64x64xbf16>, %arg26: tensor<2x64x64xbf16>, %arg27: tensor<2x64x32xbf16>, %arg28: tensor<2x64xbf16>, %arg29: tensor<2x64xbf16>, %arg30: tensor<2x32x64xbf16>, %arg31: tensor<2x64x32xbf16>, %arg32: tensor<2x64x64xbf16>, %arg33: tensor<2x64x32xbf16>, %arg34: tensor<64xbf16>):
      %38 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
      %39:11 = "stablehlo.while"(%arg25, %arg26, %arg27, %arg28, %arg29, %arg30, %arg31, %arg32, %arg33, %38, %arg24) ({
      ^bb0(%arg60: tensor<2x64x64xbf16>, %arg61: tensor<2x64x64xbf16>, %arg62: tensor<2x64x32xbf16>, %arg63: tensor<2x64xbf16>, %arg64: tensor<2x64xbf16>, %arg65: tensor<2x32x64xbf16>, %arg66: tensor<2x64x32xbf16>, %arg67: tensor<2x64x64xbf16>, %arg68: tensor<2x64x32xbf16>, %arg69: tensor<i32>, %arg70: tensor<1x8x64xbf16>):
        %156 = "stablehlo.constant"() <{value = dense<2> : tensor<i32>}> : () -> tensor<i32>
        %157 = "stablehlo.compare"(%arg69, %156) <{compare_type = #stablehlo<comparison_type SIGNED>, comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<i32>, tensor<i32>) -> tensor<i1>
        "stablehlo.return"(%157) : (tensor<i1>) -> ()
      }, {
      ^bb0(%arg37: tensor<2x64x64xbf16>, %arg38: tensor<2x64x64xbf16>, %arg39: tensor<2x64x32xbf16>, %arg40: tensor<2x64xbf16>, %arg41: tensor<2x64xbf16>, %arg42: tensor<2x32x64xbf16>, %arg43: tensor<2x64x32xbf16>, %arg44: tensor<2x64x64xbf16>, %arg45: tensor<2x64x32xbf16>, %arg46: tensor<i32>, %arg47: tensor<1x8x64xbf16>):
        %59 = "func.call"(%arg37, %arg46) <{callee = @dynamic_index_in_dim}> : (tensor<2x64x64xbf16>, tensor<i32>) -> tensor<64x64xbf16>
        %60 = "func.call"(%arg38, %arg46) <{callee = @dynamic_index_in_dim}> : (tensor<2x64x64xbf16>, tensor<i32>) -> tensor<64x64xbf16>
        %61 = "func.call"(%arg39, %arg46) <{callee = @dynamic_index_in_dim_0}> : (tensor<2x64x32xbf16>, tensor<i32>) -> tensor<64x32xbf16>
        %62 = "func.call"(%arg40, %arg46) <{callee = @dynamic_index_in_dim_1}> : (tensor<2x64xbf16>, tensor<i32>) -> tensor<64xbf16>
        %63 = "func.call"(%arg41, %arg46) <{callee = @dynamic_index_in_dim_1}> : (tensor<2x64xbf16>, tensor<i32>) -> tensor<64xbf16>
        %64 = "func.call"(%arg42, %arg46) <{callee = @dynamic_index_in_dim_2}> : (tensor<2x32x64xbf16>, tensor<i32>) -> tensor<32x64xbf16>
        %65 = "func.call"(%arg43, %arg46) <{callee = @dynamic_index_in_dim_0}> : (tensor<2x64x32xbf16>, tensor<i32>) -> tensor<64x32xbf16>
        %66 = "func.call"(%arg44, %arg46) <{callee = @dynamic_index_in_dim}> : (tensor<2x64x64xbf16>, tensor<i32>) -> tensor<64x64xbf16>
        %67 = "func.call"(%arg45, %arg46) <{callee = @dynamic_index_in_dim_0}> : (tensor<2x64x32xbf16>, tensor<i32>) -> tensor<64x32xbf16>
        %68 = "stablehlo.convert"(%arg47) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
        %69 = "chlo.square"(%68) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
        %70 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
        %71 = "stablehlo.reduce"(%69, %70) <{dimensions = array<i64: 2>}> ({
        ^bb0(%arg58: tensor<f32>, %arg59: tensor<f32>):
          %155 = "stablehlo.add"(%arg58, %arg59) : (tensor<f32>, tensor<f32>) -> tensor<f32>
          "stablehlo.return"(%155) : (tensor<f32>) -> ()
        }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
        %72 = "stablehlo.broadcast_in_dim"(%71) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
        %73 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
        %74 = "stablehlo.broadcast_in_dim"(%73) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
        %75 = "stablehlo.divide"(%72, %74) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
        %76 = "stablehlo.constant"() <{value = dense<9.99999974E-6> : tensor<f32>}> : () -> tensor<f32>
        %77 = "stablehlo.broadcast_in_dim"(%76) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
        %78 = "stablehlo.add"(%75, %77) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
        %79 = "stablehlo.rsqrt"(%78) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
        %80 = "stablehlo.broadcast_in_dim"(%79) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
        %81 = "stablehlo.multiply"(%68, %80) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
        %82 = "stablehlo.convert"(%81) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
        %83 = "stablehlo.broadcast_in_dim"(%63) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xbf16>) -> tensor<1x1x64xbf16>
        %84 = "stablehlo.broadcast_in_dim"(%83) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xbf16>) -> tensor<1x8x64xbf16>
        %85 = "stablehlo.multiply"(%82, %84) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
        %86 = "stablehlo.dot_general"(%85, %65) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
        %87 = "stablehlo.reshape"(%86) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
        %88 = "stablehlo.dot_general"(%85, %61) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
        %89 = "stablehlo.reshape"(%88) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
        %90 = "stablehlo.dot_general"(%85, %67) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x32xbf16>) -> tensor<1x8x32xbf16>
        %91 = "stablehlo.reshape"(%90) : (tensor<1x8x32xbf16>) -> tensor<1x8x2x16xbf16>
        %92 = "stablehlo.dot_general"(%87, %89) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 2], lhs_contracting_dimensions = [3], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x8x2x16xbf16>) -> tensor<1x2x8x8xbf16>
        %93 = "stablehlo.convert"(%92) : (tensor<1x2x8x8xbf16>) -> tensor<1x2x8x8xf32>
        %94 = "stablehlo.constant"() <{value = dense<4.000000e+00> : tensor<f32>}> : () -> tensor<f32>
        %95 = "stablehlo.broadcast_in_dim"(%94) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8x8xf32>
        %96 = "stablehlo.divide"(%93, %95) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
        %97 = "stablehlo.constant"() <{value = dense<true> : tensor<i1>}> : () -> tensor<i1>
        %98 = "stablehlo.broadcast_in_dim"(%97) <{broadcast_dimensions = array<i64>}> : (tensor<i1>) -> tensor<8x8xi1>
        %99 = "func.call"(%98) <{callee = @tril}> : (tensor<8x8xi1>) -> tensor<8x8xi1>
        %100 = "stablehlo.constant"() <{value = dense<-1.000000e+30> : tensor<f32>}> : () -> tensor<f32>
        %101 = "func.call"(%99, %96, %100) <{callee = @_where}> : (tensor<8x8xi1>, tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8x8xf32>
        %102 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
        %103 = "stablehlo.reduce"(%101, %102) <{dimensions = array<i64: 3>}> ({
        ^bb0(%arg56: tensor<f32>, %arg57: tensor<f32>):
          %154 = "stablehlo.maximum"(%arg56, %arg57) : (tensor<f32>, tensor<f32>) -> tensor<f32>
          "stablehlo.return"(%154) : (tensor<f32>) -> ()
        }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
        %104 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
        %105 = "stablehlo.broadcast_in_dim"(%104) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x2x8xf32>
        %106 = "stablehlo.maximum"(%105, %103) : (tensor<1x2x8xf32>, tensor<1x2x8xf32>) -> tensor<1x2x8xf32>
        %107 = "stablehlo.broadcast_in_dim"(%106) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
        %108 = "stablehlo.broadcast_in_dim"(%107) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
        %109 = "stablehlo.subtract"(%101, %108) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
        %110 = "stablehlo.exponential"(%109) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
        %111 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
        %112 = "stablehlo.reduce"(%110, %111) <{dimensions = array<i64: 3>}> ({
        ^bb0(%arg54: tensor<f32>, %arg55: tensor<f32>):
          %153 = "stablehlo.add"(%arg54, %arg55) : (tensor<f32>, tensor<f32>) -> tensor<f32>
          "stablehlo.return"(%153) : (tensor<f32>) -> ()
        }) : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8xf32>
        %113 = "stablehlo.broadcast_in_dim"(%112) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x2x8xf32>) -> tensor<1x2x8x1xf32>
        %114 = "stablehlo.broadcast_in_dim"(%113) <{broadcast_dimensions = array<i64: 0, 1, 2, 3>}> : (tensor<1x2x8x1xf32>) -> tensor<1x2x8x8xf32>
        %115 = "stablehlo.divide"(%110, %114) : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
        %116 = "stablehlo.convert"(%115) : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xbf16>
        %117 = "stablehlo.dot_general"(%91, %116) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [0, 2], rhs_batching_dimensions = [0, 1], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [3]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x2x16xbf16>, tensor<1x2x8x8xbf16>) -> tensor<1x2x16x8xbf16>
        %118 = "stablehlo.transpose"(%117) <{permutation = array<i64: 0, 3, 1, 2>}> : (tensor<1x2x16x8xbf16>) -> tensor<1x8x2x16xbf16>
        %119 = "stablehlo.reshape"(%118) : (tensor<1x8x2x16xbf16>) -> tensor<1x8x32xbf16>
        %120 = "stablehlo.dot_general"(%119, %64) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x32xbf16>, tensor<32x64xbf16>) -> tensor<1x8x64xbf16>
        %121 = "stablehlo.all_reduce"(%120) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
        ^bb0(%arg52: tensor<bf16>, %arg53: tensor<bf16>):
          %152 = "stablehlo.add"(%arg52, %arg53) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
          "stablehlo.return"(%152) : (tensor<bf16>) -> ()
        }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
        %122 = "stablehlo.add"(%arg47, %121) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
        %123 = "stablehlo.convert"(%122) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
        %124 = "chlo.square"(%123) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
        %125 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
        %126 = "stablehlo.reduce"(%124, %125) <{dimensions = array<i64: 2>}> ({
        ^bb0(%arg50: tensor<f32>, %arg51: tensor<f32>):
          %151 = "stablehlo.add"(%arg50, %arg51) : (tensor<f32>, tensor<f32>) -> tensor<f32>
          "stablehlo.return"(%151) : (tensor<f32>) -> ()
        }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
        %127 = "stablehlo.broadcast_in_dim"(%126) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
        %128 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
        %129 = "stablehlo.broadcast_in_dim"(%128) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
        %130 = "stablehlo.divide"(%127, %129) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
        %131 = "stablehlo.constant"() <{value = dense<9.99999974E-6> : tensor<f32>}> : () -> tensor<f32>
        %132 = "stablehlo.broadcast_in_dim"(%131) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
        %133 = "stablehlo.add"(%130, %132) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
        %134 = "stablehlo.rsqrt"(%133) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
        %135 = "stablehlo.broadcast_in_dim"(%134) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
        %136 = "stablehlo.multiply"(%123, %135) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
        %137 = "stablehlo.convert"(%136) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
        %138 = "stablehlo.broadcast_in_dim"(%62) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xbf16>) -> tensor<1x1x64xbf16>
        %139 = "stablehlo.broadcast_in_dim"(%138) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xbf16>) -> tensor<1x8x64xbf16>
        %140 = "stablehlo.multiply"(%137, %139) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
        %141 = "stablehlo.dot_general"(%140, %60) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
        %142 = "func.call"(%141) <{callee = @silu}> : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
        %143 = "stablehlo.dot_general"(%140, %66) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
        %144 = "stablehlo.multiply"(%142, %143) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
        %145 = "stablehlo.dot_general"(%144, %59) <{dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [2], rhs_contracting_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision DEFAULT>]}> : (tensor<1x8x64xbf16>, tensor<64x64xbf16>) -> tensor<1x8x64xbf16>
        %146 = "stablehlo.all_reduce"(%145) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @mesh_0, axes = [#stablehlo.axis_ref<name = "tp">]>, use_global_device_ids}> ({
        ^bb0(%arg48: tensor<bf16>, %arg49: tensor<bf16>):
          %150 = "stablehlo.add"(%arg48, %arg49) : (tensor<bf16>, tensor<bf16>) -> tensor<bf16>
          "stablehlo.return"(%150) : (tensor<bf16>) -> ()
        }) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
        %147 = "stablehlo.add"(%122, %146) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
        %148 = "stablehlo.constant"() <{value = dense<1> : tensor<i32>}> : () -> tensor<i32>
        %149 = "stablehlo.add"(%arg46, %148) : (tensor<i32>, tensor<i32>) -> tensor<i32>
        "stablehlo.return"(%arg37, %arg38, %arg39, %arg40, %arg41, %arg42, %arg43, %arg44, %arg45, %149, %147) : (tensor<2x64x64xbf16>, tensor<2x64x64xbf16>, tensor<2x64x32xbf16>, tensor<2x64xbf16>, tensor<2x64xbf16>, tensor<2x32x64xbf16>, tensor<2x64x32xbf16>, tensor<2x64x64xbf16>, tensor<2x64x32xbf16>, tensor<i32>, tensor<1x8x64xbf16>) -> ()
      }) : (tensor<2x64x64xbf16>, tensor<2x64x64xbf16>, tensor<2x64x32xbf16>, tensor<2x64xbf16>, tensor<2x64xbf16>, tensor<2x32x64xbf16>, tensor<2x64x32xbf16>, tensor<2x64x64xbf16>, tensor<2x64x32xbf16>, tensor<i32>, tensor<1x8x64xbf16>) -> (tensor<2x64x64xbf16>, tensor<2x64x64xbf16>, tensor<2x64x32xbf16>, tensor<2x64xbf16>, tensor<2x64xbf16>, tensor<2x32x64xbf16>, tensor<2x64x32xbf16>, tensor<2x64x64xbf16>, tensor<2x64x32xbf16>, tensor<i32>, tensor<1x8x64xbf16>)
      %40 = "stablehlo.convert"(%39#10) : (tensor<1x8x64xbf16>) -> tensor<1x8x64xf32>
      %41 = "chlo.square"(%40) : (tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %42 = "stablehlo.constant"() <{value = dense<0.000000e+00> : tensor<f32>}> : () -> tensor<f32>
      %43 = "stablehlo.reduce"(%41, %42) <{dimensions = array<i64: 2>}> ({
      ^bb0(%arg35: tensor<f32>, %arg36: tensor<f32>):
        %58 = "stablehlo.add"(%arg35, %arg36) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%58) : (tensor<f32>) -> ()
      }) : (tensor<1x8x64xf32>, tensor<f32>) -> tensor<1x8xf32>
      %44 = "stablehlo.broadcast_in_dim"(%43) <{broadcast_dimensions = array<i64: 0, 1>}> : (tensor<1x8xf32>) -> tensor<1x8x1xf32>
      %45 = "stablehlo.constant"() <{value = dense<6.400000e+01> : tensor<f32>}> : () -> tensor<f32>
      %46 = "stablehlo.broadcast_in_dim"(%45) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %47 = "stablehlo.divide"(%44, %46) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %48 = "stablehlo.constant"() <{value = dense<9.99999974E-6> : tensor<f32>}> : () -> tensor<f32>
      %49 = "stablehlo.broadcast_in_dim"(%48) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<1x8x1xf32>
      %50 = "stablehlo.add"(%47, %49) : (tensor<1x8x1xf32>, tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %51 = "stablehlo.rsqrt"(%50) : (tensor<1x8x1xf32>) -> tensor<1x8x1xf32>
      %52 = "stablehlo.broadcast_in_dim"(%51) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x8x1xf32>) -> tensor<1x8x64xf32>
      %53 = "stablehlo.multiply"(%40, %52) : (tensor<1x8x64xf32>, tensor<1x8x64xf32>) -> tensor<1x8x64xf32>
      %54 = "stablehlo.convert"(%53) : (tensor<1x8x64xf32>) -> tensor<1x8x64xbf16>
      %55 = "stablehlo.broadcast_in_dim"(%arg34) <{broadcast_dimensions = array<i64: 2>}> : (tensor<64xbf16>) -> tensor<1x1x64xbf16>
      %56 = "stablehlo.broadcast_in_dim"(%55) <{broadcast_dimensions = array<i64: 0, 1, 2>}> : (tensor<1x1x64xbf16>) -> tensor<1x8x64xbf16>
      %57 = "stablehlo.multiply"(%54, %56) : (tensor<1x8x64xbf16>, tensor<1x8x64xbf16>) -> tensor<1x8x64xbf16>
      "sdy.return"(%57) : (tensor<1x8x64xbf16>) -> ()
    }) : (tensor<1x8x64xbf16>, tensor<2x128x64xbf16>, tensor<2x64x128xbf16>, tensor<2x64x64xbf16>, tensor<2x64xbf16>, tensor<2x64xbf16>, tensor<2x64x64xbf16>, tensor<2x64x64xbf16>, tensor<2x64x128xbf16>, tensor<2x64x64xbf16>, tensor<64xbf16>) -> tensor<1x8x64xbf16>
    "func.return"(%37) : (tensor<1x8x64xbf16>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}], function_type = (tensor<2x64x64xbf16>, tensor<i32>) -> tensor<64x64xbf16>, res_attrs = [{}], sym_name = "dynamic_index_in_dim", sym_visibility = "private"}> ({
  ^bb0(%arg11: tensor<2x64x64xbf16>, %arg12: tensor<i32>):
    %33 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %34 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %35 = "stablehlo.dynamic_slice"(%arg11, %arg12, %33, %34) <{slice_sizes = array<i64: 1, 64, 64>}> : (tensor<2x64x64xbf16>, tensor<i32>, tensor<i32>, tensor<i32>) -> tensor<1x64x64xbf16>
    %36 = "stablehlo.reshape"(%35) : (tensor<1x64x64xbf16>) -> tensor<64x64xbf16>
    "func.return"(%36) : (tensor<64x64xbf16>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}], function_type = (tensor<2x64x32xbf16>, tensor<i32>) -> tensor<64x32xbf16>, res_attrs = [{}], sym_name = "dynamic_index_in_dim_0", sym_visibility = "private"}> ({
  ^bb0(%arg9: tensor<2x64x32xbf16>, %arg10: tensor<i32>):
    %29 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %30 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %31 = "stablehlo.dynamic_slice"(%arg9, %arg10, %29, %30) <{slice_sizes = array<i64: 1, 64, 32>}> : (tensor<2x64x32xbf16>, tensor<i32>, tensor<i32>, tensor<i32>) -> tensor<1x64x32xbf16>
    %32 = "stablehlo.reshape"(%31) : (tensor<1x64x32xbf16>) -> tensor<64x32xbf16>
    "func.return"(%32) : (tensor<64x32xbf16>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}], function_type = (tensor<2x64xbf16>, tensor<i32>) -> tensor<64xbf16>, res_attrs = [{}], sym_name = "dynamic_index_in_dim_1", sym_visibility = "private"}> ({
  ^bb0(%arg7: tensor<2x64xbf16>, %arg8: tensor<i32>):
    %26 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %27 = "stablehlo.dynamic_slice"(%arg7, %arg8, %26) <{slice_sizes = array<i64: 1, 64>}> : (tensor<2x64xbf16>, tensor<i32>, tensor<i32>) -> tensor<1x64xbf16>
    %28 = "stablehlo.reshape"(%27) : (tensor<1x64xbf16>) -> tensor<64xbf16>
    "func.return"(%28) : (tensor<64xbf16>) -> ()
  }) : () -> ()
  "func.func"() <{arg_attrs = [{}, {}], function_type = (tensor<2x32x64xbf16>, tensor<i32>) -> tensor<32x64xbf16>, res_attrs = [{}], sym_name = "dynamic_index_in_dim_2", sym_visibility = "private"}> ({
  ^bb0(%arg5: tensor<2x32x64xbf16>, %arg6: tensor<i32>):
    %22 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %23 = "stablehlo.constant"() <{value = dense<0> : tensor<i32>}> : () -> tensor<i32>
    %24 = "stablehlo.dynamic_slice"(%arg5, %arg6, %22, %23) <{slice_sizes = array<i64: 1, 32, 64>}> : (tensor<2x32x64xbf16>, tensor<i32>, tensor<i32>, tensor<i32>) -> tensor<1x32x64xbf16>
    %25 = "stablehlo.reshape"(%24) : (tensor<1x32x64xbf16>) -> tensor<32x64xbf16>
    "func.return"(%25) : (tensor<32x64xbf16>) -> ()
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

