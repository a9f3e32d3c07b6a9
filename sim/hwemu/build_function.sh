#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles the C++ function of a kernel, prepared by `vernier kernel pack`, with the compute unit around it into a shared object.
#
# usage: build_function.sh OUT.so SOURCE.cpp...
# The object appears whole or not at all, with OUT.so.ports ("NAME BITS in|out" a line) and OUT.so.arguments
# ("NAME KIND BYTES OFFSET BITS [REFUSAL]" a line) beside it. A failed build leaves its log as OUT.so.log.
set -euo pipefail
out=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
cxx=$(command -v g++) || { echo "build_function: g++ is not installed" >&2; exit 4; }
cache=$(command -v ccache || true)

mkdir -p "$(dirname "$out")"
work=$(mktemp -d "$out.build-XXXXXX")
trap 'rm -rf "$work"' EXIT
log=$out.log
includes=(-isystem "$here/function/include" -isystem "$here/../../hls/shim/include")
# every unit has statics of its own, though all hold the same code: no symbol may be one for the whole process
common=(-std=c++17 -fPIC -fvisibility=hidden -fno-gnu-unique -w)
# the function announces its accesses to memory in the order of the source
announced=(-O1 -g -fsanitize=thread --param tsan-instrument-func-entry-exit=0 -fno-builtin-memcpy -fno-builtin-memmove -fno-builtin-memset
           -fno-tree-loop-distribute-patterns -fno-strict-aliasing -fno-threadsafe-statics)
{
  objects=()
  number=0
  for source in "$@"; do
    number=$((number + 1))
    $cache "$cxx" "${common[@]}" "${announced[@]}" -c "$source" -o "$work/source$number.o"
    objects+=("$work/source$number.o")
  done
  for source in processes memory_port memory_window control crash hooks plugin; do
    $cache "$cxx" "${common[@]}" -O2 "${includes[@]}" -c "$here/function/src/$source.cpp" -o "$work/$source.o"
    objects+=("$work/$source.o")
  done
  "$cxx" -shared -Wl,-Bsymbolic -Wl,--no-undefined -o "$work/kernel.so" "${objects[@]}" -lboost_context -pthread
  $cache "$cxx" "${common[@]}" -O1 -c "$here/function/src/describe.cpp" -o "$work/describe.o"
  "$cxx" -o "$work/describe" "$work/describe.o" "${objects[@]}" -lboost_context -pthread
  "$work/describe" "$work/arguments" "$work/ports"
} >"$log" 2>&1 || exit 1
mv "$work/ports" "$out.ports"
mv "$work/arguments" "$out.arguments"
mv "$work/kernel.so" "$out"
rm -f "$log"
