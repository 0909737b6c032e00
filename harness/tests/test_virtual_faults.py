# SPDX-License-Identifier: MIT
"""Virtual time as an ordinary user, with a cache that is cold, shared or broken, and with a machine
that has something missing: a sentence that names it, finished records kept, nothing left behind."""

import contextlib
import json
import os
import pathlib
import pwd
import shutil
import signal
import struct
import subprocess
import tempfile
import time

import pytest

import binary
import virtual
from binary import (
    DEADPEER, INTERNAL, INTERRUPTED, NOTHING, PASS, SCENARIOS, USAGE, environment, scenario,
)
from session import BOUND_S, Session, ended, pids, stat
from virtual import cold_cache, kernel, lines

PULL = SCENARIOS / "cable" / "cable-pull-far.yaml"
ROOT = os.geteuid() == 0
QEMU = "qemu-system-x86"  # as far as the kernel keeps a process's name


@pytest.fixture
def run(tmp_path):
    kernel("6.1")
    return virtual.Runner(tmp_path)


@pytest.fixture
def busy(tmp_path):
    """A scenario that keeps its guest computing for minutes of wall time."""
    return scenario(tmp_path, "busy", methods="[tcp_info: {poll: 1ms}, recv]", horizon="10h")


@pytest.fixture
def calm(tmp_path):
    return scenario(tmp_path, "calm", methods="[recv, null]", horizon="1s")


@pytest.fixture
def early(tmp_path):
    """Labs run in the order of their names: this one is before busy."""
    return scenario(tmp_path, "agile", methods="[recv, null]", horizon="1s")


def one_line(done):
    """Errors are one line each, and it says something."""
    assert done.err.startswith("deadpeer: ") and done.err.count("\n") == 1, done.err
    assert len(done.err) > 30


# ---------------------------------------------------------------- who may run it

def ordinary_user():
    """What makes a child of root an ordinary user; nothing where we are one."""
    if not ROOT:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@pytest.fixture
def home():
    """A home that is nobody's, where nobody can get at it: pytest's folders are their owner's."""
    with tempfile.TemporaryDirectory(prefix="deadpeer-test-") as name:
        path = pathlib.Path(name)
        yield path


def test_as_an_ordinary_user_with_a_cold_cache(home):
    """It boots its own snapshot, and its records are anyone's."""
    env = cold_cache(home) | {"HOME": str(home)}
    shutil.copy2(DEADPEER, home / "deadpeer")
    shutil.copytree(SCENARIOS / "cable", home / "cable")
    who = ordinary_user()
    for path in [home, *home.rglob("*")] if who else []:
        if not path.is_file() or path.stat().st_nlink == 1:
            os.chown(path, who["user"], who["group"], follow_symlinks=False)
    home.chmod(0o755)
    argv = [home / "deadpeer", "run", "-e", "virtual", "-o", "out.jsonl", "cable"]
    binary.run(argv, home, PASS, env=env, **who)
    doctor = binary.run([home / "deadpeer", "doctor"], home, env=env, **who)
    assert str(home) in doctor.out and "snapshot" in doctor.out

    here = virtual.Runner(home).lines("cable")
    assert lines(home / "out.jsonl") == here


# ---------------------------------------------------------------- the cache

def test_two_runs_at_once_with_a_cold_cache(run, tmp_path):
    env = environment(tmp_path, **cold_cache(tmp_path))
    outs = [tmp_path / f"both{i}.jsonl" for i in range(2)]
    both = [subprocess.Popen([DEADPEER, "run", "-e", "virtual", "-o", out, PULL], env=env,
                             stdout=subprocess.DEVNULL) for out in outs]
    assert [p.wait(timeout=binary.LIMIT_S) for p in both] == [PASS, PASS]
    assert lines(outs[0]) == lines(outs[1])
    assert lines(outs[0]) == run.lines(PULL)


def snapshots(env):
    return sorted((pathlib.Path(env["XDG_CACHE_HOME"]) / "deadpeer" / "snapshots").iterdir())


