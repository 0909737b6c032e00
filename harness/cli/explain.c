/* SPDX-License-Identifier: MIT */
/*
 * Why a method notices when it does: the steps that theory told while it computed the window
 * (theory/steps.h), one line each, in the order of time. Everything that the plan knows, and no
 * arithmetic of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cli/work.h"
#include "lab/netem_opt.h"
#include "record/member.h"
#include "theory/steps.h"

enum { TIME = 22, INDENT = 2, SHOWN_FIRST = 4, SHOWN_LAST = 2 };

/* "+58.00 s", "-2.000 s", "0": after the fault, or before it. */
static char *signed_time(int64_t ns, int digits, char *buf, size_t size)
{
	char text[48];

	if (ns == 0)
		snprintf(buf, size, "0");
	else
		snprintf(buf, size, "%s%s", ns > 0 ? "+" : "", text_time(ns, digits, text, sizeof(text)));
	return buf;
}

/* "+58.0 s .. +60.1 s", the unit once where it is the same; one time where there is no telling them
 * apart. */
static char *when(const struct step *step, char *buf, size_t size)
{
	char lo[48], hi[48], *unit;

	signed_time(step->lo_ns, 4, lo, sizeof(lo));
	signed_time(step->hi_ns, 4, hi, sizeof(hi));
	if (strcmp(lo, hi) == 0) {
		snprintf(buf, size, "%s", lo);
		return buf;
	}
	unit = strrchr(lo, ' ');
	if (unit && strrchr(hi, ' ') && strcmp(unit, strrchr(hi, ' ')) == 0)
		*unit = '\0';
	snprintf(buf, size, "%s %s %s", lo, step->every_ns ? "to" : "..", hi);
	return buf;
}

/* What the step says, its timer, and where the rule is written. */
static void sentence(const struct step *step, char *buf, size_t size)
{
	char text[64];
	int n = snprintf(buf, size, "%s", step->what);

	if (step->every_ns)
		n = snprintf(buf, size, "every %s: %s",
			     text_time(step->every_ns, 3, text, sizeof(text)), step->what);
	if (step->wait_hi_ns && n < (int)size)
		n += snprintf(buf + n, size - (size_t)n, "; timer %s",
			      step->wait_lo_ns == step->wait_hi_ns
				      ? text_time(step->wait_lo_ns, 3, text, sizeof(text))
				      : text_range(step->wait_lo_ns, step->wait_hi_ns, text, sizeof(text)));
	if (step->source && n < (int)size)
		snprintf(buf + n, size - (size_t)n, " [%s]", step->source);
}

static void put_step(const struct step *step, const struct style *style)
{
	char time[112], text[STEP_TEXT_MAX + 256];
	enum tone tone = step->ends ? TONE_GOOD : TONE_PLAIN;

	when(step, time, sizeof(time));
	sentence(step, text, sizeof(text));
	fprintf(style->out, "%s", step->ends ? "> " : "  ");
	text_put(style, tone, time, TIME);
	if (text_width(time) >= TIME)
		fprintf(style->out, "\n%*s", INDENT + TIME, "");
	text_wrap(style, tone, text, INDENT + TIME, false);
}

/* A step that only repeats the one before it has no rule of its own. */
static bool repeats(const struct step *step)
{
	return !step->source && !step->ends && step->wait_hi_ns;
}

/* Long runs of the same are cut in the middle. */
static void put_steps(const struct steps *steps, const struct style *style)
{
	for (int i = 0; i < steps->n; i++) {
		int run = 0;

		while (i + run < steps->n && repeats(&steps->step[i + run]))
			run++;
		if (run > SHOWN_FIRST + SHOWN_LAST + 1) {
			int hidden = run - SHOWN_FIRST - SHOWN_LAST;

			for (int j = 0; j < SHOWN_FIRST; j++)
				put_step(&steps->step[i + j], style);
			fprintf(style->out, "%*s… %d more like it\n", INDENT + TIME, "", hidden);
			i += SHOWN_FIRST + hidden;
		}
		put_step(&steps->step[i], style);
	}
}

static void put_verdict(const struct plan_trial *t, const struct window *w, const struct style *style)
{
	char text[512], lo[48], hi[48];

	snprintf(text, sizeof(text), "%s%s%s", t->method->name, t->options[0] ? " " : "", t->options);
	text_wrap(style, TONE_BOLD, text, 0, true);
	text_time(w->lo_ns, 4, lo, sizeof(lo));
	text_time(w->hi_ns, 4, hi, sizeof(hi));
	if (w->kind == WINDOW_SOME)
		snprintf(text, sizeof(text), "noticed %s%s%s after the fault: ", lo,
			 strcmp(lo, hi) != 0 ? " to " : "", strcmp(lo, hi) != 0 ? hi : "");
	else
		snprintf(text, sizeof(text), "%s: ", w->kind == WINDOW_NEVER ? "never noticed"
									    : "theory cannot say when");
	strncat(text, w->why, sizeof(text) - strlen(text) - 1);
	text_wrap(style, w->kind == WINDOW_SOME ? TONE_GOOD : TONE_WARN, text, INDENT, true);
}

