/* SPDX-License-Identifier: MIT */
/*
 * The path is impaired by netem, the qdisc at the root of a device; it acts on what that device
 * sends, hence:
 *
 *   place      to-peer      to-observer
 *   wire       w-peer       w-obs         instead of the steady `link:`, until undone
 *   observer   obs0         impossible
 *   peer       impossible   peer0
 *
 * A packet that netem loses was sent, as far as TCP knows, even where netem sits on the sender's
 * own device: netem_enqueue() answers NET_XMIT_SUCCESS (net/sched/sch_netem.c). So a loss of 100% is
 * the silence of a wire at every place, unlike the fault `drop`.
 */
#include "netns/netem.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"
#include "lab/netem_opt.h"

enum { NETEM_PLACE = NETEM_OPT_COUNT, NETEM_DIRECTION };
enum { NETEM_ALL_PPM = 1000000, NETEM_USUAL_LIMIT = 1000 };

static const struct opt netem_options[] = {
	NETEM_OPT_ROWS,
	[NETEM_PLACE] = {"place", OPT_WORD, "wire", 0, PLACE_PEER, place_names,
			 "whose devices impair what they send"},
	[NETEM_DIRECTION] = {"direction", OPT_WORD, "both", 0, DIRECTION_TO_OBSERVER,
			     direction_words, "which packets"},
	{.name = NULL},
};

struct spot {
	struct netns *ns;
	const char *dev;
};

static struct spot spot_of(const struct lab *lab, const struct opt_values *opt, bool to_peer)
{
	enum place place = (enum place)opt->v[NETEM_PLACE];

	if (place == PLACE_WIRE)
		return (struct spot){lab->ns[place],
				     lab_port(to_peer ? PLACE_PEER : PLACE_OBSERVER)};
	return (struct spot){lab->ns[place], lab_device(place)};
}

static struct netem wanted(const struct fault_act *act, bool to_peer)
{
	struct netem netem;

	netem_from_opt(&act->opt, act->seed + (to_peer ? 0 : 1), &netem);
	return netem;
}

static int netem_check(const struct opt_values *opt, enum side observer, enum traffic traffic,
		       struct err *err)
{
	int64_t place = opt->v[NETEM_PLACE], direction = opt->v[NETEM_DIRECTION];

	(void)observer;
	(void)traffic;
	if (place == PLACE_OBSERVER && direction != DIRECTION_TO_PEER)
		return err_set(err, EINVAL,
			       "netem at the observer impairs only what the observer sends; use "
			       "direction: to-peer, or place: wire");
	if (place == PLACE_PEER && direction != DIRECTION_TO_OBSERVER)
		return err_set(err, EINVAL,
			       "netem at the peer impairs only what the peer sends; use direction: "
			       "to-observer, or place: wire");
	return netem_opt_check(opt, err);
}

static struct effect netem_effect(const struct opt_values *opt)
{
	bool out = direction_has(opt->v[NETEM_DIRECTION], true);
	bool in = direction_has(opt->v[NETEM_DIRECTION], false);
	struct impairment impair = impairment_from_opt(opt);

	if (impair.loss_ppm == NETEM_ALL_PPM)
		return (struct effect){
			.kind = EFFECT_SILENCE,
			.where = WHERE_WIRE,
			.lose_out = out,
			.lose_in = in,
		};
	return (struct effect){.kind = EFFECT_IMPAIRED, .out = out, .in = in, .impair = impair};
}

static int netem_over(const struct opt_values *opt, enum wire wire, enum side observer,
		      struct effect *effect, struct err *err)
{
	int64_t place = opt->v[NETEM_PLACE];

	(void)observer;
	(void)err;
	effect->beyond = wire != WIRE_SWITCH && place != PLACE_OBSERVER &&
			 (place == PLACE_PEER || opt->v[NETEM_DIRECTION] == DIRECTION_TO_PEER);
	return 0;
}

static int netem_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	int ret = 0;

	act->before_ns = clock_now_ns();
	for (int way = 0; way < 2 && !ret; way++) {
		struct spot spot = spot_of(lab, &act->opt, way == 0);
		struct netem netem = wanted(act, way == 0);

		if (direction_has(act->opt.v[NETEM_DIRECTION], way == 0))
			ret = netem_set(spot.ns, spot.dev, &netem, err);
	}
	act->after_ns = clock_now_ns();
	return ret;
}

static bool near(int64_t a, int64_t b, int64_t tolerance)
{
	return llabs(a - b) <= tolerance;
}

