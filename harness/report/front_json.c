/* SPDX-License-Identifier: MIT */
#include "record/member.h"
#include "report/front.h"

static void put_ns(struct emit *emit, const char *key, int64_t ns)
{
	member_known(emit, key, ns != FRONT_NEVER, ns);
}

void front_json_point(const struct front_point *p, struct emit *emit)
{
	emit_object(emit);
	member_string(emit, "method", p->method);
	member_string(emit, "options", p->options);
	member_bool(emit, "front", p->front);
	member_bool(emit, "whole", p->whole);
	member_int(emit, "deaths", p->deaths);
	member_int(emit, "noticed", p->noticed);
	member_int(emit, "missed", p->missed);
	member_int(emit, "early", p->early);
	put_ns(emit, "median_ns", p->median_ns);
	put_ns(emit, "p99_ns", p->p99_ns);
	put_ns(emit, "first_ns", p->first_ns);
	put_ns(emit, "last_ns", p->last_ns);
	member_int(emit, "controls", p->controls);
	member_int(emit, "alive_ns", p->alive_ns);
	member_int(emit, "mistakes", (int64_t)p->mistakes);
	member_real(emit, "mistakes_per_day", p->mistakes_day);
	member_real(emit, "mistakes_per_day_95", p->mistakes_day_most);
	member_int(emit, "watched_ns", p->watched_ns);
	member_int(emit, "packets", (int64_t)p->packets);
	member_real(emit, "packets_per_hour", p->packets_hour);
	member_int(emit, "left_out", p->left_out);
	member_int(emit, "failed", p->failed);
	emit_object_end(emit);
}

static void put_names(struct emit *emit, const char *key, const char *const *names, int n)
{
	emit_key(emit, key);
	emit_array(emit);
	for (int i = 0; i < n; i++)
		emit_string(emit, names[i]);
	emit_array_end(emit);
}

void front_json(const struct front *front, const char *link, struct emit *emit)
{
	member_string(emit, "link", link);
	put_names(emit, "deaths", front->deaths, front->n_deaths);
	put_names(emit, "controls", front->controls, front->n_controls);
	emit_key(emit, "tunings");
	emit_array(emit);
	for (int i = 0; i < front->n; i++) {
		emit_next_line(emit);
		front_json_point(&front->points[front->order[i]], emit);
	}
	emit_newline(emit);
	emit_array_end(emit);
}
