/* SPDX-License-Identifier: MIT */
/* What the guest needs before the snapshot. A mount that is already there is fine (devtmpfs may be
 * mounted by the kernel); a sysctl that a kernel does not have has nothing to switch off. */
#include "engine/virtual/guest/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef MODULE_INIT_COMPRESSED_FILE
#define MODULE_INIT_COMPRESSED_FILE 4 /* linux/module.h, 5.17 and later */
#endif

static void mount_one(const char *type, const char *where)
{
	mkdir(where, 0755);
	if (mount(type, where, type, 0, NULL) && errno != EBUSY)
		guest_die(errno, "cannot mount %s on %s", type, where);
}

static void make_devices(void)
{
	static const struct {
		const char *path;
		int major, minor;
	} node[] = {
		{ "/dev/null", 1, 3 },   { "/dev/zero", 1, 5 },    { "/dev/random", 1, 8 },
		{ "/dev/urandom", 1, 9 }, { "/dev/console", 5, 1 },
	};

	/* Documentation/admin-guide/devices.txt. Only where the kernel has no devtmpfs. */
	for (size_t i = 0; i < sizeof(node) / sizeof(node[0]); i++)
		mknod(node[i].path, S_IFCHR | 0666, makedev(node[i].major, node[i].minor));
}

void setup_mounts(void)
{
	struct rlimit files = { .rlim_cur = 1 << 20, .rlim_max = 1 << 20 };

	umask(022);
	mount_one("proc", "/proc");
	mount_one("sysfs", "/sys");
	mkdir("/dev", 0755);
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) && errno != EBUSY)
		make_devices();
	mkdir("/dev/shm", 01777);
	mount_one("tmpfs", "/tmp");
	mount_one("tmpfs", "/run");
	setrlimit(RLIMIT_NOFILE, &files);
}

static void load_module(const char *name)
{
	char path[128];
	const char *dot = strrchr(name, '.');
	int flags = dot && strcmp(dot, ".ko") != 0 ? MODULE_INIT_COMPRESSED_FILE : 0;
	int fd;

	snprintf(path, sizeof(path), "/modules/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		guest_die(errno, "the initramfs lacks %s", path);
	if (syscall(SYS_finit_module, fd, "", flags) && errno != EEXIST)
		guest_die(errno, "the kernel refuses its module %s", name);
	close(fd);
	unlink(path);
}

void setup_modules(void)
{
	char name[100];
	FILE *order = fopen("/modules/order", "re");

	if (!order)
		return;
	while (fscanf(order, "%99s", name) == 1)
		load_module(name);
	fclose(order);
}

/* Each of these is something that wakes an idle kernel up, or that makes two runs differ. */
static const struct {
	const char *path, *value;
} sysctl[] = {
	{ "/proc/sys/vm/stat_interval", "86400" },
	{ "/proc/sys/vm/compaction_proactiveness", "0" },
	{ "/proc/sys/vm/dirty_writeback_centisecs", "0" },
	{ "/proc/sys/kernel/hung_task_timeout_secs", "0" },
	{ "/proc/sys/kernel/watchdog", "0" },
	{ "/proc/sys/kernel/randomize_va_space", "0" },
	{ "/proc/sys/kernel/panic_on_oops", "1" },
	{ "/proc/sys/kernel/printk", "1" },
	/* Pages. By default a guest of this size is short of memory for TCP at 24 MB, which 200 closed
	 * windows hold: then the kernel drops what it had offered room for (tcp_try_rmem_schedule). */
	{ "/proc/sys/net/ipv4/tcp_mem", "49152 65536 98304" },
	/* Conntrack looks through its whole table once a minute (gc_worker), and here holds a few
	 * hundred connections: its smallest table. With its own, of 4096 buckets, a day in which
	 * nothing happens takes three times as many instructions. */
	{ "/proc/sys/net/netfilter/nf_conntrack_buckets", "512" },
	/* Only for neighbours that are NTF_MANAGED, which nobody makes; else every 5 s. */
	{ "/proc/sys/net/ipv4/neigh/default/interval_probe_time_ms", "86400000" },
	{ "/proc/sys/net/ipv6/neigh/default/interval_probe_time_ms", "86400000" },
};

void setup_sysctls(void)
{
	for (size_t i = 0; i < sizeof(sysctl) / sizeof(sysctl[0]); i++) {
		int fd = open(sysctl[i].path, O_WRONLY | O_CLOEXEC);

		if (fd < 0)
			continue;
		if (write(fd, sysctl[i].value, strlen(sysctl[i].value)) < 0)
			guest_die(errno, "cannot write %s to %s", sysctl[i].value, sysctl[i].path);
		close(fd);
	}
}

/* SplitMix64 (Steele, Lea, Flood 2014): spreads one number over the whole buffer. */
static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void setup_seed(uint64_t seed)
{
	/* struct rand_pool_info with room for its buf[]. */
	union {
		struct rand_pool_info info;
		char room[sizeof(struct rand_pool_info) + sizeof(uint64_t[4])];
	} pool = { .info = { .entropy_count = 256, .buf_size = sizeof(uint64_t[4]) } };
	uint64_t word[4];
	int fd = open("/dev/urandom", O_RDWR | O_CLOEXEC);

	for (int i = 0; i < 4; i++)
		word[i] = splitmix(&seed);
	memcpy(pool.info.buf, word, sizeof(word));
	if (fd < 0)
		guest_die(errno, "cannot open /dev/urandom");
	if (ioctl(fd, RNDADDENTROPY, &pool) || ioctl(fd, RNDRESEEDCRNG))
		guest_die(errno, "cannot seed the random pool");
	close(fd);
}
