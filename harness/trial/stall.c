/* SPDX-License-Identifier: MIT */
#include "trial/stall.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"

#define BEAT_NS (5 * NS_PER_MS)

struct stall {
	pthread_t thread;
	atomic_bool stop;
	atomic_llong longest_ns;
};

static void *beat(void *arg)
{
	struct stall *stall = arg;
	int64_t due = clock_now_ns();

	while (!atomic_load(&stall->stop)) {
		int64_t late;

		due += BEAT_NS;
		clock_sleep_until(due);
		late = clock_now_ns() - due;
		if (late > atomic_load(&stall->longest_ns))
			atomic_store(&stall->longest_ns, late);
		if (late > BEAT_NS)
			due += late;
	}
	return NULL;
}

struct stall *stall_start(void)
{
	struct stall *stall = calloc(1, sizeof(*stall));

	if (stall && pthread_create(&stall->thread, NULL, beat, stall)) {
		free(stall);
		return NULL;
	}
	return stall;
}

int64_t stall_longest_ns(const struct stall *stall)
{
	return stall ? atomic_load(&stall->longest_ns) : 0;
}

void stall_stop(struct stall *stall)
{
	if (!stall)
		return;
	atomic_store(&stall->stop, true);
	pthread_join(stall->thread, NULL);
	free(stall);
}
