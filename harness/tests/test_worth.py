# SPDX-License-Identifier: MIT
"""Cost and mistakes: the tables, their JSON, and the same numbers worked out from the records."""

import re

import pytest

import virtual
from binary import DEADPEER, FAILED, PASS, SCENARIOS, records, run, scenario

HOUR_NS = 3600 * 10**9
DAY_NS = 24 * HOUR_NS
FLAP = "fault: flap, place: peer, times: 2, down: 1s, up: 2s"
METHODS = """
  - null
  - recv
  - tcp_info: {poll: 100ms}
  - link_watch
  - heartbeat: {period: 200ms, misses: 2}
  - heartbeat: {period: 200ms, misses: 2, mode: beacon, grace: 100ms}"""


@pytest.fixture(scope="module")
def run_once(labs, tmp_path_factory):
    """One run in real time: a flapping link, which kills nobody."""
    folder = tmp_path_factory.mktemp("worth")
    path = scenario(folder, "flapping", FLAP, methods=METHODS, horizon="9s", traffic="request")
    out = folder / "out.jsonl"
    done = run([DEADPEER, "run", "-e", "native", "-n", 2, "-o", out, "--cost", "--mistakes", path],
               folder, PASS)
    return out, done.out


def by_method(trials):
    cells = {}
    for t in trials:
        key = t["method"], ",".join(f"{k}={v}" for k, v in t["options"].items())
        cells.setdefault(key, []).append(t)
    return cells


def total(trials, key):
    return sum(t[key] for t in trials)


def test_the_flap_is_a_mistake_for_who_listens(run_once):
    trials = records(run_once[0])[1]
    for (method, options), cell in by_method(trials).items():
        for t in cell:
            assert t["alive_ns"] > 9 * 10**9
            wrong = method == "heartbeat"
            assert (t["mistakes"] > 0) == wrong == (t["outcome"] == "false_alarm"), (method, options)
            assert 0 <= t["mistaken_ns"] <= t["alive_ns"] and t["verdict"] == "pass"
            assert not t["mistake_open"], "the link was back long before the end"
            assert t["watched_ns"] >= t["alive_ns"] - 10**6, "it watched on after its mistakes"


def test_json_follows_from_the_records(run_once, deadpeer):
    trials = by_method(records(run_once[0])[1])
    cells = deadpeer("show", run_once[0], "--json", code=PASS).json()
    assert len(cells) == len(trials)
    for cell in cells:
        own = trials[cell["method"], cell["options"]]
        cost, mistakes = cell["cost"], cell["mistakes"]
        for key in ("packets_out", "packets_in", "bytes_out", "bytes_in", "wakeups", "messages"):
            rate = total(own, key) * HOUR_NS / total(own, "watched_ns")
            assert cost[f"{key}_per_hour"] == pytest.approx(rate, rel=1e-5)
        alive, wrong = total(own, "alive_ns"), total(own, "mistaken_ns")
        assert mistakes["count"] == total(own, "mistakes")
        assert mistakes["per_day"] == pytest.approx(total(own, "mistakes") * DAY_NS / alive, rel=1e-5)
        assert mistakes["accuracy"] == pytest.approx(1 - wrong / alive, rel=1e-5)
        assert mistakes["mean_ns"] == (wrong // mistakes["count"] if mistakes["count"] else None)


def test_tables_fit_a_terminal(run_once, deadpeer):
    shown = deadpeer("show", run_once[0], "--cost", "--mistakes", env={"COLUMNS": "80"}, code=PASS)
    assert all(len(line) <= 80 for line in shown.out.splitlines())
    cost, mistakes = (shown.out.index(word) for word in ("wake-ups", "accuracy"))
    assert cost < mistakes < shown.out.index("12 trials: 12 passed")
    methods = {"heartbeat", "link_watch", "null", "recv", "tcp_info"}
    rows = [word for word in re.findall(r"^(\w+) ", shown.out[cost:mistakes], re.M) if word in methods]
    assert rows[0] == "null" and set(rows) == methods


def test_tables_are_not_there_unless_asked_for(run_once, deadpeer):
    plain = deadpeer("show", run_once[0], code=PASS).out
    assert "wake-ups" not in plain and "accuracy" not in plain
    assert "wake-ups" in run_once[1] and "accuracy" in run_once[1]


def test_a_wrong_alarm_that_was_not_expected_fails(labs, deadpeer, tmp_path):
    path = scenario(tmp_path, "contradicted", FLAP, horizon="4s",
                    methods="[heartbeat: {period: 200ms, misses: 2}]", expect="{heartbeat: never}")
    done = deadpeer("run", "-e", "native", "-o", tmp_path / "o.jsonl", path, code=FAILED)
    assert records(tmp_path / "o.jsonl")[1][0]["verdict"] == "false_alarm"
    assert "FALSE ALARM" in done.out


def test_late_beacons_are_as_many_as_chance_has_it(tmp_path):
    """With independent loss p, a beacon needs more attempts than the one before it with the chance
    p / (1 + p): that is when a grace shorter than the first retransmission is wrong."""
    virtual.kernel("6.1")
    _, trials = virtual.Runner(tmp_path)(
        SCENARIOS / "mistakes" / "mistakes-loss-30.yaml", "-n", "20",
        "-m", "heartbeat:period=20s,mode=beacon,grace=100ms")
    mistakes = total(trials, "mistakes")
    beacons = sum(t["alive_ns"] // (20 * 10**9) for t in trials)
    chance = 0.3 / 1.3
    spread = (beacons * chance * (1 - chance)) ** 0.5
    assert abs(mistakes - beacons * chance) < 4 * spread, f"{mistakes} of {beacons}"
    assert not any(t["mistake_open"] for t in trials if t["mistakes"] == 0)
