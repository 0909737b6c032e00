/* SPDX-License-Identifier: MIT */
#include "lab/netem_opt.h"
#include "scenario/scenario.h"

int scenario_link(struct scenario *s, const char *link, char *text, size_t size, struct err *err)
{
	struct opt_values alone, both;
	int ret;

	opt_defaults(netem_rows, &alone);
	both = s->has_link ? s->link : alone;
	ret = opt_set_list(netem_rows, &alone, link, err);
	if (!ret)
		ret = opt_set_list(netem_rows, &both, link, err);
	if (!ret)
		ret = netem_opt_check(&both, err);
	if (ret)
		return err_prefix(err, ret, "%s", link);
	opt_format(netem_rows, &alone, text, size);
	s->link = both;
	s->has_link = true;
	return 0;
}
