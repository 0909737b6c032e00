/* SPDX-License-Identifier: MIT */
/*
 * methods, timeline, expect.
 *
 *   methods:
 *     - recv                              a name, or
 *     - keepalive: {idle: 1s, cnt: 2}     a name and its options
 *   timeline:
 *     - {at: 2s, fault: drop, for: 3s, place: peer}   at, fault and for; the rest is the fault's
 *   expect:
 *     recv: never
 *     keepalive: {from: 2s, to: 4s}       from the fault
 */
#include <errno.h>
#include <string.h>

#include "scenario/reader.h"

static int refuse_method(struct reader *r, const struct yaml_node *at, const char *name)
{
	const char *names[SCENARIO_METHODS + 1];
	int n = 0;

	for (; n < SCENARIO_METHODS && method_table[n]; n++)
		names[n] = method_table[n]->name;
	names[n] = NULL;
	return yaml_refuse_word(r->doc, at, "no such method", name, names, r->err);
}

static int add_method(struct reader *r, const struct yaml_node *at, const struct method *method,
		      const struct opt_values *opt)
{
	struct scenario *s = r->s;

	if (method->check && method->check(opt, r->err)) {
		err_prefix(r->err, -1, "%s", method->name);
		return yaml_refuse_with(r->doc, at, r->err);
	}
	if (method_refuses(method, s->traffic, r->err))
		return yaml_refuse_with(r->doc, at, r->err);
	for (int i = 0; i < s->n_methods; i++)
		if (s->methods[i].method == method &&
		    !memcmp(&s->methods[i].opt, opt, sizeof(*opt)))
			return yaml_refuse(
				r->doc, at, r->err,
				"%s: stands twice with the same options; change one or delete it",
				method->name);
	if (s->n_methods == SCENARIO_METHODS)
		return yaml_refuse(r->doc, at, r->err,
				   "more than %d methods; spread them over several scenarios",
				   SCENARIO_METHODS);
	s->methods[s->n_methods++] = (struct scenario_method){
		.method = method, .opt = *opt, .line = at ? at->line : 0 };
	return 0;
}

static int read_method(struct reader *r, const struct yaml_node *entry)
{
	const struct yaml_node *name = entry, *options = NULL;
	const struct method *method;
	struct opt_values opt;
	int ret;

	if (entry->type == YAML_MAP) {
		if (!entry->first || entry->first->next)
			return yaml_refuse(r->doc, entry, r->err,
					   "an entry of methods names one method; write - name, or "
					   "- name: {option: value}");
		options = entry->first;
		name = options->key;
	}
	/* Not reader_text(): `null` is the name of a method here. */
	ret = yaml_expect(r->doc, name, YAML_SCALAR, "an entry of methods", r->err);
	if (ret)
		return ret;
	method = method_find(name->text);
	if (!method)
		return refuse_method(r, name, name->text);
	ret = reader_options(r, options, method->name, method->options, NULL, &opt);
	return ret ? ret : add_method(r, name, method, &opt);
}

int lists_methods(struct reader *r, const struct yaml_node *node)
{
	int ret = yaml_expect(r->doc, node, YAML_LIST, "methods", r->err);

	if (!ret && !node->first)
		return yaml_refuse(
			r->doc, node, r->err,
			"methods is empty; name one, or leave the key out for every method");
	for (node = node->first; node && !ret; node = node->next)
		ret = read_method(r, node);
	return ret;
}

int lists_all_methods(struct reader *r)
{
	int ret = 0;

	for (int i = 0; method_table[i] && !ret; i++) {
		struct opt_values opt;
		struct err why;

		if (method_refuses(method_table[i], r->s->traffic, &why))
			continue;
		opt_defaults(method_table[i]->options, &opt);
		ret = add_method(r, NULL, method_table[i], &opt);
	}
	return ret;
}

/* ------------------------------------------------------------------ timeline */

static int refuse_fault(struct reader *r, const struct yaml_node *at, const char *name)
{
	const char *names[SCENARIO_FAULTS + 1];
	int n = 0;

	for (; n < SCENARIO_FAULTS && fault_table[n]; n++)
		names[n] = fault_table[n]->name;
	names[n] = NULL;
	return yaml_refuse_word(r->doc, at, "no such fault", name, names, r->err);
}

static int read_times(struct reader *r, const struct yaml_node *entry, struct scenario_fault *f)
{
	const struct yaml_node *at = yaml_get(entry, "at"), *span = yaml_get(entry, "for");
	int ret;

	if (!at)
		return yaml_refuse(r->doc, entry, r->err,
				   "an entry of the timeline has no at; write at: 2s");
	ret = reader_duration(r, at, "at", &f->at_ns);
	if (!ret && !span && f->fault->ends)
		return yaml_refuse(r->doc, entry, r->err,
				   "the fault %s ends by its nature, and for is missing; write for: 2s",
				   f->fault->name);
	if (ret || !span)
		return ret;
	if (!f->fault->undo)
		return yaml_refuse(r->doc, span->key, r->err,
				   "for: the fault %s cannot be undone; leave for out",
				   f->fault->name);
	ret = reader_duration(r, span, "for", &f->for_ns);
	if (!ret && !f->for_ns)
		return yaml_refuse(
			r->doc, span, r->err,
			"for: 0s undoes the fault at once; write 1ms or more, or leave for out");
	return ret;
}

