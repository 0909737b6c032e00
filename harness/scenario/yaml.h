/* SPDX-License-Identifier: MIT */
#ifndef SCENARIO_YAML_H
#define SCENARIO_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "netns/err.h"

/* A YAML document as a tree in which every node knows where it stands. Private to scenario/. */

enum {
	YAML_DEPTH_MAX = 8, /* a scenario needs 4 */
	YAML_NODES_MAX = 8192,
};

enum yaml_type { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_type type;
	int line, column;		/* from 1; columns are characters */
	bool plain;			/* scalar: written without quotes */
	char *text;			/* scalar: its text; "" for a value left out */
	struct yaml_node *key;		/* in a mapping: the scalar that names this value */
	struct yaml_node *first, *last; /* list, mapping: the values */
	struct yaml_node *next;
	struct yaml_node *older; /* every node made, for freeing */
};

struct yaml {
	const char *path;
	struct yaml_node *root; /* a mapping, a list or a scalar; never NULL */
	struct yaml_node *newest;
	int n_nodes;
};

/* @size bytes of UTF-8 to a tree. 0; or -EINVAL, "path:line:column: what; remedy", and nothing to
 * free. Keeps @path. */
int yaml_parse(const char *path, const char *bytes, size_t size, struct yaml *doc, struct err *err);
void yaml_free(struct yaml *doc);

/* -EINVAL and "path:line:column: " before the sentence. @at NULL: the document's start. */
int yaml_refuse(const struct yaml *doc, const struct yaml_node *at, struct err *err,
		const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* -EINVAL when some sentence in *err has already been written: puts the place before it. */
int yaml_refuse_with(const struct yaml *doc, const struct yaml_node *at, struct err *err);

/* -EINVAL and "text: wrong; did you mean …?", or all @words (NULL-terminated) if none is near. */
int yaml_refuse_word(const struct yaml *doc, const struct yaml_node *at, const char *wrong,
		     const char *text, const char *const *words, struct err *err);

/* The value of a mapping's key, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* True for a value left out, or written `null` or `~`. */
bool yaml_is_null(const struct yaml_node *node);

/* -EINVAL unless the node is of the type; @what names it: "methods", "an entry of the timeline". */
int yaml_expect(const struct yaml *doc, const struct yaml_node *node, enum yaml_type type,
		const char *what, struct err *err);

/* -EINVAL at the first key that is not one of @words (NULL-terminated). */
int yaml_only_keys(const struct yaml *doc, const struct yaml_node *map, const char *const *words,
		   struct err *err);

/* Line and column of byte @offset, counted in characters. */
void yaml_place(const char *bytes, size_t offset, int *line, int *column);

/* Refuses what cannot be YAML text: NUL and other control bytes, invalid UTF-8, nothing at all. */
int yaml_check_bytes(const char *path, const char *bytes, size_t size, struct err *err);

#endif
