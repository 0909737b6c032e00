# SPDX-License-Identifier: MIT
"""The packets behind the surprises: which lab shows each, and what its packets must show.

`make study` runs each lab once more with --pcap, in virtual time, with the finding's method and `null` (which keeps the
lab up to its horizon) on the kernel that the finding quotes. A finding whose packets do not show what its words say
stops the rendering: the words, or the lab, are wrong.
"""

import dataclasses
import lzma
import textwrap
import typing

from study import pcapng, trace, words

KEEPALIVE = "keepalive:idle=60s,intvl=5s,cnt=3"
LIMIT_NS = (60 + 5 * 3) * words.NS
AT_ONCE_NS = 1_000_000  # an answer, on a wire of no length
ITEM = "   "  # as far as a list's item is indented
KEPT_NS = 60 * words.NS  # of what follows the alarm, or the fault where there is none


class Contradiction(Exception):
    """The packets say otherwise."""


@dataclasses.dataclass(frozen=True)
class Evidence:
    scenario: str  # family/name
    method: str
    shows: typing.Callable  # of a trace: asserts, and says in a sentence what it asserted


def must(holds, what):
    if not holds:
        raise Contradiction(what)


def first_alarm(t):
    must(t.alarms, "there is an alarm")
    return t.alarms[0].at_ns


def soft_error(t):
    alarm = first_alarm(t)
    told = [p for p in t.after(kind="icmp") if p.at_ns < alarm]
    later = [p for p in t.after(kind="tcp", outbound=True) if p.at_ns > alarm]
    must(told and told[0].type == (3, 1), "ICMP host unreachable comes before the alarm")
    must(len(later) > 1 and all(p.length for p in later), "the connection goes on sending after the alarm")
    must(not any(p.has("R") or p.has("F") for p in t.after(kind="tcp")), "nobody ends the connection")
    return "ICMP comes, the alarm follows, and the connection goes on retransmitting: nobody has closed it."


def recverr(t):
    alarm = first_alarm(t)
    told = [p for p in t.after(kind="icmp") if p.at_ns < alarm]
    sent = [p for p in t.after(kind="tcp", outbound=True) if p.at_ns < alarm]
    must(told and alarm - told[-1].at_ns < AT_ONCE_NS, "the alarm comes with an ICMP error, at once")
    must(len(told) == len(sent) == 2 and told[0].at_ns - sent[0].at_ns < AT_ONCE_NS,
         "it is the second: the first answers the write at once and tells nobody")
    must(not t.after(kind="tcp", outbound=False), "the peer says nothing any more")
    return "The first ICMP error, which answers the write, tells nobody; the second, which answers its retransmission, is the alarm."


def sock_diag(t):
    resets = [p for p in t.after(kind="tcp", outbound=False) if p.has("R")]
    must(len(resets) == 1 and not t.alarms, "a reset comes, and no alarm")
    must(not [p for p in t.after(kind="tcp") if p.at_ns > resets[0].at_ns], "nothing follows the reset")
    return "The reset is the last packet of the connection, and no event follows it."


def no_probe(t):
    alarm = first_alarm(t)
    sent = [p for p in t.after(kind="tcp", outbound=True) if p.at_ns < alarm]
    must(alarm - t.t0 > LIMIT_NS, "the connection outlives what keepalive is set to")
    must(sent and all(p.length for p in sent), "every segment that leaves after the fault has data: no probe")
    must(not t.after(kind="tcp", outbound=False), "none is answered")
    return "Every segment after the fault carries data; not one keepalive probe leaves."


def own_error(t):
    alarm = first_alarm(t)
    asked = [p for p in t.after(kind="arp", outbound=True) if p.at_ns < alarm]
    must(asked and not t.after(outbound=False), "ARP asks and nothing comes in, no ICMP either")
    last = max(p.at_ns for p in t.after(kind="tcp", outbound=True))
    must(last < alarm and any(p.at_ns > last for p in asked), "in the end only ARP requests leave")
    return "No packet comes in after the fault: the error is the own host's. In the end only ARP asks, in vain."


def bursts(packets, gap_ns=5 * words.NS):
    """When each group of questions begins: a retransmission that found no neighbour asks a few times."""
    begins, last = [], None
    for p in packets:
        if last is None or p.at_ns - last > gap_ns:
            begins.append(p.at_ns)
        last = p.at_ns
    return begins


