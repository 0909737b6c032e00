# SPDX-License-Identifier: MIT
"""Many machines: shares of a plan, joined again, are the run of one machine."""

import shutil

import pytest

import slurm
import virtual
from binary import DEADPEER, PASS, SCENARIOS, USAGE, records, run, scenario
from session import Session

LABS, SHARES = 7, 3


@pytest.fixture
def plan(tmp_path):
    """Arguments of a run of several labs, some with methods and phases."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for i in range(LABS):
        scenario(folder, f"lab-{i}", ["fault: none", "fault: close"][i % 2:i % 2 + 1],
                 methods="[recv, {tcp_info: {poll: 50ms}}, null]")
    return ["-e", "native", "-n", 2, folder]


def share(deadpeer, tmp_path, plan, i, n=SHARES):
    out = tmp_path / f"share{i}.jsonl"
    deadpeer("run", *plan, "--shard", f"{i}/{n}", "-o", out, code=PASS)
    return out


def planned(deadpeer, plan):
    return [(t["id"], t["index"]) for t in deadpeer("plan", *plan, "--json", code=PASS).json()]


def held(path):
    return [(t["id"], t["index"]) for t in records(path)[1]]


def test_shares_are_the_plan(labs, deadpeer, tmp_path, plan):
    shares = [share(deadpeer, tmp_path, plan, i + 1) for i in range(SHARES)]
    merged = tmp_path / "merged.jsonl"
    done = deadpeer("merge", *reversed(shares), shares[0], "-o", merged, code=PASS)
    assert done.err == ""
    assert held(merged) == planned(deadpeer, plan)
    assert sorted(sum(map(held, shares), []), key=lambda t: t[1]) == held(merged)


def test_an_id_is_what_a_trial_is(deadpeer, tmp_path, plan):
    """It stays when other scenarios come and go, and changes with the text, the seed, the phases."""
    one = plan[:-1] + [plan[-1] / "lab-3.yaml"]
    whole, alone = dict(planned(deadpeer, plan)), dict(planned(deadpeer, one))
    assert alone.keys() <= whole.keys()
    for change in (["--seed", 2], ["--phase", 1]):
        other = dict(planned(deadpeer, one + change)).keys()
        assert (other < alone.keys()) == (change[0] == "--phase")
    assert not dict(planned(deadpeer, ["-n", 3, one[-1]])).keys() & alone.keys()
    with one[-1].open("a") as file:
        file.write("# a remark\n")
    assert not dict(planned(deadpeer, one)).keys() & alone.keys()


def test_a_missing_share_is_told(labs, deadpeer, tmp_path, plan):
    shares = [share(deadpeer, tmp_path, plan, i) for i in (1, 3)]
    done = deadpeer("merge", *shares, "-o", tmp_path / "merged.jsonl", code=PASS)
    assert "a share has not been run to its end" in done.err


def test_shares_of_different_runs_are_refused(labs, deadpeer, tmp_path, plan):
    one = share(deadpeer, tmp_path, plan, 1)
    other = share(deadpeer, tmp_path, ["--seed", 7, *plan], 2)
    done = deadpeer("merge", one, other, code=USAGE)
    assert "seed (1 and 7)" in done.err and done.out == ""
    assert deadpeer("merge", "--mixed", one, other, code=PASS).out.count('"kind":"run"') == 2


def test_more_shares_than_labs(deadpeer, tmp_path, plan):
    done = deadpeer("run", *plan, "--shard", f"{LABS + 1}/{LABS + 1}", "-o", tmp_path / "x.jsonl",
                    code=PASS)
    assert "holds no lab" in done.err and not (tmp_path / "x.jsonl").exists()


def test_resume_goes_on_where_a_killed_run_was(labs, deadpeer, tmp_path, plan):
    out = tmp_path / "out.jsonl"
    argv = ["run", *plan, "-j", 1, "-o", out, "--resume"]
    with Session(tmp_path, *argv) as session:
        while not out.exists() or out.read_text().count("\n") < 8:
            assert not session.ends_within(0.02), "ended before it was killed"
        session.process.kill()
        session.process.wait()
    begun = out.read_text()
    with out.open("a") as file:
        file.write('{"kind":"trial","id":')
    deadpeer(*argv, code=PASS)
    assert held(out) == planned(deadpeer, plan)
    whole = len(begun.splitlines()) - 1
    kept = 1 + whole - whole % 6  # a lab has 3 methods in 2 phases
    assert out.read_text().splitlines()[:kept] == begun.splitlines()[:kept]


def test_resume_refuses_another_run(labs, deadpeer, tmp_path, plan):
    out = share(deadpeer, tmp_path, plan, 1)
    before = out.read_text()
    for argv in (["--shard", "2/3", *plan], ["--shard", "1/3", "--seed", 2, *plan]):
        done = deadpeer("run", *argv, "-o", out, "--resume", code=USAGE)
        assert "name another file with -o" in done.err
    assert out.read_text() == before
    deadpeer("run", *plan, "--resume", code=USAGE)


def test_merged_in_virtual_time_is_the_run_of_one_machine(deadpeer, tmp_path):
    virtual.kernel("6.1")
    plan = ["-e", "virtual", "-n", 2, "--seed", 7, "--kernel", "6.1",
            SCENARIOS / "network" / "network-loss-cut.yaml", SCENARIOS / "host" / "pause-short.yaml"]
    whole = tmp_path / "whole.jsonl"
    deadpeer("run", *plan, "-o", whole, code=PASS)
    shares = [share(deadpeer, tmp_path, plan, i + 1, 2) for i in range(2)]
    merged = tmp_path / "merged.jsonl"
    deadpeer("merge", *shares, "-o", merged, code=PASS)
    assert virtual.lines(merged) == virtual.lines(whole)


@pytest.mark.skipif(not shutil.which("parallel"), reason="no parallel; apt-get install parallel")
def test_gnu_parallel(labs, deadpeer, tmp_path, plan):
    """--shard auto/N: parallel says which, not how many."""
    command = " ".join([str(DEADPEER), "run", *map(str, plan), "--shard", f"auto/{SHARES}",
                        "-o", f"{tmp_path}/share{{}}.jsonl"])
    run(["parallel", "--will-cite", "-j", 2, command, ":::", *range(1, SHARES + 1)], tmp_path, PASS)
    merged = tmp_path / "merged.jsonl"
    deadpeer("merge", *tmp_path.glob("share*.jsonl"), "-o", merged, code=PASS)
    assert held(merged) == planned(deadpeer, plan)


@pytest.mark.skipif(bool(slurm.missing()), reason=slurm.missing())
def test_slurm_array_with_a_killed_worker(labs, deadpeer, tmp_path, plan):
    """An array of tasks; one of them is killed, requeued, and goes on where it was."""
    job = tmp_path / "job.sh"
    job.write_text("#!/bin/sh\n" + " ".join(
        ["exec", str(DEADPEER), "run", *map(str, plan), "-j", "1", "--shard", "auto", "--resume",
         "-o", f"{tmp_path}/share$SLURM_ARRAY_TASK_ID.jsonl"]) + "\n")
    first = tmp_path / "share10.jsonl"
    with slurm.cluster(tmp_path) as cluster:
        array = cluster.run("sbatch", "--parsable", "--requeue", "--array=10-14:2",
                            "-o", tmp_path / "task%a.log", job).strip()
        cluster.wait("first records", lambda: first.exists() and first.read_text().count("\n") > 6)
        cluster.run("scontrol", "requeue", f"{array}_10")
        # Slurm lets two minutes pass before it starts a job again; nothing here needs them.
        cluster.wait("requeued task", lambda: any("BeginTime" in job for job in cluster.jobs()))
        cluster.run("scontrol", "update", f"JobId={array}_10", "StartTime=now")
        cluster.wait("empty queue", lambda: not cluster.jobs())
    merged = tmp_path / "merged.jsonl"
    done = deadpeer("merge", *tmp_path.glob("share*.jsonl"), "-o", merged, code=PASS)
    assert done.err == "" and held(merged) == planned(deadpeer, plan)
