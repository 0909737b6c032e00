# SPDX-License-Identifier: MIT
"""The counters of a record (packets and bytes each way) against the packets of its lab: the same, exactly.

What the counters mean is in harness/lab/event.h. A capture at the observer's device holds what left the host and what came
in; a segment that TCP sent and the own host lost is in the counter and not in the capture, which a test of its own shows.
"""

import sys

import pytest

import virtual
from binary import PASS, ROOT, records, scenario

sys.path.insert(0, str(ROOT / "harness" / "py"))
from study import pcapng  # noqa: E402

COUNTERS = ("packets_out", "packets_in", "bytes_out", "bytes_in")
METHODS = "[recv, select, {tcp_info: {poll: 50ms}}, {keepalive: {idle: 1s, intvl: 1s, cnt: 2}}," \
          " {heartbeat: {period: 300ms, misses: 3}}, {send: {period: 400ms}}, {phi: {}}, null]"
MSS = {"4": 1448, "6": 1428}  # 1500 bytes, less the headers and TCP's timestamps
READ_LATER_NS = 20_000_000  # the counters are read after the alarm was stamped, on a loaded machine this much

SCENARIOS = {  # name: the fault, and other keys
    "calm": ("fault: none", {"traffic": "request", "horizon": "3s"}),
    "kill": ("fault: kill", {"traffic": "idle", "horizon": "3s"}),
    "reset6": ("fault: reset", {"traffic": "receiving", "ip": "6", "horizon": "3s"}),
    "cut": ("fault: drop", {"traffic": "sending", "horizon": "4s"}),
    "gone": ("fault: link-down, place: peer", {"traffic": "idle", "horizon": "4s"}),
    "large": ("fault: signal, signal: STOP", {"traffic": "sending", "size": "30kB", "horizon": "5s"}),
    "large6": ("fault: shutdown", {"traffic": "receiving", "size": "5kB", "ip": "6", "observer": "client", "horizon": "3s"}),
    "half": ("fault: drop", {"traffic": "half-closed", "horizon": "4s"}),
    "nat": ("fault: crash", {"traffic": "request", "wire": "nat", "observer": "client", "horizon": "4s"}),
    "router": ("fault: reject, with: host-unreachable, place: wire", {"traffic": "sending", "wire": "router", "horizon": "4s"}),
}


class Lab:
    """One run of one scenario: its trials, and its packets at the observer's device."""

    def __init__(self, deadpeer, folder, engine, path, *more):
        out, kept = folder / "out.jsonl", folder / "kept"
        deadpeer("run", "-e", engine, "--pcap", kept, "-o", out, *more, path)
        self.trials = records(out)[1]
        self.found = pcapng.packets((kept / f"{path.stem}.pcapng").read_bytes())
        self.tcp = [p for p in self.found if p.kind == "tcp" and p.interface == "obs0"]

    def port(self, trial):
        """The note of the arming says which; two are never armed in the same nanosecond."""
        note, = [p for p in self.found if p.text.startswith(f"armed: {trial['method']}")
                 and p.at_ns == trial["armed_ns"]]
        return int(note.text.rsplit(" ", 1)[1])

    def of(self, trial):
        return [p for p in self.tcp if self.port(trial) in p.ports]


def ahead(a, b):
    """By how much sequence number @a is beyond @b."""
    return (a - b + 2**31) % 2**32 - 2**31


def new_bytes(before, packets):
    """Bytes of sequence space that became whole up to some byte, a FIN among them: TCP's own count of what it received
    (tcp_input.c: tcp_rcv_nxt_update). What arrives behind a hole counts when the hole is filled."""
    edge, held, total = None, [], 0
    for p in before + packets:
        if p.outbound or p.has("R"):
            continue
        end = (p.seq + p.length + p.has("S") + p.has("F")) % 2**32
        if edge is None or p.has("S"):
            edge = end
            continue
        held.append((p.seq, end))
        for begin, end in sorted(held, key=lambda one: ahead(one[0], edge)):
            if ahead(begin, edge) <= 0 < ahead(end, edge):
                total += ahead(end, edge) if p in packets else 0
                edge = end
        held = [one for one in held if ahead(one[1], edge) > 0]
    return total


def taken_up(packets):
    """A connection is closed by a reset that comes in: what comes after it finds no socket."""
    closed = set()
    for p in packets:
        if p.outbound or p.ports not in closed:
            yield p
        if p.has("R") and not p.outbound:
            closed.add(p.ports)


