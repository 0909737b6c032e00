# SPDX-License-Identifier: MIT
"""The study is what its records say: rendered again it is the same bytes, and no number in its
template is written by hand."""

import json
import lzma
import re
import sys

import pytest

from binary import BUILD, PASS, ROOT, run

RESULTS = ROOT / "results"
RECORDS = sorted((RESULTS / "study").glob("*.jsonl.xz"))
TEMPLATE = ROOT / "harness" / "py" / "study" / "STUDY.md.in"
TEXTS = ["STUDY.md", "study/CATALOGUE.md"]
FIGURES = ["study/heat.svg", "study/distributions.svg", "study/kernels.svg"]

# Not measured: names, settings (always in `code`), sources, and the numbers of a list.
NAMES = re.compile(r"\{\{.+?\}\}|`[^`]+`|RFC [\d .]+|IPv[46]|\b\w+\(\d\)|51\(5\)|^\d+\. ", re.M)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    pytest.importorskip("matplotlib", reason="python3-matplotlib is not installed")
    folder = tmp_path_factory.mktemp("study")
    run([sys.executable, "-B", "-m", "study", "render", "--records", RESULTS / "study", "--results", folder],
        folder, PASS, env={"PYTHONPATH": str(ROOT / "harness" / "py")})
    return folder


def test_template_has_no_number_of_its_own():
    for number, line in enumerate(NAMES.sub("", TEMPLATE.read_text()).splitlines(), 1):
        assert not re.search(r"\d", line), f"line {number}: {line}"


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_what_the_records_say(rendered, name):
    assert (rendered / name).read_text() == (RESULTS / name).read_text()


@pytest.mark.parametrize("name", FIGURES)
def test_figure_is_what_the_records_say(rendered, name):
    import matplotlib

    committed = (RESULTS / name).read_text()
    drawn_by = re.search(r"Matplotlib v([\d.]+)", committed).group(1)
    if drawn_by != matplotlib.__version__:
        pytest.skip(f"drawn by matplotlib {drawn_by}, and {matplotlib.__version__} draws otherwise")
    assert (rendered / name).read_text() == committed


def test_every_placeholder_is_filled():
    text = (RESULTS / "STUDY.md").read_text()
    assert "{{" not in text and "not in these records)" not in text


@pytest.mark.parametrize("path", RECORDS, ids=lambda p: p.name)
def test_records_are_read_and_tell_nothing_of_the_machine(tmp_path, valid, path):
    plain = tmp_path / "records.jsonl"
    plain.write_bytes(lzma.decompress(path.read_bytes()))
    assert run([BUILD / "deadpeer", "show", plain], tmp_path).out
    lines = [json.loads(line) for line in plain.read_text().splitlines()]
    runs = [line for line in lines if line["kind"] == "run"]
    assert runs
    for line in runs + lines[::50]:
        valid(line)
    for line in runs:
        assert line["started"] == line["version"] == ""
        assert not re.search(r"(^|[\s=])[/~]", line["command"]), "a path of the machine that ran it"


def test_there_are_records():
    assert [path.name for path in RECORDS] == ["catalogue.jsonl.xz", "distributions.jsonl.xz"]
