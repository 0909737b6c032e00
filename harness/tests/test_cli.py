# SPDX-License-Identifier: MIT
"""The command: help, lists, plans, tables, terminals."""

import json
import os
import pty
import re

import pytest

from binary import DEADPEER, FILES, PASS, ROOT, SCENARIOS, USAGE, key, records, run, scenario

WORK = ["--method", "--engine", "--phases", "--seed", "--jobs", "--output", "--json", "--help"]
VERBS = {"run": [*WORK, "--cost", "--mistakes", "--tap", "--annotations"], "plan": WORK, "list": ["--json", "--help"],
         "show": ["--cost", "--mistakes", "--json", "--help"],
         "explain": ["--method", "--hz", "--json", "--help"], "doctor": ["--json", "--help"],
         "compare": ["--by", "--threshold", "--all", "--json", "--help"],
         "check": ["--threshold", "--output", "--jobs", "--annotations", "--json", "--help"],
         "accept": ["--output", "--help"],
         "sweep": [*WORK, "--vary", "--sample", "--goal", "--from", "--link"]}
METHODS = {"recv", "select", "tcp_info", "keepalive", "heartbeat", "null"}
FAULTS = {"none", "link-down", "drop", "netem", "kill", "signal", "close", "shutdown", "reset",
          "crash"}


# ---------------------------------------------------------------- help

@pytest.mark.parametrize("verb", VERBS)
def test_help_names_every_option(deadpeer, verb):
    done = deadpeer(verb, "--help", code=PASS)
    assert done.err == "" and done.out.startswith(f"usage: deadpeer {verb}")
    assert all(option in done.out for option in VERBS[verb])
    assert deadpeer(verb, "-h").out == deadpeer("help", verb).out == done.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_of_the_help_is_taken(deadpeer, verb):
    """What help names is no unknown option, whatever else is wrong with the command line."""
    for option in re.findall(r"^ {2,6}(?:-\w, )?(--[a-z-]+)", deadpeer(verb, "--help").out, re.M):
        done = deadpeer(verb, option, "--no-such-option")
        assert done.code in (PASS, USAGE)
        assert f"unknown option {option};" not in done.err


def test_help_of_all(deadpeer):
    done = deadpeer("--help", code=PASS)
    assert all(f"  {verb} " in done.out for verb in VERBS)
    assert deadpeer("help").out == deadpeer("-h").out == done.out


def test_version(deadpeer):
    assert re.fullmatch(r"deadpeer \S+\n", deadpeer("--version", code=PASS).out)


# ---------------------------------------------------------------- lists

@pytest.mark.parametrize("topic, names", [("methods", METHODS), ("faults", FAULTS)])
def test_list(deadpeer, topic, names):
    listed = deadpeer("list", topic, "--json", code=PASS).json()
    assert {entry["name"] for entry in listed} >= names
    assert all(entry["about"] for entry in listed)
    text = deadpeer("list", topic, code=PASS).out
    assert all(re.search(rf"^{name}\b", text, re.M) for name in names)


def test_list_of_scenarios(deadpeer):
    listed = deadpeer("list", "scenarios", "--json", SCENARIOS, code=PASS).json()
    assert [entry["name"] for entry in listed] == [path.stem for path in FILES]
    assert all(entry["about"] for entry in listed)


def test_list_of_everything(deadpeer):
    text = deadpeer("list", cwd=ROOT, code=PASS).out
    assert all(name in text for name in METHODS | FAULTS | {path.stem for path in FILES})


def test_doctor_has_a_cure_for_everything_it_misses(facts):
    for fact in facts.values():
        assert fact["about"]
        assert fact["ok"] or fact["why"]
    assert {"netns", "veth", "bridge", "drop", "netem", "ipv6", "native", "virtual"} <= set(facts)


# ---------------------------------------------------------------- plans

def plan(deadpeer, *argv, engine="native"):
    return deadpeer("plan", "-e", engine, "--json", *argv, code=PASS).json()


def test_plan_is_stable(deadpeer):
    first = deadpeer("plan", "-e", "native", SCENARIOS, code=PASS)
    assert first.out == deadpeer("plan", "-e", "native", SCENARIOS, code=PASS).out
    assert f"{len(FILES)} labs" in first.out


def test_plan_writes_nothing(deadpeer, tmp_path):
    plan(deadpeer, SCENARIOS, "-o", tmp_path / "out.jsonl", "-j", 3)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("phases", [1, 2, 7])
def test_plan_has_every_phase_of_every_method(deadpeer, phases):
    trials = plan(deadpeer, "-n", phases, SCENARIOS / "cable" / "cable-pull-far.yaml")
    assert len(trials) == 7 * phases and len({key(t) for t in trials}) == len(trials)
    for t in trials:
        assert 0 <= t["phase"] < phases
    assert len({t["seed"] for t in trials}) == len(trials)


def test_without_noise_only_methods_with_a_period_have_phases(deadpeer):
    """The native engine repeats the others, because its host makes equal trials differ."""
    path = SCENARIOS / "cable" / "cable-pull-far.yaml"
    noisy = plan(deadpeer, "-n", 5, path)
    trials = plan(deadpeer, "-n", 5, path, engine="virtual")
    spread = {key(t)[:-1] for t in noisy if t["phase_ns"]}

    def of_the_spread(planned):
        return [t | {"index": None} for t in planned if key(t)[:-1] in spread]

    assert {t["phase"] for t in trials if key(t)[:-1] not in spread} == {0}
    assert of_the_spread(trials) == of_the_spread(noisy)


