# SPDX-License-Identifier: MIT
"""The cross-check: the short scenarios on this kernel in real time and on a stock one in virtual time.
Where both noticed, they noticed at the same time, within

    one granule of the timer that it waited on (the kernel's wheel may round either one up, and a
        heartbeat's timer is as exact as a tick),
    one poll, where the method looks from time to time,
    and in real time what the machine itself was late, as the record says (stall_ns), + 10 ms.

The retransmission timer's length is the kernel's own; its granule is that of a timer as long as what
was waited in all. Which packets netem drops or delays is drawn by the one kernel or the other.
"""

import pytest

import virtual
from binary import SCENARIOS, key
from virtual import duration_ns, granule_ns

ALLOWED_NS = 10_000_000
FAMILIES = {"cable", "control", "network", "process", "signal"}
RANDOM = {"network-loss", "network-corrupt", "network-jitter-reorder", "network-duplicate-ipv6"}


@pytest.fixture(scope="module")
def pairs(everything, tmp_path_factory):
    """Every trial that ran on both: (native, virtual)."""
    virtual.kernel("6.1")
    run = virtual.Runner(tmp_path_factory.mktemp("engines"))
    trials = [t for t in everything.trials if t["family"] in FAMILIES and t["verdict"] != "skip"]
    stems = {t["scenario"]: t["family"] for t in trials}
    paths = [SCENARIOS / family / f"{stem}.yaml" for stem, family in stems.items()]
    run.hz = {"native": everything.run["hz"]}
    line, fast = run(*paths, timeout=600)
    run.hz["virtual"] = line["hz"]
    there = {key(t): t for t in fast}
    run.pairs = [(t, there[key(t)]) for t in trials]
    assert run.pairs
    return run


def timers_ns(trial):
    """The longest timers that the kernel runs for this method."""
    options = {name: duration_ns(value) for name, value in trial["options"].items()}
    if trial["errno"] == "ETIMEDOUT" and trial["method"] == "keepalive" and trial["traffic"] == "idle":
        return max(options["idle"], options["intvl"])
    if trial["errno"] or trial["method"] == "tcp_info":
        return trial["detect_ns"]
    return 0


def allowed_ns(real, hz):
    granule = max(granule_ns(timers_ns(real), hz[engine]) for engine in hz)
    return granule + duration_ns(real["options"].get("poll", "")) + real["stall_ns"] + ALLOWED_NS


def test_engines_agree_on_what_happens(pairs):
    """The same outcome everywhere; where loss is random, at least the same verdict."""
    for real, fast in pairs.pairs:
        assert real["verdict"] == fast["verdict"] == "pass", (real, fast)
        if real["scenario"] not in RANDOM:
            assert real["outcome"] == fast["outcome"], (real, fast)


def test_engines_agree_on_when(pairs):
    print(f"\n{'scenario':30} {'method':10} {'native':>12} {'virtual':>12} {'apart':>10} {'allowed':>9}  ms")
    wrong = []
    for real, fast in pairs.pairs:
        if real["detect_ns"] is None or fast["detect_ns"] is None:
            continue
        apart, allowed = fast["detect_ns"] - real["detect_ns"], allowed_ns(real, pairs.hz)
        mark = "" if abs(apart) <= allowed else "  <- too far"
        wrong += [(real, fast)] if mark else []
        times = f"{real['detect_ns'] / 1e6:12.3f} {fast['detect_ns'] / 1e6:12.3f} {apart / 1e6:+10.3f}"
        print(f"{real['scenario']:30} {real['method']:10} {times} {allowed / 1e6:9.1f}{mark}")
    assert not wrong, f"{len(wrong)} pairs"
