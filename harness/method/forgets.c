/* SPDX-License-Identifier: MIT */
#include "method/forgets.h"

void forgets_of(const struct method *method, const struct opt_values *opt, const struct situation *s,
		struct expiry *e)
{
	struct tcp_options talks = { 0 };

	if (method->talks)
		method->talks(opt, &talks);
	if (method->beacon_ns)
		talks.reads_ns = method->beacon_ns(opt);
	expiry_of(s, &talks, e);
}

bool forgets_situation(const struct method *method, const struct opt_values *opt,
		       const struct situation *s, struct situation *to, struct window *w)
{
	struct expiry e;

	forgets_of(method, opt, s, &e);
	if (e.unsure || e.n + e.lives != 1) {
		window_none(w, "%s", e.unsure ? e.unsure
					      : "whether the next packet or the router's timeout comes "
						"first turns on the phase");
		return false;
	}
	*to = e.lives ? expiry_lives(s, &e) : expiry_forgotten(s, &e, e.at[0]);
	return true;
}
