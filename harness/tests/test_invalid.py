# SPDX-License-Identifier: MIT
"""Verdicts that are not `pass`: the lab must be able to fail, and to doubt itself."""

import pytest

from binary import FAILED, INTERNAL, INVALID, NOTHING, PASS, scenario

FAR = "fault: link-down, place: peer"
STOP, CONT = "fault: signal, signal: STOP", "fault: signal, signal: CONT"

# Faults that do not bite, and what the proof must say of them.
HARMLESS = {
    "continue-a-running-peer": (CONT, "the peer ran"),
    "continue-a-running-observer": (CONT + ", target: observer", "the observer ran"),
    "drop-behind-a-pulled-cable": ([FAR, "fault: drop, place: observer"], "counter stayed at"),
    "drop-behind-another-drop": (["fault: drop, place: observer", "fault: drop, place: wire"],
                                 "counter stayed at"),
    "close-by-a-stopped-peer": ([STOP, "fault: close"], "it was stopped by SIGSTOP"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_fault_that_does_not_bite_is_invalid(lab_run, tmp_path, name):
    fault, why = HARMLESS[name]
    trials = lab_run(scenario(tmp_path, name, fault), code=INVALID)
    for trial in trials:
        assert (trial["outcome"], trial["verdict"]) == ("invalid", "invalid")
        assert trial["detect_ns"] is None
        assert "not proven" in trial["why"] and why in trial["why"]


SOON = "{from: 0s, to: 1ms}"
LONG = {"horizon": "2500ms"}  # longer than a stall of the machine, which is allowed it

# What happens; what the author falsely expects, of which method; the verdict.
FALSE = {
    "idle-pull-noticed-by-recv": (FAR, "recv", "{from: 1s, to: 1100ms}", "missed", LONG),
    "idle-pull-noticed-by-select": (FAR, "select", SOON, "missed", LONG),
    "heartbeat-never": (FAR, "heartbeat", "never", "early",
                        {"methods": "[heartbeat: {period: 100ms, misses: 1}]", "horizon": "1s"}),
    "heartbeat-later": (FAR, "heartbeat", "{from: 2s, to: 3s}", "early",
                        {"methods": "[heartbeat: {period: 100ms, misses: 1}]", "horizon": "4s"}),
    "heartbeat-sooner": (FAR, "heartbeat", SOON, "late",
                         {"methods": "[heartbeat: {period: 500ms, misses: 2}]", "horizon": "3s"}),
    "kill-never": ("fault: kill", "recv", "never", "early", {}),
    "kill-later": ("fault: kill", "recv", "{from: 10s, to: 11s}", "early", {"horizon": "12s",
                                                                            "methods": "[recv]"}),
    "reset-never": ("fault: reset", "select", "never", "early", {}),
    "null-notices": ("fault: kill", "null", SOON, "missed", LONG),
    "nothing-noticed": ("fault: none", "recv", SOON, "missed", LONG),
    "nothing-noticed-by-tcp-info": ("fault: none", "tcp_info", SOON, "missed", LONG),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_expectation_fails(lab_run, tmp_path, name):
    fault, method, expect, verdict, keys = FALSE[name]
    keys = {"methods": f"[{method}]", "expect": f"{{{method}: {expect}}}"} | keys
    trial, = lab_run(scenario(tmp_path, name, fault, **keys), code=FAILED)
    assert trial["verdict"] == verdict
    assert "author" in trial["why"]


@pytest.mark.parametrize("name, fault, expect", [
    ("rightly-never", FAR, "{recv: never}"),
    ("rightly-soon", "fault: kill", "{recv: {from: 0s, to: 200ms}, null: never}"),
    ("rightly-calm", "fault: none", "{recv: never, null: never}"),
])
def test_true_expectation_passes(lab_run, tmp_path, name, fault, expect):
    assert all(t["verdict"] == "pass" for t in
               lab_run(scenario(tmp_path, name, fault, expect=expect)))


def test_four_numbers_of_a_failure(labs, deadpeer, tmp_path):
    """Expected from, expected to, what happened, by how much."""
    path = scenario(tmp_path, "late", "fault: kill", methods="[recv]", horizon="12s",
                    expect="{recv: {from: 10s, to: 11s}}")
    done = deadpeer("run", "-e", "native", "-o", tmp_path / "o.jsonl", path, code=FAILED)
    words = " ".join(done.out.split())
    for part in ("expected from 10.000 s to 11.000 s, happened at", "early by", "1 failed"):
        assert part in words


# ---------------------------------------------------------------- what the exit status says first

ONE_OF_EACH = {
    PASS: ("fault: none", {}),
    FAILED: ("fault: kill", {"expect": "{recv: never}"}),
    INVALID: (CONT, {}),
}


@pytest.mark.parametrize("wanted, parts", [
    (INVALID, (PASS, INVALID)), (FAILED, (PASS, FAILED)), (FAILED, (INVALID, FAILED)),
    (FAILED, (FAILED, INVALID, PASS))])
def test_status_of_a_mixture(lab_run, tmp_path, wanted, parts):
    paths = [scenario(tmp_path, f"part{part}", ONE_OF_EACH[part][0], **ONE_OF_EACH[part][1])
             for part in parts]
    assert {t["scenario"] for t in lab_run(*paths, code=wanted)} == {p.stem for p in paths}


def test_sysctl_that_the_kernel_refuses(lab_run, tmp_path):
    path = scenario(tmp_path, "refused", sysctl="{net.ipv4.tcp_no_such_thing: 1}")
    for trial in lab_run(path, code=INTERNAL):
        assert trial["verdict"] == "error"
        assert "tcp_no_such_thing" in trial["why"]


def test_scenario_that_cannot_run_does_not_fail_the_others(lab_run, facts, tmp_path):
    if facts["netem"]["ok"]:
        pytest.skip("this kernel has netem; nothing is missing")
    lame = scenario(tmp_path, "lame", "fault: netem, delay: 10ms")
    lab_run(lame, code=NOTHING)
    trials = lab_run(lame, scenario(tmp_path, "well"), code=PASS)
    assert {(t["scenario"], t["verdict"]) for t in trials} == {("lame", "skip"), ("well", "pass")}
