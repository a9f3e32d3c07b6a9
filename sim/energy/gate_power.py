#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sets rows of the 45 nm energy table beside gate-level power of the modules they stand for.

usage: gate_power.py characterise --spec PKG.sv [--netlists DIR] [UNIT...]   synthesise and fit, into gate_power.json
       gate_power.py measure --vernier VERNIER                              toggles of a real run, into gate_power.json
       gate_power.py page (--update | --check) [--spec PKG.sv]              docs/reference/gate-power.md from the two

With --check the smallest unit is characterised again and must give what gate_power.json has. Exit 77: a tool is missing.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import gate_power_page

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "sim/energy"
DATA = HERE / "gate_power.json"
PAGE = ROOT / "docs/reference/gate-power.md"
LIBERTY = pathlib.Path(os.environ.get("VERNIER_LIBERTY", "/usr/share/qflow/tech/osu018/osu018_stdcells.lib"))
PERIOD_NS = 10.0
ACTIVITIES = (0.05, 0.1, 0.25, 0.5)

# netlist: module and its parameters
NETLISTS = {
    "array_1x1": ("vrn_array", {"Rows": 1, "Cols": 1}),
    "array_4x4": ("vrn_array", {"Rows": 4, "Cols": 4}),
    "accumulator": ("vrn_accumulator", {"Cols": 4, "AccRows": 64}),
    "lane": ("vrn_vector_lanes", {"Cols": 1}),
    "divider": ("vrn_divider", {}),
    "word_register": ("vrn_stream_reg", {"Width": 512}),
    "fifo": ("vrn_fifo", {"Width": 32, "Depth": 4}),
    "queue": ("vrn_queue", {"Width": 32, "Depth": 4}),
    "fetch": ("vrn_fetch", {"Depth": 8}),
    "dispatch": ("vrn_dispatch", {"QueueDepth": 1}),
    "counters": ("vrn_counters", {}),
    "load": ("vrn_load", {}),
    "store": ("vrn_store", {}),
}
WHOLE = ("fetch", "dispatch", "counters", "load", "store")  # with the modules inside; the others are one module each
SMALLEST = "array_1x1"

# The run whose toggles are counted, and of each module: the end of its instance's path, the bit that is 1 in the cycles
# with an event, its registers, and the words that stand for the nets of its logic. Elements that pad the array's
# variables to powers of two (Rows x Cols = 15 of 32) are no registers; constants of the lanes feed nothing that moves.
RUN = ["digits-int8", "--target", "npu3x5", "--samples", "1"]
WINDOW = (4000, 8000)  # in the second convolution
LOADS = (0, 1000)  # commands and weights come
INSTANCES = {
    "vrn_array": ("u_matrix.u_array", "vec_valid_i", r"(act|weight|shadow|product)_q\[(\d|1[0-4])\].*|sum_data_o.*|valid_q.*|user_q.*",
                  r"(act|product)_q\[(\d|1[0-4])\].*|sum_data_o.*"),
    "vrn_accumulator": ("u_matrix.u_accumulator", "ev_write_o", r"forward(_data)?_q.*", r"(sum_data_i|old_row|result)\[.*"),
    "vrn_vector_lanes": ("u_vector.u_lanes", "row_valid_i", r"\w+_q\d?\b.*", r"(?!table_q|chan_q)\w+_q\d?\b.*"),
}

# The same of units that are one module with those inside, in the window LOADS. Their queues are longer in the run than in the
# netlist, and an entry moves one place of either: so the toggles of all registers count, over the registers of the netlist.
WHOLE_INSTANCES = {
    "vrn_fetch": ("fetch", "u_control.u_fetch", "u_control.u_fetch", "ev_fetch_words_o"),
    "vrn_dispatch": ("dispatch", "u_control.u_dispatch", "u_control.u_fetch", "ev_fetch_words_o"),
    "vrn_load": ("load", "u_core.u_load", "u_core.u_load", "ev_load_words_o"),
}


