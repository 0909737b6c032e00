/* SPDX-License-Identifier: MIT */
#include "peers/voice.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

static int write_whole(int fd, const void *bytes, size_t size)
{
	ssize_t n;

	do
		n = write(fd, bytes, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static int cost_text(const struct event_cost *c, char *buf, size_t size)
{
	return snprintf(buf, size,
			"packets %" PRIu32 " out %" PRIu32 " in, bytes %" PRIu64 " out %" PRIu64
			" in, wakeups %" PRIu32 ", signals %" PRIu32 ", %s",
			c->packets_out, c->packets_in, c->bytes_out, c->bytes_in, c->wakeups, c->signals,
			watch_state_name(c->state));
}

/* Seconds after the start, then what happened. */
static int voice_text(const struct voice *voice, const struct event *e)
{
	static const char *const names[] = {
		[EVENT_READY] = "ready", [EVENT_ARMED] = "armed",   [EVENT_DEAD] = "dead",
		[EVENT_FAULT] = "fault", [EVENT_REPORT] = "report", [EVENT_DONE] = "done",
		[EVENT_ERROR] = "error", [EVENT_TRUST] = "trust",
	};
	char line[512], cost[256] = "";
	size_t n;

	n = (size_t)snprintf(line, sizeof(line), "%12.6f %-6s",
			     (double)(e->at_ns - voice->started_ns) / 1e9, names[e->kind]);
	if (e->conn != NO_CONN)
		n += (size_t)snprintf(line + n, sizeof(line) - n, " connection %d (%s)", (int)e->conn,
				      voice->args->conns[e->conn].method->name);
	if (e->kind == EVENT_DEAD || e->kind == EVENT_REPORT)
		cost_text(&e->cost, cost, sizeof(cost));
	n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s%s%s%s\n", e->text[0] ? ": " : "",
			      e->text, cost[0] ? " [" : "", cost, cost[0] ? "]" : "");
	return write_whole(STDOUT_FILENO, line, n < sizeof(line) ? n : sizeof(line) - 1);
}

int voice_say_all(const struct voice *voice, const struct event *events, int n)
{
	int ret = 0;

	if (voice->args->events >= 0)
		return write_whole(voice->args->events, events, (size_t)n * sizeof(*events));
	for (int i = 0; i < n && !ret; i++)
		ret = voice_text(voice, &events[i]);
	return ret;
}

int voice_say(const struct voice *voice, const struct event *event)
{
	return voice_say_all(voice, event, 1);
}
