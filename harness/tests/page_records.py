# SPDX-License-Identifier: MIT
"""Records made by hand for the report page: every state a cell can be in, and any text in them."""

import json

import binary

NASTY = '</script><script>document.title="taken"</script><!-- <b>"&\' ☠'


def run(**more):
    keys = json.loads(binary.SCHEMA.read_text())["$defs"]["run"]["properties"]
    return {
        "kind": "run", "schema": keys["schema"]["const"], "engine": "virtual", "kernel": "6.1.0-test", "hz": 250,
        "sysctls": {"net.ipv4.tcp_retries2": "15"}, "seed": 2**63 - 1, "phases": 3, "command": "deadpeer run x",
        "version": "test", "started": "2026-01-02T03:04:05Z",
    } | more


def trial(scenario, method, **more):
    """One that noticed after a second, within its window; @more changes it."""
    start, fault = 1_000_000_000, 3_000_000_000
    t = {
        "kind": "trial", "id": "0123456789abcdef", "index": 0,
        "scenario": scenario, "family": "cable", "method": method, "options": {}, "observer": "server",
        "traffic": "idle", "fault": "link-down", "place": "peer", "phase": 0, "phase_ns": 0, "seed": 1,
        "armed_ns": start, "fault_before_ns": fault - 5000, "fault_after_ns": fault, "detect_ns": 1_000_000_000,
        "horizon_ns": 20_000_000_000, "outcome": "detected", "saw": "recv=-1 ETIMEDOUT", "errno": "ETIMEDOUT",
        "expect": {"lo_ns": 900_000_000, "hi_ns": 1_100_000_000}, "why": "because", "verdict": "pass", "stall_ns": 0,
        "alive_ns": fault - start, "mistakes": 0, "mistaken_ns": 0, "mistake_open": False,
        "packets_out": 7, "packets_in": 5, "bytes_out": 3, "bytes_in": 2, "wakeups": 4, "messages": 3,
        "watched_ns": 0, "tcp_state": "CLOSE", "retransmits": 2, "probes": 1, "backoff": 3, "claim": None,
    } | more
    if "watched_ns" not in more:
        end = t["detect_ns"] if t["detect_ns"] is not None else t["horizon_ns"]
        t["watched_ns"] = t["fault_after_ns"] + end - t["armed_ns"]
    return t


SILENT = {"detect_ns": None, "saw": None, "errno": None}


def phases(times, scenario, method, **more):
    """A trial for each time, the phases in order."""
    return [trial(scenario, method, phase=i, armed_ns=1_000_000_000 - i * 100, detect_ns=ns, **more)
            for i, ns in enumerate(times)]


def states():
    """A cell for each state, by the state's name on the page."""
    return {
        "time": phases([950_000_000, 1_000_000_001, 1_050_000_000], "cut", "keepalive", options={"idle": "1m", "cnt": "3"}),
        "never": [trial("cut", "recv", **SILENT, outcome="missed", expect="never", fault="link-down")],
        "later": [trial("cut", "slow", **SILENT, outcome="missed", expect={"lo_ns": 10**13, "hi_ns": 10**13 + 5})],
        "quiet": [trial("calm", "recv", **SILENT, family="control", fault="none", place=None, outcome="quiet", expect="never")],
        "alarm": [trial("calm", "hasty", family="control", fault="none", place=None, outcome="false_alarm", mistakes=1,
                        mistaken_ns=5_000_000, alive_ns=10**9)],
        "failed": phases([1_000_000_000, 7_000_000_000], "cut", "late", verdict="late")
                  + [trial("cut", "late", phase=2, **SILENT, outcome="missed", verdict="missed")],
        "invalid": [trial("cut", "spoilt", **SILENT, outcome="invalid", verdict="invalid", why="no proof")],
        "skip": [trial("cut", "absent", **SILENT, outcome="skipped", verdict="skip", why="no module",
                       armed_ns=None, fault_before_ns=None, fault_after_ns=None, watched_ns=0, alive_ns=0)],
    }


def nasty():
    return [trial(NASTY[:60], "odd", family=NASTY[:20], saw=NASTY, why=NASTY, fault=NASTY[:30], errno=None,
                  options={"a": "</script>"},
                  claim={"says": NASTY, "when": NASTY, "predicts": NASTY, "holds": True})]


def write(path, trials, **of_run):
    """A file of records; the trials are flattened."""
    lines = [run(**of_run), *trials]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def everything():
    return [t for trials in states().values() for t in trials]


def catalogue(scenarios=100, methods=30, times=20):
    """As many records as a full catalogue has, each number as unlike its neighbours as in a real one."""
    state = 1

    def noise(bound):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 20) % bound

    for s in range(scenarios):
        for m in range(methods):
            silent = m % 3 == 0
            for i in range(times):
                detect = None if silent else 10**9 + noise(10**9)
                lo = 10**9 + noise(10**6)
                yield trial(
                    f"scenario-{s}", f"method-{m}", family=f"family-{s // 10}", phase=i, armed_ns=10**9 + noise(10**8),
                    detect_ns=detect, outcome="missed" if silent else "detected", saw=None if silent else "recv=0",
                    errno=None, expect="never" if silent else {"lo_ns": lo, "hi_ns": lo + 2 * 10**9},
                    packets_out=noise(30), packets_in=noise(30), wakeups=noise(50),
                    why=f"one of the {s % 7} reasons")
