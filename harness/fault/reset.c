/* SPDX-License-Identifier: MIT */
/*
 * The peer aborts its connections: SO_LINGER 0 and close(2) send RST at once (socket(7)).
 */
#include <stddef.h>

#include "fault/fault.h"
#include "fault/proof.h"

static const struct opt reset_options[] = {{.name = NULL}};

static struct effect reset_effect(const struct opt_values *opt)
{
	(void)opt;
	return (struct effect){.kind = EFFECT_RST};
}

static int reset_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	return peer_told(lab, act, COMMAND_RESET, err);
}

const struct fault fault_reset = {
	.name = "reset",
	.about = "the peer aborts its connections: RST",
	.options = reset_options,
	.effect = reset_effect,
	.inject = reset_inject,
	.prove = proof_told,
};
