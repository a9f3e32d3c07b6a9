#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads what `vernier bench` leaves as MLPerf's submission checker reads a submission, and holds the record to it.

usage: submission_logs.py VERNIER

The reader knows the rules of log files and submissions (v6.1) alone and shares no code with Vernier.
"""
import datetime
import json
import math
import pathlib
import subprocess
import sys
import tempfile

MARKER = ":::MLLOG"
SEEDS = {"qsl": 2085463073848966840, "sample_index": 2747215439041700203, "schedule": 16159082839903944936}
# scenario: key of the official figure, how it becomes the record's unit
FIGURES = {
    "SingleStream": ("early_stopping_latency_ss", 1e-9), "MultiStream": ("early_stopping_latency_ms", 1e-9),
    "Server": ("result_completed_samples_per_sec", 1), "Offline": ("result_samples_per_second", 1),
}
MIN_DURATION_MS = 600_000


class Log:
    """mlperf_log_detail.txt, strictly: every marked line is a whole JSON object with the members that LoadGen writes."""

    def __init__(self, file):
        self.entries = []
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if not line.startswith(MARKER):
                continue
            entry = json.loads(line[len(MARKER):])
            missing = {"key", "value", "time_ms", "namespace", "event_type", "metadata"} - entry.keys()
            missing |= {"is_error", "is_warning", "file", "line_no", "pid", "tid"} - entry.get("metadata", {}).keys()
            if missing or entry["namespace"] != "mlperf::logging" or entry["event_type"] != "POINT_IN_TIME":
                raise ValueError(f"{file}:{number}: misses {sorted(missing)}, or is of another namespace or kind")
            self.entries.append(entry)

    def __getitem__(self, key):
        return next(e["value"] for e in self.entries if e["key"] == key)

    def errors(self):
        return [e["value"] for e in self.entries if e["metadata"]["is_error"]]


def findings(log):
    """What the checker would reject a performance run for, in short words."""
    found = [f"seed {name}" for name, seed in SEEDS.items() if log[f"effective_{name}_rng_seed"] != seed]
    if log.errors():
        found.append("errors")
    if log["result_validity"] != "VALID":
        found.append("validity")
    if log["effective_min_duration_ms"] < MIN_DURATION_MS:
        found.append("duration")
    if log["effective_scenario"] != "Offline" and not log["early_stopping_met"]:
        found.append("early stopping")
    if log["effective_scenario"] == "MultiStream" and log["effective_samples_per_query"] != 8:
        found.append("samples per query")
    return found


def moment(text):
    return datetime.datetime.strptime(text, "%m-%d-%Y %H:%M:%S.%f")


def power(folder, log):
    """The official metric: mean of the readings above zero strictly inside the window; watts, and joules a query."""
    begin, end = moment(log["power_begin"]), moment(log["power_end"])
    watts = []
    for line in (folder / "spl.txt").read_text().splitlines():
        field = line.split(",")
        if field[0] != "Time" or field[2] != "Watts":
            raise ValueError(f"{folder}/spl.txt: {line}")
        if begin < moment(field[1]) < end and float(field[3]) > 0:
            watts.append(float(field[3]))
    mean = sum(watts) / len(watts)
    return mean, mean * (end - begin).total_seconds() / log["result_query_count"]


class Checks:
    failed = 0

    def equal(self, what, got, want, tolerance=0.0):
        if got == want or (isinstance(want, float) and math.isclose(got, want, rel_tol=tolerance)):
            return
        print(f"{what}: {got}, expected {want}")
        self.failed += 1


def bench(vernier, folder, arguments):
    command = [vernier, "bench", "digits-int8", *arguments, "-o", str(folder), "--json", str(folder / "record.json")]
    folder.mkdir()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return Log(folder / "mlperf_log_detail.txt"), json.loads((folder / "record.json").read_text())


def main():
    vernier = sys.argv[1]
    checks = Checks()
    simulated = ["--ruler", "analytic", "--target", "npu3x5"]
    with tempfile.TemporaryDirectory(prefix="vernier-submission-") as root:
        root = pathlib.Path(root)
        for scenario, (key, unit) in FIGURES.items():
            folder = root / scenario
            log, record = bench(vernier, folder, [*simulated, "--scenario", scenario.lower()])
            run = record["scenario_run"]
            checks.equal(f"{scenario} findings", findings(log), [])
            checks.equal(f"{scenario} name", log["effective_scenario"], scenario)
            checks.equal(f"{scenario} figure", unit * log[key], run["metric"]["value"], 1e-5)
            checks.equal(f"{scenario} queries", log["result_query_count"], run["queries"])
            watts, joules = power(folder, log)
            checks.equal(f"{scenario} power", watts, run["power"]["watts"], 1e-6)
            if "Stream" in scenario:
                checks.equal(f"{scenario} energy a query", joules, run["power"]["joules_per_query"], 1e-6)
            checks.equal(f"{scenario} accuracy log", json.loads((folder / "mlperf_log_accuracy.json").read_text()), [])
            measured, record = bench(vernier, root / f"cpu-{scenario}", ["--ruler", "cpu", "--threads", "1", "--duration", "0.2", "--queries", "100", "--qps", "100", "--scenario", scenario.lower()])
            checks.equal(f"{scenario} on the CPU, seeds and length", [f for f in findings(measured) if f == "duration" or f.startswith("seed")], ["duration"])
            checks.equal(f"{scenario} on the CPU", unit * measured[key], record["scenario_run"]["metric"]["value"], 1e-5)
            # ours says all that LoadGen's says but for its own build, buffers and clock
            theirs = {e["key"] for e in measured.entries if not e["key"].startswith(("loadgen_", "logger_", "num_", "generic_", "warning_"))}
            ours = {e["key"] for e in log.entries}
            checks.equal(f"{scenario} keys that only LoadGen writes", sorted(theirs - ours - {"error_runtime", "result_invalid_reason"}), [])
        log, record = bench(vernier, root / "late", [*simulated, "--scenario", "server", "--duration", "10", "--qps", "20000"])
        checks.equal("overload", findings(log), ["validity", "duration", "early stopping"])
        checks.equal("overload, reason", log["result_invalid_reason"] in record["why"]["valid"], True)
        log, record = bench(vernier, root / "accuracy", [*simulated, "--scenario", "offline", "--mode", "accuracy", "--samples", "20"])
        entries = json.loads((root / "accuracy/mlperf_log_accuracy.json").read_text())
        checks.equal("accuracy entries", sorted(e["qsl_idx"] for e in entries), list(range(20)))
        checks.equal("accuracy data", {len(bytes.fromhex(e["data"])) > 0 for e in entries}, {True})
    sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
