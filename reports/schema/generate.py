#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/reference/record.md from record.schema.json.

usage: generate.py [--check]      (--check writes nothing and fails when the page is stale)
"""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
SCHEMA = HERE / "record.schema.json"
PAGE = HERE.parent.parent / "docs" / "reference" / "record.md"


def kind(schema):
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return ", ".join("null" if v is None else str(v) for v in schema["enum"])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(types)


def limits(schema):
    words = []
    for key, word in (("minimum", ">="), ("exclusiveMinimum", ">"), ("maximum", "<="), ("pattern", "matches")):
        if key in schema:
            words.append(f"{word} `{schema[key]}`" if key == "pattern" else f"{word} {schema[key]}")
    return ", ".join(words).replace("|", "\\|")


def rows(schema, prefix=""):
    required = schema.get("required", [])
    for name, inner in schema.get("properties", {}).items():
        always = "yes" if name in required else "no"
        yield f"| `{prefix}{name}` | {kind(inner)} | {always} | {limits(inner)} | {inner['description']} |"
        yield from rows(inner, f"{prefix}{name}.")
        for pattern in inner.get("patternProperties", {}):
            yield f"| `{prefix}{name}.` key matching `{pattern}` | {kind(inner['patternProperties'][pattern])} | no | {limits(inner['patternProperties'][pattern])} | |"
        if "items" in inner:
            yield from rows(inner["items"], f"{prefix}{name}[].")


def page():
    schema = json.loads(SCHEMA.read_text())
    head = [
        "# Record",
        "",
        "Generated from `reports/schema/record.schema.json` by `reports/schema/generate.py`; edit those.",
        "",
        schema["description"],
        "",
        "Beyond the schema a record is refused when a null has no reason or a reason no null, when a figure lacks its source, scope or",
        "clock, when a ruler that is not a measurement claims sensed energy, or when a simulated latency is not cycles / clock_hz.",
        "",
        "| key | type | required | limits | meaning |",
        "|---|---|---|---|---|",
    ]
    return "\n".join(head + list(rows(schema))) + "\n"


def main():
    text = page()
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text() != text:
            sys.exit(f"{PAGE.name} is stale: run reports/schema/generate.py")
        return
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
