/* SPDX-License-Identifier: MIT */
#include "netns/facts_net.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns/drop.h"
#include "netns/full.h"
#include "netns/link.h"
#include "netns/netem.h"
#include "netns/probe.h"

#define MS INT64_C(1000000)

int facts_net_veth(struct netns *a, struct netns *b, struct err *err)
{
	int ret = link_veth(a, "fact-a", 2, b, "fact-b", 3, err);

	if (!ret)
		ret = link_set_up(a, "fact-a", true, err);
	if (!ret)
		ret = link_set_up(b, "fact-b", true, err);
	return ret ? ret : link_wait_carrier(a, "fact-a", true, 2000 * MS, err);
}

int facts_net_bridge(struct netns *a, struct netns *b, struct err *err)
{
	int ret = link_bridge(b, "fact-br", 9, err);

	(void)a;
	if (ret)
		return ret;
	return link_set_up(b, "fact-br", true, err);
}

int facts_net_drop(struct netns *a, struct netns *b, struct err *err)
{
	uint64_t drops = 0;
	bool arrived = true;
	int ret;

	ret = drop_set(b, "fact-b", DROP_INGRESS, err);
	if (!ret)
		ret = probe_path(a, "fact-a", b, "fact-b", 4 * MS, &arrived, err);
	if (!ret)
		ret = drop_count(b, "fact-b", &drops, err);
	if (!ret)
		ret = drop_clear(b, "fact-b", DROP_INGRESS, err);
	if (!ret && (arrived || !drops))
		return err_set(err, EOPNOTSUPP, "a frame passed a drop; %" PRIu64 " were counted",
			       drops);
	return ret;
}

int facts_net_netem(struct netns *a, struct netns *b, struct err *err)
{
	const struct netem want = { .delay_ns = 123456789, .loss_ppm = 12345 };
	struct netem got = { 0 };
	int ret;

	(void)b;
	ret = netem_set(a, "fact-a", &want, err);
	if (!ret)
		ret = netem_get(a, "fact-a", &got, NULL, err);
	if (!ret && (got.delay_ns != want.delay_ns || got.loss_ppm != want.loss_ppm))
		return err_set(err, EOPNOTSUPP, "netem holds other values than were set");
	return ret;
}

int facts_net_netem_seed(struct netns *a, struct netns *b, struct err *err)
{
	const struct netem want = { .loss_ppm = 1, .has_seed = true, .seed = 0x5eed0123456789abU };
	struct netem got = { 0 };
	int ret;

	(void)b;
	ret = netem_set(a, "fact-a", &want, err);
	if (!ret)
		ret = netem_get(a, "fact-a", &got, NULL, err);
	if (!ret && (!got.has_seed || got.seed != want.seed))
		return err_set(err, EOPNOTSUPP, "netem does not keep the seed it was given");
	return ret;
}

int facts_net_queue(struct netns *a, struct netns *b, struct err *err)
{
	struct qdisc_stats before = { 0 }, after = { 0 };
	int ret;

	ret = full_set(b, "fact-b", FULL_FRAME, err);
	if (!ret)
		ret = full_get(b, "fact-b", &before, err);
	if (!ret)
		ret = probe_send(b, "fact-b", a, "fact-a", err);
	if (!ret)
		ret = full_get(b, "fact-b", &after, err);
	if (!ret)
		ret = full_del(b, "fact-b", err);
	if (!ret && after.drops == before.drops)
		return err_set(err, EOPNOTSUPP, "a full queue took another frame");
	return ret;
}

int facts_net_ipv6(struct netns *a, struct netns *b, struct err *err)
{
	int fd;

	(void)b;
	fd = netns_socket(a, AF_INET6, SOCK_STREAM, 0, err);
	if (fd < 0)
		return fd;
	close(fd);
	return link_addr_add(a, "fact-a", "fd77::1/64", err);
}
