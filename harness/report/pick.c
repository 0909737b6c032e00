/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "base/opt.h"
#include "base/shown.h"
#include "report/summarise.h"

const char *const pick_names[PICK_COUNT + 1] = {
	[PICK_FAMILY] = "family",   [PICK_SCENARIO] = "scenario", [PICK_METHOD] = "method",
	[PICK_OPTIONS] = "options", [PICK_ENGINE] = "engine",	  [PICK_KERNEL] = "kernel",
};

static int unknown(const char *name, struct err *err)
{
	const char *near = opt_nearest(name, pick_names);
	char buf[SHOWN_SIZE];

	if (near)
		return err_set(err, EINVAL, "unknown key \"%s\" after @; did you mean %s?",
			       shown(name, buf), near);
	return err_set(err, EINVAL, "unknown key \"%s\" after @; write @family=, @scenario=, "
		       "@method=, @options=, @engine= or @kernel=", shown(name, buf));
}

static int parse_one(char *part, struct pick *pick, struct err *err)
{
	char *equals = strchr(part, '='), buf[SHOWN_SIZE];
	int key = 0;

	if (!equals || !equals[1])
		return err_set(err, EINVAL, "\"@%s\" has no value; write @key=value",
			       shown(part, buf));
	*equals = '\0';
	while (pick_names[key] && strcmp(pick_names[key], part) != 0)
		key++;
	if (!pick_names[key])
		return unknown(part, err);
	if (pick->value[key])
		return err_set(err, EINVAL, "@%s stands twice; once is enough", part);
	pick->value[key] = equals + 1;
	return 0;
}

int pick_parse(char *text, struct pick *pick, struct err *err)
{
	char *part = strchr(text, '@'), *next;
	int ret = 0;

	*pick = (struct pick){ 0 };
	while (part && !ret) {
		*part++ = '\0';
		next = strchr(part, '@');
		if (next)
			*next = '\0';
		ret = parse_one(part, pick, err);
		if (next)
			*next = '@';
		part = next;
	}
	return ret;
}

const char *pick_text(const struct summary_cell *cell, enum pick_key key)
{
	const char *const texts[PICK_COUNT] = {
		[PICK_FAMILY] = cell->family,	[PICK_SCENARIO] = cell->scenario,
		[PICK_METHOD] = cell->method,	[PICK_OPTIONS] = cell->options,
		[PICK_ENGINE] = cell->engine,	[PICK_KERNEL] = cell->kernel,
	};

	return texts[key];
}

bool pick_kernel(const char *release, const char *series)
{
	size_t n = strlen(series);

	return strncmp(release, series, n) == 0 &&
	       (release[n] == '\0' || release[n] == '.' || release[n] == '-');
}

/* Whether every "name=value" of @some is one of @all. */
static bool has_options(const char *all, const char *some)
{
	while (*some) {
		size_t n = strcspn(some, ",");
		const char *at = all;

		while (at && (strncmp(at, some, n) != 0 || (at[n] && at[n] != ','))) {
			at = strchr(at, ',');
			at += at != NULL;
		}
		if (!at)
			return false;
		some += n + (some[n] == ',');
	}
	return true;
}

bool pick_takes(const struct pick *pick, const struct summary_cell *cell)
{
	for (int key = 0; key < PICK_COUNT; key++) {
		const char *want = pick->value[key], *have = pick_text(cell, (enum pick_key)key);

		if (!want)
			continue;
		if (key == PICK_KERNEL ? !pick_kernel(have, want)
				       : key == PICK_OPTIONS ? !has_options(have, want)
							     : strcmp(have, want) != 0)
			return false;
	}
	return true;
}