static void put_head(const struct plan *plan, const struct plan_lab *lab, const struct style *style)
{
	const struct scenario *sc = lab->scenario;
	char name[160], text[800], options[256];
	int n;

	snprintf(name, sizeof(name), "%s%s%s", sc->family, sc->family[0] ? "/" : "", sc->name);
	text_put(style, TONE_BOLD, name, 0);
	fputc('\n', style->out);
	text_wrap(style, TONE_PLAIN, sc->about, INDENT, true);
	n = snprintf(text, sizeof(text), "The %s observes, traffic %s, %s%sIPv%d, HZ %d",
		     side_names[sc->observer], traffic_names[sc->traffic],
		     sc->wire == WIRE_SWITCH ? "" : wire_names[sc->wire],
		     sc->wire == WIRE_SWITCH ? "" : ", ", sc->ip == AF_INET6 ? 6 : 4,
		     plan->config.kernel.hz);
	if (sc->has_link && n < (int)sizeof(text))
		snprintf(text + n, sizeof(text) - (size_t)n, ", path %s",
			 opt_format(netem_rows, &sc->link, options, sizeof(options)));
	strncat(text, ".", sizeof(text) - strlen(text) - 1);
	text_wrap(style, TONE_DIM, text, INDENT, true);
	work_put_faults(lab, style);
	if (lab->no_theory[0])
		text_wrap(style, TONE_WARN, lab->no_theory, INDENT, true);
}

static void put_plan(const struct plan *plan, struct steps *steps)
{
	struct style style = cli_style();
	struct window w;

	for (int l = 0; l < plan->n_labs; l++) {
		const struct plan_lab *lab = &plan->labs[l];

		if (l)
			fputc('\n', style.out);
		put_head(plan, lab, &style);
		for (int i = 0; i < lab->n_trials; i++) {
			plan_explain(plan, lab, &lab->trials[i], steps, &w);
			fputc('\n', style.out);
			put_verdict(&lab->trials[i], &w, &style);
			put_steps(steps, &style);
		}
	}
}

static void json_step(const struct step *step, struct emit *emit)
{
	const struct {
		const char *key;
		int64_t value;
	} numbers[] = {
		{ "lo_ns", step->lo_ns },		{ "hi_ns", step->hi_ns },
		{ "timer_lo_ns", step->wait_lo_ns }, { "timer_hi_ns", step->wait_hi_ns },
		{ "every_ns", step->every_ns },
	};

	emit_object(emit);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (i > 1 && !numbers[i].value)
			continue;
		member_int(emit, numbers[i].key, numbers[i].value);
	}
	member_string(emit, "what", step->what);
	member_text(emit, "source", step->source);
	member_bool(emit, "ends", step->ends);
	emit_object_end(emit);
}

static void json_trial(const struct plan *plan, const struct plan_lab *lab,
		       const struct plan_trial *t, struct steps *steps, struct emit *emit)
{
	struct window w;

	plan_explain(plan, lab, t, steps, &w);
	emit_next_line(emit);
	emit_object(emit);
	member_string(emit, "scenario", lab->scenario->name);
	member_string(emit, "method", t->method->name);
	member_string(emit, "options", t->options);
	member_int(emit, "hz", plan->config.kernel.hz);
	work_json_window(&w, emit);
	member_string(emit, "why", w.why);
	emit_key(emit, "steps");
	emit_array(emit);
	for (int i = 0; i < steps->n; i++)
		json_step(&steps->step[i], emit);
	emit_array_end(emit);
	emit_object_end(emit);
}

static int json_plan(const struct plan *plan, struct steps *steps)
{
	struct emit emit = EMIT_INIT;

	emit_array(&emit);
	for (int l = 0; l < plan->n_labs; l++) {
		for (int i = 0; i < plan->labs[l].n_trials; i++)
			json_trial(plan, &plan->labs[l], &plan->labs[l].trials[i], steps, &emit);
	}
	emit_newline(&emit);
	emit_array_end(&emit);
	return cli_put_json(&emit, CLI_PASS);
}

static int explain_verb(const struct given *args)
{
	struct steps *steps;
	struct work work;
	int status;

	if (!args->n_rest)
		return cli_failf(CLI_USAGE, "explain: name a scenario");
	steps = malloc(sizeof(*steps));
	if (!steps)
		return cli_failf(CLI_INTERNAL, "not enough memory");
	status = work_plan(args, false, &work);
	if (!status && given_has(args, "json"))
		status = json_plan(&work.plan, steps);
	else if (!status)
		put_plan(&work.plan, steps);
	work_free(&work);
	free(steps);
	return status;
}

static const struct given_row options[] = {
	{ "method", "METHOD[:opt=val,…]",
	  "explain this method instead of the scenario's own; may be repeated", 'm', true },
	{ "hz", "N", "the kernel's HZ, 100 to 1000 (default: that of the kernel which would run it)",
	  0, false },
	{ "json", NULL, "as a JSON array of objects with steps", 0, false },
	{ .name = NULL },
};

const struct verb verb_explain = {
	.name = "explain",
	.arguments = "[OPTION]… SCENARIO|DIR…",
	.about = "Says which probe, retransmission or beat is due when, and which of them ends it.",
	.more = "Times count from the fault: earliest .. latest where the phase of the kernel's timer "
		"wheel cannot be known. What ends it is marked with >, and is what plan predicts; the "
		"source of each rule stands in brackets. Needs no privilege and starts nothing.",
	.options = options,
	.main = explain_verb,
};
