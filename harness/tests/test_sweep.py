# SPDX-License-Identifier: MIT
"""Choosing a tuning: a sweep's front, and a goal's answer that a fresh run confirms."""

import json
import math
import shlex

import pytest

from binary import DEADPEER, FAILED, PASS, USAGE, records, run, scenario
from virtual import kernel

GRID = ["--vary", "keepalive.idle=2s,4s,8s,16s", "--vary", "keepalive.intvl=1s,2s,3s",
        "--vary", "keepalive.cnt=2,4"]
TUNINGS = 4 * 3 * 2
GOAL = "p99<=14s, mistakes<=30/hour, loss=5%"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A death and a control, long enough for every tuning of the grid."""
    folder = tmp_path_factory.mktemp("sweep")
    return [scenario(folder, "death", "fault: link-down, place: peer", horizon="60s"),
            scenario(folder, "calm", horizon="2m")]


def sweep(folder, *argv, code=PASS):
    return run([DEADPEER, "sweep", *argv], folder, code)


@pytest.fixture(scope="module")
def swept(files, tmp_path_factory):
    """One sweep on a lossy wire: its answer, and its records."""
    kernel("6.1")
    folder = tmp_path_factory.mktemp("swept")
    done = sweep(folder, "-n", 4, "--kernel", "6.1", *GRID, "--goal", GOAL, "--json", "-o", folder / "run.jsonl", *files)
    return done.json()[0], folder / "run.jsonl"


def quantile(values, percent):
    """Type 7 of Hyndman and Fan."""
    at = (len(values) - 1) * percent / 100
    low = math.floor(at)
    return values[low] if at == low else values[low] + (values[low + 1] - values[low]) * (at - low)


def numbers(trials):
    """The four numbers of one tuning, counted here from its records."""
    times = sorted(t["detect_ns"] if t["outcome"] == "detected" else math.inf
                   for t in trials if t["scenario"] == "death")
    calm = [t for t in trials if t["scenario"] == "calm"]
    packets = sum(t["packets_out"] + t["packets_in"] for t in calm)
    return [quantile(times, 50), quantile(times, 99),
            sum(t["mistakes"] for t in calm) * 86400e9 / sum(t["alive_ns"] for t in calm),
            packets * 3600e9 / sum(t["watched_ns"] for t in calm)]


def rounded(value):
    return value if value in (0, math.inf) else float(f"{value:.2e}")


def test_the_front_is_what_its_records_say(swept):
    answer, path = swept
    _, trials = records(path)
    by = {}
    for trial in trials:
        options = ",".join(f"{k}={v}" for k, v in trial["options"].items())
        by.setdefault((trial["method"], options), []).append(trial)
    assert len(by) == TUNINGS == len(answer["tunings"])
    assert len(trials) == TUNINGS * 4 * 2
    mine = {key: [rounded(x) for x in numbers(each)] for key, each in by.items()}

    def beaten(key):
        return any(all(a <= b for a, b in zip(other, mine[key])) and other != mine[key]
                   for other in mine.values())

    for tuning in answer["tunings"]:
        key = tuning["method"], tuning["options"]
        theirs = [tuning["median_ns"], tuning["p99_ns"], tuning["mistakes_per_day"],
                  tuning["packets_per_hour"]]
        for a, b in zip(theirs, numbers(by[key])):
            assert math.isclose(math.inf if a is None else a, b, rel_tol=1e-5)
        assert tuning["front"] == (mine[key][1] < math.inf and not beaten(key)), key
    assert 1 <= sum(t["front"] for t in answer["tunings"]) < TUNINGS


def test_the_answer_is_the_cheapest_and_a_fresh_run_confirms_it(swept, files, tmp_path):
    answer, _ = swept
    goal = answer["goal"]
    assert answer["link"] == "loss=5%" and goal["met"]
    good = [t for t in answer["tunings"] if t["p99_ns"] is not None and t["p99_ns"] <= 14e9
            and t["mistakes_per_day"] <= 720]
    sure = [t for t in good if t["mistakes_per_day_95"] <= 720
            and t["last_ns"] + (t["last_ns"] - t["first_ns"]) / (4 - 1) <= 14e9]
    assert goal["tunings_that_meet"] == len(good) < TUNINGS
    assert 1 <= goal["tunings_that_surely_meet"] == len(sure) < len(good)
    assert goal["tuning"]["packets_per_hour"] <= min(t["packets_per_hour"] for t in sure) * 1.01
    command = shlex.split(goal["again"])
    assert command[:4] == ["deadpeer", "sweep", "--seed", "2"]
    again = run([DEADPEER, *command[1:], "--json"], tmp_path, PASS).json()[0]
    assert [t["options"] for t in again["tunings"]] == [goal["tuning"]["options"]]
    assert again["goal"]["met"] and again["goal"]["tuning"]["p99_ns"] != goal["tuning"]["p99_ns"]


def test_another_goal_is_asked_of_the_same_records(swept, tmp_path):
    answer, path = swept
    done = sweep(tmp_path, "--from", path, "--goal", "p99<=1ms,packets<=1/day", code=FAILED)
    assert f"None of {TUNINGS} tunings meets" in done.out and "The nearest is keepalive" in done.out
    assert "times the limit" in done.out
    cheap = sweep(tmp_path, "--from", path, "--goal", "p99<=50s", "--json").json()[0]
    least = min(t["packets_per_hour"] for t in answer["tunings"] if t["p99_ns"] is not None)
    assert cheap["goal"]["tuning"]["packets_per_hour"] <= least * 1.01


def test_the_table_fits_and_records_are_any_runs(swept, tmp_path):
    _, path = swept
    text = run([DEADPEER, "sweep", "--from", path], tmp_path, PASS, env={"COLUMNS": "80"}).out
    assert all(len(line) <= 80 for line in text.splitlines()), text
    assert f"of {TUNINGS} tunings on the front" in text
    assert "deaths: death" in text and "controls: calm" in text
    assert run([DEADPEER, "show", path], tmp_path, PASS).out
    assert run([DEADPEER, "report", path, "-o", tmp_path / "page.html"], tmp_path, PASS)
    baseline = tmp_path / "baseline.jsonl"
    run([DEADPEER, "accept", path, "-o", baseline], tmp_path, PASS)
    run([DEADPEER, "check", baseline, path], tmp_path, PASS)


def test_a_sample_is_drawn_from_the_seed(files, tmp_path):
    def drawn(*argv):
        done = run([DEADPEER, "plan", *GRID, "--json", *argv, *files], tmp_path, PASS)
        return [json.dumps(t["options"]) for t in done.json() if t["scenario"] == "death"]

    full, one, two = drawn(), drawn("--sample", 6), drawn("--sample", 6, "--seed", 2)
    assert len(full) == len(set(full)) == TUNINGS
    assert len(one) == len(set(one)) == len(two) == 6 and set(one) <= set(full) >= set(two)
    assert one == drawn("--sample", 6) != two


REFUSED = [
    ([], "the grid is empty"),
    (["--sample", 3], "the grid is empty"),
    (["-m", "recv", "--sample", 3], "--sample draws from the grid"),
    (["--vary", "keepalive"], "METHOD.OPTION=A,B"),
    (["--vary", "keepalife.idle=5s"], "did you mean keepalive"),
    (["--vary", "keepalive.idel=5s"], "did you mean idle"),
    (["--vary", "keepalive.idle=5"], "unit"),
    (["--vary", "keepalive.idle=0s"], "keepalive.idle"),
    (["--vary", "keepalive.idle=5s,5s"], "twice"),
    (["--vary", "keepalive.idle=5s", "--vary", "keepalive.idle=6s"], "varied twice"),
    (["--vary", "keepalive.idle=5s", "-m", "keepalive:idle=6s"], "-m sets it"),
    ([*GRID, "--sample", 0], "--sample"),
    ([*GRID, "--goal", "p98<=1s"], "did you mean p99"),
    ([*GRID, "--goal", "p99<=1s,los=5%"], "did you mean loss"),
    ([*GRID, "--goal", "p99<=1s,loss=5"], "loss"),
    ([*GRID, "--goal", "p99<=1s,loss=5%", "--link", "delay=5ms"], "do one of the two"),
    ([*GRID, "--link", "loss=lots"], "--link"),
    ([*GRID, "-o", "-"], "standard output"),
    (["--from", "/nonexistent"], "runs nothing"),
]


@pytest.mark.parametrize("argv, why", REFUSED, ids=lambda v: v if isinstance(v, str) else None)
def test_what_makes_no_sense_is_refused(files, tmp_path, argv, why):
    done = sweep(tmp_path, *argv, *files, code=USAGE)
    assert why in done.err and done.out == "" and done.err.count("\n") == 1


def test_deaths_and_controls_are_both_needed(files, tmp_path):
    death, calm = files
    assert "nothing dies" in sweep(tmp_path, *GRID, calm, code=USAGE).err
    assert "something dies in each" in sweep(tmp_path, *GRID, death, code=USAGE).err
    assert "name the scenarios" in sweep(tmp_path, *GRID, code=USAGE).err
