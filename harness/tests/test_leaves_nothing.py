# SPDX-License-Identifier: MIT
"""However a run ends: no process, namespace, link or file is left, and finished records are kept."""

import concurrent.futures
import json
import os
import pathlib
import random
import signal
import socket
import sys

import pytest

from binary import (BUILD, FAMILIES, INTERNAL, INTERRUPTED, PASS, SCENARIOS, run,
                    scenario)
from session import Session

MOMENTS, AT_ONCE = 100, 4
FREED_S = 10  # the kernel frees namespaces behind everybody's back, after whatever else it does
START_S, FAULT_S, CUT_S, RUN_S = 0.15, 1.5, 2.1, 2.5  # being built; no fault yet; faults are in; all goes on


@pytest.fixture
def rng():
    seed = int(os.environ.get("DEADPEER_TEST_SEED", random.SystemRandom().getrandbits(32)))
    print(f"DEADPEER_TEST_SEED={seed}")
    return random.Random(seed)


def named_namespaces():
    """A namespace without a process lives on where it is mounted (ip netns does that)."""
    return [line for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()
            if line.split()[2] == "nsfs"]


@pytest.fixture
def unchanged(tmp_path):
    """The host's links stay as they are, no namespace gets a name in the file system, and only
    scenarios and out*.jsonl are in the folder."""
    host = socket.if_nameindex(), named_namespaces()
    yield
    assert (socket.if_nameindex(), named_namespaces()) == host
    files = [p for p in tmp_path.rglob("*") if not p.is_dir()]
    assert all(p.match("out*.jsonl") or p.match("*.yaml") for p in files)


def every_line_is_valid(path, valid):
    for line in path.read_text().splitlines(keepends=True) if path.exists() else []:
        assert line.endswith("\n"), "half a line"
        valid(json.loads(line))


def killed_at(folder, number, moment):
    """Runs everything, kills deadpeer at the moment. Was it alive, and what is left of it?"""
    argv = ["run", "-e", "native", "-j", 8, "-o", folder / f"out{number}.jsonl", SCENARIOS]
    with Session(folder, *argv) as session:
        alive = not session.ends_within(moment)
        session.process.kill()
        session.process.wait()
        return alive, session.left()


def test_sigkill_at_100_random_moments(labs, rng, unchanged, tmp_path, valid):
    moments = [rng.uniform(0, START_S if i % 2 else RUN_S) for i in range(MOMENTS)]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(lambda i: killed_at(tmp_path, i, moments[i]), range(MOMENTS)))
    for number, (alive, processes) in enumerate(ends):
        assert alive, f"ended by itself before {moments[number]} s"
        assert not processes, f"killed at {moments[number]} s"
        every_line_is_valid(tmp_path / f"out{number}.jsonl", valid)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_kernel_frees_every_namespace(labs, rng, tmp_path, family):
    """Not only those that can be seen: a socket that retries its FIN keeps its namespace."""
    argv = ["unshare", "--user", "--map-root-user", sys.executable, "-B",
            pathlib.Path(__file__).with_name("namespaces.py")]
    moments = [rng.uniform(0, FAULT_S), rng.uniform(CUT_S, RUN_S)]
    run([*argv, FREED_S, tmp_path, SCENARIOS / family, *moments], tmp_path, PASS,
        env={"BUILD": str(BUILD)})


def one_killed_at(folder, number, moment, choose):
    """Kills one process that deadpeer started, at the moment. How did deadpeer end, what is left?"""
    argv = ["run", "-e", "native", "-j", 2, "-o", folder / f"out{number}.jsonl", folder / "scenarios"]
    with Session(folder, *argv) as session:
        session.ends_within(moment)
        session.kill_member(choose)
        return *session.finish(), session.left()


def test_sigkill_of_any_process_of_a_run(labs, rng, unchanged, tmp_path, valid):
    """A lab or program that is killed spoils its own trials; the run goes on to its end."""
    (tmp_path / "scenarios").mkdir()
    for name in "abcd":
        scenario(tmp_path / "scenarios", name, horizon="200ms")
    moments = [rng.uniform(0, 0.8) for _ in range(24)]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        ends = list(pool.map(lambda i: one_killed_at(tmp_path, i, moments[i], rng.choice),
                             range(len(moments))))
    for number, (code, err, left) in enumerate(ends):
        assert code in (PASS, INTERNAL)
        assert err != "deadpeer: \n", f"no sentence after a kill at {moments[number]} s"
        assert not left
        every_line_is_valid(tmp_path / f"out{number}.jsonl", valid)


def interrupted(tmp_path, valid, send):
    """Sends a signal as soon as one lab is done and another, much longer, is going on."""
    paths = [scenario(tmp_path, "a-short", horizon="50ms", methods="[recv]"),
             scenario(tmp_path, "b-long", horizon="40s")]
    argv = ["run", "-e", "native", "-j", 1, "-o", "-", *paths]
    with Session(tmp_path, *argv, stdout=-1) as session, session.process.stdout as lines:
        for line in (lines.readline(), lines.readline()):
            valid(json.loads(line))
        send(session.process)
        code, err = session.finish()
        more = [json.loads(line) for line in lines]
        assert not session.left()
    for line in more:
        valid(line)
    return code, err, more


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_keeps_finished_records(labs, unchanged, tmp_path, valid, number):
    code, err, more = interrupted(tmp_path, valid, lambda p: p.send_signal(number))
    assert code == INTERRUPTED and err.count("\n") == 1 and "interrupted" in err
    assert more == []


def test_interrupt_from_the_terminal(labs, tmp_path, valid):
    """Ctrl-C reaches every process of the group; a lab that it ends is no failed trial."""
    code, err, more = interrupted(tmp_path, valid, lambda p: os.killpg(p.pid, signal.SIGINT))
    assert code == INTERRUPTED and "interrupted" in err
    assert more == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGQUIT, signal.SIGABRT])
def test_other_signals_end_everything(labs, tmp_path, valid, number):
    code, _, more = interrupted(tmp_path, valid, lambda p: p.send_signal(number))
    assert code == -number and more == []


def test_interrupted_while_stopped(labs, tmp_path, valid):
    """A run that was suspended (Ctrl-Z) and is then ended."""

    def stop_and_end(process):
        process.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)

    assert interrupted(tmp_path, valid, stop_and_end)[0] == INTERRUPTED


def test_reader_that_goes_away(labs, deadpeer, tmp_path):
    """deadpeer run -o - | head -1: what ends it is SIGPIPE or an error, and nothing stays."""
    path = scenario(tmp_path, "calm", horizon="50ms")
    with Session(tmp_path, "run", "-e", "native", "-o", "-", path, stdout=-1) as session:
        session.process.stdout.close()
        code, _ = session.finish()
        assert code in (INTERNAL, -signal.SIGPIPE)
        assert not session.left()


def test_refused_run_removes_its_empty_file(deadpeer, tmp_path):
    """Nothing could run: the file it would have written is not there."""
    deadpeer("run", "-e", "native", "-o", tmp_path / "out.jsonl", tmp_path / "no.yaml", code=2)
    assert not list(tmp_path.iterdir())
