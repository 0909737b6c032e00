/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "trial/claim.h"

static struct scenario_claim predicting(const struct scenario_predict *p)
{
	struct scenario_claim claim = { .says = "It works.", .when = "it rains", .n_predict = 1 };

	claim.predict[0] = *p;
	claim.predict[0].method = &method_recv;
	return claim;
}

static bool holds(const struct scenario_predict *p, struct record_trial r)
{
	struct scenario_claim claim = predicting(p);

	claim_judge(&claim, &method_recv, &r);
	cr_assert_str_eq(r.claim.says, "It works.");
	return r.claim.holds;
}

#define ANY_TIME .lo_ns = INT64_MIN, .hi_ns = INT64_MAX, .sends_hi = INT64_MAX

static const struct record_trial eof = {
	.detect_ns = 2 * NS_PER_S, .saw = "recv=0", .tcp_state = "CLOSE_WAIT", .packets_out = 4,
};
static const struct record_trial quiet = { .detect_ns = RECORD_NULL, .tcp_state = "ESTABLISHED" };

Test(claim, is_measured_against_what_happened)
{
	const struct scenario_predict never = { .never = true, ANY_TIME };
	const struct scenario_predict noticed = { ANY_TIME };
	const struct scenario_predict reset = { ANY_TIME, .saw = "ECONNRESET" };
	const struct scenario_predict end = { ANY_TIME, .saw = "recv=0" };
	struct scenario_predict soon = { ANY_TIME };

	cr_expect(holds(&never, quiet) && !holds(&never, eof));
	cr_expect(!holds(&noticed, quiet) && holds(&noticed, eof));
	cr_expect(!holds(&reset, eof) && !holds(&reset, quiet) && holds(&end, eof));
	soon.hi_ns = NS_PER_S;
	cr_expect(!holds(&soon, eof));
	soon.hi_ns = 2 * NS_PER_S;
	cr_expect(holds(&soon, eof));
	soon.lo_ns = 2 * NS_PER_S + 1;
	cr_expect(!holds(&soon, eof));
}

Test(claim, of_the_socket_needs_no_alarm)
{
	struct scenario_predict waits = { ANY_TIME, .state = "ESTABLISHED" };
	struct scenario_predict few = { ANY_TIME };

	cr_expect(holds(&waits, quiet) && !holds(&waits, eof));
	few.sends_hi = 3;
	cr_expect(holds(&few, quiet) && !holds(&few, eof));
	few.sends_hi = 4;
	cr_expect(holds(&few, eof));
	few.sends_lo = 1;
	cr_expect(!holds(&few, quiet));
}

Test(claim, says_nothing_of_other_methods_and_of_trials_that_did_not_run)
{
	const struct scenario_predict never = { .never = true, ANY_TIME };
	struct scenario_claim claim = predicting(&never);
	struct record_trial r = quiet;

	claim_judge(&claim, &method_select, &r);
	cr_expect_str_empty(r.claim.says);
	r.verdict = VERDICT_SKIP;
	claim_judge(&claim, &method_recv, &r);
	cr_expect_str_empty(r.claim.says);
}

Test(claim, describes_the_prediction)
{
	const struct scenario_predict p = { .lo_ns = NS_PER_S, .hi_ns = 20 * NS_PER_S, .saw = "EOF",
					    .state = "CLOSE", .sends_lo = 1, .sends_hi = 9 };
	struct scenario_claim claim = predicting(&p);
	struct record_trial r = quiet;

	claim_judge(&claim, &method_recv, &r);
	cr_expect_str_eq(r.claim.predicts,
			 "noticed after 1s to 20s, EOF, CLOSE, 1 to 9 segments sent");
}
