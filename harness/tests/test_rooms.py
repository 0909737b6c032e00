# SPDX-License-Identifier: MIT
"""The rooms' ranks (harness/README.md) hold, and every header compiles alone."""

import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HARNESS = ROOT / "harness"
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
ONLY = {"report": {"base", "record", "report"}}
PKGS = ["libnl-route-3.0", "libfyaml", "jansson"]


def ranks():
    text = (HARNESS / "README.md").read_text()
    listed = text.split("<!-- ranks: begin -->")[1].split("<!-- ranks: end -->")[0]
    return re.findall(r"^\d+\. `(\w+)`", listed, re.M)


def sources(folder):
    return sorted(p for p in folder.rglob("*.[ch]") if "tests" not in p.parts)


def includes(path):
    return INCLUDE.findall(path.read_text())


def test_every_room_is_listed():
    rooms = {p.name for p in HARNESS.iterdir() if p.is_dir()} - {"tests", "py", "__pycache__"}
    assert rooms == set(ranks())


def test_includes_go_up_the_list():
    order = ranks()
    wrong = []
    for path in sources(HARNESS):
        room = path.relative_to(HARNESS).parts[0]
        for name in includes(path):
            target = name.split("/")[0]
            if target == "netns":
                continue
            if target not in order or order.index(target) > order.index(room):
                wrong.append(f"{path.relative_to(ROOT)} includes {name}")
            elif room in ONLY and target not in ONLY[room]:
                wrong.append(f"{path.relative_to(ROOT)} includes {name}, which {room} may not")
    assert not wrong, "\n".join(wrong)


def test_virtual_engine_knows_no_tcp():
    wrong = []
    for path in sources(HARNESS / "engine" / "virtual"):
        for name in includes(path):
            if not name.startswith(("base/", "engine/virtual/", "netns/err.h")):
                wrong.append(f"{path.relative_to(ROOT)} includes {name}")
    assert not wrong, "\n".join(wrong)


def test_netns_knows_nothing_of_the_harness():
    wrong = [
        f"{path.relative_to(ROOT)} includes {name}"
        for path in sources(ROOT / "netns")
        for name in includes(path)
        if not name.startswith("netns/")
    ]
    assert not wrong, "\n".join(wrong)


def headers():
    return [p for folder in ("netns", "harness") for p in sources(ROOT / folder) if p.suffix == ".h"]


@pytest.mark.parametrize("room", ["netns", *ranks()])
def test_headers_compile_alone(room):
    flags = subprocess.run(
        ["pkg-config", "--cflags", *PKGS], capture_output=True, text=True, check=True
    ).stdout.split()
    folder = ROOT / "netns" if room == "netns" else HARNESS / room
    for header in (p for p in sources(folder) if p.suffix == ".h"):
        done = subprocess.run(
            ["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
             "-I.", "-Iharness", *flags, "-x", "c", "-"],
            input=f'#include "{header.relative_to(ROOT)}"\n', cwd=ROOT,
            capture_output=True, text=True, check=False,
        )
        assert done.returncode == 0, done.stderr


def test_no_file_is_a_second_room():
    big = [
        f"{p.relative_to(ROOT)}: {n} lines"
        for folder in ("netns", "harness")
        for p in sorted((ROOT / folder).rglob("*"))
        if p.suffix in (".c", ".h", ".py")
        and (n := len(p.read_text().splitlines())) > 400
    ]
    assert not big, "\n".join(big)
