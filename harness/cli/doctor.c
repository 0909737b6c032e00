/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/engines.h"
#include "engine/virtual/virtual.h"
#include "netns/facts.h"
#include "netns/ns.h"
#include "record/member.h"

/*
 * What this machine can do. Facts are found by trying, in a child: netns_privilege() moves its
 * process into another user namespace for good, and the trying may end a process.
 */

struct findings {
	struct facts facts;
	struct err err;
	int ret;
};

static void find(struct findings *f, pid_t parent)
{
	struct err privilege = { "" };
	bool denied = netns_privilege(&privilege) < 0;

	/* After a change of credentials, which clears it (prctl(2)). */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	f->ret = facts_find(&f->facts, FACTS_ALL, &f->err);
	if (denied && !f->facts.fact[FACT_NETNS].ok)
		snprintf(f->facts.fact[FACT_NETNS].why, sizeof(f->facts.fact[FACT_NETNS].why),
			 "%.*s", (int)sizeof(f->facts.fact[FACT_NETNS].why) - 1, privilege.text);
	_exit(0);
}

static int find_in_child(struct findings *out, struct err *err)
{
	struct findings *f = mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t parent = getpid(), pid;
	int status = 0;

	if (f == MAP_FAILED)
		return err_sys(err, errno, "mmap");
	f->ret = err_set(&f->err, EIO, "the process that tries things out did not finish");
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		find(f, parent);
	if (pid < 0) {
		munmap(f, sizeof(*f));
		return err_sys(err, errno, "fork");
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	*out = *f;
	munmap(f, sizeof(*f));
	return out->ret ? err_set(err, -out->ret, "%s", out->err.text) : 0;
}

/* The virtual engine's cache, line by line; or why there is none. To be freed. */
static char *cache_text(struct err *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int ret = out ? virtual_cache_describe(out, err) : err_sys(err, ENOMEM, "the cache");

	if (out && fclose(out) && !ret)
		ret = err_sys(err, ENOMEM, "the cache");
	if (!ret)
		return text;
	free(text);
	return NULL;
}

static void put_line(const struct style *style, bool ok, const char *name, const char *about,
		     const char *why, const char *cure)
{
	enum { INDENT = 26 };

	text_put(style, ok ? TONE_GOOD : TONE_BAD, ok ? "ok" : "no", 4);
	text_put(style, TONE_BOLD, name, INDENT - 4);
	text_wrap(style, TONE_PLAIN, about, INDENT, false);
	if (ok)
		return;
	if (*why)
		text_wrap(style, TONE_WARN, why, INDENT, true);
	if (*cure)
		text_wrap(style, TONE_PLAIN, cure, INDENT, true);
}

static void put_cache(const struct style *style)
{
	struct err why = { "" };
	char *text = cache_text(&why);
	bool first = true;

	if (!text) {
		put_line(style, false, "cache", "kernels and snapshots for virtual time", why.text,
			 "set XDG_CACHE_HOME to a directory that can be written");
		return;
	}
	fputc('\n', style->out);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		text_wrap(style, first ? TONE_BOLD : TONE_PLAIN, line, first ? 0 : 2, true);
		first = false;
	}
	text_wrap(style, TONE_DIM, "deadpeer kernels --clear removes all of it; a run makes again what "
		  "it needs", 2, true);
	free(text);
}

static void put_table(const struct facts *facts)
{
	struct style style = cli_style();

	printf("kernel %s, HZ %d, %s\n\n", facts->release, clock_kernel_hz(),
	       facts->root ? "root of this machine" : "not root of this machine");
	for (int i = 0; i < FACT_COUNT; i++)
		put_line(&style, facts->fact[i].ok, fact_name((enum fact)i),
			 fact_about((enum fact)i), facts->fact[i].why, facts->fact[i].cure);
	for (const struct engine *e = engine_table; e->name; e++) {
		struct err why = { "" };
		char name[32];

		snprintf(name, sizeof(name), "engine %s", e->name);
		put_line(&style, !engines_check(e, NULL, &why), name, e->about, why.text, "");
	}
	put_cache(&style);
}

static void json_line(struct emit *emit, bool ok, const char *kind, const char *name,
		      const char *about, const char *why, const char *cure)
{
	emit_next_line(emit);
	emit_object(emit);
	member_string(emit, "kind", kind);
	member_string(emit, "name", name);
	member_string(emit, "about", about);
	member_string(emit, "why", ok ? "" : why);
	member_string(emit, "cure", ok ? "" : cure);
	member_bool(emit, "ok", ok);
	emit_object_end(emit);
}

static void json_cache(struct emit *emit)
{
	struct err why = { "" };
	char *text = cache_text(&why);

	json_line(emit, text != NULL, "cache", "cache", text ? text : "", why.text,
		  "set XDG_CACHE_HOME to a directory that can be written");
	free(text);
}

static int put_json(const struct facts *facts, int status)
{
	struct emit emit = EMIT_INIT;

	emit_array(&emit);
	for (int i = 0; i < FACT_COUNT; i++)
		json_line(&emit, facts->fact[i].ok, "fact", fact_name((enum fact)i),
			  fact_about((enum fact)i), facts->fact[i].why, facts->fact[i].cure);
	for (const struct engine *e = engine_table; e->name; e++) {
		struct err why = { "" };

		json_line(&emit, !engines_check(e, NULL, &why), "engine", e->name, e->about,
			  why.text, "");
	}
	json_cache(&emit);
	emit_newline(&emit);
	emit_array_end(&emit);
	return cli_put_json(&emit, status);
}

/* Without these no lab can be built on this kernel. */
static bool labs_can_run(const struct facts *facts)
{
	return facts->fact[FACT_NETNS].ok && facts->fact[FACT_VETH].ok &&
	       facts->fact[FACT_BRIDGE].ok;
}

static int doctor(const struct given *args)
{
	struct findings findings = { .ret = 0 };
	struct err err;
	int status;

	if (args->n_rest)
		return cli_failf(CLI_USAGE, "doctor: takes no arguments");
	if (find_in_child(&findings, &err))
		return cli_fail(CLI_INTERNAL, &err);
	status = labs_can_run(&findings.facts) || !engine_virtual_available(&err) ? CLI_PASS :
										    CLI_NOTHING;
	if (given_has(args, "json"))
		return put_json(&findings.facts, status);
	put_table(&findings.facts);
	return status;
}

static const struct given_row options[] = {
	{ "json", NULL, "as a JSON array of objects with name, about, ok, why and cure", 0, false },
	{ .name = NULL },
};

const struct verb verb_doctor = {
	.name = "doctor",
	.arguments = "[--json]",
	.about = "Says what this machine can do, and how to get the rest.",
	.more = "Everything is found by trying it in scratch namespaces. The cache holds kernels and "
		"snapshots for virtual time. The exit status is 4 when no lab could be built on any "
		"engine.",
	.options = options,
	.main = doctor,
};
