/* SPDX-License-Identifier: MIT */
/*
 * YAML text to a tree of our own, in which every node knows its line and column.
 *
 * Why libfyaml and not libcyaml: most refusals are ours, not the parser's ("this fault cannot be
 * undone"), and they must name a place too. libcyaml maps YAML onto C structs by a schema; it
 * reports a line only for its own schema errors, and keeps no mark in the loaded data. libfyaml
 * gives a mark with every event, and collects its own diagnostics with line and column.
 *
 * Events are used rather than libfyaml's documents because a tree built here can bound what a
 * file may ask for while it is read: depth, number of nodes, one document, and neither anchors nor
 * aliases nor tags, so that no text can unfold into more than it is.
 */
#include "scenario/yaml.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/opt.h"
#include "base/shown.h"

struct builder {
	struct yaml *doc;
	struct err *err;
	int depth, documents;
	struct yaml_node *open[YAML_DEPTH_MAX];
	struct yaml_node *key[YAML_DEPTH_MAX]; /* read, and waiting for its value */
	struct yaml_node here;		       /* place of the event at hand */
};

static struct yaml_node *node_new(struct builder *b, enum yaml_type type)
{
	struct yaml_node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->type = type;
	node->line = b->here.line;
	node->column = b->here.column;
	node->older = b->doc->newest;
	b->doc->newest = node;
	b->doc->n_nodes++;
	return node;
}

static int take_key(struct builder *b, struct yaml_node *node)
{
	struct yaml_node *map = b->open[b->depth - 1];
	char see[SHOWN_SIZE];

	if (node->type != YAML_SCALAR)
		return yaml_refuse(b->doc, node, b->err,
				   "a key must be one word; write key: value");
	for (struct yaml_node *other = map->first; other; other = other->next)
		if (!strcmp(other->key->text, node->text))
			return yaml_refuse(
				b->doc, node, b->err,
				"%s: stands twice, first in line %d; delete one of the two",
				shown(node->text, see), other->key->line);
	b->key[b->depth - 1] = node;
	return 0;
}

static int attach(struct builder *b, struct yaml_node *node)
{
	struct yaml_node *in;

	if (!node)
		return err_set(b->err, ENOMEM, "%s: out of memory", b->doc->path);
	if (b->doc->n_nodes > YAML_NODES_MAX)
		return yaml_refuse(b->doc, node, b->err,
				   "more than %d values; a scenario is shorter, split it",
				   YAML_NODES_MAX);
	if (!b->depth) {
		b->doc->root = node;
		return 0;
	}
	in = b->open[b->depth - 1];
	if (in->type == YAML_MAP && !b->key[b->depth - 1])
		return take_key(b, node);
	node->key = b->key[b->depth - 1];
	b->key[b->depth - 1] = NULL;
	if (in->last)
		in->last->next = node;
	else
		in->first = node;
	in->last = node;
	return 0;
}

/* libfyaml's marks of quoted texts, anchors and aliases stand behind the quote, the & and the *. */
static void go_to(struct builder *b, const struct fy_mark *mark, int back)
{
	if (!mark)
		return; /* a value left out has no mark: its key's place is kept */
	b->here.line = mark->line + 1;
	b->here.column = mark->column + 1 - back;
}

static int refuse_extras(struct builder *b, struct fy_token *anchor, struct fy_token *tag)
{
	if (anchor) {
		go_to(b, fy_token_start_mark(anchor), 1);
		return yaml_refuse(b->doc, &b->here, b->err,
				   "anchors (&name) are not used here; write each value out");
	}
	if (tag) {
		go_to(b, fy_token_start_mark(tag), 0);
		return yaml_refuse(b->doc, &b->here, b->err,
				   "tags (!type) are not used here; leave the tag out");
	}
	return 0;
}

static int add_scalar(struct builder *b, const struct fy_event *ev)
{
	struct yaml_node *node;
	size_t len = 0;
	const char *text;
	int ret = refuse_extras(b, ev->scalar.anchor, ev->scalar.tag);

	if (ret)
		return ret;
	text = ev->scalar.value ? fy_token_get_text(ev->scalar.value, &len) : NULL;
	if (text && memchr(text, '\0', len))
		return yaml_refuse(b->doc, &b->here, b->err,
				   "the text holds a NUL; delete the \\0");
	node = node_new(b, YAML_SCALAR);
	if (node) {
		node->plain =
			ev->scalar.value && fy_token_scalar_style(ev->scalar.value) == FYSS_PLAIN;
		node->text = strndup(text ? text : "", text ? len : 0);
		if (!node->text)
			return err_set(b->err, ENOMEM, "%s: out of memory", b->doc->path);
	}
	return attach(b, node);
}

static int add_open(struct builder *b, enum yaml_type type, struct fy_token *anchor,
		    struct fy_token *tag)
{
	struct yaml_node *node;
	int ret = refuse_extras(b, anchor, tag);

