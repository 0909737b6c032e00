# SPDX-License-Identifier: MIT
"""deadpeer report: the command; the page itself is looked at in test_page.py."""

import os
import stat
import subprocess

import pytest

import page_records
from binary import DEADPEER, PASS, USAGE, run

SIZE_MAX = 2_000_000  # of the whole catalogue


@pytest.fixture
def records(tmp_path):
    return page_records.write(tmp_path / "all.jsonl", page_records.everything())


def test_every_record_is_of_the_schema(valid):
    for line in [page_records.run(), *page_records.everything(), *page_records.nasty()]:
        valid(line)


def test_the_same_records_give_the_same_bytes_in_a_file_and_on_standard_output(deadpeer, records, tmp_path):
    page = tmp_path / "page.html"
    assert deadpeer("report", records, "-o", page, code=PASS).out == ""
    assert deadpeer("report", records, "-o", "-", code=PASS).out == page.read_text(encoding="utf-8")


def test_the_page_names_no_address(deadpeer, records):
    text = deadpeer("report", records, "-o", "-", code=PASS).out
    own = text.split('<script type="text/plain"')[0]
    assert "default-src 'none'" in own
    assert "src=" not in own.replace("data-src=", "") and "@import" not in own


def test_bad_input_is_refused_with_its_place_and_the_old_page_stays(deadpeer, records, tmp_path):
    page, bad = tmp_path / "page.html", tmp_path / "bad.jsonl"
    bad.write_text(records.read_text(encoding="utf-8") + "{}\n", encoding="utf-8")
    page.write_text("old")
    done = deadpeer("report", records, bad, "-o", page, code=USAGE)
    assert f"{bad}:{len(records.read_text(encoding='utf-8').splitlines()) + 1}: " in done.err
    assert page.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["all.jsonl", "bad.jsonl", "page.html"]


@pytest.mark.parametrize("argv, words", [
    ([], "give files"), (["FILE"], "-o"), (["missing.jsonl", "-o", "-"], "missing.jsonl"),
    (["FILE", "-o", "none/page.html"], "none/page.html"), (["FILE", "-o", "a.html", "-o", "b.html"], "twice"),
])
def test_what_cannot_be_done_is_a_usage_error(deadpeer, records, argv, words):
    done = deadpeer("report", *[records if a == "FILE" else a for a in argv], code=USAGE)
    assert words in done.err and done.out == "" and done.err.count("\n") == 1


def test_a_page_is_replaced_at_once_and_nothing_else_is_left(deadpeer, records, tmp_path):
    page, link = tmp_path / "page.html", tmp_path / "link.html"
    page.write_text("old")
    link.symlink_to(page)
    with open(page, encoding="utf-8") as old:
        deadpeer("report", records, "-o", link, code=PASS)
        assert old.read() == "old", "the old page was written to"
    assert link.is_symlink() and page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["all.jsonl", "link.html", "page.html"]


def test_a_new_page_obeys_the_umask(records, tmp_path):
    page = tmp_path / "page.html"
    run([DEADPEER, "report", records, "-o", page], tmp_path, PASS, umask=0o027)
    assert stat.S_IMODE(page.stat().st_mode) == 0o640


def test_a_pipe_is_written_through(deadpeer, records, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = tmp_path / "got.html"
    with open(got, "wb") as out, subprocess.Popen(["cat", pipe], stdout=out):
        deadpeer("report", records, "-o", pipe, code=PASS)
    assert got.read_text(encoding="utf-8").endswith("</html>\n")
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_whole_catalogue_stays_below_two_megabytes(deadpeer, tmp_path):
    records = page_records.write(tmp_path / "catalogue.jsonl", page_records.catalogue())
    page = tmp_path / "page.html"
    deadpeer("report", records, "-o", page, code=PASS)
    assert page.stat().st_size < SIZE_MAX
