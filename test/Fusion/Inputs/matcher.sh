#!/bin/sh
# matcher.sh LLVM-TOOLS DIRECTORY OUTPUT NAME...: compiles the patterns of the
# named PDLL files, together, to a matcher.
set -eu
tools=$1 directory=$2 output=$3
shift 3
{
  echo 'module {'
  for name in "$@"; do
    # Printed once more, a module has no locations.
    "$tools/mlir-pdll" -x=mlir "$directory/$name.pdll" -o "$output.part"
    "$tools/mlir-opt" "$output.part" | sed '1d;/^}$/d;/^$/d'
  done
  echo '}'
} >"$output"
"$tools/mlir-opt" --convert-pdl-to-pdl-interp "$output" -o /dev/null
