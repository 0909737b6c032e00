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

static void describe_snapshot(FILE *out, const char *dir, const char *key)
{
	struct snapshot snapshot;
	struct err err = { "" };

	if (snapshot_open(dir, &snapshot, &err)) {
		fprintf(out, "snapshot %s: %s; it will be made again\n", key, err.text);
		return;
	}
	fprintf(out, "snapshot %s: kernel %s, %lld MB\n", key, snapshot.release,
		(disk_kb(dir, "ram") + disk_kb(dir, "state")) / 1024);
	snapshot_close(&snapshot);
}

int virtual_cache_describe(FILE *out, struct err *err)
{
	char dir[PATH_MAX], path[PATH_MAX + NAME_MAX + 2];
	struct virtual_kernel *list = NULL;
	struct dirent *entry;
	DIR *snapshots;
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
	ret = cache_path(dir, "snapshots", err);
	snapshots = ret ? NULL : opendir(dir);
	while (snapshots && (entry = readdir(snapshots))) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (entry->d_name[0] != '.')
			describe_snapshot(out, path, entry->d_name);
	}
	if (snapshots)
		closedir(snapshots);
	return ret;
}
