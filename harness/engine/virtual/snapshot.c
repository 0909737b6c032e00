/* SPDX-License-Identifier: MIT */
#include "engine/virtual/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/virtual/hash.h"

#define TITLE "deadpeer snapshot 1"

enum { PAGE = 4096, MANIFEST_MAX = 1024 };

struct part {
	uint64_t size, hash;
	int64_t mtime_ns, ctime_ns;
};

struct manifest {
	char release[65];
	int64_t paused_ns;
	struct part ram, state;
};

static int64_t ns_of(struct timespec ts)
{
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static void stamp(struct part *part, const struct stat *st)
{
	part->size = (uint64_t)st->st_size;
	part->mtime_ns = ns_of(st->st_mtim);
	part->ctime_ns = ns_of(st->st_ctim);
}

static int format_part(char *text, size_t size, const char *name, const struct part *part)
{
	return snprintf(text, size, "%s %" PRIu64 " %016" PRIx64 " %" PRId64 " %" PRId64 "\n", name,
			part->size, part->hash, part->mtime_ns, part->ctime_ns);
}

static size_t format(char text[MANIFEST_MAX], const struct manifest *m)
{
	size_t n = (size_t)snprintf(text, MANIFEST_MAX, TITLE "\nrelease %s\npaused_ns %" PRId64
				    "\n", m->release, m->paused_ns);

	n += (size_t)format_part(text + n, MANIFEST_MAX - n, "ram", &m->ram);
	n += (size_t)format_part(text + n, MANIFEST_MAX - n, "state", &m->state);
	n += (size_t)snprintf(text + n, MANIFEST_MAX - n, "hash %016" PRIx64 "\n",
			      hash_bytes(HASH_START, text, n));
	return n;
}

/* Reads what format() wrote; anything else, to the byte, is damage. */
static bool parse(const char *text, struct manifest *m)
{
	char again[MANIFEST_MAX];
	int n;

	*m = (struct manifest){ 0 };
	n = sscanf(text, TITLE "\nrelease %64s\npaused_ns %" SCNd64 "\nram %" SCNu64 " %" SCNx64
		   " %" SCNd64 " %" SCNd64 "\nstate %" SCNu64 " %" SCNx64 " %" SCNd64 " %" SCNd64,
		   m->release, &m->paused_ns, &m->ram.size, &m->ram.hash, &m->ram.mtime_ns,
		   &m->ram.ctime_ns, &m->state.size, &m->state.hash, &m->state.mtime_ns,
		   &m->state.ctime_ns);
	format(again, m);
	return n == 10 && !strcmp(again, text);
}

static int open_part(const char *dir, const char *name, const struct part *want, int *fd,
		     struct err *err)
{
	uint64_t hash = HASH_START;
	struct part have = { 0 };
	char path[PATH_MAX];
	struct stat st;
	int ret;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, &st))
		return err_sys(err, EUCLEAN, "the snapshot lacks %s", path);
	stamp(&have, &st);
	if (have.size == want->size && have.mtime_ns == want->mtime_ns &&
	    have.ctime_ns == want->ctime_ns)
		return 0;
	ret = have.size == want->size ? hash_fd(&hash, *fd, path, err) : 0;
	if (ret)
		return ret;
	if (have.size != want->size || hash != want->hash)
		return err_set(err, EUCLEAN, "%s is damaged", path);
	return 0;
}

int snapshot_open(const char *dir, struct snapshot *out, struct err *err)
{
	char path[PATH_MAX], text[MANIFEST_MAX] = "";
	struct manifest m;
	int fd, ret;

	*out = (struct snapshot){ .ram = -1, .state = -1 };
	if (access(dir, F_OK))
		return err_set(err, ENOENT, "there is no snapshot %s", dir);
	snprintf(path, sizeof(path), "%s/manifest", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) < 0)
			text[0] = '\0';
		close(fd);
	}
	if (!parse(text, &m))
		return err_set(err, EUCLEAN, "%s is missing or damaged", path);
	out->paused_ns = m.paused_ns;
	memcpy(out->release, m.release, sizeof(out->release));
	ret = open_part(dir, "ram", &m.ram, &out->ram, err);
	if (!ret)
		ret = open_part(dir, "state", &m.state, &out->state, err);
	if (ret)
		snapshot_close(out);
	return ret;
}

void snapshot_close(struct snapshot *snapshot)
{
	if (snapshot->ram >= 0)
		close(snapshot->ram);
	if (snapshot->state >= 0)
		close(snapshot->state);
	snapshot->ram = snapshot->state = -1;
}

int snapshot_copy_ram(const struct snapshot *from, int to, struct err *err)
{
	off_t at = 0, end;

	while ((at = lseek(from->ram, at, SEEK_DATA)) >= 0) {
		end = lseek(from->ram, at, SEEK_HOLE);
		if (end < 0 || lseek(to, at, SEEK_SET) < 0)
			break;
		while (at < end) {
			ssize_t n = sendfile(to, from->ram, &at, (size_t)(end - at));

			if (n <= 0)
				return err_sys(err, n ? errno : EIO,
					       "cannot copy the snapshot's memory");
		}
	}
	return errno == ENXIO ? 0 : err_sys(err, errno, "cannot copy the snapshot's memory");
}

static bool is_zero(const char *page, size_t len)
{
	return !page[0] && !memcmp(page, page + 1, len - 1);
}

/* Writes the pages that are not zero: what is left out reads as zero all the same. */
static int write_sparse(int fd, const char *bytes, size_t size)
{
	for (size_t at = 0; at < size; at += PAGE) {
		size_t len = size - at < PAGE ? size - at : PAGE;

		if (is_zero(bytes + at, len))
			continue;
		if (pwrite(fd, bytes + at, len, (off_t)at) != (ssize_t)len)
			return errno ? -errno : -ENOSPC;
	}
	return ftruncate(fd, (off_t)size) || fdatasync(fd) ? -errno : 0;
}

static int write_part(const char *dir, const char *name, int from, struct part *part,
		      struct err *err)
{
	char path[PATH_MAX];
	struct stat st = { 0 };
	void *bytes;
	int ret, fd;

	if (fstat(from, &st) || !st.st_size)
		return err_set(err, EIO, "QEMU saved no %s", name);
	bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, from, 0);
	if (bytes == MAP_FAILED)
		return err_sys(err, errno, "cannot map the snapshot's %s", name);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	ret = fd < 0 ? -errno : write_sparse(fd, bytes, (size_t)st.st_size);
	if (!ret && fstat(fd, &st))
		ret = -errno;
	if (!ret) {
		stamp(part, &st);
		part->hash = hash_bytes(HASH_START, bytes, part->size);
	}
	if (fd >= 0)
		close(fd);
	munmap(bytes, (size_t)st.st_size);
	return ret ? err_sys(err, -ret, "cannot write %s", path) : 0;
}

int snapshot_write(const char *dir, const struct snapshot *from, struct err *err)
{
	char path[PATH_MAX], text[MANIFEST_MAX];
	struct manifest m = { .paused_ns = from->paused_ns };
	size_t len;
	int fd, ret;

	memcpy(m.release, from->release, sizeof(m.release));
	ret = write_part(dir, "ram", from->ram, &m.ram, err);
	if (!ret)
		ret = write_part(dir, "state", from->state, &m.state, err);
	if (ret)
		return ret;
	len = format(text, &m);
	snprintf(path, sizeof(path), "%s/manifest", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, len) != (ssize_t)len || fsync(fd))
		ret = err_sys(err, errno ? errno : ENOSPC, "cannot write %s", path);
	if (fd >= 0)
		close(fd);
	return ret;
}
