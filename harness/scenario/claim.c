/* SPDX-License-Identifier: MIT */
/*
 *   claim:
 *     says: A 20 s heartbeat finds a dead peer within 20 s.
 *     when: the far cable is pulled                      the circumstance this scenario tries
 *     predicts:
 *       heartbeat: {from: 0s, to: 20s, saw: missed}      from the fault; every key may be left out
 *       recv: never                                      or: noticed
 *
 * The prediction is what the words say, not what theory says: several scenarios with the same words
 * together tell whether they are true, false, or true only in some circumstances.
 */
#include <errno.h>
#include <string.h>

#include "scenario/reader.h"

static int read_words(struct reader *r, const struct yaml_node *map, const char *key, char *to,
		      size_t size)
{
	const struct yaml_node *node = yaml_get(map, key);
	const char *text = "";
	int ret;

	if (!node)
		return yaml_refuse(r->doc, map, r->err, "claim has no %s; write says, when and "
							"predicts", key);
	ret = reader_text(r, node, key, &text);
	if (ret)
		return ret;
	if (!*text || strlen(text) >= size)
		return yaml_refuse(r->doc, node, r->err,
				   "claim: %s takes 1 to %zu bytes; shorten it", key, size - 1);
	memcpy(to, text, strlen(text) + 1);
	return 0;
}

static int read_time(struct reader *r, const struct yaml_node *map, const char *key, int64_t *ns)
{
	const struct yaml_node *node = yaml_get(map, key);

	return node ? reader_duration(r, node, key, ns) : 0;
}

static int read_number(struct reader *r, const struct yaml_node *map, const char *key, int64_t *n)
{
	static const struct opt rows[] = {{.name = "n", .type = OPT_COUNT}, {.name = NULL}};
	const struct yaml_node *node = yaml_get(map, key);
	struct opt_values values;
	const char *text = "";
	int ret = node ? reader_text(r, node, key, &text) : 0;

	if (!node || ret)
		return ret;
	if (opt_set(rows, &values, "n", text, r->err))
		return yaml_refuse_with(r->doc, node, r->err);
	*n = values.v[0];
	return 0;
}

/* A word to look for; @to stays empty where the key is left out. */
static int read_word(struct reader *r, const struct yaml_node *map, const char *key, char *to,
		     size_t size)
{
	return yaml_get(map, key) ? read_words(r, map, key, to, size) : 0;
}

static int read_predict(struct reader *r, const struct yaml_node *node, struct scenario_predict *p)
{
	static const char *const keys[] = {"from",  "to",	  "saw",      "state",
					   "sends-from", "sends-to", NULL};
	int ret;

	*p = (struct scenario_predict){
		.method = p->method,
		.lo_ns = INT64_MIN,
		.hi_ns = INT64_MAX,
		.sends_hi = INT64_MAX,
	};
	if (node->type == YAML_SCALAR && !strcmp(node->text, "never")) {
		p->never = true;
		return 0;
	}
	if (node->type == YAML_SCALAR && !strcmp(node->text, "noticed"))
		return 0;
	if (node->type != YAML_MAP || !node->first)
		return yaml_refuse(r->doc, node, r->err,
				   "what a claim predicts of a method is never, noticed, or some of "
				   "{from: 0s, to: 1s, saw: EOF, state: CLOSE_WAIT, sends-from: 1, "
				   "sends-to: 9}; write one of the three");
	ret = yaml_only_keys(r->doc, node, keys, r->err);
	if (!ret)
		ret = read_time(r, node, "from", &p->lo_ns);
	if (!ret)
		ret = read_time(r, node, "to", &p->hi_ns);
	if (!ret)
		ret = read_word(r, node, "saw", p->saw, sizeof(p->saw));
	if (!ret)
		ret = read_word(r, node, "state", p->state, sizeof(p->state));
	if (!ret)
		ret = read_number(r, node, "sends-from", &p->sends_lo);
	if (!ret)
		ret = read_number(r, node, "sends-to", &p->sends_hi);
	if (!ret && p->hi_ns < p->lo_ns)
		return yaml_refuse(r->doc, node, r->err,
				   "to is earlier than from; exchange the two");
	return ret;
}

static int read_predicts(struct reader *r, const struct yaml_node *node)
{
	struct scenario_claim *claim = &r->s->claim;
	int ret = yaml_expect(r->doc, node, YAML_MAP, "predicts", r->err);

	if (!ret && !node->first)
		return yaml_refuse(r->doc, node, r->err,
				   "predicts is empty; name a method and what the claim says of it");
	for (node = node->first; node && !ret; node = node->next) {
		const struct method *method = lists_own_method(r, node);

		if (!method)
			return -EINVAL;
		if (claim->n_predict == SCENARIO_PREDICT)
			return yaml_refuse(r->doc, node->key, r->err,
					   "predicts: more than %d methods; write fewer",
					   SCENARIO_PREDICT);
		claim->predict[claim->n_predict].method = method;
		ret = read_predict(r, node, &claim->predict[claim->n_predict++]);
	}
	return ret;
}

int claim_read(struct reader *r, const struct yaml_node *node)
{
	static const char *const keys[] = {"says", "when", "predicts", NULL};
	struct scenario_claim *claim = &r->s->claim;
	const struct yaml_node *predicts;
	int ret = yaml_expect(r->doc, node, YAML_MAP, "claim", r->err);

	if (!ret)
		ret = yaml_only_keys(r->doc, node, keys, r->err);
	if (!ret)
		ret = read_words(r, node, "says", claim->says, sizeof(claim->says));
	if (!ret)
		ret = read_words(r, node, "when", claim->when, sizeof(claim->when));
	if (ret)
		return ret;
	predicts = yaml_get(node, "predicts");
	if (!predicts)
		return yaml_refuse(r->doc, node, r->err,
				   "claim has no predicts; write predicts: {recv: never}");
	return read_predicts(r, predicts);
}
