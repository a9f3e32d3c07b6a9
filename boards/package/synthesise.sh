#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Synthesises the kernel with Yosys, one module at a time, and writes the statistics of all of them.
#
# usage: synthesise.sh OUT SPEC FAMILY NAME=VALUE...      FAMILY: xcup, xc7, osu018, ecp5
#        synthesise.sh --unit FAMILY DESIGN MODULE OUT    one module of an elaborated design, its inner modules left out
#
# A module's result is kept beside OUT under the hash of its elaborated text: targets share what they have in common, and
# a run that was stopped goes on where it was. For osu018 the netlists stay beside the statistics, for clock.tcl; for ecp5
# too, for place.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
liberty=${VERNIER_LIBERTY:-/usr/share/qflow/tech/osu018/osu018_stdcells.lib}
fanout=/usr/lib/qflow/bin/blifFanout

if [ "$1" = --unit ]; then
  family=$2 design=$3 module=$4 out=$5
  ulimit -v $((8 << 20)) || true  # KiB: a memory with many ports has Yosys try more mappings than a machine holds
  # ABC's scripts without dc2, which takes more than ten minutes for the tables of the vector lanes where all else takes
  # one; &nf maps for area, and to fewer cells there than Yosys' own fast script.
  luts="scratchpad -set abc.script +strash;ifraig;scorr;strash;if;mfs2"
  cells="+strash;&get,-n;&nf;&put;buffer;upsize;dnsize"
  case $family in
    xcup) recipe="$luts; synth_xilinx -family xcup -uram -noiopad -top $module; tee -q -o $out.partial stat $module" ;;
    xc7) recipe="$luts; synth_xilinx -family xc7 -noiopad -top $module; tee -q -o $out.partial stat $module" ;;
    # wide LUTs from the slices' multiplexers take a sixth more of them, lutpack saves a sixth
    ecp5) recipe="$luts;lutpack,-S,1; synth_ecp5 -nowidelut -top $module; tee -q -o $out.partial stat $module; select -module $module; write_rtlil -selected $out.il" ;;
    osu018) recipe="synth -top $module -noabc; dfflibmap -liberty $liberty; abc -liberty $liberty -script $cells; opt_clean -purge; write_blif -gates $out.blif" ;;
  esac
  yosys -q -p "read_rtlil $design; select -set unit $module; blackbox * @unit %d; select -clear; $recipe" >"$out.log" 2>&1 ||
    { echo "synthesise: failed, see $out.log" >&2; exit 1; }
  if [ "$family" = osu018 ]; then
    # ABC leaves registers that drive thousands of cells; once more, because outputs that share a net are separate at first
    printf 'clk_i\nap_clk\n' >"$out.clocks"
    back="read_liberty -lib $liberty; read_blif -wideports $out.blif; opt_clean -purge"
    for pass in 1 2; do
      [ "$pass" = 1 ] || yosys -q -p "$back; write_blif -gates $out.blif"
      "$fanout" -p "$liberty" -F 16 -f -b BUFX4 -i A -o Y -I "$out.clocks" "$out.blif" "$out.blif2" >/dev/null 2>&1 || true  # returns how many it added
      mv "$out.blif2" "$out.blif"
    done
    yosys -q -p "$back; tee -q -o $out.partial stat -liberty $liberty; write_verilog -noattr -noexpr -nohex $out.v"
    sed -i -e ':again; s/\(\$paramod[^ ]*\)?/\1=/; t again' "$out.partial" "$out.v"  # BLIF has another use for = in names
    rm -f "$out.blif" "$out.clocks"
  fi >>"$out.log" 2>&1
  mv "$out.partial" "$out"
  rm -f "$out.log"
  exit
fi

