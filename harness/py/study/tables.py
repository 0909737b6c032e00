# SPDX-License-Identifier: MIT
"""Markdown tables, from the records alone."""

from study import claims, facts, matrix, quality, words
from study.records import label

NOTHING = "*None in these records.*"


def markdown(head, rows):
    """@head: texts, those that begin with > are numbers and stand to the right."""
    if not rows:
        return NOTHING
    lines = ["| " + " | ".join(h.lstrip(">") for h in head) + " |",
             "|" + "|".join("--:" if h.startswith(">") else ":--" for h in head) + "|"]
    lines += ["| " + " | ".join(str(c).replace("|", "\\|") for c in row) + " |" for row in rows]
    return "\n".join(lines)


def failures(filler):
    rows = []
    for t in facts.everything(filler):
        if t["verdict"] in ("pass", "skip"):
            continue
        expected = t["expect"]
        if isinstance(expected, dict):
            expected = words.span(expected["lo_ns"], expected["hi_ns"])
        happened = "not noticed" if t["detect_ns"] is None else words.duration(t["detect_ns"], 5)
        rows.append([t["kernel"], t["scenario"], f"`{label(t['method'], t['options'])}`", t["phase"],
                     t["verdict"], expected, happened, t["saw"] or ""])
    return markdown(["Kernel", "Scenario", "Method", ">Phase", "Verdict", "Expected", "Happened",
                     "Saw"], rows)


def skips(filler):
    why = {}
    for t in facts.everything(filler):
        if t["verdict"] == "skip":
            why.setdefault((t["kernel"], t["method"], t["why"]), set()).add(t["scenario"])
    rows = [[kernel, f"`{method}`", len(names), reason] for (kernel, method, reason), names in why.items()]
    return markdown(["Kernel", "Method", ">Scenarios", "Why"], rows)


def unsaid(filler):
    """Where theory has no window, by its reason."""
    why = {}
    for t in facts.everything(filler):
        if t["expect"] is None and t["verdict"] != "skip":
            why.setdefault(t["why"], []).append(t)
    rows = []
    for reason, trials in why.items():
        methods = ", ".join(f"`{m}`" for m in dict.fromkeys(t["method"] for t in trials))
        names = ", ".join(dict.fromkeys(t["scenario"] for t in trials))
        rows.append([reason or "(no reason)", methods, names, len(trials)])
    return markdown(["Why theory cannot say", "Methods", "Scenarios", ">Trials"], rows)


def heat(filler, traffic):
    """The matrix as text: one table for each state of the traffic."""
    kernel = facts.heat_kernel(filler)
    grid = matrix.grid(filler.catalogue, kernel, traffic)
    head = ["Method"] + [f">{matrix.spoken(name)}" for name in grid.columns]
    rows = []
    for row in grid.rows:
        cells = [words.verdict(grid.cells.get((row, column))) for column in grid.columns]
        rows.append([f"`{row}`", *cells])
    return markdown(head, rows)


def distributions(filler):
    rows = []
    for cell in filler.distributions.cells.values():
        if cell.skipped:
            continue
        n = cell.noticed
        quantiles = [words.duration(n[min(len(n) - 1, len(n) * q // 100)]) for q in (0, 50, 95)] if n else [""] * 3
        last = words.duration(n[-1]) if n else ""
        window = words.span(*cell.window) if cell.window else cell.expect or "none"
        rows.append([f"`{label(cell.method, cell.options)}`", cell.scenario, cell.kernel, len(cell.trials),
                     *quantiles, last, window])
    return markdown(["Method", "Scenario", "Kernel", ">Trials", ">Least", ">Median", ">95 %", ">Most",
                     "Theory, over all phases"], rows)


def versions(filler):
    """Where kernels differ: another answer, or another time."""
    rows = []
    for scenario, method, cells in matrix.differing(filler.catalogue):
        shown = [words.verdict(cells.get(k)) + seen(cells.get(k)) for k in filler.catalogue.kernels]
        rows.append([scenario, f"`{method}`", *shown])
    return markdown(["Scenario", "Method", *[f">{k}" for k in filler.catalogue.kernels]], rows)


def seen(cell):
    return f" {cell.errno}" if cell and cell.errno else ""


TABLES = {
    "failures": failures,
    "skips": skips,
    "unsaid": unsaid,
    "heat": heat,
    "distributions": distributions,
    "versions": versions,
    "claims": lambda f: claims.text(f.catalogue),
    "mistakes": lambda f: markdown(*quality.mistakes(f.catalogue)),
    "quality": lambda f: markdown(*quality.by_method(f.catalogue)),
    "cost": lambda f: markdown(*quality.cost(f.catalogue, facts.heat_kernel(f))),
}
