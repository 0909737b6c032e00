# SPDX-License-Identifier: MIT
"""The heat map: every method of the reference set against every way to die."""

import matplotlib
from matplotlib.patches import Patch, Rectangle

from study import matrix, style, words
from study.records import NS

LEAST_S, MOST_S = 1e-3, 3 * 3600
HEAD = {"idle": "idle connection", "sending": "the observer writes every second"}


def brief(cell):
    """At most five characters or so."""
    if cell.skipped:
        return "n/a"
    if cell.median is None:
        return {"never": "never", "quiet": "–"}.get(words.verdict(cell), ">" + short(cell.horizon_ns))
    return short(cell.median)


def short(ns):
    if ns < NS // 1000:
        return "<1ms"
    return words.duration(ns, 2).replace(" min", "m").replace(" ", "")


def paint(axes, x, y, cell, norm, colours):
    box = {"linewidth": 0.8, "edgecolor": "white"}
    colour = "black"
    if cell.skipped:
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor="white", **box))
        colour = style.GREY
    elif cell.median is None:
        quiet = words.verdict(cell) == "quiet"
        axes.add_patch(Rectangle((x, y), 1, 1, linewidth=0.8, facecolor="white",
                                 edgecolor="#c8c8c8", hatch=None if quiet else "////"))
        colour = style.GREY if quiet else "black"
    else:
        shade = colours(norm(max(cell.median / NS, LEAST_S)))
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor=shade, **box))
        colour = "white" if sum(w * c for w, c in zip((0.3, 0.59, 0.11), shade)) < 0.5 else "black"
    if cell.median is not None and cell.false_alarm:
        axes.add_patch(Rectangle((x + 0.06, y + 0.06), 0.88, 0.88, fill=False, edgecolor=style.RED,
                                 linewidth=2.2))
    never = cell.median is None and not cell.skipped and words.verdict(cell) != "quiet"
    axes.text(x + 0.5, y + 0.52, ("✗" if cell.failed else "") + brief(cell), ha="center", va="center",
              fontsize=6.8, color=colour,
              bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6} if never else None)


def name_of(row):
    """A method with its options, shortened where the rest says it."""
    words_of = {"misses=1,mode=ping": "ping", "misses=1,mode=beacon": "beacon",
                "threshold=8,window=1000,min_std=100ms,period=1s": "8, every 1 s", "op=recv": "",
                ",unread=read": "", ",sigpipe=false": "", "dead=any": "", ",stall=5s": "",
                ",unacked=5s,retransmits=5,probes=3": ""}
    for long, brief_one in words_of.items():
        row = row.replace(long, brief_one)
    return row.replace(", ", ",").replace(",", ", ").strip()


def draw(study, kernel, path):
    grids = [matrix.grid(study, kernel, traffic) for traffic in HEAD]
    rows = grids[0].rows
    width = sum(len(g.columns) for g in grids) + 1
    made, axes = style.figure(3.2 + 0.5 * width, 2.2 + 0.29 * len(rows))
    norm = matplotlib.colors.LogNorm(LEAST_S, MOST_S, clip=True)
    colours = matplotlib.colormaps["cividis_r"]
    left = 0
    ticks, names = [], []
    for grid, head in zip(grids, HEAD.values()):
        for i, column in enumerate(grid.columns):
            ticks.append(left + i + 0.5)
            names.append(matrix.spoken(column))
            for j, row in enumerate(rows):
                cell = grid.cells.get((row, column)) or found(grid, row, column)
                if cell:
                    paint(axes, left + i, j, cell, norm, colours)
        axes.text(left + len(grid.columns) / 2, len(rows) + 0.9, head, ha="center", va="center", fontsize=9,
                  fontweight="bold")
        left += len(grid.columns) + 1
    frame(axes, left - 1, rows, ticks, names)
    legend(made, axes, norm, colours)
    axes.set_title(f"How long until the observer knows that its peer is gone (Linux {kernel})", loc="left",
                   fontsize=11, fontweight="bold", y=1.0, pad=100)
    style.save(made, path)


def found(grid, row, column):
    """With data in flight the application writes, not the method: its options lack the period."""
    bare = row.replace(",period=10s", "").replace(" period=10s", "")
    return grid.cells.get((bare, column)) if bare != row else None


def frame(axes, width, rows, ticks, names):
    axes.set_xlim(0, width)
    axes.set_ylim(len(rows) + 1.4, 0)
    axes.xaxis.tick_top()
    axes.set_xticks(ticks, names, rotation=45, ha="left", rotation_mode="anchor", fontsize=8)
    axes.set_yticks([j + 0.5 for j in range(len(rows))], [name_of(r) for r in rows], fontsize=8)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def legend(made, axes, norm, colours):
    axes.legend(handles=[
        Patch(facecolor="white", edgecolor="#8a8a8a", hatch="////", label="never: not noticed, and theory agrees"),
        Patch(facecolor="white", edgecolor=style.RED, linewidth=2.2, label="false alarm: the peer was alive"),
        Patch(facecolor="white", edgecolor="#c8c8c8", label="–  nothing dies, nothing reported"),
    ], loc="upper left", bbox_to_anchor=(0, -0.005), frameon=False, fontsize=8, ncol=3, borderaxespad=0)
    bar = made.colorbar(matplotlib.cm.ScalarMappable(norm, colours), ax=axes, fraction=0.015, pad=0.01)
    style.time_axis(bar.ax.yaxis, LEAST_S, MOST_S)
    bar.ax.tick_params(labelsize=8)
    bar.set_label("time from the fault to the alarm (median)", fontsize=8)
