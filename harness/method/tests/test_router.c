/* SPDX-License-Identifier: MIT */
/* What a router on the way changes in the windows: whose neighbour fails, and who says so. */
#include <criterion/criterion.h>

#include "method/tests/predict.h"

static struct situation lost_behind(bool ipv6, int connections)
{
	return (struct situation){
		.kernel = kernel_params_default(250),
		.traffic = TRAFFIC_SENDING,
		.ipv6 = ipv6,
		.connections = connections,
		.effect = { .kind = EFFECT_SILENCE, .lose_out = true, .lose_in = true,
			    .beyond = true },
		.since_armed_lo_ns = MS(1250),
		.since_armed_hi_ns = MS(1250),
	};
}

Test(router, it_goes_on_answering_for_itself)
{
	struct situation s = lost_behind(false, 2);

	cr_assert_eq(predict(&method_neigh_watch, "probe=1s", &s).kind, WINDOW_NEVER);
	s.effect.beyond = false;
	cr_assert_eq(predict(&method_neigh_watch, "probe=1s", &s).kind, WINDOW_SOME);
}

Test(router, without_a_route_it_answers_at_once_and_five_times)
{
	struct situation s = lost_behind(false, 2);
	struct window w;

	s.effect.no_route = s.effect.icmp = s.effect.reverts = true;
	w = predict(&method_recverr, "", &s);
	cr_assert(w.kind == WINDOW_SOME && w.lo_ns == MS(750) && w.hi_ns <= MS(1300));
	s.connections = 3;
	cr_assert_eq(predict(&method_recverr, "", &s).kind, WINDOW_NONE);
	s.ipv6 = true;
	cr_assert_eq(predict(&method_recverr, "", &s).kind, WINDOW_SOME);
}

Test(router, without_a_carrier_it_looks_for_the_peer_first)
{
	struct situation s = lost_behind(false, 2);
	struct window w;

	s.effect.peer_link_down = true;
	w = predict(&method_recverr, "", &s);
	cr_assert(w.kind == WINDOW_SOME && w.lo_ns == MS(3000) && w.hi_ns < MS(9000));
	s.effect.peer_link_down = false;
	w = predict(&method_recverr, "", &s);
	cr_assert(w.kind == WINDOW_SOME && w.lo_ns == MS(6000) && w.hi_ns > MS(45000));
}

Test(router, a_nat_that_drops_only_tcp_says_nothing_to_anybody)
{
	struct situation s = lost_behind(false, 2);
	struct window silent, told;

	s.effect.tcp_only = true;
	silent = predict(&method_recv, "", &s);
	cr_assert_eq(predict(&method_recverr, "", &s).lo_ns, silent.lo_ns);
	s.effect.tcp_only = false;
	told = predict(&method_recv, "", &s);
	cr_assert(told.kind == WINDOW_SOME && told.lo_ns < silent.lo_ns);
}

Test(router, a_soft_error_may_be_gone_before_it_is_looked_for)
{
	struct situation s = lost_behind(true, 2);

	s.effect.no_route = s.effect.icmp = s.effect.reverts = true;
	s.effect.for_ns = MS(1500);
	cr_assert_eq(predict(&method_so_error, "poll=100ms", &s).kind, WINDOW_SOME);
	cr_assert_eq(predict(&method_so_error, "poll=1s", &s).kind, WINDOW_NONE);
}
