# SPDX-License-Identifier: MIT
"""results/record.schema.json accepts what runs write, and `show` refuses what it refuses."""

import copy
import json
import shlex

import jsonschema
import pytest

from binary import PASS, SCHEMA, USAGE, records, scenario

LATER = ("size", "wire")  # keys that older files lack

SPOILT = {  # what is wrong, and what it does to a line
    "missing-verdict": lambda line: line.pop("verdict"),
    "missing-kind": lambda line: line.pop("kind"),
    "unknown-key": lambda line: line.update(colour="red"),
    "unknown-kind": lambda line: line.update(kind="lap"),
    "unknown-verdict": lambda line: line.update(verdict="maybe"),
    "unknown-outcome": lambda line: line.update(outcome="bored"),
    "time-as-text": lambda line: line.update(fault_after_ns="1s"),
    "broken-time": lambda line: line.update(horizon_ns=1.5),
    "expect-as-text": lambda line: line.update(expect="sometimes"),
    "half-a-window": lambda line: line.update(expect={"lo_ns": 1}),
    "no-size": lambda line: line.update(size=0),
    "negative-phase": lambda line: line.update(phase=-1),
    "null-scenario": lambda line: line.update(scenario=None),
    "scenario-too-long": lambda line: line.update(scenario="x" * 100),
    "seed-too-large": lambda line: line.update(seed=2**64),
}


@pytest.fixture(scope="module")
def lines(everything):
    return [everything.run, everything.trials[0]]


def test_every_line_is_valid(everything, valid):
    for line in [everything.run, *everything.trials]:
        valid(line)


def write_lines(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_older_files_are_shown_merged_and_compared(everything, valid, deadpeer, tmp_path):
    """They lack the keys that came later; the wire is then not told, and nothing else changes."""
    new = [everything.run, *[t for t in everything.trials if t["wire"] == "switch"]]
    old = [{key: value for key, value in line.items() if key not in LATER} for line in new]
    for line in old:
        valid(line)
    today = write_lines(tmp_path / "today.jsonl", new)
    path, merged = write_lines(tmp_path / "old.jsonl", old), tmp_path / "merged.jsonl"
    assert deadpeer("show", path, code=PASS).out == deadpeer("show", today, code=PASS).out
    deadpeer("merge", path, "-o", merged, code=PASS)
    assert [json.loads(line) for line in merged.read_text().splitlines()] == old
    deadpeer("compare", path, today, code=PASS)
    deadpeer("report", path, "-o", tmp_path / "old.html", code=PASS)


def test_the_wire_is_named_where_it_is_no_switch(everything, deadpeer):
    wires = {trial["scenario"]: trial["wire"] for trial in everything.trials}
    assert set(wires.values()) == {"switch", "router", "nat"}
    text = deadpeer("show", "--cost", everything.file, code=PASS).out
    heads = [line.split("/")[-1] for line in text.splitlines() if "/" in line and line.endswith(")")]
    for wire in ("router", "nat"):
        named = {head.removesuffix(f" ({wire})") for head in heads if head.endswith(f"({wire})")}
        assert named and all(wires[name] == wire for name in named)


@pytest.mark.parametrize("name", SPOILT)
def test_spoilt_line(lines, valid, deadpeer, tmp_path, name):
    run, trial = copy.deepcopy(lines)
    SPOILT[name](trial)
    with pytest.raises(jsonschema.ValidationError):
        valid(trial)
    path = tmp_path / "spoilt.jsonl"
    path.write_text(json.dumps(run) + "\n" + json.dumps(trial) + "\n")
    done = deadpeer("show", path, code=USAGE)
    assert done.out == "" and done.err.count("\n") == 1
    assert done.err.startswith(f"{path}:2: ")


@pytest.mark.parametrize("name, text", [
    ("empty", ""), ("no-json", "name: x\n"), ("binary", "\x7fELF\0\0\n"), ("list", "[1]\n"),
    ("trial-first", '{"kind":"trial"}\n'), ("blank-lines", "\n\n\n")])
def test_file_that_is_no_record(deadpeer, tmp_path, name, text):
    path = tmp_path / f"{name}.jsonl"
    path.write_text(text)
    done = deadpeer("show", path, code=USAGE)
    assert done.err.startswith(f"{path}:") and done.err.count("\n") == 1


def test_newer_schema_is_refused(lines, valid, deadpeer, tmp_path):
    newer = lines[0] | {"schema": lines[0]["schema"] + 1}
    with pytest.raises(jsonschema.ValidationError):
        valid(newer)
    path = tmp_path / "newer.jsonl"
    path.write_text(json.dumps(newer) + "\n")
    assert "schema" in deadpeer("show", path, code=USAGE).err


def test_half_a_line_is_refused(everything, deadpeer, tmp_path):
    path = tmp_path / "half.jsonl"
    path.write_text(everything.file.read_text()[:-20])
    last = len(everything.trials) + 1
    assert deadpeer("show", path, code=USAGE).err.startswith(f"{path}:{last}: ")


def test_runs_may_follow_each_other(everything, deadpeer, tmp_path):
    """Shards are joined by putting files behind each other."""
    path = tmp_path / "twice.jsonl"
    path.write_text(everything.file.read_text() * 2)
    cells = deadpeer("show", "--json", path, code=PASS).json()
    assert sum(cell["trials"] for cell in cells) == 2 * len(everything.trials)


def test_keys_stand_in_the_order_of_the_schema(everything):
    schema = json.loads(SCHEMA.read_text())["$defs"]
    assert list(everything.run) == list(schema["run"]["properties"])
    for trial in everything.trials:
        assert list(trial) == [key for key in schema["trial"]["properties"] if key in trial]
        assert set(schema["trial"]["required"]) <= set(trial)


def test_command_line_is_recorded_for_a_shell(lab_run, tmp_path):
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    path = scenario(folder, "calm", horizon="50ms")
    lab_run(path)
    command = records(tmp_path / "out.jsonl")[0]["command"]
    assert shlex.split(command)[0] == "deadpeer" and shlex.split(command)[-1] == str(path)
