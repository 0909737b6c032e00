/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation: where kernels come from.
 *
 * Debian's cloud kernels: small, complete for the lab, and built for machines like QEMU's. First
 * the cache; then the package lists that the system has anyway; and when these do not have the
 * series, or are not there, those of the one suite that does, kept apart from the system's.
 * Up to 7.x a kernel was one package, linux-image-…; now it is linux-binary-… (the image), linux-modules-…
 * and linux-base-… (what is built in).
 * Everything is made in a build directory and gets its name when it is complete.
 */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/virtual/apt.h"
#include "engine/virtual/cache.h"
#include "engine/virtual/modules.h"
#include "engine/virtual/tool.h"
#include "engine/virtual/virtual.h"

#define FLAVOUR "-cloud-amd64"

static const struct {
	const char *series, *suite;
} archive[] = {
	{ "6.1", "bookworm" },
	{ "6.12", "trixie" },
	{ NULL, "trixie-backports" }, /* everything newer */
};

static const char *suite_of(const char *series)
{
	size_t i = 0;

	while (archive[i].series && strcmp(archive[i].series, series) != 0)
		i++;
	return archive[i].suite;
}

/* "7" stands for 7.3.4, "6.1" for 6.1.0 but not for 6.12. */
static int is_of(const char *release, const char *series)
{
	size_t len = strlen(series);

	return !strncmp(release, series, len) && release[len] == '.';
}

/* The newest of the series in the cache; -ENOENT. */
static int find_cached(const char *series, struct virtual_kernel *out, struct err *err)
{
	struct virtual_kernel *list = NULL;
	size_t n = 0;
	char own[PATH_MAX];
	int ret = cache_path(own, "kernels/", err), found = 0;

	if (!ret)
		ret = virtual_kernels_list(&list, &n, err);
	for (size_t i = 0; !ret && i < n; i++) {
		if (!is_of(list[i].release, series) ||
		    strncmp(list[i].image, own, strlen(own)) != 0)
			continue;
		*out = list[i]; /* the list is sorted: the last one is the newest */
		found = 1;
	}
	free(list);
	return ret ? ret : found ? 0 : -ENOENT;
}

/* Downloads the packages of the newest kernel of the series. */
static int download(const struct apt *apt, const char *series, struct err *err)
{
	static const char *const kinds[][3] = {
		{ "linux-binary-", "linux-modules-", "linux-base-" },
		{ "linux-image-" },
	};
	char prefix[64], middle[APT_NAME_MAX], package[3 * APT_NAME_MAX];
	int ret = -ENOENT;

	for (size_t i = 0; ret == -ENOENT && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(prefix, sizeof(prefix), "%s%.16s.", kinds[i][0], series);
		ret = apt_newest(apt, prefix, FLAVOUR, middle, err);
		for (int part = 0; !ret && part < 3 && kinds[i][part]; part++) {
			snprintf(package, sizeof(package), "%s%.16s.%s" FLAVOUR, kinds[i][part],
				 series, middle);
			ret = apt_download(apt, package, err);
			if (ret)
				return ret == -ENOENT ? -EIO : ret;
		}
	}
	return ret;
}

static int unpack(const char *dir, struct err *err)
{
	char pattern[PATH_MAX + 16];
	glob_t debs = { 0 };
	int ret = 0;

	snprintf(pattern, sizeof(pattern), "%s/*.deb", dir);
	if (glob(pattern, 0, NULL, &debs))
		return err_set(err, EIO, "apt downloaded no package");
	for (size_t i = 0; !ret && i < debs.gl_pathc; i++) {
		const char *const argv[] = { "dpkg-deb", "-x", debs.gl_pathv[i], "tree", NULL };

		ret = tool_run(argv, dir, NULL, NULL, err);
	}
	globfree(&debs);
	return ret;
}

