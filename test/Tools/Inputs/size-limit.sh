#!/bin/sh
# size-limit.sh FILE COMMAND...: runs the command, which is to fail, with SIZE in
# an argument replaced by the size of FILE.
size=$(($(wc -c <"$1")))
shift
for argument; do
  shift
  set -- "$@" "$(printf '%s' "$argument" | sed "s/=SIZE\$/=$size/")"
done
"$@"
test $? -eq 1
