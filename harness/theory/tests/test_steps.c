/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "theory/scene.h"
#include "theory/steps.h"
#include "theory/tcp.h"

static struct steps steps;

static struct situation cut(enum traffic traffic)
{
	steps.n = 0;
	return (struct situation){
		.kernel = kernel_params_default(250),
		.traffic = traffic,
		.ipv6 = true, /* whose neighbours do not touch the timers */
		.effect = { .kind = EFFECT_SILENCE, .lose_out = true, .lose_in = true },
		.since_armed_lo_ns = 2 * NS_PER_S,
		.since_armed_hi_ns = 2 * NS_PER_S,
		.steps = &steps,
	};
}

static struct window range(int64_t lo, int64_t hi)
{
	return (struct window){ .kind = WINDOW_SOME, .lo_ns = lo, .hi_ns = hi };
}

static int count(const char *text)
{
	int n = 0;

	for (int i = 0; i < steps.n; i++)
		n += strstr(steps.step[i].what, text) != NULL;
	return n;
}

Test(steps, nobody_asks)
{
	struct window w = range(1, 2);

	steps_add(NULL, 0, 1, NULL, "x");
	steps_end(NULL, &w, NULL, "x");
	steps_goes_on(NULL, &w);
	cr_assert_eq(steps_mark(NULL), 0);
}

Test(steps, the_earliest_end_and_nothing_after_it)
{
	struct window one = range(5, 9), two = range(7, 8), both = range(5, 8);

	steps_add(&steps, 6, 6, NULL, "between");
	steps_add(&steps, 9, 9, NULL, "after");
	steps_add(&steps, -3, -3, NULL, "before");
	steps_end(&steps, &one, NULL, "one");
	steps_end(&steps, &two, NULL, "two");
	cr_assert(steps_finish(&steps, &both));
	cr_assert_str_eq(steps.step[0].what, "before");
	cr_assert(steps.step[steps.n - 1].ends && steps.step[steps.n - 1].hi_ns == 8);
	cr_assert_eq(count("after"), 0);
	cr_assert_eq(count("between"), 1);
}

Test(steps, an_end_that_is_not_the_window_is_found_out)
{
	struct window told = range(5, 9), window = range(5, 10);
	struct window never = { .kind = WINDOW_NEVER };

	steps_end(&steps, &told, NULL, "told");
	cr_assert_not(steps_finish(&steps, &window));
	steps.n = 0;
	steps_end(&steps, &told, NULL, "told");
	cr_assert_not(steps_finish(&steps, &never));
	steps.n = 0;
	cr_assert_not(steps_finish(&steps, &window));
}

Test(steps, what_follows_from_an_end_is_the_end)
{
	struct window error = range(5, 9), look = range(10, 10);

	steps_end(&steps, &error, NULL, "error");
	steps_goes_on(&steps, &error);
	steps_end(&steps, &look, NULL, "look");
	cr_assert(steps_finish(&steps, &look));
	cr_assert_eq(steps.n, 2);
}

Test(steps, too_many_still_end)
{
	struct window w = range(5000, 6000);

	for (int i = 0; i < STEPS_MAX + 10; i++)
		steps_add(&steps, i, i, NULL, "%d", i);
	steps_end(&steps, &w, NULL, "end");
	cr_assert(steps_finish(&steps, &w));
	cr_assert_eq(steps.n, STEPS_MAX);
}

Test(steps, keepalive_tells_each_probe)
{
	struct situation s = cut(TRAFFIC_IDLE);
	struct tcp_options o = {
		.keepalive = true, .idle_ns = 60 * NS_PER_S, .intvl_ns = 5 * NS_PER_S, .cnt = 3
	};
	struct window w;

	tcp_readable_end(&s, &o, &w);
	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert_eq(count("keepalive probe"), 3);
	cr_assert(steps.step[0].lo_ns >= 58 * NS_PER_S && steps.step[0].hi_ns < 61 * NS_PER_S);
	cr_assert_eq(steps.step[0].wait_lo_ns, 5 * NS_PER_S);
	cr_assert(steps_finish(&steps, &w));
}

Test(steps, retransmissions_double)
{
	struct situation s = cut(TRAFFIC_SENDING);
	struct window w;
	int found = 0;

	s.kernel.tcp_retries2 = 5;
	tcp_readable_end(&s, &(struct tcp_options){ 0 }, &w);
	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert_eq(count("tail-loss probe"), 1);
	for (int i = 1; i < steps.n; i++) {
		const struct step *a = &steps.step[i - 1], *b = &steps.step[i];

		if (!strstr(a->what, "retransmission") || !strstr(b->what, "retransmission ") || b->ends)
			continue;
		cr_expect_eq(b->wait_lo_ns, 2 * a->wait_lo_ns);
		cr_expect_eq(b->wait_hi_ns, 2 * a->wait_hi_ns);
		found++;
	}
	cr_assert_geq(found, 3);
	cr_assert(steps_finish(&steps, &w));
}

Test(steps, never_ends_without_an_end)
{
	struct situation s = cut(TRAFFIC_IDLE);
	struct tcp_options o = {
		.keepalive = true, .idle_ns = NS_PER_S, .intvl_ns = NS_PER_S, .cnt = 9
	};
	struct window w;

	s.effect.for_ns = 4 * NS_PER_S;
	scene_steps(&s);
	tcp_readable_end(&s, &o, &w);
	cr_assert_eq(w.kind, WINDOW_NEVER);
	cr_assert(steps_finish(&steps, &w));
	cr_assert_eq(count("is answered: the connection lives on"), 1);
	cr_assert_eq(count("undone"), 1);
	cr_assert(!steps.step[steps.n - 1].ends);
}
