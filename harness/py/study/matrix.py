# SPDX-License-Identifier: MIT
"""Method against fault: the reference set of scenarios/matrix, and kernel against kernel."""

import collections

from study.records import label

FAMILY = "matrix"
DEATH_LAST = "calm"  # the control stands at the end
SLACK_NS = 20_000_000
SLACK = 0.05


class Grid:
    def __init__(self, cells):
        self.columns = sorted(dict.fromkeys(column(c.scenario) for c in cells),
                              key=lambda name: (short(name) == DEATH_LAST, speed(cells, name), name))
        self.rows = rows(cells)
        self.cells = {(label(c.method, c.options), column(c.scenario)): c for c in cells}


def column(scenario):
    """The scenario that Linux's own limits, which take long, have for themselves stands with the one it completes."""
    return scenario.removesuffix("-default")


def rows(cells):
    """In the order of the fullest scenario; what only others have comes before its next of kin."""
    fullest = max(collections.Counter(c.scenario for c in cells).items(), key=lambda n: n[1], default=[None])[0]
    order = []
    for cell in sorted(cells, key=lambda c: c.scenario != fullest):
        name = label(cell.method, cell.options)
        kin = [i for i, other in enumerate(order) if other.split(" ")[0] == cell.method]
        if name not in order:
            order.insert(kin[0] if kin and cell.scenario != fullest else len(order), name)
    return order


def speed(cells, scenario):
    """Deaths that nobody is told of stand together, as do those that everybody is."""
    mine = [c for c in cells if column(c.scenario) == scenario]
    return sum(c.median is None or c.median > 1_000_000_000 for c in mine) / max(1, len(mine)) * -1


def short(scenario):
    return scenario.removeprefix("matrix-").removesuffix("-sending")


SPOKEN = {
    "addr-own": "own address gone", "addr-peer": "peer's address gone", "cable-far": "far cable pulled",
    "cable-own": "own cable pulled", "calm": "nothing (control)", "crash": "host loses power",
    "drop-egress": "own egress refuses", "drop-wire": "network drops all", "kill": "process killed",
    "one-way-in": "answers are lost", "reboot": "host reboots (1 min)", "reject-host": "ICMP host unreachable",
    "reject-reset": "firewall sends RST", "reset": "peer sends RST", "shutdown": "peer half-closes",
    "stop": "process hangs",
}


def spoken(name):
    return SPOKEN.get(short(name), short(name))


def grid(study, kernel, traffic=None):
    cells = [c for (k, *_), c in study.cells.items()
             if k == kernel and c.family == FAMILY and traffic in (None, c.traffic)]
    return Grid(sorted(cells, key=lambda c: c.scenario != column(c.scenario)))


def differ(cells):
    """Not the same answer, or medians further apart than a tick and the phase explain."""
    ran = [c for c in cells if not c.skipped]
    if len(ran) < 2:
        return False
    medians = [c.median for c in ran]
    if len({m is None for m in medians}) > 1 or len({c.errno for c in ran}) > 1:
        return True
    if None in medians:
        return False
    apart = max(medians) - min(medians)
    return apart > SLACK_NS and apart > SLACK * max(medians)


def differing(study):
    """(scenario, method, {kernel: cell}) where the kernels differ, in the order of the records."""
    together = {}
    for (kernel, scenario, method, options), cell in study.cells.items():
        together.setdefault((scenario, f"{method} {options}".strip()), {})[kernel] = cell
    return [(scenario, method, cells) for (scenario, method), cells in together.items()
            if differ(list(cells.values()))]


def together(study):
    """How many cells more than one kernel ran, and in how many they agree."""
    groups = {}
    for (_, scenario, method, options), cell in study.cells.items():
        if not cell.skipped:
            groups.setdefault((scenario, method, options), []).append(cell)
    both = [cells for cells in groups.values() if len(cells) > 1]
    return len(both), sum(not differ(cells) for cells in both)
