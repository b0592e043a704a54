#!/bin/sh
# Stands for ptxas: -arch=ARCH -O3 --fmad=false INPUT -o OUTPUT.
[ "$2 $3 $5" = "-O3 --fmad=false -o" ] && grep -q "^.target ${1#-arch=}" "$4" && cp "$4" "$6"
