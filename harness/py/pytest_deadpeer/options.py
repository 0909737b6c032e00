# SPDX-License-Identifier: MIT
"""The plugin's options, and the program that it runs."""

import os
import pathlib
import shutil

import pytest

IN_TREE = pathlib.Path(__file__).resolve().parents[3] / "build" / "release" / "deadpeer"


def pytest_addoption(parser):
    group = parser.getgroup("deadpeer")
    add = group.addoption
    add("--deadpeer", metavar="FILE",
        help="the deadpeer to run (default: $DEADPEER, then PATH, then the tree of this plugin)")
    add("--deadpeer-engine", metavar="ENGINE", default="auto", help="auto (default), virtual or native")
    add("--deadpeer-kernel", metavar="SERIES|IMAGE", help="virtual: the kernel to run on")
    add("--deadpeer-phases", metavar="N", type=int, default=1,
        help="try each method with the fault at N points of its period (default 1)")
    add("--deadpeer-seed", metavar="N", type=int, default=1, help="everything random comes from it")
    add("--deadpeer-jobs", metavar="N", type=int, help="labs side by side")
    add("--deadpeer-baseline", metavar="FILE",
        help="also fail where deadpeer check says that a cell regressed against this")
    add("--deadpeer-artifacts", metavar="DIR",
        help="keep records, what deadpeer printed, and the records of each failure in this folder")


def pytest_configure(config):
    config.addinivalue_line("markers", "deadpeer: a scenario of deadpeer's")


def pytest_report_header(config):
    return f"deadpeer: {program(config)}, engine {config.getoption('deadpeer_engine')}"


def program(config):
    """The deadpeer to run; without one there is nothing to test."""
    for named in (config.getoption("deadpeer"), os.environ.get("DEADPEER")):
        if named:
            return str(pathlib.Path(named).resolve())
    found = shutil.which("deadpeer")
    if not found and not IN_TREE.exists():
        raise pytest.UsageError("there is no deadpeer: build it with make, and give --deadpeer FILE")
    return found or str(IN_TREE)


def arguments(config):
    """What every run of deadpeer is given."""
    argv = ["--engine", config.getoption("deadpeer_engine"),
            "--phases", config.getoption("deadpeer_phases"),
            "--seed", config.getoption("deadpeer_seed")]
    for option in ("kernel", "jobs"):
        value = config.getoption(f"deadpeer_{option}")
        argv += [f"--{option}", value] if value else []
    return [str(a) for a in argv]
