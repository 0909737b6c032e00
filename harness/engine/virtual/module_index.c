/* SPDX-License-Identifier: MIT */
/* modules.dep(5) is made by depmod(8) when a package is installed. A package that was only unpacked
 * has none; there each module is asked, which takes the tool that it is packed with. */
#include "engine/virtual/module_index.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/virtual/tool.h"

void module_name(const char *path, size_t len, char name[MODULE_NAME_LEN])
{
	const char *base = path;
	size_t n = 0;

	for (const char *at = path; at < path + len; at++)
		if (*at == '/')
			base = at + 1;
	while (base + n < path + len && base[n] != '.' && n < MODULE_NAME_LEN - 1) {
		name[n] = base[n];
		if (name[n] == '-')
			name[n] = '_';
		n++;
	}
	name[n] = '\0';
}

struct module *module_find(struct module_index *index, const char *name)
{
	for (size_t i = 0; i < index->n; i++)
		if (!strcmp(index->module[i].name, name))
			return &index->module[i];
	return NULL;
}

static int add(struct module_index *index, const char *dir, const char *path, size_t len,
	       const char *needs)
{
	struct module *module;

	if (!(index->n & (index->n + 1))) {
		module = realloc(index->module, (2 * index->n + 2) * sizeof(*module));
		if (!module)
			return -ENOMEM;
		index->module = module;
	}
	module = &index->module[index->n];
	*module = (struct module){ 0 };
	module_name(path, len, module->name);
	if (asprintf(&module->path, "%s%s%.*s", dir, dir[0] ? "/" : "", (int)len, path) < 0)
		return -ENOMEM;
	if (needs && !(module->needs = strdup(needs))) {
		free(module->path);
		return -ENOMEM;
	}
	index->n++;
	return 0;
}

static int read_dep(struct module_index *index, const char *dir, FILE *dep)
{
	size_t size = 0;
	char *line = NULL;
	int ret = 0;

	while (!ret && getline(&line, &size, dep) > 0) {
		char *colon = strchr(line, ':');

		line[strcspn(line, "\n")] = '\0';
		if (!colon)
			continue;
		ret = add(index, line[0] == '/' ? "" : dir, line, (size_t)(colon - line),
			  colon + 1);
	}
	free(line);
	return ret;
}

/* nftw(3) has no argument for its callback. */
static __thread struct module_index *walking;

static int walk_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type != FTW_F || !strstr(path, ".ko"))
		return 0;
	return add(walking, "", path, strlen(path), NULL);
}

static char *read_text(const char *dir, const char *name)
{
	char path[PATH_MAX];
	char *text = NULL;
	size_t size = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	in = fopen(path, "re");
	if (in) {
		if (getdelim(&text, &size, '\0', in) < 0) {
			free(text);
			text = NULL;
		}
		fclose(in);
	}
	return text;
}

int module_index_walk(struct module_index *index, const char *dir, struct err *err)
{
	walking = index;
	return nftw(dir, walk_one, 16, FTW_PHYS) ?
		       err_set(err, ENOMEM, "no memory for the list of modules") : 0;
}

int module_index_open(struct module_index *index, const char *dir, struct err *err)
{
	char path[PATH_MAX];
	FILE *dep;
	int ret;

	if (access(dir, R_OK | X_OK))
		return err_sys(err, errno, "cannot read the kernel modules in %s", dir);
	index->builtin = read_text(dir, "modules.builtin");
	snprintf(path, sizeof(path), "%s/modules.dep", dir);
	dep = fopen(path, "re");
	if (dep) {
		ret = read_dep(index, dir, dep);
		fclose(dep);
	} else {
		return module_index_walk(index, dir, err);
	}
	return ret ? err_set(err, ENOMEM, "no memory for the list of modules") : 0;
}

void module_index_close(struct module_index *index)
{
	for (size_t i = 0; i < index->n; i++) {
		free(index->module[i].path);
		free(index->module[i].needs);
	}
	free(index->module);
	free(index->builtin);
}

/* The "depends=a,b" of the .modinfo section, which is NUL-terminated text. */
static int find_needs(struct module *module, const char *bytes, size_t size, struct err *err)
{
	static const char key[] = "\0depends=";
	const char *hit = memmem(bytes, size, key, sizeof(key) - 1);

	if (!hit)
		return err_set(err, EINVAL, "%s is not a kernel module, or is truncated",
			       module->path);
	hit += sizeof(key) - 1;
	module->needs = strndup(hit, (size_t)(bytes + size - hit));
	return module->needs ? 0 : err_set(err, ENOMEM, "no memory for the list of modules");
}

int module_read_needs(struct module *module, struct err *err)
{
	static const struct {
		const char *ext, *tool;
	} packed[] = { { ".ko", "cat" }, { ".xz", "xz" }, { ".zst", "zstd" }, { ".gz", "gzip" } };
	const char *ext = strrchr(module->path, '.');

	for (size_t i = 0; ext && i < sizeof(packed) / sizeof(packed[0]); i++) {
		const char *const argv[] = { packed[i].tool, i ? "-dc" : "--", module->path, NULL };
		char *bytes = NULL;
		size_t size;
		int ret;

		if (strcmp(ext, packed[i].ext) != 0)
			continue;
		ret = tool_run(argv, "/", &bytes, &size, err);
		if (!ret)
			ret = find_needs(module, bytes, size, err);
		free(bytes);
		return ret ? err_prefix(err, ret, "module %s", module->name) : 0;
	}
	return err_set(err, EINVAL, "%s is packed in an unknown way", module->path);
}

bool module_is_builtin(const struct module_index *index, const char *name)
{
	char have[MODULE_NAME_LEN];

	for (const char *line = index->builtin; line && *line;) {
		size_t len = strcspn(line, "\n");

		module_name(line, len, have);
		if (!strcmp(have, name))
			return true;
		line += len + (line[len] == '\n');
	}
	return false;
}
