# SPDX-License-Identifier: MIT
"""Virtual time: the same to the byte whatever the host does, hours in seconds, on three kernels."""

import json
import re

import pytest

import virtual
from binary import FILES, SCENARIOS, key, scenario
from virtual import SERIES, covered_ns, granule_ns, kernel

PULL = SCENARIOS / "cable" / "cable-pull-far.yaml"
NETEM = [path for path in FILES if "fault: netem" in path.read_text()]
LINK = {"fault": "fault: link-down, place: peer"}


@pytest.fixture
def run(tmp_path):
    kernel("6.1")
    return virtual.Runner(tmp_path)


def noticed(trials):
    return {(t["outcome"], t["verdict"]) for t in trials} == {("detected", "pass")}


# ---------------------------------------------------------------- determinism

@pytest.fixture
def lossy(tmp_path):
    """Enough random loss that two draws are never the same."""
    return scenario(
        tmp_path, "lossy", "fault: netem, loss: 30%", traffic="request", horizon="60s",
        methods="[recv, keepalive: {idle: 1s, intvl: 1s, cnt: 9}, heartbeat: {period: 500ms, misses: 60}]",
    )


def test_same_seed_same_bytes(run, lossy):
    argv = ["--seed", 7, "-n", 3, PULL, lossy, SCENARIOS / "network" / "network-jitter-reorder.yaml"]
    once = run.lines("-j", 2, *argv)
    assert run.lines("-j", 2, *argv) == once
    assert run.lines("-j", 1, *argv) == once


def test_same_bytes_on_a_busy_host(run, lossy, request):
    calm = run.lines("--seed", 7, "-n", 2, PULL, lossy)
    request.getfixturevalue("busy_host")
    assert run.lines("--seed", 7, "-n", 2, PULL, lossy) == calm


def without(name, found):
    return [{key: value for key, value in one.items() if key != name} for one in found]


def test_neighbours_do_not_matter(run, lossy):
    """A lab's records do not depend on what else was run, but for their place in the plan."""
    alone = run("--seed", 7, "-n", 2, lossy)[1]
    beside = run("--seed", 7, "-n", 2, "-j", 2, PULL, lossy)[1]
    assert len(beside) > len(alone) > 0
    assert without("index", alone) == without(
        "index", [t for t in beside if t["scenario"] == "lossy"])


def test_another_seed_draws_other_losses(run, lossy):
    def packets(seed):
        return [(t["packets_out"], t["packets_in"]) for t in run("--seed", seed, lossy)[1]]

    assert packets(7) != packets(8)


# ---------------------------------------------------------------- hours

STAMPED_NS = 100_000  # kill(2) takes 3 000 instructions; ending a process with its connections, three million


def test_nobody_runs_between_the_stamps(run):
    """A guest has one processor: while the lab kills, neither the dying program nor the alarmed one has it."""
    trials = run("-n", 5, SCENARIOS / "process" / "process-kill.yaml")[1]
    assert all(0 < t["fault_after_ns"] - t["fault_before_ns"] < STAMPED_NS for t in trials)
    found = [t["detect_ns"] for t in trials if t["detect_ns"] is not None]
    assert found and min(found) > 0


def test_keepalive_of_two_hours(run, tmp_path):
    """Linux's own 7200/75/9: over 20 phases inside the window, and further apart than one tick."""
    path = scenario(tmp_path, "defaults", **LINK, horizon="3h",
                    methods="[keepalive: {idle: 2h, intvl: 75s, cnt: 9}]")
    line, trials = run("-n", 20, path)
    assert len(trials) == 20 and noticed(trials)
    for t in trials:
        assert t["errno"] == "ETIMEDOUT" and t["probes"] >= 9
        assert t["expect"]["lo_ns"] <= t["detect_ns"] <= t["expect"]["hi_ns"]
    times = [t["detect_ns"] for t in trials]
    assert max(times) - min(times) > 10**9 // line["hz"]
    assert covered_ns(trials) > 7875 * 10**9


def test_keepalive_from_the_system(run, tmp_path):
    """5/1/1 by sysctl holds for sockets that ask for keepalive and say nothing else."""
    path = scenario(
        tmp_path, "tuned", **LINK, methods="[keepalive, recv]", horizon="60s",
        sysctl="{net.ipv4.tcp_keepalive_time: 5, net.ipv4.tcp_keepalive_intvl: 1, "
               "net.ipv4.tcp_keepalive_probes: 1}",
    )
    _, trials = run("-n", 10, path)
    assert noticed(t for t in trials if t["method"] == "keepalive")
    assert {t["outcome"] for t in trials if t["method"] == "recv"} == {"missed"}
    assert {t["verdict"] for t in trials} == {"pass"}


def test_what_was_covered(run, tmp_path):
    """The last line but one says what the records say: labs' spans, not connections'."""
    path = scenario(tmp_path, "calm", methods="[recv, null]", horizon="2h")
    _, trials = run("-n", 3, path, PULL)
    said = re.search(r"([0-9.]+) h of virtual time in 2 labs, watched in [0-9.]+ m?s of wall time: "
                     r"([0-9]+) seconds a second", run.done.out)
    assert said, run.done.out
    assert abs(float(said[1]) * 3600e9 - covered_ns(trials)) <= 0.005 * 3600e9
    assert int(said[2]) > 100


