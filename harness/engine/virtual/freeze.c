/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation: from a machine that runs to a snapshot in the cache.
 *
 * The key says which directory of the cache it would be. If that is whole, there is nothing to do.
 * Else, under the cache's lock (and after a second look: whoever held it may have been quicker):
 * start with memory in a memfd, wait for the guest to stop itself, let QEMU write its state into
 * another memfd, set the clock in it (state.c says why), and only then touch the disk: write, sync,
 * rename. A full disk shows as ENOSPC of a write, a death at any point leaves at most a build
 * directory that the next builder removes.
 */
#include "engine/virtual/freeze.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/virtual/cache.h"
#include "engine/virtual/machine.h"
#include "engine/virtual/pack.h"
#include "engine/virtual/qmp.h"
#include "engine/virtual/state.h"

/* Old ones, of kernels and programs that have changed since, take 80 to 95 MB each. */
enum { SNAPSHOTS_KEPT = 8 };

/* Booting 6.1 took 15 s of CPU time, and 130 s of wall time at eight times the load. */
#define STOP_TIMEOUT_NS (300 * NS_PER_S)

/*
 * The devices' state without any memory; nothing in it is about Xen. `migrate` does not do: its
 * thread reads clocks without the lock that rr=record (machine.c) asks for, and QEMU aborts.
 */
static const char save_command[] =
	"{\"execute\":\"xen-save-devices-state\","
	"\"arguments\":{\"filename\":\"" MACHINE_SAVE_PATH "\"}}";

/* Waits for @wanted. A QEMU that ends first, or an error, is a sentence. */
static int await(struct machine *m, struct qmp *qmp, enum qmp_message wanted, int64_t until_ns,
		 struct err *err)
{
	struct pollfd fds[2] = { { .fd = m->qmp, .events = POLLIN },
				 { .fd = m->pidfd, .events = POLLIN } };

	for (;;) {
		enum qmp_message got = qmp_read(qmp);
		int64_t left_ms = (until_ns - clock_now_ns()) / NS_PER_MS;

		if (got == wanted)
			return 0;
		if (got == QMP_ERROR)
			return err_set(err, EIO, "QEMU refuses: %s", qmp->error);
		if (got == QMP_CLOSED || (got == QMP_NOTHING && fds[1].revents))
			return machine_postmortem(m, machine_reap(m), err);
		if (left_ms <= 0)
			return err_set(err, ETIMEDOUT, "the guest was not ready within %d s",
				       (int)(STOP_TIMEOUT_NS / NS_PER_S));
		if (got == QMP_NOTHING && poll(fds, 2, (int)left_ms) < 0 && errno != EINTR)
			return err_sys(err, errno, "cannot wait for QEMU");
	}
}

static int run_and_save(struct machine *m, const struct machine_start *start,
			const struct virtual_job *job, struct snapshot *out, struct err *err)
{
	int64_t until = clock_now_ns() + STOP_TIMEOUT_NS;
	struct qmp qmp = { 0 };
	int ret = machine_open(m, err);

	if (!ret && job)
		ret = pack_job(m->box, BOX_LOAD, job, err);
	if (!ret)
		ret = machine_spawn(m, start, err);
	qmp.fd = m->qmp;
	if (!ret)
		ret = qmp_send(&qmp, job ? MACHINE_RESTORE : MACHINE_BOOT, err);
	if (!ret)
		ret = await(m, &qmp, QMP_STOPPED, until, err);
	if (!ret && !m->box->snapshot_ns)
		ret = machine_panicked(m, err);
	if (!ret)
		ret = qmp_send(&qmp, save_command, err);
	if (!ret)
		ret = await(m, &qmp, QMP_DONE, until, err);
	if (!ret)
		ret = state_set_clock(start->save, m->box->stopped_ns, err);
	if (ret)
		return ret;
	out->paused_ns = m->box->snapshot_ns;
	memcpy(out->release, m->box->release, sizeof(out->release));
	return 0;
}

static int memory_file(const char *name, off_t size, struct err *err)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd >= 0 && !ftruncate(fd, size))
		return fd;
	if (fd >= 0)
		close(fd);
	return err_sys(err, errno, "no memory for the guest");
}

static int keep(const struct snapshot *made, const char *sub, const char *shelf, struct err *err)
{
	char dir[PATH_MAX];
	int ret = cache_build(dir, err);

	if (ret)
		return ret;
	ret = snapshot_write(dir, made, err);
	if (!ret)
		ret = cache_commit(dir, sub, err);
	if (ret)
		cache_remove(dir);
	else
		cache_prune(shelf, SNAPSHOTS_KEPT);
	return ret;
}

static int make(const struct freeze *f, struct snapshot *made, struct err *err)
{
	struct snapshot base = { .ram = -1, .state = -1 };
	struct machine_start start = { .how = f->from ? MACHINE_GO_ON : MACHINE_FIRST,
				       .kernel = f->kernel, .initrd = f->initrd };
	struct machine machine = { 0 };
	int ret = f->from ? snapshot_open(f->from, &base, err) : 0;

	if (!ret && f->from)
		ret = snapshot_copy_ram(&base, made->ram, err);
	if (!ret) {
		start.ram = made->ram;
		start.state = base.state;
		start.save = made->state;
		ret = run_and_save(&machine, &start, f->job, made, err);
	}
	machine_close(&machine);
	snapshot_close(&base);
	return ret;
}

static int build(const struct freeze *f, const char *sub, struct err *err)
{
	struct snapshot made = { .ram = memory_file("deadpeer-ram", MACHINE_RAM, err), .state = -1 };
	int ret = made.ram < 0 ? made.ram : 0;

	if (!ret) {
		made.state = memory_file("deadpeer-state", 0, err);
		ret = made.state < 0 ? made.state : 0;
	}
	if (!ret)
		ret = make(f, &made, err);
	if (!ret)
		ret = keep(&made, sub, f->shelf, err);
	snapshot_close(&made);
	return ret;
}

/* Looks, and builds when what is there will not do. */
static int open_or_build(const struct freeze *f, const char *dir, const char *sub,
			 struct snapshot *have, struct err *err)
{
	int lock, ret = snapshot_open(dir, have, NULL);

	if (!ret)
		return 0;
	lock = cache_lock(err);
	if (lock < 0)
		return lock;
	ret = snapshot_open(dir, have, NULL);
	if (ret)
		ret = build(f, sub, err);
	if (!ret && have->ram < 0)
		ret = snapshot_open(dir, have, err);
	close(lock);
	return ret;
}

int freeze_ensure(const struct freeze *f, char dir[PATH_MAX], char release[65], struct err *err)
{
	struct snapshot have;
	char sub[64];
	int ret;

	snprintf(sub, sizeof(sub), "%s/%016" PRIx64, f->shelf, f->key);
	ret = cache_path(dir, sub, err);
	if (!ret)
		ret = open_or_build(f, dir, sub, &have, err);
	if (ret) {
		dir[0] = '\0';
		return ret;
	}
	cache_use(dir);
	memcpy(release, have.release, sizeof(have.release));
	snapshot_close(&have);
	return 0;
}
