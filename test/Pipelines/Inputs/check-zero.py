#!/usr/bin/env python3
"""check-zero.py RUN SO: checks that all results of every entry are +0.0."""

import glob
import os
import re
import subprocess
import sys
import tempfile

runner, artifact = sys.argv[1:]
# Without --entry, the entries are listed.
listed = subprocess.run([runner, artifact], capture_output=True, text=True)
entries = re.search(r"expected --entry with one of: (.*);", listed.stderr).group(1)
for entry in entries.split(", "):
    for variant in ("fused", "unfused"):
        with tempfile.TemporaryDirectory() as directory:
            command = [runner, artifact, "--entry", entry, "--variant", variant]
            command += ["--ranks", "2", "--threads", "--output", directory]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            size = nonzero = 0
            for path in glob.glob(os.path.join(directory, "*.npy")):
                with open(path, "rb") as file:
                    data = file.read()
                elements = data[10 + int.from_bytes(data[8:10], "little"):]
                size += len(elements)
                nonzero += sum(byte != 0 for byte in elements)
        print("%s %s: %d of %d bytes are not zero" % (entry, variant, nonzero, size))
