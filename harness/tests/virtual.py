# SPDX-License-Identifier: MIT
"""Runs in virtual time, for the tests that look at them. The kernels are fetched once into the
user's own cache, as a run would do; a test that needs a cold or damaged cache makes its own."""

import functools
import json
import os
import pathlib
import shutil

import pytest

import binary
from binary import DEADPEER, PASS

SERIES = ["6.1", "6.12", "7"]
WHEEL_BITS, WHEEL_SHIFT = 6, 3  # kernel/time/timer.c: LVL_BITS, LVL_CLK_SHIFT


@functools.cache
def fetched(series):
    """A kernel that is in the cache after the call; a skipped test where it cannot be had."""
    doctor = binary.run([DEADPEER, "doctor", "--json"], "/").json()
    engine = next(fact for fact in doctor if fact["name"] == "virtual")
    if not engine["ok"]:
        return engine["why"]
    done = binary.run([DEADPEER, "kernels", "--fetch", series, "--json"], "/")
    return done.json()[0] if done.code == PASS else done.err.strip()


def kernel(series):
    found = fetched(series)
    if isinstance(found, str):
        pytest.skip(found)
    return found


def lines(path):
    """A file of records as it may be compared: bytes, without what the wall clock put there."""
    first, *rest = pathlib.Path(path).read_bytes().splitlines()
    run = json.loads(first)
    del run["started"]
    return [json.dumps(run).encode(), *rest]


class Runner:
    """run(scenario, …): a run in virtual time; its run line and its trials. In .done is the rest, in
    .runs a line for each kernel."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def __call__(self, *argv, code=PASS, **popen):
        self.count += 1
        self.out = self.folder / f"out{self.count}.jsonl"
        argv = [DEADPEER, "run", "-e", "virtual", "-o", self.out, *argv]
        self.done = binary.run(argv, popen.pop("cwd", self.folder), code, **popen)
        found = [json.loads(line) for line in self.out.read_text().splitlines()]
        self.runs = [line for line in found if line["kind"] == "run"]
        return self.runs[0], [line for line in found if line["kind"] == "trial"]

    def lines(self, *argv, **popen):
        self(*argv, **popen)
        return lines(self.out)


def cold_cache(folder, series="6.1"):
    """An own cache with a kernel in it and nothing else; what to add to the environment."""
    image = pathlib.Path(kernel(series)["image"]).resolve()
    tree = image.parents[1]
    to = folder / "cache" / "deadpeer" / "kernels" / tree.name
    shutil.copytree(tree, to, copy_function=link_or_copy)
    return {"XDG_CACHE_HOME": str(folder / "cache")}


def link_or_copy(source, to):
    try:
        os.link(source, to)
    except OSError:
        shutil.copy2(source, to)


def covered_ns(trials):
    """Each lab's span on its guest's clock, added up; the trials of one kernel."""
    spans = {}
    for t in trials:
        if t["armed_ns"] is not None and t["watched_ns"] > 0:
            lo, hi = spans.get(t["scenario"], (t["armed_ns"], 0))
            spans[t["scenario"]] = min(lo, t["armed_ns"]), max(hi, t["armed_ns"] + t["watched_ns"])
    return sum(hi - lo for lo, hi in spans.values())


def granule_ns(timeout_ns, hz):
    """By how much a timer this long may be late: the kernel's wheel rounds up to its level."""
    jiffy = 10**9 // hz
    ticks, granule = timeout_ns // jiffy, 1
    while ticks >= ((1 << WHEEL_BITS) - 1) * granule:
        granule <<= WHEEL_SHIFT
    return granule * jiffy


def duration_ns(text):
    for unit, ns in (("ms", 10**6), ("us", 10**3), ("ns", 1), ("s", 10**9), ("m", 60 * 10**9),
                     ("h", 3600 * 10**9)):
        number = text.removesuffix(unit)
        if number != text and number.isdigit():
            return int(number) * ns
    return 0
