/* SPDX-License-Identifier: MIT */
/* What of a lab can run where certain facts hold, and for how long it does. */
#include <errno.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/method.h"
#include "trial/trial.h"

#define SETUP_NS (4 * TRIAL_SETUP_NS)

unsigned int trial_lab_needs(const struct plan_lab *lab)
{
	const struct scenario *sc = lab->scenario;
	unsigned int needs = 0;

	if (sc->ip == AF_INET6)
		needs |= FACT_BIT(FACT_IPV6);
	if (sc->wire == WIRE_NAT)
		needs |= FACT_BIT(FACT_NAT);
	if (sc->has_link)
		needs |= FACT_BIT(FACT_NETEM);
	for (int i = 0; i < sc->n_faults; i++)
		needs |= sc->faults[i].fault->needs;
	return needs;
}

unsigned int trial_needs(const struct plan_lab *lab)
{
	unsigned int needs = trial_lab_needs(lab);

	for (int i = 0; i < lab->n_trials; i++)
		needs |= lab->trials[i].method->needs;
	return needs;
}

/* From the lab's time zero to its horizon. */
static int64_t lab_watches_ns(const struct plan_lab *lab)
{
	const struct scenario *sc = lab->scenario;
	int64_t last_ns = sc->faults[lab->principal].at_ns + sc->horizon_ns;

	for (int i = 0; i < sc->n_faults; i++) {
		int64_t end_ns = sc->faults[i].at_ns + sc->faults[i].for_ns;

		if (end_ns > last_ns)
			last_ns = end_ns;
	}
	return lab->span_ns + last_ns;
}

int64_t trial_longest_ns(const struct plan_lab *lab)
{
	return lab_watches_ns(lab) + SETUP_NS;
}

bool trial_can_run(const struct plan_lab *lab, int i, const struct facts *facts,
		   int64_t longest_ns, struct err *why)
{
	const struct method *method = lab->trials[i].method;

	if (longest_ns && lab_watches_ns(lab) > longest_ns) {
		err_set(why, ERANGE, "in real time it takes longer than --longest allows; use -e "
				     "virtual, or a greater --longest");
		return false;
	}
	return facts_meet(facts, trial_lab_needs(lab), why) &&
	       facts_meet(facts, method->needs, why) &&
	       !method_refuses(method, lab->scenario->traffic, why);
}
