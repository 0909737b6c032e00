# SPDX-License-Identifier: MIT
"""Real labs: every scenario of the repository, run once, and what its records must say."""

import itertools

import pytest

from binary import FILES, NOTHING, PASS, ROOT, SCENARIOS, key, records, scenario

NEVER = ("missed", "pass")
SEEN = ("detected", "pass")
CALM = ("quiet", "pass")
ARMED_LATE_NS = 10_000_000  # what a verdict allows the scheduler (trial/verdict.h)
EVERY_METHOD = ["recv", "select", "tcp_info", "keepalive", "heartbeat", "null"]


def judged(trials):
    return {(t["outcome"], t["verdict"]) for t in trials}


def ran(trials):
    """The trials, or a skipped test where this kernel could not run them."""
    if trials and all(t["verdict"] == "skip" for t in trials):
        pytest.skip(trials[0]["why"])
    return trials


# ---------------------------------------------------------------- the whole set

def test_whole_set_passes(everything):
    assert everything.done.code == PASS, everything.done
    assert everything.done.err == ""


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_scenario_passes(everything, path):
    trials = everything.of(path.stem)
    assert trials
    for trial in trials:
        assert trial["verdict"] in ("pass", "skip"), trial
        assert trial["verdict"] == "pass" or trial["why"], "a skip gives no reason"
        assert trial["family"] == path.parent.name


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_table_shows_scenario(everything, path):
    """A column is headed by the name, less what its family says already, folded to its width."""
    head = path.stem.removeprefix(path.parent.name + "-")
    assert all(part in everything.done.out for part in head.split("-"))


def test_records_are_the_plan(everything):
    assert [key(t) for t in everything.trials] == [key(t) for t in everything.plan]


def test_every_fault_is_used(everything, deadpeer):
    faults = {f["name"] for f in deadpeer("list", "faults", "--json", code=PASS).json()}
    assert faults == {t["fault"] for t in everything.trials}


def test_methods_of_the_list_are_used(everything, deadpeer):
    methods = {m["name"] for m in deadpeer("list", "methods", "--json", code=PASS).json()}
    assert set(EVERY_METHOD) <= {t["method"] for t in everything.trials} <= methods


def test_both_ends_observe(everything):
    assert {t["observer"] for t in everything.trials} == {"server", "client"}


def test_run_line_knows_its_world(everything):
    assert everything.run["engine"] == "native"
    assert everything.run["hz"] > 0
    assert "net.ipv4.tcp_keepalive_time" in everything.run["sysctls"]


def test_windows_of_the_plan_hold(everything):
    """The window of a record is computed from what was measured; its kind was known before."""
    for planned, trial in zip(everything.plan, everything.trials):
        if trial["verdict"] != "skip":
            assert isinstance(planned["expect"], type(trial["expect"])), trial


def test_stamps_are_in_order(everything):
    """A fault that stood before an attempt to connect counts from the attempt."""
    for trial in (t for t in everything.trials if t["verdict"] == "pass"):
        assert trial["armed_ns"] <= trial["fault_before_ns"] <= trial["fault_after_ns"]
        assert trial["armed_ns"] < trial["fault_before_ns"] or trial["traffic"] == "connecting"
        assert (trial["detect_ns"] is None) == (trial["saw"] is None)
        assert (trial["outcome"] in ("detected", "false_alarm")) == (trial["saw"] is not None)


def test_null_never_notices(everything):
    assert all(t["saw"] is None for t in everything.trials if t["method"] == "null")


# ---------------------------------------------------------------- who notices what

PULLS = ["cable-pull-far", "cable-pull-own", "drop-wire", "network-blackhole", "drop-to-observer",
         "drop-to-peer-ipv6", "process-crash"]


@pytest.mark.parametrize("method", EVERY_METHOD)
@pytest.mark.parametrize("name", PULLS)
def test_silence_on_an_idle_connection(everything, name, method):
    """Only who sends something can miss an answer."""
    trials = ran(everything.of(name, method))
    asks = method in ("keepalive", "heartbeat")
    assert judged(trials) == {SEEN if asks else NEVER}
    for trial in trials:
        assert isinstance(trial["expect"], dict) if asks else trial["expect"] == "never"
        if method == "keepalive":
            assert trial["options"] == {"idle": "1s", "intvl": "1s", "cnt": "2"}
            assert trial["errno"] == "ETIMEDOUT"


# With traffic on the way a FIN may be followed by an RST; either is right.
EOF, RST = "recv=0", "recv=-1 ECONNRESET"
DEEDS = {
    "process-kill": {EOF}, "process-close": {EOF}, "process-shutdown": {EOF},
    "process-reset": {RST}, "process-kill-request-ipv6": {EOF, RST},
    "signal-storm-kill-ipv6": {EOF, RST},
}