def flip(path):
    """Another byte in the middle, where the guest would meet it."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 0x55]))


@pytest.mark.parametrize("name, damage", [
    ("ram", flip),
    ("state", lambda path: os.truncate(path, path.stat().st_size // 2)),
    ("manifest", pathlib.Path.unlink),
], ids=lambda v: v if isinstance(v, str) else "")
def test_a_damaged_snapshot_is_made_again(name, damage, damaged_cache):
    run, env, good = damaged_cache
    damage(snapshots(env)[0] / name)
    assert run.lines(PULL, env=env) == good
    assert len(snapshots(env)) == 1


@pytest.fixture(scope="module")
def damaged_cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damaged")
    kernel("6.1")
    env, run = cold_cache(folder), virtual.Runner(folder)
    return run, env, run.lines(PULL, env=env)


def test_cache_that_cannot_be_written(run, tmp_path):
    """As root nothing is read-only: a file stands where the directory should be."""
    (tmp_path / "file").write_text("")
    argv = [DEADPEER, "run", "-e", "virtual", "-o", tmp_path / "out.jsonl", PULL]
    done = binary.run(argv, tmp_path, NOTHING, env={"XDG_CACHE_HOME": str(tmp_path / "file")})
    one_line(done)
    assert str(tmp_path / "file") in done.err
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.skipif(not ROOT, reason="needs root to mount a small disk")
def test_full_disk(run, tmp_path):
    """A snapshot does not fit: said with the disk's own error, and nothing of it stays."""
    (tmp_path / "small").mkdir()
    found = kernel("6.1")
    script = ('mount -t tmpfs -o size=20m none small && "$@"; code=$?; '
              'find small -type f -size +0; exit $code')
    argv = [DEADPEER, "run", "-e", "virtual", "-o", tmp_path / "out.jsonl", "--kernel",
            found["image"], "--modules", found["modules"], PULL]
    done = binary.run(["unshare", "-m", "sh", "-c", script, "sh", *argv], tmp_path, INTERNAL,
                      env={"XDG_CACHE_HOME": str(tmp_path / "small")})
    one_line(done)
    assert "No space left" in done.err
    assert done.out == "", "something was left on the disk"


def test_one_command_clears_the_cache(deadpeer, tmp_path):
    env = cold_cache(tmp_path)
    deadpeer("kernels", "--clear", code=PASS, env=env)
    assert not list(tmp_path.rglob("vmlinuz*"))
    assert deadpeer("kernels", "--json", code=PASS, env=env).json() == [
        k for k in deadpeer("kernels", "--json").json() if k["image"].startswith("/boot/")]


# ---------------------------------------------------------------- what is missing or broken

def test_truncated_image(run, tmp_path):
    found = kernel("6.1")
    image = pathlib.Path(found["image"]).read_bytes()
    for size in (len(image) // 2, 1000, 0):
        (tmp_path / "image").write_bytes(image[:size])
        argv = [DEADPEER, "run", "--kernel", tmp_path / "image", "--modules", found["modules"],
                "-o", tmp_path / "out.jsonl", PULL]
        one_line(binary.run(argv, tmp_path, USAGE))
        assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize("at", [64, 1 << 20, (1 << 64) - 4096])
def test_elf_that_points_beyond_its_end(at, run, tmp_path):
    """vmlinux is ELF: one whose program headers are not in the file is no kernel."""
    head = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 62, 1, 0, at, 0, 0, 64, 56,
                       0xffff, 0, 0, 0)
    (tmp_path / "vmlinux").write_bytes(head.ljust(4096, b"\0"))
    argv = [DEADPEER, "run", "--kernel", tmp_path / "vmlinux", "--modules", tmp_path, PULL]
    one_line(binary.run(argv, tmp_path, USAGE))


@pytest.mark.parametrize("missing", ["veth", "sch_netem"])
def test_kernel_without(missing, run, tmp_path):
    found = kernel("6.1")
    modules = tmp_path / "modules"
    shutil.copytree(pathlib.Path(found["modules"]).resolve(), modules,
                    copy_function=virtual.link_or_copy)
    for path in modules.rglob(f"{missing}.ko*"):
        path.unlink()
    dep = modules / "modules.dep"
    text = dep.read_text().splitlines(keepends=True)
    dep.unlink()
    dep.write_text("".join(line for line in text if f"/{missing}.ko" not in line.split(":")[0]))
    argv = [DEADPEER, "run", "--kernel", found["image"], "--modules", modules, PULL]
    done = binary.run(argv, tmp_path, USAGE)
    one_line(done)
    assert missing in done.err


