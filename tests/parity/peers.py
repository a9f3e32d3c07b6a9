#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the topology that docs/reference/peers.md sets beside SCALE-Sim on our rulers and renews or checks our rows of its table.

usage: peers.py VERNIER TOPOLOGY.csv [--rulers RULER...] (--update PAGE | --check PAGE)

What a simulation took is of the machine and no part of the page; it is printed beside the row. Only its memory is held, to 100 MB
for a ruler without values, since that is counted in copies of the weights (11.7 MB).
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

MEMORY = "ideal:latency=80,bytes_per_cycle=64"
MEMORY_BAR = 100e6
ROWS = {"analytic": "Vernier, analytic", "systemc": "Vernier, SystemC", "rtl": "Vernier, RTL (reference)"}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")


def row_of(ruler, record):
    return f"| {ROWS[ruler]} | {record['cycles']:,} |"


def cells(line):
    return [cell.strip() for cell in line.split("|")]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("vernier")
    arguments.add_argument("topology")
    arguments.add_argument("--rulers", nargs="+", choices=ROWS, default=list(ROWS))
    what = arguments.add_mutually_exclusive_group(required=True)
    what.add_argument("--update", type=pathlib.Path, metavar="PAGE")
    what.add_argument("--check", type=pathlib.Path, metavar="PAGE")
    options = arguments.parse_args()
    page = options.update or options.check
    lines, wrong = page.read_text().splitlines(), []
    with tempfile.TemporaryDirectory() as folder:
        model, file = f"{folder}/model.onnx", pathlib.Path(folder) / "r.json"
        run(options.vernier, "import", "scalesim", options.topology, "-o", model)
        for ruler in options.rulers:
            run(options.vernier, "run", model, "--target", "npu32", "--memory", MEMORY, "--ruler", ruler, "--samples", "1", "-j", "2", "--json", str(file),
                *([] if ruler == "rtl" else ["--timing-only"]))
            record = json.loads(file.read_text())
            row, sim = row_of(ruler, record), record["sim"]
            print(f"{row} {sim['wall_s']:.2g} s, {sim['peak_rss_bytes'] / 1e6:.0f} MB", flush=True)
            if ruler != "rtl" and sim["peak_rss_bytes"] > MEMORY_BAR:
                wrong.append(f"{ruler} took {sim['peak_rss_bytes'] / 1e6:.0f} MB, more than {MEMORY_BAR / 1e6:.0f}")
            at = [i for i, line in enumerate(lines) if cells(line)[1:2] == [ROWS[ruler]]]
            if len(at) != 1:
                sys.exit(f"{page.name} has {len(at)} rows of {ROWS[ruler]}, not 1")
            if cells(lines[at[0]])[2] != cells(row)[2]:
                wrong.append(f"{page.name} has {cells(lines[at[0]])[2]} cycles for {ROWS[ruler]}, measured {cells(row)[2]}")
            lines[at[0]] = row
    if options.update:
        page.write_text("\n".join(lines) + "\n")
        return
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