# ---------------------------------------------------------------- kernels

@pytest.mark.parametrize("series", SERIES)
def test_netem_on(series, run):
    kernel(series)
    line, trials = run("--kernel", series, "-n", 2, *NETEM)
    assert line["kernel"].startswith(series + ".")
    assert {t["scenario"] for t in trials} == {path.stem for path in NETEM}
    assert {t["verdict"] for t in trials} == {"pass"}


@pytest.mark.parametrize("series", SERIES)
def test_retransmissions_give_up_on(series, run, tmp_path):
    """tcp_retries2 = 15 with data in flight: a quarter of an hour. By then the neighbour has long
    failed too, and the kernel reports that, if it was told last."""
    kernel(series)
    path = scenario(tmp_path, "in-flight", "fault: drop", traffic="sending", horizon="30m",
                    methods="[recv, select, tcp_info: {poll: 1s}]",
                    sysctl="{net.ipv4.tcp_retries2: 15}")
    _, trials = run("--kernel", series, "-n", 5, path)
    assert noticed(trials)
    assert {t["errno"] for t in trials if t["method"] == "recv"} <= {"ETIMEDOUT", "EHOSTUNREACH"}
    assert all(t["detect_ns"] > 900 * 10**9 for t in trials)


def test_a_table_for_each_kernel(run):
    for series in SERIES:
        kernel(series)
    argv = [arg for series in SERIES for arg in ("--kernel", series)]
    run(*argv, PULL)
    worlds = re.findall(r"^virtual engine, kernel (\S+), HZ \d+, seed 1$", run.done.out, re.M)
    assert worlds == [line["kernel"] for line in run.runs]
    assert all(w.startswith(s + ".") for w, s in zip(worlds, SERIES, strict=True))
    assert len(re.findall("^keepalive ", run.done.out, re.M)) == len(SERIES)
    assert f" in {len(SERIES)} labs, " in run.done.out


def test_an_image_of_ones_own(run):
    """--kernel PATH finds the modules beside it, or where --modules says. Only the command and the
    date tell the files apart."""
    found = kernel("6.1")

    def result(*argv):
        first, *rest = run.lines(*argv, PULL)
        return without("command", [json.loads(first)]), rest

    by_series = result()
    assert result("--kernel", found["image"]) == by_series
    assert result("--kernel", found["image"], "--modules", found["modules"]) == by_series


def test_kernels_are_listed(deadpeer):
    found = kernel("6.1")
    listed = deadpeer("kernels", "--json", code=0).json()
    assert found in listed
    assert all(k["name"] and k["about"] for k in listed)
    assert found["release"] in deadpeer("kernels", code=0).out


# ---------------------------------------------------------------- alone and together

WATCHERS = [f"keepalive:idle={i}s,intvl=1s,cnt=2" for i in range(1, 8)] + \
           ["heartbeat:period=500ms,misses=2", "heartbeat:period=1s,misses=3",
            "heartbeat:period=500ms,misses=2,mode=beacon"]


def by_key(trials):
    return {key(t): t for t in trials}


def longest_timer_ns(trial):
    return max((virtual.duration_ns(v) for v in trial["options"].values()), default=0)


def assert_same(alone, together, hz):
    for name, one in alone.items():
        other = together[name]
        assert one["verdict"] == other["verdict"] == "pass"
        apart = abs(one["detect_ns"] - other["detect_ns"])
        assert apart <= granule_ns(longest_timer_ns(one), hz), (name, apart)


def test_a_thousand_connections_are_as_good_as_one(run, tmp_path):
    """What shares a lab does not disturb each other: ten methods of a hundred connections each,
    then each method on its own, then single connections on their own. One spread for all of them
    puts the fault at the same instant of the lab's time: on another tick it might come before
    the probe that it came after."""
    path = scenario(tmp_path, "crowd", **LINK, methods="[null]", horizon="20s", spread="8s")
    line, trials = run("-n", 100, *(arg for w in WATCHERS for arg in ("-m", w)), path)
    together = by_key(trials)
    assert len(together) == 1000 and noticed(trials)
    for watcher in WATCHERS:
        alone = by_key(run("-n", 100, "-m", watcher, path)[1])
        assert len(alone) == 100
        assert_same(alone, together, line["hz"])
    for watcher, phase in zip(WATCHERS, range(1, 101, 11)):
        alone = by_key(run("-n", 100, "--phase", phase, "-m", watcher, path)[1])
        assert len(alone) == 1
        assert_same(alone, together, line["hz"])


def test_a_phase_alone_is_planned_as_among_all(deadpeer):
    everything = deadpeer("plan", "--json", "-n", 20, PULL, code=0).json()
    third = deadpeer("plan", "--json", "-n", 20, "--phase", 3, PULL, code=0).json()
    assert [t["index"] for t in third] == list(range(len(third))), "of this plan"
    assert without("index", third) == without("index", [t for t in everything if t["phase"] == 2])
