/* SPDX-License-Identifier: MIT */
#include "engine/virtual/seat.h"

#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The socket that holds @cpu; -1: somebody else has it. */
static int hold(int cpu)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int len = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "deadpeer-seat-%d", cpu);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&name,
			    (socklen_t)offsetof(struct sockaddr_un, sun_path) + 1 + (socklen_t)len)) {
		close(fd);
		return -1;
	}
	return fd;
}

void seat_take(struct seat *seat)
{
	cpu_set_t cpus;

	*seat = (struct seat){ -1, -1 };
	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE && seat->held < 0; cpu++) {
		if (!CPU_ISSET(cpu, &cpus))
			continue;
		seat->held = hold(cpu);
		if (seat->held >= 0)
			seat->cpu = cpu;
	}
}

void seat_sit(const struct seat *seat)
{
	const struct sched_param none = { 0 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	if (seat->cpu >= 0) {
		CPU_SET(seat->cpu, &cpus);
		sched_setaffinity(0, sizeof(cpus), &cpus);
	}
	sched_setscheduler(0, SCHED_BATCH, &none);
}

void seat_leave(struct seat *seat)
{
	if (seat->held >= 0)
		close(seat->held);
	*seat = (struct seat){ -1, -1 };
}
