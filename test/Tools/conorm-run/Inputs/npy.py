"""npy.py out.npy descr shape [fortran] [cut]: a .npy file without NumPy.

The data are zeros; `cut` leaves their last byte out.
"""

import struct
import sys

path, descr, shape = sys.argv[1:4]
options = sys.argv[4:]
sizes = [int(size) for size in shape.split("x")]
count = 1
for size in sizes:
    count *= size
header = "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }\n" % (
    descr,
    "fortran" in options,
    "".join("%d, " % size for size in sizes),
)
data = bytes(count * int(descr[-1]))
if "cut" in options:
    data = data[:-1]
with open(path, "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
    file.write(header.encode() + data)
