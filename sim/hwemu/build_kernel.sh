#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Verilates the top module of a kernel and links it with the plugin wrapper into a shared object.
#
# usage: build_kernel.sh OUT.so TOP MARCH WAVES(0|1) WORD...
# A WORD is a source file, +incdir+DIR, -y DIR, a .vlt file or -GName=Value, handed to Verilator as it is.
# The object appears whole or not at all, with OUT.so.ports beside it: "NAME BITS in|out" a line. A failed build leaves
# its log as OUT.so.log.
set -euo pipefail
out=$1 top=$2 march=$3 waves=$4
shift 4
here=$(cd "$(dirname "$0")" && pwd)

for tool in verilator make; do
  command -v "$tool" >/dev/null || { echo "build_kernel: $tool is not installed" >&2; exit 4; }
done
cxx=$(command -v clang++-14 || command -v clang++ || command -v g++) || { echo "build_kernel: no C++ compiler" >&2; exit 4; }
cache=$(command -v ccache || true)

mkdir -p "$(dirname "$out")"
work=$(mktemp -d "$out.build-XXXXXX")
trap 'rm -rf "$work"' EXIT
log=$out.log
trace=()
[ "$waves" = 1 ] && trace=(--trace-fst)

root=$(verilator --getenv VERILATOR_ROOT)
flags="-O3 -march=$march -fPIC -fvisibility=hidden"
defines="-DVL_USER_STOP -DVL_USER_FATAL -DVM_TRACE_FST=$waves"
{
  verilator --cc --assert -O3 --x-assign fast --x-initial fast --unroll-count 64 -Wno-fatal -Wno-lint -Wno-style -Wno-SYMRSVDWORD \
    "${trace[@]}" --top-module "$top" --prefix Vkernel --Mdir "$work" "$@"
  # VL_IN8(&name,msb,lsb) and its like declare the ports; __SYM__ marks names that are words of C++, ___05F is "__"
  sed -n -E 's/^ *VL_(IN|OUT|INOUT)(8|16|64|W)?\(&([A-Za-z0-9_]+),([0-9]+),([0-9]+)[,)].*/\1 \3 \4 \5/p' "$work/Vkernel.h" |
    while read -r direction member msb lsb; do
      name=${member#__SYM__}
      [ "$direction" = INOUT ] && { echo "port $name is bidirectional: kernels have none" >&2; exit 1; }
      echo "${name//___05F/__} $((msb - lsb + 1)) ${direction,,}" >&3
      echo "VRN_PORT(\"${name//___05F/__}\", $member, $((msb - lsb + 1)), $([ "$direction" = IN ] && echo 1 || echo 0))"
    done >"$work/ports.inc" 3>"$work/ports"
  [ -s "$work/ports.inc" ] || { echo "module $top has no ports" >&2; exit 1; }
  # what a .vlt file makes public under this name, the simulator reads: memories begin anew there
  for word in "$@"; do
    if [[ $word == *.vlt ]] && grep -q '^public_flat_rd .*"trace_restart"' "$word"; then
      member=$(sed -n -E 's/^ *CData\/\*0:0\*\/ ([A-Za-z0-9_]+__DOT__trace_restart);.*/\1/p' "$work/Vkernel___024root.h")
      [ -n "$member" ] || { echo "$word: module $top has no signal trace_restart" >&2; exit 1; }
      echo "VRN_PORT(\"trace_restart\", rootp->$member, 1, 0)" >>"$work/ports.inc"
    fi
  done
  make -s -C "$work" -f Vkernel.mk Vkernel__ALL.a "CXX=$cache $cxx" "OPT_FAST=$flags" "OPT_SLOW=-O1 -fPIC -fvisibility=hidden" \
    "OPT_GLOBAL=-O2 -fPIC" "USER_CPPFLAGS=$defines"
  runtime=("$root/include/verilated.cpp" "$root/include/verilated_threads.cpp")
  [ "$waves" = 1 ] && runtime+=("$root/include/verilated_fst_c.cpp")
  objects=()
  for source in "$here/plugin/kernel_plugin.cpp" "${runtime[@]}"; do
    object=$work/$(basename "$source" .cpp).plugin.o
    # shellcheck disable=SC2086
    $cache "$cxx" -std=c++17 -w $flags $defines -DVM_TRACE="$waves" -I"$work" -I"$here/plugin" -I"$root/include" \
      -I"$root/include/vltstd" -c "$source" -o "$object"
    objects+=("$object")
  done
  libs=(-pthread -latomic)
  [ "$waves" = 1 ] && libs+=(-lz)
  "$cxx" -shared -Wl,-Bsymbolic -Wl,--exclude-libs,ALL -s -o "$work/kernel.so" "${objects[@]}" "$work/Vkernel__ALL.a" "${libs[@]}"
} >"$log" 2>&1 || exit 1
mv "$work/ports" "$out.ports"
mv "$work/kernel.so" "$out"
rm -f "$log"
