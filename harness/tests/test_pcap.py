# SPDX-License-Identifier: MIT
"""--pcap: what Wireshark's own reader makes of a lab's packets."""

import json
import shutil
import subprocess

import pytest

import virtual
from binary import PASS, SCENARIOS, USAGE, records, scenario
from session import Session

pytestmark = pytest.mark.skipif(not shutil.which("tshark"), reason="no tshark; apt-get install tshark")

INTERFACES = {"obs0", "w-obs", "w-peer", "peer0", "deadpeer"}
FIELDS = ("frame.time_epoch", "frame.interface_name", "frame.comment", "tcp.flags.str", "tcp.srcport")
NS = 10**9


def packets(path):
    """[{field: text}]; the reader must find nothing wrong with the file."""
    argv = ["tshark", "-r", path, "-T", "fields", "-E", "separator=|"]
    for field in FIELDS:
        argv += ["-e", field]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True)
    assert "damaged" not in done.stderr and "cut short" not in done.stderr
    return [dict(zip(FIELDS, line.split("|"))) for line in done.stdout.splitlines()]


def at_ns(packet):
    seconds, _, nanoseconds = packet["frame.time_epoch"].partition(".")
    return int(seconds) * NS + int(nanoseconds.ljust(9, "0"))


def notes(found, word):
    return [p for p in found if p["frame.comment"].startswith(word)]


def test_packets_and_notes_are_on_the_clock_of_the_records(labs, deadpeer, tmp_path):
    path = scenario(tmp_path, "reset", "fault: reset", methods="[recv]")
    out = tmp_path / "out.jsonl"
    deadpeer("run", "-e", "native", "--pcap", "kept", "-o", out, path, code=PASS)
    trial, = records(out)[1]
    found = packets(tmp_path / "kept" / "reset.pcapng")
    assert {p["frame.interface_name"] for p in found} == INTERFACES
    armed, = notes(found, "armed: recv, on the client's port 10000")
    assert at_ns(armed) == trial["armed_ns"]
    noticed, = notes(found, "noticed: recv saw recv=-1 ECONNRESET")
    assert at_ns(noticed) == trial["fault_after_ns"] + trial["detect_ns"]
    assert len(notes(found, "fault: reset")) == 2
    resets = [p for p in found if "R" in p["tcp.flags.str"]]
    assert {p["frame.interface_name"] for p in resets} == INTERFACES - {"deadpeer"}
    assert all(trial["fault_before_ns"] <= at_ns(p) <= at_ns(noticed) for p in resets)


def test_a_packet_that_the_wire_loses_is_seen_on_one_side_only(labs, deadpeer, tmp_path):
    path = scenario(tmp_path, "cut", "fault: drop, place: wire, direction: both", methods="[recv]",
                    traffic="sending", horizon="3s")
    deadpeer("run", "-e", "native", "--pcap", "kept", "-o", "out.jsonl", path, code=PASS)
    found = packets(tmp_path / "kept" / "cut.pcapng")
    cut = max(at_ns(p) for p in notes(found, "fault: drop"))
    where = {p["frame.interface_name"] for p in found if at_ns(p) > cut and p["tcp.srcport"]}
    assert "obs0" in where and "peer0" not in where


def test_out_of_a_guest_as_it_was_in_it(deadpeer, tmp_path):
    """The same file each time, netem's losses and all."""
    virtual.kernel("6.1")
    path = SCENARIOS / "network" / "network-loss-cut.yaml"
    for folder in ("a", "b"):
        deadpeer("run", "-e", "virtual", "--kernel", "6.1", "--pcap", folder, "-o", f"{folder}.jsonl",
                 path, code=PASS)
    a, b = (tmp_path / folder / "network-loss-cut.pcapng" for folder in "ab")
    assert a.read_bytes() == b.read_bytes()
    trial = records(tmp_path / "a.jsonl")[1][0]
    fault, _ = notes(packets(a), "fault: ")
    assert at_ns(fault) == trial["fault_before_ns"]


def test_a_killed_run_leaves_no_part_of_a_file(labs, tmp_path):
    path = scenario(tmp_path, "long", methods="[recv]", horizon="40s")
    with Session(tmp_path, "run", "-e", "native", "--pcap", tmp_path / "kept", "-o", "-", path) as session:
        assert not session.ends_within(1)
        session.process.kill()
        session.process.wait()
        assert not session.left()
    assert not (tmp_path / "kept").exists() or not list((tmp_path / "kept").iterdir())


def test_it_wants_a_folder(deadpeer, tmp_path):
    path = scenario(tmp_path, "calm")
    assert "name a folder" in deadpeer("run", "-e", "native", "--pcap", "-", path, code=USAGE).err


def test_a_folder_that_cannot_be_made_spoils_the_lab_and_says_so(labs, deadpeer, tmp_path):
    path = scenario(tmp_path, "calm")
    done = deadpeer("run", "-e", "native", "--pcap", "no/such", "-o", "out.jsonl", path)
    assert done.code == 70 and "cannot make the folder no/such" in done.out
    assert all(json.loads(line).get("verdict", "error") == "error"
               for line in (tmp_path / "out.jsonl").read_text().splitlines())
