# SPDX-License-Identifier: MIT
"""make bench: what virtual time costs, in seconds of wall time of the whole command.

1. One trial of keepalive with Linux's defaults, 7200/75/9, after a far cable is pulled: from a
   snapshot, and with an empty cache (the kernel is booted and saved first; its package is there).
2. The whole scenario set, 20 phases of every method, and how many virtual seconds went by in a
   second of wall time: the labs' spans on their guests' clocks, as `deadpeer run` counts them.

A short figure is the median of several runs, the least and the greatest beside it.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

WARM, COLD, PHASES = 9, 3, 20
AIM_TRIAL_S, AIM_SET_S, AIM_RATIO = 1, 60, 10_000
ROOT = pathlib.Path(__file__).resolve().parents[2]

DEFAULTS = """\
name: defaults
methods: [keepalive: {idle: 2h, intvl: 75s, cnt: 9}]
timeline:
  - {at: 2s, fault: link-down, place: peer}
horizon: 3h
"""


def timed(argv, **env):
    start = time.perf_counter()
    done = subprocess.run([str(a) for a in argv], env=os.environ | env, capture_output=True,
                          text=True, check=False)
    if done.returncode:
        sys.exit(f"bench: {' '.join(map(str, argv))}: exit status {done.returncode}\n"
                 f"{done.stdout[-2000:]}{done.stderr}")
    return time.perf_counter() - start


def kernel(deadpeer):
    """Where the default kernel lies; None where there is no virtual time."""
    done = subprocess.run([deadpeer, "kernels", "--fetch", "6.1", "--json"], capture_output=True,
                          text=True, check=False)
    if done.returncode:
        print(done.stderr.strip())
        return None
    return pathlib.Path(json.loads(done.stdout)[0]["image"]).resolve().parents[1]


def cold_cache(folder, tree):
    """A cache with the unpacked package in it, and no snapshot."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(tree, folder / "deadpeer" / "kernels" / tree.name)
    return {"XDG_CACHE_HOME": str(folder)}


def covered_s(path):
    """harness/report/covered.c: the span of each lab, added up."""
    spans = {}
    for line in path.read_text().splitlines():
        t = json.loads(line)
        if t["kind"] == "trial" and t["armed_ns"] is not None and t["watched_ns"] > 0:
            lab = t["family"], t["scenario"]
            lo, hi = spans.get(lab, (t["armed_ns"], 0))
            spans[lab] = min(lo, t["armed_ns"]), max(hi, t["armed_ns"] + t["watched_ns"])
    return sum(hi - lo for lo, hi in spans.values()) / 1e9


def say(what, seconds, aim=None):
    some = sorted(seconds)
    spread = f"({some[0]:.2f}–{some[-1]:.2f} in {len(some)} runs)" if len(some) > 1 else ""
    aimed = f"  aim: < {aim} s" if aim else ""
    print(f"  {what:44} {statistics.median(some):8.2f} s  {spread:26}{aimed}".rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/release", type=pathlib.Path)
    deadpeer = parser.parse_args().build.resolve() / "deadpeer"
    tree = kernel(deadpeer)
    if not tree:
        return
    with tempfile.TemporaryDirectory(prefix="deadpeer-bench-") as name:
        folder = pathlib.Path(name)
        (folder / "defaults.yaml").write_text(DEFAULTS)
        out = folder / "out.jsonl"
        one = [deadpeer, "run", "-e", "virtual", "-o", out, folder / "defaults.yaml"]
        everything = [deadpeer, "run", "-e", "virtual", "-n", PHASES, "-o", out, ROOT / "scenarios"]

        print(f"virtual time, {os.cpu_count()} cores, {tree.name}")
        timed(one)
        say("one trial of keepalive 7200/75/9", [timed(one) for _ in range(WARM)], AIM_TRIAL_S)
        say("the same with an empty cache", [
            timed(one, **cold_cache(folder / "cache", tree)) for _ in range(COLD)])
        wall = timed(everything)
        virtual = covered_s(out)
        say(f"the scenario set, {PHASES} phases", [wall], AIM_SET_S)
        print(f"  {'virtual time covered in it':44} {virtual / 3600:8.1f} h")
        print(f"  {'virtual seconds per second of wall time':44} {virtual / wall:8.0f}    "
              f"{'':26}  aim: ≥ {AIM_RATIO}")


main()
