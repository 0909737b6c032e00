/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation: an index of all modules (name, path, needs), either read from modules.dep
 * or found by walking the tree; then a depth-first visit of every module on the list below, which
 * puts needs before what needs them. Names compare with - and _ being one (modprobe(8)).
 */
#include "engine/virtual/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_LEN = 64 };

static const struct {
	const char *name;
	bool required;
} wanted[] = {
	{ "af_packet", true },  { "veth", true },       { "bridge", true },
	{ "sch_netem", true },  { "ipv6", false },      { "sch_ingress", false },
	{ "sch_tbf", false },   { "sch_prio", false },  { "sch_fq", false },
	{ "sch_fq_codel", false }, { "cls_bpf", false }, { "cls_u32", false },
	{ "cls_matchall", false }, { "cls_flower", false }, { "act_gact", false },
	{ "act_bpf", false },   { "act_mirred", false }, { "ifb", false },
	{ "dummy", false },     { "inet_diag", false }, { "tcp_diag", false },
	{ "nf_tables", false }, { "nf_conntrack", false }, { "nft_ct", false },
	{ "nft_limit", false }, { "nft_nat", false },   { "nft_masq", false },
	{ "nft_chain_nat", false }, { "nft_reject_ipv4", false }, { "nft_reject_ipv6", false },
	{ "nft_reject_inet", false },
};

struct module {
	char name[NAME_LEN];
	char *path;  /* absolute */
	char *needs; /* names or paths, parted by spaces or commas; NULL: ask the file */
	bool done;
};

struct index {
	struct module *module;
	size_t n;
	char *builtin; /* modules.builtin */
};

/* kernel/net/802/stp.ko.xz → stp; - becomes _. */
static void name_of(const char *path, size_t len, char name[NAME_LEN])
{
	const char *base = path;
	size_t n = 0;

	for (const char *at = path; at < path + len; at++)
		if (*at == '/')
			base = at + 1;
	while (base + n < path + len && base[n] != '.' && n < NAME_LEN - 1) {
		name[n] = base[n] == '-' ? '_' : base[n];
		n++;
	}
	name[n] = '\0';
}

static struct module *find(struct index *index, const char *name)
{
	for (size_t i = 0; i < index->n; i++)
		if (!strcmp(index->module[i].name, name))
			return &index->module[i];
	return NULL;
}

static int add(struct index *index, const char *dir, const char *path, size_t len,
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
	name_of(path, len, module->name);
	if (asprintf(&module->path, "%s%s%.*s", dir, dir[0] ? "/" : "", (int)len, path) < 0)
		return -ENOMEM;
	if (needs && !(module->needs = strdup(needs))) {
		free(module->path);
		return -ENOMEM;
	}
	index->n++;
	return 0;
}

static int read_dep(struct index *index, const char *dir, FILE *dep)
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
static __thread struct index *walking;

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

static int index_open(struct index *index, const char *dir, struct err *err)
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
		walking = index;
		ret = nftw(dir, walk_one, 16, FTW_PHYS);
	}
	return ret ? err_set(err, ENOMEM, "no memory for the list of modules") : 0;
}

static void index_close(struct index *index)
{
	for (size_t i = 0; i < index->n; i++) {
		free(index->module[i].path);
		free(index->module[i].needs);
	}
	free(index->module);
	free(index->builtin);
}

/* The "depends=a,b" of the module's .modinfo section, which is NUL-terminated text. */
static int read_needs(struct module *module, struct err *err)
{
	static const char key[] = "\0depends=";
	const char *ext = strrchr(module->path, '.');
	int fd = open(module->path, O_RDONLY | O_CLOEXEC);
	const char *at, *hit;
	struct stat st;

	if (fd < 0 || fstat(fd, &st)) {
		int ret = err_sys(err, errno, "cannot read the module %s", module->path);

		if (fd >= 0)
			close(fd);
		return ret;
	}
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return err_sys(err, errno, "cannot read the module %s", module->path);
	hit = memmem(at, (size_t)st.st_size, key, sizeof(key) - 1);
	if (hit) {
		hit += sizeof(key) - 1;
		module->needs = strndup(hit, (size_t)(at + st.st_size - hit));
	}
	munmap((void *)at, (size_t)st.st_size);
	if (module->needs)
		return 0;
	if (ext && strcmp(ext, ".ko") != 0)
		return err_set(err, ENOENT,
			       "the modules are compressed and %s has no modules.dep beside them; "
			       "make it with depmod(8)", module->path);
	return err_set(err, EINVAL, "%s is not a kernel module, or is truncated", module->path);
}

static bool is_builtin(const struct index *index, const char *name)
{
	char have[NAME_LEN];

	for (const char *line = index->builtin; line && *line;) {
		size_t len = strcspn(line, "\n");

		name_of(line, len, have);
		if (!strcmp(have, name))
			return true;
		line += len + (line[len] == '\n');
	}
	return false;
}

static int visit(struct index *index, struct module *module, struct modules *out, struct err *err)
{
	char name[NAME_LEN];
	int ret = 0;

	if (module->done)
		return 0;
	module->done = true;
	if (!module->needs)
		ret = read_needs(module, err);
	for (const char *at = ret ? "" : module->needs; !ret && *at;) {
		size_t len = strcspn(at, " ,");
		struct module *need;

		name_of(at, len, name);
		need = len ? find(index, name) : NULL;
		if (need)
			ret = visit(index, need, out, err);
		else if (len && !is_builtin(index, name))
			ret = err_set(err, ENOENT, "the module %s needs %s, which is not there",
				      module->name, name);
		at += len + (at[len] != '\0');
	}
	if (ret)
		return ret;
	out->path[out->n] = strdup(module->path);
	return out->path[out->n++] ? 0 : err_set(err, ENOMEM, "no memory for a module's name");
}

int modules_resolve(const char *dir, struct modules *out, struct err *err)
{
	struct index index = { 0 };
	int ret;

	*out = (struct modules){ 0 };
	if (!dir[0])
		return 0;
	ret = index_open(&index, dir, err);
	out->path = calloc(index.n + 1, sizeof(*out->path));
	if (!ret && !out->path)
		ret = err_set(err, ENOMEM, "no memory for the list of modules");
	for (size_t i = 0; !ret && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct module *module = find(&index, wanted[i].name);

		if (module)
			ret = visit(&index, module, out, err);
		else if (wanted[i].required && !is_builtin(&index, wanted[i].name))
			ret = err_set(err, ENOENT, "the kernel has no %s: %s has no such module",
				      wanted[i].name, dir);
	}
	index_close(&index);
	if (ret)
		modules_free(out);
	return ret;
}

void modules_free(struct modules *modules)
{
	for (size_t i = 0; i < modules->n; i++)
		free(modules->path[i]);
	free(modules->path);
	*modules = (struct modules){ 0 };
}
