# SPDX-License-Identifier: MIT
"""Single numbers about the whole study."""

import collections

from study import claims, matrix, words


def kernels(filler):
    runs = {run["series"]: run for run in filler.catalogue.runs}
    return "; ".join(f"`{runs[k]['kernel']}` (HZ {runs[k]['hz']})" for k in filler.catalogue.kernels)


def verdicts(filler):
    """Counted in the order of the records' schema."""
    order = ("pass", "early", "late", "missed", "false_alarm", "skip", "invalid", "error")
    count = collections.Counter(t["verdict"] for t in everything(filler))
    return ", ".join(f"{count[v]} {v.replace('_', ' ')}" for v in order if count[v])


def everything(filler):
    return filler.catalogue.trials + filler.distributions.trials


def covered_ns(study):
    """The labs' spans, each on the clock of its guest (harness/report/covered.c says the same)."""
    labs = {}
    for t in study.trials:
        if t["armed_ns"] is None or t["watched_ns"] <= 0:
            continue
        lo, hi = t["armed_ns"], t["armed_ns"] + t["watched_ns"]
        key = t["kernel"], t["scenario"]
        before = labs.get(key, (lo, hi))
        labs[key] = min(lo, before[0]), max(hi, before[1])
    return sum(hi - lo for lo, hi in labs.values())


def covered(filler):
    days = (covered_ns(filler.catalogue) + covered_ns(filler.distributions)) / (86400 * words.NS)
    return f"{days:.1f} days"


def phases(study):
    return ", ".join(sorted({str(run["phases"]) for run in study.runs}, key=int)) or "0"


def distinct(key):
    return lambda filler: len({t[key] for t in filler.catalogue.trials})


def methods_tried(filler):
    return len({t["method"] for t in filler.catalogue.trials})


def judged(filler):
    """How many of the trials that ran theory gave a window, or never."""
    ran = [t for t in everything(filler) if t["verdict"] != "skip"]
    said = [t for t in ran if t["expect"] is not None]
    return f"{len(said)} of {len(ran)}"


def heat_kernel(filler):
    return filler.catalogue.newest_with("matrix") or ""


FACTS = {
    "kernels": kernels,
    "trials": lambda f: len(everything(f)),
    "scenarios": distinct("scenario"),
    "methods": methods_tried,
    "faults": distinct("fault"),
    "verdicts": verdicts,
    "covered": covered,
    "phases-of-catalogue": lambda f: phases(f.catalogue),
    "phases-of-distributions": lambda f: phases(f.distributions),
    "seed": lambda f: f.catalogue.runs[0]["seed"],
    "judged": judged,
    "heat-kernel": heat_kernel,
    "compared": lambda f: matrix.together(f.catalogue)[0],
    "agreeing": lambda f: matrix.together(f.catalogue)[1],
    "claims-true": lambda f: claims.counted(f.catalogue)["TRUE"],
    "claims-only-if": lambda f: claims.counted(f.catalogue)["ONLY IF"],
    "claims-false": lambda f: claims.counted(f.catalogue)["FALSE"],
}
