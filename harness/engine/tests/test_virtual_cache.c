/* SPDX-License-Identifier: MIT */
/* The cache and the snapshots in it: atomic, tidy, and suspicious of damage. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/virtual/cache.h"
#include "engine/virtual/machine.h"
#include "engine/virtual/snapshot.h"
#include "engine/virtual/virtual.h"

static char root[64], snap[128];

static void setup(void)
{
	strcpy(root, "/tmp/deadpeer-test.XXXXXX");
	cr_assert(mkdtemp(root));
	snprintf(snap, sizeof(snap), "%s/snap", root);
	setenv("XDG_CACHE_HOME", root, 1);
}

static void teardown(void)
{
	cache_remove(root);
}

static int memory(const char *text, off_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	cr_assert_eq(ftruncate(fd, size), 0);
	cr_assert_eq(pwrite(fd, text, strlen(text), size / 2), (ssize_t)strlen(text));
	return fd;
}

static void write_snapshot(void)
{
	struct snapshot made = { .paused_ns = 123, .release = "6.1-test",
				 .ram = memory("ram", 1 << 20), .state = memory("state", 9000) };
	struct err err = { "" };

	cr_assert_eq(mkdir(snap, 0755), 0);
	cr_assert_eq(snapshot_write(snap, &made, &err), 0, "%s", err.text);
	snapshot_close(&made);
}

static void damage(const char *name, off_t at, const char *byte)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", snap, name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	cr_assert_eq(pwrite(fd, byte, 1, at), 1);
	close(fd);
}

static int look(struct err *err)
{
	struct snapshot have;
	int ret = snapshot_open(snap, &have, err);

	if (!ret)
		snapshot_close(&have);
	return ret;
}

TestSuite(virtual_cache, .init = setup, .fini = teardown);

Test(virtual_cache, a_snapshot_reads_back)
{
	struct err err = { "" };
	struct snapshot have;
	struct stat st;
	char text[8] = "";

	cr_assert_eq(look(&err), -ENOENT);
	write_snapshot();
	cr_assert_eq(snapshot_open(snap, &have, &err), 0, "%s", err.text);
	cr_assert_eq(have.paused_ns, 123);
	cr_assert_str_eq(have.release, "6.1-test");
	cr_assert_eq(pread(have.ram, text, 3, 1 << 19), 3);
	cr_assert_str_eq(text, "ram");
	cr_assert_eq(fstat(have.ram, &st), 0);
	cr_assert_eq(st.st_size, 1 << 20);
	cr_assert_lt(st.st_blocks * 512, 1 << 16, "zero pages take no room");
	snapshot_close(&have);
}

Test(virtual_cache, every_damage_is_noticed)
{
	struct err err = { "" };
	char path[256];

	write_snapshot();
	damage("ram", 77, "x");
	cr_assert_eq(look(&err), -EUCLEAN);
	cr_assert(strstr(err.text, "ram is damaged"), "%s", err.text);
	damage("ram", 77, "");
	cr_assert_eq(look(&err), 0, "other time stamps, the same bytes: %s", err.text);
	damage("manifest", 30, "#");
	cr_assert_eq(look(&err), -EUCLEAN);
	cr_assert(strstr(err.text, "manifest"), "%s", err.text);
	cache_remove(snap);

	write_snapshot();
	snprintf(path, sizeof(path), "%s/state", snap);
	cr_assert_eq(truncate(path, 8999), 0);
	cr_assert_eq(look(&err), -EUCLEAN);
	unlink(path);
	cr_assert_eq(look(&err), -EUCLEAN);
	cr_assert(strstr(err.text, "lacks"), "%s", err.text);
}

Test(virtual_cache, what_is_not_complete_has_no_name)
{
	char build[PATH_MAX], path[PATH_MAX], stale[PATH_MAX];
	struct err err = { "" };
	int lock = cache_lock(&err);

	cr_assert_geq(lock, 0, "%s", err.text);
	cr_assert_eq(cache_build(build, &err), 0, "%s", err.text);
	cr_assert_eq(cache_build(stale, &err), 0, "%s", err.text);
	cr_assert_eq(cache_path(path, "snapshots/key", &err), 0);
	cr_assert(access(path, F_OK));
	cr_assert_eq(cache_commit(build, "snapshots/key", &err), 0, "%s", err.text);
	cr_assert_eq(access(path, F_OK), 0);
	close(lock);

	/* The next one to hold the lock finds what a dead builder left, and removes it. */
	cr_assert_eq(access(stale, F_OK), 0);
	lock = cache_lock(&err);
	cr_assert(access(stale, F_OK));
	close(lock);

	cr_assert_eq(virtual_cache_clear(&err), 0, "%s", err.text);
	cr_assert(access(path, F_OK));
}

