#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every elaboration check in rtl/ refuses the parameters that rtl_elaboration.txt names for it, with its own message,
and no check is without a line there.

usage: rtl_elaboration.py [--rtl FOLDER] [--flags=FLAGS] [MODULE...]
"""
import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CHECK = re.compile(r'begin : (gen_bad_\w+)\s*\$fatal\(1, "([^"]*)"\);')
AT_ONCE = 2


def checks_in(rtl):
    """Messages by (module, block), and what is wrong with the way they are written."""
    found, wrong = {}, []
    for path in sorted(rtl.rglob("*.sv")):
        text = path.read_text()
        checks = CHECK.findall(text)
        found |= {(path.stem, block): message for block, message in checks}
        if len(checks) != text.count("$fatal") or len(dict(checks)) != len(checks):
            wrong.append(f"{path.name}: a $fatal is not the first of a gen_bad_ block of its own")
    return found, wrong


def package_with(package, changes, folder):
    """The generated package with other constants."""
    text = package.read_text()
    for name, value in changes.items():
        text, times = re.subn(rf"(\b{name} = )[^;]*;", rf"\g<1>{value};", text)
        if times != 1:
            return None
    changed = folder / ("_".join(f"{n}_{v}" for n, v in changes.items()) + ".sv")
    changed.write_text("/* verilator lint_off DECLFILENAME */\n" + text)
    return changed


def refuses(rtl, flags, package, folder, line, message):
    """What is wrong with one line of the table, or nothing."""
    module, _, *settings = line.split()
    pairs = [setting.split("=") for setting in settings]
    changes = {name[1:]: value for name, value in pairs if name.startswith("@")}
    if changes:
        package = package_with(package, changes, folder)
        if package is None:
            return f"{line}: the programming model has no such constant"
    generics = [f"-G{name}={value}" for name, value in pairs if not name.startswith("@")]
    top = next(rtl.rglob(f"{module}.sv"))
    command = ["verilator", "--lint-only", *flags, f"-I{rtl}/prim", "-y", f"{rtl}/core", "-y", f"{rtl}/top", "-y", f"{rtl}/stream",
               "--top-module", module, *generics, package, top]
    try:
        run = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        return f"{line}: neither accepted nor refused within two minutes"
    if run.returncode == 0:
        return f"{line}: accepted"
    refusal = next((line for line in run.stderr.splitlines() if line.startswith('%Error')), '')
    if message not in run.stderr:
        return f"{line}: refused, but not with '{message}': {refusal}"
    return None


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rtl", type=pathlib.Path, default=ROOT / "rtl")
    arguments.add_argument("--flags", default="-Wno-fatal -Werror-USERFATAL", help="of Verilator, as models are built with")
    arguments.add_argument("modules", nargs="*")
    arguments = arguments.parse_args()

    found, wrong = checks_in(arguments.rtl)
    table = [line for line in (HERE / "rtl_elaboration.txt").read_text().splitlines() if not line.startswith("#")]
    named = {tuple(line.split()[:2]) for line in table}
    wrong += [f"{module}: no line of rtl_elaboration.txt reaches {block}" for module, block in sorted(found.keys() - named)]
    wrong += [f"rtl_elaboration.txt: {module} has no check {block}" for module, block in sorted(named - found.keys())]
    if not found:
        wrong.append(f"{arguments.rtl}: no checks found")

    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        folder = pathlib.Path(folder)
        package = folder / "vrn_npu_pkg.sv"
        subprocess.run([sys.executable, ROOT / "rtl/spec/generate.py", ROOT / "rtl/spec/npu.toml", "--sv", package], check=True)
        lines = [(line, found[tuple(line.split()[:2])]) for line in table if tuple(line.split()[:2]) in found]
        if arguments.modules:
            lines = [(line, message) for line, message in lines if line.split()[0] in arguments.modules]
        tried = pool.map(lambda entry: refuses(arguments.rtl, arguments.flags.split(), package, folder, *entry), lines)
        wrong += [problem for problem in tried if problem]
    print("\n".join(wrong) or f"{len(found)} checks, {len(lines)} refusals")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
