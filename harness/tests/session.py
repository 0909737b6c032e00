# SPDX-License-Identifier: MIT
"""One run of deadpeer in a session of its own, and whatever that session leaves behind.

Children keep their parent's session whatever becomes of the parent, so that everything a run
started is found by its session's number. All waiting is for the end of a process, with a bound.
"""

import os
import pathlib
import select
import subprocess
import time

from binary import DEADPEER, environment

BOUND_S = 30
PROC = pathlib.Path("/proc")


def stat(pid):
    """(state, parent, session) of a process; None: there is none."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1]), int(fields[3])


def pids():
    return [int(p.name) for p in PROC.iterdir() if p.name.isdigit()]


def links(pid):
    """What a process holds: its network namespace, and what its descriptors point to."""
    for link in [PROC / str(pid) / "ns" / "net", *folder(PROC / str(pid) / "fd")]:
        try:
            yield os.readlink(link)
        except OSError:
            pass


def folder(path):
    try:
        return list(path.iterdir())
    except OSError:
        return []


def ended(pidfds, seconds):
    """True: one of the processes ended before the time was over."""
    poll = select.poll()
    for fd in pidfds:
        poll.register(fd, select.POLLIN)
    return bool(poll.poll(max(0, seconds) * 1000))


class Session:
    def __init__(self, cwd, *argv, **popen):
        self.process = subprocess.Popen(
            [str(a) for a in (DEADPEER, *argv)], cwd=cwd, env=environment(cwd),
            start_new_session=True, stdin=subprocess.DEVNULL,
            **{"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE} | popen,
        )
        self.pidfd = os.pidfd_open(self.process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for pid in [self.process.pid, *self.members()]:
            if stat(pid) and stat(pid)[2] == self.process.pid:
                os.kill(pid, 9)
        self.process.wait()
        self.process.stderr.close()
        os.close(self.pidfd)

    def ends_within(self, seconds):
        return ended([self.pidfd], seconds)

    def finish(self):
        """Exit status and standard error of a run that ends by itself."""
        assert self.ends_within(BOUND_S), "it does not end"
        return self.process.wait(), self.process.stderr.read().decode()

    def members(self):
        """Those of the session that are alive, the first process left out."""
        return [pid for pid in pids() if pid != self.process.pid and self.alive(pid)]

    def alive(self, pid):
        found = stat(pid)
        return found is not None and found[2] == self.process.pid and found[0] not in "ZX"

    def namespaces(self):
        """Those that members are in or hold, without our own."""
        held = {link for pid in self.members() for link in links(pid) if link.startswith("net:")}
        return held - {os.readlink("/proc/self/ns/net")}

    def left(self):
        """Members that outlive the first process by BOUND_S."""
        deadline = time.monotonic() + BOUND_S
        while members := self.members():
            fds = []
            for pid in members:
                try:
                    fds.append(os.pidfd_open(pid))
                except OSError:
                    pass  # gone since
            over = fds and not ended(fds, deadline - time.monotonic())
            for fd in fds:
                os.close(fd)
            if over:
                return {pid: (PROC / str(pid) / "cmdline").read_bytes() for pid in members}
        return {}


def held_by_anyone(namespaces):
    """Which of the namespaces any process of this machine is in or holds."""
    return namespaces & {link for pid in pids() for link in links(pid)}
