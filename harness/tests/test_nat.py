# SPDX-License-Identifier: MIT
"""A NAT that forgets whom it does not hear, end to end, in both engines and on three kernels: what a
method has pass decides whether its connection is lost. Here stands what a reader of RFC 5382 would
expect, measured in the records alone."""

import pytest

import binary
import virtual
from binary import DEADPEER, PASS, SCENARIOS, USAGE, scenario

FAMILY = SCENARIOS / "nat"
S = 10**9
TICK = 10**7  # the coarsest there is: conntrack counts in jiffies
QUICK = ("nat-idle", "nat-idle-reset", "nat-idle-talking")


def family(*names):
    return [FAMILY / f"{name}.yaml" for name in names]


def of(trials, name, method, **options):
    """The trials of one scenario and method, with these options."""
    found = [t for t in trials if t["scenario"] == name and t["method"] == method
             and options.items() <= t["options"].items()]
    assert found, (name, method, options)
    return found


def outcomes(trials):
    return {t["outcome"] for t in trials}


def check(trials):
    """Who talks more often than every two seconds lives; who does not is forgotten, and times count
    from then."""
    assert {t["verdict"] for t in trials} == {"pass"}
    for name in ("nat-idle", "nat-idle-reset"):
        begins = of(trials, name, "keepalive", idle="1s")[0]
        assert outcomes(of(trials, name, "keepalive", idle="1s")) == {"quiet"}
        assert outcomes(of(trials, name, "heartbeat", period="1s")) == {"quiet"}
        assert outcomes(of(trials, name, "heartbeat", period="4s")) == {"detected"}
        for silent in of(trials, name, "null"):
            assert silent["outcome"] == "missed"
            assert silent["fault_before_ns"] <= begins["fault_after_ns"] + 2 * S
            assert silent["fault_after_ns"] >= begins["fault_before_ns"] + 2 * S - TICK
    for trial in of(trials, "nat-idle", "keepalive", idle="4s"):
        assert trial["errno"] == "ETIMEDOUT"
    for trial in of(trials, "nat-idle-reset", "keepalive", idle="4s"):
        assert trial["errno"] == "ECONNRESET"
    assert outcomes([t for t in trials if t["scenario"] == "nat-idle-talking"]) == {"quiet"}


def test_on_this_kernel(labs, tmp_path):
    out = tmp_path / "out.jsonl"
    binary.run([DEADPEER, "run", "-e", "native", "-j", "3", "-o", out, *family(*QUICK)], tmp_path, PASS)
    check(binary.records(out)[1])


@pytest.mark.parametrize("series", virtual.SERIES)
def test_in_virtual_time(tmp_path, series):
    virtual.kernel(series)
    _, trials = virtual.Runner(tmp_path)("--kernel", series, *family(*QUICK, "nat-idle-keepalive"))
    long = [t for t in trials if t["scenario"] == "nat-idle-keepalive"]
    check([t for t in trials if t not in long])
    assert {t["verdict"] for t in long} == {"pass"}
    minute, = of(long, "nat-idle-keepalive", "keepalive", idle="1m")
    system, = [t for t in long if t["method"] == "keepalive" and "idle" not in t["options"]]
    assert minute["outcome"] == "quiet"
    assert system["outcome"] == "detected" and system["errno"] == "ETIMEDOUT"
    assert 6600 * S < system["detect_ns"] < 7600 * S
    assert abs(system["fault_after_ns"] - system["armed_ns"] - 602 * S) < S


def test_phases_have_instants_of_their_own(tmp_path):
    virtual.kernel("6.1")
    _, trials = virtual.Runner(tmp_path)("-n", "5", *family("nat-idle"))
    pings = of(trials, "nat-idle", "heartbeat", period="4s", mode="ping")
    assert {t["verdict"] for t in pings} == {"pass"}
    assert len({t["fault_after_ns"] for t in pings}) > 1


def test_half_seconds_are_refused(deadpeer, tmp_path):
    path = scenario(tmp_path, "half", wire="nat", observer="client", fault="fault: nat-expiry, idle: 1500ms")
    assert "whole seconds" in deadpeer("plan", path, code=USAGE).err
