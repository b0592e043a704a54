"""inherit.py SETTING... -- COMMAND...: runs a command in the place of this
process, with what a parent may leave it.

close=N            descriptor N is closed
stdout=full        standard output is /dev/full
stdout=broken      standard output is a pipe that nobody reads
ignore=TERM,..     signals that are ignored
block=TERM,..      signals that are blocked
file-limit=BYTES   limit on the size of a file
"""

import os
import resource
import signal
import sys


def signals(names):
    return [getattr(signal, "SIG" + name) for name in names.split(",")]


separator = sys.argv.index("--")
# What Python itself has set, and what the tests may have been started with.
for name in ("PIPE", "XFSZ", "INT", "HUP", "TERM", "CHLD", "ALRM"):
    signal.signal(getattr(signal, "SIG" + name), signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_SETMASK, [])
for setting in sys.argv[1:separator]:
    name, value = setting.split("=")
    if name == "close":
        os.close(int(value))
    elif name == "stdout" and value == "full":
        os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
    elif name == "stdout" and value == "broken":
        reader, writer = os.pipe()
        os.dup2(writer, 1)
        os.close(reader)
        os.close(writer)
    elif name == "ignore":
        for one in signals(value):
            signal.signal(one, signal.SIG_IGN)
    elif name == "block":
        signal.pthread_sigmask(signal.SIG_BLOCK, signals(value))
    elif name == "file-limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(value), int(value)))
    else:
        sys.exit("unknown setting: " + setting)
os.execvp(sys.argv[separator + 1], sys.argv[separator + 1 :])
