# SPDX-License-Identifier: MIT
"""The fixture `deadpeer`, for tests in Python."""

import json
import pathlib
import subprocess

import pytest

from pytest_deadpeer.options import program


class Result:
    """What a run came to. Times in records are in nanoseconds (results/record.schema.json)."""

    def __init__(self, status, runs, trials, errors):
        self.status = status  # 0 pass, 1 failed, 4 nothing could run here, 5 invalid
        self.runs = runs      # a run line for each kernel
        self.trials = trials
        self.errors = errors

    def of(self, method):
        """The trials of one method."""
        return [t for t in self.trials if t["method"] == method]


class Deadpeer:
    """deadpeer.run(scenario, …): runs a file, a folder, or a scenario's text."""

    def __init__(self, config, folder):
        self.config = config
        self.folder = folder

    def run(self, scenario, *, methods=(), engine=None, kernel=None, phases=1, seed=1):
        """Runs @scenario, a path or the text of a scenario, and returns its Result. A usage error
        or a refused scenario raises ValueError with deadpeer's sentence."""
        argv = ["--engine", engine or self.config.getoption("deadpeer_engine"),
                "--phases", str(phases), "--seed", str(seed)]
        for method in methods:
            argv += ["--method", method]
        if kernel or self.config.getoption("deadpeer_kernel"):
            argv += ["--kernel", kernel or self.config.getoption("deadpeer_kernel")]
        done = subprocess.run([program(self.config), "run", *argv, "--output", "-", str(self.file(scenario))],
                              capture_output=True, text=True, check=False)
        if done.returncode == 2:
            raise ValueError(done.stderr.strip())
        records = [json.loads(line) for line in done.stdout.splitlines()]
        return Result(done.returncode, [r for r in records if r["kind"] == "run"],
                      [r for r in records if r["kind"] == "trial"], done.stderr)

    def file(self, scenario):
        """The path; text goes into a file of the name that it says."""
        if "\n" not in str(scenario):
            return pathlib.Path(scenario)
        name = next((line.split(":", 1)[1].strip() for line in scenario.splitlines()
                     if line.startswith("name:")), "scenario")
        path = self.folder / f"{name}.yaml"
        path.write_text(scenario)
        return path


@pytest.fixture
def deadpeer(request, tmp_path):
    """Runs scenarios: deadpeer.run("scenarios/x.yaml", phases=20).of("keepalive")."""
    return Deadpeer(request.config, tmp_path)
