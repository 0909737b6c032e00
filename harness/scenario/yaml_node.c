/* SPDX-License-Identifier: MIT */
/* Questions to a tree, and refusals that say where. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/opt.h"
#include "base/shown.h"
#include "scenario/yaml.h"

int yaml_refuse(const struct yaml *doc, const struct yaml_node *at, struct err *err,
		const char *fmt, ...)
{
	struct err sentence;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence.text, sizeof(sentence.text), fmt, ap);
	va_end(ap);
	for (char *c = sentence.text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	err_set(err, EINVAL, "%s", sentence.text);
	return yaml_refuse_with(doc, at, err);
}

int yaml_refuse_with(const struct yaml *doc, const struct yaml_node *at, struct err *err)
{
	return err_prefix(err, -EINVAL, "%s:%d:%d", doc->path, at ? at->line : 1,
			  at ? at->column : 1);
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	for (const struct yaml_node *node = map->first; node; node = node->next)
		if (!strcmp(node->key->text, key))
			return node;
	return NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
	return node->type == YAML_SCALAR && (node->plain || !node->text[0]) &&
	       (!node->text[0] || !strcmp(node->text, "~") || !strcmp(node->text, "null"));
}

int yaml_expect(const struct yaml *doc, const struct yaml_node *node, enum yaml_type type,
		const char *what, struct err *err)
{
	static const char *const wanted[] = {
		[YAML_SCALAR] = "one value; write it after the colon",
		[YAML_LIST] = "a list; write each entry on a line that begins with -",
		[YAML_MAP] = "a mapping; write {key: value}",
	};

	if (node->type == type)
		return 0;
	return yaml_refuse(doc, node, err, "%s must be %s", what, wanted[type]);
}

int yaml_refuse_word(const struct yaml *doc, const struct yaml_node *at, const char *wrong,
		     const char *text, const char *const *words, struct err *err)
{
	const char *near = opt_nearest(text, words);
	char see[SHOWN_SIZE], list[300] = "";

	shown(text, see);
	if (near)
		return yaml_refuse(doc, at, err, "%s: %s; did you mean %s?", see, wrong, near);
	for (; *words; words++) {
		size_t n = strlen(list);

		snprintf(list + n, sizeof(list) - n, "%s%s", n ? ", " : "", *words);
	}
	return yaml_refuse(doc, at, err, "%s: %s; write one of %s", see, wrong, list);
}

int yaml_only_keys(const struct yaml *doc, const struct yaml_node *map, const char *const *words,
		   struct err *err)
{
	for (const struct yaml_node *node = map->first; node; node = node->next) {
		const char *const *word = words;

		while (*word && strcmp(*word, node->key->text) != 0)
			word++;
		if (!*word)
			return yaml_refuse_word(doc, node->key, "unknown key", node->key->text,
						words, err);
	}
	return 0;
}
