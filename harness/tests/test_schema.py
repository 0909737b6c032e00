# SPDX-License-Identifier: MIT
"""results/record.schema.json accepts what runs write, and `show` refuses what it refuses."""

import copy
import json
import shlex

import jsonschema
import pytest

from binary import PASS, SCHEMA, USAGE, records, scenario

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
    assert all(list(t) == list(schema["trial"]["properties"]) for t in everything.trials)


def test_command_line_is_recorded_for_a_shell(lab_run, tmp_path):
    folder = tmp_path / "it's a folder"
    folder.mkdir()
    path = scenario(folder, "calm", horizon="50ms")
    lab_run(path)
    command = records(tmp_path / "out.jsonl")[0]["command"]
    assert shlex.split(command)[0] == "deadpeer" and shlex.split(command)[-1] == str(path)
