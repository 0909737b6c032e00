/* SPDX-License-Identifier: MIT */
#include "trial/watch.h"

#include <errno.h>

/* What is said after the horizon, by programs that were stopped over it, came too late. */
static int take_alarm(const struct watch_state *w, struct watch_conn *c, const struct event *ev)
{
	if (w->horizon_ns && ev->at_ns > w->horizon_ns)
		return 0;
	if (ev->kind == EVENT_TRUST) {
		alarms_end(&c->alarms, ev->at_ns);
		return 0;
	}
	if (!alarms_stand(&c->alarms)) {
		if (!c->alarms.n)
			c->first = *ev;
		c->last = *ev;
	}
	if (ev->final) {
		c->ended = true;
		c->end = *ev;
	}
	return alarms_begin(&c->alarms, ev->at_ns);
}

static int take_event(struct watch_state *w, const struct event *ev, bool from_peer,
		      struct err *err)
{
	struct watch_conn *c;

	if (ev->conn < 0 || ev->conn >= w->n_conns)
		return 0;
	c = &w->conns[ev->conn];
	switch (ev->kind) {
	case EVENT_ARMED:
		if (!from_peer) {
			c->stood_ns = ev->from_ns;
			c->armed_ns = ev->at_ns;
		}
		break;
	case EVENT_DEAD:
	case EVENT_TRUST:
		if (take_alarm(w, c, ev) < 0)
			return err_sys(err, ENOMEM, "the alarms of connection %d", ev->conn);
		break;
	case EVENT_FAULT:
		if (w->stamping) {
			c->before_ns = ev->from_ns;
			c->after_ns = ev->at_ns;
		}
		break;
	case EVENT_REPORT:
		c->report = *ev;
		break;
	default:
		break;
	}
	return 0;
}

int watch_next(struct watch_state *w, int64_t deadline_ns, struct event *ev, struct err *err)
{
	bool from_peer;
	int ret = lab_next_event(w->lab, deadline_ns, ev, &from_peer, err);

	if (ret <= 0)
		return ret;
	ret = take_event(w, ev, from_peer, err);
	return ret < 0 ? ret : 1;
}
