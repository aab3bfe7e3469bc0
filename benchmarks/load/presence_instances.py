#!/usr/bin/env python3
"""What presence costs as the same users are spread over more instances: a run of `oofgg load presence --instances`
for each number of them.

Prints a table of what a change costs; writes the figures and a picture of them to DIRECTORY. Wants a built tree,
redis-server and `ulimit -n` 20000; takes some five minutes.

    benchmarks/load/presence_instances.py [--bin build/release/bin] [--output benchmarks/results]
                                          [--instances 1,2,4,16,52] [--connections 18000] [--friends 10]
                                          [--changes 20,1000] [--seconds 10]
"""

import argparse
import json
import pathlib
import subprocess
import sys

import curves

# Of a figure: its title, its unit, and how it is read from one of a report's rates.
FIGURES = [
    ("instances' processor time a change", "µs", lambda r: r["server_cpu_us_per_change"]),
    ("Redis' processor time a change", "µs", lambda r: r["redis"]["cpu_us_per_change"]),
    ("commands to Redis a change", "count", lambda r: r["redis"]["commands_per_change"]),
    ("bytes to Redis a change", "B", lambda r: r["redis"]["input_bytes_per_change"]),
    ("bytes from Redis a change", "B", lambda r: r["redis"]["output_bytes_per_change"]),
    ("until followers heard, median", "ms", lambda r: r["latency"]["p50_us"] / 1000),
    ("until followers heard, p99", "ms", lambda r: r["latency"]["p99_us"] / 1000),
]


def run_load(options: argparse.Namespace, instances: int) -> dict:
    command = [options.bin.resolve() / "oofgg", "--json", "load", "presence", "--instances", instances,
               "--connections", options.connections, "--friends", options.friends,
               "--changes", ",".join(map(str, options.changes)), "--duration", f"{options.seconds}s",
               "--hold", f"{options.seconds}s", "--settle", "60s"]
    command = list(map(str, command))
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"status {done.returncode} of: {' '.join(command)}\n{done.stdout}")
    return json.loads(done.stdout)


def print_table(reports: dict, rates: dict, options: argparse.Namespace):
    print("| | " + " | ".join(f"{count} instances" for count in options.instances) + " |")
    print("|---" * (len(options.instances) + 1) + "|")
    for title, unit, read in FIGURES:
        for rate in options.changes:
            cells = [f"{read(rates[count, rate]):,.3g}" for count in options.instances]
            print(f"| {title}, at {rate:,} changes/s, {unit} | " + " | ".join(cells) + " |")
    last = [reports[count]["steps"][-1] for count in options.instances]
    print("| connects with the first answer a second | " +
          " | ".join(f"{step['connects_per_s']:,.0f}" for step in last) + " |")
    print("| memory of an instance, MiB | " +
          " | ".join(f"{step['instance_pss_bytes'] / 2**20:,.1f}" for step in last) + " |")
    print("| memory of Redis, MiB | " + " | ".join(f"{step['redis_rss_bytes'] / 2**20:,.1f}" for step in last) + " |")
    idle = [reports[count]["held_redis"] for count in options.instances]
    print("| commands to Redis a second while all are idle | " +
          " | ".join(f"{held['commands'] / held['seconds']:,.1f}" for held in idle) + " |")
    print("| friends of whom a follower was left with a wrong state | " +
          " | ".join(str(reports[count]["lost"]) for count in options.instances) + " |")


def integers(text: str) -> list:
    return [int(word) for word in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path("build/release/bin"))
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("benchmarks/results"))
    parser.add_argument("--instances", type=integers, default=[1, 2, 4, 16, 52])
    parser.add_argument("--connections", type=int, default=18_000)
    parser.add_argument("--friends", type=int, default=10)
    parser.add_argument("--changes", type=integers, default=[20, 1_000])
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    reports = {}
    rates = {}
    for count in options.instances:
        print(f"{count} instances", file=sys.stderr)
        reports[count] = run_load(options, count)
        for rate in reports[count]["rates"]:
            rates[count, round(rate["asked_changes_per_s"])] = rate
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "scale_curves.json").write_text(json.dumps(list(reports.values())))
    (options.output / "scale_curves.svg").write_text(
        curves.draw(FIGURES, rates, options.instances, options.changes, lambda rate: f"{rate:,} changes/s"))
    print_table(reports, rates, options)


if __name__ == "__main__":
    main()
