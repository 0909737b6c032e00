/* SPDX-License-Identifier: MIT */
/*
 * The peer closes its sockets with close(2). Its kernel sends FIN, and answers anything that comes
 * later with RST.
 *
 * With unread data close(2) sends RST instead (RFC 2525 section 2.17), which a peer that never reads
 * is certain to have: that pair is refused.
 */
#include <errno.h>
#include <stddef.h>

#include "fault/fault.h"
#include "fault/proof.h"

static const struct opt close_options[] = {{.name = NULL}};

static int close_check(const struct opt_values *opt, enum side observer, enum traffic traffic,
		       struct err *err)
{
	(void)opt;
	(void)observer;
	if (traffic != TRAFFIC_STALLED)
		return 0;
	return err_set(err, EINVAL,
		       "close with traffic: stalled sends RST, because the peer never read its data; "
		       "use reset, or kill");
}

static struct effect close_effect(const struct opt_values *opt)
{
	(void)opt;
	return (struct effect){.kind = EFFECT_FIN};
}

static int close_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	return peer_told(lab, act, COMMAND_CLOSE, err);
}

const struct fault fault_close = {
	.name = "close",
	.about = "the peer closes its connections in order: FIN",
	.options = close_options,
	.check = close_check,
	.effect = close_effect,
	.inject = close_inject,
	.prove = proof_told,
};
