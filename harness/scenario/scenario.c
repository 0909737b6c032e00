/* SPDX-License-Identifier: MIT */
/*
 * One file to one struct scenario.
 *
 * The keys are read in the order of the table below, not of the file, because later ones are
 * checked against earlier ones: a fault against observer and traffic, expect against methods. Every
 * value is checked here, so that a scenario which parses can be planned and run.
 */
#include "scenario/scenario.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/shown.h"
#include "scenario/reader.h"

/* The file's name without folder and ending; it is what results are filed under. */
static void base_name(const char *path, char *buf, size_t size)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	size_t len = dot ? (size_t)(dot - base) : strlen(base);

	if (len >= size)
		len = size - 1;
	memcpy(buf, base, len);
	buf[len] = '\0';
}

static void folder_name(const char *path, char *buf, size_t size)
{
	const char *end = strrchr(path, '/'), *begin = end;
	size_t len;

	buf[0] = '\0';
	if (!end)
		return;
	while (begin > path && begin[-1] != '/')
		begin--;
	len = (size_t)(end - begin);
	if (len >= size || !strncmp(begin, ".", len) || !strncmp(begin, "..", len))
		return;
	memcpy(buf, begin, len);
	buf[len] = '\0';
}

static int read_name(struct reader *r, const struct yaml_node *node)
{
	char base[SCENARIO_NAME_MAX + 1], see[SHOWN_SIZE];
	const char *text = "";
	int ret = reader_text(r, node, "name", &text);

	if (ret)
		return ret;
	if (strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(text) || text[0] == '-')
		return yaml_refuse(
			r->doc, node, r->err,
			"name: '%s' holds other signs than a-z, 0-9 and -; write a name such as "
			"cable-pull-far",
			shown(text, see));
	if (strlen(text) >= SCENARIO_NAME_MAX)
		return yaml_refuse(r->doc, node, r->err, "name: longer than %d signs; shorten it",
				   SCENARIO_NAME_MAX - 1);
	base_name(r->s->path, base, sizeof(base));
	if (strcmp(base, text) != 0) {
		char see_base[SHOWN_SIZE];

		return yaml_refuse(
			r->doc, node, r->err,
			"name: '%s' is not the file's name; write name: %s, or rename the file",
			shown(text, see), shown(base, see_base));
	}
	snprintf(r->s->name, sizeof(r->s->name), "%s", text);
	return 0;
}

static int read_about(struct reader *r, const struct yaml_node *node)
{
	const char *text = "";
	int ret = reader_text(r, node, "about", &text);
	size_t len;

	if (ret)
		return ret;
	len = strlen(text);
	while (len && text[len - 1] == '\n')
		len--;
	if (len >= SCENARIO_ABOUT_MAX)
		return yaml_refuse(r->doc, node, r->err,
				   "about: longer than %d bytes; put the rest into a comment",
				   SCENARIO_ABOUT_MAX - 1);
	memcpy(r->s->about, text, len);
	for (size_t i = 0; i < len; i++)
		if (r->s->about[i] == '\n' || r->s->about[i] == '\t')
			r->s->about[i] = ' ';
	return 0;
}

static int read_positive(struct reader *r, const struct yaml_node *node, const char *what,
			 int64_t *ns)
{
	int ret = reader_duration(r, node, what, ns);

	if (!ret && *ns == 0)
		return yaml_refuse(r->doc, node, r->err,
				   "%s: 0s is no time at all; write 1ms or more", what);
	return ret;
}

static int read_horizon(struct reader *r, const struct yaml_node *node)
{
	return read_positive(r, node, "horizon", &r->s->horizon_ns);
}

static int read_spread(struct reader *r, const struct yaml_node *node)
{
	return read_positive(r, node, "spread", &r->s->spread_ns);
}

struct key {
	const char *name;
	int (*read)(struct reader *r, const struct yaml_node *node);
	int (*absent)(struct reader *r);
	const char *remedy; /* NULL: may be left out */
};

static const struct key keys[] = {
	{"name", read_name, NULL, "write name: and the file's name without its ending"},
	{"about", read_about, NULL, NULL},
	{"observer", setting_observer, NULL, NULL},
	{"traffic", setting_traffic, NULL, NULL},
	{"size", setting_size, NULL, NULL},
	{"ip", setting_ip, NULL, NULL},
	{"wire", setting_wire, NULL, NULL},
	{"link", setting_link, NULL, NULL},
	{"sysctl", setting_sysctl, NULL, NULL},
	{"methods", lists_methods, lists_all_methods, NULL},
	{"timeline", lists_timeline, NULL, "write timeline: and a list of - {at: 2s, fault: …}"},
	{"horizon", read_horizon, NULL,
	 "write horizon: and how long after the fault to wait, such as 8s"},
	{"spread", read_spread, NULL, NULL},
	{"expect", lists_expect, NULL, NULL},
	{"claim", claim_read, NULL, NULL},
};

enum { N_KEYS = sizeof(keys) / sizeof(*keys) };

static int read_all(struct reader *r)
{
	const char *names[N_KEYS + 1];
	int ret = yaml_expect(r->doc, r->doc->root, YAML_MAP, "a scenario", r->err);

	if (ret)
		return ret;
	for (int i = 0; i < N_KEYS; i++)
		names[i] = keys[i].name;
	names[N_KEYS] = NULL;
	ret = yaml_only_keys(r->doc, r->doc->root, names, r->err);
	for (int i = 0; i < N_KEYS && !ret; i++) {
		const struct yaml_node *node = yaml_get(r->doc->root, keys[i].name);

		if (node)
			ret = keys[i].read(r, node);
		else if (keys[i].absent)
			ret = keys[i].absent(r);
		else if (keys[i].remedy)
			ret = yaml_refuse(r->doc, NULL, r->err, "%s is missing; %s", keys[i].name,
					  keys[i].remedy);
	}
	return ret;
}

int scenario_parse(const char *path, const char *bytes, size_t size, struct scenario *out,
		   struct err *err)
{
	struct yaml doc;
	struct reader r = {.doc = &doc, .s = out, .err = err};
	int ret;

	memset(out, 0, sizeof(*out));
	out->ip = AF_INET;
	out->message_size = 1;
	if (strlen(path) >= sizeof(out->path)) {
		char see[SHOWN_SIZE];

		return err_set(err, EINVAL,
			       "%s:1:1: the path is longer than %zu bytes; use a shorter one",
			       shown(path, see), sizeof(out->path) - 1);
	}
	if (size > SCENARIO_FILE_MAX)
		return err_set(
			err, EINVAL,
			"%s:1:1: the file has %zu bytes; a scenario has at most %d, split it", path,
			size, SCENARIO_FILE_MAX);
	snprintf(out->path, sizeof(out->path), "%s", path);
	folder_name(path, out->family, sizeof(out->family));
	ret = yaml_parse(out->path, bytes, size, &doc, err);
	if (ret)
		return ret;
	ret = read_all(&r);
	yaml_free(&doc);
	return ret;
}
