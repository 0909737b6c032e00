/* SPDX-License-Identifier: MIT */
/*
 * Never notices anything: what it reports would be an invention of the lab's.
 */
#include <unistd.h>

#include "method/attempt.h"
#include "method/method.h"

static void null_watch(struct watch *watch)
{
	for (;;) {
		pause();
		atomic_fetch_add(&watch->wakeups, 1);
	}
}

static int64_t null_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)opt;
	(void)situation;
	return 0;
}

static void null_window(const struct opt_values *opt, const struct situation *situation,
			struct window *window)
{
	(void)opt;
	(void)situation;
	window_never(window, "the null method looks at nothing");
}

const struct method method_null = {
	.name = "null",
	.about = "never notices; proves that the lab invents nothing",
	.options = (const struct opt[]){ { 0 } },
	.connect = attempt_unseen,
	.watch = null_watch,
	.period_ns = null_period_ns,
	.window = null_window,
};
