/* SPDX-License-Identifier: MIT */
#include "trial/pcap.h"

#include <stdio.h>
#include <string.h>

static void note_conn(struct capture *capture, const struct watch_conn *c, int i, const char *text)
{
	const char *method = strchr(text, '/') ? strchr(text, '/') + 1 : text;
	int port = LAB_CLIENT_PORT + i;

	if (c->armed_ns)
		capture_note(capture, c->armed_ns, "armed: %s, on the client's port %d", method, port);
	for (int a = 0; a < c->alarms.n; a++) {
		const struct alarm *alarm = &c->alarms.alarm[a];
		const struct event *said = a == 0 ? &c->first : a == c->alarms.n - 1 ? &c->last : NULL;

		capture_note(capture, alarm->from_ns, "noticed: %s%s%s, on port %d", method,
			     said ? " saw " : "", said ? said->text : "", port);
		if (alarm->to_ns != ALARM_STANDS)
			capture_note(capture, alarm->to_ns, "taken back: %s, on port %d", method, port);
	}
	if (c->after_ns && c->before_ns != c->after_ns && port == LAB_CLIENT_PORT)
		capture_note(capture, c->after_ns, "detection times count from here");
}

static void note_faults(struct capture *capture, const struct watch_state *w)
{
	const struct scenario *sc = w->plan->scenario;

	for (int i = 0; i < sc->n_faults; i++) {
		const struct fault_act *act = &w->acts[i];
		char options[256];

		if (!act->before_ns)
			continue;
		opt_format(sc->faults[i].fault->options, &sc->faults[i].opt, options, sizeof(options));
		capture_note(capture, act->before_ns, "fault: %s %s, before its call",
			     sc->faults[i].fault->name, options);
		capture_note(capture, act->after_ns, "fault: %s %s, after its call",
			     sc->faults[i].fault->name, options);
		if (sc->faults[i].for_ns)
			capture_note(capture, act->after_ns + sc->faults[i].for_ns,
				     "fault: %s is due to be undone", sc->faults[i].fault->name);
	}
}

char *pcap_finish(struct capture *capture, const struct watch_state *w, char *const *conns,
		  size_t *size)
{
	char about[SCENARIO_NAME_MAX + SCENARIO_ABOUT_MAX + 64];

	note_faults(capture, w);
	for (int i = 0; i < w->n_conns; i++)
		note_conn(capture, &w->conns[i], i, conns[i]);
	snprintf(about, sizeof(about), "%s: %s Times are CLOCK_MONOTONIC of the kernel that ran it.",
		 w->plan->scenario->name, w->plan->scenario->about);
	return capture_stop(capture, about, size);
}
