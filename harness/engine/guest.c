/* SPDX-License-Identifier: MIT */
/*
 * The guest's side of the virtual engine: one lab, watched in this process, which the machine ends
 * with. Its order comes on standard input, and what was found goes out on standard output: nothing is
 * parsed, predicted or judged here, where each instruction costs a hundred times what it does outside.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "engine/parcel.h"
#include "lab/lab.h"
#include "netns/ns.h"
#include "trial/order.h"
#include "trial/trial.h"

/* Time zero of a lab: coarser than anything that happened before it can vary. */
#define GRID_NS NS_PER_S

/* What engine_guest_prepare() found. */
static struct facts facts;
static struct record_run world;

int engine_guest_prepare(struct err *err)
{
	int ret = netns_privilege(err);

	if (ret == 0)
		ret = facts_find(&facts, FACTS_ALL, err);
	if (ret == 0 && facts_meet(&facts, FACT_BIT(FACT_BRIDGE), NULL))
		ret = lab_prepare(AF_INET, err);
	if (ret == 0 && facts_meet(&facts, FACT_BIT(FACT_BRIDGE) | FACT_BIT(FACT_IPV6), NULL))
		ret = lab_prepare(AF_INET6, err);
	if (ret == 0)
		ret = lab_reserve(err);
	lab_give_way();
	engine_world(&world);
	return ret;
}

/* All that there is to read; malloc'ed. */
static char *read_input(size_t *size, struct err *err)
{
	static char part[64 << 10];
	char *bytes = NULL;
	FILE *all = open_memstream(&bytes, size);
	ssize_t n = -1;

	while (all && (n = read(STDIN_FILENO, part, sizeof(part))) > 0)
		fwrite(part, 1, (size_t)n, all);
	if (n < 0)
		err_sys(err, errno, "the lab's order");
	if (all && fclose(all) < 0)
		n = err_sys(err, ENOMEM, "the lab's order");
	if (n == 0)
		return bytes;
	free(bytes);
	return NULL;
}

static int give_capture(const struct plan_lab *lab, void *arg, const char *bytes, size_t size,
			struct err *err)
{
	(void)lab;
	(void)arg;
	return parcel_put(STDOUT_FILENO, PARCEL_CAPTURE, bytes, size, err);
}

static int give_findings(const struct findings *findings, struct err *err)
{
	size_t size;
	char *bytes = findings_pack(findings, &size);
	int ret = bytes ? parcel_put(STDOUT_FILENO, PARCEL_WORLD, &world, sizeof(world), err)
			: err_sys(err, ENOMEM, "the lab's findings");

	if (ret == 0)
		ret = parcel_put(STDOUT_FILENO, PARCEL_FINDINGS, bytes, size, err);
	free(bytes);
	return ret;
}

int engine_guest(struct err *err)
{
	static struct order order;
	static struct lab lab; /* left standing */
	struct trial_config config = { .facts = &facts, .align_ns = GRID_NS, .standing = &lab };
	struct findings findings;
	size_t size;
	char *bytes = read_input(&size, err);
	int ret = bytes ? order_unpack(bytes, size, &order, err) : -EIO;

	free(bytes);
	if (ret == 0) {
		config.captured = order.capture ? give_capture : NULL;
		trial_watch(&order.lab, &config, &findings);
		ret = give_findings(&findings, err);
		findings_free(&findings);
	}
	order_free(&order);
	return ret;
}
