/* SPDX-License-Identifier: MIT */
#include "theory/window.h"

#include <stdarg.h>
#include <stdio.h>

static void set_why(struct window *w, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void set_why(struct window *w, const char *fmt, va_list ap)
{
	vsnprintf(w->why, sizeof(w->why), fmt, ap);
}

void window_some(struct window *w, int64_t lo_ns, int64_t hi_ns, const char *fmt, ...)
{
	va_list ap;

	w->kind = WINDOW_SOME;
	w->lo_ns = lo_ns > 0 ? lo_ns : 0;
	w->hi_ns = hi_ns > w->lo_ns ? hi_ns : w->lo_ns;
	va_start(ap, fmt);
	set_why(w, fmt, ap);
	va_end(ap);
}

void window_never(struct window *w, const char *fmt, ...)
{
	va_list ap;

	w->kind = WINDOW_NEVER;
	w->lo_ns = w->hi_ns = 0;
	va_start(ap, fmt);
	set_why(w, fmt, ap);
	va_end(ap);
}

void window_none(struct window *w, const char *fmt, ...)
{
	va_list ap;

	w->kind = WINDOW_NONE;
	w->lo_ns = w->hi_ns = 0;
	va_start(ap, fmt);
	set_why(w, fmt, ap);
	va_end(ap);
}

void window_join(struct window *into, const struct window *other)
{
	if (into->kind != other->kind) {
		window_none(into, "it turns on a race with the fault: noticed or not");
		return;
	}
	if (into->kind != WINDOW_SOME)
		return;
	if (other->lo_ns < into->lo_ns)
		into->lo_ns = other->lo_ns;
	if (other->hi_ns > into->hi_ns)
		into->hi_ns = other->hi_ns;
}

char *window_format(const struct window *w, char *buf, size_t size)
{
	switch (w->kind) {
	case WINDOW_SOME:
		snprintf(buf, size, "%.3f s..%.3f s", (double)w->lo_ns / 1e9,
			 (double)w->hi_ns / 1e9);
		break;
	case WINDOW_NEVER:
		snprintf(buf, size, "never");
		break;
	case WINDOW_NONE:
		snprintf(buf, size, "none");
		break;
	}
	return buf;
}
