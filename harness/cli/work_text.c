/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "cli/work.h"
#include "record/member.h"

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
	static const enum expect_kind kinds[] = {
		[WINDOW_NONE] = EXPECT_NONE, [WINDOW_SOME] = EXPECT_WINDOW, [WINDOW_NEVER] = EXPECT_NEVER,
	};

	member_expect(emit, "expect", kinds[w->kind], w->lo_ns, w->hi_ns);
}