out=$1 spec=$2 family=$3
shift 3
command -v yosys >/dev/null || exit 4
[ "$family" != osu018 ] || { [ -s "$liberty" ] && [ -x "$fanout" ]; } || { echo "synthesise: no $liberty or $fanout: apt-get install qflow-tech-osu018" >&2; exit 4; }
chparam=""
for p in "$@"; do chparam="$chparam -chparam ${p%%=*} ${p#*=}"; done
work=$(mktemp -d "$out.work-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
# Memories are left out, their sizes say what they take (memory_resources.cpp): Yosys would build the masked writes of
# megabytes from flip-flops. What is placed needs them: for ecp5 the masks are written as Yosys knows byte enables.
sources=("$here"/rtl/prim/*.sv "$here"/rtl/core/*.sv "$here"/rtl/top/*.sv)
leave_out="blackbox *vrn_ram_1r1w*"
if [ "$family" = ecp5 ]; then
  sources=("${sources[@]/#*\/vrn_ram_1r1w_be.sv/$here/boards/package/ecp5/vrn_ram_1r1w_be.sv}")
  leave_out=""
fi
yosys -q -p "read_verilog -sv -defer -DSYNTHESIS -I$here/rtl/prim $spec ${sources[*]}
  hierarchy -top vrn_npu $chparam; $leave_out; write_rtlil $work/design.il" >"$out.log" 2>&1 || exit 1

awk -v dir="$work" '/^module /{ file = dir "/" ++n ".il" } file { if ($1 != "attribute" || $2 != "\\src") print > file } /^end$/{ close(file); file = "" }' "$work/design.il"
recipe=$(sha256sum "$0"; yosys -V)
count=0
# small ones first: those that take minutes hold up nobody
for unit in $(ls -Sr "$work"/[0-9]*.il); do
  module=$(head -1 "$unit" | cut -d' ' -f2)
  case $family$module in ecp5*) ;; *vrn_ram_1r1w*) continue ;; esac
  # without the numbers that Yosys counts up while it elaborates: they differ from target to target
  hash=$( (echo "$family $recipe"; sed 's/\$[0-9]\+\([^0-9a-f]\|$\)/$\1/g' "$unit") | sha256sum | cut -c1-24)
  result=$(dirname "$out")/unit-$family-$hash.stat
  echo "$result" >>"$work/results"
  count=$((count + 1))
  [ -s "$result" ] || printf '%s\0%s\0' "$module" "$result" >>"$work/todo"
done
if [ -s "$work/todo" ]; then
  echo "vernier: $(tr -cd '\0' <"$work/todo" | wc -c | awk '{ print $1 / 2 }') of $count modules to synthesise" >&2
  # shellcheck disable=SC2016
  xargs -0 -n 2 -P "$(nproc)" sh -c '"$0" --unit "$1" "$2" "$3" "$4" && echo "vernier: ${3##*\\} done" >&2' "$0" "$family" "$work/design.il" <"$work/todo" || exit 1
fi
while read -r result; do cat "$result"; done <"$work/results" >"$out.partial"
if [ "$family" = ecp5 ]; then
  while read -r result; do cat "$result.il"; done <"$work/results" >"$out.il.partial"
  mv "$out.il.partial" "$out.il"
fi
if [ "$family" = osu018 ]; then
  # OpenSTA looks for modules by names without backslashes
  # shellcheck disable=SC2016
  while read -r result; do cat "$result.v"; done <"$work/results" |
    awk '{ while (match($0, /\\\$paramod[^ ]*/)) { t = substr($0, RSTART + 1, RLENGTH - 1); gsub(/[^A-Za-z0-9_]/, "_", t)
           $0 = substr($0, 1, RSTART - 1) t substr($0, RSTART + RLENGTH) } print }' >"$out.v.partial"
  if command -v sta >/dev/null; then
    LIBERTY=$liberty NETLIST=$out.v.partial PERIOD=${out%.stat}.period timeout 600 sta -exit "$here/boards/package/clock.tcl" >"$out.sta.log" 2>&1 ||
      echo "vernier: OpenSTA failed, no clock; see $out.sta.log" >&2
  fi
  rm -f "$out.v.partial"
fi
mv "$out.partial" "$out"
rm -f "$out.log"
