# SPDX-License-Identifier: MIT
"""Whose run it is: an ordinary user with user namespaces can do what root can; nobody can plan."""

import os
import shutil
import subprocess
import tempfile
import pathlib

import pytest

from binary import BUILD, DEADPEER, FILES, NOTHING, PASS, SCENARIOS, key, records, run, scenario

# Root of a user namespace that may have no further ones, and then without any capability.
POWERLESS = ["unshare", "--user", "--map-root-user", "sh", "-c",
             'echo 0 > /proc/sys/user/max_user_namespaces && '
             'exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"', "sh"]


@pytest.fixture
def powerless(tmp_path):
    """powerless("run", …): as somebody who may create no namespace at all."""
    if subprocess.run([*POWERLESS, "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare(1) and setpriv(1) cannot take the privileges away here")

    def call(*argv, code):
        return run([*POWERLESS, DEADPEER, *argv], tmp_path, code)

    return call


@pytest.mark.parametrize("argv", [["run", "-e", "native", "x.yaml", "-o", "out.jsonl"],
                                  ["run", "-e", "native", "x.yaml", "-o", "-"]])
def test_no_privilege_is_one_sentence(powerless, tmp_path, argv):
    scenario(tmp_path, "x")
    done = powerless(*argv, code=NOTHING)
    assert done.err.count("\n") == 1
    assert "run as root" in done.err and "max_user_namespaces" in done.err
    assert not (tmp_path / "out.jsonl").exists()


def test_doctor_without_privilege(powerless, facts):
    """A machine that can run a guest can still do something."""
    code = PASS if facts["virtual"]["ok"] else NOTHING
    found = {f["name"]: f for f in powerless("doctor", "--json", code=code).json()}
    assert not found["netns"]["ok"] and "run as root" in found["netns"]["why"]


@pytest.mark.parametrize("argv", [["list", "methods"], ["list", "faults"], ["list", "scenarios"],
                                  ["plan", "--json", "-e", "native"], ["--version"], ["run", "-h"]])
def test_what_needs_no_privilege(powerless, deadpeer, argv):
    folders = [SCENARIOS] if argv[-1] in ("scenarios", "native") else []
    assert powerless(*argv, *folders, code=PASS).out == deadpeer(*argv, *folders, code=PASS).out


@pytest.fixture
def nobody(facts):
    """nobody("run", …): as the user nobody, from a folder of its own that holds the binary."""
    if os.geteuid() != 0:
        pytest.skip("not root: every other test runs as an ordinary user already")
    if not facts["netns"]["ok"]:
        pytest.skip(facts["netns"]["why"])
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if subprocess.run([*become, "unshare", "--user", "--net", "true"], capture_output=True,
                      check=False).returncode:
        pytest.skip("this machine gives no user namespaces to ordinary users")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for program in ("deadpeer", "deadpeer-client", "deadpeer-server"):
            shutil.copy(BUILD / program, folder / program, follow_symlinks=False)
        shutil.copytree(SCENARIOS, folder / "scenarios")
        folder.chmod(0o755)
        os.chown(folder, 65534, 65534)

        def call(*argv, code=PASS):
            done = run([*become, "./deadpeer", *argv], folder, code)
            return done, folder

        yield call


SIDES = ("family", "fault", "place", "method", "traffic", "wire", "observer")


def few(trials):
    """Scenarios that hold between them whatever the trials hold; of those that add as much, the shorter."""
    holds, length = {}, {}
    for trial in trials:
        sides = {(side, trial[side]) for side in SIDES} | {("skipped", trial["verdict"] == "skip")}
        holds.setdefault(trial["scenario"], set()).update(sides)
        length[trial["scenario"]] = trial["horizon_ns"]
    missing, chosen = set().union(*holds.values()), set()
    while missing:
        best = max(holds, key=lambda name: (len(holds[name] & missing), -length[name], name))
        chosen.add(best)
        missing -= holds[best]
    return chosen


def test_nobody_runs_every_family_and_fault(nobody, everything):
    """The same trials as root's, the same of them skipped, and the rest passes."""
    chosen = few(everything.trials)
    files = [path.relative_to(SCENARIOS.parent) for path in FILES if path.stem in chosen]
    assert len(files) == len(chosen)
    done, folder = nobody("run", "-e", "native", "-o", "out.jsonl", *files)
    assert done.err == ""
    trials = records(folder / "out.jsonl")[1]
    roots = [t for t in everything.trials if t["scenario"] in chosen]
    assert (folder / "out.jsonl").stat().st_uid == 65534
    assert [key(t) for t in trials] == [key(t) for t in roots]
    assert [t["verdict"] for t in trials] == ["skip" if t["verdict"] == "skip" else "pass" for t in roots]


def test_nobody_is_told_the_same_by_the_doctor(nobody, facts):
    found = {f["name"]: f["ok"] for f in nobody("doctor", "--json")[0].json()}
    assert all(found[name] for name in ("netns", "veth", "bridge", "drop", "ipv6", "native"))
    assert {name for name, ok in found.items() if ok} <= {n for n, f in facts.items() if f["ok"]}


def test_nobody_cannot_write_over_roots_file(nobody, tmp_path):
    kept = tmp_path / "kept.jsonl"
    kept.write_text("an older result\n")
    done, _ = nobody("run", "-e", "native", "-o", kept, "scenarios/control", code=2)
    assert "Permission denied" in done.err
    assert kept.read_text() == "an older result\n"
