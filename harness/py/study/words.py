# SPDX-License-Identifier: MIT
"""Numbers as words: three digits and a unit."""

NS = 1_000_000_000
UNITS = ((3600 * NS, "h"), (60 * NS, "min"), (NS, "s"), (1_000_000, "ms"), (1_000, "µs"))


def digits(value, places=3):
    """Three digits, the point where it falls: 0.52, 5.00, 38.0, 938."""
    for decimals in range(places - 1, 0, -1):
        if float(f"{value:.{decimals}f}") < 10 ** (places - decimals):
            return f"{value:.{decimals}f}"
    return f"{value:.0f}"


def duration(ns, places=3):
    """A minute and a half are still 90 s: minutes and hours are used from two of them on."""
    for unit, name in UNITS:
        if ns >= (2 * unit if name in ("min", "h") else unit):
            return f"{digits(ns / unit, places)} {name}"
    return "< 1 µs"


def span(lo, hi):
    if duration(lo) == duration(hi):
        return duration(lo)
    return f"{duration(max(lo, 0)) if lo > 0 else '0'} to {duration(hi)}"


def rate(value):
    return digits(value) if value < 1000 else f"{value:,.0f}".replace(",", " ")


def percent(share):
    """What is nearly everything keeps the digit that says it is not."""
    return "100 %" if share == 1 else f"{share * 100:.3f} %".replace("100.000", "> 99.999")


def verdict(cell):
    """A cell in a word or two."""
    if cell is None:
        return ""
    if cell.skipped:
        return "n/a"
    if cell.median is None:
        if cell.failed:
            return "✗ missed"
        if cell.outcomes == {"quiet"}:
            return "quiet"
        return "never" if cell.expect == "never" else f"> {duration(cell.horizon_ns)}"
    text = duration(cell.median) if cell.median > 0 else f"< {duration(cell.call_ns)}"
    if cell.failed:
        return f"✗ {text}"
    return f"⚠ {text}" if cell.false_alarm else text