	if (ret)
		return ret;
	if (b->depth == YAML_DEPTH_MAX)
		return yaml_refuse(b->doc, &b->here, b->err,
				   "nested more than %d deep; a scenario needs 4 levels",
				   YAML_DEPTH_MAX);
	node = node_new(b, type);
	ret = attach(b, node);
	if (ret)
		return ret;
	b->open[b->depth] = node;
	b->key[b->depth] = NULL;
	b->depth++;
	return 0;
}

static bool is_quoted(const struct fy_event *ev)
{
	enum fy_scalar_style style = FYSS_PLAIN;

	if (ev->type == FYET_SCALAR && ev->scalar.value)
		style = fy_token_scalar_style(ev->scalar.value);
	return style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
}

static int take_event(struct builder *b, struct fy_event *ev)
{
	go_to(b, fy_event_start_mark(ev), ev->type == FYET_ALIAS || is_quoted(ev));
	switch (ev->type) {
	case FYET_DOCUMENT_START:
		if (b->documents++)
			return yaml_refuse(
				b->doc, &b->here, b->err,
				"a second document; a file holds one scenario, move the other "
				"into a file of its own");
		return 0;
	case FYET_SCALAR:
		return add_scalar(b, ev);
	case FYET_MAPPING_START:
		return add_open(b, YAML_MAP, ev->mapping_start.anchor, ev->mapping_start.tag);
	case FYET_SEQUENCE_START:
		return add_open(b, YAML_LIST, ev->sequence_start.anchor, ev->sequence_start.tag);
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		b->depth--;
		return 0;
	case FYET_ALIAS:
		return yaml_refuse(b->doc, &b->here, b->err,
				   "aliases (*name) are not used here; write the value out");
	default:
		return 0;
	}
}

/* What libfyaml itself objects to. */
static int refuse_syntax(struct builder *b, struct fy_diag *diag)
{
	void *iter = NULL;
	const struct fy_diag_error *e = fy_diag_errors_iterate(diag, &iter);
	char see[SHOWN_SIZE + 64];

	if (!e || !e->msg)
		return yaml_refuse(b->doc, &b->here, b->err,
				   "not YAML; indent with spaces, and put texts into quotes");
	if (e->line >= 0) {
		b->here.line = e->line;
		b->here.column = e->column;
	}
	snprintf(see, sizeof(see), "%s", e->msg);
	return yaml_refuse(b->doc, &b->here, b->err,
			   "not YAML: %s; indent with spaces, close quotes and brackets", see);
}

static int build(struct builder *b, const char *bytes, size_t size, struct fy_diag *diag)
{
	struct fy_parse_cfg cfg = {
		.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 |
			 FYPCF_JSON_NONE,
		.diag = diag,
	};
	struct fy_parser *parser = fy_parser_create(&cfg);
	struct fy_event *ev;
	int ret = 0;

	if (!parser)
		return err_set(b->err, ENOMEM, "%s: cannot make a YAML parser", b->doc->path);
	if (fy_parser_set_string(parser, bytes, size))
		ret = err_set(b->err, ENOMEM, "%s: cannot start the YAML parser", b->doc->path);
	while (!ret && (ev = fy_parser_parse(parser)) != NULL) {
		ret = take_event(b, ev);
		fy_parser_event_free(parser, ev);
	}
	if (!ret && fy_parser_get_stream_error(parser))
		ret = refuse_syntax(b, diag);
	fy_parser_destroy(parser);
	return ret;
}

int yaml_parse(const char *path, const char *bytes, size_t size, struct yaml *doc, struct err *err)
{
	struct builder b = {.doc = doc, .err = err, .here = {.line = 1, .column = 1}};
	struct fy_diag_cfg cfg;
	struct fy_diag *diag;
	int ret;

	memset(doc, 0, sizeof(*doc));
	doc->path = path;
	ret = yaml_check_bytes(path, bytes, size, err);
	if (ret)
		return ret;
	fy_diag_cfg_default(&cfg);
	cfg.fp = NULL;
	cfg.colorize = false;
	diag = fy_diag_create(&cfg);
	if (!diag)
		return err_set(err, ENOMEM, "%s: cannot make a YAML parser", path);
	fy_diag_set_collect_errors(diag, true);
	ret = build(&b, bytes, size, diag);
	fy_diag_destroy(diag);
	if (!ret && !doc->root)
		ret = yaml_refuse(doc, NULL, err,
				  "nothing but comments; write a scenario that begins with name:");
	if (ret)
		yaml_free(doc);
	return ret;
}

void yaml_free(struct yaml *doc)
{
	struct yaml_node *node = doc->newest;

	while (node) {
		struct yaml_node *older = node->older;

		free(node->text);
		free(node);
		node = older;
	}
	doc->newest = doc->root = NULL;
}
