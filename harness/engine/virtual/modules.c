/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation: a depth-first visit of every module on the list below, which puts needs
 * before what needs them. A module that is not on the list is not in the guest.
 *
 * A modules.dep that modules_prepare() wrote when the list was shorter lacks what came later, so what
 * it does not have is looked for in the tree.
 */
#include "engine/virtual/modules.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/virtual/module_index.h"

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
	{ "nft_reject_inet", false }, { "nf_conntrack_netlink", false },
};

static int visit(struct module_index *index, struct module *module, struct modules *out,
		 struct err *err);

static int visit_need(struct module_index *index, const struct module *module, const char *name,
		      struct modules *out, struct err *err)
{
	struct module *need = module_find(index, name);

	if (need)
		return visit(index, need, out, err);
	if (module_is_builtin(index, name))
		return 0;
	return err_set(err, ENOENT, "the module %s needs %s, which is not there", module->name,
		       name);
}

static int visit(struct module_index *index, struct module *module, struct modules *out,
		 struct err *err)
{
	char name[MODULE_NAME_LEN], *path;
	int ret = 0;

	if (module->done)
		return 0;
	module->done = true;
	if (!module->needs)
		ret = module_read_needs(module, err);
	for (const char *at = ret ? "" : module->needs; !ret && *at;) {
		size_t len = strcspn(at, " ,");

		module_name(at, len, name);
		if (len)
			ret = visit_need(index, module, name, out, err);
		at += len + (at[len] != '\0');
	}
	if (ret)
		return ret;
	path = strdup(module->path);
	if (!path)
		return err_set(err, ENOMEM, "no memory for a module's name");
	out->path[out->n++] = path;
	return 0;
}

/* What is on the list, in order. */
static int visit_wanted(struct module_index *index, const char *dir, struct modules *out,
			struct err *err)
{
	bool walked = false;
	int ret = 0;

	for (size_t i = 0; !ret && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct module *module = module_find(index, wanted[i].name);

		if (!module && !walked && !module_is_builtin(index, wanted[i].name)) {
			ret = module_index_walk(index, dir, err);
			walked = true;
			module = module_find(index, wanted[i].name);
		}
		if (ret)
			break;
		if (module)
			ret = visit(index, module, out, err);
		else if (wanted[i].required && !module_is_builtin(index, wanted[i].name))
			ret = err_set(err, ENOENT, "the kernel has no %s: %s has no such module",
				      wanted[i].name, dir);
	}
	return ret;
}

/* For the next time: reading the needs of packed modules takes a third of a second. */
static int write_dep(struct module_index *index, const char *dir, struct err *err)
{
	char path[PATH_MAX], name[MODULE_NAME_LEN];
	FILE *out;

	snprintf(path, sizeof(path), "%s/modules.dep", dir);
	out = fopen(path, "wxe");
	if (!out)
		return err_sys(err, errno, "cannot write %s", path);
	for (size_t i = 0; i < index->n; i++) {
		const struct module *module = &index->module[i];

		if (!module->done)
			continue;
		fprintf(out, "%s:", module->path + strlen(dir) + 1);
		for (const char *at = module->needs; *at;) {
			size_t len = strcspn(at, " ,");
			const struct module *need;

			module_name(at, len, name);
			need = module_find(index, name);
			if (len && need)
				fprintf(out, " %s", need->path + strlen(dir) + 1);
			at += len + (at[len] != '\0');
		}
		fputc('\n', out);
	}
	return fclose(out) ? err_sys(err, errno, "cannot write %s", path) : 0;
}

static int resolve(const char *dir, struct modules *out, bool write, struct err *err)
{
	struct module_index index = { 0 };
	char dep[PATH_MAX];
	int ret = module_index_open(&index, dir, err);

	*out = (struct modules){ 0 };
	if (!ret) {
		out->path = calloc(index.n + 1, sizeof(*out->path));
		ret = out->path ? visit_wanted(&index, dir, out, err) :
				  err_set(err, ENOMEM, "no memory for the list of modules");
	}
	snprintf(dep, sizeof(dep), "%s/modules.dep", dir);
	if (!ret && write && access(dep, F_OK))
		ret = write_dep(&index, dir, err);
	module_index_close(&index);
	if (ret)
		modules_free(out);
	return ret;
}

int modules_resolve(const char *dir, struct modules *out, struct err *err)
{
	return resolve(dir, out, false, err);
}

int modules_prepare(const char *dir, struct err *err)
{
	struct modules list;
	int ret = resolve(dir, &list, true, err);

	if (!ret)
		modules_free(&list);
	return ret;
}

void modules_free(struct modules *modules)
{
	for (size_t i = 0; i < modules->n; i++)
		free(modules->path[i]);
	free(modules->path);
	*modules = (struct modules){ 0 };
}
