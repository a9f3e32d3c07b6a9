#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The CPU baseline is never slower than what ONNX Runtime's Python API gives by hand: default session, default threads or one.

usage: baseline.py VERNIER MODEL.onnx[=RULER]...   RULER: cpu or cpu-fp32

Both run in turn and the best round of each counts: what else the machine does only adds time. CTest puts the wheels of cmake/archives-wheels.txt on Python's path. Exit 77, a
skip, where Python has no onnxruntime or is of another version than they are.
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import numpy
    import onnxruntime
except ImportError as missing:
    print(f"skipped: {missing}; Python is {sys.version.split()[0]}")
    sys.exit(77)

ROUNDS, MOST_ROUNDS = 3, 12  # more where the first miss the bar: a busy machine does not stay so, a slow baseline does
SECONDS = 0.5
BAR = 1.10
TYPES = {"tensor(float)": numpy.float32, "tensor(uint8)": numpy.uint8, "tensor(int8)": numpy.int8, "tensor(int64)": numpy.int64}


def sessions(model):
    """What a user would write: the defaults, and one thread."""
    one = onnxruntime.SessionOptions()
    one.intra_op_num_threads = 1
    for options in (onnxruntime.SessionOptions(), one):
        yield onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def feed(session):
    random = numpy.random.default_rng(1)
    return {i.name: random.integers(0, 100, [d if isinstance(d, int) else 1 for d in i.shape]).astype(TYPES[i.type]) for i in session.get_inputs()}


def median_seconds(session, inputs):
    readings = []
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        begin = time.perf_counter()
        session.run(None, inputs)
        readings.append(time.perf_counter() - begin)
    return statistics.median(readings)


def ours(vernier, model, ruler, folder):
    file = folder / "record.json"
    done = subprocess.run([vernier, "run", str(model), "--ruler", ruler, "--json", str(file), "--samples", "20"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{model}: exit {done.returncode}\n{done.stderr}")
    record = json.loads(file.read_text())
    return record["percentiles"]["p50"], record["environment"]["threads"]


def main():
    failed = False
    for argument in sys.argv[2:]:
        name, _, ruler = argument.partition("=")
        model = pathlib.Path(name)
        by_hand = [(s, feed(s)) for s in sessions(model)]
        hands, baselines = [], []
        with tempfile.TemporaryDirectory(prefix="vernier-baseline-") as folder:
            while len(hands) < ROUNDS or (len(hands) < MOST_ROUNDS and min(baselines) > BAR * min(hands)):
                hand = min(median_seconds(*h) for h in by_hand)
                baseline, threads = ours(sys.argv[1], model, ruler or "cpu", pathlib.Path(folder))
                hands.append(hand)
                baselines.append(baseline)
                print(f"{model.name}: by hand {1e6 * hand:.1f} us, {ruler or 'cpu'} {1e6 * baseline:.1f} us with {threads} threads")
        ratio = min(baselines) / min(hands)
        print(f"{model.name}: {ratio:.3f} of by hand (best of {len(hands)}, onnxruntime {onnxruntime.__version__}); the bar is {BAR}")
        failed = failed or ratio > BAR
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
