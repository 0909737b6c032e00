/* SPDX-License-Identifier: MIT */
/*
 * The peer closes its half only, with shutdown(2) SHUT_WR: FIN, and it goes on reading. The observer's
 * half stays open, so that this is only half a death.
 */
#include <errno.h>
#include <stddef.h>

#include "fault/fault.h"
#include "fault/proof.h"

static const struct opt shutdown_options[] = {{.name = NULL}};

static int shutdown_check(const struct opt_values *opt, enum side observer, enum traffic traffic,
			  struct err *err)
{
	(void)opt;
	(void)observer;
	if (traffic != TRAFFIC_HALF_CLOSED)
		return 0;
	return err_set(err, EINVAL,
		       "shutdown with traffic: half-closed changes nothing, for that peer has shut down "
		       "its sending half already; use close, or traffic: sending");
}

static struct effect shutdown_effect(const struct opt_values *opt)
{
	(void)opt;
	return (struct effect){.kind = EFFECT_HALF_CLOSE};
}

static int shutdown_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	return peer_told(lab, act, COMMAND_SHUTDOWN, err);
}

const struct fault fault_shutdown = {
	.name = "shutdown",
	.about = "the peer closes its half only, and goes on reading: FIN",
	.options = shutdown_options,
	.check = shutdown_check,
	.effect = shutdown_effect,
	.inject = shutdown_inject,
	.prove = proof_told,
};
