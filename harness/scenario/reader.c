/* SPDX-License-Identifier: MIT */
/* From nodes to values, with the place of the node in every refusal. */
#include "scenario/reader.h"

#include <errno.h>
#include <string.h>

#include "base/shown.h"

int reader_text(struct reader *r, const struct yaml_node *node, const char *what, const char **text)
{
	int ret = yaml_expect(r->doc, node, YAML_SCALAR, what, r->err);

	if (ret)
		return ret;
	if (yaml_is_null(node))
		return yaml_refuse(r->doc, node, r->err,
				   "%s has no value; write one after the colon", what);
	*text = node->text;
	return 0;
}

int reader_duration(struct reader *r, const struct yaml_node *node, const char *what, int64_t *ns)
{
	const char *text = "";
	int ret = reader_text(r, node, what, &text);

	if (ret)
		return ret;
	ret = opt_parse_duration(text, ns, r->err);
	if (!ret)
		return 0;
	err_prefix(r->err, ret, "%s", what);
	return yaml_refuse_with(r->doc, node, r->err);
}

int reader_word(struct reader *r, const struct yaml_node *node, const char *what,
		const char *const *words, int *index)
{
	struct opt row = {.name = what, .type = OPT_WORD, .words = words};
	int64_t value;
	const char *text = "";
	int ret = reader_text(r, node, what, &text);

	if (ret)
		return ret;
	ret = opt_parse_value(&row, text, &value, r->err);
	if (!ret) {
		*index = (int)value;
		return 0;
	}
	err_prefix(r->err, ret, "%s", what);
	return yaml_refuse_with(r->doc, node, r->err);
}

static bool one_of(const char *text, const char *const *words)
{
	for (; words && *words; words++)
		if (!strcmp(*words, text))
			return true;
	return false;
}

/* A misspelt `at` is no option of the fault: the nearest word is sought among both. */
static int refuse_key(struct reader *r, const struct yaml_node *key, const char *who,
		      const struct opt *rows, const char *const *own)
{
	const char *words[OPT_MAX + 8];
	struct opt_values unused;
	const char *near;
	int n = 0;

	for (; own && own[n]; n++)
		words[n] = own[n];
	for (int i = 0; rows[i].name; i++)
		words[n++] = rows[i].name;
	words[n] = NULL;
	near = opt_nearest(key->text, words);
	if (near && own) {
		char see[SHOWN_SIZE];

		return yaml_refuse(r->doc, key, r->err, "%s: %s: unknown option; did you mean %s?",
				   who, shown(key->text, see), near);
	}
	opt_set(rows, &unused, key->text, "", r->err);
	err_prefix(r->err, -EINVAL, "%s", who);
	return yaml_refuse_with(r->doc, key, r->err);
}

static bool has_row(const struct opt *rows, const char *name)
{
	for (; rows->name; rows++)
		if (!strcmp(rows->name, name))
			return true;
	return false;
}

int reader_options(struct reader *r, const struct yaml_node *map, const char *who,
		   const struct opt *rows, const char *const *own, struct opt_values *values)
{
	int ret;

	opt_defaults(rows, values);
	if (!map || yaml_is_null(map))
		return 0;
	ret = yaml_expect(r->doc, map, YAML_MAP, who, r->err);
	if (ret)
		return ret;
	for (const struct yaml_node *node = map->first; node; node = node->next) {
		const char *text = "";

		if (one_of(node->key->text, own))
			continue;
		if (!has_row(rows, node->key->text))
			return refuse_key(r, node->key, who, rows, own);
		ret = reader_text(r, node, node->key->text, &text);
		if (ret)
			return ret;
		if (opt_set(rows, values, node->key->text, text, r->err)) {
			err_prefix(r->err, -EINVAL, "%s", who);
			return yaml_refuse_with(r->doc, node, r->err);
		}
	}
	return 0;
}
