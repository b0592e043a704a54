#!/bin/sh
# Runs the benchmarks of a build tree, prints their tables, and draws the bar
# charts of docs/performance.md into docs/images/.
#
#   benchmark/run.sh [BUILD_DIRECTORY]     default: build-release
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
bin=${1:-$root/build-release}/bin
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

[ -x "$bin/conorm-bench-fused" ] || {
  echo "benchmark/run.sh: no $bin/conorm-bench-fused: build the preset" \
    "'release' first" >&2
  exit 1
}

run() { # run NAME COMMAND...: the JSON goes to $out/NAME.json
  name=$1
  shift
  echo "== $*"
  "$@" "--benchmark_out=$out/$name.json" --benchmark_out_format=json \
    --benchmark_color=false >"$out/$name.txt" || {
    cat "$out/$name.txt"
    exit 1
  }
  grep -E '^(geometric|results)' "$out/$name.txt"
}

run fused "$bin/conorm-bench-fused"
run threads "$bin/conorm-bench-fused" --threads
if [ -x "$bin/conorm-bench-mpi" ]; then
  run mpi mpirun -n 2 --mca mpi_yield_when_idle 1 --allow-run-as-root \
    --oversubscribe "$bin/conorm-bench-mpi"
fi
mkdir -p "$root/docs/images"
python3 "$root/benchmark/chart.py" "$out" "$root/docs/images"
