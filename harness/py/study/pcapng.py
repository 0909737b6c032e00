# SPDX-License-Identifier: MIT
"""The packets of a lab, out of the file that `deadpeer run --pcap` keeps (harness/lab/pcapng.c writes it).

pcapng: draft-ietf-opsawg-pcapng; as much of it as deadpeer writes: one section in the machine's byte order, Ethernet
interfaces with a name and times in nanoseconds, enhanced packet blocks with their direction. Of the packets: TCP,
ICMP and ICMPv6 with the TCP header that they quote, ARP and neighbour discovery, and the lab's own notes.
"""

import dataclasses
import ipaddress
import struct

SECTION, INTERFACE, PACKET, MAGIC = 0x0A0D0D0A, 1, 6, 0x1A2B3C4D
OPT_NAME, OPT_FLAGS, OPT_TSRESOL = 2, 2, 9
ETHERNET, HEADER = 1, 14
LAB = "deadpeer"  # the interface of the notes
IPV4, ARP, IPV6 = 0x0800, 0x0806, 0x86DD
ICMP, TCP, ICMPV6 = 1, 6, 58
FLAGS = "FSRPAUEW"  # from bit 0 on: FIN, SYN, RST, PSH, ACK, URG, ECE, CWR (RFC 9293 3.1)


class Damaged(Exception):
    """Not a file that deadpeer wrote."""


@dataclasses.dataclass
class Packet:
    """What is not in a packet is None, or 0 for a length."""

    at_ns: int
    interface: str
    outbound: bool  # it leaves the device's own host
    kind: str  # tcp, icmp, arp, neighbour, note, other
    source: str = None
    target: str = None
    ports: tuple = None  # source's, target's; of ICMP, of the packet that is quoted
    seq: int = None
    ack: int = None
    flags: str = ""
    window: int = None
    length: int = 0  # bytes of payload
    type: tuple = None  # ICMP: type and code; ARP: operation
    text: str = ""  # of a note

    def has(self, flags):
        return all(flag in self.flags for flag in flags)


def blocks(data):
    """(type, body) of each block."""
    for kind, begin, end in block_places(data):
        yield kind, data[begin + 8:end - 4]


def block_places(data):
    """(type, begin, end) of each block."""
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("=II", data, at)
        if size < 12 or size % 4 or at + size > len(data):
            raise Damaged(f"a block at byte {at} is cut short")
        if struct.unpack_from("=I", data, at + size - 4)[0] != size:
            raise Damaged(f"the block at byte {at} says its size twice, and differently")
        yield kind, at, at + size
        at += size


def options(body, at):
    found = {}
    while at + 4 <= len(body):
        code, size = struct.unpack_from("=HH", body, at)
        if code == 0:
            break
        found.setdefault(code, body[at + 4:at + 4 + size])
        at += 4 + (size + 3) // 4 * 4
    return found


def interface_name(body):
    link, = struct.unpack_from("=H", body)
    found = options(body, 8)
    if link != ETHERNET or found.get(OPT_TSRESOL) != b"\x09" or OPT_NAME not in found:
        raise Damaged("an interface that is not Ethernet with a name and nanoseconds")
    return found[OPT_NAME].decode()


def packets(data):
    """Every packet of the file's bytes, in its order, which is that of time."""
    names, found = [], []
    for kind, body in blocks(data):
        if kind == SECTION:
            if names or struct.unpack_from("=I", body)[0] != MAGIC:
                raise Damaged("a second section, or one of another byte order")
        elif kind == INTERFACE:
            names.append(interface_name(body))
        elif kind == PACKET:
            number, high, low, size, _ = struct.unpack_from("=IIIII", body)
            way = options(body, 20 + (size + 3) // 4 * 4).get(OPT_FLAGS, b"\0\0\0\0")
            packet = Packet(high << 32 | low, names[number], way[0] & 3 == 2, "other")
            frame(packet, body[20:20 + size])
            found.append(packet)
    return found


def cut(data, until_ns):
    """The same file without what came later."""
    kept = []
    for kind, begin, end in block_places(data):
        if kind == PACKET:
            high, low = struct.unpack_from("=II", data, begin + 12)
            if high << 32 | low > until_ns:
                continue
        kept.append(data[begin:end])
    return b"".join(kept)


def frame(packet, data):
    ethertype, = struct.unpack_from("!H", data, 12)
    rest = data[HEADER:]
    if packet.interface == LAB:
        packet.kind, packet.text = "note", rest.decode()
    elif ethertype == ARP:
        packet.kind, packet.type = "arp", struct.unpack_from("!H", rest, 6)
        packet.source, packet.target = address(rest[14:18]), address(rest[24:28])
    elif ethertype in (IPV4, IPV6):
        transport(packet, rest)


def address(data):
    return str(ipaddress.ip_address(data))


def ip_payload(data):
    """Source, target, protocol and payload of an IP packet, which may be cut short (ICMP quotes a part)."""
    if data[0] >> 4 == 4:
        begin, whole = (data[0] & 15) * 4, struct.unpack_from("!H", data, 2)[0]
        return address(data[12:16]), address(data[16:20]), data[9], data[begin:], whole - begin
    return address(data[8:24]), address(data[24:40]), data[6], data[40:], struct.unpack_from("!H", data, 4)[0]


def transport(packet, data):
    packet.source, packet.target, protocol, rest, size = ip_payload(data)
    if protocol == TCP:
        packet.kind = "tcp"
        tcp(packet, rest, size)
    elif protocol in (ICMP, ICMPV6):
        icmp(packet, rest, protocol)


def tcp(packet, data, size):
    source, target, packet.seq, packet.ack, offset, bits, packet.window = struct.unpack_from("!HHIIBBH", data)
    packet.ports = source, target
    packet.flags = "".join(name for i, name in enumerate(FLAGS) if bits >> i & 1)
    packet.length = size - (offset >> 4) * 4


def icmp(packet, data, protocol):
    packet.kind, packet.type = "icmp", (data[0], data[1])
    if protocol == ICMPV6 and data[0] >= 128:  # RFC 4443 2.1: not an error, and quotes nothing
        packet.kind = "neighbour" if 133 <= data[0] <= 137 else "icmp"
        return
    _, _, quoted, rest, _ = ip_payload(data[8:])
    if quoted == TCP and len(rest) >= 8:
        *ports, packet.seq = struct.unpack_from("!HHI", rest)
        packet.ports = tuple(ports)
