#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every assertion in rtl/ has a violation in tests/rtl/assertions_cases.cpp, and every violation an assertion.

usage: rtl_assertions.py [--rtl FOLDER] [--cases FILE]
"""
import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASSERTION = re.compile(r"^\s*`VRN_ASSERT\w*\(\s*(\w+)\s*,", re.M)
# written without the macro they would have no name, no reset and no entry here
BARE = re.compile(r"^(?!\s*//).*\b(assert|assume|cover)\b\s*(property\b|\()", re.M)
CASE = re.compile(r'\{\s*"(vrn_\w+)",\s*"(\w+)"')


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rtl", type=pathlib.Path, default=ROOT / "rtl")
    arguments.add_argument("--cases", type=pathlib.Path, default=ROOT / "tests/rtl/assertions_cases.cpp")
    arguments = arguments.parse_args()

    wrong = []
    written = set()
    for path in sorted(arguments.rtl.rglob("*.sv")):
        text = path.read_text()
        for name in ASSERTION.findall(text):
            if (path.stem, name) in written:
                wrong.append(f"{path.name}: two assertions are named {name}")
            written.add((path.stem, name))
        wrong += [f"{path.name}: an assertion without `VRN_ASSERT: {found.group(0).strip()}" for found in BARE.finditer(text)]
    covered = set(CASE.findall(arguments.cases.read_text()))
    wrong += [f"{module}: no test makes {name} fail" for module, name in sorted(written - covered)]
    wrong += [f"{arguments.cases.name}: {module} has no assertion {name}" for module, name in sorted(covered - written)]
    if not written:
        wrong.append(f"{arguments.rtl}: no assertions found")
    print("\n".join(wrong) or f"{len(written)} assertions, each with a violation")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
