# SPDX-License-Identifier: MIT
"""deadpeer-server and deadpeer-client by hand, on loopback: events as text, in order."""

import re
import signal
import socket
import subprocess

import pytest

from binary import BUILD, LIMIT_S, PASS, USAGE, environment, run

LINE = re.compile(r" *\d+\.\d{6} (\w+) *(.*)\n")


@pytest.fixture(params=[("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")], ids=["ipv4", "ipv6"])
def address(request):
    family = socket.AF_INET6 if ":" in request.param[0] else socket.AF_INET
    try:
        with socket.create_server((request.param[0], 0), family=family) as free:
            return f"{request.param[1]}:{free.getsockname()[1]}"
    except OSError as why:
        pytest.skip(f"{request.param[0]}: {why}")


class Program:
    """A program whose events are read as they come."""

    def __init__(self, folder, name, *argv):
        self.process = subprocess.Popen(
            [BUILD / f"deadpeer-{name}", *argv], cwd=folder, env=environment(folder), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.expect("ready")

    def expect(self, kind):
        """The next line, which must be of this kind; its text."""
        line = self.process.stdout.readline()
        event = LINE.fullmatch(line)
        assert event and event[1] == kind, f"expected {kind}, got {line!r}"
        return event[2]

    def end(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        code = self.process.wait(LIMIT_S)
        self.process.stdout.close()
        return code


@pytest.fixture
def programs(tmp_path):
    """Starts a program; whatever still runs is ended afterwards."""
    started = []

    def start(name, *argv):
        started.append(Program(tmp_path, name, *argv))
        return started[-1]

    yield start
    for program in started:
        if program.process.poll() is None:
            program.end()


def pair(programs, address, conns, observer):
    """Both programs, connected and armed; the observer first."""
    conns = [part for conn in conns for part in ("--conn", f"0/{conn}")]
    roles = {"server": [], "client": []} | {observer: ["--observer"]}
    server = programs("server", "--listen", address, *roles["server"], *conns)
    client = programs("client", "--connect", address, *roles["client"], *conns,
                      "--bind", str(20000 + hash(address) % 10000))
    for program in (server, client):
        armed = sorted(program.expect("armed") for _ in range(len(conns) // 2))
        assert [text.split(" (")[0] for text in armed] == \
            [f"connection {i}" for i in range(len(conns) // 2)]
    return (server, client) if observer == "server" else (client, server)


@pytest.mark.parametrize("observer", ["server", "client"])
@pytest.mark.parametrize("method, saw", [
    ("recv", "recv=0"), ("select", "recv=0"), ("tcp_info:poll=20ms", "state=CLOSE_WAIT"),
    ("keepalive:idle=1s,intvl=1s,cnt=2", "recv=0"), ("heartbeat:period=500ms", "recv=0")])
def test_killed_peer(programs, address, method, saw, observer):
    watcher, peer = pair(programs, address, [method], observer)
    peer.end()
    told = watcher.expect("dead")
    assert told.startswith(f"connection 0 ({method.split(':')[0]})") and saw in told
    assert re.search(r"\[packets \d+ out \d+ in, bytes \d+ out \d+ in, wakeups \d+", told)


def test_stopped_peer(programs, address):
    """Only the heartbeat hears nothing; it trusts the peer again once that goes on."""
    watcher, peer = pair(programs, address, ["recv", "heartbeat:period=100ms,misses=2"], "server")
    peer.process.send_signal(signal.SIGSTOP)
    assert "(heartbeat)" in watcher.expect("dead")
    peer.process.send_signal(signal.SIGCONT)
    assert "(heartbeat)" in watcher.expect("trust")
    peer.end()
    assert sorted(watcher.expect("dead").split(":")[0] for _ in range(2)) == \
        ["connection 0 (recv)", "connection 1 (heartbeat)"]


def test_several_connections(programs, address):
    watcher, peer = pair(programs, address, ["recv"] * 8 + ["null"], "client")
    peer.end()
    told = {watcher.expect("dead").split(":")[0] for _ in range(8)}
    assert told == {f"connection {i} (recv)" for i in range(8)}


@pytest.mark.parametrize("name", ["server", "client"])
def test_program_help(tmp_path, name):
    done = run([BUILD / f"deadpeer-{name}", "--help"], tmp_path, PASS)
    assert done.err == "" and done.out.startswith(f"usage: deadpeer-{name}")
    assert all(f"--{option}" in done.out for option in ("observer", "conn", "bind", "traffic"))


@pytest.mark.parametrize("name", ["server", "client"])
@pytest.mark.parametrize("argv", [
    [], ["--bogus"], ["ADDRESS"], ["ADDRESS", "nowhere"], ["ADDRESS", "127.0.0.1:99999"],
    ["ADDRESS", "127.0.0.1", "--conn", "recv"], ["ADDRESS", "127.0.0.1", "--conn", "0/recvv"],
    ["ADDRESS", "127.0.0.1", "--traffic", "none"], ["ADDRESS", "127.0.0.1", "more"],
    ["ADDRESS", "127.0.0.1", "--conn", "0/keepalive:idle=1"], ["ADDRESS", "127.0.0.1", "--bind", "x"]])
def test_bad_arguments(tmp_path, name, argv):
    option = "--listen" if name == "server" else "--connect"
    given = [option if word == "ADDRESS" else word for word in argv]
    done = run([BUILD / f"deadpeer-{name}", *given], tmp_path, USAGE)
    assert done.out == "" and done.err.count("\n") == 1
