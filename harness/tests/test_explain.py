# SPDX-License-Identifier: MIT
"""deadpeer explain: the timeline behind each prediction, as text and as objects."""

import json
import shlex

import pytest

from binary import FAMILIES, PASS, ROOT, SCENARIOS, USAGE, scenario

CABLE = SCENARIOS / "cable" / "cable-pull-far.yaml"


def explain(deadpeer, *argv):
    return deadpeer("explain", "--json", *argv, code=PASS).json()


@pytest.mark.parametrize("family", FAMILIES)
def test_the_last_step_is_what_plan_predicts(deadpeer, family):
    planned = deadpeer("plan", "--json", SCENARIOS / family, code=PASS).json()
    explained = explain(deadpeer, SCENARIOS / family)
    assert len(planned) == len(explained)
    for plan, told in zip(planned, explained):
        assert (plan["scenario"], plan["method"], plan["options"]) == \
            (told["scenario"], told["method"], told["options"])
        if plan["why"] != told["why"]:
            continue  # the scenario's author expects something else
        assert plan["expect"] == told["expect"]
        ends = [step for step in told["steps"] if step["ends"]]
        if isinstance(told["expect"], dict):
            assert ends == told["steps"][-1:]
            assert {key: ends[0][key] for key in ("lo_ns", "hi_ns")} == told["expect"]
        else:
            assert not ends


def test_every_rule_has_a_source(deadpeer):
    for told in explain(deadpeer, CABLE, "-m", "keepalive:idle=60s,intvl=5s,cnt=3", "-m", "retries2"):
        rules = [step for step in told["steps"] if step["source"]]
        assert any("tcp_timer.c" in rule["source"] for rule in rules)
        assert told["why"] and all(step["what"] for step in told["steps"])


def test_steps_are_in_order(deadpeer):
    for told in explain(deadpeer, SCENARIOS):
        begins = [step["lo_ns"] for step in told["steps"] if not step["ends"]]
        assert begins == sorted(begins)


def test_keepalive_names_each_probe(deadpeer):
    told, = explain(deadpeer, CABLE, "-m", "keepalive:idle=60s,intvl=5s,cnt=3")
    probes = [step for step in told["steps"] if step["what"].startswith("keepalive probe")]
    assert len(probes) == 3
    assert all(probe["timer_lo_ns"] == 5_000_000_000 for probe in probes)


def test_hz_moves_the_wheel(deadpeer):
    """A coarser tick has a coarser granule, so that less is known."""
    def width(hz):
        told, = explain(deadpeer, CABLE, "-m", "keepalive:idle=60s,intvl=5s,cnt=3", "--hz", hz)
        assert told["hz"] == hz
        return told["expect"]["hi_ns"] - told["expect"]["lo_ns"]

    assert width(100) != width(1000)


def test_a_sysctl_of_the_scenario_counts(deadpeer, tmp_path):
    path = scenario(tmp_path, "short", "fault: drop", methods="[retries2]", horizon="1h",
                    sysctl="{net.ipv4.tcp_retries2: 3}")
    told, = explain(deadpeer, path)
    assert "tcp_retries2 = 3 " in told["steps"][-1]["what"]


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_text_fits_the_terminal(deadpeer, columns):
    out = deadpeer("explain", SCENARIOS, env={"COLUMNS": str(columns)}, code=PASS).out
    assert max(map(len, out.splitlines())) <= columns
    assert "\x1b" not in out and "FAULT" in out and "\n> " in out


def test_nothing_is_run_or_written(deadpeer, tmp_path):
    deadpeer("explain", CABLE, code=PASS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("argv, why", [
    ([], "name a scenario"), ([CABLE, "--hz", "7"], "--hz"), ([CABLE, "-m", "recieve"], "recv"),
    ([CABLE, "--phases", "3"], "unknown option")])
def test_refused(deadpeer, argv, why):
    done = deadpeer("explain", *argv, code=USAGE)
    assert why in done.err and done.err.count("\n") == 1


def test_json_is_one_array(deadpeer):
    assert isinstance(json.loads(deadpeer("explain", "--json", CABLE, code=PASS).out), list)


def test_the_readme_shows_what_it_prints(deadpeer):
    block = (ROOT / "README.md").read_text().split("<!-- explain: begin -->")[1]
    command, shown = block.split("```\n")[1].removeprefix("$ ").replace("\\\n", "").split("\n", 1)
    argv = shlex.split(command)
    assert deadpeer(*argv[1:], cwd=ROOT, env={"COLUMNS": "80"}, code=PASS).out == shown
