# SPDX-License-Identifier: MIT
"""Files of records that no run wrote: what statistics and gates are tested with."""

import json

from binary import SCHEMA

SHAPES = json.loads(SCHEMA.read_text())["$defs"]


def blank(kind, known):
    """A line with every key that the schema requires: null, 0 or false where nothing is known."""
    def value(name, shape):
        if "const" in shape:
            return shape["const"]
        if "null" in shape.get("type", []) or "oneOf" in shape:
            return None
        return {"boolean": False, "object": {}, "string": ""}.get(shape.get("type"), 0)

    shapes = SHAPES[kind]["properties"]
    return {name: value(name, shapes[name]) for name in SHAPES[kind]["required"]} | known


RUN = blank("run", {"engine": "native", "kernel": "6.1.0-1-amd64", "hz": 250, "seed": 1,
                    "phases": 1, "command": "deadpeer run", "version": "test"})
TRIAL = blank("trial", {"scenario": "s", "family": "f", "method": "recv", "observer": "server",
                        "traffic": "idle", "fault": "kill", "seed": 1, "armed_ns": 1,
                        "fault_before_ns": 100, "fault_after_ns": 200, "horizon_ns": 10**12,
                        "outcome": "missed", "verdict": "pass"})


def noticed(ns, **keys):
    """A trial that noticed after @ns; None: that did not."""
    if ns is None:
        return TRIAL | keys
    return TRIAL | {"detect_ns": int(ns), "outcome": "detected", "saw": "recv=0"} | keys


def cell(times, **keys):
    return [noticed(ns, phase=i, **keys) for i, ns in enumerate(times)]


def write(path, *cells, **run):
    """Cells of trials behind one run line."""
    phases = max(len(trials) for trials in cells)
    lines = [RUN | {"phases": phases} | run, *(trial for trials in cells for trial in trials)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path
