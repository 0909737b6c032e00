/* SPDX-License-Identifier: MIT */
#ifndef SCENARIO_READER_H
#define SCENARIO_READER_H

#include <stdint.h>

#include "scenario/scenario.h"
#include "scenario/yaml.h"

/* What every part of the parser carries. Private to scenario/; each function gives 0 or -EINVAL and
 * the sentence with its place. */
struct reader {
	const struct yaml *doc;
	struct scenario *s;
	struct err *err;
};

/* A scalar's text. @what names it in a refusal. */
int reader_text(struct reader *r, const struct yaml_node *node, const char *what,
		const char **text);

int reader_duration(struct reader *r, const struct yaml_node *node, const char *what, int64_t *ns);

/* Index into @words (NULL-terminated). */
int reader_word(struct reader *r, const struct yaml_node *node, const char *what,
		const char *const *words, int *index);

/* Defaults, then every key of @map that is not one of @own; @map may be NULL or a null. @who stands
 * before the option's name in a refusal. @own is also offered as a nearest word. */
int reader_options(struct reader *r, const struct yaml_node *map, const char *who,
		   const struct opt *rows, const char *const *own, struct opt_values *values);

/* The keys of the lab as it is before the timeline; size is read after traffic. */
int setting_observer(struct reader *r, const struct yaml_node *node);
int setting_traffic(struct reader *r, const struct yaml_node *node);
int setting_size(struct reader *r, const struct yaml_node *node);
int setting_ip(struct reader *r, const struct yaml_node *node);
int setting_wire(struct reader *r, const struct yaml_node *node);
int setting_link(struct reader *r, const struct yaml_node *node);
int setting_sysctl(struct reader *r, const struct yaml_node *node);

/* The keys whose values are lists of entries: methods, timeline, expect. */
int lists_methods(struct reader *r, const struct yaml_node *node);
int lists_timeline(struct reader *r, const struct yaml_node *node);
int lists_expect(struct reader *r, const struct yaml_node *node);

/* claim: the statement, its circumstance, and what it predicts of methods. */
int claim_read(struct reader *r, const struct yaml_node *node);

/* The method of @node's key, which must be one of the scenario's own; NULL: refused. */
const struct method *lists_own_method(struct reader *r, const struct yaml_node *node);

/* Every method there is, with its defaults. */
int lists_all_methods(struct reader *r);

#endif
