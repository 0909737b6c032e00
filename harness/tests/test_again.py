# SPDX-License-Identifier: MIT
"""A machine that stands still spoils a lab in real time: it is run again, and says so."""

import contextlib
import multiprocessing
import os
import signal
import time

import pytest

from binary import DEADPEER, FAILED, PASS, records, run, scenario
from session import PROC, Session

STANDS_S, RUNS_S = 0.15, 0.15  # less than the kernel leaves to real-time tasks (sched_rt_runtime_us, sched(7))
STOPS_S, GOES_S, SEEN_S = 0.6, 0.05, 1  # the peer is silent while the machine stands still, and while it runs
WORDS = "1 scenario run again: the machine itself had stood still"


def hog(cpu):
    """Nothing else runs on @cpu for STANDS_S, again and again."""
    os.sched_setaffinity(0, [cpu])
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    while True:
        end = time.monotonic() + STANDS_S
        while time.monotonic() < end:
            pass
        time.sleep(RUNS_S)


@contextlib.contextmanager
def standing_still():
    """The machine, on and off."""
    hogs = [multiprocessing.get_context("fork").Process(target=hog, args=(cpu,), daemon=True)
            for cpu in os.sched_getaffinity(0)]
    for one in hogs:
        one.start()
    yield
    for one in hogs:
        one.kill()
        one.join()


@pytest.fixture(autouse=True)
def realtime():
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    except PermissionError:
        pytest.skip("this user may not keep the processor from others (CAP_SYS_NICE)")
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def peer_of(going):
    """The first lab's peer, as soon as there is one; the observer is the server."""
    while not going.ends_within(0):
        for pid in going.members():
            with contextlib.suppress(OSError):
                if b"deadpeer-client" in (PROC / str(pid) / "cmdline").read_bytes():
                    return pid
    return pytest.fail("no peer was ever started")


def stands_still_with(going, peer):
    """The machine does, for as long as the @peer lives; and the peer is stopped meanwhile, on and off, but not before
    that has been seen."""
    with standing_still():
        time.sleep(SEEN_S)
        while going.alive(peer):
            for sent, seconds in ((signal.SIGSTOP, STOPS_S), (signal.SIGCONT, GOES_S)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(peer, sent)
                time.sleep(seconds)


def test_a_spoilt_lab_is_run_again(labs, tmp_path, valid):
    path = scenario(tmp_path, "calm", methods="[heartbeat: {period: 100ms, misses: 1}]", horizon="3s")
    out, told = tmp_path / "o.jsonl", tmp_path / "told"
    with told.open("wb") as stdout, Session(tmp_path, "run", "-e", "native", "-o", out, path, stdout=stdout) as going:
        stands_still_with(going, peer_of(going))
        assert going.finish()[0] == PASS
    trial, = records(out)[1]
    valid(trial)
    assert (trial["outcome"], trial["verdict"]) == ("quiet", "pass"), "the last time counts"
    assert trial["again"] in (1, 2)
    assert WORDS in " ".join(told.read_text().split())


def wrong(tmp_path):
    """The author is, by more than any stall here allows."""
    return scenario(tmp_path, "wrong", "fault: link-down, place: peer", methods="[recv]", horizon="2s",
                    expect="{recv: {from: 100ms, to: 500ms}}")


def test_it_is_run_thrice_at_most(labs, tmp_path, valid):
    out = tmp_path / "o.jsonl"
    with standing_still():
        done = run([DEADPEER, "run", "-e", "native", "-n", 5, "-o", out, wrong(tmp_path)], tmp_path)
    assert done.code == FAILED
    for trial in records(out)[1]:
        valid(trial)
        assert (trial["verdict"], trial["again"]) == ("missed", 2)
        assert trial["stall_ns"] >= 40_000_000
    assert WORDS in " ".join(done.out.split())
