/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation: what the guest does with its time.
 *
 *   boot      the kernel unpacks the initramfs and starts this program as /init
 *   prepare   mounts, modules, sysctls, then SETTLE_NS of idleness, in which work that the kernel
 *             had put off gets done
 *   pause     a write to the pvpanic port: QEMU stops between two instructions, and the host takes
 *             the snapshot here. Everything above happens once for each kernel
 *   unpack    in every restored copy: the seed goes into the random pool, the job into files
 *   load      optional, and again once for all copies: the program is started, makes itself ready
 *             and waits. Then idleness and pause as above, the seed again; the program goes on at
 *   start     a time fixed by the snapshot alone, START_NS to twice that later. How long
 *             unpacking took has no influence on the phase of any timer after it
 *   run       the program; its output is passed on; its end, or the deadline, ends the machine
 *
 * Idle time costs the host next to nothing, so both waits are generous.
 */
#include "engine/virtual/guest/guest.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define SETTLE_NS INT64_C(5000000000)
#define START_NS  INT64_C(1000000000)

int64_t guest_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

_Noreturn void guest_die(int code, const char *fmt, ...)
{
	char text[sizeof(box->error)];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	n = strlen(text);
	if (code)
		snprintf(text + n, sizeof(text) - n, ": %s", strerror(code));
	if (box) {
		memcpy(box->error, text, sizeof(text));
		box_exit(BOX_END_ERROR, 0);
	}
	dprintf(STDOUT_FILENO, "deadpeer-init: %s\n", text);
	reboot(RB_AUTOBOOT);
	_exit(1);
}

static void sleep_ns(int64_t ns)
{
	struct timespec ts = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/* Stops for the snapshot. What follows happens in a copy of it, with a job in the box: returns when
 * its program is due. */
static int64_t pause_for_job(void)
{
	struct utsname uts;
	int64_t paused_ns;

	sleep_ns(SETTLE_NS);
	uname(&uts);
	memcpy(box->release, uts.release, sizeof(box->release));
	paused_ns = box->snapshot_ns = guest_now_ns();
	box_pause();

	if (box->magic != BOX_MAGIC || box->version != BOX_VERSION)
		guest_die(0, "the box holds no job of this version");
	setup_seed(box->seed);
	if (box->task != BOX_GO_ON)
		job_unpack();
	return (paused_ns / START_NS + 2) * START_NS;
}

int main(void)
{
	int64_t start;

	setup_mounts();
	box_open();
	setup_modules();
	setup_sysctls();
	setup_seed(0);
	start = pause_for_job();
	if (box->task == BOX_LOAD) {
		job_load();
		start = pause_for_job();
	}
	job_run(start);
}
