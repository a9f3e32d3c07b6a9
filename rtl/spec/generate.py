#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns npu.toml into a SystemVerilog package, a C++ header and reference pages.

usage: generate.py npu.toml --sv FILE --cpp FILE --docs DIR
"""
import argparse
import pathlib
import sys
import tomllib


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def banner(comment, spec):
    return f"{comment} Generated from rtl/spec/{spec.name} by rtl/spec/generate.py: edit those.\n{comment} SPDX-License-Identifier: Apache-2.0\n"


def layout(fields, total):
    """[(name, lsb, bits, doc)], checked to fit."""
    out, lsb = [], 0
    for name, bits, doc in fields:
        out.append((name, lsb, bits, doc))
        lsb += bits
    if lsb > total:
        sys.exit(f"{fields[0][0]}...: {lsb} bits do not fit {total}")
    return out


def load(path):
    spec = tomllib.loads(path.read_text())
    header = [(f["name"], f["bits"], f["doc"]) for f in spec["field"]]
    assert [f[0] for f in header] == spec["header"]
    for c in spec["command"]:
        c["layout"] = layout(header + [tuple(f) for f in c["fields"]], spec["command_bits"])
    for w in spec["word"]:
        w.setdefault("bits", spec["command_bits"])
        w["layout"] = layout([tuple(f) for f in w["fields"]], w["bits"])
    return spec


def sv_struct(name, lay, total):
    used = sum(bits for _, _, bits, _ in lay)
    lines = ["  typedef struct packed {"]
    if used < total:
        lines.append(f"    logic [{total - used - 1}:0] unused;")
    for field, _, bits, _ in reversed(lay):
        lines.append(f"    logic [{bits - 1}:0] {field};")
    lines.append(f"  }} {name};")
    return "\n".join(lines)


def write_sv(spec, path, out):
    parts = [banner("//", path), "package vrn_npu_pkg;",
             f"  localparam int unsigned IsaVersion = {spec['version']};",
             f"  localparam int unsigned CommandBits = {spec['command_bits']};",
             f"  localparam int unsigned NumUnits = {len(spec['unit'])};"]
    for i, u in enumerate(spec["unit"]):
        parts.append(f"  localparam int unsigned Unit{camel(u['name'])} = {i};")
    for c in spec["command"]:
        parts.append(f"  localparam logic [3:0] Op{camel(c['name'])} = 4'd{c['opcode']};")
    for r in spec["register"]:
        parts.append(f"  localparam logic [11:0] Reg{camel(r['name'])} = 12'h{r['offset']:03x};")
    parts.append(f"  localparam int unsigned NumCounters = {len(spec['counter'])};")
    for i, c in enumerate(spec["counter"]):
        parts.append(f"  localparam int unsigned Cnt{camel(c['name'])} = {i};  // {c['doc']}")
    head = [f for f in spec["command"][0]["layout"]]
    parts.append(sv_struct("cmd_header_t", head, spec["command_bits"]))
    for c in spec["command"]:
        if c["fields"]:
            parts.append(sv_struct(f"cmd_{c['name']}_t", c["layout"], spec["command_bits"]))
    for w in spec["word"]:
        parts.append(sv_struct(f"{w['name']}_t", w["layout"], w["bits"]))
    parts.append("endpackage\n")
    out.write_text("\n".join(parts))


CPP_TOP = """#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vernier::spec {

/// One 512-bit word: a command, or a word of the parameter buffer. Bit 0 is bit 0 of words[0].
struct Word {
  std::array<std::uint64_t, 8> words{};
  friend bool operator==(const Word&, const Word&) = default;
};

/// Place of a field in a word.
struct Field {
  std::string_view name;
  std::uint16_t lsb;
  std::uint8_t bits;
  std::string_view doc;
};

[[nodiscard]] constexpr std::uint64_t get(const Word& w, Field f) {
  const unsigned at = f.lsb / 64U, shift = f.lsb % 64U;
  std::uint64_t v = w.words[at] >> shift;
  if (shift + f.bits > 64U) v |= w.words[at + 1] << (64U - shift);
  return f.bits == 64 ? v : v & ((std::uint64_t{1} << f.bits) - 1);
}

/// Value of a field as two's complement.
[[nodiscard]] constexpr std::int64_t get_signed(const Word& w, Field f) {
  const std::uint64_t v = get(w, f), sign = std::uint64_t{1} << (f.bits - 1U);
  return static_cast<std::int64_t>(v ^ sign) - static_cast<std::int64_t>(sign);
}

/// Low `bits` bits of value; whether it fits is for the caller to check with fits().
constexpr void set(Word& w, Field f, std::uint64_t value) {
  const std::uint64_t mask = f.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << f.bits) - 1;
  const unsigned at = f.lsb / 64U, shift = f.lsb % 64U;
  value &= mask;
  w.words[at] = (w.words[at] & ~(mask << shift)) | (value << shift);
  if (shift + f.bits > 64U) {
    const unsigned up = 64U - shift;
    w.words[at + 1] = (w.words[at + 1] & ~(mask >> up)) | (value >> up);
  }
}

