/* SPDX-License-Identifier: MIT */
#include "fault/path.h"

#include <errno.h>

#include "base/clock.h"

static const char *port_of(bool to_peer)
{
	return lab_port(to_peer ? PLACE_PEER : PLACE_OBSERVER);
}

struct netem path_steady(const struct lab *lab, const struct fault_act *act, bool to_peer)
{
	struct netem netem = {0};

	if (lab->config.has_link)
		netem = lab->config.link;
	netem.seed = act->seed + (to_peer ? 0 : 1);
	netem.has_seed = true;
	return netem;
}

int path_inject(struct lab *lab, struct fault_act *act, int64_t direction, path_make make,
		struct err *err)
{
	int ret = 0;

	act->before_ns = clock_now_ns();
	for (int way = 0; way < 2 && !ret; way++) {
		struct netem netem = make(lab, act, way == 0);

		if (direction_has(direction, way == 0))
			ret = netem_set(lab->ns[PLACE_WIRE], port_of(way == 0), &netem, err);
	}
	act->after_ns = clock_now_ns();
	return ret;
}

int path_prove(struct lab *lab, struct fault_act *act, int64_t direction, path_make make,
	       bool (*same)(const struct netem *want, const struct netem *have), struct err *err)
{
	for (int way = 0; way < 2; way++) {
		struct netem want = make(lab, act, way == 0), have;
		int ret;

		if (!direction_has(direction, way == 0))
			continue;
		ret = netem_get(lab->ns[PLACE_WIRE], port_of(way == 0), &have, NULL, err);
		if (ret)
			return ret;
		if (!same(&want, &have))
			return err_set(err, EIO, "netem on %s holds something else than asked for",
				       port_of(way == 0));
	}
	return 0;
}

int path_undo(struct lab *lab, const struct fault_act *act, int64_t direction, struct err *err)
{
	int ret = 0;

	for (int way = 0; way < 2 && !ret; way++) {
		struct netem steady = path_steady(lab, act, way == 0);

		if (direction_has(direction, way == 0))
			ret = netem_set(lab->ns[PLACE_WIRE], port_of(way == 0), &steady, err);
	}
	return ret;
}
