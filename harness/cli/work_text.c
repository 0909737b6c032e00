/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/work.h"

void work_put_faults(const struct plan_lab *lab, const struct style *style)
{
	const struct scenario *sc = lab->scenario;
	char at[32], span[32], options[256], line[400];

	for (int i = 0; i < sc->n_faults; i++) {
		const struct scenario_fault *f = &sc->faults[i];

		opt_format(f->fault->options, &f->opt, options, sizeof(options));
		snprintf(line, sizeof(line), "at %s %s%s%s%s%s%s",
			 opt_format_duration(f->at_ns, at, sizeof(at)), f->fault->name,
			 options[0] ? " " : "", options,
			 i == lab->principal && sc->n_faults > 1 ? " (times count from here)" : "",
			 f->for_ns ? " for " : "",
			 f->for_ns ? opt_format_duration(f->for_ns, span, sizeof(span)) : "");
		text_wrap(style, TONE_PLAIN, line, 2, true);
	}
}

void work_json_window(const struct window *w, struct emit *emit)
{
	emit_key(emit, "expect");
	if (w->kind == WINDOW_NONE) {
		emit_null(emit);
	} else if (w->kind == WINDOW_NEVER) {
		emit_string(emit, "never");
	} else {
		emit_object(emit);
		emit_key(emit, "lo_ns");
		emit_int(emit, w->lo_ns);
		emit_key(emit, "hi_ns");
		emit_int(emit, w->hi_ns);
		emit_object_end(emit);
	}
}
