/* SPDX-License-Identifier: MIT */
#include "report/front.h"

static void put_ns(struct emit *emit, const char *key, int64_t ns)
{
	emit_key(emit, key);
	if (ns == FRONT_NEVER)
		emit_null(emit);
	else
		emit_int(emit, ns);
}

static void put_int(struct emit *emit, const char *key, int64_t value)
{
	emit_key(emit, key);
	emit_int(emit, value);
}

static void put_real(struct emit *emit, const char *key, double value)
{
	emit_key(emit, key);
	emit_real(emit, value);
}

static void put_text(struct emit *emit, const char *key, const char *text)
{
	emit_key(emit, key);
	emit_string(emit, text);
}

void front_json_point(const struct front_point *p, struct emit *emit)
{
	emit_object(emit);
	put_text(emit, "method", p->method);
	put_text(emit, "options", p->options);
	emit_key(emit, "front");
	emit_bool(emit, p->front);
	emit_key(emit, "whole");
	emit_bool(emit, p->whole);
	put_int(emit, "deaths", p->deaths);
	put_int(emit, "noticed", p->noticed);
	put_int(emit, "missed", p->missed);
	put_int(emit, "early", p->early);
	put_ns(emit, "median_ns", p->median_ns);
	put_ns(emit, "p99_ns", p->p99_ns);
	put_ns(emit, "first_ns", p->first_ns);
	put_ns(emit, "last_ns", p->last_ns);
	put_int(emit, "controls", p->controls);
	put_int(emit, "alive_ns", p->alive_ns);
	put_int(emit, "mistakes", (int64_t)p->mistakes);
	put_real(emit, "mistakes_per_day", p->mistakes_day);
	put_real(emit, "mistakes_per_day_95", p->mistakes_day_most);
	put_int(emit, "watched_ns", p->watched_ns);
	put_int(emit, "packets", (int64_t)p->packets);
	put_real(emit, "packets_per_hour", p->packets_hour);
	put_int(emit, "left_out", p->left_out);
	put_int(emit, "failed", p->failed);
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
	put_text(emit, "link", link);
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