static bool is_there(int snapshot)
{
	char path[PATH_MAX], sub[32];

	snprintf(sub, sizeof(sub), "snapshots/%d", snapshot);
	cr_assert_eq(cache_path(path, sub, NULL), 0);
	return !access(path, F_OK);
}

Test(virtual_cache, old_snapshots_make_room)
{
	char path[PATH_MAX], sub[32];
	struct timespec when[2] = { 0 };

	for (int i = 0; i < 5; i++) {
		snprintf(sub, sizeof(sub), "snapshots/%d/x", i);
		cr_assert_eq(cache_path(path, sub, NULL), 0);
		cr_assert_eq(cache_mkdirs(path, NULL), 0);
		*strrchr(path, '/') = '\0';
		when[0].tv_sec = when[1].tv_sec = 1000 + i;
		cr_assert_eq(utimensat(AT_FDCWD, path, when, 0), 0);
	}
	cache_prune("snapshots", 2);
	for (int i = 0; i < 5; i++)
		cr_assert_eq(is_there(i), i >= 3, "%d", i);
	/* Not those that a run has just begun with, or is about to start its next guest from. */
	cr_assert_eq(cache_path(path, "snapshots/3", NULL), 0);
	cache_use(path);
	cache_prune("snapshots", 0);
	cr_assert(is_there(3));
	cr_assert(!is_there(4));
}

Test(virtual_cache, nobody_without_a_home_has_a_cache_too)
{
	char dir[PATH_MAX], want[64];
	struct err err = { "" };

	unsetenv("XDG_CACHE_HOME");
	setenv("HOME", "/proc/nonexistent", 1);
	cr_assert_eq(cache_dir(dir, &err), 0, "%s", err.text);
	snprintf(want, sizeof(want), "/var/tmp/deadpeer-%u", (unsigned)geteuid());
	cr_assert_str_eq(dir, want);
	rmdir(dir); /* only when nobody uses it */
}

Test(virtual_cache, a_cache_that_cannot_be_written_is_named)
{
	struct err err = { "" };
	char dir[PATH_MAX];

	setenv("XDG_CACHE_HOME", "/proc/nonexistent", 1);
	cr_assert_lt(cache_dir(dir, &err), 0);
	cr_assert(strstr(err.text, "/proc/nonexistent"), "%s", err.text);
}

Test(virtual_cache, another_qemu_is_another_key)
{
	char path[PATH_MAX], fake[128], old[PATH_MAX];
	uint64_t a = 1, b = 1, c = 1;
	FILE *out;

	if (machine_qemu(path, NULL))
		cr_skip_test("QEMU is not installed");
	cr_assert_eq(machine_identity(&a, NULL), 0);
	cr_assert_eq(machine_identity(&b, NULL), 0);
	cr_assert_eq(a, b);
	snprintf(fake, sizeof(fake), "%s/qemu-system-x86_64", root);
	out = fopen(fake, "we");
	cr_assert(out);
	fputs("#!/bin/false\n", out);
	fclose(out);
	chmod(fake, 0755);
	snprintf(old, sizeof(old), "%s", getenv("PATH"));
	setenv("PATH", root, 1);
	cr_assert_eq(machine_identity(&c, NULL), 0);
	cr_assert_neq(a, c);
	setenv("PATH", "/nonexistent", 1);
	cr_assert_eq(machine_qemu(path, NULL), -ENOENT);
	setenv("PATH", old, 1);
}