/* The first name that a pattern matches under @dir, or -ENOENT. */
static int match(const char *dir, const char *pattern, char path[PATH_MAX])
{
	char full[PATH_MAX + 32];
	glob_t found = { 0 };
	int ret;

	snprintf(full, sizeof(full), "%s/%s", dir, pattern);
	ret = glob(full, 0, NULL, &found) ? -ENOENT : 0;
	if (!ret)
		snprintf(path, PATH_MAX, "%s", found.gl_pathv[0]);
	globfree(&found);
	return ret;
}

/* Packages differ in where they put things: usr/lib or lib; boot/vmlinuz-RELEASE, or vmlinuz beside
 * the modules. Afterwards it is boot/vmlinuz-RELEASE and lib/modules/RELEASE. */
static int arrange(const char *tree, char image[PATH_MAX], char modules[PATH_MAX], struct err *err)
{
	char path[PATH_MAX], to[PATH_MAX];

	if (!match(tree, "usr/lib", path)) {
		snprintf(to, sizeof(to), "%.*s/lib", PATH_MAX - 8, tree);
		if (rename(path, to))
			return err_sys(err, errno, "the kernel package has two lib directories");
	}
	if (!match(tree, "usr", path))
		cache_remove(path);
	if (match(tree, "lib/modules/[0-9]*", modules))
		return err_set(err, EIO, "the kernel package has no modules");
	if (!match(tree, "boot/vmlinuz-*", image))
		return 0;
	if (match(tree, "lib/modules/*/vmlinuz", path))
		return err_set(err, EIO, "the kernel package has no image");
	snprintf(to, sizeof(to), "%.*s/boot", PATH_MAX - 8, tree);
	if (mkdir(to, 0755) && errno != EEXIST)
		return err_sys(err, errno, "cannot make %s", to);
	snprintf(image, PATH_MAX, "%.2000s/boot/vmlinuz-%.200s", tree, strrchr(modules, '/') + 1);
	return rename(path, image) ? err_sys(err, errno, "cannot move %s", path) : 0;
}

/* The tree of the packages becomes kernels/RELEASE. */
static int install(const char *dir, struct err *err)
{
	char tree[PATH_MAX], image[PATH_MAX], modules[PATH_MAX], sub[PATH_MAX];
	struct virtual_kernel k;
	int ret;

	snprintf(tree, sizeof(tree), "%.*s/tree", PATH_MAX - 8, dir);
	ret = arrange(tree, image, modules, err);
	if (!ret)
		ret = modules_prepare(modules, err);
	if (!ret)
		ret = virtual_kernel_open(image, modules, &k, err);
	if (ret)
		return ret;
	snprintf(sub, sizeof(sub), "kernels/%s", k.release);
	return cache_commit(tree, sub, err);
}

/* apt's lists, or the package, may be outdated or missing: then the suite itself is asked. */
static int fetch_into(const char *dir, const char *series, struct err *err)
{
	struct apt apt;
	int ret = apt_open(&apt, dir, err);

	if (!ret)
		ret = download(&apt, series, err);
	if (ret) {
		ret = apt_open_suite(&apt, dir, suite_of(series), err);
		if (!ret)
			ret = download(&apt, series, err);
	}
	if (!ret)
		ret = unpack(dir, err);
	return ret ? ret : install(dir, err);
}

int virtual_kernel_fetch(const char *series, struct virtual_kernel *out, struct err *err)
{
	char dir[PATH_MAX];
	int lock, ret;

	if (!series)
		series = archive[0].series;
	if (!series[0] || strspn(series, "0123456789.") != strlen(series))
		return err_set(err, EINVAL, "%.40s is not a kernel series like 6.1", series);
	ret = find_cached(series, out, err);
	if (ret != -ENOENT)
		return ret;
	lock = cache_lock(err);
	if (lock < 0)
		return lock;
	ret = find_cached(series, out, err);
	if (ret == -ENOENT) {
		ret = cache_build(dir, err);
		if (!ret) {
			ret = fetch_into(dir, series, err);
			cache_remove(dir);
		}
		if (!ret)
			ret = find_cached(series, out, err);
		if (ret)
			ret = err_prefix(err, ret, "cannot fetch a kernel %s", series);
		else if (err)
			err->text[0] = '\0'; /* of what was tried first */
	}
	close(lock);
	return ret;
}
