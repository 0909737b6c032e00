/* SPDX-License-Identifier: MIT */
/*
 * The phi accrual failure detector (Hayashibara, Défago, Yared, Katayama, SRDS 2004) over beacons of
 * the peer's application, as Akka made it (akka.remote.PhiAccrualFailureDetector): the times between
 * arrivals are held for normally distributed, with the mean and the deviation of the last `window`
 * of them, the deviation never below `min_std`; phi says how unlikely a silence as long as the
 * present one is:
 *
 *   phi(t) = -log10(1 - F((t - mean) / std)),  F(y) = 1 / (1 + exp(-y (1.5976 + 0.070566 y^2)))
 *
 * a logistic stand-in for the normal distribution. Dead when phi reaches `threshold`. Akka adds an
 * acceptable pause to the mean; here there is none, so that what is measured is phi.
 *
 * phi only grows while nothing arrives, so the moment it reaches the threshold is known at each
 * arrival: mean + y * std after it, y depending on the threshold alone. The wait is for that moment
 * and the socket, and nothing polls.
 *
 * A peer held for dead is alive again with its next beacon. As in Akka, the interval that ended in
 * the alarm stays out of the history, lest one long pause make the detector patient for good.
 *
 * Arming counts as the first arrival. As in Akka, two made-up intervals come first, a quarter of a
 * period below and above the period: they are why a young detector is patient.
 */
#include "method/phi.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/read.h"

#define PHI_TIME_MAX (INT64_C(365) * 24 * 3600 * NS_PER_S)

static const struct opt phi_rows[] = {
	[PHI_THRESHOLD] = { .name = "threshold",
			    .type = OPT_COUNT,
			    .def = "8",
			    .min = 1,
			    .max = 300,
			    .about = "the phi that means death: 10^-threshold is the chance to be "
				     "wrong, were arrivals normally distributed" },
	[PHI_WINDOW] = { .name = "window",
			 .type = OPT_COUNT,
			 .def = "1000",
			 .min = 2,
			 .max = 100000,
			 .about = "how many of the last intervals make the mean and the deviation" },
	[PHI_MIN_STD] = { .name = "min_std",
			  .type = OPT_DURATION,
			  .def = "100ms",
			  .min = NS_PER_MS,
			  .max = PHI_TIME_MAX,
			  .about = "the deviation is never taken for less" },
	[PHI_PERIOD] = { .name = "period",
			 .type = OPT_DURATION,
			 .def = "1s",
			 .min = NS_PER_MS,
			 .max = PHI_TIME_MAX,
			 .about = "how often the peer's application sends a beacon" },
	{ 0 },
};

/* F falls below 10^-threshold where y (1.5976 + 0.070566 y^2) = ln(10^threshold - 1). */
double phi_deviations(int64_t threshold)
{
	double wanted = threshold < 15 ? log(pow(10, (double)threshold) - 1)
				       : (double)threshold * log(10);
	double lo = 0, hi = wanted;

	for (int i = 0; i < 100; i++) {
		double y = (lo + hi) / 2;

		if (y * (1.5976 + 0.070566 * y * y) < wanted)
			lo = y;
		else
			hi = y;
	}
	return hi;
}

/* The last intervals, in a ring, with their sums around the period: differences stay small. */
struct history {
	double *deviation; /* interval - period, in seconds */
	int64_t size, n, next;
	double sum, squares;
};

static void history_add(struct history *h, double deviation)
{
	if (h->n == h->size) {
		double old = h->deviation[h->next];

		h->sum -= old;
		h->squares -= old * old;
	} else {
		h->n++;
	}
	h->deviation[h->next] = deviation;
	h->next = (h->next + 1) % h->size;
	h->sum += deviation;
	h->squares += deviation * deviation;
}

struct detector {
	struct history history;
	double period, min_std, deviations; /* s, s, 1 */
	int64_t heard_ns;
	bool held_dead;
};

