# SPDX-License-Identifier: MIT
"""One `deadpeer run` for all scenarios that were collected. Its records come in the order of the
plan, and so are read until those that a test wants have come."""

import contextlib
import json
import pathlib
import subprocess
import tempfile

import pytest

from pytest_deadpeer.options import arguments, program

KEY = pytest.StashKey()


def pytest_collection_finish(session):
    """What is to be run is known; nothing is started before a test wants it."""
    paths = sorted({str(item.path) for item in session.items if hasattr(item, "cell")})
    if paths and not session.config.getoption("collectonly"):
        session.config.stash[KEY] = Runner(session.config, paths)


def pytest_unconfigure(config):
    if KEY in config.stash:
        config.stash[KEY].close()


def runner(config):
    return config.stash[KEY]


def options_text(options):
    """A record's options as a plan writes them."""
    return ",".join(f"{name}={value}" for name, value in options.items())


class Runner:
    def __init__(self, config, paths):
        self.config = config
        self.paths = paths
        self.process = None
        self.run = {}
        self.cells = {}  # (scenario, method, options): its trials
        self.regressions = None
        self.cleanup = contextlib.ExitStack()

    def start(self):
        """Starts deadpeer; in the artifacts' folder everything it says is kept."""
        kept = self.config.getoption("deadpeer_artifacts")
        self.folder = pathlib.Path(kept or self.cleanup.enter_context(tempfile.TemporaryDirectory()))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.errors = self.cleanup.enter_context((self.folder / "deadpeer.err").open("w+"))
        self.records = self.cleanup.enter_context((self.folder / "records.jsonl").open("w"))
        self.process = subprocess.Popen(
            [program(self.config), "run", *arguments(self.config), "--output", "-", *self.paths],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors, text=True)

    def pump(self):
        """One more record; False: there are no more."""
        if not self.process:
            self.start()
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            return False
        self.records.write(line)
        self.records.flush()
        record = json.loads(line)
        if record["kind"] == "run":
            self.run = record
        else:
            key = record["scenario"], record["method"], options_text(record["options"])
            self.cells.setdefault(key, []).append(record)
        return True

    def trials(self, path, cell):
        """The cell's records, all phases of them."""
        while len(self.cells.get(cell, [])) < self.config.getoption("deadpeer_phases"):
            if not self.pump():
                self.errors.seek(0)
                raise RuntimeError(f"deadpeer gave no record of {path.stem}, {cell[1]}, and ended with "
                                   f"status {self.process.returncode}: {self.errors.read().strip()}")
        return self.cells[cell]

    def words(self, cell):
        """What deadpeer shows of the cell; its records are kept beside it."""
        path = self.folder / f"{'-'.join(filter(None, cell[:2]))}.jsonl"
        path.write_text("".join(json.dumps(r) + "\n" for r in [self.run, *self.cells[cell]]))
        shown = subprocess.run([program(self.config), "show", str(path)], capture_output=True,
                               text=True, check=False)
        kept = f"records: {path}\n" if self.config.getoption("deadpeer_artifacts") else ""
        return f"{shown.stdout}{shown.stderr}{kept}"

    def regression(self, cell):
        """How `deadpeer check` says that the cell regressed; "": it did not, or nobody asked."""
        baseline = self.config.getoption("deadpeer_baseline")
        if not baseline:
            return ""
        if self.regressions is None:
            while self.pump():
                pass
            self.regressions = self.check(baseline)
        return self.regressions.get(cell, "")

    def check(self, baseline):
        """The cells that got worse, with the reason. Those that were not run here do not count."""
        done = subprocess.run([program(self.config), "check", "--json", baseline,
                               str(self.folder / "records.jsonl")],
                              capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1, 3):
            raise pytest.UsageError(done.stderr.strip())
        return {(c["scenario"], c["method"], c["options"] or ""): f"{c['word']}: {c['why']}"
                for c in json.loads(done.stdout)["cells"] if c["worse"]}

    def close(self):
        """Ends a run that nobody waits for any more: pytest stopped at a failure."""
        if self.process:
            self.process.terminate()
            self.process.stdout.close()
            self.process.wait()
        self.cleanup.close()