/* Faults that need a connection, or an observer that can begin one. */
static int check_connecting(const struct scenario_fault *f, const struct effect *effect,
			    struct err *err)
{
	switch (effect->kind) {
	case EFFECT_FIN:
	case EFFECT_HALF_CLOSE:
	case EFFECT_RST:
	case EFFECT_STALLED:
		return err_set(err, EINVAL,
			       "it is done to a connection, and with traffic: connecting none stands yet; "
			       "write kill, drop or reject, or another traffic");
	case EFFECT_OBSERVER_FROZEN:
		return err_set(err, EINVAL,
			       "an observer that is stopped cannot connect; use target: peer, or another "
			       "traffic than connecting");
	case EFFECT_SIGNALS:
		if (!f->at_ns)
			return err_set(err, EINVAL,
				       "at: 0s comes before the attempts of traffic: connecting, which "
				       "no signal can interrupt then; write at: 1ms or later");
		return 0;
	default:
		return 0;
	}
}

/* Pairs that cannot be: of its options, or with the rest of the scenario. */
static int check_fault(struct reader *r, const struct scenario_fault *f)
{
	struct effect effect = f->fault->effect(&f->opt);
	int ret = 0;

	if (f->fault->check)
		ret = f->fault->check(&f->opt, r->s->observer, r->s->traffic, r->err);
	if (!ret && f->fault->over)
		ret = f->fault->over(&f->opt, r->s->wire, r->s->observer, &effect, r->err);
	if (!ret && r->s->traffic == TRAFFIC_CONNECTING)
		ret = check_connecting(f, &effect, r->err);
	return ret ? err_prefix(r->err, ret, "%s", f->fault->name) : 0;
}

static int read_fault(struct reader *r, const struct yaml_node *entry)
{
	static const char *const own[] = {"at", "fault", "for", NULL};
	struct scenario_fault f = {.fault = NULL};
	const struct yaml_node *name;
	struct scenario *s = r->s;
	const char *text = "";
	int i, ret = yaml_expect(r->doc, entry, YAML_MAP, "an entry of the timeline", r->err);

	if (ret)
		return ret;
	name = yaml_get(entry, "fault");
	if (!name)
		return yaml_refuse(r->doc, entry, r->err,
				   "an entry of the timeline has no fault; write fault: link-down");
	ret = reader_text(r, name, "fault", &text);
	if (ret)
		return ret;
	f.fault = fault_find(text);
	if (!f.fault)
		return refuse_fault(r, name, text);
	ret = reader_options(r, entry, f.fault->name, f.fault->options, own, &f.opt);
	if (!ret)
		ret = read_times(r, entry, &f);
	if (ret)
		return ret;
	if (check_fault(r, &f))
		return yaml_refuse_with(r->doc, name, r->err);
	if (s->n_faults == SCENARIO_FAULTS)
		return yaml_refuse(r->doc, entry, r->err, "more than %d faults; write fewer",
				   SCENARIO_FAULTS);
	for (i = s->n_faults++; i > 0 && s->faults[i - 1].at_ns > f.at_ns; i--)
		s->faults[i] = s->faults[i - 1];
	s->faults[i] = f;
	return 0;
}

int lists_timeline(struct reader *r, const struct yaml_node *node)
{
	int ret = yaml_expect(r->doc, node, YAML_LIST, "timeline", r->err);

	if (!ret && !node->first)
		return yaml_refuse(
			r->doc, node, r->err,
			"timeline is empty; write - {at: 2s, fault: none} for a control run");
	for (node = node->first; node && !ret; node = node->next)
		ret = read_fault(r, node);
	return ret;
}

/* ------------------------------------------------------------------ expect */

static int read_window(struct reader *r, const struct yaml_node *node, struct window *w)
{
	static const char *const keys[] = {"from", "to", NULL};
	const struct yaml_node *from, *to;
	int64_t lo, hi;
	int ret;

	if (node->type == YAML_SCALAR && !strcmp(node->text, "never")) {
		window_never(w, "the scenario's author expects so, in line %d", node->line);
		return 0;
	}
	if (node->type != YAML_MAP)
		return yaml_refuse(
			r->doc, node, r->err,
			"what is expected of a method is never or {from: 2s, to: 4s}; write one "
			"of the two");
	ret = yaml_only_keys(r->doc, node, keys, r->err);
	if (ret)
		return ret;
	from = yaml_get(node, "from");
	to = yaml_get(node, "to");
	if (!from || !to)
		return yaml_refuse(r->doc, node, r->err, "%s is missing; write {from: 2s, to: 4s}",
				   from ? "to" : "from");
	ret = reader_duration(r, from, "from", &lo);
	if (!ret)
		ret = reader_duration(r, to, "to", &hi);
	if (ret)
		return ret;
	if (hi < lo)
		return yaml_refuse(r->doc, to, r->err, "to is earlier than from; exchange the two");
	window_some(w, lo, hi, "the scenario's author expects so, in line %d", node->line);
	return 0;
}

const struct method *lists_own_method(struct reader *r, const struct yaml_node *node)
{
	const struct method *method = method_find(node->key->text);

	if (!method) {
		refuse_method(r, node->key, node->key->text);
		return NULL;
	}
	for (int i = 0; i < r->s->n_methods; i++)
		if (r->s->methods[i].method == method)
			return method;
	yaml_refuse(r->doc, node->key, r->err,
		    "%s: not one of this scenario's methods; add it to methods, or delete the line",
		    method->name);
	return NULL;
}

int lists_expect(struct reader *r, const struct yaml_node *node)
{
	struct scenario *s = r->s;
	int ret = yaml_expect(r->doc, node, YAML_MAP, "expect", r->err);

	for (node = node->first; node && !ret; node = node->next) {
		const struct method *method = lists_own_method(r, node);

		if (!method)
			return -EINVAL;
		s->expect[s->n_expect].method = method;
		ret = read_window(r, node, &s->expect[s->n_expect].window);
		s->n_expect++;
	}
	return ret;
}
