/* SPDX-License-Identifier: MIT */
/* The cache as `deadpeer doctor` shows it. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/virtual/cache.h"
#include "engine/virtual/snapshot.h"
#include "engine/virtual/virtual.h"

static long long disk_kb(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path) ||
	    stat(path, &st))
		return 0;
	return (long long)st.st_blocks / 2;
}

static void describe_snapshot(FILE *out, const char *dir, const char *key, const char *what)
{
	struct snapshot snapshot;
	struct err err = { "" };

	if (snapshot_open(dir, &snapshot, &err)) {
		fprintf(out, "snapshot %s: %s; it will be made again\n", key, err.text);
		return;
	}
	fprintf(out, "snapshot %s: kernel %s%s, %lld MB\n", key, snapshot.release, what,
		(disk_kb(dir, "ram") + disk_kb(dir, "state")) / 1024);
	snapshot_close(&snapshot);
}

static int describe_shelf(FILE *out, const char *shelf, const char *what, struct err *err)
{
	char dir[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
	int ret = cache_path(dir, shelf, err);
	DIR *list = ret ? NULL : opendir(dir);
	struct dirent *entry;

	while (list && (entry = readdir(list))) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (entry->d_name[0] != '.')
			describe_snapshot(out, path, entry->d_name, what);
	}
	if (list)
		closedir(list);
	return ret;
}

int virtual_cache_describe(FILE *out, struct err *err)
{
	struct virtual_kernel *list = NULL;
	char dir[PATH_MAX];
	size_t n = 0;
	int ret = cache_dir(dir, err);

	if (!ret)
		ret = virtual_kernels_list(&list, &n, err);
	if (ret)
		return ret;
	fprintf(out, "cache %s\n", dir);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "kernel %s: %s\n", list[i].label, list[i].image);
	free(list);
	ret = describe_shelf(out, "snapshots", "", err);
	return ret ? ret : describe_shelf(out, "loaded", ", with a deadpeer in it", err);
}