/* How long after the last arrival phi reaches the threshold. */
static int64_t patience_ns(const struct detector *d)
{
	const struct history *h = &d->history;
	double mean = h->sum / (double)h->n;
	double variance = h->squares / (double)h->n - mean * mean;
	double std = variance > d->min_std * d->min_std ? sqrt(variance) : d->min_std;

	return (int64_t)((d->period + mean + d->deviations * std) * 1e9);
}

static void heard(struct detector *d, int64_t now)
{
	if (!d->held_dead)
		history_add(&d->history, (double)(now - d->heard_ns) / 1e9 - d->period);
	d->held_dead = false;
	d->heard_ns = now;
}

static void phi_hear(void *arg, const char *bytes, ssize_t n, int64_t now)
{
	const char *end = bytes + n, *at = memchr(bytes, MSG_BEACON, (size_t)n);

	for (; at; at = memchr(at + 1, MSG_BEACON, (size_t)(end - at - 1)))
		heard(arg, now);
}

static void phi_listen(struct watch *watch, struct detector *d)
{
	struct pollfd fd = { .fd = watch->fd, .events = POLLIN };

	for (;;) {
		int64_t left = d->heard_ns + patience_ns(d) - clock_now_ns(), now;
		struct timespec timeout = clock_timespec(left > 0 ? left : 0);

		ppoll(&fd, 1, &timeout, NULL);
		atomic_fetch_add(&watch->wakeups, 1);
		/* The clock before the read: a beacon that waited out a stop of this thread counts. */
		now = clock_now_ns();
		if (!read_available(watch, phi_hear, d))
			return;
		if (now - d->heard_ns < patience_ns(d))
			continue;
		watch->dead_ns = now;
		watch->saw_errno = 0;
		snprintf(watch->saw, sizeof(watch->saw), "phi %lld after %.0f ms of silence",
			 (long long)watch->opt.v[PHI_THRESHOLD], (double)(now - d->heard_ns) / 1e6);
		return;
	}
}

static void phi_release(struct watch *watch)
{
	struct detector *d = watch->own;

	free(d->history.deviation);
	watch_free_own(watch);
}

static int phi_arm(struct watch *watch, struct err *err)
{
	const int64_t *v = watch->opt.v;
	int ret = watch_new_own(watch, sizeof(struct detector), err);
	struct detector *d = watch->own;

	if (ret < 0)
		return ret;
	*d = (struct detector){
		.history = { .size = v[PHI_WINDOW] },
		.period = (double)v[PHI_PERIOD] / 1e9,
		.min_std = (double)v[PHI_MIN_STD] / 1e9,
		.deviations = phi_deviations(v[PHI_THRESHOLD]),
	};
	d->history.deviation = calloc((size_t)d->history.size, sizeof(*d->history.deviation));
	if (!d->history.deviation) {
		phi_release(watch);
		return err_sys(err, ENOMEM, "phi's history");
	}
	history_add(&d->history, -d->period / 4);
	history_add(&d->history, d->period / 4);
	return 0;
}

static void phi_watch(struct watch *watch)
{
	struct detector *d = watch->own;

	d->heard_ns = watch->trusted_ns;
	phi_listen(watch, d);
}

static bool phi_trust(struct watch *watch)
{
	struct pollfd fd = { .fd = watch->fd, .events = POLLIN };
	struct detector *d = watch->own;

	d->held_dead = true;
	while (d->held_dead) {
		poll(&fd, 1, -1);
		atomic_fetch_add(&watch->wakeups, 1);
		if (!read_available(watch, phi_hear, d))
			return false;
	}
	watch->trusted_ns = d->heard_ns;
	return true;
}

static int64_t phi_beacon_ns(const struct opt_values *opt)
{
	return opt->v[PHI_PERIOD];
}

static int64_t phi_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)situation;
	return opt->v[PHI_PERIOD];
}

const struct method method_phi = {
	.name = "phi",
	.about = "phi accrual over the peer's beacons: dead when the silence is too unlikely",
	.options = phi_rows,
	.reads = true,
	.arm = phi_arm,
	.watch = phi_watch,
	.trust = phi_trust,
	.release = phi_release,
	.beacon_ns = phi_beacon_ns,
	.period_ns = phi_period_ns,
	.window = phi_window,
};
