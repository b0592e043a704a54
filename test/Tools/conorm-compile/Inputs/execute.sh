#!/bin/sh
# usage: execute.sh ARTIFACT DIRECTORY
set -eu
artifact=$1 directory=$2

# Both variants of every entry agree.
for entry in same_twice arguments constant scalars one_scalar nothing branch \
  rows columns blocks; do
  conorm-run "$artifact" --entry "$entry" --ranks 2 --compare
done
conorm-run "$artifact" --entry loop --dim 5 --ranks 2 --compare

# Results that must be equal are.
for entry in same_twice rows columns blocks; do
  conorm-run "$artifact" --entry "$entry" --ranks 2 --output "$directory/$entry"
  for rank in 0 1; do
    cmp "$directory/$entry/result0.rank$rank.npy" \
      "$directory/$entry/result1.rank$rank.npy"
  done
done

# A loop leaves the argument that it starts from as it is: what comes back,
# given again, comes back again.
conorm-run "$artifact" --entry loop --dim 5 --ranks 2 --output "$directory/before"
conorm-run "$artifact" --entry loop --dim 5 --ranks 2 --output "$directory/after" \
  --input "0=$directory/before/result0.rank{rank}.npy"
cmp "$directory/before/result0.rank1.npy" "$directory/after/result0.rank1.npy"
cmp "$directory/before/result1.rank1.npy" "$directory/after/result1.rank1.npy"
if cmp -s "$directory/before/result0.rank1.npy" \
  "$directory/before/result1.rank1.npy"; then
  echo "the loop changed nothing" >&2
  exit 1
fi
echo "all entries agree"
