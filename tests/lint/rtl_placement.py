#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Places and routes small modules in an ECP5 the way `vernier synth --family ecp5 --place` does a kernel.

usage: rtl_placement.py SPEC.sv CACHE     exit code 77 where nextpnr or Yosys is missing
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "boards/package"
DEVICE = ("25k", "CABGA381", "6")  # the smallest: what is placed here is small, and it is read fastest
AIM = "100"
MISSING = 4

CHAIN = """module vrn_chain(input logic clk_i, input logic rst_ni, input logic [15:0] a_i, output logic [15:0] y_o);
  logic [15:0] a, y;
  always_comb begin y = a; for (int unsigned k = 0; k < DEPTH; k++) y = (y + a) ^ (y >> 3); end
  always_ff @(posedge clk_i) begin a <= a_i; y_o <= y; end
endmodule
"""


def need(condition, what):
    if not condition:
        sys.exit(f"rtl_placement: {what}")


def netlist(work, name, module, source):
    """Netlist of ECP5 cells of `module`; `source` are Yosys commands that leave it as top."""
    design, out = work / f"{name}.design.il", work / name
    subprocess.run(["yosys", "-q", "-p", f"{source}; rename -top {module}; write_rtlil {design}"], check=True, capture_output=True)
    subprocess.run([PACKAGE / "synthesise.sh", "--unit", "ecp5", design, f"\\{module}", out], check=True, capture_output=True)
    return pathlib.Path(f"{out}.il")


def same_memory(work):
    """The memory that is synthesised for ECP5 does what rtl/prim's does, in all inputs of four cycles."""
    for side, folder in (("ours", PACKAGE / "ecp5"), ("rtl", ROOT / "rtl/prim")):
        subprocess.run(["yosys", "-q", "-p", f"read_verilog -sv -DSYNTHESIS -I{ROOT}/rtl/prim {folder}/vrn_ram_1r1w_be.sv; "
                        "hierarchy -top vrn_ram_1r1w_be -chparam Bytes 4 -chparam Depth 2 -chparam Readers 2 -chparam Writers 3; proc; flatten; opt_clean; "
                        f"memory -nomap; memory_map; opt_clean; rename -top {side}; write_rtlil {work}/{side}.il"], check=True, capture_output=True)
    proof = subprocess.run(["yosys", "-q", "-p", f"read_rtlil {work}/ours.il; read_rtlil {work}/rtl.il; miter -equiv -make_outputs ours rtl both; hierarchy -top both; "
                            "proc; flatten both; opt_clean; sat -verify -prove trigger 0 -set-init-zero -seq 4 both"], text=True, capture_output=True)
    need(proof.returncode == 0, f"the two memories differ:\n{proof.stdout}{proof.stderr}")


def place(out, il, module, seed=1, script=PACKAGE / "place.sh"):
    command = [script, out, il, module, *DEVICE, str(seed), AIM]
    return subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)


def placed(out, il, module, seed=1):
    """The text that place.sh leaves."""
    begin = time.monotonic()
    process = place(out, il, module, seed)
    said = process.communicate()[0]
    if process.returncode == MISSING:
        print("rtl_placement: nextpnr-ecp5 or Yosys is missing; cmake/setup.sh fetches them")
        sys.exit(77)
    need(process.returncode == 0, f"placing {module} ended with {process.returncode}:\n{said}")
    need("Routing" in said, f"placing {module} showed no progress: {said}")
    text = out.read_text()
    print(f"{module}, seed {seed}: {figure(text, 'clock_mhz')[0]:.2f} MHz in {time.monotonic() - begin:.0f} s")
    return text


def figure(text, key):
    """Numbers behind a key."""
    line = next(l for l in text.splitlines() if l.startswith(key + " "))
    return [float(w) for w in line[len(key):].split()]


def interrupted(work, il):
    """Ctrl-C while nextpnr runs: no result, no folder of work."""
    out = work / "stopped"
    process = place(out, il, "vrn_array", 7)
    for line in process.stdout:
        if "nextpnr" in line:
            break
    os.killpg(process.pid, signal.SIGINT)
    process.communicate()
    need(process.returncode == 130, f"Ctrl-C ended it with {process.returncode}, not 130")
    left = [p.name for p in work.glob("stopped*") if p.name != "stopped.log"]
    need(not left, f"Ctrl-C left {left}")


def without_nextpnr(work):
    """A checkout in which nothing was fetched, and no nextpnr on PATH."""
    bare, tools = work / "bare/boards/package", work / "tools"
    bare.mkdir(parents=True)
    tools.mkdir()
    for tool in ("bash", "env", "dirname", "yosys"):
        (tools / tool).symlink_to(shutil.which(tool))
    shutil.copy(PACKAGE / "place.sh", bare)
    code = subprocess.run([bare / "place.sh", work / "none", "x.il", "x", *DEVICE, "1", AIM], env={"PATH": str(tools)}, capture_output=True).returncode
    need(code == MISSING, f"without nextpnr it ends with {code}, not {MISSING}")


def main(spec, cache):
    os.environ["YOWASP_CACHE_DIR"] = cache
    if shutil.which("yosys") is None:
        print("rtl_placement: yosys is missing")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        same_memory(work)
        without_nextpnr(work)
        sources = " ".join(str(p) for f in ("prim", "core") for p in sorted((ROOT / "rtl" / f).glob("*.sv")))
        array = netlist(work, "array", "vrn_array", f"read_verilog -sv -defer -DSYNTHESIS -I{ROOT}/rtl/prim {spec} {sources}; hierarchy -top vrn_array -chparam Rows 2 -chparam Cols 2")
        first = placed(work / "first", array, "vrn_array")
        need(placed(work / "again", array, "vrn_array") == first, "the same seed gave another placement")
        need(figure(first, "use MULT18X18D")[0] == 4, "four multiply-accumulates take four multipliers")
        # a multiplier and what leads to it: nothing that could be slower or faster than this by far
        need(30 < figure(first, "clock_mhz")[0] < 400, "no clock of an array in an ECP5")
        logic, wires, _ = figure(first, "path")
        need(abs((logic + wires) * figure(first, "clock_mhz")[0] - 1000) < 5, "the longest path is not the clock's period")
        # the harness has a register for every bit of every port but clock and reset
        load, vector, sums = 1 + 1 + 512, 1 + 1 + 16 + 1, 1 + 1 + 1 + 64 + 1
        need(figure(first, "harness_registers")[0] == load + vector + sums, f"{figure(first, 'harness_registers')[0]} registers in the harness")
        interrupted(work, array)
        clocks = []
        for depth in (1, 6):
            verilog = work / f"chain{depth}.sv"
            verilog.write_text(CHAIN.replace("DEPTH", str(depth)))
            il = netlist(work, f"chain{depth}", "vrn_chain", f"read_verilog -sv {verilog}; hierarchy -top vrn_chain")
            clocks.append(figure(placed(work / f"placed{depth}", il, "vrn_chain"), "clock_mhz")[0])
        need(clocks[0] > 2 * clocks[1], f"adders in a row do not slow the clock as they must: {clocks}")


if __name__ == "__main__":
    main(*sys.argv[1:])
