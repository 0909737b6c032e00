/* SPDX-License-Identifier: MIT */
#include "method/tests/predict.h"

#include <criterion/criterion.h>

#include "method/half_closed.h"

struct situation predict_after(enum effect_kind kind, enum traffic traffic, int64_t since_armed_ns)
{
	return (struct situation){
		.kernel = kernel_params_default(250),
		.traffic = traffic,
		.effect = { .kind = kind, .lose_out = true, .lose_in = true },
		.since_armed_lo_ns = since_armed_ns,
		.since_armed_hi_ns = since_armed_ns,
	};
}

struct window predict(const struct method *method, const char *options, const struct situation *s)
{
	struct window w = { .kind = WINDOW_NONE };
	struct err err = { "" };
	struct opt_values opt;

	opt_defaults(method->options, &opt);
	cr_assert_eq(opt_set_list(method->options, &opt, options, &err), 0, "%s", err.text);
	method_window(method, &opt, s, &w);
	return w;
}

void predict_is(const struct window *w, int64_t lo_ns, int64_t hi_ns)
{
	char text[64];

	cr_assert_eq(w->kind, WINDOW_SOME, "%s: %s", window_format(w, text, sizeof(text)), w->why);
	cr_assert(w->lo_ns == lo_ns && w->hi_ns == hi_ns, "%s: %s",
		  window_format(w, text, sizeof(text)), w->why);
}

void predict_within(const struct window *w, int64_t lo_ns, int64_t hi_ns)
{
	char text[64];

	cr_assert_eq(w->kind, WINDOW_SOME, "%s: %s", window_format(w, text, sizeof(text)), w->why);
	cr_assert(w->lo_ns >= lo_ns && w->hi_ns <= hi_ns, "%s: %s",
		  window_format(w, text, sizeof(text)), w->why);
}
