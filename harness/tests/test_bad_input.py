# SPDX-License-Identifier: MIT
"""Bad input: exit 2, one line `file:line:column: what; remedy`, nothing started or written."""

import os
import re

import pytest

from binary import DEADPEER, INTERNAL, NOTHING, USAGE, run, scenario

HEAD, TAIL = b"name: x\n", b"timeline:\n  - {at: 1s, fault: none}\nhorizon: 1s\n"


def fault(text):
    return HEAD + b"timeline:\n  - {" + text + b"}\nhorizon: 1s\n"


def methods(text):
    return HEAD + b"methods:\n  - " + text + b"\n" + TAIL


# The file, with @@ before what is to blame, where that is one place; words of the sentence.
FILES = {
    "empty": (b"@@", "empty"),
    "only-comments": (b"@@# nothing\n", "comments"),
    "ten-megabytes": (b"@@# " + b"x" * 10_000_000, "10000002 bytes"),
    "binary": (b"\x7fELF\x02\x01\x01\0\0\0", ""),
    "nul-byte": (HEAD + b"ab@@\0c", "binary"),
    "invalid-utf-8": (b"name: @@\xff\xfe\n", "UTF-8"),
    "half-a-character": (b"name: @@\xc3", "UTF-8"),
    "utf-16": ("name: x\n".encode("utf-16"), ""),
    "truncated-list": (HEAD + b"methods: [recv, ", "not YAML"),
    "truncated-text": (b'name: "x', "not YAML"),
    "truncated-after-key": (HEAD + b"timeline:\n  - {at: 1s, fault: none}\n@@horizon:", "no value"),
    "tabs": (HEAD + b"timeline:\n\t- {at: 1s}\n", ""),
    "no-mapping": (b"@@- name\n", "mapping"),
    "anchors": (b"name: @@&n x\n", "anchors"),
    "deep": (b"[" * 5000, "nested"),
    "two-documents": (HEAD + TAIL + b"@@---\nname: y\n", "second document"),
    "key-twice": (HEAD + b"@@" + HEAD + TAIL, "twice"),
    "unknown-key": (HEAD + b"@@horizn: 1s\n" + TAIL, "did you mean horizon"),
    "no-name": (b"@@" + TAIL, "name is missing"),
    "other-name": (b"name: @@y\n" + TAIL, "not the file's name"),
    "no-timeline": (b"@@" + HEAD + b"horizon: 1s\n", "timeline is missing"),
    "no-horizon": (b"@@" + HEAD + b"timeline:\n  - {at: 1s, fault: none}\n", "horizon is missing"),
    "unknown-observer": (HEAD + b"observer: @@me\n" + TAIL, "server, client"),
    "unknown-traffic": (HEAD + b"traffic: @@idel\n" + TAIL, "did you mean idle"),
    "unknown-method": (methods(b"@@recvv"), "did you mean recv"),
    "unknown-method-option": (methods(b"keepalive: {@@idel: 1s}"), "did you mean idle"),
    "no-unit": (methods(b"heartbeat: {period: @@5}"), "no unit"),
    "zero-misses": (methods(b"heartbeat: {misses: @@0}"), "misses"),
    "part-of-a-second": (methods(b"keepalive: {idle: 1500ms}"), "whole seconds"),
    "unknown-fault": (fault(b"at: 1s, fault: @@kil"), "did you mean kill"),
    "no-fault": (fault(b"at: 1s"), "fault"),
    "no-time": (fault(b"fault: none"), "at"),
    "negative-time": (fault(b"at: @@-1s, fault: none"), "negative"),
    "negative-for": (fault(b"at: 1s, fault: drop, for: @@-2s"), "negative"),
    "time-without-unit": (fault(b"at: @@1, fault: none"), "no unit"),
    "huge-time": (fault(b"at: @@99999999999h, fault: none"), ""),
    "impossible-place": (fault(b"at: 1s, fault: link-down, place: @@moon"), "observer, peer"),
    "place-of-a-wire": (fault(b"at: 1s, fault: link-down, place: @@wire"), "observer, peer"),
    "nothing-to-forget": (fault(b"at: 1s, fault: @@nat-expiry"), "wire: nat"),
    "firewall-in-a-switch": (fault(b"at: 1s, fault: @@reject, place: wire"), "wire: router"),
    "unknown-wire": (HEAD + b"wire: @@rooter\n" + TAIL, "router"),
    "place-of-none": (fault(b"at: 1s, fault: none, @@place: peer"), "unknown option"),
    "kill-the-observer": (fault(b"at: 1s, fault: kill, target: observer"), "observer"),
    "for-a-kill": (fault(b"at: 1s, fault: kill, for: 1s"), "undone"),
    "loss-of-too-much": (fault(b"at: 1s, fault: netem, loss: @@101%"), "101"),
    "loss-without-percent": (fault(b"at: 1s, fault: netem, loss: @@5"), ""),
    "signal-unknown": (fault(b"at: 1s, fault: signal, signal: @@BOOM"), "BOOM"),
    "expect-unknown-method": (HEAD + TAIL + b"expect: {@@recvv: never}\n", "recv"),
    "expect-backwards": (HEAD + b"methods: [recv]\n" + TAIL +
                         b"expect: {recv: {from: 2s, to: 1s}}\n", ""),
}


