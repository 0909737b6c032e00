/* SPDX-License-Identifier: MIT */
#include "cli/engines.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/opt.h"
#include "base/shown.h"

enum { ENGINES_MAX = 8 };

/* Labs on this kernel wait nearly all of their time; what limits them is how late their threads are
 * woken when many faults fall into one moment. */
enum { NATIVE_JOBS = 8 };

const struct engine engine_table[] = {
	{ .name = "virtual",
	  .about = "a stock kernel in QEMU, where waiting costs nothing",
	  .absent = "the virtual engine is not built into this deadpeer; use -e native" },
	{ .name = "native",
	  .about = "this kernel, in real time",
	  .run = engine_native,
	  .hz = clock_kernel_hz,
	  .jobs = NATIVE_JOBS,
	  .watch_stalls = true },
	{ .name = NULL },
};

static const struct engine *unknown(const char *name, int *code, struct err *err)
{
	const char *names[ENGINES_MAX] = { "auto" }, *near;
	char buf[SHOWN_SIZE];

	for (int i = 0; engine_table[i].name && i + 2 < ENGINES_MAX; i++)
		names[i + 1] = engine_table[i].name;
	near = opt_nearest(name, names);
	*code = err_set(err, EINVAL, "unknown engine \"%s\"; %s%s", shown(name, buf),
			near ? "did you mean " : "write auto, virtual or native",
			near ? near : "");
	return NULL;
}

const struct engine *engines_find(const char *name, int *code, struct err *err)
{
	bool automatic = strcmp(name, "auto") == 0;

	for (const struct engine *e = engine_table; e->name; e++) {
		if (automatic && e->run)
			return e;
		if (strcmp(e->name, name) != 0)
			continue;
		if (e->run)
			return e;
		*code = err_set(err, ENOSYS, "%s", e->absent);
		return NULL;
	}
	return unknown(name, code, err);
}