[[nodiscard]] constexpr bool fits(Field f, std::uint64_t value) {
  return f.bits == 64 || value < (std::uint64_t{1} << f.bits);
}
"""


def cpp_fields(lines, name, lay):
    lines.append(f"\nnamespace {name} {{")
    for field, lsb, bits, doc in lay:
        lines.append(f'inline constexpr Field {field}{{"{field}", {lsb}, {bits}, "{doc}"}};')
    names = ", ".join(f[0] for f in lay)
    lines.append(f"inline constexpr std::array<Field, {len(lay)}> kFields{{{names}}};")
    lines.append(f"}}  // namespace {name}")


def write_cpp(spec, path, out):
    lines = [banner("//", path) + CPP_TOP]
    lines.append(f"inline constexpr unsigned kIsaVersion = {spec['version']};")
    lines.append("inline constexpr std::size_t kCommandBytes = " + str(spec["command_bits"] // 8) + ";")
    lines.append("\nenum class Unit : std::uint8_t { " + ", ".join(f"k{camel(u['name'])}" for u in spec["unit"]) + " };")
    lines.append(f"inline constexpr std::size_t kUnits = {len(spec['unit'])};")
    names = ", ".join(f'"{u["name"]}"' for u in spec["unit"])
    lines.append(f"inline constexpr std::array<std::string_view, kUnits> kUnitNames{{{names}}};")
    lines.append("\nenum class Opcode : std::uint8_t { " + ", ".join(f"k{camel(c['name'])} = {c['opcode']}" for c in spec["command"]) + " };")
    lines.append("\nnamespace reg {")
    for r in spec["register"]:
        lines.append(f"inline constexpr std::uint32_t {r['name']} = 0x{r['offset']:03x};  // {r['doc']}")
    lines.append("}  // namespace reg")
    lines.append("\nenum class Counter : std::uint8_t { " + ", ".join(f"k{camel(c['name'])}" for c in spec["counter"]) + " };")
    lines.append(f"inline constexpr std::size_t kCounters = {len(spec['counter'])};")
    names = ", ".join(f'"{c["name"]}"' for c in spec["counter"])
    lines.append(f"inline constexpr std::array<std::string_view, kCounters> kCounterNames{{{names}}};")
    cpp_fields(lines, "header", spec["command"][0]["layout"])
    for c in spec["command"]:
        cpp_fields(lines, c["name"], c["layout"])
    for w in spec["word"]:
        cpp_fields(lines, w["name"], w["layout"])
    lines.append("\n}  // namespace vernier::spec\n")
    out.write_text("\n".join(lines))


def table(rows, titles):
    lines = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
    lines += ["| " + " | ".join(str(c) for c in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def write_docs(spec, path, out):
    note = f"Generated from `rtl/spec/{path.name}` by `rtl/spec/generate.py`; edit those.\n\n"
    text = f"# Instructions, version {spec['version']}\n\n{note}A command is {spec['command_bits'] // 8} bytes. Header of every command:\n\n"
    head = spec["command"][0]["layout"]
    text += table([(n, f"{l + b - 1}:{l}", d) for n, l, b, d in head], ("field", "bits", "meaning"))
    for c in spec["command"]:
        text += f"\n## {c['name']} (opcode {c['opcode']}, {c['unit']})\n\n{c['doc']}\n\n"
        if c["fields"]:
            text += table([(n, f"{l + b - 1}:{l}", d) for n, l, b, d in c["layout"][len(head):]], ("field", "bits", "meaning"))
    text += "\n# Words of the parameter buffer\n"
    for w in spec["word"]:
        text += f"\n## {w['name']}\n\n{w['doc']}\n\n"
        text += table([(n, f"{l + b - 1}:{l}", d) for n, l, b, d in w["layout"]], ("field", "bits", "meaning"))
    (out / "instructions.md").write_text(text)
    text = f"# Kernel registers\n\n{note}"
    text += table([(f"0x{r['offset']:03x}", r["name"], r.get("bits", 32), r["access"], r["doc"]) for r in spec["register"]],
                  ("offset", "register", "bits", "access", "meaning"))
    (out / "registers.md").write_text(text)
    text = f"# Activity counters\n\n{note}"
    text += table([(i, c["name"], c["doc"]) for i, c in enumerate(spec["counter"])], ("index", "counter", "counts"))
    (out / "counters.md").write_text(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spec", type=pathlib.Path)
    parser.add_argument("--sv", type=pathlib.Path)
    parser.add_argument("--cpp", type=pathlib.Path)
    parser.add_argument("--docs", type=pathlib.Path)
    args = parser.parse_args()
    spec = load(args.spec)
    for out in (args.sv, args.cpp):
        if out:
            out.parent.mkdir(parents=True, exist_ok=True)
    if args.sv:
        write_sv(spec, args.spec, args.sv)
    if args.cpp:
        write_cpp(spec, args.spec, args.cpp)
    if args.docs:
        args.docs.mkdir(parents=True, exist_ok=True)
        write_docs(spec, args.spec, args.docs)


if __name__ == "__main__":
    main()
