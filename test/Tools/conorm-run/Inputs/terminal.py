"""terminal.py command...: runs a command whose stderr is a terminal, and prints
what it wrote there, with the control characters spelt out."""

import os
import pty
import subprocess
import sys

master, slave = pty.openpty()
process = subprocess.Popen(
    sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=slave
)
os.close(slave)
text = b""
try:
    while True:
        piece = os.read(master, 4096)
        if not piece:
            break
        text += piece
except OSError:
    pass  # the terminal's other end is closed
print(text.decode().replace("\r", "\n<cr>").replace("\033[K", "<clear>"))
sys.exit(process.wait())
