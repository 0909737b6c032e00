# SPDX-License-Identifier: MIT
"""Traffic `connecting`, end to end: a connect(2) that is not answered, in both engines and on three
kernels. What theory says is the binary's own business; here stand the facts that a reader of connect(2)
and tcp(7) would expect, measured in the records alone."""

import json

import pytest

import binary
import virtual
from binary import DEADPEER, PASS, SCENARIOS, USAGE

FAMILY = SCENARIOS / "connecting"
S = 10**9
WAITING = ("recv", "select", "poll", "epoll", "io_uring", "recverr")


def family(*names):
    return [FAMILY / f"connecting-{name}.yaml" for name in names]


def native(folder, *argv):
    out = folder / "out.jsonl"
    binary.run([DEADPEER, "run", "-e", "native", "-j", "8", "-o", out, *argv], folder, PASS)
    return binary.records(out)[1]


def of(trials, scenario, *methods, **options):
    """The trials that were run, of one scenario and of these methods."""
    found = [t for t in trials
             if t["scenario"] == f"connecting-{scenario}" and t["method"] in methods
             and t["outcome"] != "skipped" and options.items() <= t["options"].items()]
    assert found
    return found


def check(trials):
    """What is true of connect(2) on any kernel."""
    assert {t["verdict"] for t in trials} <= {"pass", "skip"}
    assert {t["traffic"] for t in trials} == {"connecting"}
    for trial in of(trials, "cable", *WAITING, "user_timeout"):
        assert trial["errno"] == "EHOSTUNREACH" and 3 * S <= trial["detect_ns"] < 3.3 * S
    for trial in of(trials, "kill", *WAITING):
        assert trial["errno"] == "ECONNREFUSED" and trial["detect_ns"] < 0.1 * S
    for trial in of(trials, "addr-own", *WAITING, "so_error", "tcp_info"):
        assert trial["errno"] == "ENETUNREACH" and trial["detect_ns"] < 0.1 * S
    for trial in of(trials, "arp-late", *("recv", "poll", "epoll", "io_uring")):
        assert trial["outcome"] == "false_alarm" and trial["detect_ns"] > 2.5 * S
    for trial in of(trials, "late", *WAITING) + of(trials, "arp-in-time", "recv", "poll", "epoll"):
        assert trial["outcome"] == "quiet" and trial["tcp_state"] == "ESTABLISHED"
    for trial in of(trials, "late", "tcp_info"):
        assert trial["outcome"] == "false_alarm" and "SYN_SENT" in trial["saw"]
    for trial in of(trials, "stop", *("recv", "poll", "send")):
        assert trial["outcome"] == "missed" and trial["tcp_state"] == "ESTABLISHED"


QUICK = ("cable", "kill", "addr-own", "arp-late", "arp-in-time", "late", "stop")


def test_on_this_kernel(tmp_path):
    check(native(tmp_path, *family(*QUICK)))


@pytest.mark.parametrize("series", virtual.SERIES)
def test_in_virtual_time(tmp_path, series):
    virtual.kernel(series)
    _, trials = virtual.Runner(tmp_path)("--kernel", series, *family(*QUICK, "silence", "reject-host"))
    check(trials)
    for trial in of(trials, "silence", *WAITING):
        assert trial["errno"] == "ETIMEDOUT" and 7 * S <= trial["detect_ns"] < 7.5 * S
    for trial in of(trials, "silence", "user_timeout", timeout="5s"):
        assert trial["errno"] == "ETIMEDOUT" and 5 * S <= trial["detect_ns"] < 5.2 * S
    for trial in of(trials, "silence", "user_timeout", timeout="500ms"):
        assert S <= trial["detect_ns"] < 1.2 * S
    for trial in of(trials, "reject-host", *WAITING):
        assert trial["errno"] == "EHOSTUNREACH" and trial["detect_ns"] < 1.2 * S


def test_phases_begin_at_different_moments(tmp_path):
    """And what is left of a fault that ends is counted for each of them."""
    path = tmp_path / "phases.yaml"
    path.write_text("name: phases\nobserver: client\ntraffic: connecting\nmethods: [recv, poll]\n"
                    "timeline: [{at: 0s, fault: reject, direction: to-observer, for: 1500ms}]\n"
                    "spread: 1200ms\nhorizon: 5s\n")
    trials = native(tmp_path, "-n", "4", path)
    assert [t["verdict"] for t in trials] == ["pass"] * 8
    assert {t["outcome"] for t in trials} == {"quiet"}
    begun = sorted(t["armed_ns"] for t in trials if t["method"] == "recv")
    assert all(b - a > 0.1 * S for a, b in zip(begun, begun[1:]))
    assert all(t["fault_before_ns"] == t["fault_after_ns"] == t["armed_ns"] for t in trials)


def test_a_later_fault_meets_a_connection_that_stands(tmp_path):
    path = tmp_path / "later.yaml"
    path.write_text("name: later\nobserver: client\ntraffic: connecting\nmethods: [recv, poll, null]\n"
                    "timeline: [{at: 500ms, fault: kill}]\nhorizon: 2s\n")
    recv, poll, null = native(tmp_path, path)
    assert recv["saw"] == "recv=0" and poll["saw"].endswith("recv=0") and null["outcome"] == "missed"
    assert {recv["verdict"], poll["verdict"], null["verdict"]} == {"pass"}
    # Half a second after time zero, when the attempt was due; the machine may have been late with that.
    assert recv["fault_after_ns"] - recv["armed_ns"] >= 0.25 * S


def test_what_needs_a_connection_is_refused_in_a_scenario_and_skipped_with_m(tmp_path):
    path = tmp_path / "beats.yaml"
    path.write_text("name: beats\nobserver: client\ntraffic: connecting\nmethods: [heartbeat]\n"
                    "timeline: [{at: 0s, fault: none}]\nhorizon: 1s\n")
    done = binary.run([DEADPEER, "plan", path], tmp_path, USAGE)
    assert "beats.yaml:4:11: heartbeat needs a connection that stands" in done.err
    out = tmp_path / "out.jsonl"
    binary.run([DEADPEER, "run", "-e", "native", "-m", "heartbeat", "-m", "recv", "-o", out,
                *family("calm")], tmp_path, PASS)
    beat, recv = binary.records(out)[1]
    assert beat["outcome"] == "skipped" and "needs a connection" in beat["why"]
    assert recv["outcome"] == "quiet"


def test_explain_tells_each_syn_and_each_request(tmp_path):
    done = binary.run([DEADPEER, "explain", "--json", "-m", "recv", *family("cable")], tmp_path, PASS)
    steps = json.dumps(done.json())
    assert "ARP request 3 of 3" in steps and "SYN retransmission 1" in steps and "connect(2) begins" in steps


def test_by_hand_only_the_client_connects(tmp_path):
    server = binary.run([DEADPEER.parent / "deadpeer-server", "--observer", "--listen", "127.0.0.1:7799",
                         "--traffic", "connecting"], tmp_path)
    assert server.code != 0 and "only it connects" in server.err
