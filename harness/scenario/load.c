/* SPDX-License-Identifier: MIT */
/*
 * Files and folders to scenarios. Nothing is read before its size and type are known: a pipe, a
 * device or a file of gigabytes is refused at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenario/scenario.h"

static int check_file(const char *path, const struct stat *st, struct err *err)
{
	if (S_ISDIR(st->st_mode))
		return err_set(err, EISDIR, "%s:1:1: a folder, not a file; name a .yaml file",
			       path);
	if (!S_ISREG(st->st_mode))
		return err_set(err, EINVAL, "%s:1:1: not a regular file; name a .yaml file", path);
	if (st->st_size > SCENARIO_FILE_MAX)
		return err_set(
			err, EINVAL,
			"%s:1:1: the file has %lld bytes; a scenario has at most %d, split it",
			path, (long long)st->st_size, SCENARIO_FILE_MAX);
	return 0;
}

/* The whole file. Had it grown, one byte above the limit is read for scenario_parse() to see. */
static int read_whole(int fd, const char *path, char *bytes, size_t *size, struct err *err)
{
	while (*size <= SCENARIO_FILE_MAX) {
		ssize_t n = read(fd, bytes + *size, SCENARIO_FILE_MAX + 1 - *size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, errno, "%s: cannot be read", path);
		if (n == 0)
			break;
		*size += (size_t)n;
	}
	return 0;
}

int scenario_load(const char *path, struct scenario *out, struct err *err)
{
	/* O_NONBLOCK: opening a FIFO must not wait for a writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *bytes = NULL;
	struct stat st;
	size_t size = 0;
	int ret;

	if (fd < 0)
		return err_sys(err, errno, "%s: cannot be opened", path);
	if (fstat(fd, &st))
		ret = err_sys(err, errno, "%s: cannot be examined", path);
	else
		ret = check_file(path, &st, err);
	if (!ret) {
		bytes = malloc(SCENARIO_FILE_MAX + 1);
		ret = bytes ? read_whole(fd, path, bytes, &size, err)
			    : err_set(err, ENOMEM, "%s: out of memory", path);
	}
	if (!ret)
		ret = scenario_parse(path, bytes, size, out, err);
	if (!ret) {
		char *shrunk = realloc(bytes, size + 1);

		out->bytes = shrunk ? shrunk : bytes;
		out->size = size;
	} else {
		free(bytes);
	}
	close(fd);
	return ret;
}

/* ------------------------------------------------------------------ folders */

struct paths {
	char **path;
	int n;
};

static int paths_add(struct paths *list, const char *path, struct err *err)
{
	char **grown = realloc(list->path, (size_t)(list->n + 1) * sizeof(*grown));

	if (!grown)
		return err_set(err, ENOMEM, "%s: out of memory", path);
	list->path = grown;
	list->path[list->n] = strdup(path);
	if (!list->path[list->n])
		return err_set(err, ENOMEM, "%s: out of memory", path);
	list->n++;
	return 0;
}

static void paths_free(struct paths *list)
{
	for (int i = 0; i < list->n; i++)
		free(list->path[i]);
	free(list->path);
}

static bool is_yaml(const char *path)
{
	size_t len = strlen(path);

	return len > 5 && !strcmp(path + len - 5, ".yaml");
}

/* FTS_LOGICAL follows links and notices circles. Names that begin with a dot are not ours. */
static int add_folder(struct paths *list, const char *folder, struct err *err)
{
	char *root = strdup(folder), *roots[2] = {root, NULL};
	int ret = 0, before = list->n;
	FTSENT *e;
	FTS *fts;

	if (!root)
		return err_set(err, ENOMEM, "%s: out of memory", folder);
	for (size_t len = strlen(root); len > 1 && root[len - 1] == '/'; len--)
		root[len - 1] = '\0';
	fts = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	if (!fts)
		ret = err_sys(err, errno, "%s: cannot be searched", folder);
	while (!ret && (e = fts_read(fts)) != NULL) {
		if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR)
			ret = err_sys(err, e->fts_errno, "%s: cannot be searched", e->fts_path);
		else if (e->fts_level > 0 && e->fts_name[0] == '.')
			fts_set(fts, e, FTS_SKIP);
		else if (e->fts_info != FTS_D && e->fts_info != FTS_DP && e->fts_info != FTS_DC &&
			 is_yaml(e->fts_path))
			ret = paths_add(list, e->fts_path, err);
	}
	if (fts)
		fts_close(fts);
	free(root);
	if (!ret && list->n == before)
		return err_set(err, ENOENT, "%s: holds no scenario; name a folder with .yaml files",
			       folder);
	return ret;
}

static int add_argument(struct paths *list, const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st))
		return err_sys(err, errno, "%s: cannot be opened", path);
	if (S_ISDIR(st.st_mode))
		return add_folder(list, path, err);
	if (!is_yaml(path))
		return err_set(err, EINVAL, "%s:1:1: a scenario's name ends in .yaml; rename it",
			       path);
	return paths_add(list, path, err);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void forget(struct scenario *s)
{
	if (s)
		free(s->bytes);
	free(s);
}

/* A scenario named twice on the command line is one scenario; two of one name are an error, because
 * results are filed under the name. */
static int add_scenario(struct scenario **list, int *n, const char *path, struct err *err)
{
	struct scenario *s = calloc(1, sizeof(*s));
	int ret;

	if (!s)
		return err_set(err, ENOMEM, "%s: out of memory", path);
	ret = scenario_load(path, s, err);
	for (int i = 0; i < *n && !ret; i++) {
		struct stat a, b;

		if (strcmp(list[i]->name, s->name) != 0)
			continue;
		if (!stat(list[i]->path, &a) && !stat(path, &b) && a.st_dev == b.st_dev &&
		    a.st_ino == b.st_ino) {
			forget(s);
			return 0;
		}
		ret = err_set(err, EINVAL,
			      "%s:1:1: %s is also the name of %s; rename one of the two", path,
			      s->name, list[i]->path);
	}
	if (ret) {
		forget(s);
		return ret;
	}
	list[(*n)++] = s;
	return 0;
}

int scenario_load_all(char *const *paths, int n_paths, struct scenario ***out, int *n_out,
		      struct err *err)
{
	struct paths list = {NULL, 0};
	struct scenario **scenarios = NULL;
	int n = 0, ret = 0;

	for (int i = 0; i < n_paths && !ret; i++)
		ret = add_argument(&list, paths[i], err);
	if (!ret && list.n == 0)
		ret = err_set(err, ENOENT, "no scenario is named; name a .yaml file or a folder");
	if (!ret && list.n > 0) {
		qsort(list.path, (size_t)list.n, sizeof(*list.path), by_path);
		scenarios = calloc((size_t)list.n, sizeof(struct scenario *));
		if (!scenarios)
			ret = err_set(err, ENOMEM, "out of memory for %d scenarios", list.n);
	}
	for (int i = 0; scenarios && i < list.n && !ret; i++)
		ret = add_scenario(scenarios, &n, list.path[i], err);
	paths_free(&list);
	if (ret) {
		scenario_free(scenarios, n);
		return ret;
	}
	*out = scenarios;
	*n_out = n;
	return 0;
}

void scenario_free(struct scenario **scenarios, int n)
{
	for (int i = 0; scenarios && i < n; i++)
		forget(scenarios[i]);
	free(scenarios);
}
