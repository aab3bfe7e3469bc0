#!/usr/bin/env python3
"""What presence costs as connections and friends lists grow: a run of `oofgg load presence` for each of both.

Starts a new oofgg-game for each run, so that memory is that run's. Prints a table; writes the figures and a
picture of them to DIRECTORY. Wants a built tree and `ulimit -n` 20000; takes some five minutes.

    benchmarks/load/presence_curves.py [--bin build/release/bin] [--output benchmarks/results]
                                       [--connections 1000,10000,19000] [--friends 10,100,1000] [--seconds 5]
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import curves

# Changes are fewer where more hear of each, so that all runs deliver as much.
DELIVERIES_PER_SECOND = 10_000
# The server wants a key; this is the example of RFC 8037, and no token is signed with it here.
SOME_KEY = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}'

# Of a figure: its title, its unit, and how it is read from a report.
FIGURES = [
    ("memory of the server a connection", "KiB", lambda r: r["server_bytes_per_connection"] / 1024),
    ("connect and first answer", "1/s", lambda r: r["steps"][-1]["connects_per_s"]),
    ("until followers heard, median", "ms", lambda r: r["rates"][-1]["latency"]["p50_us"] / 1000),
    ("until followers heard, p99", "ms", lambda r: r["rates"][-1]["latency"]["p99_us"] / 1000),
    ("server's processor time a delivery", "µs", lambda r: r["rates"][-1]["server_cpu_us_per_delivery"]),
]


class Server:
    """An oofgg-game that nobody else uses, on ports of its own choice."""

    def __init__(self, binaries: pathlib.Path, folder: str):
        keys = pathlib.Path(folder, "jwks.json")
        keys.write_text(SOME_KEY)
        flags = [f"--{door}listen=127.0.0.1:0" for door in ("", "ops-", "presence-")]
        command = [binaries / "oofgg-game", "--jwks", keys, "--database", f"sqlite:{folder}/game.db",
                   "--event-log", f"{folder}/log", *flags]
        self.log = pathlib.Path(folder, "stderr")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log.open("w"), text=True,
                                        cwd=folder)
        self.presence = self._read_address("presence")

    def _read_address(self, name: str) -> str:
        for line in self.process.stdout:
            for word in line.split():
                if word.startswith(f"{name}="):
                    return word.removeprefix(f"{name}=")
        raise RuntimeError(f"oofgg-game did not start:\n{self.log.read_text()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def run_load(binaries: pathlib.Path, server: Server, connections: int, friends: int, *more: str) -> dict:
    command = [binaries / "oofgg", "--json", "load", "presence", "--server", server.presence, "--pid", server.process.pid,
               "--connections", connections, "--friends", friends, *more]
    command = list(map(str, command))
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"status {done.returncode} of: {' '.join(command)}\n{done.stdout}")
    return json.loads(done.stdout)


def measure(binaries: pathlib.Path, connections: int, friends: int, seconds: int) -> dict:
    friends = min(friends, connections - 1)
    with tempfile.TemporaryDirectory() as folder, Server(binaries, folder) as server:
        alone = run_load(binaries, server, 2, 1, "--changes", "1", "--duration", "1s")
        report = run_load(binaries, server, connections, friends, "--changes",
                          max(1, DELIVERIES_PER_SECOND // friends), "--duration", f"{seconds}s", "--settle", "60s")
        grown = report["steps"][0]["server_private_bytes"] - alone["steps"][0]["server_private_bytes"]
        return report | {"server_bytes_per_connection": grown / connections}


def print_table(reports: dict, connections: list, friends: list):
    print("| | " + " | ".join(f"{count:,} connections" for count in connections) + " |")
    print("|---" * (len(connections) + 1) + "|")
    for title, unit, read in FIGURES:
        for many in friends:
            cells = [f"{read(reports[count, many]):,.3g}" if unit != "1/s" else f"{read(reports[count, many]):,.0f}"
                     for count in connections]
            print(f"| {title}, {many:,} friends, {unit} | " + " | ".join(cells) + " |")
    print("| friends of whom a follower was left with a wrong state | " +
          " | ".join(str(sum(reports[count, many]["lost"] for many in friends)) for count in connections) + " |")


def integers(text: str) -> list:
    return [int(word) for word in text.split(",")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=pathlib.Path("build/release/bin"))
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("benchmarks/results"))
    parser.add_argument("--connections", type=integers, default=[1_000, 10_000, 19_000])
    parser.add_argument("--friends", type=integers, default=[10, 100, 1_000])
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    reports = {}
    for many in options.friends:
        for count in options.connections:
            print(f"{count:,} connections, {many:,} friends", file=sys.stderr)
            reports[count, many] = measure(options.bin.resolve(), count, many, options.seconds)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "presence_curves.json").write_text(json.dumps(list(reports.values())))
    (options.output / "presence_curves.svg").write_text(
        curves.draw(FIGURES, reports, options.connections, options.friends, lambda many: f"{many:,} friends"))
    print_table(reports, options.connections, options.friends)


if __name__ == "__main__":
    main()