def run(command, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        sys.exit(f"gate_power: {command[0]}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def need_tools():
    missing = [t for t in ("yosys", "sta") if shutil.which(t) is None]
    missing += [str(f) for f in (LIBERTY, pathlib.Path("/usr/lib/qflow/bin/blifFanout")) if not f.exists()]
    if missing:
        print(f"gate_power: {', '.join(missing)} not found: apt-get install yosys opensta qflow-tech-osu018")
        sys.exit(77)


def synthesise(name, spec, folder):
    """Netlist and statistics of one unit, in `folder`."""
    module, parameters = NETLISTS[name]
    stat, design = folder / f"{name}.stat", folder / f"{name}.il"
    if not stat.exists():
        rtl = [spec, *sorted((ROOT / "rtl/prim").glob("*.sv")), *sorted((ROOT / "rtl/core").glob("*.sv"))]
        chosen = " ".join(f"-chparam {k} {v}" for k, v in parameters.items())
        whole = "flatten; " if name in WHOLE else ""
        run(["yosys", "-q", "-p", f"read_verilog -sv -defer -DSYNTHESIS -I{ROOT}/rtl/prim {' '.join(map(str, rtl))}; hierarchy -top {module} {chosen}; "
             f"blackbox *vrn_ram_1r1w*; {whole}write_rtlil {design}"])
        run([ROOT / "boards/package/synthesise.sh", "--unit", "osu018", design, "\\" + module, stat])
    return stat, pathlib.Path(f"{stat}.v")


def fit(points):
    """Least squares P = a + b x; the residual is the largest error as a share of the largest value."""
    n = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    b = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    a = mean_y - b * mean_x
    return {"a_w": a, "b_w": b, "residual": max(abs(y - a - b * x) for x, y in points) / max(y for _, y in points)}


def characterise(name, spec, folder):
    stat, netlist = synthesise(name, spec, folder)
    text = run(["sta", "-exit", HERE / "gate_power.tcl"], timeout=300,
               env=os.environ | {"LIBERTY": str(LIBERTY), "NETLIST": str(netlist), "MODULE": NETLISTS[name][0], "PERIOD": str(PERIOD_NS), "ACTIVITIES": " ".join(map(str, ACTIVITIES))})
    reports = re.findall(r"activity (\S+)\n(.*?)\nTotal", text, re.S)
    if len(reports) != len(ACTIVITIES):
        sys.exit(f"gate_power: OpenSTA gave {len(reports)} power reports of {len(ACTIVITIES)} for {name}\n{text[-2000:]}")
    points, leakage = {"sequential": [], "combinational": []}, 0.0
    for activity, report in reports:
        groups = {line.split()[0].lower(): [float(w) for w in line.split()[1:5]] for line in report.splitlines() if line.startswith(("Sequential", "Combinational"))}
        for group, power in groups.items():
            points[group].append((float(activity), power[3] - power[2]))
        leakage = sum(power[2] for power in groups.values())
    cells = dict((kind, int(count)) for kind, count in re.findall(r"^ {5}([A-Z0-9]+) +(\d+)$", stat.read_text(), re.M))
    return {"module": NETLISTS[name][0], "parameters": NETLISTS[name][1], "cells": sum(cells.values()), "flip_flops": sum(n for kind, n in cells.items() if kind.startswith("DFF")),
            "leakage_w": leakage, **{group: fit(p) for group, p in points.items()}}


def instances_of(saif):
    """Bits of every instance by path, name -> (time at 1, toggles), and the window's length."""
    opened, bits, duration = [], {}, 0  # opened: names of instances, None for a list of nets
    net = re.compile(r"\((\S+) \(T0 \d+\) \(T1 (\d+)\) \(TX \d+\) \(TC (\d+)\)")
    for line in map(str.strip, saif.read_text().splitlines()):
        if match := net.match(line):
            here[match[1].replace("\\", "")] = (int(match[2]), int(match[3]))
        elif line.startswith("(INSTANCE "):
            opened.append(line.split()[1].replace("\\", ""))
        elif line == "(NET":
            here = bits.setdefault(".".join(opened), {})
            opened.append(None)
        elif line == ")" and opened:
            opened.pop()
        elif line.startswith("(DURATION"):
            duration = int(line.split()[1].rstrip(")"))
    return bits, duration


def toggles_of_run(vernier, window):
    with tempfile.TemporaryDirectory() as folder:
        saif = pathlib.Path(folder) / "w.saif"
        run([vernier, "run", *RUN, "--ruler", "rtl", "--vcd", pathlib.Path(folder) / "w.vcd", "--vcd-window", f"{window[0]}:{window[1]}", "--saif", saif])
        return instances_of(saif)


def measure(vernier, units):
    """Mean toggles a bit and cycle, and events a cycle, in the windows of the run."""
    cycles = WINDOW[1] - WINDOW[0]
    bits, duration = toggles_of_run(vernier, WINDOW)
    result = {}
    for module, (end, event, registers, logic) in INSTANCES.items():
        found = [b for path, b in bits.items() if path.endswith(end)]
        if len(found) != 1:
            sys.exit(f"gate_power: {len(found)} instances end in {end}")
        entry = {"instance": end, "events_per_cycle": found[0][event][0] / duration}
        for group, names in (("sequential", registers), ("combinational", logic)):
            toggles = [count for name, (_, count) in found[0].items() if re.fullmatch(names, name)]
            entry[f"{group}_bits"] = len(toggles)
            entry[f"toggles_{group}"] = sum(toggles) / len(toggles) / cycles
        result[module] = entry
    cycles = LOADS[1] - LOADS[0]
    bits, duration = toggles_of_run(vernier, LOADS)
    for module, (unit, end, event_end, event) in WHOLE_INSTANCES.items():
        root, events = ([p for p in bits if p.endswith(e)] for e in (end, event_end))
        if len(root) != 1 or len(events) != 1:
            sys.exit(f"gate_power: {len(root)} instances end in {end}, {len(events)} in {event_end}")
        inside = [b for path, b in bits.items() if path == root[0] or path.startswith(root[0] + ".")]
        total = sum(count for b in inside for name, (_, count) in b.items() if re.fullmatch(r"\w+_q\b.*", name))
        mean = total / units[unit]["flip_flops"] / cycles
        result[module] = {"instance": end, "events_per_cycle": bits[events[0]][event][0] / duration, "sequential_bits": units[unit]["flip_flops"],
                          "toggles_sequential": mean, "combinational_bits": units[unit]["flip_flops"], "toggles_combinational": mean}
    return {"run": " ".join(RUN), "window": WINDOW, "loads": LOADS, "modules": result}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("action", choices=("characterise", "measure", "page"))
    arguments.add_argument("units", nargs="*", help="all where none is named")
    arguments.add_argument("--spec", type=pathlib.Path, help="the generated package vrn_npu_pkg.sv")
    arguments.add_argument("--netlists", type=pathlib.Path, help="folder that keeps netlists; those that are there are taken as they are")
    arguments.add_argument("--vernier", type=pathlib.Path)
    arguments.add_argument("--update", action="store_true")
    arguments.add_argument("--check", action="store_true")
    options = arguments.parse_args()
    data = json.loads(DATA.read_text()) if DATA.exists() else {"units": {}, "activity": {}}
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.netlists or pathlib.Path(scratch)
        folder.mkdir(exist_ok=True)
        if options.action == "characterise":
            need_tools()
            for name in options.units or NETLISTS:
                data["units"][name] = characterise(name, options.spec, folder)
                print(name, data["units"][name])
        elif options.action == "measure":
            data["activity"] = measure(options.vernier, data["units"])
            print(json.dumps(data["activity"], indent=2))
        elif options.check:
            if gate_power_page.page(data) != PAGE.read_text():
                sys.exit(f"{PAGE.name} is stale: write it again with gate_power.py page --update")
            need_tools()
            again, kept = characterise(SMALLEST, options.spec, folder), data["units"][SMALLEST]
            for group in ("sequential", "combinational"):
                for term in ("a_w", "b_w"):
                    # ABC breaks ties as it likes from version to version; another library or a power model gone wrong is far off
                    if abs(again[group][term] - kept[group][term]) > 0.02 * abs(kept[group]["b_w"]):
                        sys.exit(f"{SMALLEST}: {group} {term} is {again[group][term]:.4g} W, {DATA.name} has {kept[group][term]:.4g}: characterise again")
            return
        else:
            PAGE.write_text(gate_power_page.page(data))
            return
    DATA.write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
