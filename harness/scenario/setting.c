/* SPDX-License-Identifier: MIT */
/* The keys that say what the lab is before anything happens to it: who watches, over which wire,
 * with what traffic and which sysctls. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/shown.h"
#include "lab/netem_opt.h"
#include "scenario/reader.h"

int setting_observer(struct reader *r, const struct yaml_node *node)
{
	int i, ret = reader_word(r, node, "observer", side_names, &i);

	if (!ret)
		r->s->observer = (enum side)i;
	return ret;
}

int setting_traffic(struct reader *r, const struct yaml_node *node)
{
	int i, ret = reader_word(r, node, "traffic", traffic_names, &i);

	if (ret)
		return ret;
	r->s->traffic = (enum traffic)i;
	if (r->s->traffic == TRAFFIC_CONNECTING && r->s->observer != SIDE_CLIENT)
		return yaml_refuse(r->doc, node, r->err,
				   "traffic: connecting is observed by who connects; write observer: client");
	return 0;
}

int setting_size(struct reader *r, const struct yaml_node *node)
{
	static const struct opt row = {.name = "size", .type = OPT_BYTES, .min = 1,
				       .max = TRAFFIC_SIZE_MAX};
	const char *text = "";
	int64_t size;
	int ret = reader_text(r, node, "size", &text);

	if (ret)
		return ret;
	ret = opt_parse_value(&row, text, &size, r->err);
	if (ret) {
		err_prefix(r->err, ret, "size");
		return yaml_refuse_with(r->doc, node, r->err);
	}
	if (size > 1 && !situation_has_messages(r->s->traffic))
		return yaml_refuse(r->doc, node, r->err,
				   "size: traffic: %s has no messages of a size; remove it, or write "
				   "traffic: sending",
				   traffic_names[r->s->traffic]);
	r->s->message_size = (int)size;
	return 0;
}

int setting_ip(struct reader *r, const struct yaml_node *node)
{
	static const char *const versions[] = {"4", "6", NULL};
	int i, ret = reader_word(r, node, "ip", versions, &i);

	if (!ret)
		r->s->ip = i ? AF_INET6 : AF_INET;
	return ret;
}

int setting_wire(struct reader *r, const struct yaml_node *node)
{
	int i, ret = reader_word(r, node, "wire", wire_names, &i);

	if (!ret)
		r->s->wire = (enum wire)i;
	return ret;
}

int setting_link(struct reader *r, const struct yaml_node *node)
{
	int ret = yaml_expect(r->doc, node, YAML_MAP, "link", r->err);

	if (!ret && !node->first)
		return yaml_refuse(r->doc, node, r->err,
				   "link is empty; write {delay: 10ms}, or leave the key out");
	if (!ret)
		ret = reader_options(r, node, "link", netem_rows, NULL, &r->s->link);
	if (ret)
		return ret;
	if (netem_opt_check(&r->s->link, r->err)) {
		err_prefix(r->err, -1, "link");
		return yaml_refuse_with(r->doc, node, r->err);
	}
	r->s->has_link = true;
	return 0;
}

/* Names with a path of their own in /proc/sys/net, and nothing that could leave it. */
static bool sysctl_name_ok(const char *name)
{
	if (strncmp(name, "net.", 4) != 0 || strstr(name, "..") || name[strlen(name) - 1] == '.')
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
	       strlen(name);
}

int setting_sysctl(struct reader *r, const struct yaml_node *node)
{
	int ret = yaml_expect(r->doc, node, YAML_MAP, "sysctl", r->err);
	char see[SHOWN_SIZE];

	for (node = node->first; node && !ret; node = node->next) {
		struct lab_sysctl *to = &r->s->sysctl[r->s->n_sysctl];
		const char *name = node->key->text, *value = "";

		if (!sysctl_name_ok(name) || strlen(name) >= sizeof(to->name))
			return yaml_refuse(
				r->doc, node->key, r->err,
				"sysctl: '%s' is not a name below net.; write one such as "
				"net.ipv4.tcp_retries2",
				shown(name, see));
		ret = reader_text(r, node, "sysctl's value", &value);
		if (ret)
			return ret;
		if (strlen(value) >= sizeof(to->value) || strpbrk(value, "\n\r"))
			return yaml_refuse(
				r->doc, node, r->err,
				"sysctl: the value is longer than one line of %zu bytes; write a "
				"short one",
				sizeof(to->value) - 1);
		if (r->s->n_sysctl == LAB_SYSCTL_MAX)
			return yaml_refuse(r->doc, node->key, r->err,
					   "sysctl: more than %d; write fewer", LAB_SYSCTL_MAX);
		snprintf(to->name, sizeof(to->name), "%s", name);
		snprintf(to->value, sizeof(to->value), "%s", value);
		r->s->n_sysctl++;
	}
	return ret;
}
