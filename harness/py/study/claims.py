# SPDX-License-Identifier: MIT
"""What people say, and what was measured (harness/report/claims.c gives the same verdicts)."""

from study import matrix, words
from study.records import label


def statements(study):
    """{says: {when: [cell]}}, in the order of the records."""
    said = {}
    for cell in study.cells.values():
        claim = cell.claim
        if claim and not cell.skipped:
            said.setdefault(claim["says"], {}).setdefault(claim["when"], []).append(cell)
    return said


def holds(cells):
    return all(t["claim"]["holds"] for cell in cells for t in cell.trials)


def verdict(circumstances):
    answers = {holds(cells) for cells in circumstances.values()}
    return "ONLY IF" if len(answers) > 1 else "TRUE" if answers == {True} else "FALSE"


def told(cell):
    return f"{words.verdict(cell)}{f' `{cell.saw}`' if cell.saw else ''}"


def measured(cells):
    """Kernel by kernel where they differ, else the oldest's."""
    by_method = {}
    for cell in cells:
        by_method.setdefault(label(cell.method, cell.options), []).append(cell)
    parts = []
    for method, same in by_method.items():
        if matrix.differ(same):
            shown = "; ".join(f"{c.kernel}: {told(c)}" for c in same)
        else:
            shown = told(same[0])
        parts.append(f"`{method}`: {shown} (said: {same[0].claim['predicts']})")
    return "<br>".join(parts)


def text(study):
    lines = []
    for says, circumstances in statements(study).items():
        lines.append(f"**{verdict(circumstances)}** — *{says}*\n")
        lines += ["| | Where | Measured |", "|:--|:--|:--|"]
        for when, cells in circumstances.items():
            lines.append(f"| {'yes' if holds(cells) else 'no'} | {when} | {measured(cells)} |")
        lines.append("")
    return "\n".join(lines).strip() or "*None in these records.*"


def counted(study):
    answers = [verdict(circumstances) for circumstances in statements(study).values()]
    return {word: answers.count(word) for word in ("TRUE", "ONLY IF", "FALSE")}
