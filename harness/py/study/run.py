# SPDX-License-Identifier: MIT
"""Runs the catalogue and the distributions, a part at a time, and packs their records.

A part is a family on a kernel. The records of a lab depend on its scenario, the seed and the kernel
alone (harness/engine/guests.c), so that parts may be run in any order, and a study that was
interrupted goes on where it was: a part is kept for as long as it is newer than the program, the
scenarios and was run with the same command.

What may differ between equal runs does not get into the study: of the run line, `started` and
`version` become empty, and `command` names no file of this machine.
"""

import json
import lzma
import os
import pathlib
import subprocess
import sys

from study import evidence

ROOT = pathlib.Path(__file__).resolve().parents[3]
KERNELS = ("6.1", "6.12", "7")
SEED = 1
XZ = {"format": lzma.FORMAT_XZ, "check": lzma.CHECK_CRC64, "preset": 9 | lzma.PRESET_EXTREME}

# The classic tunings: a scenario, and the methods that are tried at many points of their period.
DISTRIBUTIONS = (
    ("scenarios/matrix/matrix-cable-far-default.yaml", ("keepalive",)),
    ("scenarios/matrix/matrix-cable-far.yaml", (
        "keepalive:idle=60s,intvl=5s,cnt=3", "heartbeat:period=20s",
        "heartbeat:period=20s,mode=beacon", "phi")),
    ("scenarios/tuning/tuning-sysctl-5-1-1.yaml", ("keepalive",)),
    ("scenarios/matrix/matrix-cable-far-sending.yaml", ("user_timeout:timeout=20s",)),
    ("scenarios/matrix/matrix-cable-far-sending-default.yaml", ("recv",)),
    ("scenarios/tuning/tuning-sysctl-5-1-1-sending.yaml", ("recv",)),
)


def catalogue(phases):
    """The command of each part of the catalogue."""
    families = sorted(p.name for p in (ROOT / "scenarios").iterdir() if p.is_dir())
    for kernel in KERNELS:
        for family in families:
            yield command(f"scenarios/{family}", kernel, phases)


def distributions(points):
    for kernel in KERNELS:
        for scenario, methods in DISTRIBUTIONS:
            yield command(scenario, kernel, points, methods)


def command(what, kernel, phases, methods=()):
    """As it is written into the records: without what only this machine knows."""
    words = ["deadpeer", "run", what, "-e", "virtual", "--kernel", kernel, "-n", str(phases),
             "--seed", str(SEED)]
    for method in methods:
        words += ["-m", method]
    return words


def newest(folder):
    return max(path.stat().st_mtime for path in folder.rglob("*.yaml"))


def part_of(words, deadpeer, parts):
    """The file with this command's records; run now unless it is there and not too old."""
    what, kernel = words[2], words[6]
    name = what.removeprefix("scenarios/").replace("/", "-").removesuffix(".yaml")
    path = parts / f"{'dist-' if '-m' in words else ''}{kernel}-{name}-{words[8]}.jsonl"
    since = max(deadpeer.stat().st_mtime, newest(ROOT / "scenarios"))
    if path.exists() and path.stat().st_mtime > since:
        return path
    print(" ".join(words), flush=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    done = subprocess.run([deadpeer, *words[1:], "-o", unfinished], cwd=ROOT, check=False,
                          stdout=subprocess.DEVNULL)
    if done.returncode not in (0, 1):  # 1: a verdict is not pass, which the study tells
        sys.exit(f"study: exit status {done.returncode}")
    os.replace(unfinished, path)
    return path


def normal(line, words):
    """A record as the study keeps it."""
    record = json.loads(line)
    if record["kind"] != "run":
        return line
    record |= {"command": " ".join(words), "version": "", "started": ""}
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()


def command_of_packets(one, name, parts):
    """The lab of a finding once more, its packets kept. On the oldest kernel, as findings are quoted."""
    words = command(f"scenarios/{one.scenario}.yaml", KERNELS[0], 1, (one.method, "null"))
    return [*words[1:], "--pcap", parts / name, "-o", parts / name / "records.jsonl"]


def packets(deadpeer, folder, parts, names=()):
    """The captures that show what the findings say, or those named: each a lab with its one method, and `null`."""
    deadpeer, here = deadpeer.resolve(), parts.resolve() / "packets"
    (folder / "packets").mkdir(parents=True, exist_ok=True)
    for name in names or evidence.EVIDENCE:
        one = evidence.EVIDENCE[name]
        (here / name).mkdir(parents=True, exist_ok=True)
        argv = command_of_packets(one, name, here)
        done = subprocess.run([deadpeer, *argv], cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        if done.returncode:
            sys.exit(f"study: the packets of {name}: exit status {done.returncode}")
        data = (here / name / f"{one.scenario.split('/')[1]}.pcapng").read_bytes()
        target = folder / "packets" / evidence.file_name(name)
        target.write_bytes(lzma.compress(evidence.compact(data, one.method), **XZ))


def pack(commands, deadpeer, parts, target):
    lines = []
    for words in commands:
        raw = part_of(words, deadpeer, parts).read_bytes().splitlines()
        lines += [normal(line, words) for line in raw]
    target.write_bytes(lzma.compress(b"\n".join(lines) + b"\n", **XZ))


def everything(deadpeer, folder, parts, phases, points):
    folder.mkdir(parents=True, exist_ok=True)
    parts.mkdir(parents=True, exist_ok=True)
    deadpeer = deadpeer.resolve()
    pack(catalogue(phases), deadpeer, parts, folder / "catalogue.jsonl.xz")
    pack(distributions(points), deadpeer, parts, folder / "distributions.jsonl.xz")
    packets(deadpeer, folder, parts)
