/* SPDX-License-Identifier: MIT */
#include "record/merge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "record/field.h"

/* One trial of one file; of the merged file, the run it belongs to. */
struct piece {
	const struct record_trial *trial;
	const char *name;
	int run;
};

static bool differ_text(const char *key, const char *a, const char *b, char *what, size_t size)
{
	if (strcmp(a, b) == 0)
		return false;
	snprintf(what, size, "%s (%.120s and %.120s)", key, a, b);
	return true;
}

static bool differ_number(const char *key, uint64_t a, uint64_t b, char *what, size_t size)
{
	if (a == b)
		return false;
	snprintf(what, size, "%s (%" PRIu64 " and %" PRIu64 ")", key, a, b);
	return true;
}

static bool differ_sysctls(const struct record_run *a, const struct record_run *b, char *what,
			   size_t size)
{
	if (differ_number("the number of sysctls", (uint64_t)a->n_sysctl, (uint64_t)b->n_sysctl,
			  what, size))
		return true;
	for (int i = 0; i < a->n_sysctl; i++) {
		if (differ_text("sysctl", a->sysctl[i].name, b->sysctl[i].name, what, size) ||
		    differ_text(a->sysctl[i].name, a->sysctl[i].value, b->sysctl[i].value, what,
				size))
			return true;
	}
	return false;
}

bool record_same_run(const struct record_run *a, const struct record_run *b, char *what,
		     size_t size)
{
	return !(differ_text("engine", a->engine, b->engine, what, size) ||
		 differ_text("kernel", a->kernel, b->kernel, what, size) ||
		 differ_number("hz", (uint64_t)a->hz, (uint64_t)b->hz, what, size) ||
		 differ_number("seed", a->seed, b->seed, what, size) ||
		 differ_number("phases", (uint64_t)a->phases, (uint64_t)b->phases, what, size) ||
		 differ_text("version", a->version, b->version, what, size) ||
		 differ_text("command", a->command, b->command, what, size) ||
		 differ_sysctls(a, b, what, size));
}

/* The run of @out that @run is the same as, or a new one; -EINVAL. */
static int place_run(struct record_file *out, const struct record_run *run, int nth,
		     const char *name, bool mixed, struct err *err)
{
	char what[320] = "";
	int ret;

	for (int i = 0; i < out->n_runs; i++) {
		struct record_run *known = &out->runs[i];

		if (!record_same_run(known, run, what, sizeof(what)))
			continue;
		if (strcmp(run->started, known->started) < 0)
			memcpy(known->started, run->started, sizeof(known->started));
		return i;
	}
	/* A file that was cut short has fewer runs than the others, never different ones. */
	if (!mixed && nth < out->n_runs &&
	    !record_same_run(&out->runs[nth], run, what, sizeof(what)))
		return err_set(err, EINVAL, "%s: not the same run as the files before it: %s differs; "
					    "merge what belongs together, or give --mixed", name, what);
	ret = record_add_run(out, run);
	return ret ? err_set(err, ENOMEM, "not enough memory") : out->n_runs - 1;
}

static int by_place(const void *a, const void *b)
{
	const struct piece *p = a, *q = b;

	if (p->run != q->run)
		return p->run < q->run ? -1 : 1;
	if (p->trial->index != q->trial->index)
		return p->trial->index < q->trial->index ? -1 : 1;
	return strcmp(p->trial->id, q->trial->id);
}

static int gather(const struct record_file *files, const char *const *names, int n, bool mixed,
		  struct record_file *out, struct piece *pieces, struct err *err)
{
	int n_pieces = 0;

	for (int f = 0; f < n; f++) {
		int place[64];

		if (files[f].n_runs > (int)(sizeof(place) / sizeof(place[0])))
			return err_set(err, EINVAL, "%s: more than %zu runs in one file", names[f],
				       sizeof(place) / sizeof(place[0]));
		for (int r = 0; r < files[f].n_runs; r++) {
			place[r] = place_run(out, &files[f].runs[r], r, names[f], mixed, err);
			if (place[r] < 0)
				return place[r];
		}
		for (int t = 0; t < files[f].n_trials; t++)
			pieces[n_pieces++] = (struct piece){ &files[f].trials[t], names[f],
							     place[files[f].trial_run[t]] };
	}
	return n_pieces;
}

static bool same_trial(const struct record_trial *a, const struct record_trial *b)
{
	char *one = record_trial_line(a), *other = record_trial_line(b);
	bool same = one && other && strcmp(one, other) == 0;

	free(one);
	free(other);
	return same;
}

/* Two trials at the same place must be the same one. */
static int check_twins(const struct piece *a, const struct piece *b, struct err *err)
{
	const struct record_trial *t = a->trial;

	if (strcmp(t->id, b->trial->id) != 0)
		return err_set(err, EINVAL, "%s and %s are not of one plan: trial %d is %s %s in one and "
					    "%s %s in the other", a->name, b->name, t->index,
			       t->scenario, t->method, b->trial->scenario, b->trial->method);
	if (!same_trial(t, b->trial))
		return err_set(err, EINVAL, "%s and %s both hold trial %d (%s %s, phase %d), and it ended "
					    "differently; leave one of the files out", a->name, b->name,
			       t->index, t->scenario, t->method, t->phase + 1);
	return 0;
}

/* record_add_trial() files a trial under the last run: runs are added anew, each before its own. */
static int write_out(const struct piece *pieces, int n, struct record_file *out, struct err *err)
{
	struct record_file merged = { 0 };
	int ret = 0, at = 0;

	for (int r = 0; r < out->n_runs && !ret; r++) {
		ret = record_add_run(&merged, &out->runs[r]);
		for (; at < n && pieces[at].run == r && !ret; at++) {
			bool twin = at > 0 && by_place(&pieces[at - 1], &pieces[at]) == 0;

			if (at > 0 && pieces[at - 1].run == r &&
			    pieces[at - 1].trial->index == pieces[at].trial->index) {
				ret = check_twins(&pieces[at - 1], &pieces[at], err);
				if (ret)
					break;
			}
			if (!twin)
				ret = record_add_trial(&merged, pieces[at].trial);
		}
	}
	record_file_free(out);
	*out = merged;
	return ret == -ENOMEM ? err_set(err, ENOMEM, "not enough memory") : ret;
}

int record_merge(const struct record_file *files, const char *const *names, int n, bool mixed,
		 struct record_file *out, struct err *err)
{
	struct piece *pieces;
	int n_pieces = 0, ret;

	*out = (struct record_file){ 0 };
	for (int f = 0; f < n; f++)
		n_pieces += files[f].n_trials;
	pieces = calloc((size_t)n_pieces + 1, sizeof(*pieces));
	if (!pieces)
		return err_set(err, ENOMEM, "not enough memory");
	ret = gather(files, names, n, mixed, out, pieces, err);
	if (ret >= 0) {
		qsort(pieces, (size_t)n_pieces, sizeof(*pieces), by_place);
		ret = write_out(pieces, n_pieces, out, err);
	}
	free(pieces);
	return ret;
}

int record_missing(const struct record_file *file, int run, int *first)
{
	int next = 0, missing = 0;

	for (int t = 0; t < file->n_trials; t++) {
		if (file->trial_run[t] != run)
			continue;
		if (file->trials[t].index > next && !missing)
			*first = next;
		missing += file->trials[t].index - next;
		next = file->trials[t].index + 1;
	}
	return missing;
}
