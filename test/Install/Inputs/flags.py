"""What a build with Conorm as a subdirectory compiles with.

usage: flags.py COMPILE_COMMANDS
"""

import json
import shlex
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    commands = json.load(file)

# Include paths and MLIR's own definitions come with the libraries.
FROM_LIBRARIES = ("-I", "-isystem", "-D")
for command in commands:
    if not command["file"].endswith("consumer/main.cpp"):
        continue
    words = shlex.split(command["command"])
    flags = [word for last, word in zip(words, words[1:])
             if word.startswith("-") and last not in ("-o", "-isystem")]
    print("flags of the compiler:", *(flag for flag in flags if flag not in ("-o", "-c")
                                      and not flag.startswith(FROM_LIBRARIES)))
print("forced includes:", sum("-include" in command["command"] for command in commands))
print("sources of tests:", sum("unittests/" in command["file"] for command in commands))