def test_without_qemu(run, tmp_path):
    """Named, it cannot run; left to choose, the lab takes the engine that can and says why."""
    (tmp_path / "bin").mkdir()
    env = {"PATH": str(tmp_path / "bin")}
    done = binary.run([DEADPEER, "run", "-e", "virtual", PULL], tmp_path, NOTHING, env=env)
    one_line(done)
    assert "qemu-system-x86" in done.err
    done = binary.run([DEADPEER, "run", "--kernel", "6.1", PULL], tmp_path, NOTHING, env=env)
    one_line(done)


def test_auto_says_why_not_virtual(labs, tmp_path, calm):
    (tmp_path / "bin").mkdir()
    out = tmp_path / "out.jsonl"
    done = binary.run([DEADPEER, "run", "-o", out, calm], tmp_path, PASS,
                      env={"PATH": str(tmp_path / "bin")})
    one_line(done)
    assert done.err.startswith("deadpeer: engine native, not virtual: ")
    assert json.loads(out.read_text().splitlines()[0])["engine"] == "native"


def test_auto_takes_virtual_and_says_nothing(run, tmp_path, calm):
    out = tmp_path / "out.jsonl"
    done = binary.run([DEADPEER, "run", "-o", out, calm], tmp_path, PASS)
    assert done.err == ""
    assert json.loads(out.read_text().splitlines()[0])["engine"] == "virtual"


# ---------------------------------------------------------------- ends in the middle

@contextlib.contextmanager
def guest_of(session):
    """The first guest of the run, held by a pidfd as soon as it is there. Guests are in sessions of
    their own, so that Ctrl-C reaches the run alone."""
    deadline = time.monotonic() + BOUND_S
    found = None
    while found is None:
        assert time.monotonic() < deadline, "no guest"
        assert not session.ends_within(0.02), session.process.stderr.read()
        found = next((pid for pid in pids() if is_guest(pid, session.process.pid)), None)
    fd = os.pidfd_open(found)
    yield fd
    os.close(fd)


def is_guest(pid, parent):
    found = stat(pid)
    if not found or found[1] != parent:
        return False
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == QEMU
    except OSError:
        return False


def test_killed_guest_spoils_its_own_lab(run, tmp_path, busy, calm):
    run(calm)  # with the snapshot there, the first QEMU is the first lab's
    out = tmp_path / "killed.jsonl"
    with Session(tmp_path, "run", "-e", "virtual", "-j", 1, "-o", out, busy, calm) as session:
        with guest_of(session) as guest:
            signal.pidfd_send_signal(guest, signal.SIGKILL)
        code, err = session.finish()
        assert code == INTERNAL and not session.left()
    trials = [json.loads(line) for line in out.read_text().splitlines()[1:]]
    assert {t["verdict"] for t in trials if t["scenario"] == "calm"} == {"pass"}
    spoilt = [t for t in trials if t["scenario"] == "busy"]
    assert len(spoilt) == 2
    for t in spoilt:
        assert t["verdict"] == "error" and "kill" in t["why"].lower(), t["why"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(number, run, tmp_path, busy, early):
    """The first lab's records are kept, the second one's guest is gone."""
    run(early)
    out = tmp_path / "interrupted.jsonl"
    with Session(tmp_path, "run", "-e", "virtual", "-j", 1, "-o", out, early, busy) as session:
        wait_for_records(out, session)
        with guest_of(session) as guest:
            session.process.send_signal(number)
            code, err = session.finish()
            assert code == INTERRUPTED and "interrupted" in err
            assert ended([guest], BOUND_S) and not session.left()
    trials = [json.loads(line) for line in out.read_text().splitlines()[1:]]
    assert {t["scenario"] for t in trials} == {"agile"}


def wait_for_records(out, session):
    deadline = time.monotonic() + BOUND_S
    while not (out.exists() and out.stat().st_size):
        assert time.monotonic() < deadline and not session.ends_within(0.02)


def test_sigkill_takes_the_guests_along(run, tmp_path, busy):
    with Session(tmp_path, "run", "-e", "virtual", "-o", tmp_path / "k.jsonl", busy) as session:
        with guest_of(session) as guest:
            session.process.kill()
            session.process.wait()
            assert ended([guest], BOUND_S) and not session.left()
    assert all(p.suffix in (".jsonl", ".yaml") for p in tmp_path.iterdir())
