# SPDX-License-Identifier: MIT
"""The pytest plugin, as a user's own project uses it: pytest in pytest, in a folder of its own."""

import subprocess
import sys
import xml.etree.ElementTree

import pytest

from binary import DEADPEER, PASS, ROOT, run, scenario
from session import Session

PLUGIN = ROOT / "harness" / "py"
FAILED, INTERRUPTED, NOTHING = 1, 2, 5


@pytest.fixture
def project(labs, tmp_path):
    """project(…options): runs the plugin over the folder `scenarios` of a project."""
    (tmp_path / "scenarios" / "calm").mkdir(parents=True)

    def call(*argv, code=PASS, where="scenarios", **env):
        return run([sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-p",
                    "pytest_deadpeer", "--deadpeer-engine=native", "-rA", "--strict-markers", *argv, where],
                   tmp_path, code, env={"PYTHONPATH": str(PLUGIN), "DEADPEER": str(DEADPEER), **env})

    call.calm = tmp_path / "scenarios" / "calm"
    return call


def test_each_method_is_a_test(project):
    scenario(project.calm, "quiet", methods="[recv, {tcp_info: {poll: 50ms}}]")
    scenario(project.calm, "ended", "fault: close", methods="[recv]")
    done = project()
    for name in ("quiet.yaml::recv", "quiet.yaml::tcp_info[poll=50ms]", "ended.yaml::recv"):
        assert f"PASSED scenarios/calm/{name}" in done.out
    assert "3 passed" in done.out


def test_other_yaml_is_left_alone(project):
    (project.calm / "compose.yaml").write_text("services: {}\n")
    project(code=NOTHING)


def test_markers_are_families_and_methods(project):
    scenario(project.calm, "quiet", methods="[recv, null]")
    assert "1 passed, 1 deselected" in project("-m", "calm and recv").out
    assert "2 deselected" in project("-m", "not deadpeer", code=NOTHING).out


def test_a_failure_is_told_in_deadpeers_words(project, tmp_path):
    scenario(project.calm, "wrong", "fault: close", methods="[recv, select]", expect="{recv: never}")
    done = project("--deadpeer-artifacts", "kept", "--junitxml", "out.xml", code=FAILED)
    assert "EARLY" in done.out and "expected never, happened at" in done.out
    assert "Traceback" not in done.out and "1 failed, 1 passed" in done.out
    assert (tmp_path / "kept" / "wrong-recv.jsonl").exists()
    assert (tmp_path / "kept" / "records.jsonl").read_text().count("\n") == 3
    cases = xml.etree.ElementTree.parse(tmp_path / "out.xml").getroot().findall(".//testcase")
    assert [case.get("name") for case in cases] == ["recv", "select"]
    failure, = (case.find("failure") for case in cases if case.find("failure") is not None)
    assert "expected never" in failure.text
    told = {p.get("name"): p.get("value") for p in cases[1].iter("property")}
    assert told["engine"] == "native" and told["fault"] == "close" and told["noticed"] == "1 of 1"


def test_what_cannot_run_here_is_skipped_with_the_reason(project):
    scenario(project.calm, "long", horizon="1h")
    assert "--longest" in project().out


def test_a_refused_file_is_an_error_of_collection(project):
    (project.calm / "bad.yaml").write_text("name: bad\ntimeline:\n  - {at: 1s, fault: nonne}\nhorizon: 1s\n")
    done = project(code=INTERRUPTED)
    assert "bad.yaml:3:21: nonne" in done.out and "did you mean none?" in done.out


def test_baseline(project, tmp_path):
    """A cell that noticed before and does not now; the others pass."""
    scenario(project.calm, "end", "fault: close", methods="[recv, select]")
    base = [DEADPEER, "run", "-e", "native", "-o", "base.jsonl", "scenarios"]
    run(base, tmp_path, PASS)
    run([DEADPEER, "accept", "base.jsonl", "-o", "baseline.jsonl"], tmp_path, PASS)
    assert "2 passed" in project("--deadpeer-baseline=baseline.jsonl").out
    scenario(project.calm, "end", "fault: none", methods="[recv, select]")
    done = project("--deadpeer-baseline=baseline.jsonl", "-k", "recv", code=FAILED)
    assert "1 failed, 1 deselected" in done.out


def test_fixture_runs_a_scenario_and_returns_its_records(project, tmp_path):
    (tmp_path / "test_own.py").write_text('''
import pytest

def test_noticed(deadpeer):
    result = deadpeer.run("""
name: own
timeline:
  - {at: 100ms, fault: close}
horizon: 300ms
""", methods=["recv", "tcp_info:poll=50ms"], phases=2)
    assert result.status == 0 and result.runs[0]["engine"] == "native"
    assert [t["outcome"] for t in result.of("recv")] == ["detected"] * 2
    assert len(result.trials) == 4

def test_refused(deadpeer):
    with pytest.raises(ValueError, match="did you mean recv"):
        deadpeer.run("scenarios/x.yaml", methods=["reckv"])
''')
    assert "2 passed" in project(where="test_own.py").out


def test_nothing_is_left_of_a_run_that_is_not_waited_for(project, tmp_path):
    scenario(project.calm, "a-wrong", "fault: close", methods="[recv]", expect="{recv: never}")
    scenario(project.calm, "b-long", methods="[recv]", horizon="40s")
    argv = ["-p", "no:cacheprovider", "-p", "pytest_deadpeer", "--deadpeer-engine=native",
            "--deadpeer-jobs=1", "-x", "scenarios"]
    with Session(tmp_path, *argv, program=(sys.executable, "-B", "-m", "pytest"),
                 env={"PYTHONPATH": str(PLUGIN), "DEADPEER": str(DEADPEER)},
                 stdout=subprocess.DEVNULL) as session:
        assert session.finish()[0] == FAILED
        assert not session.left()


def test_the_two_lines_of_the_readme_are_what_the_workflows_run():
    """And they work: with this tree in place of the clone."""
    text = (ROOT / "README.md").read_text().split("<!-- ci: begin -->")[1].split("<!-- ci: end -->")[0]
    lines = [line for line in text.splitlines() if line and not line.startswith("```")]
    assert len(lines) == 2
    for workflow in ("github.yml", "gitlab.yml"):
        shown = (PLUGIN / "ci" / workflow).read_text()
        assert all(line in shown for line in lines), workflow


def test_the_plugin_is_found_once_it_is_installed(project, tmp_path):
    """By its entry point; what pip would write is written by hand."""
    info = tmp_path / "site" / "pytest_deadpeer-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pytest-deadpeer\nVersion: 1\n")
    entry = next(line for line in (PLUGIN / "pyproject.toml").read_text().splitlines()
                 if line.startswith("deadpeer = "))
    (info / "entry_points.txt").write_text("[pytest11]\n" + entry.replace('"', "") + "\n")
    scenario(project.calm, "quiet", methods="[recv]")
    done = run([sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "scenarios",
                "--deadpeer-engine=native"], tmp_path, PASS,
               env={"PYTHONPATH": f"{PLUGIN}:{tmp_path / 'site'}", "DEADPEER": str(DEADPEER)})
    assert "1 passed" in done.out
