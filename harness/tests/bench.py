# SPDX-License-Identifier: MIT
"""make bench: what the lab costs, measured beside what it is compared with.

1. Labs built and torn down per second, against the same topology made by `ip -batch` scripts: three
   namespaces, two veth pairs, a bridge, addresses, everything up; then deleted. Neither side starts
   programs. The lab does more: it switches IPv6's chatter off and waits for every carrier. On both
   sides the kernel frees namespaces later, many at a time, and holds up whoever builds meanwhile:
   hence two figures, the whole round and the median lab in it.
2. How long after close(2) or a reset by the peer a blocking recv(2) notices, as a ratio to the
   one-way latency of the same veth path: half the round trip of one byte over TCP, between two
   processes in the two namespaces. The detection is counted from *before* the peer's call, so that
   the call's own time is part of it. A fault comes after silence, when processors sleep and caches
   are cold: it is compared with a byte after the same silence, and with byte after byte as well.

Both sides are measured in turn, round after round. A figure is the median over the rounds; beside
it stand the least and the greatest round.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS, LABS, PINGS, FAULTS, LONE_PINGS = 7, 20, 2000, 4, 12
SILENCE_MS = 100  # before the fault, and before a lone byte
SETTLE_S = 0.5    # the kernel frees namespaces later: not at the other side's expense
AIM_LABS, AIM_LATENCY = 5, 3

CREATE = """\
netns add {0}obs
netns add {0}wire
netns add {0}peer
link add obs0 netns {0}obs type veth peer name w-obs netns {0}wire
link add peer0 netns {0}peer type veth peer name w-peer netns {0}wire
"""
END = "link set lo up\naddress add 10.77.0.{1}/24 dev {0}0\nlink set {0}0 up\n"
WIRE = """\
link set lo up
link add br0 type bridge forward_delay 0 mcast_snooping 0
link set br0 up
link set w-obs master br0 up
link set w-peer master br0 up
"""
DELETE = "netns del {0}obs\nnetns del {0}wire\nnetns del {0}peer\n"

SCENARIO = """\
name: bench-{0}
methods: [recv]
timeline:
  - {{at: {1}ms, fault: {0}}}
horizon: 200ms
"""


def own_mounts():
    """Starts again with a /run of its own, so that ip's namespaces end with this process."""
    if os.environ.get("DEADPEER_BENCH"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
        return
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    os.environ["DEADPEER_BENCH"] = "1"
    os.execvp("unshare", ["unshare", *user, "--mount", sys.executable, "-B", *sys.argv])


def ip(script, namespace=None):
    inside = ["-n", namespace] if namespace else []
    subprocess.run(["ip", *inside, "-batch", "-"], input=script, text=True, check=True)


def ip_lab(prefix):
    """Seconds for one topology made and deleted with as few ip processes as can be."""
    start = time.perf_counter()
    ip(CREATE.format(prefix))
    ip(WIRE, prefix + "wire")
    ip(END.format("obs", 1), prefix + "obs")
    ip(END.format("peer", 2), prefix + "peer")
    ip(DELETE.format(prefix))
    return time.perf_counter() - start


def bench_lab(build, *argv):
    """Seconds, as many as were asked for."""
    done = subprocess.run([build / "bench-lab", *map(str, argv)], stdout=subprocess.PIPE, text=True,
                          check=True)
    return [int(line) / 1e9 for line in done.stdout.split()]


def detections(build, folder, fault):
    """Seconds from before the peer's call to recv(2)'s return, one lab after the other."""
    path = folder / f"bench-{fault}.yaml"
    path.write_text(SCENARIO.format(fault, SILENCE_MS))
    out = folder / "out.jsonl"
    found = []
    for _ in range(FAULTS):
        done = subprocess.run([build / "deadpeer", "run", "-e", "native", "-o", out, path],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"the {fault} run failed:\n{done.stdout}{done.stderr}")
        trial = json.loads(out.read_text().splitlines()[1])
        found.append(trial["detect_ns"] + trial["fault_after_ns"] - trial["fault_before_ns"])
    return [ns / 1e9 for ns in found]


def figure(values, unit, scale=1.0):
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle * scale:9.1f} {unit:<7} ({low * scale:.1f} to {high * scale:.1f})"


def ratios(a, b):
    """Round by round, so that what disturbs both sides of a round disturbs no ratio."""
    return [x / y for x, y in zip(a, b)]


def put(name, text):
    print(f"  {name:<34}{text}")


def put_ratio(name, values, aim, least):
    middle = statistics.median(values)
    reached = middle >= aim if least else middle < aim
    put(name, f"{figure(values, 'times')}, aim {'at least' if least else 'below'} {aim}: "
              f"{'reached' if reached else 'NOT REACHED'}")


def bench_labs(build):
    """Each round of each side is a list of seconds, one for each lab."""
    sides = {"ip -batch": [], "deadpeer": [], "with programs": []}
    for i in range(ROUNDS):
        sides["ip -batch"].append([ip_lab(f"b{os.getpid()}-{i}-{k}-") for k in range(LABS)])
        time.sleep(SETTLE_S)
        sides["deadpeer"].append(bench_lab(build, "links", LABS))
        time.sleep(SETTLE_S)
        sides["with programs"].append(bench_lab(build, "whole", LABS, build / "deadpeer"))
        time.sleep(SETTLE_S)
    for title, rate in (("whole rounds", lambda labs: len(labs) / sum(labs)),
                        ("median lab of each round", lambda labs: 1 / statistics.median(labs))):
        rates = {side: [rate(labs) for labs in rounds] for side, rounds in sides.items()}
        print(f"labs built and torn down, {ROUNDS} rounds of {LABS}, {title}")
        put("ip -batch, no programs", figure(rates["ip -batch"], "labs/s"))
        put("deadpeer, no programs", figure(rates["deadpeer"], "labs/s"))
        put_ratio("ratio", ratios(rates["deadpeer"], rates["ip -batch"]), AIM_LABS, least=True)
        put("deadpeer, path proven, programs up", figure(rates["with programs"], "labs/s"))
        print()


def bench_latency(build, folder):
    tight, lone, faults = [], [], {"reset": [], "close": []}
    for _ in range(ROUNDS):
        tight.append(statistics.median(bench_lab(build, "ping", PINGS, 0)))
        for fault, found in faults.items():
            found.append(statistics.median(detections(build, folder, fault)))
        lone.append(statistics.median(bench_lab(build, "ping", LONE_PINGS, SILENCE_MS * 10**6)))
    print(f"detection by recv, from before the peer's call; {ROUNDS} rounds of {FAULTS} labs")
    put(f"one way, after {SILENCE_MS} ms of silence", figure(lone, "us", 1e6))
    put("one way, byte after byte", figure(tight, "us", 1e6))
    for fault, found in faults.items():
        put(f"{fault}, after {SILENCE_MS} ms of silence", figure(found, "us", 1e6))
        put_ratio("  to one way after silence", ratios(found, lone), AIM_LATENCY, least=False)
        put_ratio("  to one way byte after byte", ratios(found, tight), AIM_LATENCY, least=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", type=pathlib.Path, default="build/release")
    build = parser.parse_args().build.resolve()
    own_mounts()
    bench_labs(build)
    with tempfile.TemporaryDirectory() as folder:
        bench_latency(build, pathlib.Path(folder))


if __name__ == "__main__":
    main()
