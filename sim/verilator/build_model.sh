#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Verilates vrn_npu for one target and links it with the plugin wrapper into a shared object.
#
# usage: build_model.sh OUT.so PKG.sv MARCH WAVES(none|fst|vcd) ASSERTIONS(0|1) Name=Value...
# The object appears whole or not at all; a failed build leaves its log beside it as OUT.so.log.
set -euo pipefail
out=$1 package=$2 march=$3 waves=$4 assertions=$5
shift 5
here=$(cd "$(dirname "$0")" && pwd)
rtl=$(cd "$here/../../rtl" && pwd)

for tool in verilator make; do
  command -v "$tool" >/dev/null || { echo "build_model: $tool is not installed" >&2; exit 4; }
done
cxx=$(command -v clang++-14 || command -v clang++ || command -v g++) || { echo "build_model: no C++ compiler" >&2; exit 4; }
cache=$(command -v ccache || true)

mkdir -p "$(dirname "$out")"
work=$(mktemp -d "$out.build-XXXXXX")
trap 'rm -rf "$work"' EXIT
log=$out.log
parameters=("${@/#/-G}")
trace=()
traced=1 fst=0 optimise=-O3
case $waves in
  none) traced=0 ;;
  fst) fst=1 trace=(--trace-fst) ;;
  # words of the buffers, rows of sums, small memories; of its one long function that compares every signal -O3 makes minutes
  vcd) trace=(--trace --trace-max-width 2048 --trace-max-array 64) optimise=-O1 ;;
esac
checks=(--assert)
[ "$assertions" = 1 ] || checks=(-DSYNTHESIS)  # what the assertion macros are empty under

root=$(verilator --getenv VERILATOR_ROOT)
flags="$optimise -march=$march -fPIC -fvisibility=hidden"
defines="-DVL_USER_STOP -DVL_USER_FATAL -DVM_TRACE=$traced -DVM_TRACE_FST=$fst -DVRN_WAVES_$waves=1"
{
  verilator --cc "${checks[@]}" -O3 --x-assign fast --x-initial fast --unroll-count 64 -Wno-fatal -Werror-USERFATAL "${trace[@]}" \
    --top-module vrn_npu --prefix Vnpu --Mdir "$work" -I"$rtl/prim" "$rtl/lint/vernier.vlt" "$here/plugin/backdoor.vlt" "${parameters[@]}" \
    "$package" "$rtl"/prim/*.sv "$rtl"/core/*.sv "$rtl"/top/*.sv
  make -s -C "$work" -f Vnpu.mk Vnpu__ALL.a "CXX=$cache $cxx" "OPT_FAST=$flags" "OPT_SLOW=-O1 -fPIC -fvisibility=hidden" \
    "OPT_GLOBAL=-O2 -fPIC" "USER_CPPFLAGS=$defines"
  runtime=("$root/include/verilated.cpp" "$root/include/verilated_threads.cpp")
  [ "$waves" = none ] || runtime+=("$root/include/verilated_${waves}_c.cpp")
  objects=()
  for source in "$here/plugin/model_plugin.cpp" "${runtime[@]}"; do
    object=$work/$(basename "$source" .cpp).plugin.o
    # shellcheck disable=SC2086
    $cache "$cxx" -std=c++17 -w $flags $defines -I"$work" -I"$here/plugin" -I"$root/include" \
      -I"$root/include/vltstd" -c "$source" -o "$object"
    objects+=("$object")
  done
  libs=(-pthread -latomic)
  [ "$waves" = fst ] && libs+=(-lz)
  "$cxx" -shared -Wl,-Bsymbolic -Wl,--exclude-libs,ALL -o "$work/model.so" "${objects[@]}" "$work/Vnpu__ALL.a" "${libs[@]}"
} >"$log" 2>&1 || { echo "build_model: failed, see $log" >&2; exit 1; }
mv "$work/model.so" "$out"
rm -f "$log"
