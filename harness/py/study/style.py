# SPDX-License-Identifier: MIT
"""How every figure looks, and how it becomes the same bytes each time: text as paths of the font
that comes with matplotlib, a fixed salt for the identifiers, no date. Colours are Okabe and Ito's
and the map `cividis`, which colour-blind readers and grey printers can tell apart."""

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot  # noqa: E402 (the backend is chosen first)

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000")
CYCLE = (BLUE, RED, GREEN, ORANGE, PURPLE, SKY, BLACK)
GREY = "#8a8a8a"

matplotlib.rcParams.update({
    "svg.hashsalt": "deadpeer",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
    "hatch.linewidth": 0.5,
})

TICKS = ((1e-4, "0.1 ms"), (1e-3, "1 ms"), (1e-2, "10 ms"), (0.1, "0.1 s"), (1, "1 s"), (10, "10 s"),
         (60, "1 min"), (600, "10 min"), (3600, "1 h"), (3 * 3600, "3 h"))


def figure(width, height):
    return matplotlib.pyplot.subplots(figsize=(width, height))


def save(made, path):
    made.savefig(path, format="svg", bbox_inches="tight", metadata={"Date": None})
    matplotlib.pyplot.close(made)


def time_axis(axis, lo, hi):
    """A logarithmic axis in seconds with the words that people use."""
    ticks = [(at, name) for at, name in TICKS if lo <= at <= hi]
    axis.set_major_locator(matplotlib.ticker.FixedLocator([at for at, _ in ticks]))
    axis.set_major_formatter(matplotlib.ticker.FixedFormatter([name for _, name in ticks]))
    axis.set_minor_locator(matplotlib.ticker.NullLocator())
