#!/bin/sh
# spin.sh MODEL DIRECTORY [MACRO...]: verifies a Promela model in a directory of
# its own and prints the verifier's report. Fails if it finds an error.
set -eu
model=$1
directory=$2
shift 2
rm -rf "$directory"
mkdir -p "$directory"
cd "$directory"
spin -a "$@" "$model" >spin.log || { cat spin.log; exit 2; }
"${CC:-cc}" -w -O2 -DSAFETY -DCOLLAPSE -DMEMLIM=2048 -o pan pan.c
./pan -m20000 >report
cat report
grep -q 'errors: 0' report && ! grep -q 'Search not completed' report
