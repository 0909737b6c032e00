/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation: from a kernel to its snapshot.
 *
 * The key says which directory of the cache it would be. If that is whole, there is nothing to do.
 * Else, under the cache's lock (and after a second look: whoever held it may have been quicker):
 * boot with memory in a memfd, wait for the guest to stop itself, let QEMU write its state into
 * another memfd, set the clock in it (state.c says why), and only then touch the disk: write, sync, rename. A full disk shows as ENOSPC
 * of a write, a death at any point leaves at most a build directory that the next builder removes.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/virtual/cache.h"
#include "engine/virtual/hash.h"
#include "engine/virtual/initrd.h"
#include "engine/virtual/machine.h"
#include "engine/virtual/qmp.h"
#include "engine/virtual/snapshot.h"
#include "engine/virtual/state.h"
#include "engine/virtual/virtual.h"

/* Old ones, of kernels and programs that have changed since, take 80 MB each. */
enum { SNAPSHOTS_KEPT = 8 };

/* Booting 6.1 took 15 s of CPU time, and 130 s of wall time at eight times the load. */
#define BOOT_TIMEOUT_NS (300 * NS_PER_S)

/*
 * The devices' state without any memory; nothing in it is about Xen. `migrate` does not do: its
 * thread reads clocks without the lock that rr=record (machine.c) asks for, and QEMU aborts.
 */
static const char save_command[] =
	"{\"execute\":\"xen-save-devices-state\","
	"\"arguments\":{\"filename\":\"" MACHINE_STATE_PATH "\"}}";

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
			return err_set(err, ETIMEDOUT, "the kernel did not boot within %d s",
				       (int)(BOOT_TIMEOUT_NS / NS_PER_S));
		if (got == QMP_NOTHING && poll(fds, 2, (int)left_ms) < 0 && errno != EINTR)
			return err_sys(err, errno, "cannot wait for QEMU");
	}
}

static int boot(struct machine *m, const struct machine_start *start, struct snapshot *out,
		struct err *err)
{
	int64_t until = clock_now_ns() + BOOT_TIMEOUT_NS;
	struct qmp qmp = { 0 };
	int ret = machine_open(m, err);

	if (!ret)
		ret = machine_spawn(m, start, err);
	qmp.fd = m->qmp;
	if (!ret)
		ret = qmp_send(&qmp, "{\"execute\":\"qmp_capabilities\"}", err);
	if (!ret)
		ret = await(m, &qmp, QMP_STOPPED, until, err);
	if (!ret && !m->box->snapshot_ns)
		ret = machine_panicked(m, err);
	if (!ret)
		ret = qmp_send(&qmp, save_command, err);
	if (!ret)
		ret = await(m, &qmp, QMP_DONE, until, err);
	if (!ret)
		ret = state_set_clock(start->state, m->box->stopped_ns, err);
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

static int build(int kernel, int initrd, const char *sub, struct err *err)
{
	struct snapshot made = { .ram = memory_file("deadpeer-ram", MACHINE_RAM, err), .state = -1 };
	struct machine machine = { 0 };
	char dir[PATH_MAX];
	int ret = made.ram < 0 ? made.ram : 0;

	if (!ret) {
		made.state = memory_file("deadpeer-state", 0, err);
		ret = made.state < 0 ? made.state : 0;
	}
	if (!ret) {
		struct machine_start start = { .boot = true, .ram = made.ram, .kernel = kernel,
					       .initrd = initrd, .state = made.state };

		ret = boot(&machine, &start, &made, err);
	}
	machine_close(&machine);
	if (!ret)
		ret = cache_build(dir, err);
	if (!ret) {
		ret = snapshot_write(dir, &made, err);
		if (!ret)
			ret = cache_commit(dir, sub, err);
		if (ret)
			cache_remove(dir);
		else
			cache_prune("snapshots", SNAPSHOTS_KEPT);
	}
	snapshot_close(&made);
	return ret;
}

/* Looks, and builds when what is there will not do. */
static int ensure(struct virtual_kernel *k, int kernel, int initrd, const char *sub,
		  struct err *err)
{
	struct snapshot have;
	int lock, ret = snapshot_open(k->snapshot, &have, NULL);

	if (ret) {
		lock = cache_lock(err);
		if (lock < 0)
			return lock;
		ret = snapshot_open(k->snapshot, &have, NULL);
		if (ret)
			ret = build(kernel, initrd, sub, err);
		if (!ret && have.ram < 0)
			ret = snapshot_open(k->snapshot, &have, err);
		close(lock);
	}
	if (ret)
		return ret;
	memcpy(k->release, have.release, sizeof(k->release));
	snapshot_close(&have);
	return 0;
}

int virtual_snapshot(struct virtual_kernel *k, struct err *err)
{
	uint64_t key = hash_bytes(HASH_START, &(unsigned){ BOX_VERSION }, sizeof(unsigned));
	int kernel = -1, initrd = -1, ret;
	char sub[64];

	ret = machine_identity(&key, err);
	if (!ret) {
		initrd = initrd_build(k->modules, err);
		ret = initrd < 0 ? initrd : hash_fd(&key, initrd, "initramfs", err);
	}
	if (!ret) {
		kernel = open(k->image, O_RDONLY | O_CLOEXEC);
		ret = kernel < 0 ? err_sys(err, errno, "cannot open the kernel %s", k->image) :
				   hash_fd(&key, kernel, k->image, err);
	}
	snprintf(sub, sizeof(sub), "snapshots/%016" PRIx64, key);
	if (!ret)
		ret = cache_path(k->snapshot, sub, err);
	if (!ret)
		ret = ensure(k, kernel, initrd, sub, err);
	if (ret) {
		k->snapshot[0] = '\0';
		ret = err_prefix(err, ret, "kernel %s", k->label);
	}
	if (kernel >= 0)
		close(kernel);
	if (initrd >= 0)
		close(initrd);
	return ret;
}
