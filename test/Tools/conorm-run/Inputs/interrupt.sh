#!/bin/sh
# interrupt.sh SIGNAL conorm-run...: signals a run once its ranks exist, and
# counts them before and after.
signal=$1
shift
# A shell's background process would ignore SIGINT otherwise.
python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$@" 2>&1 &
launcher=$!
count=0
ranks=
tries=0
while [ "$count" -lt 4 ] && [ "$tries" -lt 200 ]; do
  sleep 0.05
  tries=$((tries + 1))
  ranks=$(cat /proc/$launcher/task/$launcher/children 2>/dev/null)
  count=$(echo $ranks | wc -w)
done
echo "ranks started: $count"
sleep 0.3
kill -"$signal" "$launcher"
wait "$launcher"
echo "exit code $?"
sleep 0.3
left=0
for rank in $ranks; do
  # A zombie that nobody has reaped yet is gone as well.
  state=$(cut -d' ' -f3 "/proc/$rank/stat" 2>/dev/null)
  [ -z "$state" ] || [ "$state" = Z ] || left=$((left + 1))
done
echo "ranks left: $left"
