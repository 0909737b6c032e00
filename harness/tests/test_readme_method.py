# SPDX-License-Identifier: MIT
"""The method that the README shows is real: one file, one table line, and it works."""

import shlex
import subprocess

import pytest

from binary import BUILD, PASS, ROOT, records, run, scenario

TABLE = "#define METHOD_TABLE(ROW) \\\n"


def shown(what):
    """The code between the README's marks."""
    block = (ROOT / "README.md").read_text().split(f"<!-- {what}: begin -->")[1]
    return block.split(f"<!-- {what}: end -->")[0].split("```c\n")[1].split("```")[0]


def flags(words):
    """What the Makefile gives to the compiler, in this build's mode."""
    done = subprocess.run(["make", "-s", "--no-print-directory", f"MODE={BUILD.name}", "CI=1",
                           "--eval", f"flags: ; @echo {words}", "flags"],
                          cwd=ROOT, capture_output=True, text=True, check=True)
    return shlex.split(done.stdout)


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """deadpeer with the README's method: two files compiled, all others as they were built."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "method").mkdir()
    header = (ROOT / "harness/method/method.h").read_text()
    assert TABLE in header
    (folder / "method/method.h").write_text(header.replace(TABLE, TABLE + shown("method line")))
    (folder / "method/method.c").write_text((ROOT / "harness/method/method.c").read_text())
    (folder / "method/peername.c").write_text(shown("method"))
    made = []
    for name in ("method", "peername"):
        made.append(folder / f"{name}.o")
        run(["gcc", f"-I{folder}", *flags("$(CPPFLAGS) $(CFLAGS)"), "-c", "-o", made[-1],
             folder / f"method/{name}.c"], folder, code=0, cwd=ROOT)
    others = [o for o in flags("$(MAIN_OBJ) $(LIB_OBJ)") if not o.endswith("/harness/method/method.o")]
    binary = folder / "deadpeer"
    run(["gcc", *flags("$(CFLAGS) $(LINK_MODE)"), "-o", binary, *others, *made, *flags("$(LIBS)")],
        folder, code=0, cwd=ROOT)
    return binary


def test_it_is_listed_with_its_option(extended, tmp_path):
    listed = run([extended, "list", "methods", "--json"], tmp_path, code=PASS).json()
    peername, = (method for method in listed if method["name"] == "peername")
    assert [option["name"] for option in peername["options"]] == ["poll"]


def test_it_notices_what_it_says_it_notices(labs, extended, tmp_path):
    """A reset ends the socket, a FIN does not: and theory knows both."""
    method = "[peername: {poll: 50ms}]"
    for name, outcome in (("reset", "detected"), ("close", "missed")):
        path = scenario(tmp_path, name, f"fault: {name}", methods=method, horizon="500ms")
        out = tmp_path / f"{name}.jsonl"
        run([extended, "run", "-e", "native", "-o", out, path], tmp_path, code=PASS)
        trial, = records(out)[1]
        assert (trial["outcome"], trial["verdict"]) == (outcome, "pass")
        if outcome == "detected":
            assert trial["saw"] == "getpeername=-1 ENOTCONN"


def test_it_is_explained(extended, tmp_path):
    path = scenario(tmp_path, "reset", "fault: reset", methods="[peername: {poll: 50ms}]")
    told, = run([extended, "explain", "--json", path], tmp_path, code=PASS).json()
    assert told["steps"][-1]["ends"] and "look" in told["steps"][-1]["what"]
