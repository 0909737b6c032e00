# SPDX-License-Identifier: MIT
"""One run of deadpeer in a session of its own, and whatever that session leaves behind.

Children keep their parent's session whatever becomes of the parent, so that everything a run
started is found by its session's number. All waiting is for the end of a process, with a bound.
"""

import contextlib
import os
import pathlib
import select
import signal
import subprocess
import time

from binary import DEADPEER, environment

BOUND_S = 30
PROC = pathlib.Path("/proc")
HEEDS = ("env", "--default-signal=HUP,INT,QUIT")  # which a shell's background jobs may have been made to ignore


def stat(pid):
    """(state, parent, session) of a process; None: there is none."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1]), int(fields[3])


def pids():
    return [int(p.name) for p in PROC.iterdir() if p.name.isdigit()]


def ended(pidfds, seconds):
    """True: one of the processes ended before the time was over."""
    poll = select.poll()
    for fd in pidfds:
        poll.register(fd, select.POLLIN)
    return bool(poll.poll(max(0, seconds) * 1000))


class Session:
    def __init__(self, cwd, *argv, program=(DEADPEER,), env=None, **popen):
        self.process = subprocess.Popen(
            [*HEEDS, *[str(a) for a in (*program, *argv)]], cwd=cwd, env=environment(cwd, **env or {}),
            start_new_session=True, stdin=subprocess.DEVNULL,
            **{"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE} | popen,
        )
        self.pidfd = os.pidfd_open(self.process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for pid in [self.process.pid, *self.members()]:
            if stat(pid) and stat(pid)[2] == self.process.pid:
                os.kill(pid, signal.SIGKILL)
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

    def kill_member(self, choose):
        """SIGKILL to one of the session, the first process left out; it may be gone just now."""
        with contextlib.suppress(IndexError, ProcessLookupError):
            member = os.pidfd_open(choose(self.members()))
            try:
                signal.pidfd_send_signal(member, signal.SIGKILL)
            finally:
                os.close(member)

    def left(self):
        """Members that outlive the first process by BOUND_S."""
        deadline = time.monotonic() + BOUND_S
        while members := self.members():
            fds = []
            for pid in members:
                with contextlib.suppress(ProcessLookupError):
                    fds.append(os.pidfd_open(pid))
            over = fds and not ended(fds, deadline - time.monotonic())
            for fd in fds:
                os.close(fd)
            if over:
                return {pid: (PROC / str(pid) / "cmdline").read_bytes() for pid in members}
        return {}
