# SPDX-License-Identifier: MIT
"""python3 -m study run|packets|render: see `make study` and `make study-render`."""

import argparse
import pathlib

from study import render, run

ROOT = pathlib.Path(__file__).resolve().parents[3]


def main():
    parser = argparse.ArgumentParser(prog="study", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run", help="run everything and keep its records compactly")
    one.add_argument("--deadpeer", type=pathlib.Path, required=True)
    one.add_argument("--phases", type=int, required=True, help="of each trial of the catalogue")
    one.add_argument("--points", type=int, required=True, help="of each distribution")
    one.add_argument("--parts", type=pathlib.Path, required=True,
                     help="a folder for what is done; what is newer than the program is taken from it")
    three = commands.add_parser("packets", help="only keep the packets that the findings show")
    three.add_argument("--deadpeer", type=pathlib.Path, required=True)
    three.add_argument("--parts", type=pathlib.Path, required=True, help="a folder for what is done")
    three.add_argument("names", nargs="*", metavar="NAME", help="of findings in evidence.py; left out: all")
    two = commands.add_parser("render", help="write STUDY.md, its catalogue and its figures")
    for each in (one, two, three):
        each.add_argument("--results", type=pathlib.Path, default=ROOT / "results")
    two.add_argument("--records", type=pathlib.Path, help="their folder, where it is another")
    given = parser.parse_args()
    if given.command == "run":
        run.everything(given.deadpeer, given.results / "study", given.parts, given.phases, given.points)
    elif given.command == "packets":
        run.packets(given.deadpeer, given.results / "study", given.parts, given.names)
    else:
        render.everything(given.records or given.results / "study", given.results)


main()
