#!/bin/sh
# world.sh N command...: runs N processes with the variables that torchrun sets,
# and prints the exit code of each. The port is one that was free a moment ago.
size=$1
shift
port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
rank=0
pids=
while [ "$rank" -lt "$size" ]; do
  RANK=$rank WORLD_SIZE=$size MASTER_ADDR=127.0.0.1 MASTER_PORT=$port \
    "$@" 2>&1 &
  pids="$pids $!"
  rank=$((rank + 1))
done
rank=0
for pid in $pids; do
  wait "$pid"
  echo "rank $rank exited with $?"
  rank=$((rank + 1))
done
