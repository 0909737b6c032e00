# SPDX-License-Identifier: MIT
"""Scenario files as test files. What is in them is asked of `deadpeer plan`, which needs no
privilege and starts nothing; a file that it refuses is an error of collection, in its words."""

import json
import re
import subprocess

import pytest

from pytest_deadpeer.options import arguments, program
from pytest_deadpeer.runner import runner

SCENARIO = re.compile(rb"^timeline:", re.MULTILINE)


class Failed(Exception):
    """A trial that theory or the baseline does not allow; its text is deadpeer's."""


def pytest_collect_file(file_path, parent):
    """A YAML file with a timeline is a scenario."""
    if file_path.suffix == ".yaml" and SCENARIO.search(file_path.read_bytes()):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


def plan_of(config, path):
    argv = [program(config), "plan", *arguments(config), "--json", str(path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise pytest.Collector.CollectError(done.stderr.strip())
    return json.loads(done.stdout)


class ScenarioFile(pytest.File):
    """One lab: all its methods watch the same fault."""

    def collect(self):
        trials = plan_of(self.config, self.path)
        cells = dict.fromkeys((t["method"], t["options"]) for t in trials)
        family = trials[0]["family"] if trials else None
        if family:
            self.config.addinivalue_line("markers", f"{family}: scenarios of the family {family}")
        for method in dict.fromkeys(method for method, _ in cells):
            self.config.addinivalue_line("markers", f"{method}: deadpeer's method {method}")
        for method, options in cells:
            name = f"{method}[{options}]" if options else method
            item = MethodItem.from_parent(self, name=name, cell=(trials[0]["scenario"], method, options))
            item.add_marker("deadpeer")
            item.add_marker(method)
            if family:
                item.add_marker(family)
            yield item


class MethodItem(pytest.Item):
    """A method with its options, in all phases."""

    def __init__(self, *, cell, **more):
        super().__init__(**more)
        self.cell = cell

    def runtest(self):
        run = runner(self.config)
        trials = run.trials(self.path, self.cell)
        self.tell(trials, run.run)
        skips = [t["why"] for t in trials if t["verdict"] == "skip"]
        if len(skips) == len(trials):
            pytest.skip(skips[0])
        if any(t["verdict"] not in ("pass", "skip") for t in trials):
            raise Failed(run.words(self.cell))
        word = run.regression(self.cell)
        if word:
            raise Failed(word)

    def tell(self, trials, world):
        """Numbers for JUnit's properties."""
        times = sorted(t["detect_ns"] for t in trials if t["detect_ns"] is not None)
        for key in ("engine", "kernel", "seed", "phases"):
            self.user_properties.append((key, world[key]))
        for key in ("observer", "traffic", "wire", "fault", "place"):
            self.user_properties.append((key, trials[0].get(key) or ""))
        self.user_properties.append(("noticed", f"{len(times)} of {len(trials)}"))
        if times:
            self.user_properties += [("earliest_ns", times[0]), ("latest_ns", times[-1])]

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, 0, f"{self.path.stem}: {self.name}"
