#!/bin/sh
# examples.sh conorm-compile conorm-run DIRECTORY PREFIX: compares the variants
# of each example in every way that they can run on this machine.
for example in gemma_norm_chain gemma_all_reduce_norms decoder_llama \
  decoder_qwen3_next decoder_fp8; do
  "$1" "$3/$example.mlir" --variants=fused,unfused -o "$4.$example.so"
  for ranks in 1 2 3 4 8; do
    for strategy in one_shot two_shot; do
      for mode in "" --threads; do
        # shellcheck disable=SC2086
        "$2" "$4.$example.so" --compare --repeat 1 --ranks "$ranks" \
          --strategy "$strategy" $mode
      done
    done
  done
done
echo "done"