@pytest.mark.parametrize("method", EVERY_METHOD)
@pytest.mark.parametrize("name", DEEDS)
def test_the_peers_kernel_says_so(everything, name, method):
    """FIN or RST: everyone who listens has it at once."""
    trials = ran(everything.of(name, method))
    assert judged(trials) == {NEVER if method == "null" else SEEN}
    for trial in trials:
        if method == "tcp_info":
            assert trial["saw"] in ("tcp_info state=CLOSE", "tcp_info state=CLOSE_WAIT")
        elif method != "null":
            assert trial["saw"] in DEEDS[name]
            assert trial["errno"] == (None if trial["saw"] == EOF else "ECONNRESET")
            assert trial["expect"]["lo_ns"] == 0


@pytest.mark.parametrize("method", EVERY_METHOD)
def test_stopped_peer(everything, method):
    """Its kernel goes on answering keepalive; its application does not answer heartbeats."""
    trials = ran(everything.of("signal-stop", method))
    assert judged(trials) == {SEEN if method == "heartbeat" else NEVER}


@pytest.mark.parametrize("method", EVERY_METHOD)
@pytest.mark.parametrize("name", ["signal-storm", "control-idle", "control-request-ipv6",
                                  "network-delay", "network-loss", "network-duplicate-ipv6",
                                  "network-jitter-reorder", "network-rate", "network-corrupt"])
def test_no_false_alarm(everything, name, method):
    assert judged(ran(everything.of(name, method))) == {CALM}


def test_own_egress_counts_no_probe(everything):
    """A probe that the own queue refuses is not sent, so that keepalive never gives up."""
    trial, = ran(everything.of("drop-own-egress", "keepalive"))
    assert judged([trial]) == {NEVER}
    assert judged(everything.of("drop-own-egress", "heartbeat")) == {SEEN}


# ---------------------------------------------------------------- what a command line changes

def test_command_of_the_readme(labs, deadpeer, tmp_path, valid):
    out = tmp_path / "out.jsonl"
    deadpeer("run", "scenarios/cable", "-e", "native", "-o", out, cwd=ROOT, code=PASS)
    run, trials = records(out)
    assert len(out.read_text().splitlines()) == 1 + len(trials)
    assert {t["scenario"] for t in trials} == {p.stem for p in FILES if p.parent.name == "cable"}
    for line in [run, *trials]:
        valid(line)


def test_method_replaces_the_scenarios_own(lab_run, tmp_path):
    trials = lab_run(scenario(tmp_path, "close", "fault: close"),
                     "-m", "null", "-m", "tcp_info:poll=10ms", "-m", "tcp_info:poll=20ms")
    assert [(t["method"], t["options"]) for t in trials] == [
        ("null", {}), ("tcp_info", {"poll": "10ms"}), ("tcp_info", {"poll": "20ms"})]


def test_phases_spread_the_fault(lab_run, tmp_path):
    """One fault meets every phase, because each connection is armed at another time."""
    path = scenario(tmp_path, "kill", "fault: kill", methods="[tcp_info: {poll: 200ms}]")
    trials = lab_run(path, "-n", "5")
    assert [t["phase"] for t in trials] == list(range(5))
    assert len({t["fault_before_ns"] for t in trials}) == 1
    assert len({t["armed_ns"] for t in trials}) == 5
    planned = [t["phase_ns"] for t in trials]
    assert max(planned) - min(planned) <= 200 * 10**6
    late_ns = ARMED_LATE_NS + max(t["stall_ns"] for t in trials)  # what the machine was busy with else
    for one, other in itertools.permutations(trials, 2):
        if one["phase_ns"] + late_ns < other["phase_ns"]:
            assert one["armed_ns"] > other["armed_ns"], "who is armed sooner is further from the fault"


def test_seed_is_in_the_records(labs, deadpeer, tmp_path):
    path = scenario(tmp_path, "calm", horizon="50ms")
    lines = []
    for seed in (7, 7, 8):
        done = deadpeer("run", "-e", "native", "-o", "-", "--seed", seed, "-n", 3, path, code=PASS)
        out = tmp_path / "o.jsonl"
        out.write_text(done.out)
        run, trials = records(out)
        assert run["seed"] == seed and run["phases"] == 3
        lines.append([key(t) for t in trials])
    assert lines[0] == lines[1] != lines[2]


@pytest.mark.parametrize("ip, observer, traffic", [
    (4, "client", "receiving"), (6, "server", "receiving"),
    (4, "server", "stalled"), (6, "client", "sending")])
def test_traffic_of_every_kind(lab_run, tmp_path, ip, observer, traffic):
    path = scenario(tmp_path, "kill", "fault: kill", ip=ip, observer=observer, traffic=traffic,
                    methods="[recv, select, tcp_info: {poll: 50ms}]")
    for trial in lab_run(path):
        assert (trial["observer"], trial["traffic"]) == (observer, traffic)
        assert trial["outcome"] == "detected"


def test_what_this_kernel_cannot_do_is_skipped(labs, facts, deadpeer, tmp_path):
    if facts["netem"]["ok"]:
        pytest.skip("this kernel has netem; nothing is missing")
    path = SCENARIOS / "network" / "network-delay.yaml"
    done = deadpeer("run", "-e", "native", "-o", tmp_path / "o.jsonl", path, code=NOTHING)
    assert {t["verdict"] for t in records(tmp_path / "o.jsonl")[1]} == {"skip"}
    assert facts["netem"]["why"] in " ".join(done.out.split())
