# SPDX-License-Identifier: MIT
"""How often a method is wrong and what it costs, in the terms of Chen, Toueg and Aguilera
(IEEE Transactions on Computers 51(5), 2002): the mistake rate, the mean mistake duration and the
query accuracy, over the time in which the peer was alive and watched."""

from study import words
from study.records import NS, label

DAY_NS = 86400 * NS


def alive(study):
    return [c for c in study.cells.values() if not c.skipped and c.total("alive_ns") > 0]


def figures(cells):
    """[mistakes, rate, duration, accuracy] as text."""
    mistakes, mistaken, lived = (sum(c.total(key) for c in cells)
                                 for key in ("mistakes", "mistaken_ns", "alive_ns"))
    cut = any(t["mistake_open"] for c in cells for t in c.trials)
    duration = "" if not mistakes else f"{'≥ ' if cut else ''}{words.duration(mistaken // mistakes)}"
    return [mistakes, f"{words.rate(mistakes * DAY_NS / lived)}/d" if mistakes else "0", duration,
            words.percent(1 - mistaken / lived)]


def groups(cells, key):
    found = {}
    for cell in cells:
        found.setdefault(key(cell), []).append(cell)
    return found


def by_method(study):
    """Where nothing dies; over all such scenarios and kernels."""
    quiet = [c for c in alive(study) if c.outcomes <= {"quiet", "false_alarm"}]
    rows = []
    for method, cells in groups(quiet, lambda c: c.method).items():
        lived = sum(c.total("alive_ns") for c in cells)
        rows.append([f"`{method}`", len({c.scenario for c in cells}), f"{lived / DAY_NS:.2f} d", *figures(cells)])
    return ["Method", ">Scenarios", ">Watched", ">Mistakes", ">λ_M", ">T_M", ">P_A"], rows


def mistakes(study):
    """Every scenario and method with a false alarm."""
    rows = []
    for (scenario, method), cells in groups(alive(study), lambda c: (
            c.scenario, label(c.method, c.options))).items():
        if not sum(c.total("mistakes") for c in cells):
            continue
        first = cells[0]
        rows.append([scenario, first.fault, first.traffic, f"`{method}`", *figures(cells)])
    return ["Scenario", "Fault", "Traffic", "Method", ">Mistakes", ">λ_M", ">T_M", ">P_A"], rows


def cost(study, kernel):
    """An hour of idle peace, in the reference set."""
    rows = []
    for cell in study.of("matrix-calm", kernel):
        if cell.skipped:
            continue
        rows.append([f"`{label(cell.method, cell.options)}`", words.rate(cell.per_hour("packets_out")),
                     words.rate(cell.per_hour("packets_in")), words.rate(cell.per_hour("bytes_out")),
                     words.rate(cell.per_hour("bytes_in")), words.rate(cell.per_hour("wakeups"))])
    return ["Method", ">Packets out", ">Packets in", ">Bytes out", ">Bytes in", ">Wake-ups"], rows
