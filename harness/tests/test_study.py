# SPDX-License-Identifier: MIT
"""The study is what its records say: rendered again it is the same bytes, and no number in its
template is written by hand."""

import json
import lzma
import re
import shutil
import subprocess
import sys

import pytest

import virtual
from binary import BUILD, PASS, ROOT, run

sys.path.insert(0, str(ROOT / "harness" / "py"))
from study import evidence, pcapng, trace  # noqa: E402

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


QUICK = ("sock-diag", "recverr")


@pytest.fixture(scope="module")
def captures(tmp_path_factory):
    """Two findings' packets, made twice."""
    virtual.kernel("6.1")
    folder = tmp_path_factory.mktemp("packets")
    for results in ("a", "b"):
        run([sys.executable, "-B", "-m", "study", "packets", "--deadpeer", BUILD / "deadpeer", "--parts", folder / "parts",
             "--results", folder / results, *QUICK], folder, PASS, env={"PYTHONPATH": str(ROOT / "harness" / "py")})
    return folder


@pytest.mark.parametrize("name", QUICK)
def test_packets_are_the_same_each_time_and_show_the_finding(captures, name):
    one, other = (captures / results / "study" / "packets" for results in "ab")
    file = evidence.file_name(name)
    assert (one / file).read_bytes() == (other / file).read_bytes()
    assert evidence.block(name, one).count("```") == 2


@pytest.mark.parametrize("name", evidence.EVIDENCE)
def test_committed_packets_show_the_finding(name):
    """block() raises where they do not."""
    assert evidence.block(name, RESULTS / "study" / "packets")


def test_packets_that_say_otherwise_are_a_contradiction(captures):
    """No finding is borne out by the packets of another."""
    folder = captures / "a" / "study" / "packets"
    for name in QUICK:
        data = lzma.decompress((folder / evidence.file_name(name)).read_bytes())
        t = trace.Trace(data, evidence.EVIDENCE[name].method)
        for other, one in evidence.EVIDENCE.items():
            if other == name or (name, other) == ("recverr", "soft-error"):  # the same lab, another method
                continue
            with pytest.raises(evidence.Contradiction):
                one.shows(t)


def test_every_finding_has_its_place_in_the_template():
    named = re.findall(r"\{\{packets (\S+)\}\}", TEMPLATE.read_text())
    assert sorted(named) == sorted(evidence.EVIDENCE)


FIELDS = ("frame.time_epoch", "frame.interface_name", "tcp.srcport", "tcp.dstport", "tcp.flags", "tcp.seq_raw",
          "tcp.ack_raw", "tcp.window_size_value", "tcp.len", "icmp.type", "icmp.code", "arp.opcode", "ip.src")
BITS = {flag: 1 << i for i, flag in enumerate(pcapng.FLAGS)}


def dissected(path):
    argv = ["tshark", "-r", path, "-T", "fields", "-E", "separator=|", "-E", "occurrence=f"]
    for field in FIELDS:
        argv += ["-e", field]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True)
    return [dict(zip(FIELDS, line.split("|"))) for line in done.stdout.splitlines()]


def told(packet):
    """A packet in tshark's fields, as far as our reader tells them."""
    seconds, nanoseconds = divmod(packet.at_ns, 10**9)
    fields = dict.fromkeys(FIELDS, "") | {"frame.time_epoch": f"{seconds}.{nanoseconds:09d}",
                                          "frame.interface_name": packet.interface}
    if packet.kind in ("tcp", "icmp"):
        source, target = packet.ports
        fields |= {"tcp.srcport": source, "tcp.dstport": target, "tcp.seq_raw": packet.seq, "ip.src": packet.source}
    if packet.kind == "tcp":
        fields |= {"tcp.flags": f"0x{sum(BITS[flag] for flag in packet.flags):04x}", "tcp.ack_raw": packet.ack,
                   "tcp.window_size_value": packet.window, "tcp.len": packet.length}
    if packet.kind == "icmp":
        fields |= {"icmp.type": packet.type[0], "icmp.code": packet.type[1]}
    if packet.kind == "arp":
        fields["arp.opcode"] = packet.type[0]
    return {key: str(value) for key, value in fields.items()}


QUOTED = ("tcp.flags", "tcp.seq_raw", "tcp.ack_raw", "tcp.window_size_value", "tcp.len")  # quoted by ICMP


@pytest.mark.skipif(not shutil.which("tshark"), reason="no tshark; apt-get install tshark")
@pytest.mark.parametrize("name", QUICK)
def test_the_reader_of_packets_reads_what_tshark_reads(captures, tmp_path, name):
    path = tmp_path / "found.pcapng"
    data = lzma.decompress((captures / "a" / "study" / "packets" / evidence.file_name(name)).read_bytes())
    path.write_bytes(data)
    mine, theirs = [told(p) for p in pcapng.packets(data)], dissected(path)
    assert len(mine) == len(theirs) > 5
    for one, other in zip(mine, theirs):
        if other["icmp.type"]:
            one, other = one | dict.fromkeys(QUOTED, ""), other | dict.fromkeys(QUOTED, "")
        assert one == other


def test_a_damaged_file_is_refused(captures):
    data = lzma.decompress((captures / "a" / "study" / "packets" / evidence.file_name("sock-diag")).read_bytes())
    for spoilt in (data[:-3], data[:4] + b"\0\0\0\0" + data[8:], data + data):
        with pytest.raises(pcapng.Damaged):
            pcapng.packets(spoilt)
