/* SPDX-License-Identifier: MIT */
#include "trial/stall.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"

#define BEAT_NS (10 * NS_PER_MS)

enum { CPUS_MAX = 64 };

struct stall {
	int n_threads;
	pthread_t threads[CPUS_MAX];
	atomic_bool stop;
	atomic_llong longest_ns;
};

static void note(struct stall *stall, long long late_ns)
{
	long long longest = atomic_load(&stall->longest_ns);

	while (late_ns > longest &&
	       !atomic_compare_exchange_weak(&stall->longest_ns, &longest, late_ns))
		;
}

static void *beat(void *arg)
{
	struct stall *stall = arg;

	while (!atomic_load(&stall->stop)) {
		int64_t due = clock_now_ns() + BEAT_NS;

		clock_sleep_until(due);
		note(stall, clock_now_ns() - due);
	}
	return NULL;
}

static void start_on(struct stall *stall, int cpu)
{
	pthread_attr_t attr;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	pthread_attr_init(&attr);
	pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus);
	if (pthread_create(&stall->threads[stall->n_threads], &attr, beat, stall) == 0)
		stall->n_threads++;
	pthread_attr_destroy(&attr);
}

struct stall *stall_start(void)
{
	struct stall *stall = calloc(1, sizeof(*stall));
	cpu_set_t cpus;

	if (!stall || sched_getaffinity(0, sizeof(cpus), &cpus))
		return stall;
	for (int cpu = 0; cpu < CPU_SETSIZE && stall->n_threads < CPUS_MAX; cpu++) {
		if (CPU_ISSET(cpu, &cpus))
			start_on(stall, cpu);
	}
	return stall;
}

int64_t stall_stop(struct stall *stall)
{
	int64_t longest_ns;

	if (!stall)
		return 0;
	atomic_store(&stall->stop, true);
	for (int i = 0; i < stall->n_threads; i++)
		pthread_join(stall->threads[i], NULL);
	longest_ns = atomic_load(&stall->longest_ns);
	free(stall);
	return longest_ns;
}
