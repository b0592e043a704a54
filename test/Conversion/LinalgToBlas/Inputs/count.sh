#!/bin/sh
# count.sh conorm-opt FILE...: how many contractions each has, how many products
# of them are made, and how many are left.
tool=$1
shift
for file; do
  "$tool" "$file" --conorm-fuse --convert-linalg-to-blas -o "$OUTPUT"
  echo "$(basename "$file" .mlir): $(grep -c '= linalg.matmul' "$file")" \
    "$(grep -c 'blas.matmul' "$OUTPUT")" \
    "$(grep -cE 'linalg.(matmul|fill)' "$OUTPUT")"
done
