#!/bin/sh
# usage: compare.sh PIPELINE CONORM_OPT MLIR_OPT PLUGIN SCRATCH EXAMPLE...
#
# Runs the pipeline on every example in conorm-opt, in stock mlir-opt with the
# plugin, and in conorm-opt that loads the plugin itself. All print the same.
set -eu
pipeline=$1 conorm_opt=$2 mlir_opt=$3 plugin=$4 scratch=$5
shift 5
mkdir -p "$scratch"
load="--load-dialect-plugin=$plugin --load-pass-plugin=$plugin"
for example in "$@"; do
  name=$(basename "$example" .mlir)
  "$conorm_opt" "$example" >"$scratch/$name.parsed"
  # As they are documented to be called: by name in our tool, by pipeline text
  # in the stock one, whose options are parsed before a plugin is loaded.
  "$conorm_opt" "--$pipeline" "$example" >"$scratch/$name.ours"
  # Unquoted: a list of options.
  # shellcheck disable=SC2086
  env ${PRELOAD:+"LD_PRELOAD=$PRELOAD"} "$mlir_opt" $load \
    "--pass-pipeline=builtin.module($pipeline)" "$example" \
    >"$scratch/$name.stock"
  # shellcheck disable=SC2086
  "$conorm_opt" $load "--pass-pipeline=builtin.module($pipeline)" "$example" \
    >"$scratch/$name.loaded"
  diff -u "$scratch/$name.ours" "$scratch/$name.stock"
  diff -u "$scratch/$name.ours" "$scratch/$name.loaded"
  # Equal because neither did anything would be no success.
  if cmp -s "$scratch/$name.parsed" "$scratch/$name.ours"; then
    echo "$pipeline changed nothing in $name" >&2
    exit 1
  fi
  echo "same: $name"
done
