# SPDX-License-Identifier: MIT
"""The distributions: a classic tuning in each panel, theory's window shaded."""

import matplotlib.pyplot

from study import style, words
from study.records import label, options_text

COLUMNS = 3


def title(cell):
    known = {
        ("keepalive", "matrix-cable-far-default", ""): "keepalive 7200/75/9 (Linux's default)",
        ("keepalive", "matrix-cable-far", "idle=1m,intvl=5s,cnt=3"): "keepalive 60/5/3",
        ("keepalive", "tuning-sysctl-5-1-1", ""): "keepalive 5/1/1 by sysctl",
        ("recv", "matrix-cable-far-sending-default", ""): "data in flight, tcp_retries2 15",
        ("recv", "tuning-sysctl-5-1-1-sending", ""): "data in flight, tcp_retries2 8",
        ("user_timeout", "matrix-cable-far-sending", "timeout=20s"): "data in flight, TCP_USER_TIMEOUT 20 s",
    }
    key = cell.method, cell.scenario, options_text(cell.options)
    if cell.method == "heartbeat":
        return f"heartbeat {cell.options['period']}, {cell.options['mode']}"
    if cell.method == "phi":
        return f"phi accrual, threshold {cell.options['threshold']}, beacons every {cell.options['period']}"
    return known.get(key, label(cell.method, cell.options))


def panels(study):
    """{title: [cell of each kernel]}, in the order of the records."""
    found = {}
    for cell in study.cells.values():
        if cell.noticed:
            found.setdefault(title(cell), []).append(cell)
    return found


def unit(ns):
    return next((size, name) for size, name in words.UNITS if ns >= 2 * size)


def steps(times, size):
    share = [(i + 1) / len(times) for i in range(len(times))]
    return [times[0] / size, *[t / size for t in times]], [0, *share]


def bounds(cells, key):
    """One end of every trial's window, in order: so bounded, the curve lies between the two ends'."""
    return sorted(max(0, t["expect"][key]) for cell in cells for t in cell.trials)


def shade(axes, cells, size):
    early, share = steps(bounds(cells, "lo_ns"), size)
    late, _ = steps(bounds(cells, "hi_ns"), size)
    axes.fill_betweenx(share, early, late, step="pre", color="#cfcfcf", linewidth=0)


def panel(axes, name, cells, kernels):
    size, short = unit(max(c.noticed[-1] for c in cells))
    shade(axes, [c for c in cells if c.window], size)
    for cell in cells:
        i = kernels.index(cell.kernel)
        x, y = steps(cell.noticed, size)
        axes.step(x, y, where="post", color=style.CYCLE[i], linewidth=1.6 if i else 2.6,
                  linestyle=("-", "--", ":")[i % 3], label=cell.kernel)
    axes.set_title(name, fontsize=9, loc="left")
    axes.set_xlabel(f"time from the fault to the alarm [{short}]", fontsize=8)
    axes.set_ylim(0, 1.02)
    axes.tick_params(labelsize=8)


def draw(study, path):
    found = panels(study)
    lines = max(1, -(-len(found) // COLUMNS))
    made, grid = matplotlib.pyplot.subplots(lines, COLUMNS, figsize=(10.5, 2.7 * lines), squeeze=False)
    for axes in grid.flat[len(found):]:
        axes.set_visible(False)
    for axes, (name, cells) in zip(grid.flat, found.items()):
        panel(axes, name, cells, study.kernels)
    grid[0][0].legend(title="Linux", fontsize=8, title_fontsize=8, frameon=False, loc="lower right")
    for line in grid:
        line[0].set_ylabel("share of the phases", fontsize=8)
    made.tight_layout()
    style.save(made, path)
