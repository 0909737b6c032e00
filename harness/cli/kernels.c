/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shown.h"
#include "cli/cli.h"
#include "engine/virtual/virtual.h"
#include "record/member.h"

/* The kernels that the virtual engine can run, and the cache that they and their snapshots are in. */

enum { NAME = 30 };

static const char *about(const struct virtual_kernel *k)
{
	if (strncmp(k->image, "/boot/", strlen("/boot/")) == 0)
		return "of the running system";
	return "fetched from Debian's archive";
}

static void put_kernel(const struct virtual_kernel *k, const struct style *style)
{
	text_put(style, TONE_BOLD, k->label, NAME - 1);
	fputc(' ', style->out);
	text_wrap(style, TONE_PLAIN, about(k), NAME, false);
	text_wrap(style, TONE_DIM, k->image, 2, true);
}

static void json_kernel(const struct virtual_kernel *k, struct emit *emit)
{
	emit_next_line(emit);
	emit_object(emit);
	member_string(emit, "name", k->label);
	member_string(emit, "about", about(k));
	member_string(emit, "release", k->release);
	member_string(emit, "image", k->image);
	member_string(emit, "modules", k->modules);
	emit_object_end(emit);
}

static int put_json(const struct virtual_kernel *list, size_t n)
{
	struct emit emit = EMIT_INIT;

	emit_array(&emit);
	for (size_t i = 0; i < n; i++)
		json_kernel(&list[i], &emit);
	emit_newline(&emit);
	emit_array_end(&emit);
	return cli_put_json(&emit, CLI_PASS);
}

static void put_list(const struct virtual_kernel *list, size_t n)
{
	struct style style = cli_style();

	for (size_t i = 0; i < n; i++)
		put_kernel(&list[i], &style);
	text_wrap(&style, TONE_PLAIN, n ?
		  "deadpeer run --kernel 6.1 takes the newest of a series that was fetched, or "
		  "fetches it; --kernel PATH takes any image." :
		  "No kernel is here yet. deadpeer kernels --fetch 6.1 gets one, and so does the "
		  "first run.", 0, true);
}

static int list(bool json)
{
	struct virtual_kernel *kernels = NULL;
	struct err err = { "" };
	size_t n = 0;
	int ret = virtual_kernels_list(&kernels, &n, &err);

	if (ret)
		return cli_fail(ret == -ENOMEM ? CLI_INTERNAL : CLI_NOTHING, &err);
	if (json)
		ret = put_json(kernels, n);
	else
		put_list(kernels, n);
	free(kernels);
	return ret;
}

static int fetch(const char *series, bool json)
{
	struct style style = cli_style();
	struct virtual_kernel kernel;
	struct err err = { "" };
	int ret = virtual_kernel_fetch(series, &kernel, &err);

	if (ret)
		return cli_fail(ret == -EINVAL ? CLI_USAGE : CLI_NOTHING, &err);
	if (json)
		return put_json(&kernel, 1);
	put_kernel(&kernel, &style);
	return CLI_PASS;
}

static int kernels(const struct given *args)
{
	const char *series = given_value(args, "fetch", NULL);
	bool clear = given_has(args, "clear"), json = given_has(args, "json");
	struct err err = { "" };
	char buf[SHOWN_SIZE];

	if (args->n_rest)
		return cli_failf(CLI_USAGE, "kernels: \"%s\" is not an option; to get a kernel write "
				 "--fetch SERIES", shown(args->rest[0], buf));
	if (clear && (series || json))
		return cli_failf(CLI_USAGE, "kernels: --clear goes with no other option");
	if (series)
		return fetch(series, json);
	if (!clear)
		return list(json);
	return virtual_cache_clear(&err) ? cli_fail(CLI_INTERNAL, &err) : CLI_PASS;
}

static const struct given_row options[] = {
	{ "fetch", "SERIES", "get Debian's newest kernel of this series (6.1, 6.12, 7), unless one is "
	  "here", 0, false },
	{ "clear", NULL, "remove all that was fetched, and the snapshots of booted kernels", 0, false },
	{ "json", NULL, "as a JSON array of objects with name, about, release, image and modules", 0,
	  false },
	{ .name = NULL },
};

const struct verb verb_kernels = {
	.name = "kernels",
	.arguments = "[--fetch SERIES | --clear] [--json]",
	.about = "Lists the kernels for virtual time, fetches one, or clears the cache.",
	.more = "Kernels that were fetched lie in the user's cache directory, unpacked without root, "
		"beside a snapshot of each kernel that was booted once; deadpeer doctor shows what "
		"is there. A run makes again what is missing, so that nothing is lost with --clear. "
		"Kernels of the running system are those in /boot with their modules.",
	.options = options,
	.main = kernels,
};