def files_of(folder):
    return {p.relative_to(folder): p.lstat().st_mtime_ns for p in folder.rglob("*")}


@pytest.fixture
def refused(deadpeer, tmp_path):
    """The one line with which both run and plan refuse; an older result stays as it is."""

    def call(*argv, code=USAGE, env=None):
        kept = tmp_path / "kept.jsonl"
        kept.write_text("an older result\n")
        before = files_of(tmp_path)
        told = set()
        for verb in (["plan"], ["run", "-o", kept], ["run", "-o", tmp_path / "new.jsonl"]):
            done = deadpeer(*verb, "-e", "native", *argv, code=code, env=env or {})
            assert done.out == ""
            assert done.err.count("\n") == 1 and done.err.endswith("\n")
            assert done.err[:-1].isprintable()
            told.add(done.err[:-1])
        assert kept.read_text() == "an older result\n"
        assert files_of(tmp_path) == before, "something was written"
        assert len(told) == 1, "run and plan refuse in different words"
        return told.pop()

    return call


@pytest.mark.parametrize("name", FILES)
def test_file(refused, tmp_path, name):
    content, words = FILES[name]
    before, marked, after = content.partition(b"@@")
    path = tmp_path / "x.yaml"
    path.write_bytes(before + after)
    told = re.fullmatch(rf"{re.escape(str(path))}:(\d+):(\d+): (.+(; |: write ).+|.+\?)", refused(path))
    assert told, "not `file:line:column: what; remedy`"
    assert words in told[3]
    if marked:
        line = before.count(b"\n") + 1
        assert (int(told[1]), int(told[2])) == (line, len(before) - before.rfind(b"\n"))


def test_a_good_file_does_not_start_before_a_bad_one(refused, tmp_path):
    good, bad = scenario(tmp_path, "good"), tmp_path / "x.yaml"
    bad.write_bytes(b"name: x\n")
    assert refused(good, bad).startswith(f"{bad}:1:1: ")


