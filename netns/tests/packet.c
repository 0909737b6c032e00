/* SPDX-License-Identifier: MIT */
#include "netns/packet.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <criterion/criterion.h>

/* RFC 1071: over data and its own checksum it is all ones. */
static bool sums_up(const uint8_t *bytes, size_t size, uint32_t sum)
{
	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

Test(netns_packet, its_checksums_are_right)
{
	const uint8_t tcp[20] = { 0, 1, 0, 1, [12] = 0x50, [13] = 0x10, [15] = 7 };
	struct packet p = { AF_INET, "10.77.1.2", "10.77.2.1", IPPROTO_TCP, tcp, sizeof(tcp) };
	uint8_t bytes[PACKET_MAX];
	struct err err = { "" };

	cr_assert_eq(packet_build(&p, bytes, &err), 40, "%s", err.text);
	cr_assert(sums_up(bytes, 20, 0));
	cr_assert(sums_up(bytes + 12, 28, sizeof(tcp) + IPPROTO_TCP), "pseudo header");
	p.family = AF_INET6;
	p.src = "fd77:0:0:1::2";
	p.dst = "fd77:0:0:2::1";
	cr_assert_eq(packet_build(&p, bytes, &err), 60, "%s", err.text);
	cr_assert(sums_up(bytes + 8, 52, sizeof(tcp) + IPPROTO_TCP), "pseudo header");
}

Test(netns_packet, what_is_no_address_is_refused)
{
	struct packet p = { AF_INET, "10.77.1.2", "far", 253, "", 0 };
	uint8_t bytes[PACKET_MAX];
	struct err err = { "" };

	cr_assert_eq(packet_build(&p, bytes, &err), -EINVAL);
	cr_assert(strstr(err.text, "far"));
}
