/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation: why a saved clock is set.
 *
 * A write to the pvpanic port asks the main loop to stop the machine, and the CPU's thread to stop
 * itself (vm_stop, softmmu/cpus.c). Who of the two is first is up to the host. If it is the CPU's
 * thread, then the main loop finds it stopped in a machine that still runs, calls that idle, and
 * skips to the next timer (cpu_thread_is_idle; icount_start_warp_timer, softmmu/icount.c) before it
 * stops the machine. Nothing else happens in between: both are in one turn of the main loop, no
 * timer runs and no instruction is executed. So of all that is saved only the clock depends on the
 * host, and the guest knows better: it has read the clock just before it stopped.
 *
 * With -icount shift=0 the clock is the number of instructions executed plus a bias, which is what
 * a skip adds to. Both are in the stream (vmstate_timers, softmmu/cpu-timers.c), big-endian:
 *
 *   5  12  "timer/icount"  32 bits: version 1  64 bits: the bias  64 bits: instructions
 */
#include "engine/virtual/state.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static const char clock_head[] = "\005\014timer/icount\0\0\0\1";

struct saved_clock {
	char head[sizeof(clock_head) - 1];
	uint64_t bias, instructions;
} __attribute__((packed));

static int set_clock(struct saved_clock *at, int64_t stopped_ns, struct err *err)
{
	int64_t instructions = (int64_t)be64toh(at->instructions);
	int64_t ahead_ns = (int64_t)be64toh(at->bias) + instructions - stopped_ns;

	if (ahead_ns < 0)
		return err_set(err, EPROTO, "QEMU saved a clock that is %lld ns behind the guest's",
			       (long long)-ahead_ns);
	at->bias = htobe64((uint64_t)(stopped_ns - instructions));
	return 0;
}

int state_set_clock(int fd, int64_t stopped_ns, struct err *err)
{
	struct saved_clock *at;
	struct stat st;
	size_t size;
	char *bytes;
	int ret;

	if (fstat(fd, &st))
		return err_sys(err, errno, "cannot look at the saved state");
	size = (size_t)st.st_size;
	bytes = size ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : NULL;
	if (bytes == MAP_FAILED)
		return err_sys(err, errno, "cannot map the saved state");
	at = bytes ? memmem(bytes, size, clock_head, sizeof(clock_head) - 1) : NULL;
	if (at && size - (size_t)((char *)at - bytes) >= sizeof(*at))
		ret = set_clock(at, stopped_ns, err);
	else
		ret = err_set(err, EPROTO, "QEMU saved no clock that this version understands");
	if (bytes)
		munmap(bytes, size);
	return ret;
}
