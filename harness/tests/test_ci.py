# SPDX-License-Identifier: MIT
"""What services for continuous integration read: TAP and annotations."""

import json
import re

import pytest

from binary import FAILED, PASS, USAGE, records, scenario
from recorded import cell, write

POINT = re.compile(r"(not )?ok (\d+) - ((?:[^#\\]|\\[#\\])*?)(?: # (SKIP) (.*))?")
ANNOTATION = re.compile(r"::(error|warning) (?:file=([^,]*),line=(\d+),)?title=([^,:]*)::(.*)")
WRONG = "{recv: {from: 200ms, to: 250ms}}"


def parse(text):
    """A strict reader of TAP 14 as far as it is used here: test points with their blocks."""
    version, plan, *lines = text.splitlines()
    assert version == "TAP version 14"
    points, notes = [], []
    while lines:
        line = lines.pop(0)
        if line.startswith(("# ", "Bail out!")):
            notes.append(line)
            continue
        failed, number, name, skip, why = POINT.fullmatch(line).groups()
        assert int(number) == len(points) + 1
        block = {}
        if lines and lines[0] == "  ---":
            lines.pop(0)
            while (line := lines.pop(0)) != "  ...":
                key, value = re.fullmatch(r"  (\w+): (.*)", line).groups()
                block[key] = json.loads(value)
        points.append((not failed, name, why if skip else None, block))
    assert plan == f"1..{len(points)}"
    return points, notes


def unescape(text):
    return re.sub("%([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), text)


def annotations(text):
    return [tuple(unescape(part or "") for part in ANNOTATION.fullmatch(line).groups())
            for line in text.splitlines() if line.startswith("::")]


@pytest.fixture
def wrong(labs, tmp_path):
    """A scenario whose author expects recv to be slow."""
    folder = tmp_path / "one, two: 50%"
    folder.mkdir()
    return scenario(folder, "killed", "fault: kill", expect=WRONG, methods="\n  - select\n  - recv",
                    horizon="300ms")


def test_tap_has_a_point_for_each_trial(wrong, deadpeer, tmp_path):
    long = scenario(tmp_path, "long", horizon="2m", methods="[recv]")
    done = deadpeer("run", "-e", "native", "-n", 2, "--tap", "-o", "r.jsonl", wrong, long, code=FAILED)
    points, notes = parse(done.out)
    trials = records(tmp_path / "r.jsonl")[1]
    assert notes == ["# r.jsonl"] and len(points) == len(trials) == 6
    for (ok, name, why, block), t in zip(points, trials):
        assert t["scenario"] in name and t["method"] in name and f"phase {t['phase'] + 1} of 2" in name
        assert ok == (t["verdict"] in ("pass", "skip")) and (why is None) == (t["verdict"] != "skip")
        assert bool(block) != ok
        if not ok:
            assert block["verdict"] == t["verdict"] and block["detect_ns"] == t["detect_ns"]
            assert "expected from 200.00 ms to 250.00 ms" in block["message"]
    assert [ok for ok, *_ in points].count(False) == 2


def test_annotation_points_at_the_method(wrong, deadpeer):
    done = deadpeer("run", "-e", "native", "-n", 3, "--annotations", "-o", "r.jsonl", wrong, code=FAILED)
    (kind, path, line, title, message), = annotations(done.out)
    assert kind == "error" and path == str(wrong)
    assert wrong.read_text().splitlines()[int(line) - 1].strip() == "- recv"
    assert title == "killed recv: early, 3 of 3" and message.startswith("expected from 200.00 ms")


def test_nothing_wrong_no_annotation(labs, deadpeer, tmp_path):
    path = scenario(tmp_path, "calm")
    done = deadpeer("run", "-e", "native", "--annotations", "-o", "r.jsonl", path, code=PASS)
    assert annotations(done.out) == []
    points, _ = parse(deadpeer("run", "-e", "native", "--tap", "-o", "r.jsonl", path, code=PASS).out)
    assert [ok for ok, *_ in points] == [True, True]


def test_gate_annotates_what_regressed(deadpeer, tmp_path):
    path = scenario(tmp_path, "pull", methods="\n  - keepalive: {idle: 1s, intvl: 1s, cnt: 2}\n  - recv")
    keepalive = {"scenario": "pull", "family": None, "method": "keepalive",
                 "options": {"idle": "1s", "intvl": "1s", "cnt": "2"}}
    world = {"engine": "virtual", "command": f"deadpeer run {path.name}"}
    was = write(tmp_path / "a", cell([3e9], **keepalive), cell([5]), **world)
    now = write(tmp_path / "b", cell([4e9], **keepalive), **world)
    deadpeer("accept", "-o", "base", was, code=PASS)
    done = deadpeer("check", "--annotations", "base", now, code=FAILED)
    slower, gone = annotations(done.out)
    assert gone[1:4] == ("", "", "s recv: regressed") and "the result has not" in gone[4]
    assert slower[:2] == ("error", path.name)
    assert "keepalive" in path.read_text().splitlines()[int(slower[2]) - 1]
    assert "3.00 s → 4.00 s" in slower[4]


@pytest.mark.parametrize("argv", [
    ["run", "--tap", "--json"], ["run", "--tap", "-o", "-"], ["run", "--annotations", "--json"],
    ["run", "--annotations", "-o", "-"], ["check", "--annotations", "--json", "x"]])
def test_two_things_do_not_share_standard_output(deadpeer, argv):
    assert "standard output" in deadpeer(*argv, code=USAGE).err
