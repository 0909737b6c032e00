/* SPDX-License-Identifier: MIT */
/*
 * A phase is where in a method's period the fault falls. Trials of several phases differ by that, and
 * by chance: the host's, in real time, and that of a wire which draws lots. Without chance, a method
 * that has no period, and a scenario in which no fault falls, have nothing that a second trial could
 * show; it would be the first again, and count as one more witness of what was seen once.
 *
 * A wire that delays all packets alike, or holds them to a rate, draws no lots; nor does one that
 * loses them all, which is silence.
 */
#include "plan/phases.h"

#include "lab/netem_opt.h"

static bool draws_lots(const struct impairment *i)
{
	return i->jitter_ns || i->loss_ppm || i->duplicate_ppm || i->reorder_ppm || i->corrupt_ppm;
}

static bool by_chance(const struct scenario *sc)
{
	struct impairment link = { 0 };

	if (sc->has_link)
		link = impairment_from_opt(&sc->link);
	for (int i = 0; i < sc->n_faults; i++) {
		struct effect effect = scenario_one_effect(sc, i);

		if (draws_lots(&effect.impair))
			return true;
	}
	return draws_lots(&link);
}

static bool is_calm(const struct scenario *sc)
{
	for (int i = 0; i < sc->n_faults; i++) {
		if (sc->faults[i].fault != &fault_none)
			return false;
	}
	return true;
}

bool phases_differ(const struct scenario *sc, bool timeless, bool noiseless)
{
	return !noiseless || by_chance(sc) || !(timeless || is_calm(sc));
}
