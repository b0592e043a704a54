# Part of the Conorm project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints a file with all occurrences of some bytes replaced by others.

replace_bytes.py FILE FROM TO, where FROM and TO are bytes in hexadecimal.
"""

import sys


def main():
    path, old, new = sys.argv[1:]
    with open(path, "rb") as file:
        data = file.read()
    if bytes.fromhex(old) not in data:
        sys.exit(f"expected the bytes {old} in {path}, found none")
    sys.stdout.buffer.write(data.replace(bytes.fromhex(old), bytes.fromhex(new)))


if __name__ == "__main__":
    main()
