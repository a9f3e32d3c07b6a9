#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Is the CPU baseline as fast as what a user gets by hand? ONNX Runtime's own Python API beside `vernier run --ruler cpu`,
in turn, on the same model and threads. Needs the packages onnxruntime and numpy; exit 1 when the baseline is slower than
the bar.

  sim/cpu/bench/python_api.py build/release/vernier MODEL.onnx [--threads N] [--rounds R]
"""
import argparse
import json
import statistics
import subprocess
import sys
import time

import numpy
import onnxruntime

BAR = 1.05  # share of the Python API's median latency


def python_median(model, threads, runs=300):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    types = {"tensor(float)": numpy.float32, "tensor(int8)": numpy.int8, "tensor(uint8)": numpy.uint8}
    random = numpy.random.default_rng(1)
    feed = {}
    for port in session.get_inputs():
        shape = [d if isinstance(d, int) else 1 for d in port.shape]
        feed[port.name] = (100 * random.random(shape)).astype(types[port.type])
    names = [port.name for port in session.get_outputs()]
    times = []
    for i in range(runs + 20):
        start = time.perf_counter()
        session.run(names, feed)
        if i >= 20:
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def vernier_median(program, model, threads):
    out = subprocess.run([program, "run", model, "--ruler", "cpu", "--threads", str(threads), "--json", "-"],
                         check=True, capture_output=True, text=True).stdout
    return json.loads(out)["latency_s"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(f"onnxruntime {onnxruntime.__version__} for Python, {arguments.threads} thread(s)")
    ratios = []
    for _ in range(arguments.rounds):
        ours = vernier_median(arguments.program, arguments.model, arguments.threads)
        theirs = python_median(arguments.model, arguments.threads)
        ratios.append(ours / theirs)
        print(f"vernier {1e6 * ours:.2f} us, Python API {1e6 * theirs:.2f} us: {ratios[-1]:.3f}")
    ratio = statistics.median(ratios)
    print(f"median ratio {ratio:.3f}; the bar is {BAR}")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
