# SPDX-License-Identifier: MIT
"""One connection's packets as the observer's device saw them, as text, on the clock that starts with the fault.

The connection is the one on which the method was armed. With it go what ICMP quotes of it, and the host's questions for
its neighbour (ARP, neighbour discovery), which belong to no connection: the lab has no other that writes.
"""

from study import pcapng, words

DEVICE, SERVER = "obs0", 7777
HEAD, TAIL = 14, 6  # lines of a listing before and after the gap
ICMP = {(3, 0): "net unreachable", (3, 1): "host unreachable", (3, 2): "protocol unreachable",
        (3, 3): "port unreachable", (3, 13): "admin prohibited"}
ARP = {1: "who has", 2: "is at"}
SOLICITATION = 135  # RFC 4861 4.3


class Trace:
    def __init__(self, data, method):
        found = pcapng.packets(data)
        notes = [p for p in found if p.kind == "note"]
        armed = next(p for p in notes if p.text.startswith(f"armed: {method}"))
        self.port = int(armed.text.rsplit(" ", 1)[1])
        self.armed_ns = armed.at_ns
        self.t0 = next(p.at_ns for p in notes if p.text.startswith("fault:") and p.text.endswith("after its call"))
        self.alarms = [p for p in notes if p.text.startswith("noticed:") and p.text.endswith(f"port {self.port}")]
        self.packets = [p for p in found if p.interface == DEVICE and self.mine(p)]
        self.begin = {}  # by direction: the sequence number that is 0
        for p in self.packets:
            if p.has("S"):
                self.begin.setdefault(p.outbound, p.seq)

    def mine(self, packet):
        if packet.kind in ("tcp", "icmp"):
            return packet.ports is not None and self.port in packet.ports
        return packet.kind in ("arp", "neighbour")

    def after(self, **wanted):
        """Packets from the fault on whose attributes are @wanted."""
        return [p for p in self.packets
                if p.at_ns > self.t0 and all(getattr(p, key) == value for key, value in wanted.items())]

    def relative(self, packet, number, own=True):
        return (number - self.begin.get(packet.outbound == own, 0)) % 2**32

    def shown(self):
        """From the last packet before the fault on: (time, text) of packets and alarms."""
        before = [p for p in self.packets if self.armed_ns <= p.at_ns <= self.t0][-2:]
        lines = [(p.at_ns, self.line(p)) for p in before + self.after()]
        lines.append((self.t0, "--- the fault"))
        lines += [(a.at_ns, f"--- {a.text.rsplit(', on port', 1)[0]}") for a in self.alarms]
        return sorted(lines, key=lambda line: line[0])

    def line(self, packet):
        way = "out" if packet.outbound else "in "
        if packet.kind == "tcp":
            return f"{way}  {self.tcp(packet)}"
        if packet.kind == "arp":
            return f"{way}  ARP {ARP[packet.type[0]]} {packet.target if packet.type[0] == 1 else packet.source}"
        if packet.kind == "neighbour":
            asks = packet.type[0] == SOLICITATION
            return f"{way}  ICMPv6 neighbour {'solicitation' if asks else 'advertisement'}"
        name = ICMP.get(packet.type, "")
        number = self.relative(packet, packet.seq, own=packet.outbound)
        return f"{way}  ICMP {packet.type[0]}/{packet.type[1]} {name} to the segment at seq {number}"

    def tcp(self, packet):
        seq = self.relative(packet, packet.seq)
        text = f"[{packet.flags}] seq {seq}" + (f":{seq + packet.length}" if packet.length else "")
        if packet.has("A"):
            text += f" ack {self.relative(packet, packet.ack, own=False)}"
        return f"{text} len {packet.length}"


def clock(ns):
    sign, ns = ("-", -ns) if ns < 0 else ("+", ns)
    return f"{sign}{ns // words.NS}.{ns % words.NS // 1000:06d}"


def folded(lines):
    """Long listings lose their middle, but no alarm."""
    if len(lines) <= HEAD + TAIL + 1:
        return lines
    middle = lines[HEAD:-TAIL]
    kept = [line for line in middle if line[1].startswith("---")]
    return lines[:HEAD] + [(None, f"… {len(middle) - len(kept)} more …")] + kept + lines[-TAIL:]


def listing(trace):
    lines = []
    for at, text in folded(trace.shown()):
        lines.append(f"{'' if at is None else clock(at - trace.t0):>14}  {text}")
    return "\n".join(lines)
