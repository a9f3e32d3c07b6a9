#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every module of rtl/ as top, at its default and at the parameters of rtl_parameters.txt: no warning from
# `verilator --lint-only -Wall`, and read and checked by Yosys. Modules are found by their files, so none is forgotten.
# A line `MODULE :verilator` keeps Yosys from the defaults of a module that it takes minutes for: a small set stands beside it.
# usage: rtl_lint.sh [MODULE...]
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 "$root/rtl/spec/generate.py" "$root/rtl/spec/npu.toml" --sv "$work/vrn_npu_pkg.sv" || exit 1
mapfile -t files < <(find "$root/rtl" -name '*.sv' | sort)
export root work sources="$work/vrn_npu_pkg.sv ${files[*]}"

# check MODULE [NAME=VALUE...] [:verilator]: prints only what is wrong; the last word leaves Yosys out
check() {
  local module=$1 generics=() chparams=() log yosys=yes
  shift
  for p in "$@"; do
    if [ "$p" = :verilator ]; then yosys=no; continue; fi
    generics+=("-G$p")
    chparams+=("-chparam ${p%%=*} ${p#*=}")
  done
  # shellcheck disable=SC2086
  if ! log=$(verilator --lint-only -Wall --assert -I"$root/rtl/prim" "$root/rtl/lint/vernier.vlt" --top-module "$module" \
             "${generics[@]}" $sources 2>&1); then
    printf 'verilator: %s %s\n%s\n' "$module" "$*" "$log"
    return 1
  fi
  if [ $yosys = yes ] && ! log=$(yosys -q -p "read_verilog -sv -defer -DSYNTHESIS -I$root/rtl/prim $sources; \
             hierarchy -top $module ${chparams[*]}; proc; check -assert" 2>&1); then
    printf 'yosys: %s %s\n%s\n' "$module" "$*" "$log"
    return 1
  fi
}
export -f check

jobs="$work/jobs"
for file in "${files[@]}"; do
  module=$(basename "$file" .sv)
  if [ $# -gt 0 ] && ! grep -qw -- "$module" <<<"$*"; then continue; fi
  grep -qE "^module $module\b" "$file" || continue  # a package
  grep -qx "$module :verilator" "$here/rtl_parameters.txt" || echo "$module" >>"$jobs"
  grep -E "^$module( |$)" "$here/rtl_parameters.txt" >>"$jobs"
done
# a line of the table that names no module is a mistake
for module in $(grep -v '^#' "$here/rtl_parameters.txt" | cut -d' ' -f1 | sort -u); do
  [ -n "$(find "$root/rtl" -name "$module.sv")" ] || { echo "rtl_parameters.txt: no module $module"; exit 1; }
done
echo "$(wc -l <"$jobs") modules and parameter sets"
xargs -a "$jobs" -P2 -I{} bash -c 'check {} || exit 1'
