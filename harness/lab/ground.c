/* SPDX-License-Identifier: MIT */
/*
 * The ground of a lab: its namespaces, the wire and both cables, proven open before any impairment
 * could swallow the proof.
 *
 * A machine that is copied for each lab (engine/virtual) lays the grounds of a switch once, before
 * it is copied: they are alike in all labs of an IP version. Nobody else prepares anything, so that
 * elsewhere each lab lays its own.
 */
#include "lab/topology.h"

#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

#define PREPARE_NS (20 * NS_PER_S)

static struct lab prepared[2];

static int lay(struct lab *lab, struct err *err)
{
	int ret = topology_namespaces(lab, err);

	if (!ret)
		ret = topology_links(lab, err);
	if (!ret)
		ret = topology_prove(lab, PLACE_OBSERVER, err);
	if (!ret)
		ret = topology_prove(lab, PLACE_PEER, err);
	return ret;
}

int lab_prepare(int family, struct err *err)
{
	struct lab *lab = &prepared[family == AF_INET6];
	int ret;

	memset(lab, 0, sizeof(*lab));
	lab->config = (struct lab_config){ .family = family, .wire = WIRE_SWITCH,
					   .deadline_ns = clock_now_ns() + PREPARE_NS };
	ret = lay(lab, err);
	if (ret)
		undo_unwind(&lab->undo, 0);
	return ret;
}

int topology_ground(struct lab *lab, struct err *err)
{
	struct lab *ready = &prepared[lab->config.family == AF_INET6];

	if (lab->config.wire != WIRE_SWITCH || !ready->ns[PLACE_WIRE])
		return lay(lab, err);
	topology_take(lab, ready);
	return 0;
}
