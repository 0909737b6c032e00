# SPDX-License-Identifier: MIT
"""What people say, measured: each statement is tried in scenarios, and the table says its verdict."""

import json

import pytest

from binary import PASS, scenario

# Statements whose every circumstance takes seconds, so that this kernel tries them in real time.
VERDICTS = {
    "recv returning 0 or less means disconnected, unless errno is EINTR.": "ONLY IF",
    "EPOLLRDHUP means that the peer is gone.": "ONLY IF",
    "The server that closes first leaves TIME_WAIT at the client.": "FALSE",
}


@pytest.mark.parametrize("says", VERDICTS)
def test_verdict_of_a_statement(everything, says):
    line, = [line for line in everything.done.out.splitlines() if line.endswith(says)]
    assert line.split("  ")[0] == VERDICTS[says]


def test_every_claim_is_tried(everything):
    """A trial that ran carries its claim; one that did not, none."""
    tried = [t for t in everything.trials if t["family"] == "claims"]
    assert tried
    for trial in tried:
        if trial["verdict"] == "skip":
            assert trial["claim"] is None
    assert all(t["claim"] is None for t in everything.trials if t["family"] != "claims")


def claims(deadpeer, tmp_path, *predicts):
    """Runs a scenario for each prediction of the same statement; its cells."""
    paths = [scenario(tmp_path, f"claim-{i}", methods="[recv]",
                      claim=f"{{says: It is quiet., when: try {i}, predicts: {{recv: {p}}}}}")
             for i, p in enumerate(predicts)]
    out = tmp_path / "out.jsonl"
    done = deadpeer("run", "-e", "native", "-o", out, *paths, code=PASS)
    cells = json.loads(deadpeer("show", "--json", out, code=PASS).out)
    return done.out, [cell["claim"]["holds"] for cell in cells]


@pytest.mark.parametrize("predicts, word", [
    (["never"], "TRUE"), (["noticed"], "FALSE"), (["never", "noticed"], "ONLY IF")])
def test_a_claim_is_measured(labs, deadpeer, tmp_path, predicts, word):
    out, holds = claims(deadpeer, tmp_path, *predicts)
    assert holds == [p == "never" for p in predicts]
    assert f"{word:9}It is quiet." in out
