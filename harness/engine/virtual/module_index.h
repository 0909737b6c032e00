/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_MODULE_INDEX_H
#define ENGINE_VIRTUAL_MODULE_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "netns/err.h"

/* All modules of a kernel, as found in its directory /lib/modules/RELEASE. */

enum { MODULE_NAME_LEN = 64 };

struct module {
	char name[MODULE_NAME_LEN]; /* with _ for - : to modprobe(8) they are one */
	char *path;                 /* absolute */
	char *needs; /* names or paths, parted by spaces or commas; NULL: see module_needs() */
	bool done;   /* the user's */
};

struct module_index {
	struct module *module;
	size_t n;
	char *builtin; /* modules.builtin, or NULL */
};

/* From modules.dep if it is there, else by walking the tree. */
int module_index_open(struct module_index *index, const char *dir, struct err *err);

/* Adds every module in the tree: of two of a name, the first is found. */
int module_index_walk(struct module_index *index, const char *dir, struct err *err);
void module_index_close(struct module_index *index);

struct module *module_find(struct module_index *index, const char *name);
bool module_is_builtin(const struct module_index *index, const char *name);

/* Fills in module->needs from what the module itself carries. */
int module_read_needs(struct module *module, struct err *err);

/* kernel/net/802/stp.ko.xz → stp. */
void module_name(const char *path, size_t len, char name[MODULE_NAME_LEN]);

#endif
