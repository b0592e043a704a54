# limit.py RESOURCE VALUE COMMAND...: runs a command under a limit of Python's
# `resource`. Root has no RLIMIT_NPROC: it becomes nobody first.

import os
import resource
import sys

name, value, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
if name == "RLIMIT_NPROC" and os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
if not os.access(command[0], os.X_OK):
    sys.exit("limit: this user cannot reach the program")
resource.setrlimit(getattr(resource, name), (value, value))
os.execv(command[0], command)
