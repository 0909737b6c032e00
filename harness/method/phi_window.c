/* SPDX-License-Identifier: MIT */
/*
 * When phi.c notices. While beacons arrive on time phi accrual is a heartbeat whose grace follows
 * from the history: death comes mean + y * std after the last arrival, and the heartbeat says when
 * that was (heartbeat_window.c). The history of k beacons that were each on time within the jitter:
 *
 *   mean   the period, up to the jitter divided by the number of intervals, for all but the first
 *          and the last arrival cancel
 *   std    of the two made-up intervals a quarter of a period off, their squares shared by all
 *          intervals, and up to twice the jitter from the others; they leave the window in time
 *
 * Both ends of that range are asked for, for every k that the distance from arming allows.
 */
#include "method/phi.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "method/heartbeat.h"

/* As in heartbeat_window.c: two programs' reaction to each other's connection; the path's jitter
 * counts twice, once for the handshake and once for the beacon. */
#define JITTER_NS (10 * NS_PER_MS)

struct patience {
	int64_t lo, hi;
};

static double max_double(double a, double b)
{
	return a > b ? a : b;
}

/* What phi waits after beacon @k. */
static struct patience after_beacon(const struct opt_values *opt, const struct situation *s,
				    int64_t k)
{
	double period = (double)opt->v[PHI_PERIOD], min_std = (double)opt->v[PHI_MIN_STD];
	double y = phi_deviations(opt->v[PHI_THRESHOLD]);
	double jitter = (double)(JITTER_NS + 2 * s->path.jitter_ns);
	double late = jitter + (double)situation_rtt_ns(s);
	int64_t size = opt->v[PHI_WINDOW], all = k + 2;
	double n = (double)(all < size ? all : size);
	/* Made-up intervals still in the window: the first one leaves first. */
	int64_t made_up = all <= size ? 2 : all - size == 1 ? 1 : 0;
	double squares = (double)made_up * period * period / 16;
	/* With the lower one gone, the upper one pulls the mean up. */
	double pull = made_up == 1 ? period / 4 / n : 0;
	double mean_lo = period + pull - (made_up ? jitter : late + jitter) / n;
	double mean_hi = period + pull + (late + jitter) / n;
	double least = squares / n - (pull + (late + jitter) / n) * (pull + (late + jitter) / n);
	double most = squares / n + (late + jitter) * (late + jitter);

	return (struct patience){
		.lo = (int64_t)(mean_lo + y * max_double(min_std, sqrt(max_double(0, least)))),
		.hi = (int64_t)(mean_hi + y * max_double(min_std, sqrt(most))),
	};
}

static struct patience patience(const struct opt_values *opt, const struct situation *s)
{
	int64_t period = opt->v[PHI_PERIOD];
	int64_t first = s->since_armed_lo_ns / period - 1, last = s->since_armed_hi_ns / period + 2;
	struct patience p = { INT64_MAX, 0 };

	for (int64_t k = first > 0 ? first : 0; k <= last; k++) {
		struct patience one = after_beacon(opt, s, k);

		p.lo = one.lo < p.lo ? one.lo : p.lo;
		p.hi = one.hi > p.hi ? one.hi : p.hi;
	}
	return p;
}

/* The heartbeat that misses one beacon when it is as late as phi allows. */
static void with_patience(const struct opt_values *opt, const struct situation *s, int64_t wait_ns,
			  struct window *w)
{
	struct opt_values beacon = { 0 };

	beacon.v[HEARTBEAT_PERIOD] = opt->v[PHI_PERIOD];
	beacon.v[HEARTBEAT_MISSES] = 1;
	beacon.v[HEARTBEAT_MODE] = HEARTBEAT_BEACON;
	beacon.v[HEARTBEAT_GRACE] = wait_ns - opt->v[PHI_PERIOD];
	heartbeat_window(&beacon, s, w);
}

void phi_window(const struct opt_values *opt, const struct situation *situation,
		struct window *window)
{
	struct patience p = patience(opt, situation);
	struct situation untold = *situation;
	struct window patient;
	size_t n;

	untold.steps = NULL;
	if (situation->effect.larger && situation->effect.lose_in) {
		window_none(window, "beacons arrive until the first large message, and how many did decides "
				    "what phi waits");
		return;
	}
	with_patience(opt, &untold, p.lo, window);
	with_patience(opt, situation, p.hi, &patient);
	window_join(window, &patient);
	steps_forget(situation->steps, &patient);
	steps_end(situation->steps, window, "Hayashibara et al. 2004; Akka",
		  "the silence is so unlikely that phi reaches the threshold");
	n = strlen(window->why);
	if (window->kind == WINDOW_SOME && (situation->effect.kind == EFFECT_SILENCE ||
					    situation->effect.kind == EFFECT_FROZEN))
		snprintf(window->why + n, sizeof(window->why) - n,
			 "; phi waits %.2f s..%.2f s, the intervals' mean and %.2f deviations "
			 "(Hayashibara 2004; Akka's logistic form)",
			 (double)p.lo / 1e9, (double)p.hi / 1e9,
			 phi_deviations(opt->v[PHI_THRESHOLD]));
}
