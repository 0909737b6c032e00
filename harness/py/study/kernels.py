# SPDX-License-Identifier: MIT
"""Kernel against kernel: each cell's median on the oldest one against the others'."""

from study import style
from study.records import NS

LEAST_S, MOST_S = 1e-3, 4 * 3600  # below, the machine that is simulated is what is measured


def pairs(study, one, other):
    for (kernel, *key), cell in study.cells.items():
        if kernel != one or cell.median is None:
            continue
        there = study.cells.get((other, *key))
        if there and there.median is not None:
            yield cell.median / NS, there.median / NS


def draw(study, path):
    made, axes = style.figure(5.2, 5.0)
    first, *others = study.kernels
    axes.plot([LEAST_S, MOST_S], [LEAST_S, MOST_S], color=style.GREY, linewidth=0.8)
    for i, kernel in enumerate(others):
        points = [p for p in pairs(study, first, kernel) if min(p) > LEAST_S]
        axes.scatter([x for x, _ in points], [y for _, y in points], s=14, marker="ox"[i % 2],
                     linewidths=0.9, facecolors="none" if i % 2 == 0 else style.CYCLE[i],
                     **({"edgecolors": style.CYCLE[i]} if i % 2 == 0 else {}), label=f"Linux {kernel}")
    for axis, set_scale, set_limit in ((axes.xaxis, axes.set_xscale, axes.set_xlim),
                                       (axes.yaxis, axes.set_yscale, axes.set_ylim)):
        set_scale("log")
        set_limit(LEAST_S, MOST_S)
        style.time_axis(axis, LEAST_S, MOST_S)
    axes.tick_params(labelsize=8)
    axes.set_xlabel(f"median on Linux {first}")
    axes.set_ylabel("median on the other kernel")
    if others:
        axes.legend(frameon=False, fontsize=8, loc="upper left")
    style.save(made, path)
