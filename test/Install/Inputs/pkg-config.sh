#!/bin/bash
# usage: pkg-config.sh PREFIX PROGRAM COMPILER... : compiles against the runtime
# that is installed below PREFIX, and runs the program.
set -eu
prefix=$1 program=$2
shift 2
export PKG_CONFIG_PATH
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name conorm-runtime.pc)")
libdir=$(pkg-config --variable=libdir conorm-runtime)
# shellcheck disable=SC2046
"$@" -Wall -Wextra -Werror -o "$program" -pthread \
  $(pkg-config --cflags --libs conorm-runtime) -Wl,-rpath,"$libdir"
"$program"
