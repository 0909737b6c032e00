# SPDX-License-Identifier: MIT
"""Fixtures. The binary is BUILD/deadpeer; BUILD comes from the environment."""

import json
import multiprocessing
import os

import jsonschema
import pytest

import binary
import browser as browser_
import page_records


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed:
        report.sections += [("command", str(done)) for done in binary.log[-5:]]
    if call.when == "teardown":
        binary.log.clear()


@pytest.fixture(scope="session", autouse=True)
def built():
    if not os.access(binary.DEADPEER, os.X_OK):
        pytest.exit(f"{binary.DEADPEER} is missing; run make, or set BUILD", returncode=2)


@pytest.fixture(scope="session")
def facts(tmp_path_factory):
    """What the doctor found, by name."""
    done = binary.run([binary.DEADPEER, "doctor", "--json"], tmp_path_factory.mktemp("doctor"))
    return {fact["name"]: fact for fact in done.json()}


@pytest.fixture(scope="session")
def labs(facts):
    """Tests that build labs ask for this: they are skipped where none can be built."""
    for name in ("netns", "veth", "bridge"):
        if not facts[name]["ok"]:
            pytest.skip(f"no labs here: {facts[name]['why']}; {facts[name]['cure']}")


@pytest.fixture
def deadpeer(tmp_path):
    """deadpeer("plan", …, code=0): runs in a folder of its own and asserts the exit status."""

    def call(*argv, code=None, **popen):
        return binary.run([binary.DEADPEER, *argv], tmp_path, code, **popen)

    return call


@pytest.fixture
def lab_run(labs, deadpeer, tmp_path):
    """lab_run(scenario, …, code=0): a native run; its trials."""

    def call(*argv, code=binary.PASS):
        out = tmp_path / "out.jsonl"
        done = deadpeer("run", "-e", "native", "-o", out, *argv, code=code)
        assert done.err == ""
        return binary.records(out)[1]

    return call


class Everything:
    """All scenarios, run once; most tests look at its records only."""

    def __init__(self, folder):
        argv = ["-e", "native", binary.SCENARIOS]
        self.file = folder / "out.jsonl"
        self.plan = binary.run([binary.DEADPEER, "plan", "--json", *argv], folder, binary.PASS).json()
        self.done = binary.run([binary.DEADPEER, "run", "-o", self.file, *argv], folder)
        self.run, self.trials = binary.records(self.file)

    def of(self, scenario, method=None):
        return [t for t in self.trials
                if t["scenario"] == scenario and method in (None, t["method"])]


@pytest.fixture(scope="session")
def everything(labs, tmp_path_factory):
    return Everything(tmp_path_factory.mktemp("everything"))


@pytest.fixture(scope="session")
def valid():
    """valid(line): raises unless results/record.schema.json accepts it."""
    schema = json.loads(binary.SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema).validate


def spin(_):
    while True:
        pass


@pytest.fixture
def busy_host():
    """Two processes that never wait, for each core, as long as the test lasts."""
    spinners = [multiprocessing.get_context("fork").Process(target=spin, args=(i,), daemon=True)
                for i in range(2 * os.cpu_count())]
    for spinner in spinners:
        spinner.start()
    yield
    for spinner in spinners:
        spinner.kill()
        spinner.join()


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    made = browser_.start(tmp_path_factory.mktemp("browser"))
    yield made
    made.quit()


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """pages(name, trials, …): a page of files of records; its path."""
    folder = tmp_path_factory.mktemp("pages")

    def make(name, *files):
        paths = [page_records.write(folder / f"{name}-{i}.jsonl", trials, **of_run)
                 for i, (trials, of_run) in enumerate(files)]
        binary.run([binary.DEADPEER, "report", *paths, "-o", folder / f"{name}.html"], folder,
                   binary.PASS)
        return folder / f"{name}.html"

    return make


@pytest.fixture(scope="session")
def states(pages):
    return pages("states", (page_records.everything(), {}))


@pytest.fixture
def page(browser, states):
    browser.open(states)
    yield browser
    assert browser.complaints() == []