@pytest.mark.parametrize("link, each", [([], 1), (["--link", "delay=20ms"], 1), (["--link", "loss=5%"], 5)])
def test_without_noise_a_control_has_phases_only_where_lots_are_drawn(deadpeer, link, each):
    """Nothing falls into a period there: more trials of it are one trial, counted often."""
    path = SCENARIOS / "control" / "control-idle.yaml"
    methods = plan(deadpeer, path)
    assert len(plan(deadpeer, "-n", 5, *link, path)) == len(methods) * 5
    trials = plan(deadpeer, "-n", 5, *link, path, engine="virtual")
    assert len(trials) == len(methods) * each
    assert {t["phase"] for t in trials} == set(range(each))


def test_plan_depends_on_its_seed_and_nothing_else(deadpeer):
    path = SCENARIOS / "process"
    assert plan(deadpeer, path) == plan(deadpeer, path, "--seed", 1)
    assert [t["seed"] for t in plan(deadpeer, path)] != \
        [t["seed"] for t in plan(deadpeer, path, "--seed", 2)]


@pytest.mark.parametrize("given, name, options", [
    ("recv", "recv", {}), ("tcp_info:poll=10ms", "tcp_info", {"poll": "10ms"}),
    ("tcp_info", "tcp_info", {"poll": "1s"}),
    ("heartbeat:period=1s,misses=3", "heartbeat", {"period": "1s", "misses": "3", "mode": "ping"}),
    ("keepalive:idle=60s", "keepalive", {"idle": "1m"})])
def test_method_of_the_command_line(deadpeer, given, name, options):
    for trial in plan(deadpeer, "-m", given, SCENARIOS / "cable"):
        scenario_, method, told, *_ = key(trial)
        assert scenario_.startswith("cable") and method == name and dict(told) == options


def test_files_are_taken_in_order_and_once_sorted(deadpeer):
    names = [t["scenario"] for t in plan(deadpeer, SCENARIOS)]
    assert list(dict.fromkeys(names)) == [path.stem for path in FILES]


# ---------------------------------------------------------------- tables and records

def test_show_prints_the_table_again(everything, deadpeer):
    table = deadpeer("show", everything.file, code=PASS).out
    assert everything.done.out == f"{table}records in {everything.file}\n"


def test_show_reads_standard_input(everything, tmp_path):
    shell = ["sh", "-c", '"$1" show - < "$2"', "sh", DEADPEER, everything.file]
    assert run(shell, tmp_path, PASS).out + f"records in {everything.file}\n" == everything.done.out


def test_table_as_json(everything, deadpeer):
    cells = deadpeer("show", "--json", everything.file, code=PASS).json()
    assert sum(cell["trials"] for cell in cells) == len(everything.trials)
    assert {(c["scenario"], c["method"]) for c in cells} == \
        {(t["scenario"], t["method"]) for t in everything.trials}
    assert all(sum(cell[word] for word in ("passed", "failed", "skipped", "invalid", "errors"))
               == cell["trials"] for cell in cells)


def test_run_as_json_is_only_json(labs, deadpeer, tmp_path):
    done = deadpeer("run", "-e", "native", "--json", scenario(tmp_path, "calm", horizon="50ms"),
                    code=PASS)
    assert {cell["scenario"] for cell in done.json()} == {"calm"}


def test_records_are_in_plan_order_whatever_jobs_says(labs, deadpeer, tmp_path):
    """The first lab takes longest, so that with more than one job it is not the first to end."""
    paths = [scenario(tmp_path, name, horizon=horizon)
             for name, horizon in (("a", "900ms"), ("b", "300ms"), ("c", "50ms"))]
    planned = [key(t) for t in plan(deadpeer, "-n", 2, *paths)]
    for jobs in (1, 2, 3):
        out = tmp_path / f"out{jobs}.jsonl"
        deadpeer("run", "-e", "native", "-n", 2, "-j", jobs, "-o", out, *paths, code=PASS)
        assert [key(t) for t in records(out)[1]] == planned


def test_default_output_is_a_new_file_in_results(labs, deadpeer, tmp_path):
    path = scenario(tmp_path, "calm", horizon="50ms")
    assert "records in" not in deadpeer("run", "-e", "native", path, code=PASS).out
    (tmp_path / "results").mkdir()
    for _ in range(2):
        deadpeer("run", "-e", "native", path, code=PASS)
    assert len(list((tmp_path / "results" / "runs").glob("*.jsonl"))) == 2


# ---------------------------------------------------------------- terminals

@pytest.fixture
def on_terminal(tmp_path):
    """Exit status and everything that a command wrote to the terminal it ran on."""

    def call(*argv, **env):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(DEADPEER, ["deadpeer", *map(str, argv)], {"TERM": "xterm"} | env)
        text = b""
        try:
            while chunk := os.read(terminal, 65536):
                text += chunk
        except OSError:
            pass  # EIO: the other end is closed
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text.decode()

    return call


@pytest.mark.parametrize("env, coloured", [
    ({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour(everything, on_terminal, env, coloured):
    code, text = on_terminal("show", everything.file, **env)
    assert code == PASS
    assert ("\x1b[" in text) == coloured


def test_no_colour_in_a_pipe(everything):
    assert "\x1b" not in everything.done.out


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_width(everything, deadpeer, columns):
    out = deadpeer("show", everything.file, env={"COLUMNS": str(columns)}, code=PASS).out
    assert max(map(len, out.splitlines())) <= columns


def test_progress_only_on_a_terminal(labs, on_terminal, tmp_path):
    path = scenario(tmp_path, "calm", horizon="50ms")
    code, text = on_terminal("run", "-e", "native", "-o", tmp_path / "out.jsonl", path)
    assert code == PASS and "1 of 1 labs" in text


def test_json_has_no_colour_on_a_terminal(everything, on_terminal):
    code, text = on_terminal("show", "--json", everything.file)
    assert code == PASS and json.loads(text)