/*
 * One part per million for the kernel's 32-bit scale of probabilities, one byte per second for
 * its rates, 64 ns for a kernel that counts time in its ticks (PSCHED_SHIFT 6).
 */
static const char *differs(const struct netem *want, const struct netem *have)
{
	int64_t limit = want->limit ? want->limit : NETEM_USUAL_LIMIT;
	int64_t gap = want->reorder_ppm && !want->gap ? 1 : want->gap;

	return !near(want->delay_ns, have->delay_ns, 64)			   ? "delay" :
	       !near(want->jitter_ns, have->jitter_ns, 64)			   ? "jitter" :
	       !near(want->delay_corr_ppm, have->delay_corr_ppm, 1)		   ? "delay_corr" :
	       !near(want->loss_ppm, have->loss_ppm, 1)				   ? "loss" :
	       !near(want->loss_corr_ppm, have->loss_corr_ppm, 1)		   ? "loss_corr" :
	       !near(want->duplicate_ppm, have->duplicate_ppm, 1)		   ? "duplicate" :
	       !near(want->duplicate_corr_ppm, have->duplicate_corr_ppm, 1) ? "duplicate_corr" :
	       !near(want->reorder_ppm, have->reorder_ppm, 1)			   ? "reorder" :
	       !near(want->reorder_corr_ppm, have->reorder_corr_ppm, 1)	   ? "reorder_corr" :
	       !near(gap, have->gap, 0)						   ? "gap" :
	       !near(want->corrupt_ppm, have->corrupt_ppm, 1)			   ? "corrupt" :
	       !near(want->corrupt_corr_ppm, have->corrupt_corr_ppm, 1)		   ? "corrupt_corr" :
	       !near(want->rate_bps, have->rate_bps, 8)				   ? "rate" :
	       !near(limit, have->limit, 0)					   ? "limit" :
										     NULL;
}

static int prove_kept(struct lab *lab, const struct fault_act *act, bool to_peer,
		      struct qdisc_stats *stats, struct err *err)
{
	struct spot spot = spot_of(lab, &act->opt, to_peer);
	struct netem want = wanted(act, to_peer), have;
	const char *what;
	int ret = netem_get(spot.ns, spot.dev, &have, stats, err);

	if (ret)
		return ret;
	what = differs(&want, &have);
	if (what)
		return err_set(err, EIO, "netem on %s holds another %s than asked for", spot.dev,
			       what);
	return 0;
}

static int prove_way(struct lab *lab, const struct fault_act *act, bool to_peer,
		     int64_t deadline_ns, struct err *err)
{
	struct qdisc_stats before, after;
	int ret;

	if (!direction_has(act->opt.v[NETEM_DIRECTION], to_peer))
		return 0;
	ret = prove_kept(lab, act, to_peer, &before, err);
	if (ret || act->opt.v[NETEM_LOSS] != NETEM_ALL_PPM)
		return ret;
	ret = proof_cut(lab, to_peer, deadline_ns, err);
	if (!ret)
		ret = prove_kept(lab, act, to_peer, &after, err);
	if (!ret && after.drops == before.drops)
		ret = err_set(err, ENODATA,
			      "expected netem on %s to lose the frames that did not arrive, and its "
			      "counter stayed at %llu", spot_of(lab, &act->opt, to_peer).dev,
			      (unsigned long long)before.drops);
	return ret;
}

static int netem_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err)
{
	int ret = prove_way(lab, act, true, deadline_ns, err);

	return ret ? ret : prove_way(lab, act, false, deadline_ns, err);
}

static int netem_undo(struct lab *lab, struct fault_act *act, struct err *err)
{
	bool wire = act->opt.v[NETEM_PLACE] == PLACE_WIRE;
	int ret = 0;

	for (int way = 0; way < 2 && !ret; way++) {
		struct spot spot = spot_of(lab, &act->opt, way == 0);

		if (!direction_has(act->opt.v[NETEM_DIRECTION], way == 0))
			continue;
		if (wire)
			ret = lab_set_link(lab, way == 0 ? PLACE_PEER : PLACE_OBSERVER, err);
		else
			ret = netem_del(spot.ns, spot.dev, err);
	}
	return ret;
}

const struct fault fault_netem = {
	.name = "netem",
	.about = "the path is impaired: delay, jitter, loss, duplication, reordering, corruption, rate",
	.options = netem_options,
	.check = netem_check,
	.needs = FACT_BIT(FACT_NETEM),
	.effect = netem_effect,
	.over = netem_over,
	.inject = netem_inject,
	.prove = netem_prove,
	.undo = netem_undo,
};
