/* SPDX-License-Identifier: MIT */
#include "cli/engines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/opt.h"
#include "base/shown.h"
#include "engine/virtual/virtual.h"

enum { ENGINES_MAX = 8 };

/* Labs on this kernel wait nearly all of their time; what limits them is how late their threads are
 * woken when many faults fall into one moment. */
static int native_jobs(void)
{
	return 8;
}

/* A guest computes all of its time. */
static int virtual_jobs(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus > 0 ? (int)cpus : 1;
}

/* What predictions are shown with before a kernel runs: Debian builds all of its kernels with
 * CONFIG_HZ=250. A trial's own window uses the HZ that its kernel says it has. */
static int virtual_hz(void)
{
	return 250;
}

/* All of them before any of them runs: a typing error in the last one must not cost a run. */
static int virtual_prepare(const struct engine_kernels *kernels, struct err *why)
{
	struct virtual_kernel kernel;
	int ret = 0;

	if (kernels->n == 0)
		return engine_virtual_prepare(why);
	for (int i = 0; !ret && i < kernels->n; i++) {
		const char *name = kernels->names[i];

		if (!strchr(name, '/'))
			ret = virtual_kernel_fetch(name, &kernel, why);
		else if (virtual_kernel_open(name, kernels->modules, &kernel, why))
			ret = -EINVAL;
	}
	return ret;
}

const struct engine engine_table[] = {
	{ .name = "virtual",
	  .about = "a stock kernel in QEMU, where waiting costs nothing",
	  .run = engine_virtual,
	  .available = engine_virtual_available,
	  .prepare = virtual_prepare,
	  .hz = virtual_hz,
	  .jobs = virtual_jobs },
	{ .name = "native",
	  .about = "this kernel, in real time",
	  .run = engine_native,
	  .hz = clock_kernel_hz,
	  .jobs = native_jobs,
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
	*code = err_set(err, EINVAL, "unknown engine \"%s\"; %s%s%s", shown(name, buf),
			near ? "did you mean " : "write auto, virtual or native", near ? near : "",
			near ? "?" : "");
	return NULL;
}

int engines_check(const struct engine *engine, const struct engine_kernels *kernels,
		  struct err *why)
{
	int ret = engine->available ? engine->available(why) : 0;

	if (!ret && kernels && engine->prepare)
		ret = engine->prepare(kernels, why);
	return ret;
}

static const struct engine *first_available(const struct engine_kernels *kernels,
					    struct err *passed, int *code, struct err *err)
{
	for (const struct engine *e = engine_table; e->name; e++) {
		*code = engines_check(e, kernels, err);
		if (!*code)
			return e;
		if (!passed->text[0])
			err_set(passed, -*code, "not %s: %s", e->name, err->text);
	}
	return NULL;
}

const struct engine *engines_find(const char *name, const struct engine_kernels *kernels,
				  struct err *passed, int *code, struct err *err)
{
	*passed = (struct err){ "" };
	if (strcmp(name, "auto") == 0)
		return first_available(kernels, passed, code, err);
	for (const struct engine *e = engine_table; e->name; e++) {
		if (strcmp(e->name, name) != 0)
			continue;
		*code = engines_check(e, kernels, err);
		return *code ? NULL : e;
	}
	return unknown(name, code, err);
}
