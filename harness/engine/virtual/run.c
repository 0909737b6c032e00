/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation: one guest, from start to end, without ever waiting.
 *
 *   start    the job goes into the box, QEMU starts with the snapshot's memory mapped privately,
 *            restores the rest, and goes on by itself
 *   running  each byte from the bell is a slot of the box, which is handed on
 *   over     QEMU has ended and the bell's pipe is empty; or the host's time is up
 *
 * Three descriptors hang in one epoll set, which is what the caller polls. What the guest said
 * before anything went wrong has been handed on by then; only half a line of notes is kept back.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/virtual/cache.h"
#include "engine/virtual/lines.h"
#include "engine/virtual/machine.h"
#include "engine/virtual/pack.h"
#include "engine/virtual/snapshot.h"
#include "engine/virtual/virtual.h"

enum phase { RUNNING, GONE, TIMED_OUT };

struct virtual_run {
	struct machine machine;
	struct virtual_sink sink;
	struct lines notes;
	uint64_t slots; /* taken so far */
	int epoll, timer;
	int64_t timeout_ns;
	enum phase phase;
	int status; /* of QEMU, when GONE */
};

static int watch(struct virtual_run *run, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(run->epoll, EPOLL_CTL_ADD, fd, &event);
}

static int open_watches(struct virtual_run *run, struct err *err)
{
	struct itimerspec at = { .it_value = clock_timespec(run->timeout_ns) };

	run->epoll = epoll_create1(EPOLL_CLOEXEC);
	run->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (run->epoll < 0 || run->timer < 0 || timerfd_settime(run->timer, 0, &at, NULL) ||
	    watch(run, run->machine.bell) || watch(run, run->machine.pidfd) ||
	    watch(run, run->timer))
		return err_sys(err, errno, "cannot watch the guest");
	return 0;
}

static int start(struct virtual_run *run, const struct virtual_kernel *k,
		 const struct virtual_job *job, struct err *err)
{
	struct snapshot snapshot;
	int ret = snapshot_open(k->snapshot, &snapshot, err);

	if (ret)
		return ret;
	cache_use(k->snapshot);
	ret = machine_open(&run->machine, err);
	if (!ret)
		ret = pack_job(run->machine.box, k->loaded ? BOX_GO_ON : BOX_RUN, job, err);
	if (!ret) {
		struct machine_start from = { .how = MACHINE_COPY, .ram = snapshot.ram,
					      .state = snapshot.state };

		ret = machine_spawn(&run->machine, &from, err);
	}
	snapshot_close(&snapshot);
	return ret ? ret : open_watches(run, err);
}

int virtual_start(const struct virtual_kernel *k, const struct virtual_job *job,
		  const struct virtual_sink *sink, struct virtual_run **out, struct err *err)
{
	struct virtual_run *run = calloc(1, sizeof(*run));
	int ret;

	if (!run)
		return err_set(err, ENOMEM, "no memory for another guest");
	run->epoll = run->timer = -1;
	run->sink = *sink;
	run->timeout_ns = job->timeout_ns;
	ret = start(run, k, job, err);
	if (ret) {
		virtual_abort(run);
		return ret;
	}
	*out = run;
	return 0;
}

int virtual_fd(const struct virtual_run *run)
{
	return run->epoll;
}

static void take_slot(struct virtual_run *run)
{
	const char *slots = (const char *)run->machine.box + BOX_OUT;
	const struct box_slot *slot = (const void *)(slots + run->slots++ % BOX_SLOTS * BOX_SLOT);
	size_t len = slot->len < BOX_SLOT_MAX ? slot->len : BOX_SLOT_MAX;

	if (slot->stream == BOX_STDOUT && run->sink.output)
		run->sink.output(run->sink.arg, slot->text, len);
	else if (slot->stream == BOX_STDERR)
		lines_feed(&run->notes, slot->text, len, run->sink.note, run->sink.arg);
}

/* True when it took something. */
static bool take_bell(struct virtual_run *run)
{
	char bell[BOX_BELL_BATCH];
	ssize_t n = read(run->machine.bell, bell, sizeof(bell));

	for (ssize_t i = 0; i < n; i++)
		take_slot(run);
	if (!n)
		epoll_ctl(run->epoll, EPOLL_CTL_DEL, run->machine.bell, NULL);
	return n > 0;
}

static bool is_readable(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) > 0;
}

int virtual_pump(struct virtual_run *run)
{
	bool gone;

	if (run->phase != RUNNING)
		return 0;
	gone = is_readable(run->machine.pidfd); /* asked first: what it wrote is there by then */
	while (take_bell(run))
		;
	if (gone) {
		run->status = machine_reap(&run->machine);
		run->phase = GONE;
	} else if (is_readable(run->timer)) {
		run->phase = TIMED_OUT;
	}
	return run->phase == RUNNING;
}

static int verdict(struct virtual_run *run, struct virtual_result *result, struct err *err)
{
	const struct box_head *box = run->machine.box;
	bool ended = run->phase == GONE && WIFEXITED(run->status) &&
		     WEXITSTATUS(run->status) == BOX_EXIT_CODE;

	switch (run->phase) {
	case RUNNING:
	case TIMED_OUT:
		return err_set(err, ETIMEDOUT, "the guest had not ended after %lld s of this host's time",
			       (long long)(run->timeout_ns / NS_PER_S));
	case GONE:
		break;
	}
	if (ended && box->end == BOX_END_DEADLINE)
		return err_set(err, ETIME, "the guest had not ended after %lld s of its own time",
			       (long long)(box->deadline_ns / NS_PER_S));
	if (!ended || box->end != BOX_END_EXIT)
		return machine_postmortem(&run->machine, run->status, err);
	lines_flush(&run->notes, run->sink.note, run->sink.arg);
	*result = (struct virtual_result){ .status = box->status, .started_ns = box->started_ns,
					   .ended_ns = box->ended_ns };
	return 0;
}

void virtual_abort(struct virtual_run *run)
{
	if (!run)
		return;
	machine_close(&run->machine);
	lines_free(&run->notes);
	if (run->epoll >= 0)
		close(run->epoll);
	if (run->timer >= 0)
		close(run->timer);
	free(run);
}

int virtual_finish(struct virtual_run *run, struct virtual_result *result, struct err *err)
{
	struct pollfd fd = { .fd = run->epoll, .events = POLLIN };
	int ret;

	while (virtual_pump(run))
		poll(&fd, 1, -1);
	ret = verdict(run, result, err);
	virtual_abort(run);
	return ret;
}

int virtual_run(const struct virtual_kernel *k, const struct virtual_job *job,
		const struct virtual_sink *sink, struct virtual_result *result, struct err *err)
{
	struct virtual_run *run = NULL;
	int ret = virtual_start(k, job, sink, &run, err);

	return run ? virtual_finish(run, result, err) : ret;
}