def ratios(times):
    gaps = [b - a for a, b in zip(times, times[1:])]
    return [b / a for a, b in zip(gaps, gaps[1:])]


def taken_back(t):
    grown = ratios(bursts(t.after(kind="arp", outbound=True)))
    must(len(grown) > 2 and sum(r < 1.5 for r in grown) * 2 > len(grown), "most waits do not double any more")
    return "Each group of ARP requests is a retransmission that found no neighbour; the waits between them do not double."


def doubled(t):
    asked = [p for p in t.after(kind="neighbour", outbound=True) if p.at_ns < first_alarm(t)]
    grown = ratios(bursts(asked))
    must(grown and max(grown) > 1.8, "the waits double")
    return "Over IPv6 the groups of solicitations draw apart: the waits double up to the limit."


def nothing_leaves(t):
    must(not t.after(), "not a packet leaves or comes in after the fault")
    return "Not one packet is on the device after the fault, not even ARP."


def reset_answers(t):
    alarm = first_alarm(t)
    come = t.after(kind="tcp", outbound=False)
    must(come and come[0].has("R"), "the first segment that comes after the fault is a reset")
    sent = [p for p in t.after(kind="tcp", outbound=True) if p.at_ns < come[0].at_ns]
    must(sent and come[0].at_ns - sent[-1].at_ns < AT_ONCE_NS, "it answers a retransmission, at once")
    must(len({p.seq for p in sent}) < len(sent), "which went out before")
    must(0 <= alarm - come[0].at_ns < AT_ONCE_NS, "the alarm comes with it")
    return "The same segment again and again, into silence; the one that meets the returned host is answered by a reset."


def writes_on(t):
    come = t.after(kind="tcp", outbound=False)
    must(come and come[0].has("F"), "a FIN comes")
    later = [p for p in come if p.at_ns > come[0].at_ns]
    must(not t.alarms and len(later) > 1, "no alarm, and the peer goes on answering")
    must(all(p.flags == "A" for p in later), "with nothing but acknowledgements")
    return "After the FIN each message is acknowledged, as before it."


EVIDENCE = {
    "soft-error": Evidence("matrix/matrix-reject-host-sending", "so_error:poll=10s", soft_error),
    "sock-diag": Evidence("matrix/matrix-reset", "sock_diag", sock_diag),
    "recverr": Evidence("matrix/matrix-reject-host-sending", "recverr", recverr),
    "no-probe": Evidence("claims/claims-keepalive-sending", KEEPALIVE, no_probe),
    "own-error": Evidence("claims/claims-retries2-error", "recv", own_error),
    "taken-back": Evidence("matrix/matrix-cable-far-sending-default", "recv", taken_back),
    "doubled": Evidence("defaults/defaults-request-ipv6", "keepalive", doubled),
    "nothing-leaves": Evidence("matrix/matrix-drop-egress-sending", "recv", nothing_leaves),
    "reset-answers": Evidence("matrix/matrix-reboot-sending", "recv", reset_answers),
    "writes-on": Evidence("matrix/matrix-shutdown", "send:period=10s", writes_on),
}


def compact(data, method):
    """What is kept of a capture."""
    t = trace.Trace(data, method.partition(":")[0])
    return pcapng.cut(data, max([t.t0] + [a.at_ns for a in t.alarms]) + KEPT_NS)


def file_name(name):
    return f"{name}.pcapng.xz"


def block(name, folder):
    """The listing of a finding, with the sentence that its packets were held against; None: there is no capture."""
    path, one = folder / file_name(name), EVIDENCE[name]
    if not path.exists():
        return None
    t = trace.Trace(lzma.decompress(path.read_bytes()), one.method.partition(":")[0])
    try:
        said = one.shows(t)
    except Contradiction as wrong:
        raise Contradiction(f"{name} ({one.scenario}, {one.method}): its packets do not show that {wrong}") from None
    head = f"`{one.scenario.split('/')[1]}`, `{one.method}`, [packets](study/packets/{path.name}). {said}"
    text = f"{head}\n\n```\n{trace.listing(t)}\n```"
    return textwrap.indent(text, ITEM)[len(ITEM):]
