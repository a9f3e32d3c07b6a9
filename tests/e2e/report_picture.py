#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The picture of the README: the top of the report that `make demo` makes, in headless Chromium. The figures it shows that no machine
changes are kept in it as text, so that a stale picture is told from a true one.

usage: report_picture.py VERNIER PNG (--update | --check)

Exit 77, a skip, where there is no Chromium.
"""
import argparse
import base64
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

from page_in_browser import CELL, MEAN, Browser, brightness, difference

WIDTH, HEIGHT = 1480, 1480
MAKEFILE = pathlib.Path(__file__).parents[2] / "Makefile"
KEYWORD = b"Description"
STEADY = ("cycles", "latency_s", "energy_j", "inferences_per_s")  # of simulated rulers


def demo():
    """Arguments of the Makefile's demo."""
    for line in MAKEFILE.read_text().splitlines():
        if "vernier compare" in line:
            words = line.split()
            return words[words.index("compare"):words.index("-o")]
    sys.exit(f"{MAKEFILE} has no demo")


def figures(folder):
    shown = {}
    for file in sorted(folder.rglob("*.json")):
        record = json.loads(file.read_text())
        if isinstance(record, dict) and record.get("fidelity") not in (None, "measured", "functional"):
            shown[record["ruler"]] = {key: record[key] for key in STEADY}
    return shown


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_text(png, text):
    end = png.rindex(b"IEND") - 4
    return png[:end] + chunk(b"tEXt", KEYWORD + b"\0" + text.encode()) + png[end:]


def text_of(png):
    at = 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        if kind == b"tEXt" and png[at + 8:].startswith(KEYWORD + b"\0"):
            return png[at + 9 + len(KEYWORD):at + 8 + size].decode()
        at += size + 12
    return "{}"


def shot(browser, scale):
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT, "scale": scale}
    return base64.b64decode(browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"])


def grid(browser):
    rows = brightness(shot(browser, 4 / CELL))
    return [[sum(rows[4 * y + j][4 * x + i] for j in range(4) for i in range(4)) // 16 for x in range(len(rows[0]) // 4)] for y in range(len(rows) // 4)]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("vernier")
    arguments.add_argument("picture", type=pathlib.Path)
    what = arguments.add_mutually_exclusive_group(required=True)
    what.add_argument("--update", action="store_true")
    what.add_argument("--check", action="store_true")
    options = arguments.parse_args()
    if shutil.which("chromium") is None:
        print("skipped: chromium is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="vernier-picture-", ignore_cleanup_errors=True) as name:
        folder = pathlib.Path(name)
        done = subprocess.run([options.vernier, *demo(), "-o", str(folder / "out")], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"compare: exit {done.returncode}\n{done.stderr}")
        now = figures(folder / "out")
        browser = Browser(folder / "profile", WIDTH)
        browser.open(folder / "out/report.html")
        if options.update:
            options.picture.write_bytes(with_text(shot(browser, 1), json.dumps(now)))
        there = json.loads(text_of(options.picture.read_bytes()))
        wrong = [f"{ruler}: the picture has {there.get(ruler)}, measured {now.get(ruler)}" for ruler in sorted({*now, *there}) if there.get(ruler) != now.get(ruler)]
        report = grid(browser)
        browser.picture(options.picture)
        mean, _ = difference(grid(browser), report)
        browser.close()
    print(f"{len(now)} simulated rulers; mean difference of brightness {mean:.2f}")
    if mean > MEAN or not now:
        wrong.append("the report looks otherwise now")
    print("\n".join(f"not so: {line}; look at the report, then write the picture anew with --update" for line in wrong))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
