#!/usr/bin/env python3
"""compare-entries.py RUN SO [RANKS]: compares both variants of every entry."""

import json
import re
import subprocess
import sys

runner, artifact = sys.argv[1:3]
ranks = sys.argv[3] if len(sys.argv) > 3 else "2"
# Without --entry, the entries are listed.
listed = subprocess.run([runner, artifact], capture_output=True, text=True)
entries = re.search(r"expected --entry with one of: (.*);", listed.stderr).group(1)
for entry in entries.split(", "):
    elements = bits = 0
    for seed in range(3):
        command = [runner, artifact, "--entry", entry, "--compare", "--json"]
        command += ["--dim", "8", "--seed", str(seed), "--repeat", "1"]
        command += ["--ranks", ranks, "--threads"]
        done = subprocess.run(command, capture_output=True, text=True)
        if not done.stdout:
            print("%s: %s" % (entry, done.stderr.strip()))
            break
        report = json.loads(done.stdout)
        elements += report["elements_compared"]
        bits += report["differing_bits"]
    else:
        print("%s: %d elements, %d differing bits" % (entry, elements, bits))
