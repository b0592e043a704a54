# Runs a command in a session of its own and stops all of it for so many seconds.

import os
import signal
import subprocess
import sys
import time

seconds = float(sys.argv[1])
job = subprocess.Popen(sys.argv[2:], start_new_session=True)
time.sleep(1)
os.killpg(job.pid, signal.SIGSTOP)
time.sleep(seconds)
os.killpg(job.pid, signal.SIGCONT)
print("exit code", job.wait())
