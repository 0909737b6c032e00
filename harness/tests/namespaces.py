# SPDX-License-Identifier: MIT
"""Counts network namespaces that nobody can see: those without process, descriptor or name.

Run inside a user namespace of its own (`unshare --user --map-root-user`). The kernel counts the
network namespaces of each user namespace from their making until they are freed
(kernel/ucount.c: UCOUNT_NET_NAMESPACES). With a limit of one, another can be made only when all
others are freed. Sockets that outlive their process are what keeps one (net/core/sock.c).

    namespaces.py BOUND_S FOLDER SCENARIO MOMENT_S…   runs, kills at each moment, waits;
                                                      exit 1: some are left
"""

import ctypes
import os
import pathlib
import select
import sys
import time

from session import Session

CLONE_NEWNET = 0x40000000
LIMIT = pathlib.Path("/proc/sys/user/max_net_namespaces")
NO_LIMIT = "100000"
PAUSE_MS = 20  # the kernel tells nobody when it frees a namespace


def one_can_be_made():
    pid = os.fork()
    if pid == 0:
        os._exit(ctypes.CDLL(None).unshare(CLONE_NEWNET) and 1)
    return os.waitpid(pid, 0)[1] == 0


def all_freed(seconds):
    LIMIT.write_text("1")
    deadline = time.monotonic() + seconds
    while not (freed := one_can_be_made()) and time.monotonic() < deadline:
        select.select([], [], [], PAUSE_MS / 1000)
    LIMIT.write_text(NO_LIMIT)
    return freed


def main(bound_s, folder, scenario, *moments):
    folder = pathlib.Path(folder)
    for moment in moments:
        argv = ["run", "-e", "native", "--longest", "1d", "-j", 8, "-o", folder / "out.jsonl", scenario]
        with Session(folder, *argv) as session:
            assert not session.ends_within(float(moment))
            session.process.kill()
            session.process.wait()
            assert not session.left()
    return 0 if all_freed(float(bound_s)) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