PLACES = {
    "no-such-file.yaml": lambda path: None,
    "folder-without-scenarios": lambda path: path.mkdir(),
    "folder.yaml": lambda path: path.mkdir(),
    "not-a-scenario.txt": lambda path: path.write_bytes(HEAD),
    "fifo.yaml": os.mkfifo,
    "broken-link.yaml": lambda path: path.symlink_to("nowhere"),
    "link-to-itself.yaml": lambda path: path.symlink_to(path),
    "device.yaml": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("name", PLACES)
def test_place(refused, tmp_path, name):
    PLACES[name](tmp_path / name)
    assert str(tmp_path / name) in refused(tmp_path / name)


def test_unreadable_file(refused, tmp_path):
    path = scenario(tmp_path, "secret")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    assert "Permission denied" in refused(path)


ARGUMENTS = {
    "unknown-option": (["--bogus"], "unknown option --bogus"),
    "misspelt-option": (["--phasis=2"], "did you mean --phase"),
    "unknown-letter": (["-Z"], "unknown option -Z"),
    "option-without-value": (["-m"], "needs a value"),
    "option-twice": (["--seed", "1", "--seed", "2"], "twice"),
    "flag-with-value": (["--json=1"], "takes no value"),
    "no-jobs": (["-j", "0"], "whole number"),
    "too-many-jobs": (["-j", "99999"], "whole number"),
    "phases-in-words": (["-n", "three"], "whole number"),
    "no-phases": (["-n", "0"], "whole number"),
    "negative-seed": (["--seed", "-1"], "whole number"),
    "seed-too-large": (["--seed", "99999999999999999999"], "whole number"),
    "unknown-method": (["-m", "recvv"], "did you mean recv?"),
    "unknown-method-option": (["-m", "heartbeat:perod=1s"], "did you mean period?"),
    "method-without-unit": (["-m", "heartbeat:period=1"], "no unit"),
    "method-out-of-range": (["-m", "keepalive:cnt=0"], "cnt"),
    "unknown-engine": (["-e", "foo"], "unknown engine"),
    "misspelt-engine": (["-e", "nativ"], "did you mean native?"),
    "newline": (["-m", "a\nb"], "unknown method"),
    "escape-sequence": (["-m", "\x1b[31m"], "unknown method"),
    "invalid-utf-8": (["-m", b"\xff\xfe"], "unknown method"),
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_argument(deadpeer, tmp_path, name):
    given, words = ARGUMENTS[name]
    given = [os.fsdecode(a) for a in given]
    path = scenario(tmp_path, "x")
    before = files_of(tmp_path)
    done = deadpeer("run", path, *given, code=USAGE)
    assert done.out == "" and done.err.count("\n") == 1
    assert done.err.startswith("deadpeer: ") and words in done.err
    assert done.err[:-1].isprintable()
    assert files_of(tmp_path) == before


@pytest.mark.parametrize("argv, words", [
    ([], "--help"), (["rnu"], "did you mean run?"), (["help", "rnu"], "did you mean run?"),
    (["--json"], "after the command"), (["list", "method"], "did you mean methods?"),
    (["list", "faults", "x"], "nothing may follow"), (["show"], "one file"),
    (["show", "nowhere.jsonl"], "No such file"), (["show", "a", "b"], "one file"),
    (["doctor", "x"], "no arguments"), (["plan"], "scenarios")])
def test_command(deadpeer, argv, words):
    done = deadpeer(*argv, code=USAGE)
    assert done.out == "" and done.err.count("\n") == 1 and words in done.err


def test_engine_that_is_not_built_in(deadpeer, facts, tmp_path):
    if facts["virtual"]["ok"]:
        pytest.skip("the virtual engine is built in")
    done = deadpeer("run", "-e", "virtual", scenario(tmp_path, "x"), code=NOTHING)
    assert "-e native" in done.err


def test_output_that_cannot_be_made(deadpeer, tmp_path):
    done = deadpeer("run", "-o", tmp_path / "no" / "x.jsonl", scenario(tmp_path, "x"), code=USAGE)
    assert "No such file" in done.err and done.out == ""


def test_output_that_is_full(labs, deadpeer, tmp_path):
    path = scenario(tmp_path, "x", horizon="50ms")
    done = deadpeer("run", "-e", "native", "-o", "/dev/full", path, code=INTERNAL)
    assert "not complete" in done.err and "No space left" in done.err


@pytest.mark.parametrize("argv", [["list"], ["plan", "x.yaml"], ["--help"], ["plan", "--help"]])
def test_standard_output_that_is_full(tmp_path, argv):
    scenario(tmp_path, "x")
    done = run(["sh", "-c", 'exec "$@" > /dev/full', "sh", DEADPEER, *argv], tmp_path, INTERNAL)
    assert done.err == "deadpeer: standard output: No space left on device\n"
