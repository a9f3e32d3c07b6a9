#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Works through a report in headless Chromium by keyboard alone and holds its looks to a stored grid of brightness.

usage: page_in_browser.py VERNIER GRID [--update]

Keys are sent as a keyboard sends them, over the browser's debugging pipe. Exit 77, a skip, where there is no Chromium.
"""
import argparse
import base64
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

COMPARE = ["digits-int8", "--rulers", "systemc,analytic", "--target", "npu8", "--scenario", "singlestream"]
WIDTH, CELL = 1280, 40          # pixels
MEAN, HEIGHT = 8, 0.05          # mean difference of brightness (of 255) and share of the height that other fonts may cost
CONTROLS = """[...document.querySelectorAll('a[href], button, select, input, summary, [tabindex="0"]')].filter((e) => e.checkVisibility() && !e.closest('dialog'))"""
KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "ArrowDown": 40}


class Browser:
    """One page of a headless Chromium."""

    def __init__(self, folder, width=WIDTH):
        to_browser, self.out = os.pipe()
        self.inp, from_browser = os.pipe()

        def pipes():  # the browser reads commands from 3 and answers on 4
            a, b = os.dup(to_browser), os.dup(from_browser)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--disable-background-networking",
                                         "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder}", f"--window-size={width},1000", "--remote-debugging-pipe"],
                                        preexec_fn=pipes, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.number, self.buffer, self.session = 0, b"", None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])  # scrolls at once

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.buffer:
                more = os.read(self.inp, 1 << 20)
                if not more:
                    sys.exit("Chromium ended")
                self.buffer += more
            text, self.buffer = self.buffer.split(b"\0", 1)
            answer = json.loads(text)
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]

    def value(self, script):
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            sys.exit(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def open(self, page, query="?theme=light"):
        self.call("Page.navigate", url=page.as_uri() + query)
        drawn = "(async () => { while (!/drawn|failed/.test(document.documentElement?.dataset.plots ?? '')) await new Promise((r) => setTimeout(r, 50)); return document.documentElement.dataset.plots; })()"
        if self.value(drawn) != "drawn":
            sys.exit(f"{page}: plots were not drawn")

    def picture(self, file):
        """Shows a picture at its own size, from the corner."""
        self.call("Page.navigate", url="about:blank")
        uri = "data:image/png;base64," + base64.b64encode(file.read_bytes()).decode()
        self.value(f"(async () => {{ document.body.style.margin = 0; const i = new Image(); i.style.display = 'block'; i.src = {json.dumps(uri)}; document.body.replaceChildren(i); await i.decode(); }})()")

    def press(self, key, shift=False):
        text = {"Enter": "\r", " ": " "}.get(key)
        common = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": KEYS[key], "modifiers": 8 if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def close(self):
        self.session = None
        self.call("Browser.close")
        self.process.wait(30)


def keyboard(browser, check):
    controls = browser.value(f"(window.controls = {CONTROLS}).length")
    check(controls > 20, f"{controls} controls")
    at = "(() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect(); " \
         "return {index: controls.indexOf(e), name: e.outerHTML.slice(0, 90), outline: e.matches(':focus-visible') && s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2, " \
         "seen: b.bottom > 0 && b.top < innerHeight}; })()"
    for i in range(controls):
        browser.press("Tab")
        where = browser.value(at)
        check(where["index"] == i, f"Tab {i + 1} reaches control {where['index']}: {where['name']}")
        check(where["outline"], f"an outline shows focus on {where['name']}")
        check(where["seen"], f"focus scrolls to {where['name']}")

    def focus(selector):
        browser.value(f"document.querySelector({json.dumps(selector)}).focus()")

    figure = "a.figure[data-pointer='/latency_s']"
    focus(figure)
    browser.press("Enter")
    check(browser.value("document.getElementById('inspector').open && document.querySelector('#inspector mark') !== null"), "Enter on a figure shows its key in the record")
    check(browser.value("document.activeElement.closest('#inspector') !== null"), "focus moves into the panel")
    browser.press("Escape")
    check(not browser.value("document.getElementById('inspector').open"), "Escape closes the panel")
    check(browser.value(f"document.activeElement === document.querySelector({json.dumps(figure)})"), "focus returns to the figure")
    browser.press(" ")
    check(browser.value("document.getElementById('inspector').open"), "Space on a figure shows its key too")
    focus("#close")
    browser.press("Enter")
    check(not browser.value("document.getElementById('inspector').open"), "Enter on the cross closes the panel")
    focus("#theme")
    browser.press(" ")
    check(browser.value("document.documentElement.dataset.theme") == "dark", "Space on the button changes the theme")
    focus("summary")
    browser.press("Enter")
    check(browser.value("document.querySelector('summary').parentElement.open"), "Enter opens a record")
    focus("#filters select")
    browser.press("ArrowDown")
    words = browser.value("document.querySelector('#filters output').textContent").split()
    check(int(words[0]) < int(words[2]), f"an arrow on a filter leaves some records: {' '.join(words)}")
    focus("a.skip")
    browser.press("Enter")
    browser.press("Tab")
    check(browser.value("document.activeElement.closest('main') !== null"), "the skip link jumps over the header")


def brightness(png):
    """Rows of 0..255 of a small 8-bit PNG in colour."""
    at, data, width, colours = 8, b"", 0, 3
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        if kind == b"IHDR":
            width, colours = struct.unpack(">I", png[at + 8:at + 12])[0], {2: 3, 6: 4}[png[at + 17]]
        if kind == b"IDAT":
            data += png[at + 8:at + 8 + size]
        at += size + 12
    raw, stride, rows, before = zlib.decompress(data), width * colours, [], bytes(width * colours)
    for start in range(0, len(raw), stride + 1):
        kind, line = raw[start], bytearray(raw[start + 1:start + 1 + stride])
        for i in range(stride):
            left, up, corner = line[i - colours] if i >= colours else 0, before[i], before[i - colours] if i >= colours else 0
            paeth = min((left, up, corner), key=lambda p: abs(left + up - corner - p))
            line[i] = (line[i] + (0, left, up, (left + up) // 2, paeth)[kind]) & 255
        rows.append([(2 * line[i] + 5 * line[i + 1] + line[i + 2]) // 8 for i in range(0, stride, colours)])
        before = bytes(line)
    return rows


def grid_of(browser):
    """Mean brightness of cells of the whole page."""
    height = browser.value("document.documentElement.scrollHeight")
    scale = 4 / CELL  # four samples a side and cell
    shot = browser.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": height, "scale": scale})
    rows = brightness(base64.b64decode(shot["data"]))
    return [[sum(rows[4 * y + j][4 * x + i] for j in range(4) for i in range(4)) // 16 for x in range(len(rows[0]) // 4)] for y in range(len(rows) // 4)]


def difference(grid, other):
    pairs = [(a, b) for row, line in zip(grid, other) for a, b in zip(row, line)]
    return sum(abs(a - b) for a, b in pairs) / len(pairs), abs(len(grid) - len(other)) / len(other)


def alike(grid, other):
    mean, height = difference(grid, other)
    return mean <= MEAN and height <= HEIGHT


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("vernier")
    arguments.add_argument("grid", type=pathlib.Path)
    arguments.add_argument("--update", action="store_true")
    options = arguments.parse_args()
    if shutil.which("chromium") is None:
        print("skipped: chromium is not installed")
        sys.exit(77)
    wrong = []

    def check(holds, what):
        if not holds:
            wrong.append(what)

    with tempfile.TemporaryDirectory(prefix="vernier-page-", ignore_cleanup_errors=True) as name:
        folder = pathlib.Path(name)
        done = subprocess.run([options.vernier, "compare", *COMPARE, "-o", str(folder / "out")], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"compare: exit {done.returncode}\n{done.stderr}")
        browser = Browser(folder / "profile")
        browser.open(folder / "out/report.html")
        grid = grid_of(browser)
        if options.update:
            options.grid.write_text("\n".join("".join(f"{cell:02x}" for cell in row) for row in grid) + "\n")
        stored = [list(bytes.fromhex(line)) for line in options.grid.read_text().split()]
        print("mean difference of brightness {:.2f}, of height {:.1%}".format(*difference(grid, stored)))
        check(alike(grid, stored), "the page looks as it did; look at it, then renew the grid with --update")
        keyboard(browser, check)
        # a page that lost its style, or its plots, is noticed
        for broken, script in (("style", "document.querySelectorAll('style').forEach((s) => s.remove())"), ("plots", "document.querySelectorAll('.plot').forEach((p) => p.remove())")):
            browser.open(folder / "out/report.html")
            browser.value(script)
            damaged = grid_of(browser)
            print("without {}: {:.2f}, {:.1%}".format(broken, *difference(damaged, stored)))
            check(not alike(damaged, stored), f"a page without {broken} is told from the stored one")
        browser.close()
    print("\n".join(f"not so: {what}" for what in wrong[:20]) or "every control is reached and works by key")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
