/* SPDX-License-Identifier: MIT */
#include "lab/netem_opt.h"

#include <errno.h>
#include <string.h>

const struct opt netem_rows[] = {NETEM_OPT_ROWS, {.name = NULL}};

/* What is without meaning unless something else is above zero (tc-netem(8)). */
static const struct {
	enum netem_opt opt, needs;
} needs[] = {
	{NETEM_JITTER, NETEM_DELAY},
	{NETEM_DELAY_CORR, NETEM_JITTER},
	{NETEM_LOSS_CORR, NETEM_LOSS},
	{NETEM_DUPLICATE_CORR, NETEM_DUPLICATE},
	{NETEM_REORDER, NETEM_DELAY},
	{NETEM_REORDER_CORR, NETEM_REORDER},
	{NETEM_GAP, NETEM_REORDER},
	{NETEM_CORRUPT_CORR, NETEM_CORRUPT},
};

static int64_t value(const struct opt_values *opt, enum netem_opt i)
{
	return opt->v[i] == OPT_UNSET ? 0 : opt->v[i];
}

int netem_opt_check(const struct opt_values *opt, struct err *err)
{
	bool any = false;

	for (int i = 0; i < NETEM_OPT_COUNT; i++)
		any |= value(opt, (enum netem_opt)i) != 0;
	if (!any)
		return err_set(err, EINVAL,
			       "netem without any parameter changes nothing; give it one, e.g. "
			       "delay: 10ms or loss: 1%%");
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (!value(opt, needs[i].opt) || value(opt, needs[i].needs))
			continue;
		return err_set(err, EINVAL, "%s does nothing without %s; add %s or remove %s",
			       netem_rows[needs[i].opt].name, netem_rows[needs[i].needs].name,
			       netem_rows[needs[i].needs].name, netem_rows[needs[i].opt].name);
	}
	return 0;
}

void netem_from_opt(const struct opt_values *opt, uint64_t seed, struct netem *netem)
{
	memset(netem, 0, sizeof(*netem));
	netem->delay_ns = value(opt, NETEM_DELAY);
	netem->jitter_ns = value(opt, NETEM_JITTER);
	netem->delay_corr_ppm = value(opt, NETEM_DELAY_CORR);
	netem->loss_ppm = value(opt, NETEM_LOSS);
	netem->loss_corr_ppm = value(opt, NETEM_LOSS_CORR);
	netem->duplicate_ppm = value(opt, NETEM_DUPLICATE);
	netem->duplicate_corr_ppm = value(opt, NETEM_DUPLICATE_CORR);
	netem->reorder_ppm = value(opt, NETEM_REORDER);
	netem->reorder_corr_ppm = value(opt, NETEM_REORDER_CORR);
	netem->gap = value(opt, NETEM_GAP);
	netem->corrupt_ppm = value(opt, NETEM_CORRUPT);
	netem->corrupt_corr_ppm = value(opt, NETEM_CORRUPT_CORR);
	netem->rate_bps = value(opt, NETEM_RATE);
	netem->limit = value(opt, NETEM_LIMIT);
	netem->seed = seed;
	netem->has_seed = true;
}

struct impairment impairment_from_opt(const struct opt_values *opt)
{
	return (struct impairment){
		.delay_ns = value(opt, NETEM_DELAY),
		.jitter_ns = value(opt, NETEM_JITTER),
		.loss_ppm = value(opt, NETEM_LOSS),
		.duplicate_ppm = value(opt, NETEM_DUPLICATE),
		.reorder_ppm = value(opt, NETEM_REORDER),
		.corrupt_ppm = value(opt, NETEM_CORRUPT),
		.rate_bps = value(opt, NETEM_RATE),
	};
}
