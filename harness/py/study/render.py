# SPDX-License-Identifier: MIT
"""From committed records to STUDY.md, the catalogue behind it, and the figures."""

import pathlib

from study import ecdf, facts, heat, kernels, tables, words
from study.fill import Filler
from study.records import Study, label

TEMPLATE = pathlib.Path(__file__).with_name("STUDY.md.in")
NOTE = "<!-- Written by `make study-render` from results/study/*.jsonl.xz; edit harness/py/study. -->\n\n"


def catalogue(study):
    """Every cell of every scenario, kernel by kernel."""
    lines = [NOTE + "# The catalogue, cell by cell\n",
             "Medians of the time from the fault to the alarm; ⚠: a false alarm, the peer was alive; "
             "✗: not what theory allows. What it saw and theory's window are the oldest kernel's that "
             "ran it.\n"]
    for family in study.families():
        lines.append(f"## {family}\n")
        rows = []
        for scenario in study.scenarios(family):
            rows += scenario_rows(study, scenario)
        head = ["Scenario", "Method", *[f">{k}" for k in study.kernels], "Saw", "Theory"]
        lines += [tables.markdown(head, rows), ""]
    return "\n".join(lines)


def scenario_rows(study, scenario):
    together = {}
    for kernel in study.kernels:
        for cell in study.of(scenario, kernel):
            together.setdefault(label(cell.method, cell.options), {})[kernel] = cell
    for method, cells in together.items():
        ran = [c for c in cells.values() if not c.skipped] or list(cells.values())
        said = words.span(*ran[0].window) if ran[0].window else ran[0].expect or "cannot say"
        yield [scenario, f"`{method}`", *[words.verdict(cells.get(k)) for k in study.kernels],
               f"`{ran[0].saw}`" if ran[0].saw else "", "" if ran[0].skipped else said]


def everything(folder, results):
    """@folder has the records; STUDY.md goes to @results, all else beside them."""
    results.mkdir(parents=True, exist_ok=True)
    target = results / "study"
    target.mkdir(exist_ok=True)
    study, points = Study(folder / "catalogue.jsonl.xz"), Study(folder / "distributions.jsonl.xz")
    filler = Filler(study, points, folder / "packets")
    (results / "STUDY.md").write_text(NOTE + filler.fill(TEMPLATE.read_text()))
    (target / "CATALOGUE.md").write_text(catalogue(study))
    heat.draw(study, facts.heat_kernel(filler), target / "heat.svg")
    ecdf.draw(points, target / "distributions.svg")
    kernels.draw(study, target / "kernels.svg")
    for what in filler.absent:
        print(f"study: not in these records: {what}")
