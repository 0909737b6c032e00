/* SPDX-License-Identifier: MIT */
#include "report/gate.h"

#include <string.h>

#include "record/member.h"

enum { INDENT = 4 };

const char *const gate_names[] = {
	[GATE_PASS] = "pass", [GATE_REGRESSED] = "regressed", [GATE_INCONCLUSIVE] = "inconclusive",
};

enum gate gate_cell(const struct compare_cell *cell)
{
	switch (cell->word) {
	case COMPARE_ONLY_A:
		return GATE_REGRESSED;
	case COMPARE_SLOWER:
	case COMPARE_CHANGED:
		return cell->worse ? GATE_REGRESSED : GATE_PASS;
	case COMPARE_UNCLEAR:
		return cell->worse ? GATE_INCONCLUSIVE : GATE_PASS;
	default:
		return GATE_PASS;
	}
}

enum gate gate_judge(const struct compare *compare)
{
	enum gate gate = GATE_PASS;

	for (int i = 0; i < compare->n && gate != GATE_REGRESSED; i++) {
		enum gate of_cell = gate_cell(&compare->cells[i]);

		if (of_cell != GATE_PASS)
			gate = of_cell;
	}
	return gate;
}

static const char *word(const struct compare_cell *cell)
{
	if (cell->word == COMPARE_ONLY_A)
		return "missing";
	if (cell->word == COMPARE_ONLY_B)
		return "new";
	return compare_words[cell->word];
}

static void put_cell(const struct compare *compare, const struct compare_cell *cell,
		     const struct style *style)
{
	static const struct {
		const char *mark;
		enum tone tone;
	} marks[] = {
		[GATE_PASS] = { "·", TONE_PLAIN },
		[GATE_REGRESSED] = { "✗", TONE_BAD },
		[GATE_INCONCLUSIVE] = { "?", TONE_WARN },
	};
	enum gate gate = gate_cell(cell);
	char text[512];

	snprintf(text, sizeof(text), "%s %s", marks[gate].mark, word(cell));
	text_put(style, marks[gate].tone, text, 0);
	fputs("  ", style->out);
	compare_name(compare, cell, text, sizeof(text));
	text_wrap(style, TONE_PLAIN, text, INDENT, false);
	if (*compare_reason(cell, text, sizeof(text)))
		text_wrap(style, TONE_DIM, text, INDENT, true);
}

/* The worst first; within that the order of the cells. */
static void put_all(const struct compare *compare, enum gate gate, const struct style *style)
{
	for (int i = 0; i < compare->n; i++) {
		const struct compare_cell *cell = &compare->cells[i];

		if (cell->word != COMPARE_SAME && gate_cell(cell) == gate)
			put_cell(compare, cell, style);
	}
}

static bool too_few(const struct compare *compare)
{
	for (int i = 0; i < compare->n; i++) {
		const struct compare_cell *cell = &compare->cells[i];

		if (gate_cell(cell) == GATE_INCONCLUSIVE && !cell->stalled)
			return true;
	}
	return false;
}

void gate_list(const struct compare *compare, const struct style *style)
{
	static const enum tone tones[] = {
		[GATE_PASS] = TONE_GOOD, [GATE_REGRESSED] = TONE_BAD, [GATE_INCONCLUSIVE] = TONE_WARN,
	};
	enum gate gate = gate_judge(compare);
	int count[GATE_INCONCLUSIVE + 1] = { 0 };

	for (int i = 0; i < compare->n; i++)
		count[gate_cell(&compare->cells[i])]++;
	put_all(compare, GATE_REGRESSED, style);
	put_all(compare, GATE_INCONCLUSIVE, style);
	put_all(compare, GATE_PASS, style);
	text_put(style, tones[gate], gate_names[gate], 0);
	fprintf(style->out, ": %d cell%s, %d regressed, %d unclear, %d the same, %d new\n", compare->n,
		compare->n == 1 ? "" : "s", count[GATE_REGRESSED], count[GATE_INCONCLUSIVE],
		compare->count[COMPARE_SAME], compare->count[COMPARE_ONLY_B]);
	if (gate == GATE_INCONCLUSIVE && too_few(compare))
		fprintf(style->out, "With -n %d or more in both, a difference could be told from "
			"chance.\n", compare_enough(compare));
}

void gate_json(const struct compare *compare, struct emit *emit)
{
	emit_object(emit);
	member_string(emit, "gate", gate_names[gate_judge(compare)]);
	emit_key(emit, "cells");
	emit_array(emit);
	compare_json(compare, emit);
	emit_newline(emit);
	emit_array_end(emit);
	emit_object_end(emit);
}