def count(before, packets, mss):
    """What the counters should say after these packets."""
    out, come = [p for p in packets if p.outbound], [p for p in taken_up(packets) if not p.outbound]
    return {"packets_out": sum(max(1, -(-p.length // mss)) for p in out),
            "packets_in": sum(max(1, -(-p.length // mss)) for p in come),
            "bytes_out": sum(p.length for p in out),
            "bytes_in": new_bytes(before, packets)}


def told(trial):
    return {key: trial[key] for key in COUNTERS}


def possible(lab, trial, mss):
    """What the counters may say: of the packets close to the alarm or the horizon, and to the arming, some may be
    counted and the rest not, in their order."""
    packets, end = lab.of(trial), trial["armed_ns"] + trial["watched_ns"]
    first = [i for i, p in enumerate(packets) if p.at_ns >= trial["armed_ns"]][:1] or [len(packets)]
    last = sum(p.at_ns <= end for p in packets)
    begins = [i for i in range(first[0], len(packets) + 1)
              if i == first[0] or packets[i - 1].at_ns < trial["armed_ns"] + READ_LATER_NS]
    ends = [i for i in range(last, len(packets) + 1)
            if i == last or packets[i - 1].at_ns < end + READ_LATER_NS]
    return [count(packets[:a], packets[a:b], mss) for a in begins for b in ends if a <= b]


@pytest.fixture(params=["native", "virtual"])
def engine(request):
    if request.param == "native":
        request.getfixturevalue("labs")
        return ["native"]
    virtual.kernel("6.1")
    return ["virtual", "--kernel", "6.1"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_counters_are_the_packets(engine, deadpeer, tmp_path, name):
    fault, keys = SCENARIOS[name]
    path = scenario(tmp_path, name, fault, methods=METHODS, **keys)
    lab = Lab(deadpeer, tmp_path, engine[0], path, *engine[1:])
    assert any(t["packets_out"] + t["packets_in"] for t in lab.trials)
    for trial in lab.trials:
        assert trial["verdict"] not in ("invalid", "error", "skip"), trial["why"]
        allowed = possible(lab, trial, MSS[keys.get("ip", "4")])
        assert told(trial) in allowed, trial["method"]


def test_a_lossy_path_is_counted_at_the_observer(deadpeer, tmp_path):
    """What the wire loses of the observer's was sent, what it loses of the peer's never came."""
    virtual.kernel("6.1")
    path = scenario(tmp_path, "lossy", "fault: kill", methods=METHODS, traffic="request", horizon="60s",
                    link="{delay: 5ms, loss: 10%, duplicate: 10%}")
    lab = Lab(deadpeer, tmp_path, "virtual", path, "--kernel", "6.1")
    assert len({p.seq for p in lab.tcp if p.outbound}) < sum(p.outbound for p in lab.tcp)
    for trial in lab.trials:
        assert told(trial) in possible(lab, trial, MSS["4"]), trial["method"]


def without_ends(packets):
    """Less each FIN that came in, and an ACK for it: the peer closes what syncnt made, and that may come in between the
    reading of the counters and the close."""
    closing = {p.ports[::-1] for p in packets if not p.outbound and p.has("F")}
    ends = sum(not p.outbound and p.has("F") for p in packets)
    acks = sum(max(0, sum(q.outbound and q.ports == ports for q in packets) - 3) for ports in closing)
    return acks, ends


@pytest.mark.parametrize("observer, fault", [
    ("client", "fault: none"), ("client", "fault: kill"), ("server", "fault: none"), ("client", "fault: drop")],
    ids=["connects", "is-refused", "nobody-listens", "gives-up"])
def test_connections_that_a_method_makes_are_its_cost(engine, deadpeer, tmp_path, observer, fault):
    methods = "[{syncnt: {period: 400ms, count: 1}}, null]"
    path = scenario(tmp_path, "anew", fault, methods=methods, observer=observer, horizon="6s")
    lab = Lab(deadpeer, tmp_path, engine[0], path, *engine[1:])
    trial, null = lab.trials
    watched = lab.port(trial), lab.port(null)
    end = trial["armed_ns"] + trial["watched_ns"]
    beside = [p for p in lab.tcp if watched[0] in p.ports or watched[1] not in p.ports]
    beside = [p for p in beside if trial["armed_ns"] <= p.at_ns <= end + READ_LATER_NS]
    last = sum(p.at_ns <= end for p in beside)
    assert trial["packets_out"] >= 2
    counts = [tuple(count([], beside[:n], MSS["4"]).values())[:2] for n in range(last, len(beside) + 1)]
    out, come = without_ends(beside)
    assert any(most_out - out <= trial["packets_out"] <= most_out and
               most_in - come <= trial["packets_in"] <= most_in for most_out, most_in in counts)


def test_what_the_own_host_loses_was_sent(engine, deadpeer, tmp_path):
    """TCP hands segments to IP and counts them; without a carrier they go nowhere."""
    path = scenario(tmp_path, "own", "fault: link-down, place: observer", methods="[recv, null]",
                    traffic="sending", horizon="4s")
    lab = Lab(deadpeer, tmp_path, engine[0], path, *engine[1:])
    for trial in lab.trials:
        left = [p for p in lab.of(trial) if p.outbound and p.at_ns >= trial["armed_ns"]]
        assert all(p.at_ns < trial["fault_after_ns"] for p in left)
        assert trial["packets_out"] > len(left)
        assert trial["packets_in"] == sum(not p.outbound for p in lab.of(trial) if p.at_ns >= trial["armed_ns"])
