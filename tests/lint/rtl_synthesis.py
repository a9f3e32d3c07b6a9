#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Synthesises modules the way `vernier synth` does and holds what it must find.

usage: rtl_synthesis.py SPEC.sv             a small module in standard cells, one vector lane for UltraScale+; seconds
       rtl_synthesis.py --whole VERNIER     all of npu8 in both, minutes: the committed counts and a clock
"""

import collections
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "boards/package/synthesise.sh"


def run(*command, **options):
    return subprocess.run(command, check=True, text=True, capture_output=True, **options).stdout


def need(condition, what):
    if not condition:
        sys.exit(f"rtl_synthesis: {what}")


def unit(work, spec, family, module, parameters=""):
    """Statistics of one module and the path of its netlist."""
    sources = " ".join(str(p) for folder in ("prim", "core") for p in sorted((ROOT / "rtl" / folder).glob("*.sv")))
    design, out = work / "design.il", work / f"{family}-{module}"
    run("yosys", "-q", "-p", f"read_verilog -sv -defer -DSYNTHESIS -I{ROOT}/rtl/prim {spec} {sources}; hierarchy -top {module} {parameters}; "
        f"rename -top {module}; write_rtlil {design}")
    run(str(SCRIPT), "--unit", family, str(design), f"\\{module}", str(out))
    return out.read_text(), pathlib.Path(f"{out}.v")


def loads(netlist):
    """How many cell inputs each net drives, the clock left out."""
    count = collections.Counter()
    for pin, net in re.findall(r"^\s*\.(\w+)\((\\?[^ )]+) ?\)", netlist.read_text(), re.M):
        if pin not in ("Y", "Q", "CLK"):
            count[net] += 1
    return count


def small(spec):
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        statistics, netlist = unit(work, spec, "osu018", "vrn_divider")
        area = re.search(r"Chip area for module .*: ([\d.]+)", statistics)
        need(area and float(area[1]) > 0, "no area of vrn_divider")
        registers = re.search(r"DFFSR\s+(\d+)", statistics), re.search(r"DFFPOSX1\s+(\d+)", statistics)
        need(any(registers), "vrn_divider has no registers")
        worst = loads(netlist).most_common(1)[0]
        print(f"vrn_divider: {float(area[1]):.0f} um2, a net drives at most {worst[1]} inputs")
        need(worst[1] <= 16, f"net {worst[0]} drives {worst[1]} inputs")
        statistics, _ = unit(work, spec, "xcup", "vrn_vector_lanes", "-chparam Cols 1")
        dsp = re.search(r"DSP48E2\s+(\d+)", statistics)
        print(f"vrn_vector_lanes, one lane: {dsp[1]} DSP slices")
        need(int(dsp[1]) == 7, "a lane multiplies 32 by 25 bits (4 slices), 16 by 25 (1) and 25 by 25 (2)")


def whole(vernier):
    line = run(vernier, "synth", "npu8", "--csv").strip()
    committed = [l for l in (ROOT / "boards/package/synthesised.csv").read_text().splitlines() if l.startswith("npu8,")]
    need([line] == committed, f"synthesis finds {line}, boards/package/synthesised.csv has {committed}")
    text = run(vernier, "synth", "npu8", "--family", "osu018")
    print(text)
    need(re.search(r"clock +[\d.]+ ns = \d+ MHz", text), "no clock")


if __name__ == "__main__":
    whole(sys.argv[2]) if sys.argv[1] == "--whole" else small(sys.argv[1])
