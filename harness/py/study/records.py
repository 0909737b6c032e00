# SPDX-License-Identifier: MIT
"""The records of the study, and how one is found: scenario, method with options, kernel."""

import json
import lzma
import statistics

NS = 1_000_000_000


def series(release):
    """6.1.0-56-cloud-amd64 -> 6.1"""
    return ".".join(release.split(".")[:2])


def age(kernel):
    return tuple(int(part) for part in kernel.split("."))


class Cell:
    """All phases of one method in one scenario on one kernel."""

    def __init__(self, trials):
        self.trials = trials
        self.first = trials[0]
        self.noticed = sorted(t["detect_ns"] for t in trials if t["detect_ns"] is not None)
        self.outcomes = {t["outcome"] for t in trials}
        self.verdicts = {t["verdict"] for t in trials}

    def __getattr__(self, key):
        return self.first[key]

    @property
    def skipped(self):
        return self.verdicts <= {"skip"}

    @property
    def failed(self):
        return bool(self.verdicts - {"pass", "skip"})

    @property
    def false_alarm(self):
        return "false_alarm" in self.outcomes

    @property
    def median(self):
        """ns, or None where most phases did not notice."""
        if len(self.noticed) * 2 <= len(self.trials):
            return None
        return statistics.median_low(self.noticed)

    @property
    def due_later(self):
        """Not noticed, and theory does not say never: the scenario ended first."""
        return self.median is None and self.first["expect"] != "never"

    @property
    def window(self):
        """The earliest and the latest that theory allows in any of the phases."""
        spans = [t["expect"] for t in self.trials if isinstance(t["expect"], dict)]
        if not spans:
            return None
        return min(s["lo_ns"] for s in spans), max(s["hi_ns"] for s in spans)

    @property
    def call_ns(self):
        """How long the call took that made the fault; within it nothing can be told apart."""
        return max(t["fault_after_ns"] - t["fault_before_ns"] for t in self.trials)

    @property
    def saw(self):
        seen = sorted({t["saw"] for t in self.trials if t["saw"]})
        return seen[0] if seen else ""

    def total(self, key):
        return sum(t[key] for t in self.trials)

    def per_hour(self, *keys):
        watched = self.total("watched_ns")
        return sum(self.total(key) for key in keys) * 3600 * NS / watched if watched else 0.0


def options_text(options):
    return ",".join(f"{key}={value}" for key, value in options.items())


def label(method, options):
    return f"{method} {options_text(options)}".strip()


def parse(word):
    """keepalive:idle=1m -> its name and options."""
    name, _, rest = word.partition(":")
    return name, dict(pair.split("=", 1) for pair in rest.split(",") if pair)


class Study:
    def __init__(self, path):
        self.runs, self.trials = [], []
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                self._take(json.loads(line))
        self.kernels = sorted({run["series"] for run in self.runs}, key=age)
        self.cells = self._cells()

    def _take(self, record):
        if record["kind"] == "run":
            self.runs.append(record | {"series": series(record["kernel"])})
        else:
            self.trials.append(record | {"kernel": self.runs[-1]["series"]})

    def _cells(self):
        """By kernel, scenario, method and options, in the order of the records."""
        groups = {}
        for t in self.trials:
            key = t["kernel"], t["scenario"], t["method"], options_text(t["options"])
            groups.setdefault(key, []).append(t)
        return {key: Cell(trials) for key, trials in groups.items()}

    def scenarios(self, family=None):
        names = {t["scenario"]: t["family"] for t in self.trials}
        return [name for name, of in names.items() if family in (None, of)]

    def families(self):
        return list(dict.fromkeys(t["family"] for t in self.trials))

    def of(self, scenario, kernel):
        return [c for (k, s, *_), c in self.cells.items() if k == kernel and s == scenario]

    def find(self, scenario, word, kernel):
        """The cell whose method has these options; with several, the one with the fewest others."""
        name, options = parse(word)
        found = [c for c in self.of(scenario, kernel)
                 if c.method == name and options.items() <= c.options.items()]
        return min(found, key=lambda c: len(c.options), default=None)

    def newest_with(self, family):
        """The newest kernel that ran the family."""
        return max((t["kernel"] for t in self.trials if t["family"] == family), key=age, default=None)
