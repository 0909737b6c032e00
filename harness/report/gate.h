/* SPDX-License-Identifier: MIT */
#ifndef REPORT_GATE_H
#define REPORT_GATE_H

#include "report/compare.h"

/*
 * Whether a result may pass, against a baseline: A of the comparison is the baseline. Regressed: a
 * cell is gone, slower, or changed for the worse. Inconclusive: none is, but one looks so and has
 * too few trials to tell, or the machine was too late itself. New cells, and changes for the
 * better, are told and pass.
 */
enum gate { GATE_PASS, GATE_REGRESSED, GATE_INCONCLUSIVE };

extern const char *const gate_names[];

enum gate gate_judge(const struct compare *compare);

/* Of one cell. */
enum gate gate_cell(const struct compare_cell *cell);

/* Everything that is not the same, in words, and how many cells there are of each kind. */
void gate_list(const struct compare *compare, const struct style *style);

/* {"gate":"regressed","cells":[…]}, the cells as in compare_json(). */
void gate_json(const struct compare *compare, struct emit *emit);

#endif
