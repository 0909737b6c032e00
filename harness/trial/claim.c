/* SPDX-License-Identifier: MIT */
#include "trial/claim.h"

#include <stdio.h>
#include <string.h>

#include "base/opt.h"

/* A prediction of what the socket does, and of nothing else, needs no alarm. */
static bool must_notice(const struct scenario_predict *p)
{
	bool socket = p->state[0] || p->sends_lo || p->sends_hi < INT64_MAX;

	return !socket || p->saw[0] || p->lo_ns > INT64_MIN || p->hi_ns < INT64_MAX;
}

static bool holds(const struct scenario_predict *p, const struct record_trial *r)
{
	bool noticed = r->detect_ns != RECORD_NULL;

	if ((int64_t)r->packets_out < p->sends_lo || (int64_t)r->packets_out > p->sends_hi)
		return false;
	if (p->never)
		return !noticed;
	if (p->state[0] && strcmp(p->state, r->tcp_state) != 0)
		return false;
	if (p->saw[0] && !(noticed && strstr(r->saw, p->saw)))
		return false;
	if (!must_notice(p))
		return true;
	/* The fault happened between its two stamps: from 0s is never missed by a hair. */
	return noticed && r->detect_ns <= p->hi_ns &&
	       r->detect_ns + (r->fault_after_ns - r->fault_before_ns) >= p->lo_ns;
}

static void put(char *buf, size_t size, const char *text)
{
	size_t len = strlen(buf);

	snprintf(buf + len, size - len, "%s%s", len ? ", " : "", text);
}

/* "noticed within 20s, ETIMEDOUT", "never noticed". */
static void describe(const struct scenario_predict *p, char *buf, size_t size)
{
	const struct opt duration = { .type = OPT_DURATION };
	char lo[32], hi[32], text[96];

	buf[0] = '\0';
	if (p->never) {
		put(buf, size, "never noticed");
		return;
	}
	opt_format_value(&duration, p->lo_ns, lo, sizeof(lo));
	opt_format_value(&duration, p->hi_ns, hi, sizeof(hi));
	if (p->lo_ns > 0 && p->hi_ns < INT64_MAX)
		snprintf(text, sizeof(text), "noticed after %s to %s", lo, hi);
	else if (p->hi_ns < INT64_MAX)
		snprintf(text, sizeof(text), "noticed within %s", hi);
	else if (p->lo_ns > 0)
		snprintf(text, sizeof(text), "noticed after %s or later", lo);
	else
		snprintf(text, sizeof(text), "noticed");
	if (must_notice(p))
		put(buf, size, text);
	if (p->saw[0])
		put(buf, size, p->saw);
	if (p->state[0])
		put(buf, size, p->state);
	if (p->sends_lo || p->sends_hi < INT64_MAX) {
		snprintf(text, sizeof(text), "%lld to %lld segments sent", (long long)p->sends_lo,
			 (long long)p->sends_hi);
		put(buf, size, text);
	}
}

void claim_judge(const struct scenario_claim *claim, const struct method *method,
		 struct record_trial *r)
{
	struct record_claim *to = &r->claim;

	if (r->verdict == VERDICT_SKIP || r->verdict == VERDICT_INVALID ||
	    r->verdict == VERDICT_ERROR)
		return;
	for (int i = 0; i < claim->n_predict; i++) {
		const struct scenario_predict *p = &claim->predict[i];

		if (p->method != method)
			continue;
		snprintf(to->says, sizeof(to->says), "%s", claim->says);
		snprintf(to->when, sizeof(to->when), "%s", claim->when);
		describe(p, to->predicts, sizeof(to->predicts));
		to->holds = holds(p, r);
	}
}
