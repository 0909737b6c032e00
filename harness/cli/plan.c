/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/work.h"
#include "record/member.h"

/* What would run, and what theory says of it: one line for each trial, the reason where it differs
 * from the line before. */

enum { NAME = 46, PHASE = 24, INDENT = 6 };

/* Scenario, observer, traffic, horizon; then the timeline. */
static void put_lab_head(const struct plan_lab *lab, const struct style *style)
{
	const struct scenario *sc = lab->scenario;
	char name[160], horizon[32];

	snprintf(name, sizeof(name), "%s%s%s", sc->family, sc->family[0] ? "/" : "", sc->name);
	text_put(style, TONE_BOLD, name, 0);
	fprintf(style->out, "  %s observes, traffic %s, %s%swatched for %s\n",
		side_names[sc->observer], traffic_names[sc->traffic],
		sc->wire == WIRE_SWITCH ? "" : wire_names[sc->wire],
		sc->wire == WIRE_SWITCH ? "" : ", ",
		opt_format_duration(sc->horizon_ns, horizon, sizeof(horizon)));
	work_put_faults(lab, style);
	if (lab->no_theory[0])
		text_wrap(style, TONE_WARN, lab->no_theory, 2, true);
}

static void put_window(const struct plan_trial *t, char *buf, size_t size)
{
	char lo[48], hi[48];

	if (t->window.kind == WINDOW_SOME)
		snprintf(buf, size, "%s to %s", text_time(t->window.lo_ns, 4, lo, sizeof(lo)),
			 text_time(t->window.hi_ns, 4, hi, sizeof(hi)));
	else
		snprintf(buf, size, "%s", t->window.kind == WINDOW_NEVER ? "never" : "cannot say");
}

static void put_trial(const struct plan_lab *lab, int i, int phases, const struct style *style)
{
	const struct plan_trial *t = &lab->trials[i];
	const struct plan_trial *before = i ? &lab->trials[i - 1] : NULL;
	char name[320], phase[64] = "", window[96], at[48];

	snprintf(name, sizeof(name), "%s%s%s", t->method->name, t->options[0] ? " " : "",
		 t->options);
	if (phases > 1)
		snprintf(phase, sizeof(phase), "phase %d, +%s", t->phase + 1,
			 text_time(t->phase_ns, 3, at, sizeof(at)));
	fputs("  ", style->out);
	text_put(style, TONE_PLAIN, name, NAME);
	fputc(' ', style->out);
	text_put(style, TONE_DIM, phase, phases > 1 ? PHASE : 0);
	put_window(t, window, sizeof(window));
	text_put(style, t->window.kind == WINDOW_SOME ? TONE_GOOD : TONE_PLAIN, window, 0);
	fputc('\n', style->out);
	if (t->window.why[0] && (!before || strcmp(before->window.why, t->window.why) != 0))
		text_wrap(style, TONE_DIM, t->window.why, INDENT, true);
}

static void put_plan(const struct plan *plan)
{
	struct style style = cli_style();
	int trials = 0;

	for (int l = 0; l < plan->n_labs; l++) {
		const struct plan_lab *lab = &plan->labs[l];

		put_lab_head(lab, &style);
		for (int i = 0; i < lab->n_trials; i++)
			put_trial(lab, i, plan->config.phases, &style);
		fputc('\n', style.out);
		trials += lab->n_trials;
	}
	printf("%d trial%s in %d lab%s, predicted for HZ %d and Linux's default sysctls\n", trials,
	       trials == 1 ? "" : "s", plan->n_labs, plan->n_labs == 1 ? "" : "s",
	       plan->config.kernel.hz);
}

static void json_trial(const struct plan_lab *lab, const struct plan_trial *t, struct emit *emit)
{
	const struct scenario *sc = lab->scenario;
	char id[RECORD_ID_MAX];

	emit_next_line(emit);
	snprintf(id, sizeof(id), "%016" PRIx64, t->id);
	emit_object(emit);
	member_string(emit, "id", id);
	member_int(emit, "index", t->index);
	member_string(emit, "scenario", sc->name);
	member_string(emit, "family", sc->family);
	member_string(emit, "method", t->method->name);
	member_string(emit, "options", t->options);
	member_string(emit, "observer", side_names[sc->observer]);
	member_string(emit, "traffic", traffic_names[sc->traffic]);
	member_string(emit, "wire", wire_names[sc->wire]);
	member_string(emit, "fault", sc->faults[lab->principal].fault->name);
	member_int(emit, "phase", t->phase);
	member_int(emit, "phase_ns", t->phase_ns);
	member_uint(emit, "seed", t->seed);
	member_int(emit, "horizon_ns", sc->horizon_ns);
	work_json_window(&t->window, emit);
	member_string(emit, "why", t->window.why);
	emit_object_end(emit);
}

static int json_plan(const struct plan *plan)
{
	struct emit emit = EMIT_INIT;

	emit_array(&emit);
	for (int l = 0; l < plan->n_labs; l++) {
		for (int i = 0; i < plan->labs[l].n_trials; i++)
			json_trial(&plan->labs[l], &plan->labs[l].trials[i], &emit);
	}
	emit_newline(&emit);
	emit_array_end(&emit);
	return cli_put_json(&emit, CLI_PASS);
}

static int plan_verb(const struct given *args)
{
	struct work work;
	int status = work_plan(args, false, &work);

	if (!status && given_has(args, "json"))
		status = json_plan(&work.plan);
	else if (!status)
		put_plan(&work.plan);
	work_free(&work);
	return status;
}

static const struct given_row options[] = {
	WORK_OPTIONS,
	VARY_OPTIONS,
	{ .name = NULL },
};

const struct verb verb_plan = {
	.name = "plan",
	.arguments = "[OPTION]… [SCENARIO|DIR]…",
	.about = "Says what run would do with the same arguments, and what theory predicts.",
	.more = "Needs no privilege, starts nothing and writes nothing: -j and -o are taken, so that "
		"one word turns a run into its plan.",
	.options = options,
	.main = plan_verb,
};
