#!/bin/sh
# world.sh N command...: runs N processes with the variables that torchrun sets,
# or, with LAUNCHER=slurm, those that srun sets, and prints the exit code of each.
# The port, and the number of the job, is a port that was free a moment ago.
size=$1
shift
port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
rank=0
pids=
while [ "$rank" -lt "$size" ]; do
  if [ "$LAUNCHER" = slurm ]; then
    SLURM_PROCID=$rank SLURM_NTASKS=$size SLURM_JOB_ID=$port SLURM_STEP_ID=0 \
      SLURM_STEP_NUM_NODES=1 "$@" 2>&1 &
  else
    RANK=$rank WORLD_SIZE=$size MASTER_ADDR=127.0.0.1 MASTER_PORT=$port \
      "$@" 2>&1 &
  fi
  pids="$pids $!"
  rank=$((rank + 1))
done
rank=0
for pid in $pids; do
  wait "$pid"
  echo "rank $rank exited with $?"
  rank=$((rank + 1))
done
