#!/bin/sh
# exits.sh CODE command...: succeeds if the command exits with CODE. What the
# command prints on stderr goes to stdout, so that FileCheck sees all of it.
expected=$1
shift
"$@" 2>&1
found=$?
if [ "$found" -ne "$expected" ]; then
  echo "expected exit code $expected, found $found"
  exit 1
fi
