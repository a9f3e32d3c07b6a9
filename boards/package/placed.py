#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What nextpnr's report says of a placed design, a line a figure, as vernier::package::parse_placement reads it.

usage: placed.py REPORT.json TOOL HARNESS_REGISTERS
"""

import json
import sys

KINDS = ("TRELLIS_COMB", "TRELLIS_FF", "TRELLIS_RAMW", "MULT18X18D", "DP16KD")


def main(report_file, tool, harness_registers):
    with open(report_file, encoding="utf-8") as f:
        report = json.load(f)
    if len(report["fmax"]) != 1:
        sys.exit(f"placed: {len(report['fmax'])} clocks in {report_file}, one is expected")
    (clock, figures), = report["fmax"].items()
    print(f"tool {tool}\nclock_mhz {figures['achieved']:.2f}\naimed_mhz {figures['constraint']:.2f}\nharness_registers {harness_registers}")
    for kind in KINDS:
        print(f"use {kind} {report['utilization'][kind]['used']} {report['utilization'][kind]['available']}")
    steps = next(p["path"] for p in report["critical_paths"] if p["from"].endswith(clock) and p["to"].endswith(clock))
    logic = sum(s["delay"] for s in steps if s["type"] != "routing")
    routing = sum(s["delay"] for s in steps if s["type"] == "routing")
    print(f"path {logic:.2f} {routing:.2f} {sum(s['type'] == 'logic' for s in steps)}")
    print(f"from {steps[0]['from']['cell']}\nto {steps[-1]['to']['cell']}")


if __name__ == "__main__":
    main(*sys.argv[1:])
