#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Synthesises the kernel with Yosys and writes the statistics of every module.
# usage: synthesise.sh OUT SPEC FAMILY NAME=VALUE...      FAMILY: xcup, xc7, generic
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
out=$1 spec=$2 family=$3
shift 3
command -v yosys >/dev/null || exit 4
chparam=""
for p in "$@"; do chparam="$chparam -chparam ${p%%=*} ${p#*=}"; done
case $family in
  generic) synth="synth -top vrn_npu -noabc -noalumacc; techmap; opt -fast; abc -g cmos2" ;;
  xcup) synth="synth_xilinx -family xcup -uram -noiopad -top vrn_npu" ;;
  *) synth="synth_xilinx -family $family -noiopad -top vrn_npu" ;;
esac
# Hierarchy is kept: a report a unit, and a tenth of the memory. Memories are left out, their sizes say what they take
# (memory_resources.cpp): Yosys would build the masked writes of megabytes from flip-flops.
yosys -q -p "read_verilog -sv -defer -DSYNTHESIS -I$here/rtl/prim $spec $(ls "$here"/rtl/prim/*.sv "$here"/rtl/core/*.sv "$here"/rtl/top/*.sv | tr '\n' ' ');
  hierarchy -top vrn_npu $chparam; blackbox *vrn_ram_1r1w*; $synth; tee -q -o $out.partial stat" >"$out.log" 2>&1 || exit 1
mv "$out.partial" "$out"
