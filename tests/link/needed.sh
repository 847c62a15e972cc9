#!/usr/bin/env bash
# needed.sh PROGRAM LIBRARY...: the program runs, and beside the language's own libraries it asks the dynamic linker for exactly these.
set -euo pipefail
program=$1
shift
"$program"
expected=$(printf '%s\n' "$@" | sort)
needed=$(readelf -d "$program" | sed -nE 's/.*\(NEEDED\).*\[(.*)\.so.*/\1/p' |
  grep -vxE 'libstdc\+\+|libm|libc|libgcc_s|libasan|libubsan|libtsan|ld-linux.*' | sort)
if [ "$needed" != "$expected" ]; then
  printf '%s needs\n%s\nand should need\n%s\n' "$program" "$needed" "$expected" >&2
  exit 1
fi
