/* SPDX-License-Identifier: MIT */
#include "engine/virtual/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/virtual/virtual.h"

#define BUILD_PREFIX "build."

int cache_mkdirs(const char *path, struct err *err)
{
	char part[PATH_MAX];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		if (mkdir(part, 0755) && errno != EEXIST)
			return err_sys(err, errno, "cannot make the directory %s", part);
	}
	return 0;
}

/* A directory that is there after the call and can be written. */
static int usable(const char *dir, struct err *err)
{
	char inside[PATH_MAX + 2];
	int ret;

	snprintf(inside, sizeof(inside), "%s/", dir);
	ret = cache_mkdirs(inside, err);
	if (ret)
		return ret;
	if (access(dir, W_OK | X_OK))
		return err_sys(err, errno, "cannot write to the cache directory %s", dir);
	return 0;
}

/* /var/tmp belongs to everyone: only a directory that is ours alone will do. */
static int shared_tmp(char dir[PATH_MAX], struct err *err)
{
	struct stat st;

	snprintf(dir, PATH_MAX, "/var/tmp/deadpeer-%u", (unsigned)geteuid());
	if (mkdir(dir, 0700) && errno != EEXIST)
		return err_sys(err, errno, "cannot make the cache directory %s", dir);
	if (lstat(dir, &st) || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 022))
		return err_set(err, EPERM, "the cache directory %s is not this user's alone", dir);
	return 0;
}

int cache_dir(char dir[PATH_MAX], struct err *err)
{
	const char *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (xdg && xdg[0] == '/' && strlen(xdg) < PATH_MAX / 2) {
		snprintf(dir, PATH_MAX, "%s/deadpeer", xdg);
		return usable(dir, err);
	}
	if (home && home[0] == '/' && strlen(home) < PATH_MAX / 2) {
		snprintf(dir, PATH_MAX, "%s/.cache/deadpeer", home);
		if (!usable(dir, err))
			return 0;
	}
	return shared_tmp(dir, err);
}

int cache_path(char path[PATH_MAX], const char *sub, struct err *err)
{
	int ret = cache_dir(path, err);
	size_t len;

	if (ret)
		return ret;
	len = strlen(path);
	if ((size_t)snprintf(path + len, PATH_MAX - len, "/%s", sub) >= PATH_MAX - len)
		return err_set(err, ENAMETOOLONG, "the cache directory's name is too long");
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

void cache_remove(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void remove_stale(const char *dir)
{
	char path[PATH_MAX + NAME_MAX + 2];
	struct dirent *entry;
	DIR *list = opendir(dir);

	if (!list)
		return;
	while ((entry = readdir(list))) {
		if (strncmp(entry->d_name, BUILD_PREFIX, strlen(BUILD_PREFIX)) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		cache_remove(path);
	}
	closedir(list);
}

int cache_lock(struct err *err)
{
	char path[PATH_MAX], dir[PATH_MAX];
	int ret = cache_path(path, "lock", err);
	int fd;

	if (ret)
		return ret;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_sys(err, errno, "cannot open %s", path);
	while (flock(fd, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		ret = err_sys(err, errno, "cannot lock %s", path);
		close(fd);
		return ret;
	}
	if (!cache_dir(dir, NULL))
		remove_stale(dir);
	return fd;
}

int cache_build(char build[PATH_MAX], struct err *err)
{
	int ret = cache_path(build, BUILD_PREFIX "XXXXXX", err);

	if (ret)
		return ret;
	if (!mkdtemp(build))
		return err_sys(err, errno, "cannot make a directory in the cache");
	chmod(build, 0755);
	return 0;
}

int cache_commit(const char *build, const char *sub, struct err *err)
{
	char path[PATH_MAX];
	int ret = cache_path(path, sub, err);

	if (!ret)
		ret = cache_mkdirs(path, err);
	if (ret)
		return ret;
	cache_remove(path);
	if (rename(build, path))
		return err_sys(err, errno, "cannot move %s to %s", build, path);
	return 0;
}

/* How many entries @dir has; and the one used longest ago, its path and when that was. */
static size_t count(const char *dir, char oldest[PATH_MAX], time_t *used)
{
	DIR *list = opendir(dir);
	char path[PATH_MAX];
	struct dirent *entry;
	struct stat st;
	size_t n = 0;

	while (list && (entry = readdir(list))) {
		int len = snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);

		if (entry->d_name[0] == '.' || len >= PATH_MAX || stat(path, &st))
			continue;
		if (!n++ || st.st_mtime < *used) {
			memcpy(oldest, path, (size_t)len + 1);
			*used = st.st_mtime;
		}
	}
	if (list)
		closedir(list);
	return n;
}

void cache_prune(const char *sub, size_t keep)
{
	char dir[PATH_MAX], oldest[PATH_MAX];
	size_t n, before = SIZE_MAX;
	time_t used = 0;

	if (cache_path(dir, sub, NULL))
		return;
	/* What cannot be removed must not keep us here. */
	while ((n = count(dir, oldest, &used)) > keep && n < before &&
	       used < time(NULL) - CACHE_IN_USE_S) {
		cache_remove(oldest);
		before = n;
	}
}

void cache_use(const char *path)
{
	utimensat(AT_FDCWD, path, NULL, 0);
}

int virtual_cache_clear(struct err *err)
{
	static const char *const part[] = { "kernels", "snapshots", "loaded" };
	char path[PATH_MAX];
	int lock = cache_lock(err);
	int ret = lock < 0 ? lock : 0;

	for (size_t i = 0; !ret && i < sizeof(part) / sizeof(part[0]); i++) {
		ret = cache_path(path, part[i], err);
		if (ret)
			break;
		cache_remove(path);
		if (!access(path, F_OK))
			ret = err_set(err, EBUSY, "cannot remove all of %s", path);
	}
	if (lock >= 0)
		close(lock);
	return ret;
}
