# SPDX-License-Identifier: MIT
"""The binary from outside: its command line, its exit status, its output and its records.

Nothing in here or in the tests knows how long anything should take: windows are the lab's own.
"""

import dataclasses
import json
import os
import pathlib
import shlex
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = (ROOT / os.environ.get("BUILD", "build/release")).resolve()
DEADPEER = BUILD / "deadpeer"
SCENARIOS = ROOT / "scenarios"
SCHEMA = ROOT / "results" / "record.schema.json"

PASS, FAILED, USAGE, NOTHING, INVALID, INTERNAL, INTERRUPTED = 0, 1, 2, 4, 5, 70, 130
LIMIT_S = 360  # a run that takes longer hangs; the engine lets a kernel boot for 300 s

FILES = sorted(SCENARIOS.rglob("*.yaml"))
FAMILIES = sorted({path.parent.name for path in FILES})

log = []  # what was run in the test that is going on; conftest.py shows it when the test fails


@dataclasses.dataclass
class Done:
    """A finished command."""

    argv: list
    code: int
    out: str
    err: str

    def __str__(self):
        return f"$ {shlex.join(map(str, self.argv))}\nexit status {self.code}\n{self.out}{self.err}"

    def json(self):
        return json.loads(self.out)


def environment(folder, **more):
    """Quiet and at home in @folder, where nothing but the files asked for may appear."""
    keep = ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH")
    env = {name: os.environ[name] for name in keep if name in os.environ}
    return env | {"TMPDIR": str(folder), "LC_ALL": "C.UTF-8", "COLUMNS": "100"} | more


def run(argv, folder, code=None, **popen):
    """Runs @argv in @folder; with @code, asserts its exit status. @env adds to the environment."""
    env = environment(folder, **popen.pop("env", {}))
    try:
        made = subprocess.run(
            [str(a) for a in argv], cwd=popen.pop("cwd", folder), env=env, timeout=popen.pop("timeout", LIMIT_S),
            stdin=subprocess.DEVNULL, capture_output=True, check=False, **popen,
        )
    except subprocess.TimeoutExpired as hung:
        log.append(Done(argv, -1, text(hung.stdout), text(hung.stderr)))
        raise
    done = Done(argv, made.returncode, text(made.stdout), text(made.stderr))
    log.append(done)
    if code is not None:
        assert done.code == code, f"exit status {done.code}, expected {code}"
    return done


def text(data):
    return (data or b"").decode(errors="replace")


def records(path):
    """The lines of a file of records: the run's, and the trials'."""
    lines = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
    assert lines and lines[0]["kind"] == "run"
    assert all(line["kind"] == "trial" for line in lines[1:])
    return lines[0], lines[1:]


def key(trial):
    """What a plan and its records have in common. Options are text in the one, keys in the other."""
    options = trial["options"]
    if isinstance(options, str):
        options = dict(pair.split("=") for pair in options.split(",") if pair)
    return trial["scenario"], trial["method"], tuple(sorted(options.items())), trial["phase"], trial["seed"]


def scenario(folder, name, fault="fault: none", **keys):
    """Writes a short scenario: @fault in flow style at 100 ms, other keys as they are in YAML."""
    faults = [fault] if isinstance(fault, str) else fault
    keys = {"methods": "[recv, null]", "horizon": "300ms"} | keys
    lines = [f"name: {name}"]
    lines += [f"{word}: {value}" for word, value in keys.items() if value is not None]
    lines += ["timeline:"]
    lines += [f"  - {{at: {100 * (i + 1)}ms, {what}}}" for i, what in enumerate(faults)]
    path = folder / f"{name}.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path
