# SPDX-License-Identifier: MIT
"""The template's placeholders: {{name argument …}}, each filled from the records alone.

A line that is nothing but {{table …}} becomes a table. An argument with a method is written as on
the command line, keepalive:idle=1m,intvl=5s,cnt=3. What the records do not hold is said so, so that
a catalogue that grows or shrinks does not stop the study.
"""

import re
import shlex

from study import evidence, facts, tables, words

PLACEHOLDER = re.compile(r"\{\{(.+?)\}\}")
ABSENT = "*(not in these records)*"


class Filler:
    def __init__(self, catalogue, distributions, packets):
        self.catalogue = catalogue
        self.distributions = distributions
        self.packets = packets  # a folder of captures
        self.absent = []  # placeholders that found nothing

    def fill(self, template):
        return PLACEHOLDER.sub(self._one, template)

    def _one(self, match):
        name, *given = shlex.split(match.group(1))
        if name == "table":
            return tables.TABLES[given[0]](self, *given[1:])
        if name == "packets":
            return self._known(evidence.block(given[0], self.packets), match)
        if name in facts.FACTS:
            return str(facts.FACTS[name](self, *given))
        return self._known(CELL[name](self._cell(*given)), match)

    def _known(self, value, match):
        if value is None:
            self.absent.append(match.group(1))
            return ABSENT
        return value

    def _cell(self, scenario, method, kernel=None):
        """On the given kernel, the newest, or else the oldest."""
        where = self.catalogue
        if scenario.startswith("dist:"):
            where, scenario = self.distributions, scenario.removeprefix("dist:")
        if kernel == "newest":
            kernel = where.kernels[-1]
        for one in [kernel] if kernel else where.kernels:
            cell = where.find(scenario, method, one)
            if cell and not cell.skipped:
                return cell
        return None


def known(function):
    return lambda cell: None if cell is None else function(cell)


def window(cell):
    if cell.window is None:
        return "never" if cell.expect == "never" else "none"
    return words.span(*cell.window)


def extremes(cell):
    return words.span(cell.noticed[0], cell.noticed[-1]) if cell.noticed else words.verdict(cell)


CELL = {
    "at": known(words.verdict),
    "range": known(extremes),
    "window": known(window),
    "saw": known(lambda c: f"`{c.saw}`" if c.saw else "nothing"),
    "why": known(lambda c: c.why),
    "state": known(lambda c: f"`{c.tcp_state}`"),
    "packets": known(lambda c: words.rate(c.per_hour("packets_out", "packets_in"))),
    "phases": known(lambda c: str(len(c.trials))),
}
